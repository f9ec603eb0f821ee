"""Where the rows and columns of an offer stand in a sheet, whatever was sorted, moved, inserted or renamed.

Rows are known by their row id, whose column is found by what it holds. Columns are known by their head in any of
the languages, and where that was renamed, by the workbook's defined names, which spreadsheets move with the cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from recommender.offers._columns import EDITABLE, offer_columns, reserve_columns
from recommender.offers._language import LANGUAGES, catalogue, words_in
from recommender.offers._row_id import RowId, looks_like_row_id
from recommender.offers._sheet_offer import NAME_PREFIX
from recommender.offers.roundtrip._cells import normal
from recommender.offers.roundtrip._grid import Grid

_LONGEST_HEAD = 80


@dataclass(frozen=True, eq=False)
class Table:
    """The offer's table within a sheet.

    Attributes
    ----------
    grid : Grid
    ids : dict of int to RowId
        The rows that have one.
    broken : list of int
        The rows whose row id was changed.
    id_column : int
    head_row : int or None
    columns : dict of str to int
        The columns by key.
    doubled : dict of str to list of int
        Columns that carry the same head, and nothing says which is meant.
    """

    grid: Grid
    ids: Mapping[int, RowId]
    broken: list[int]
    id_column: int
    head_row: int | None
    columns: Mapping[str, int]
    doubled: Mapping[str, list[int]] = field(default_factory=dict)

    def head(self, column: int) -> str:
        """Return how a column is headed, on one line."""
        return "" if self.head_row is None else " ".join(self.grid.text(self.head_row, column).split())

    def named(self, column: int) -> str:
        """Return a column as a person finds it: its letter, and its head."""
        from openpyxl.utils import get_column_letter

        head = self.head(column)
        return f"{get_column_letter(column)}{f' ({head})' if head else ''}"


def locate(grid: Grid, heads: Mapping[str, str]) -> Table | None:
    """Find the offer's table in a sheet; None where no row has a row id, or had one."""
    parsed = {place: RowId.parse(cell.text) for place, cell in grid.cells.items() if looks_like_row_id(cell.text)}
    if not parsed:
        return None
    counted = Counter(column for (_, column), row_id in parsed.items() if row_id is not None)
    counted = counted or Counter(column for _, column in parsed)
    id_column = min(counted, key=lambda column: (-counted[column], column))
    ids = {row: found for (row, column), found in sorted(parsed.items()) if column == id_column and found is not None}
    broken = sorted(row for (row, column), found in parsed.items() if column == id_column and found is None)
    head_row = _head_row(grid, heads, {*ids, *broken})
    named = {
        name.removeprefix(NAME_PREFIX): place for name, place in grid.heads.items() if name.startswith(NAME_PREFIX)
    }
    if head_row is None and named:
        head_row = Counter(row for row, _ in named.values()).most_common(1)[0][0]
    columns, doubled = _columns(grid, heads, named, head_row, {*ids})
    columns["row_id"] = id_column
    return Table(grid, ids, broken, id_column, head_row, columns, doubled)


def _head_row(grid: Grid, heads: Mapping[str, str], data: set[int]) -> int | None:
    known = Counter(row for (row, _), cell in grid.cells.items() if row not in data and normal(cell.text) in heads)
    return min(known, key=lambda row: (-known[row], row)) if known else None


def _columns(
    grid: Grid, heads: Mapping[str, str], named: Mapping[str, tuple[int, int]], head_row: int | None, rows: set[int]
) -> tuple[dict[str, int], dict[str, list[int]]]:
    by_head: dict[str, list[int]] = {}
    taken = set()
    for (row, column), cell in sorted(grid.cells.items()):
        key = heads.get(normal(cell.text)) if row == head_row else None
        if key is not None:
            by_head.setdefault(key, []).append(column)
            taken.add(column)
    columns, doubled = {}, {}
    for key, found in by_head.items():
        if len(found) > 1 and key in named and named[key][1] in found:
            columns[key] = named[key][1]
        elif len(found) > 1 and key in EDITABLE:
            filled = [column for column in found if any((row, column) in grid.cells for row in rows)]
            columns[key] = (filled or found)[0]
            if len(filled) > 1:
                doubled[key] = filled
        else:
            columns[key] = found[0]
    for key, (_, column) in named.items():
        if key not in columns and column not in taken:
            columns[key] = column
    return columns, doubled


def heads_in(language: str) -> dict[str, str]:
    """Return the heads of the offer's sheets as they are compared, and the key of each column.

    The columns in which reviewers work, and the one of the row ids, are known by their head in every language.
    """
    found: dict[str, str] = {}
    for key in (*EDITABLE, "row_id", "title", "title_id"):
        for other in LANGUAGES:
            found.setdefault(normal(words_in(other).both(f"column.{key}")), key)
        for one in ("ru", "zh"):
            found.setdefault(normal(catalogue(one)[f"column.{key}"]), key)
    words = words_in(language)
    for column in (*offer_columns(words, {}), *reserve_columns(words)):
        found.setdefault(normal(column.head), column.key)
    return found


def language_of(grids: list[Grid], usual: str) -> str:
    """Return the language in which a workbook was written, judged by its heads."""
    short = (cell.text for grid in grids for cell in grid.cells.values() if len(cell.text) < _LONGEST_HEAD)
    found = Counter(map(normal, short))

    def known(language: str) -> int:
        words = words_in(language)
        heads = {normal(column.head) for column in offer_columns(words, {})}
        return sum(found[head] for head in heads)

    return max((usual, *LANGUAGES), key=known)
