"""The workbook's sheet of titles to screen first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.offers import _style as style
from recommender.offers._offer import Offer
from recommender.offers._screening import SCREENING_NOTE, screen_first
from recommender.offers._words import is_missing, rows_of

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_HEADS = (
    ("No.", 6),
    ("Title", 44),
    ("Year", 8),
    ("Offered", 10),
    ("Appeal", 9),
    ("Low", 8),
    ("High", 8),
    ("Evidence", 11),
    ("Expected gain", 12),
    ("Chance of a change", 12),
    ("Why", 70),
    ("title_id", 22),
)


def add_screening_sheet(book: Workbook, offer: Offer) -> None:
    """Add the sheet *Screen first*; none where no look would change the offer."""
    from openpyxl.utils import get_column_letter as letter

    table = screen_first(offer)
    if table.empty:
        return
    sheet = book.create_sheet("Screen first")
    style.put(sheet, 1, 1, SCREENING_NOTE, color=style.MUTED, wrap=False)
    for column, (head, width) in enumerate(_HEADS, start=1):
        style.put(sheet, 3, column, head, bold=True, color=style.ACCENT, vertical="bottom")
        sheet.column_dimensions[letter(column)].width = width
    for number, row in enumerate(rows_of(table), start=1):
        year = None if is_missing(row.year) else int(row.year)
        cells = [
            number,
            row.title,
            year,
            "yes" if row.offered else "no",
            100 * row.appeal,
            100 * row.low,
            100 * row.high,
        ]
        cells += [row.evidence, 100 * row.gain, row.chance, row.why, row.title_id]
        for column, value in enumerate(cells, start=1):
            form = {5: "0", 6: "0", 7: "0", 9: "0.0", 10: "0%"}.get(column)
            style.put(sheet, 3 + number, column, value, number=form)
    sheet.freeze_panes = "C4"
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "3:3"
