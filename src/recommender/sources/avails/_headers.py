"""Where a sheet's header stands, and which field each column holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from recommender.sources import _cells
from recommender.sources.avails._fields import FIELDS, GROUPS, KEY_FIELDS, SYNONYMS, Kind, group_of, normal
from recommender.sources.avails._notes import Note, letter
from recommender.sources.avails._package import Grid

__all__ = ["Column", "Header", "find_header"]

_DEEPEST = 25
_FEWEST_FIELDS = 5
_FEWEST_KEYS = 2
_GROUPS = {normal(group) for group in GROUPS}
_SPLIT = re.compile(r"\s*[/:.|]\s*")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet.

    Attributes
    ----------
    place : int
        From 0.
    group, header : str
        As the sheet spells them.
    field : str or None
        The field's proper name; None where the column is none of the format's.
    """

    place: int
    group: str
    header: str
    field: str | None

    @property
    def name(self) -> str:
        """What the column is called in the table of rows."""
        return self.field or "/".join(filter(None, (self.group, self.header)))


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet.

    Attributes
    ----------
    row : int
        The row that names the fields, from 0.
    group_row : int or None
        The row that names the groups.
    columns : tuple of Column
        All columns that have a name, from left to right.
    """

    row: int
    group_row: int | None
    columns: tuple[Column, ...]

    def place(self, field: str) -> int | None:
        """Return where a field's column is; None where the sheet lacks it."""
        return next((column.place for column in self.columns if column.field == field), None)

    @property
    def fields(self) -> frozenset[str]:
        """The fields that the sheet has."""
        return frozenset(column.field for column in self.columns if column.field is not None)

    @property
    def kind(self) -> Kind:
        """What the columns are made for."""
        if {"SeriesTitleInternalAlias", "SeasonNumber", "EpisodeNumber", "SeriesContentID"} & self.fields:
            return "tv"
        return "movies"


def find_header(grid: Grid, notes: list[Note]) -> Header | None:
    """Return a sheet's header, wherever it stands; None where the sheet holds no avails.

    What had to be guessed, and what is not of the format, is added to `notes`.
    """
    best, row = 0, -1
    for place, cells in enumerate(grid.cells[:_DEEPEST]):
        known = {field for cell in cells if (field := _exact(_text(cell))[1]) is not None}
        if len(known) > best and len(known & KEY_FIELDS) >= _FEWEST_KEYS:
            best, row = len(known), place
    if best < _FEWEST_FIELDS:
        return None
    group_row = row - 1 if row and _is_group_row(grid, row - 1) else None
    return Header(row, group_row, _columns(grid, row, group_row, notes))


def _text(cell: Any) -> str:
    return cell.strip(_cells.BLANKS) if isinstance(cell, str) else ""


def _exact(header: str) -> tuple[str, str | None]:
    """Return the group that a header brings with it, if any, and its field."""
    if (field := SYNONYMS.get(normal(header))) is not None:
        return "", field
    parts = _SPLIT.split(header)
    if len(parts) > 1 and normal(parts[0]) in _GROUPS:
        # Avail/ALID in one cell, and AvailTrans over Avail/AvailID: a tool's way of writing it.
        return parts[0], SYNONYMS.get(normal(parts[-1]))
    return "", None


def _is_group_row(grid: Grid, row: int) -> bool:
    filled = [normal(text) for cell in grid.cells[row] if (text := _text(cell))]
    return bool(filled) and sum(name in _GROUPS for name in filled) * 2 >= len(filled)


def _groups(grid: Grid, row: int) -> list[str]:
    groups = [_text(cell) for cell in grid.cells[row]]
    for top, left, bottom, right in grid.merged:
        if top <= row <= bottom:
            groups[left : right + 1] = [groups[left]] * (min(right + 1, len(groups)) - left)
    return groups


def _columns(grid: Grid, row: int, group_row: int | None, notes: list[Note]) -> tuple[Column, ...]:
    headers = [_text(cell) for cell in grid.cells[row]]
    groups = [""] * len(headers) if group_row is None else _groups(grid, group_row)
    found: dict[int, str] = {}
    wanted: dict[str, list[int]] = {}
    for place, header in enumerate(headers):
        own, field = _exact(header)
        groups[place] = groups[place] or own
        if field is not None:
            wanted.setdefault(field, []).append(place)
    for field, places in wanted.items():
        # Of two columns of one name, the one under its proper group; else the first.
        chosen = next((place for place in places if normal(groups[place]) == normal(group_of(field))), places[0])
        found[chosen] = field
        problem = f"a second column of the field {field}; it is kept and not read"
        notes.extend(_note(grid, row, place, headers, problem, "delete one") for place in places if place != chosen)
    for place, header in enumerate(headers):
        if not header or place in found or _exact(header)[1] is not None:
            continue
        guess = _guess(header, set(FIELDS) - set(found.values()))
        if guess is not None:
            found[place] = guess
            notes.append(_note(grid, row, place, headers, f"read as {guess}", f"write {guess}"))
        else:
            problem = "this column is none of the format's; it is kept and not understood"
            notes.append(_note(grid, row, place, headers, problem, "check the spelling"))
    return tuple(
        Column(place, groups[place], header, found.get(place)) for place, header in enumerate(headers) if header
    )


def _guess(header: str, free: set[str]) -> str | None:
    """Return the field that a misspelled header means; None where it is not plain."""
    plain = normal(header)
    digits = re.sub(r"\D", "", plain)
    scored = sorted(
        ((fuzz.ratio(plain, normal(field)), field) for field in free if re.sub(r"\D", "", field) == digits),
        reverse=True,
    )
    if not scored or scored[0][0] < 90 or len(plain) < 6:
        return None
    return scored[0][1] if len(scored) == 1 or scored[0][0] - scored[1][0] >= 3 else None


def _note(
    grid: Grid,
    row: int,
    place: int,
    headers: Sequence[str],
    problem: str,
    remedy: str,
) -> Note:
    return Note("warning", grid.name, row + 1, letter(place), headers[place], None, problem, remedy)
