"""A sheet's cells by field, each understood once, with a note where one is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from recommender.sources import _cells
from recommender.sources._cells import Misread
from recommender.sources.avails._fields import FIELDS, demand_of
from recommender.sources.avails._notes import Note, Severity, letter
from recommender.sources.avails._sheet import AvailsSheet

__all__ = ["SheetReader"]

T = TypeVar("T")


class SheetReader:
    """Reads the cells of one sheet.

    Parameters
    ----------
    sheet : AvailsSheet
    notes : list of Note
        Where what is not understood is added.
    from_1904 : bool
        Whether the workbook counts days from 1904.
    """

    def __init__(self, sheet: AvailsSheet, notes: list[Note], *, from_1904: bool = False) -> None:
        self.sheet = sheet
        self.notes = notes
        self.from_1904 = from_1904
        self._texts: dict[str, list[str | None]] = {}
        self._columns = {column.field: column for column in sheet.header.columns if column.field is not None}

    def __len__(self) -> int:
        return len(self.sheet.rows)

    def has(self, field: str) -> bool:
        """Return whether the sheet has the field's column."""
        return field in self._columns

    def cells(self, field: str) -> list[Any]:
        """Return the field's cells; None for each where the sheet lacks it."""
        if field not in self._columns:
            return [None] * len(self)
        return self.sheet.cells[field].tolist()

    def texts(self, field: str) -> list[str | None]:
        """Return the field's cells as text."""
        if field not in self._texts:
            self._texts[field] = [_cells.text(cell) for cell in self.cells(field)]
        return self._texts[field]

    def read(
        self, field: str, understand: Callable[[Any], T], *, severity: Severity = "warning", also: str = ""
    ) -> list[T | None]:
        """Return the field's cells as a function understands them; None where one is empty or is not understood."""
        known: dict[tuple[type, Any], T | Misread] = {}
        found: list[T | None] = []
        for place, cell in enumerate(self.cells(field)):
            if cell is None:
                found.append(None)
                continue
            key = (type(cell), cell)
            if key not in known:
                try:
                    known[key] = understand(cell)
                except Misread as misread:
                    known[key] = misread
            meaning = known[key]
            if isinstance(meaning, Misread):
                problem, remedy = map(str, meaning.args)
                self.note(place, field, problem + also, remedy, severity=severity)
                found.append(None)
            else:
                found.append(meaning)
        return found

    def note(self, place: int, field: str | None, problem: str, remedy: str, *, severity: Severity = "warning") -> None:
        """Add a note on a cell, or on a row; that a cell has no value is noted already."""
        if (self.sheet.rows[place], field) in self.sheet.valueless:
            return
        column = self._columns.get(field or "")
        self.notes.append(
            Note(
                severity,
                self.sheet.name,
                self.sheet.rows[place],
                letter(column.place) if column else None,
                column.header if column else field,
                self.sheet.cells[field].iloc[place] if column else None,
                problem,
                remedy,
            )
        )

    def withdrawn(self) -> list[bool]:
        """Return which rows take avails back."""
        return [entry is not None and "delete" in entry.casefold() for entry in self.texts("EntryType")]

    def note_missing(self) -> None:
        """Add a note for every empty cell that the format requires."""
        licences = self.texts("LicenseType")
        withdrawn = self.withdrawn()
        for field in FIELDS:
            demand = demand_of(self.sheet.kind, field)
            # Without these no right is made, which is noted where it is.
            if demand == "optional" or not self.has(field) or field in {"Territory", "LicenseType", "Start", "End"}:
                continue
            for place, cell in enumerate(self.cells(field)):
                if cell is not None or withdrawn[place]:
                    continue
                if demand == "unless SVOD" and (licences[place] or "").upper() in {"SVOD", ""}:
                    continue
                self.note(place, field, "the cell is empty and required", "fill it in")
