"""The workbook's sheet of the market's rules: what each says, how it stands, and what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recommender.offers import _style as style
from recommender.offers._language import Words
from recommender.offers._offer import Offer
from recommender.offers._rules_view import RulesView, ViewLine, rules_view
from recommender.offers._sheet_print import print_side_by_side
from recommender.offers._sheet_table import row_height, set_print, sheet_name

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_HEADS = (
    ("reason_code", 24),
    ("effect", 15),
    ("state", 15),
    ("media", 15),
    ("hits", 10),
    ("unknown", 11),
    ("says", 62),
    ("stands", 52),
    ("source", 44),
    ("trust", 32),
    ("rule", 26),
)
_RULE = 11
_APART = 7  # printed, how a rule stands and where it is from stand on a page of their own


def add_rules_sheet(book: Workbook, offer: Offer, words: Words) -> None:
    """Add the sheet of the rules, where they were checked. What a rule says stays in the pack's language."""
    view = rules_view(offer)
    if view is None:
        return
    from openpyxl.utils import get_column_letter as letter

    sheet = book.create_sheet(sheet_name(words.both("sheet.rules", " ")))
    for index, (_, width) in enumerate(_HEADS, start=1):
        sheet.column_dimensions[letter(index)].width = width
    style.put(sheet, 1, 1, words.both("rules.title", " · "), size=16, bold=True, wrap=False)
    sheet.row_dimensions[1].height = 26
    data = words.both("rules.data", day=view.on, packs=view.packs)
    for row, line in enumerate(data.split("\n"), start=2):
        _add_sentence(sheet, row, line, color=style.MUTED)
    row = above = _add_counts(sheet, 5, view, words)
    for heading, lines in view.groups:
        _add_heading(sheet, row, words.told(heading, " · "))
        row = _add_heads(sheet, row + 1, words)
        for text in lines:
            _add_line(sheet, row, text, words)
            row += 1
        row += 1
    below = row
    if view.idle:
        _add_sentence(sheet, row, words.both("rules.idle", codes=", ".join(view.idle)))
        row += 2
    for heading, texts in (("rules.notices", view.notices), ("rules.overridden", view.overrides)):
        if texts:
            _add_heading(sheet, row, words.both(heading, " · "))
            for place, said in enumerate(texts, start=row + 1):
                _add_sentence(sheet, place, words.told(said))
            row += len(texts) + 2
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 90
    set_print(sheet, heads=False)
    print_side_by_side(sheet, [width for _, width in _HEADS], (above, below - 1), after=_APART, repeated=1)


def _add_counts(sheet: Worksheet, row: int, view: RulesView, words: Words) -> int:
    """Write how many titles have each status, and what bars those that are left out; return the next free row."""
    lines = [(words.told(status, " "), count, words.told(meaning, " · ")) for status, count, meaning in view.statuses]
    out = words.both("rules.left_out", " ")
    lines += [(out, count, words.both("rules.left_out_by", " · ", code=code)) for code, count in view.blocked]
    for status, count, meaning in lines:
        style.put(sheet, row, 1, status, bold=True)
        style.put(sheet, row, 2, count, number="#,##0")
        style.put(sheet, row, 3, meaning, wrap=False)
        row += 1
    return row + 1


def _add_sentence(sheet: Worksheet, row: int, text: str, **look: Any) -> None:
    """Write a sentence across the columns that print beside each other, on as many lines as it takes."""
    style.put(sheet, row, 1, text, **look)
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=_APART)
    sheet.row_dimensions[row].height = row_height(text, sum(width for _, width in _HEADS[:_APART]))


def _add_heading(sheet: Worksheet, row: int, text: str) -> None:
    style.put(sheet, row, 1, text, size=12, bold=True, color=style.ACCENT, wrap=False, vertical="center")
    sheet.row_dimensions[row].height = 22


def _add_heads(sheet: Worksheet, row: int, words: Words) -> int:
    for index, (head, _) in enumerate(_HEADS, start=1):
        look: dict[str, Any] = {"bold": True, "color": "FFFFFF", "background": style.INK, "vertical": "center"}
        style.put(sheet, row, index, words.both(f"rules.{head}"), **look)
    sheet.row_dimensions[row].height = 33 if words.other else 18
    return row + 1


def _add_line(sheet: Worksheet, row: int, line: ViewLine, words: Words) -> None:
    sources = "\n".join(dict.fromkeys(source for source, _, _ in line.sources))
    trust = "\n".join(words.told(said) for said in dict.fromkeys(said for _, _, said in line.sources))
    values: list[object] = [line.reason_code, words.told(line.effect), words.told(line.state), words.told(line.media)]
    values += [line.hits, line.unknown, line.message, words.told(line.detail), sources, trust, "\n".join(line.rules)]
    for index, value in enumerate(values, start=1):
        style.put(sheet, row, index, value, number="#,##0" if isinstance(value, int) else None, line=True)
    if len(line.sources) == 1 and line.sources[0][1]:
        # On the rule's name, which is short: some programs do not wrap a text that is a link.
        link = sheet.cell(row, _RULE)
        link.hyperlink = line.sources[0][1]
        link.font = style.font(color=style.ACCENT)
    sheet.row_dimensions[row].height = max(map(row_height, values, (width for _, width in _HEADS)))
