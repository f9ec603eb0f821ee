"""The workbook's sheet of the market's rules: what each says, how it stands, and what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.offers import _style as style
from recommender.offers._offer import Offer
from recommender.offers._rules_view import rules_view

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_HEADS = (
    ("Reason code", 24),
    ("Effect", 14),
    ("State", 15),
    ("Media", 14),
    ("Titles hit", 9),
    ("Unknown", 9),
    ("What it says", 62),
    ("How it stands", 46),
    ("Source", 44),
    ("Trust", 34),
    ("Rule", 26),
)
_SOURCE = 9
_LINE_HEIGHT = 12.9


def add_rules_sheet(book: Workbook, offer: Offer) -> None:
    """Add the sheet of the rules, where they were checked."""
    view = rules_view(offer)
    if view is None:
        return
    from openpyxl.utils import get_column_letter as letter

    sheet = book.create_sheet("Rules")
    for index, (_, width) in enumerate(_HEADS, start=1):
        sheet.column_dimensions[letter(index)].width = width
    style.put(sheet, 1, 1, "The market's rules", size=16, bold=True, wrap=False)
    text = (
        f"Data, not legal advice: to be verified in the market. Read as of {view.on}, packs {view.packs}. What the "
        "catalogue does not say is unknown, never a pass."
    )
    style.put(sheet, 2, 1, text, color=style.MUTED, wrap=False)
    row = 4
    for status, count, meaning in view.statuses:
        style.put(sheet, row, 1, status, bold=True)
        style.put(sheet, row, 2, count, number="#,##0")
        style.put(sheet, row, 3, meaning, wrap=False)
        row += 1
    for code, count in view.blocked:
        style.put(sheet, row, 1, "left out", bold=True)
        style.put(sheet, row, 2, count, number="#,##0")
        style.put(sheet, row, 3, f"of the catalogue, by {code}", wrap=False)
        row += 1
    row += 1
    for heading, lines in view.groups:
        style.put(sheet, row, 1, heading, size=12, bold=True, color=style.ACCENT, wrap=False)
        row = _add_heads(sheet, row + 1)
        for line in lines:
            values: list[object] = [line.reason_code, line.effect, line.state, line.media, line.hits, line.unknown]
            values += [line.message, line.detail]
            values += ["\n".join(dict.fromkeys(source[part] for source in line.sources)) for part in (0, 2)]
            _add_line(
                sheet, row, [*values, "\n".join(line.rules)], line.sources[0][1] if len(line.sources) == 1 else ""
            )
            row += 1
        row += 1
    if view.idle:
        style.put(sheet, row, 1, f"About no title of this offer: {', '.join(view.idle)}", wrap=False)
        row += 2
    for heading, texts in (("To be noted of the rules themselves", view.notices), ("Overridden", view.overrides)):
        if texts:
            style.put(sheet, row, 1, heading, size=12, bold=True, color=style.ACCENT, wrap=False)
            for place, said in enumerate(texts, start=row + 1):
                style.put(sheet, place, 1, said, wrap=False)
            row += len(texts) + 2
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 90
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _add_heads(sheet: Worksheet, row: int) -> int:
    for index, (head, _) in enumerate(_HEADS, start=1):
        cell = style.put(sheet, row, index, head, bold=True, color="FFFFFF", vertical="center")
        cell.fill = style.fill(style.INK)
    return row + 1


def _add_line(sheet: Worksheet, row: int, values: list[object], address: str) -> None:
    lines = 1
    for index, ((_, width), value) in enumerate(zip(_HEADS, values, strict=True), start=1):
        number = "#,##0" if isinstance(value, int) else None
        cell = style.put(sheet, row, index, value, number=number)
        cell.border = style.underline()
        if isinstance(value, str):
            lines = max(lines, sum(max(1, -(-len(part) // round(width * 1.05))) for part in value.split("\n")))
    if address:
        link = sheet.cell(row, _SOURCE)
        link.hyperlink = address
        link.font = style.font(color=style.ACCENT)
    sheet.row_dimensions[row].height = 6 + _LINE_HEIGHT * lines
