"""A table as it stands in a file, before its cells are understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from recommender.errors import Fault, UnreadableFileError
from recommender.sources._valueless import Valueless

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["LONGEST_CELL", "RawTable", "dedupe_headers", "drop_endless_cells", "unreadable"]

LONGEST_CELL = 1_000_000
"""Characters; nothing that a person means is longer, a quote that is never closed is."""


@dataclass
class RawTable:
    """A table as it stands in a file.

    Attributes
    ----------
    file : str
        The path as it was given.
    columns : dict of str to Series
        The header as the file spells it, and the cells below it: text, numbers, or Python objects.
    rows : array of int64, shape (n_rows,)
        The row number of each as a person sees it.
    how : dict of str to str
        What was found out on the way: format, encoding, delimiter, sheet.
    faults : list of Fault
        What is wrong with the file's shape.
    valueless : dict of str to dict of int to Valueless
        By header and place from 0, the cells that are not empty and yet hold no value; in `columns` they are empty.
    """

    file: str
    columns: dict[str, pd.Series[Any]]
    rows: npt.NDArray[np.int64]
    how: dict[str, str]
    faults: list[Fault] = field(default_factory=list)
    valueless: dict[str, dict[int, Valueless]] = field(default_factory=dict)


def unreadable(path: Path, problem: str, hint: str) -> UnreadableFileError:
    """Return the error that a file cannot be read, with its name in front."""
    return UnreadableFileError(f"{path}: {problem}", hint=hint)


def dedupe_headers(names: list[str]) -> list[str]:
    """Return the names with later duplicates numbered (``x``, ``x.2``) and empty ones named by place."""
    seen: dict[str, int] = {}
    result = []
    for place, given in enumerate(names, start=1):
        name = given or f"column {place}"
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return result


def drop_endless_cells(raw: RawTable) -> None:
    """Empty the text cells that are too long to be meant, and add a fault for each of them."""
    for name, cells in raw.columns.items():
        if isinstance(cells.dtype, pd.StringDtype):
            lengths = cells.str.len().fillna(0)
        elif cells.dtype == "object":
            lengths = cells.map(lambda cell: len(cell) if isinstance(cell, str) else 0)
        else:
            continue
        endless = (lengths > LONGEST_CELL).to_numpy(dtype=bool)
        for place in endless.nonzero()[0].tolist():
            raw.faults.append(
                Fault(
                    raw.file,
                    int(raw.rows[place]),
                    name,
                    cells.iloc[place][:100],
                    f"the cell holds {len(cells.iloc[place]):,} characters, more than {LONGEST_CELL:,}",
                    "shorten it; often a quote is opened here and never closed",
                )
            )
        if endless.any():
            raw.columns[name] = cells.mask(endless, None)
