"""The offer as an Excel workbook, with the same bytes for the same offer."""

from __future__ import annotations

import datetime
import io
import zipfile

from recommender.offers._offer import Offer

_EPOCH = datetime.datetime(1980, 1, 1)


def workbook_bytes(offer: Offer) -> bytes:
    """Return the workbook: sheets Summary, Offer, Columns, Not offered, Package and Figures.

    Excel's files hold the time of writing in the archive and in the properties; both are set to a fixed day
    here, so that the same offer gives the same bytes.
    """
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    from recommender.offers._sheet_constraints import add_constraints_sheet
    from recommender.offers._sheet_offer import add_columns_sheet, add_offer_sheet, add_reserve_sheet
    from recommender.offers._sheet_summary import add_summary_sheet

    book = Workbook()
    add_summary_sheet(book, offer)
    columns = add_offer_sheet(book, offer)
    add_columns_sheet(book, columns)
    add_reserve_sheet(book, offer)
    add_constraints_sheet(book, offer)
    book.move_sheet("Figures", offset=len(book.sheetnames))
    book.properties.title = offer.offer_id
    book.properties.creator = "recommender"
    book.properties.created = book.properties.modified = _EPOCH
    buffer = io.BytesIO()
    # `Workbook.save` would stamp the present time over `modified`; its writer does not.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return _without_times(buffer.getvalue())


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
