"""A sheet of avails: its header, its version, and the rows that hold an avail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from recommender.sources import _cells
from recommender.sources.avails._fields import VERSIONS, Kind, demand_of, normal
from recommender.sources.avails._headers import Header, find_header
from recommender.sources.avails._notes import Note, letter
from recommender.sources.avails._package import Grid

__all__ = ["AvailsSheet", "read_sheet"]

_VERSION = re.compile(r"v?(\d+\.\d+(?:\.\d+)?)", re.IGNORECASE)
_HINT = re.compile(r"/{1,3}\s*(?:req|opt|e\.?g|only|prohibited|disallowed)|/{2}", re.IGNORECASE)
_LEFT_IN = re.compile(r"/{2,3}\s*(?:req|opt\b|optional|e\.?g\b)", re.IGNORECASE)
_WORD_HINT = re.compile(r"(?:required|optional|opt|req)\b", re.IGNORECASE)
_NAMES: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("movies", ("movies", "movie")),
    ("tv", ("tv",)),
    ("collections", ("collections", "collection")),
)
_KNOWN_NAMES: dict[str, Kind] = {
    f"{before}{word}": kind for before in ("", "template") for kind, words in _NAMES for word in words
}
_TELLING = ("Territory", "LicenseType", "ALID", "ContentID", "Start", "TitleInternalAlias", "SeriesTitleInternalAlias")
# Fields that say how far a right reaches: empty they say that it reaches far.
_BOUNDS = frozenset(
    {
        *("EntryType", "Territory", "TerritoryExclusion", "LicenseType", "AllowedLanguages", "HoldbackLanguage"),
        *("Licensee", "Exclusive", "TitleStatus"),
        *("Start", "StartLag", "End", "EndLag", "WindowDuration"),
    }
)
_SINCE_1_7_3 = frozenset({"Licensee", "TerritoryExclusion", "TitleStatus", "Exclusive", "WindowDuration", "Download"})
_SINCE_1_8 = frozenset({"PackageLabel", "StoreType", "VolumeContentID"})


@dataclass(frozen=True, eq=False)
class AvailsSheet:
    """A sheet that holds avails.

    Attributes
    ----------
    name : str
        As the workbook calls it.
    kind : {"movies", "tv", "collections"}
        What its columns are made for.
    version : str
        ``1.7.2`` and so on; what the sheet says of itself, or what its columns show.
    header : Header
        Where the columns are.
    cells : DataFrame of object
        The rows that hold an avail: a column for every named one, by field or as the sheet calls it.
    rows : list of int
        The row of each in the sheet, from 1.
    valueless : frozenset of (int, str or None)
        Row and field of the cells that are not empty and yet have no value; each is noted.
    """

    name: str
    kind: Kind
    version: str
    header: Header
    cells: pd.DataFrame
    rows: list[int]
    valueless: frozenset[tuple[int, str | None]] = frozenset()

    @property
    def doubtful(self) -> frozenset[int]:
        """The rows, from 1, of which no right may be made: a cell that bounds it has no value."""
        return frozenset(row for row, field in self.valueless if field in _BOUNDS)


def read_sheet(grid: Grid, notes: list[Note]) -> AvailsSheet | None:
    """Return a sheet's avails; None where it holds none, as a data dictionary does."""
    header = find_header(grid, notes)
    if header is None:
        return None
    kind = _kind(grid, header, notes)
    stated = _stated_version(grid, header)
    version = _version(grid, header, stated, notes)
    lines = [list(line) for line in grid.cells]
    _unmerge(grid, header, lines, notes)
    kept: list[int] = []
    telling = [column.place for column in header.columns if column.field in _TELLING]
    for place in range(header.row + 1, len(lines)):
        verdict = _verdict(lines[place], telling, first=place == header.row + 1)
        if verdict == "avail":
            kept.append(place)
        elif verdict == "stray":
            value = next((cell for cell in lines[place] if _filled(cell)), None)
            problem = "this row holds no territory, licence type, id or title: it is no avail"
            notes.append(
                Note("warning", grid.name, place + 1, None, None, value, problem, "complete it, or begin it with //")
            )
    _note_missing_columns(grid, header, kind, notes)
    _note_nameless(grid, header, kept, lines, notes)
    valueless = frozenset(_note_valueless(grid, header, set(kept), notes))
    columns = {
        column.name if column.name not in _names_before(header, column.place) else f"{column.name} ({place})": [
            _cell(lines[row][column.place]) for row in kept
        ]
        for column in header.columns
        for place in [letter(column.place)]
    }
    _note_hints(grid, header, kept, lines, notes)
    frame = pd.DataFrame({name: pd.Series(cells, dtype="object") for name, cells in columns.items()})
    return AvailsSheet(grid.name, kind, version, header, frame, [row + 1 for row in kept], valueless)


