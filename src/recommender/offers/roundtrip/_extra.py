"""What the workbook held when it was sent out, and what reviewers wrote besides what was asked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import pandas as pd

from recommender.offers._columns import EDITABLE
from recommender.offers._history import History
from recommender.offers._language import words_in
from recommender.offers._saved import SavedOffer
from recommender.offers._sheet_offer import offer_cells, reserve_cells
from recommender.offers._sheet_table import Column
from recommender.offers._style import shown
from recommender.offers._workbook import sheets_beside
from recommender.offers.roundtrip._cells import normal
from recommender.offers.roundtrip._grid import Cell, Grid, grids_of, read_grids
from recommender.offers.roundtrip._locate import Table
from recommender.sources import file_sha256

EXTRA: tuple[str, ...] = ("file", "sheet", "row", "column", "title_id", "what", "value", "was")
"""The columns of the table of what reviewers wrote besides."""

_MOST_OURS = 0.5  # the part of a sheet's cells from which on it is taken for one of ours
_FEW = 4  # so few cells are never
_CLOSE = 1e-9


@dataclass(frozen=True, eq=False)
class Original:
    """The workbook as it was sent out.

    Attributes
    ----------
    language : str
    cells : dict of str to dict of str to Cell
        By `title_id` and the column's key.
    texts : dict of str to set of str
        By sheet, of the sheets that are no table of titles: everything that stands there.
    by_id, by_title : dict of str to set of str
        Whose a title id or a title is, as they are compared: their `title_id`.
    """

    language: str
    cells: Mapping[str, Mapping[str, Cell]]
    texts: Mapping[str, set[str]]
    by_id: Mapping[str, set[str]]
    by_title: Mapping[str, set[str]]

    def title(self, title_id: str) -> str:
        """Return the title as the sheet shows it."""
        cell = self.cells[title_id].get("title")
        return title_id if cell is None else cell.text


def original_of(saved: SavedOffer, language: str) -> Original:
    """Make the workbook again as it was sent out, and read it; once for all copies that come back."""
    made = _ORIGINALS.setdefault(saved, {})
    if language not in made:
        made[language] = _made(saved, language)
    return made[language]


_ORIGINALS: WeakKeyDictionary[SavedOffer, dict[str, Original]] = WeakKeyDictionary()


def _made(saved: SavedOffer, language: str) -> Original:
    words, past = words_in(language), saved.history or History()
    cells: dict[str, dict[str, Cell]] = {}
    by_id: dict[str, set[str]] = {}
    by_title: dict[str, set[str]] = {}
    columns, offered = offer_cells(saved.offer, words, past)
    others, next_ones = reserve_cells(saved.offer, words, past)
    book = sheets_beside(saved.offer, columns, words, past)
    texts = {grid.name: {_canonical(cell) for cell in grid.cells.values()} for grid in grids_of(book, "")}
    if not next_ones:
        texts["heads"] = {_canonical(Cell(column.head)) for column in others}
    for title_id, found in (
        *_rows(saved.offer.frame, columns, offered),
        *_rows(saved.offer.reserve, others, next_ones),
    ):
        cells[title_id] = found
        for key, owners in (("title_id", by_id), ("title", by_title)):
            if key in found:
                owners.setdefault(normal(found[key].text), set()).add(title_id)
    return Original(language, cells, texts, by_id, by_title)


def _rows(
    frame: pd.DataFrame, columns: list[Column], rows: list[list[object]]
) -> Iterator[tuple[str, dict[str, Cell]]]:
    """Yield each title's `title_id` and filled cells, by the key of their column, as the workbook holds them."""
    for title_id, values in zip(frame["title_id"], rows, strict=True):
        made = {column.key: _cell(value, column) for column, value in zip(columns, values, strict=True)}
        yield str(title_id), {key: cell for key, cell in made.items() if cell.text.strip()}


def _cell(value: object, column: Column) -> Cell:
    return Cell(shown(value, column.limit))


def same(one: Cell | None, other: Cell | None) -> bool:
    """Return whether two cells say the same; a program may have written a number or a line break otherwise."""
    if one is None or other is None:
        return one is other
    if isinstance(one.value, int | float) and isinstance(other.value, int | float):
        return math.isclose(one.value, other.value, rel_tol=_CLOSE, abs_tol=_CLOSE)
    return one.text.strip() == other.text.strip()


