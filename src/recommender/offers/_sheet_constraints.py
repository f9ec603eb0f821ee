"""The workbook's sheet on the package: what each demand costs, what each title adds, and who could replace it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recommender.offers import _style as style
from recommender.offers._constraints import NOT_POSSIBLE, TitleLine
from recommender.offers._language import Words
from recommender.offers._offer import Offer
from recommender.offers._sheet_print import print_side_by_side
from recommender.offers._sheet_table import row_height, set_print, sheet_name, text_width

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_WIDTHS = (6, 44, 22, 15, 15, 17, 45, 15, 45, 15, 45, 15)
_LAST = 7  # the column to which a sentence may reach
_APART = 8  # printed, the second and third title that could take a place stand on a page of their own
_CHANGE = '+#,##0.00;"−"#,##0.00;0.00'
_LINE_HEIGHT = 15
_CHANGES = ("more", "less", "shadow", "change")
_CENTERED = {*_CHANGES, "position", "held", "appeal", "adds", "proven"}


def add_constraints_sheet(book: Workbook, offer: Offer, words: Words) -> None:
    """Add the sheet that tells what the demands cost and what a title could be exchanged for."""
    from openpyxl.utils import get_column_letter as letter

    sheet = book.create_sheet(sheet_name(words.both("sheet.package", " ")))
    for column, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[letter(column)].width = width
    package = offer.package
    row = _head(sheet, 1, words.both("package.head", " · "))
    row = _sentences(sheet, row, [words.told(line) for line in package.facts])
    if package.conflicts:
        row = _head(sheet, row + 1, words.both("package.conflicts", " · "), warm=True)
        row = _sentences(sheet, row, [words.told(line) for line in package.conflicts])
    row = _head(sheet, row + 1, words.both("package.costs", " · "))
    row = _sentences(sheet, row, [words.both("package.costs_note", unit=package.unit)])
    demands = [
        [
            None,
            words.told(line.demand),
            words.told(line.asked),
            words.told_figure(line.held),
            _cell(line.more, words),
            _cell(line.less, words),
            words.told_figure(line.step),
            _cell(line.shadow, words),
        ]
        for line in package.demands
    ]
    row = _table(sheet, row, ["", "demand", "asked", "held", "more", "less", "step", "shadow"], demands, words)
    above = row
    row = _head(sheet, row + 1, words.both("package.adds_head", " · "))
    row = _sentences(sheet, row, [words.both("package.adds_note", unit=package.unit)])
    heads = ["position", "title", "title_id", "appeal", "adds", "proven", *("substitute", "change") * 3]
    titles = [_title_cells(number, line, len(heads), words) for number, line in enumerate(package.titles, start=1)]
    _table(sheet, row, heads, titles, words)
    sheet.sheet_view.showGridLines = False
    set_print(sheet, heads=False)
    print_side_by_side(sheet, _WIDTHS, (above + 1, sheet.max_row), after=_APART, repeated=2)
    sheet.print_title_rows = f"{row + 1}:{row + 1}"


def _title_cells(number: int, line: TitleLine, width: int, words: Words) -> list[object]:
    cells: list[object] = [number, line.title, line.title_id, line.appeal, _cell(line.adds, words)]
    if line.exact:
        cells.append(words.both("package.yes", " "))
    else:
        cells.append(words.both("package.no", " ") if line.least is None else f"≥ {line.least:,.2f}")
    for name, change in line.substitutes:
        cells += [name, change]
    return cells + [None] * (width - len(cells))


def _cell(change: float | None, words: Words) -> object:
    return words.told(NOT_POSSIBLE) if change is None else change


def _head(sheet: Worksheet, row: int, text: str, *, warm: bool = False) -> int:
    style.put(sheet, row, 2, text, size=13, bold=True, color=style.WARM if warm else style.INK, wrap=False)
    sheet.row_dimensions[row].height = 22
    return row


def _sentences(sheet: Worksheet, row: int, lines: list[str]) -> int:
    room = sum(_WIDTHS[1:_LAST])
    for line in lines:
        row += 1
        style.put(sheet, row, 2, line, vertical="center")
        sheet.merge_cells(start_row=row, end_row=row, start_column=2, end_column=_LAST)
        rows = sum(1 + int(text_width(part) // room) for part in line.split("\n"))
        sheet.row_dimensions[row].height = 2 + _LINE_HEIGHT * rows
    return row


def _table(sheet: Worksheet, row: int, heads: list[str], cells: list[list[object]], words: Words) -> int:
    row += 1
    for column, head in enumerate(heads, start=1):
        if head:
            said = words.both(_HEADS.get(head, f"package.{head}"))
            place = "center" if head in _CENTERED else "left"
            look: dict[str, Any] = {"background": style.INK, "horizontal": place, "vertical": "center"}
            style.put(sheet, row, column, said, bold=True, color="FFFFFF", **look)
    sheet.row_dimensions[row].height = 33 if words.other else 18
    for values in cells:
        row += 1
        for column, (head, value) in enumerate(zip(heads, values, strict=True), start=1):
            number = _CHANGE if head in _CHANGES else "0" if head in {"position", "appeal"} else "#,##0.00"
            form = number if isinstance(value, int | float) else None
            place = "center" if head in _CENTERED else "left"
            style.put(sheet, row, column, value, number=form, line=bool(head), horizontal=place)
        sheet.row_dimensions[row].height = max(map(row_height, values, _WIDTHS))
    return row


_HEADS = {
    "asked": "summary.asked",
    "position": "column.position",
    "title": "column.title",
    "title_id": "column.title_id",
    "appeal": "column.appeal",
}
