"""What makes a title the same title in another table: neither its id nor its place."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.features._installments import Installment, names_of, read_installment

__all__ = ["content_keys", "content_order"]


def content_keys(titles: pd.DataFrame) -> list[str]:
    """Return a key of each title made of what it is, not of its id or its place in the table.

    Folds are drawn from it, so that renaming ids or sorting rows changes no score, and two rows of one film fall into
    the same fold. Two seasons of a series are two titles, also where only a local name tells them apart.
    """
    year = titles["year"].astype("Int64").astype("string").fillna("")
    rows = zip(titles["title"], year, names_of(titles), strict=True)
    return [f"{title.casefold().strip()}|{when}{_mark(read_installment(names))}" for title, when, names in rows]


def content_order(titles: pd.DataFrame) -> NDArray[np.intp]:
    """Return the rows in an order of what the titles are, shape (n,): of any order of the same rows, the same.

    Rows of one key are told apart by all else that is told of them, and by their id last.
    """
    keys = pd.Series(content_keys(titles), dtype="object")
    told = np.full(len(titles), "", dtype=object)
    twins = np.flatnonzero(keys.duplicated(keep=False))
    columns = [*sorted(name for name in titles.columns if name != "title_id"), "title_id"]
    cells = titles[columns].iloc[twins].itertuples(index=False, name=None)
    told[twins] = ["\0".join(_as_text(cell) for cell in row) for row in cells]
    return np.lexsort([told.astype(str), keys.to_numpy(dtype=str)])


def _mark(installment: Installment) -> str:
    told = {"season": installment.season, "part": installment.part}
    return "".join(f"|{kind} {number:.0f}" for kind, number in told.items() if not math.isnan(number))


def _as_text(cell: object) -> str:
    return "|".join(map(str, cell)) if isinstance(cell, list | tuple | np.ndarray) else str(cell)