def _canonical(cell: Cell) -> str:
    """Return a cell's text as it is compared; programs write the last digits of a number differently."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.9g}"
    return normal(cell.text)


def table_extras(table: Table, original: Original) -> Iterator[dict[str, object]]:
    """Yield what stands in a sheet of titles besides what is asked: columns, changed cells, rows, comments."""
    grid = table.grid
    keys = {column: key for key, column in table.columns.items()}
    for (row, column), cell in sorted(grid.cells.items()):
        if row == table.head_row:
            continue
        row_id, key = table.ids.get(row), keys.get(column)
        if row_id is None:
            if row not in table.broken:
                yield _extra(table, row, column, "", "row without a row id", cell.text)
            continue
        was = original.cells.get(row_id.title_id, {}).get(key or "")
        if key is None:
            yield _extra(table, row, column, row_id.title_id, "added column", cell.text)
        elif key not in EDITABLE:
            if not same(cell, was):
                yield _extra(table, row, column, row_id.title_id, "changed cell", cell.text, was)
        elif cell.formula:
            yield _extra(table, row, column, row_id.title_id, "formula", cell.formula, was)
    for row, row_id in table.ids.items():
        for key, was in original.cells.get(row_id.title_id, {}).items():
            at = table.columns.get(key)
            if at is not None and key not in EDITABLE and (row, at) not in grid.cells:
                yield _extra(table, row, at, row_id.title_id, "emptied cell", "", was)
    for (row, column), text in sorted(grid.comments.items()):
        found = table.ids.get(row)
        yield _extra(table, row, column, "" if found is None else found.title_id, "comment", text)


def _extra(
    table: Table, row: int, column: int, title_id: str, what: str, value: str, was: Cell | None = None
) -> dict[str, object]:
    return {
        "file": table.grid.file,
        "sheet": table.grid.name,
        "row": row,
        "column": table.named(column),
        "title_id": title_id,
        "what": what,
        "value": value,
        "was": "" if was is None else was.text,
    }


def sent_texts(saved: SavedOffer) -> list[set[str]]:
    """Return what stands in each sheet of the workbook beside the offer, while nobody has edited it; read once."""
    if saved not in _SENT:
        _SENT[saved] = _read_sent(saved)
    return _SENT[saved]


_SENT: WeakKeyDictionary[SavedOffer, list[set[str]]] = WeakKeyDictionary()


def _read_sent(saved: SavedOffer) -> list[set[str]]:
    path = saved.folder / "offer.xlsx"
    try:
        untouched = file_sha256(path) == saved.manifest["files"]["offer.xlsx"]
    except (OSError, KeyError):
        return []
    grids = read_grids(path).grids if untouched else []
    return [{_canonical(cell) for cell in grid.cells.values()} for grid in grids]


def sheet_extras(grid: Grid, original: Original, saved: SavedOffer) -> Iterator[dict[str, object]]:
    """Yield what stands in a sheet without titles that was not there when the workbook was sent out."""
    from openpyxl.utils import get_column_letter

    found = {place: _canonical(cell) for place, cell in grid.cells.items()}

    def share(texts: set[str]) -> float:
        return sum(text in texts for text in found.values()) / max(1, len(found))

    best: set[str] = max(original.texts.values(), key=share, default=set())
    if len(grid.cells) >= _FEW and share(best) < 1:
        # The program that made the workbook may have worded it otherwise.
        best = max([best, *sent_texts(saved)], key=share)
    ours = best if len(grid.cells) >= _FEW and share(best) >= _MOST_OURS else set()
    what = "changed cell" if ours else "added sheet"
    places = [(place, cell.text, what) for place, cell in grid.cells.items() if found[place] not in ours]
    places += [(place, text, "comment") for place, text in grid.comments.items()]
    for (row, column), text, kind in sorted(places):
        yield {
            "file": grid.file,
            "sheet": grid.name,
            "row": row,
            "column": get_column_letter(column),
            "title_id": "",
            "what": kind,
            "value": text,
            "was": "",
        }
