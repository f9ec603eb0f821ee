"""The workbook's sheet of titles to screen first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recommender.offers import _style as style
from recommender.offers._language import Words
from recommender.offers._offer import Offer
from recommender.offers._screening import screen_first
from recommender.offers._sheet_table import Column, fill_sheet, sheet_name
from recommender.offers._words import is_missing, rows_of

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook


def add_screening_sheet(book: Workbook, offer: Offer, words: Words) -> None:
    """Add the sheet *Screen first*; none where no look would change the offer."""
    table = screen_first(offer)
    if table.empty:
        return
    sheet = book.create_sheet(sheet_name(words.both("sheet.screening", " ")))
    columns = [
        _column(words, "column.position", 6, number="0", center=True),
        _column(words, "column.title", 44, look=lambda _: {"bold": True}),
        _column(words, "column.year", 8, number="0", center=True),
        _column(words, "screening.offered", 11, center=True),
        *(_column(words, f"column.{name}", 9, number="0", center=True) for name in ("appeal", "low", "high")),
        _column(words, "column.evidence", 12),
        _column(words, "screening.gain", 14, number="0.0", center=True),
        _column(words, "screening.chance", 14, number="0%", center=True),
        _column(words, "column.why", 74),
        _column(words, "column.title_id", 20),
    ]
    cells = [_cells(number, row, words) for number, row in enumerate(rows_of(table), start=1)]
    fill_sheet(sheet, columns, cells)
    sheet.freeze_panes = "C2"
    note = len(cells) + 3
    for place, line in enumerate(words.both("screening.note").split("\n"), start=note):
        style.put(sheet, place, 2, line, color=style.MUTED, wrap=False)


def _column(words: Words, key: str, width: float, **more: Any) -> Column:
    return Column(words.both(key), width, "", lambda row: row, **more)


def _cells(number: int, row: Any, words: Words) -> list[object]:
    year = None if is_missing(row.year) else int(row.year)
    offered = words.both("package.yes" if row.offered else "package.no", " ")
    figures = [100 * row.appeal, 100 * row.low, 100 * row.high]
    gain = [100 * row.gain, row.chance]
    return [
        number,
        row.title,
        year,
        offered,
        *figures,
        words.told(row.evidence),
        *gain,
        words.told(row.why),
        row.title_id,
    ]