def _names_before(header: Header, place: int) -> set[str]:
    return {column.name for column in header.columns if column.place < place}


def _filled(cell: Any) -> bool:
    return cell is not None and not (isinstance(cell, str) and not cell.strip(_cells.BLANKS))


def _cell(cell: Any) -> Any:
    """Return a cell without blanks around it; None for nothing, and for a hint that was left in it."""
    if isinstance(cell, str):
        text = cell.strip(_cells.BLANKS)
        return None if not text or (text[0] == "/" and _LEFT_IN.match(text)) else text
    return cell


def _kind(grid: Grid, header: Header, notes: list[Note]) -> Kind:
    if grid.hidden:
        problem = "this sheet is hidden; its avails are read"
        notes.append(Note("warning", grid.name, None, None, None, None, problem, "delete it if it is not meant"))
    named = _KNOWN_NAMES.get(normal(grid.name))
    if named is None:
        shown = "TV" if header.kind == "tv" else header.kind
        problem = f"no Avails sheet is called so; by its columns it is read as {shown}"
        notes.append(Note("warning", grid.name, None, None, None, grid.name, problem, f"call it {shown}"))
        return header.kind
    if (named == "tv") != (header.kind == "tv"):
        problem = f"its name says {named}, its columns are those of {header.kind}; the columns count"
        notes.append(Note("warning", grid.name, None, None, None, grid.name, problem, "rename the sheet"))
        return header.kind
    return named


def _stated_version(grid: Grid, header: Header) -> str | None:
    for line in grid.cells[header.row + 1 : header.row + 3]:
        text = _cells.text(line[0]) if line and _filled(line[0]) else None
        if text and (found := _VERSION.fullmatch(text)):
            return found[1]
    return None


def _version(grid: Grid, header: Header, stated: str | None, notes: list[Note]) -> str:
    if stated in VERSIONS:
        return str(stated)
    seen = "1.7.3" if header.fields & _SINCE_1_7_3 else "1.7.2"
    if header.fields & _SINCE_1_8 or normal(grid.name).startswith("template"):
        seen = "1.8"
    if stated is not None:
        problem = f"it says version {stated}, which is not known; its columns are read as those of {seen}"
        remedy = f"check the tables, or save it as one of {', '.join(VERSIONS)}"
        notes.append(Note("warning", grid.name, header.row + 2, "A", None, stated, problem, remedy))
    return seen


def _unmerge(grid: Grid, header: Header, lines: list[list[Any]], notes: list[Note]) -> None:
    """Give each row of a cell merged downwards its value; nothing can be said for columns merged together."""
    names = {column.place: column.header for column in header.columns}
    for top, left, bottom, right in grid.merged:
        if bottom <= header.row or top >= len(lines):
            continue
        value = lines[top][left] if left < len(lines[top]) else None
        if not _filled(value) or (isinstance(value, str) and _HINT.match(value)):
            continue
        place = f"{letter(left)}{top + 1}:{letter(right)}{bottom + 1}"
        if right > left:
            problem = f"the cells {place} are merged across columns; the value is taken for the first of them only"
            severity: Any = "error"
        else:
            problem = f"the cells {place} are merged; the value is taken for each of their rows"
            severity = "warning"
        notes.append(
            Note(severity, grid.name, top + 1, letter(left), names.get(left), value, problem, "undo the merging")
        )
        for row in range(max(top, header.row + 1), min(bottom + 1, len(lines))):
            lines[row][left] = value


