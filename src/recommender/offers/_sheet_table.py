"""A sheet that is one table: its columns, its cells, and the heights, widths and print settings that suit them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from recommender.offers import _style as style
from recommender.offers._words import link_of, rows_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

HEADER_ROW = 1
_LINE_HEIGHT = 12.9
_HAN_LINE_HEIGHT = 14.6
_MOST_LINES = 9
_MOST_HAN_LINES = 12
_FILTER_BUTTON = 2.4  # characters of the head that the filter's button hides


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    head : str
        What stands above it; its second line is the second language.
    width : float
        In characters; it is made wider where the head needs more.
    meaning : str
        A sentence for the sheet of columns.
    value : callable
        From a row (a named tuple) to the cell's value.
    number : str, optional
        The format of numbers.
    center : bool
    optional : bool
        Whether it is left out where no row has a value.
    link : str, optional
        The column of identifiers (`imdb_id`, ...) whose page the cell leads to.
    limit : int
        The longest text that its cells hold; longer ones are cut.
    look : callable, optional
        From the cell's value to how it looks otherwise than most: keywords of `put`.
    key : str
        Its name within the workbook, in no language; the workbook's defined name `col_KEY` points at its head.
    """

    head: str
    width: float
    meaning: str
    value: Callable[[Any], object]
    number: str | None = None
    center: bool = False
    optional: bool = False
    link: str | None = None
    limit: int = 1_000
    look: Callable[[object], Mapping[str, Any]] | None = None
    key: str = ""


def filled(columns: list[Column], frame: pd.DataFrame) -> tuple[list[Column], list[list[object]]]:
    """Return the columns that hold something (or must be there) and the cells, row by row."""
    rows = list(rows_of(frame))
    made = [[column.value(row) for row in rows] for column in columns]
    kept = [
        index
        for index, column in enumerate(columns)
        if not column.optional or any(value not in (None, "") for value in made[index])
    ]
    return [columns[i] for i in kept], [list(cells) for cells in zip(*(made[i] for i in kept), strict=True)]


def fill_sheet(sheet: Worksheet, columns: list[Column], cells: list[list[object]], *, least: int = 2) -> None:
    """Write a table into an empty sheet: heads in the first row, then the cells; filters, widths, print settings."""
    from openpyxl.utils import get_column_letter as letter

    for index, column in enumerate(columns, start=1):
        style.put(
            sheet,
            HEADER_ROW,
            index,
            column.head,
            bold=True,
            color="FFFFFF",
            background=style.INK,
            vertical="center",
            horizontal="center" if column.center else "left",
        )
        sheet.column_dimensions[letter(index)].width = width_of(column)
    lines = max((column.head.count("\n") + 1 for column in columns), default=1)
    sheet.row_dimensions[HEADER_ROW].height = 30 if lines == 1 else 44
    for number, values in enumerate(cells, start=HEADER_ROW + 1):
        for index, (column, value) in enumerate(zip(columns, values, strict=True), start=1):
            address = link_of(column.link, value) if column.link else None
            look: dict[str, Any] = {"horizontal": "center" if column.center else "left", "number": column.number}
            look |= {"color": style.ACCENT} if address else {}
            look |= column.look(value) if column.look else {}
            cell = style.put(sheet, number, index, value, limit=column.limit, line=True, **look)
            if address:
                cell.hyperlink = address
        sheet.row_dimensions[number].height = max(
            row_height(value, column.width, least) for value, column in zip(values, columns, strict=True)
        )
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{letter(len(columns))}{HEADER_ROW + len(cells)}"
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 90
    set_print(sheet)


def width_of(column: Column) -> float:
    """Return the width that a column needs: its own, or that of the longest word of its head."""
    words = [word for line in column.head.split("\n") for word in line.split()]
    longest = max((text_width(word) for word in words if not style.is_han(word)), default=0.0)
    han = max((text_width(word) for word in words if style.is_han(word)), default=0.0)
    return max(column.width, 1.1 * longest + _FILTER_BUTTON, min(han, 8) + _FILTER_BUTTON)


def text_width(text: str) -> float:
    """Return a text's width in the workbook's font, in digits: Chinese signs are two wide, Cyrillic ones broader.

    Examples
    --------
    >>> text_width("Drama"), round(text_width("драма"), 1), text_width("剧情")
    (5.0, 5.5, 4.0)
    """
    return float(len(text)) if text.isascii() else sum(map(_sign_width, text))


@lru_cache(maxsize=4096)
def _sign_width(sign: str) -> float:
    if sign < "\u0250":
        return 1.0
    if unicodedata.east_asian_width(sign) in "WF":
        return 2.0
    return 0.0 if unicodedata.combining(sign) else 1.1


def row_height(value: object, width: float, least: int = 1) -> float:
    """Return the height in points of the row that shows a cell's text at a width, or at least so many lines."""
    if not isinstance(value, str):
        return 6 + _LINE_HEIGHT * least
    han = style.is_han(value)
    broad = 1.06 if han else 0.9  # the letters of the font that has Chinese signs are broader too
    lines = sum(max(1, math.ceil(text_width(line) * broad / width)) for line in value.split("\n"))
    high, most = (_HAN_LINE_HEIGHT, _MOST_HAN_LINES) if han else (_LINE_HEIGHT, _MOST_LINES)
    return 6 + high * min(max(lines, least), most)


def set_print(sheet: Worksheet, *, heads: bool = True) -> None:
    """Let a sheet print as wide as a page of A4, with its heads on every page where they are the first row."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    if heads:
        sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.oddFooter.left.text = "&A"
    sheet.oddFooter.right.text = "&P / &N"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5


def color_scale(sheet: Worksheet, column: str, last: int) -> None:
    """Color numbers from white to green, low to high."""
    from openpyxl.formatting.rule import ColorScaleRule

    scale = ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="6FB3B0")
    sheet.conditional_formatting.add(f"{column}{HEADER_ROW + 1}:{column}{last}", scale)


def color_words(sheet: Worksheet, column: str, last: int, fills: Mapping[str, str]) -> None:
    """Color the cells of a column that hold a word."""
    from openpyxl.formatting.rule import CellIsRule

    for word, color in fills.items():
        rule = CellIsRule(operator="equal", formula=[f'"{word}"'], fill=style.fill(color))
        sheet.conditional_formatting.add(f"{column}{HEADER_ROW + 1}:{column}{last}", rule)


def sheet_name(name: str) -> str:
    r"""Return a name as Excel takes it for a sheet: on one line, at most 31 signs.

    Examples
    --------
    >>> sheet_name("Not offered\nНе вошли")
    'Not offered Не вошли'
    """
    return re.sub(r"[\\/*?:\[\]]", " ", name.replace("\n", " "))[:31].strip()
