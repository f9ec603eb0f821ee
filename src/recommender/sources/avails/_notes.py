"""What was not understood in a workbook: one note a cell, column, row or sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from openpyxl.utils import get_column_letter

from recommender.errors import Fault, visible
from recommender.sources import _cells

__all__ = ["Note", "Severity", "gathered", "letter", "notes_table"]

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was not understood, placed where a person finds it.

    Attributes
    ----------
    severity : {"error", "warning"}
        error: something of the sheet is not in the tables; warning: all of it is, with a doubt.
    sheet : str or None
        The sheet as the workbook calls it; None: the whole workbook.
    row : int or None
        As Excel counts; None: the whole column or sheet.
    column : str or None
        The column's letters.
    field : str or None
        The column's header.
    value : object
        What stands there.
    problem, remedy : str
        What is wrong, and what to do.
    """

    severity: Severity
    sheet: str | None
    row: int | None
    column: str | None
    field: str | None
    value: object
    problem: str
    remedy: str

    def fault(self, file: str) -> Fault:
        """Return it as the program's other faults are.

        Examples
        --------
        >>> note = Note("error", "Movies", 5, "C", "Territory", "QQ", "no known territory", "write its ISO code")
        >>> print(note.fault("a.xlsx"))
        a.xlsx, sheet Movies, row 5, column C (Territory): no known territory (QQ); write its ISO code
        """
        place = file if self.sheet is None else f"{file}, sheet {visible(self.sheet)}"
        column = self.column if self.field is None else f"{self.column} ({self.field})" if self.column else self.field
        return Fault(place, self.row, column, _shown(self.value), self.problem, self.remedy, self.severity)


def letter(place: int) -> str:
    """Return the letters of a column by its place from 0.

    Examples
    --------
    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    return str(get_column_letter(place + 1))


def notes_table(notes: Iterable[Note]) -> pd.DataFrame:
    """Return notes as a table, one row each."""
    rows = [
        {
            "severity": note.severity,
            "sheet": note.sheet,
            "row": note.row,
            "column": note.column,
            "field": note.field,
            "value": _shown(note.value),
            "problem": note.problem,
            "remedy": note.remedy,
        }
        for note in notes
    ]
    names = ["severity", "sheet", "row", "column", "field", "value", "problem", "remedy"]
    return pd.DataFrame(rows, columns=names).astype({name: "Int64" if name == "row" else "str" for name in names})


def gathered(notes: Sequence[Note]) -> list[tuple[Note, int]]:
    """Return the first note of each kind, with how many of that kind there are, errors first."""
    first: dict[tuple[object, ...], Note] = {}
    counts: dict[tuple[object, ...], int] = {}
    for note in notes:
        kind = (note.severity, note.sheet, note.field, note.problem)
        first.setdefault(kind, note)
        counts[kind] = counts.get(kind, 0) + 1
    found = [(note, counts[kind]) for kind, note in first.items()]
    return sorted(found, key=lambda pair: pair[0].severity)


def _shown(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return _cells.text(value)
