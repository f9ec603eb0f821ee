"""The workbook's sheet on the package: what each demand costs, what each title adds, and who could replace it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.offers import _style as style
from recommender.offers._constraints import (
    NOT_POSSIBLE,
    conflict_lines,
    demand_lines,
    facts_of,
    title_lines,
    unit_of,
)
from recommender.offers._offer import Offer

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

NAME = "Package"
_WIDTHS = (6, 44, 16, 13, 13, 13, 16, 44, 11, 44, 11, 44, 11)
_WIDE = 8  # columns that a sentence may span
_LINE = 145
_CHANGE = '+#,##0.00;"−"#,##0.00;0.00'


def add_constraints_sheet(book: Workbook, offer: Offer) -> None:
    """Add the sheet that tells what the demands cost and what a title could be exchanged for."""
    from openpyxl.utils import get_column_letter as letter

    sheet = book.create_sheet(NAME)
    for column, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[letter(column)].width = width
    unit, _ = unit_of(offer)
    row = _head(sheet, 1, "How the package was chosen")
    row = _sentences(sheet, row, facts_of(offer))
    conflicts = conflict_lines(offer)
    if conflicts:
        row = _sentences(sheet, _head(sheet, row + 1, "What cannot be kept together", warm=True), conflicts)
    row = _head(sheet, row + 1, "What each demand costs")
    row = _sentences(
        sheet,
        row,
        [
            f"Change of the total in {unit} if the number asked for were one step higher or lower, each solved again. "
            "The shadow price is the same for a small step, where titles can be taken in part. Demands that do not bind "
            "cost nothing and are left out."
        ],
    )
    heads = ["", "Demand", "Asked", "In the offer", "One more", "One less", "Shadow price", "A step is"]
    demands = [
        [None, line.demand, line.asked, line.held, _cell(line.more), _cell(line.less), line.shadow, line.step]
        for line in demand_lines(offer)
    ]
    row = _table(sheet, row, heads, demands)
    row = _head(sheet, row + 1, "What each title adds, and who could take its place")
    row = _sentences(
        sheet,
        row,
        [
            f"Adds: what the total would lose, in {unit}, if the title fell away and the rest were chosen anew. A "
            "substitute takes its place alone and keeps every demand; its change is that of the total."
        ],
    )
    heads = ["No.", "Title", "Title id", "Appeal", "Adds", "Proven", ""]
    heads += [name for number in (1, 2, 3) for name in (f"Substitute {number}", "Change")]
    titles: list[list[object]] = []
    for number, line in enumerate(title_lines(offer), start=1):
        cells: list[object] = [number, line.title, line.title_id, line.appeal, _cell(line.adds)]
        cells += ["yes" if line.exact else f"at least {line.least:,.2f}" if line.least is not None else "no", None]
        for name, change in line.substitutes:
            cells += [name, change]
        titles.append(cells + [None] * (len(heads) - len(cells)))
    _table(sheet, row, heads, titles)
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _cell(change: float | None) -> object:
    return NOT_POSSIBLE if change is None else change


def _head(sheet: Worksheet, row: int, text: str, *, warm: bool = False) -> int:
    style.put(sheet, row, 2, text, size=13, bold=True, color=style.WARM if warm else style.INK, wrap=False)
    sheet.row_dimensions[row].height = 22
    return row


def _sentences(sheet: Worksheet, row: int, lines: list[str]) -> int:
    for line in lines:
        row += 1
        style.put(sheet, row, 2, line, vertical="center")
        sheet.merge_cells(start_row=row, end_row=row, start_column=2, end_column=_WIDE)
        sheet.row_dimensions[row].height = 16 * (1 + len(line) // _LINE)
    return row


def _table(sheet: Worksheet, row: int, heads: list[str], cells: list[list[object]]) -> int:
    row += 1
    for column, head in enumerate(heads, start=1):
        if head:
            cell = style.put(sheet, row, column, head, bold=True, color="FFFFFF", vertical="center")
            cell.fill = style.fill(style.INK)
    for values in cells:
        row += 1
        for column, (head, value) in enumerate(zip(heads, values, strict=True), start=1):
            change = head in {"One more", "One less", "Shadow price", "Change"}
            number = _CHANGE if change else "0" if head in {"No.", "Appeal"} else "#,##0.00"
            numeric = isinstance(value, int | float)
            cell = style.put(
                sheet, row, column, value, number=number if numeric else None, horizontal="right" if numeric else "left"
            )
            if head:
                cell.border = style.underline()
    return row
