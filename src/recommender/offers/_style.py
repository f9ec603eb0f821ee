"""Colors, fonts and cells that the workbook's sheets share."""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from recommender import pages
from recommender.offers._words import clean
from recommender.sources import set_text

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

# openpyxl wants colors without the sign.
INK = pages.INK.removeprefix("#")
MUTED = pages.MUTED.removeprefix("#")
LINE = pages.LINE.removeprefix("#")
PAPER = pages.PAPER.removeprefix("#")
ACCENT = pages.ACCENT.removeprefix("#")
ACCENT_SOFT = pages.ACCENT_SOFT.removeprefix("#")
GOLD = pages.GOLD.removeprefix("#")
PALE = pages.PALE.removeprefix("#")
REST = pages.REST.removeprefix("#")
WARM = pages.WARM.removeprefix("#")
WARM_SOFT = pages.WARM_SOFT.removeprefix("#")

TIER_FILLS = {"locomotive": GOLD, "core": ACCENT_SOFT, "library": PALE}
DECISION_FILLS = {"accept": "D6EBD7", "hold": "FCEBC5", "reject": "F6D5D0"}

_LATIN = "Calibri"
_HAN = "Microsoft YaHei"  # on Windows and with Office for Mac; others fall back to their own
_HAN_TEXT = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")


def is_han(text: object) -> bool:
    r"""Return whether a text holds Chinese signs (or Japanese or Korean ones), which Latin fonts lack.

    Examples
    --------
    >>> is_han("Decision\n决定"), is_han("Решение")
    (True, False)
    """
    return isinstance(text, str) and not text.isascii() and bool(_HAN_TEXT.search(text))


def font(text: object = "", *, size: float = 10, color: str = INK, bold: bool = False, italic: bool = False) -> Any:
    """Return a font that has the text's signs: one with Chinese ones (and Latin, and Cyrillic) where there are any."""
    from openpyxl.styles import Font

    return Font(name=_HAN if is_han(text) else _LATIN, size=size, color=color, bold=bold, italic=italic)


def fill(color: str) -> Any:
    """Return a solid fill."""
    from openpyxl.styles import PatternFill

    return PatternFill("solid", start_color=color, end_color=color)


def align(*, wrap: bool = True, horizontal: str = "left", vertical: str = "top", indent: int = 0) -> Any:
    """Return an alignment."""
    from openpyxl.styles import Alignment

    return Alignment(wrap_text=wrap, horizontal=horizontal, vertical=vertical, indent=indent)


def underline(color: str = LINE, style: str = "thin") -> Any:
    """Return a border below."""
    from openpyxl.styles import Border, Side

    return Border(bottom=Side(style=style, color=color))


def shown(value: object, limit: int = 1_000) -> object:
    """Return what a cell shows of a value: text is cleaned, and cut at a limit."""
    return clean(value, limit) if isinstance(value, str) else value


def put(
    sheet: Worksheet,
    row: int,
    column: int,
    value: object,
    *,
    limit: int = 1_000,
    size: float = 10,
    color: str = INK,
    bold: bool = False,
    italic: bool = False,
    number: str | None = None,
    background: str | None = None,
    line: bool = False,
    **alignment: Any,
) -> Cell:
    """Write one cell, on a background and with a line below if wanted.

    Text is always text: never a formula, whatever it begins with.
    """
    cell: Any = sheet.cell(row, column)
    quoted = False
    value = shown(value, limit)
    if not isinstance(value, str):
        cell.value = value
    elif value:
        set_text(cell, value)
        # Shown as text, and still text after somebody has edited the cell.
        quoted = bool(cell.quotePrefix)
    looks = _LOOKS.setdefault(sheet.parent, {})
    key = (is_han(value), size, color, bold, italic, number, background, line, quoted, *alignment.items())
    if key in looks:
        cell._style = copy(looks[key])
        return cell
    cell.font = font(value, size=size, color=color, bold=bold, italic=italic)
    cell.alignment = align(**alignment)
    cell.quotePrefix = quoted
    if number:
        cell.number_format = number
    if background:
        cell.fill = fill(background)
    if line:
        cell.border = underline()
    looks[key] = copy(cell._style)
    return cell


# A look is found in the workbook's tables once and copied from then on: comparing fonts is what takes the time.
_LOOKS: WeakKeyDictionary[Any, dict[tuple[object, ...], Any]] = WeakKeyDictionary()
