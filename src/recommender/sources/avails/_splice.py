"""Change cells of a sheet in the bytes it is stored in, and nothing else of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from recommender.sources.avails._notes import letter

__all__ = ["CellText", "FormulaShared", "SheetIndex", "spliced"]

Place = tuple[int, int]
_SPANS = re.compile(rb'\sspans="[^"]*"')
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class FormulaShared(Exception):  # noqa: N818 - a signal between two modules
    """A cell holds a formula that other cells use: ``args`` is its reference."""


@dataclass(frozen=True, slots=True)
class CellText:
    """What a cell is to hold.

    Attributes
    ----------
    value : str, bool, int, float or None
        A number may be a date, by its style.
    style : int or None
        The cell's style; None: the one it has.
    """

    value: str | bool | int | float | None
    style: int | None = None


@dataclass
class _Row:
    number: int
    start: int
    open_end: int = 0
    close: int = 0
    end: int = 0
    cells: list[tuple[int, int, int]] = field(default_factory=list)


class SheetIndex:
    """Where the rows of a stored sheet begin and end, and some of their cells, with the cells' styles.

    Parameters
    ----------
    xml : bytes
        The sheet's part, in UTF-8.
    rows : collection of int
        The rows, from 0, of which the cells are wanted.
    """

    def __init__(self, xml: bytes, rows: Collection[int]) -> None:
        self.xml = xml
        self._wanted = frozenset(rows)
        self._last = 0
        self.rows: dict[int, _Row] = {}
        self.styles: dict[Place, int] = {}
        self.formulas: dict[Place, bool] = {}
        self.data: tuple[int, int, int] = (0, 0, 0)
        self.prefix = ""
        self._row: _Row | None = None
        self._cell: Place | None = None
        self._start = 0
        self._column = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close
        self._parser.Parse(xml, True)

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        prefix, _, local = name.rpartition(":")
        here = self._parser.CurrentByteIndex
        if local == "sheetData":
            self.prefix = f"{prefix}:" if prefix else ""
            self.data = (here, self._tag_end(here), 0)
        elif local == "row":
            self._last = int(attributes.get("r", self._last + 1))
            self._row = _Row(self._last, here, self._tag_end(here))
            self.rows[self._last] = self._row
            self._column = 0
        elif local == "c" and self._row is not None and self._row.number - 1 in self._wanted:
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = _number(found[1]) if found else self._column + 1
            self._cell = (self._row.number - 1, self._column - 1)
            self._start = here
            self.styles[self._cell] = int(attributes.get("s", 0))
        elif local == "f" and self._cell is not None:
            self.formulas[self._cell] = attributes.get("t") in {"shared", "array", "dataTable"}

    def _close(self, name: str) -> None:
        local = name.rpartition(":")[2]
        here = self._parser.CurrentByteIndex
        if local == "c" and self._row is not None and self._cell is not None:
            self._row.cells.append((self._cell[1], self._start, self._element_end(self._start, here)))
            self._cell = None
        elif local == "row" and self._row is not None:
            self._row.close = here
            self._row.end = self._element_end(self._row.start, here)
            self._row = None
        elif local == "sheetData":
            self.data = (self.data[0], self.data[1], here)

    def _tag_end(self, start: int) -> int:
        quote = 0
        for place in range(start, len(self.xml)):
            byte = self.xml[place]
            if quote:
                quote = 0 if byte == quote else quote
            elif byte in b"\"'":
                quote = byte
            elif byte == ord(">"):
                return place + 1
        return len(self.xml)

    def _element_end(self, start: int, closing: int) -> int:
        # Of an empty element the end is reported somewhere behind it.
        end = self._tag_end(start)
        return end if self.is_empty(end) else self._tag_end(closing)

    def is_empty(self, tag_end: int) -> bool:
        """Return whether the tag that ends there is an element without content."""
        return self.xml[tag_end - 2 : tag_end] == b"/>"


def spliced(index: SheetIndex, changes: Mapping[Place, CellText]) -> bytes:
    """Return the sheet with some cells changed; every other byte is as it was.

    Raises
    ------
    FormulaShared
        A formula that several cells share stands in one of the places.
    """
    pieces: list[tuple[int, int, bytes]] = []
    by_row: dict[int, dict[int, CellText]] = {}
    for (row, column), change in changes.items():
        if index.formulas.get((row, column)):
            raise FormulaShared(f"{letter(column)}{row + 1}")
        by_row.setdefault(row + 1, {})[column] = change
    for number, cells in sorted(by_row.items()):
        if number in index.rows:
            pieces += _in_row(index, index.rows[number], cells)
        else:
            pieces.append(_new_row(index, number, cells))
    return _applied(_wider(index, changes), index, pieces)


def _in_row(index: SheetIndex, row: _Row, cells: dict[int, CellText]) -> list[tuple[int, int, bytes]]:
    pieces: list[tuple[int, int, bytes]] = []
    at = {column: (start, end) for column, start, end in row.cells}
    empty = index.is_empty(row.open_end)
    fresh: dict[int, list[bytes]] = {}
    for column, change in sorted(cells.items()):
        style = change.style if change.style is not None else index.styles.get((row.number - 1, column), 0)
        text = _cell(index.prefix, f"{letter(column)}{row.number}", style, change.value)
        if column in at:
            pieces.append((*at[column], text))
        else:
            after = [start for other, start, _ in row.cells if other > column]
            fresh.setdefault(min(after, default=row.close if not empty else row.end), []).append(text)
    tag = _SPANS.sub(b"", index.xml[row.start : row.open_end])
    if empty and fresh:
        texts = b"".join(text for lines in fresh.values() for text in lines)
        closing = f"</{index.prefix}row>".encode()
        return [(row.start, row.end, tag.removesuffix(b"/>").rstrip() + b">" + texts + closing)]
    pieces += [(place, place, b"".join(texts)) for place, texts in fresh.items()]
    if fresh:
        pieces.append((row.start, row.open_end, tag))
    return pieces


def _new_row(index: SheetIndex, number: int, cells: dict[int, CellText]) -> tuple[int, int, bytes]:
    texts = [
        _cell(index.prefix, f"{letter(column)}{number}", change.style or 0, change.value)
        for column, change in sorted(cells.items())
    ]
    line = f'<{index.prefix}row r="{number}">'.encode() + b"".join(texts) + f"</{index.prefix}row>".encode()
    later = [row.start for other, row in index.rows.items() if other > number]
    start, open_end, close = index.data
    if index.is_empty(open_end):
        name = f"{index.prefix}sheetData".encode()
        return start, open_end, b"<" + name + b">" + line + b"</" + name + b">"
    place = min(later, default=close)
    return place, place, line


def _cell(prefix: str, reference: str, style: int, value: str | bool | int | float | None) -> bytes:
    start = f'<{prefix}c r="{reference}"' + (f' s="{style}"' if style else "")
    if value is None:
        return f"{start}/>".encode()
    if isinstance(value, str):
        plain = _ESCAPE_LIKE.sub("_x005F_", _BAD.sub("\ufffd", value))
        inner = f'<{prefix}is><{prefix}t xml:space="preserve">{escape(plain)}</{prefix}t></{prefix}is>'
        return f'{start} t="inlineStr">{inner}</{prefix}c>'.encode()
    kind, text = (' t="b"', str(int(value))) if isinstance(value, bool) else ("", repr(value))
    return f"{start}{kind}><{prefix}v>{text}</{prefix}v></{prefix}c>".encode()


def _wider(index: SheetIndex, changes: Mapping[Place, CellText]) -> list[tuple[int, int, bytes]]:
    """Return the change of the sheet's stated extent, where a cell lies outside it."""
    found = re.search(rb'<(?:\w+:)?dimension\s+ref="([A-Z]+)([0-9]+)(?::([A-Z]+)([0-9]+))?"', index.xml)
    if found is None or not changes:
        return []
    left, top = _number(found[1].decode()), int(found[2])
    right, bottom = (_number(found[3].decode()), int(found[4])) if found[3] else (left, top)
    left, top = min(left, *(column + 1 for _, column in changes)), min(top, *(row + 1 for row, _ in changes))
    right, bottom = max(right, *(column + 1 for _, column in changes)), max(bottom, *(row + 1 for row, _ in changes))
    text = f"{letter(left - 1)}{top}:{letter(right - 1)}{bottom}".encode()
    end = found.end(4) if found[3] else found.end(2)
    return [(found.start(1), end, text)]


def _applied(extent: list[tuple[int, int, bytes]], index: SheetIndex, pieces: list[tuple[int, int, bytes]]) -> bytes:
    out: list[bytes] = []
    place = 0
    # An insertion comes before what begins at the same place; new rows keep their order.
    for start, end, text in sorted([*extent, *pieces], key=lambda piece: piece[:2]):
        out += [index.xml[place:start], text]
        place = max(place, end)
    return b"".join([*out, index.xml[place:]])


def _number(letters: str) -> int:
    number = 0
    for character in letters:
        number = number * 26 + ord(character) - 64
    return number
