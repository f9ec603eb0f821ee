"""The sheet `Titles` of an exported offer: what the titles table knows and Avails have no column for.

Partners' programs read the sheets of avails and pass over it; `import avails` takes from it what the avails do not
say. Where both say something, the avails count.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from recommender.schema import TITLES
from recommender.sources import _cells
from recommender.sources._columns import coerce
from recommender.sources._write import excel_cells, set_text
from recommender.sources.avails._ids import read_identifier
from recommender.sources.avails._notes import Note, letter
from recommender.sources.avails._package import Grid

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["KEPT_BACK", "PROFILES", "SHEET", "completed", "read_facts", "write_facts"]

SHEET = "Titles"

KEPT_BACK = ("floor_price", "ask_price", "currency")
"""What a partner must not see, or reads as the price of the avail."""

PROFILES = {"sd": "SD", "hd": "HD", "full hd": "HD", "uhd": "UHD", "4k": "UHD"}
"""The FormatProfile of a master, where one is plain."""

# A kind that avails cannot tell apart from the others of its group.
_ALIKE = {"film": {"short", "series"}, "short": {"film", "series"}, "series": {"film", "short"}, "other": set()}


def read_facts(grids: Iterable[Grid], notes: list[Note]) -> pd.DataFrame | None:
    """Return the titles of the sheet `Titles`, by title_id; None where the workbook has none."""
    for grid in grids:
        if grid.name.strip().casefold() == SHEET.casefold() and grid.cells:
            headers = [_cells.text(cell) for cell in grid.cells[0]]
            if "title_id" in headers:
                return _facts(grid, headers, notes)
    return None


def _facts(grid: Grid, headers: list[str | None], notes: list[Note]) -> pd.DataFrame:
    lines = grid.cells[1:]
    columns: dict[str, pd.Series[Any]] = {}
    for column in TITLES.columns:
        if column.name in headers:
            place = headers.index(column.name)
            coerced = coerce(column, pd.Series([line[place] for line in lines], dtype="object"))
            columns[column.name] = coerced.cells
            for row, value, problem, remedy in coerced.misread:
                notes.append(Note("warning", grid.name, row + 2, letter(place), column.name, value, problem, remedy))
            for (row, at), cell in grid.valueless.items():
                if at == place and row:
                    where = (grid.name, row + 1, letter(place), column.name)
                    notes.append(Note("error", *where, cell.shown, cell.problem, cell.remedy))
    frame = pd.DataFrame(columns)
    return frame[frame["title_id"].notna()].drop_duplicates("title_id").set_index("title_id")


def completed(titles: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Return titles with what only the sheet `Titles` says of them."""
    theirs = facts.reindex(titles["title_id"])
    done = titles.copy()
    for column in TITLES.columns:
        name = column.name
        if name not in theirs.columns:
            continue
        cells: list[Any] = []
        for title_id, own, other in zip(titles["title_id"], titles[name], theirs[name], strict=True):
            taken = title_id in facts.index and not _empty(other) and (_empty(own) or _same(name, own, other))
            cells.append(other if taken else own)
        if column.type == "list":
            done[name] = pd.Series(cells, dtype="object", index=titles.index)
        else:
            plain = [None if pd.isna(cell) else cell for cell in cells]
            done[name] = pd.Series(plain, dtype=titles[name].dtype, index=titles.index)
    return done


def write_facts(workbook: Workbook, titles: pd.DataFrame) -> None:
    """Add the sheet to a workbook."""
    sheet = workbook.create_sheet(SHEET)
    sheet.freeze_panes = "B2"
    names = [name for name in TITLES.names if name in titles.columns and name not in KEPT_BACK]
    for place, name in enumerate(names, start=1):
        set_text(sheet.cell(1, place), name)
        for row, value in enumerate(excel_cells(titles[name]), start=2):
            if isinstance(value, str):
                set_text(sheet.cell(row, place), value)
            elif value is not None:
                sheet.cell(row, place).value = value


def _empty(cell: Any) -> bool:
    return len(cell) == 0 if isinstance(cell, list) else bool(pd.isna(cell))


def _same(name: str, own: Any, other: Any) -> bool:
    """Return whether the avails say what the sheet does, as far as they can."""
    match name:
        case "kind":
            return str(other) not in _ALIKE.get(str(own), {str(other)})
        case "resolution":
            return PROFILES.get(str(own).casefold()) == PROFILES.get(str(other).casefold())
        case "eidr":
            ours, theirs = read_identifier(str(own)), read_identifier(str(other))
            return ours is not None and theirs is not None and ours.value == theirs.value
        case _ if isinstance(own, list):
            return "; ".join(own) == "; ".join(other)
    return bool(own == other)
