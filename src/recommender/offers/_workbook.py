"""The offer as an Excel workbook, with the same bytes for the same offer."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import TYPE_CHECKING

from recommender.offers._history import History
from recommender.offers._language import words_in
from recommender.offers._offer import Offer

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

    book = workbook_of(offer, language, history)
    buffer = io.BytesIO()
    # `Workbook.save` would stamp the present time over `modified`; its writer does not.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return _without_times(buffer.getvalue())


def workbook_of(offer: Offer, language: str = "en", history: History | None = None) -> Workbook:
    """Return the workbook before it is written: what every cell held when it was sent out."""
    from openpyxl import Workbook

    from recommender.offers._sheet_constraints import add_constraints_sheet
    from recommender.offers._sheet_offer import add_columns_sheet, add_offer_sheet, add_reserve_sheet
    from recommender.offers._sheet_rules import add_rules_sheet
    from recommender.offers._sheet_screening import add_screening_sheet
    from recommender.offers._sheet_summary import add_summary_sheet
    from recommender.offers._sheet_versions import add_changes_sheet, add_decisions_sheet

    words, past = words_in(language), history or History()
    book = Workbook()
    add_summary_sheet(book, offer, words)
    columns = add_offer_sheet(book, offer, words, past)
    add_columns_sheet(book, columns, words)
    add_reserve_sheet(book, offer, words, past)
    add_constraints_sheet(book, offer, words)
    add_rules_sheet(book, offer, words)
    add_screening_sheet(book, offer, words)
    if len(past.changes):
        add_changes_sheet(book, past.changes, words)
    if len(past.decisions):
        add_decisions_sheet(book, past, words)
    book.move_sheet(book.worksheets[1], offset=len(book.sheetnames))  # the figures of the charts, last
    book.properties.title = offer.offer_id
    book.properties.creator = "recommender"
    book.properties.created = book.properties.modified = _EPOCH
    return book


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