def _verdict(line: list[Any], telling: list[int], *, first: bool) -> str:
    """Return whether a row is an avail, empty, a comment or hints, or a stray cell."""
    filled = [cell for cell in line if _filled(cell)]
    if not filled:
        return "empty"
    text = filled[0].strip(_cells.BLANKS) if isinstance(filled[0], str) else None
    if text is not None and text.startswith("//") and _filled(line[0]):
        return "comment"
    hints = sum(
        isinstance(cell, str) and bool(_HINT.match(cell.strip()) or _WORD_HINT.match(cell.strip())) for cell in filled
    )
    says_version = _filled(line[0]) and _VERSION.fullmatch(_cells.text(line[0]) or "") is not None
    if hints * 2 >= len(filled) or (first and says_version):
        return "hints"
    return "avail" if any(_filled(_cell(line[place])) for place in telling) else "stray"


def _note_missing_columns(grid: Grid, header: Header, kind: Kind, notes: list[Note]) -> None:
    for field in sorted(_required(kind) - header.fields):
        problem = f"the sheet has no column {field}, which is required"
        severity: Any = "error" if field in {"Territory", "LicenseType", "Start"} else "warning"
        notes.append(Note(severity, grid.name, header.row + 1, None, field, None, problem, "add the column"))


def _required(kind: Kind) -> set[str]:
    from recommender.sources.avails._fields import FIELDS

    return {field for field in FIELDS if demand_of(kind, field) == "required"}


def _note_nameless(grid: Grid, header: Header, kept: list[int], lines: list[list[Any]], notes: list[Note]) -> None:
    named = {column.place for column in header.columns}
    width = len(lines[0]) if lines else 0
    for place in sorted(set(range(width)) - named):
        row = next((row for row in kept if _filled(lines[row][place])), None)
        if row is not None:
            problem = "cells stand under no header; they are kept and not understood"
            notes.append(
                Note("warning", grid.name, row + 1, letter(place), None, lines[row][place], problem, "name the column")
            )


def _note_valueless(grid: Grid, header: Header, kept: set[int], notes: list[Note]) -> Iterator[tuple[int, str | None]]:
    """Note the cells without a value; yield the row and the field of each."""
    columns = {column.place: column for column in header.columns}
    merged = {(top, left): range(top, bottom + 1) for top, left, bottom, _ in grid.merged}
    for (row, place), cell in grid.valueless.items():
        rows = kept.intersection(merged.get((row, place), (row,)))
        if not rows or place not in columns:
            continue
        column = columns[place]
        problem = f"{cell.problem}; no right is made of the row" if column.field in _BOUNDS else cell.problem
        notes.append(Note("error", grid.name, row + 1, letter(place), column.header, cell.shown, problem, cell.remedy))
        yield from ((other + 1, column.field) for other in rows)


def _note_hints(grid: Grid, header: Header, kept: list[int], lines: list[list[Any]], notes: list[Note]) -> None:
    for row, column in _hints(header, kept, lines):
        problem = "a hint of the template was left here; the cell is read as empty"
        notes.append(
            Note(
                "warning",
                grid.name,
                row + 1,
                letter(column.place),
                column.header,
                lines[row][column.place],
                problem,
                "clear it",
            )
        )


def _hints(header: Header, kept: list[int], lines: list[list[Any]]) -> Iterator[tuple[int, Any]]:
    for row in kept:
        for column in header.columns:
            cell = lines[row][column.place]
            if isinstance(cell, str) and "//" in cell and _LEFT_IN.match(cell.strip(_cells.BLANKS)):
                yield row, column
