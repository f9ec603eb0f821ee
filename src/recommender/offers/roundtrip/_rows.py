"""From the rows of a sheet to what each says of its title."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recommender.errors import Fault
from recommender.offers._columns import EDITABLE
from recommender.offers._row_id import RowId
from recommender.offers._saved import SavedOffer
from recommender.offers.roundtrip._cells import UnreadableCellError, decision_words, lock_words, normal, read_cell
from recommender.offers.roundtrip._extra import Original, same
from recommender.offers.roundtrip._grid import Cell
from recommender.offers.roundtrip._locate import Table

UNREAD = "unread "
"""Before the key of a cell that was changed to what cannot be understood: it is told as such, and says nothing."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one cell says of a title.

    Attributes
    ----------
    title_id, key : str
        The title, and the column's key; after `UNREAD` where the cell cannot be understood.
    value : object
        As `read_cell` gives it; None where the cell is empty. The text of a cell that cannot be understood.
    edited : bool
        Whether it differs from what the workbook held when it was sent out.
    where, column : str
        File and sheet, and the column, as a fault names them.
    row : int
    saved_at : str
        When the workbook was saved.
    """

    title_id: str
    key: str
    value: Any
    edited: bool
    where: str
    column: str
    row: int
    saved_at: str

    def fault(self, problem: str, remedy: str) -> Fault:
        """Return a fault at this cell."""
        return Fault(self.where, self.row, self.column, self.value, problem, remedy)


def table_entries(
    table: Table, saved_at: str, original: Original, saved: SavedOffer
) -> tuple[list[Entry], list[Fault]]:
    """Return what the cells of a sheet say, and everything that is wrong with them."""
    grid, faults, entries = table.grid, list(_shape(table)), []
    ours = (saved.offer.offer_id, saved.offer.version)
    for row, row_id in table.ids.items():
        if (row_id.offer_id, row_id.version) != ours:
            problem = f"the row is of {row_id.offer_id} version {row_id.version}, not of {ours[0]} version {ours[1]}"
            remedy = "take it out, or apply it to the folder of that version"
            faults.append(Fault(grid.where, row, table.named(table.id_column), row_id.title_id, problem, remedy))
            continue
        if row_id.title_id not in original.cells:
            problem, remedy = "this title could not be offered", "take the row out"
            faults.append(Fault(grid.where, row, table.named(table.id_column), row_id.title_id, problem, remedy))
            continue
        faults += _scrambled(table, row, row_id, original)
        was = original.cells[row_id.title_id]
        for key in EDITABLE:
            column = table.columns.get(key)
            if column is None:
                continue
            cell = grid.cells.get((row, column))
            edited = not same(cell, was.get(key))
            try:
                value = read_cell(key, cell)
            except UnreadableCellError as error:
                if edited:
                    text = None if cell is None else cell.text
                    faults.append(Fault(grid.where, row, table.named(column), text, error.problem, error.remedy))
                    said = UNREAD + key
                    entries.append(
                        Entry(row_id.title_id, said, text, True, grid.where, table.named(column), row, saved_at)
                    )
                continue
            entries.append(Entry(row_id.title_id, key, value, edited, grid.where, table.named(column), row, saved_at))
    return entries, faults


def _shape(table: Table) -> Iterator[Fault]:
    """Yield what is wrong with the sheet itself: broken ids, doubled heads, merged cells, stray decisions."""
    grid = table.grid
    for row in table.broken:
        text = grid.text(row, table.id_column)
        remedy = "take the row's id from the workbook as it was sent out, or delete the row"
        yield Fault(grid.where, row, table.named(table.id_column), text, "the row id was changed", remedy)
    for found in table.doubled.values():
        places = " and ".join(table.named(column) for column in found)
        problem = f"{len(found)} columns have the same head and both are filled ({places})"
        yield Fault(grid.where, table.head_row, table.named(found[0]), None, problem, "rename one of them")
    ours = {table.columns[key]: key for key in (*EDITABLE, "row_id") if key in table.columns}
    for top, left, bottom, right in grid.merged:
        met = sorted(column for column in ours if left <= column <= right)
        if met and any(top <= row <= bottom for row in table.ids):
            problem = f"cells are merged, from row {top} to row {bottom}"
            remedy = "unmerge them and fill every row"
            yield Fault(grid.where, top, table.named(met[0]), grid.text(top, left) or None, problem, remedy)
    yield from _strays(table)


def _strays(table: Table) -> Iterator[Fault]:
    """Yield decisions and locks in rows that have no row id, and decisions under a head that nobody knows."""
    grid = table.grid
    known = {*table.ids, *table.broken, table.head_row}
    spelled = {"decision": decision_words(), "lock": lock_words()}
    for key, words in spelled.items():
        column = table.columns.get(key)
        for row, at in grid.cells:
            if at == column and row not in known and normal(grid.text(row, at)) in words:
                problem = f"a {key} in a row without a row id"
                yield Fault(
                    grid.where, row, table.named(at), grid.text(row, at), problem, "put it into the title's row"
                )
    if "decision" in table.columns:
        return
    taken = {*table.columns.values()}
    for (row, column), cell in sorted(grid.cells.items(), key=lambda item: (item[0][1], item[0][0])):
        if column not in taken and row in table.ids and normal(cell.text) in spelled["decision"]:
            problem = "decisions stand in a column whose head is not known"
            yield Fault(grid.where, row, table.named(column), cell.text, problem, "head it Decision, as it was")
            taken.add(column)


def _scrambled(table: Table, row: int, row_id: RowId, original: Original) -> Iterator[Fault]:
    """Yield the fault of a row whose id says one title and whose cells another: a part of the sheet was sorted."""
    for key, owners in (("title_id", original.by_id), ("title", original.by_title)):
        column = table.columns.get(key)
        cell: Cell | None = None if column is None else table.grid.cells.get((row, column))
        theirs = set() if cell is None else owners.get(normal(cell.text), set())
        if column is not None and cell is not None and theirs and row_id.title_id not in theirs:
            problem = f"the row id is of another title ({original.title(row_id.title_id)})"
            remedy = "sort whole rows, never some of the columns; take the workbook as it was before"
            yield Fault(table.grid.where, row, table.named(column), cell.text, problem, remedy)
            return
