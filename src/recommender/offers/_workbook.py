"""The offer as an Excel workbook, with the same bytes for the same offer."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import TYPE_CHECKING

from recommender.offers._history import History
from recommender.offers._language import Words, words_in
from recommender.offers._offer import Offer
from recommender.offers._sheet_constraints import add_constraints_sheet
from recommender.offers._sheet_offer import (
    add_columns_sheet,
    add_offer_sheet,
    add_reserve_sheet,
    offer_cells,
    reserve_cells,
)
from recommender.offers._sheet_rules import add_rules_sheet
from recommender.offers._sheet_screening import add_screening_sheet
from recommender.offers._sheet_summary import add_summary_sheet
from recommender.offers._sheet_table import Column
from recommender.offers._sheet_versions import add_changes_sheet, add_decisions_sheet

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_EPOCH = datetime.datetime(1980, 1, 1)


def workbook_bytes(offer: Offer, language: str = "en", history: History | None = None) -> bytes:
    """Return the workbook.

    Its sheets are Summary, Offer, Columns, Not offered, Package, Rules (where they were checked), Screen first (where a
    look may change the offer) and Figures; a later version's also Changes and Decisions.
    Excel's files hold the time of writing in the archive and in the properties; both are set to a fixed day
    here, so that the same offer gives the same bytes.
    """
    from openpyxl.writer.excel import ExcelWriter

    book = _workbook(offer, words_in(language), history or History())
    buffer = io.BytesIO()
    # `Workbook.save` would stamp the present time over `modified`; its writer does not.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return _without_times(buffer.getvalue())


def _workbook(offer: Offer, words: Words, past: History) -> Workbook:
    from openpyxl import Workbook

    book = Workbook()
    add_summary_sheet(book, offer, words)
    columns, cells = offer_cells(offer, words, past)
    add_offer_sheet(book, columns, cells, words)
    add_columns_sheet(book, columns, words)
    add_reserve_sheet(book, *reserve_cells(offer, words, past), words)
    _add_other_sheets(book, offer, words, past)
    book.move_sheet(book.worksheets[1], offset=len(book.sheetnames))  # the figures of the charts, last
    book.properties.title = offer.offer_id
    book.properties.creator = "recommender"
    book.properties.created = book.properties.modified = _EPOCH
    return book


def sheets_beside(offer: Offer, columns: list[Column], words: Words, past: History) -> Workbook:
    """Return the workbook's sheets but those of titles, whose `columns` one of them explains."""
    from openpyxl import Workbook

    book = Workbook()
    add_summary_sheet(book, offer, words)
    add_columns_sheet(book, columns, words)
    _add_other_sheets(book, offer, words, past)
    return book


def _add_other_sheets(book: Workbook, offer: Offer, words: Words, past: History) -> None:
    add_constraints_sheet(book, offer, words)
    add_rules_sheet(book, offer, words)
    add_screening_sheet(book, offer, words)
    if len(past.changes):
        add_changes_sheet(book, past.changes, words)
    if len(past.decisions):
        add_decisions_sheet(book, past, words)


def _without_times(packed: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=_EPOCH.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return out.getvalue()
