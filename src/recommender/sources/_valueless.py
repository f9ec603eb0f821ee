"""Cells of a workbook that hold something and yet no value: Excel's errors, and formulas that nobody computed.

Readers give such cells as empty, and an empty cell often means something: an open end, every language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import unescape

__all__ = ["Place", "Valueless", "column_number", "resolve_cells"]

Place = tuple[int, int]

_SOME = re.compile(rb"<(?:\w+:)?f[ />]|\bt=[\"']e[\"']")
_PART = re.compile(rb"<(?:\w+:)?row\b([^>]*)>|<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_ROW = re.compile(rb"\br=[\"']([0-9]{1,7})[\"']")
_CELL = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_TYPE = re.compile(rb"\bt=[\"'](\w+)[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*?(?:/>|>([^<]*)</)")
_INLINE = re.compile(rb"<(?:\w+:)?is\b")
_LITERALS = {"TRUE()": True, "TRUE": True, "FALSE()": False, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Valueless:
    """A cell without a value: what stands there, what is wrong with it, and what to do."""

    shown: str
    problem: str
    remedy: str


def resolve_cells(cells: list[list[Any]], part: bytes) -> dict[Place, Valueless]:
    """Return the cells that hold no value, by row and column from 0; formulas that are plainly one become it.

    Parameters
    ----------
    cells : list of list
        A sheet from A1, as a reader gives it: it is changed, and made as wide and deep as the cells found.
    part : bytes
        The sheet's part of the archive.
    """
    found: dict[Place, Valueless] = {}
    if _SOME.search(part) is None:
        return found
    for (row, column), attributes, content in _cells(part):
        judged = _judged(attributes, content)
        if judged is None:
            continue
        _widen(cells, row, column)
        if isinstance(judged, bool):
            cells[row][column] = judged
        else:
            found[row, column] = judged
    return found


def column_number(letters: bytes) -> int:
    """Return a column's number by its letters, from 1.

    Examples
    --------
    >>> column_number(b"A"), column_number(b"AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _judged(attributes: bytes, content: bytes) -> Valueless | bool | None:
    """Return what a cell holds in place of a value, or the truth that its formula plainly is; None: it has a value."""
    said = _TYPE.search(attributes)
    kind = b"n" if said is None else said[1]
    value = _VALUE.search(content)
    text = None if value is None else value[1]
    if kind == b"e":
        return Valueless(_text(text) or "an error", "an error, not a value", "write the value itself")
    formula = _FORMULA.search(content)
    # Of type str an empty value is one: the empty text.
    if formula is None or text or _INLINE.search(content) or (kind == b"str" and value is not None):
        return None
    word = _text(formula[1]).strip()
    if word.upper() in _LITERALS:
        return _LITERALS[word.upper()]
    remedy = "open the workbook in Excel and save it"
    return Valueless(f"={word}", "the value of this formula is not in the file", remedy)


def _cells(part: bytes) -> Iterator[tuple[Place, bytes, bytes]]:
    """Yield place, attributes and content of the filled cells; what says no place stands behind the one before."""
    row = column = -1
    for found in _PART.finditer(part):
        of_row, attributes, content = found.groups()
        if of_row is not None:
            said = _ROW.search(of_row)
            row, column = (row + 1 if said is None else int(said[1]) - 1), -1
            continue
        reference = _CELL.search(attributes)
        if reference is None:
            column += 1
        else:
            row, column = int(reference[2]) - 1, column_number(reference[1]) - 1
        if content is not None:
            yield (row, column), attributes, content


def _text(xml: bytes | None) -> str:
    return unescape((xml or b"").decode("utf-8", "replace"), {"&quot;": '"', "&apos;": "'"})


def _widen(cells: list[list[Any]], row: int, column: int) -> None:
    """Make room for a cell that the reader took for empty."""
    width = max(column + 1, len(cells[0]) if cells else 0)
    cells.extend([] for _ in range(row + 1 - len(cells)))
    for line in cells:
        line.extend([None] * (width - len(line)))
