"""Which titles count for which demand, and what the demands are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import visible
from recommender.offers._brief import GROUPS, Shares
from recommender.offers._words import folded, is_missing

RULE = "rule"
"""The group of demands that come from elsewhere than the brief's shares, such as a law's caps."""

_STUDIOS = re.compile(r"\s*[|;/,]\s*")
_UNKNOWN_DECADE = "unknown"


@dataclass(frozen=True)
class Demand:
    """A least and a greatest number of titles of one group, such as genre Comedy.

    Attributes
    ----------
    group : str
        One of the brief's groups (genre, kind, decade, director, studio, age_mark, tier), or `rule`.
    name : str
    low, high : int
        Counts in the offer, both allowed.
    """

    group: str
    name: str
    low: int
    high: int

    @property
    def words(self) -> str:
        """The group as it reads in a sentence: `genre Comedy`, `the 1960s`."""
        return group_words(self.group, self.name)


@dataclass(frozen=True, eq=False)
class ExtraDemand:
    """A demand on the package from elsewhere than the brief's shares: a law's cap.

    Attributes
    ----------
    name : str
        What it asks, in words: `foreign titles of cinema`.
    mask : ndarray of bool
        Which titles count, in the order of the pool.
    low : int
        The least number of them.
    high : int or callable, optional
        The greatest number, or a function from the size of the offer to it.
    """

    name: str
    mask: NDArray[np.bool_]
    low: int = 0
    high: int | Callable[[int], int] | None = None

    def demand(self, size: int) -> Demand:
        """Return it as counts of an offer of `size` titles."""
        high = size if self.high is None else self.high(size) if callable(self.high) else self.high
        return Demand(RULE, self.name, self.low, max(self.low, min(high, size)))


def demands_of(shares: Shares, size: int) -> tuple[Demand, ...]:
    """Return the shares as counts of an offer of `size` titles, by group and name."""
    return tuple(
        Demand(group, name, *share.counts(size))
        for group in GROUPS
        for name, share in sorted(getattr(shares, group).items())
    )


def membership(pool: pd.DataFrame, demands: Collection[Demand]) -> NDArray[np.bool_]:
    """Return which titles count for which of the brief's demands; shape (demands, titles). Case does not matter.

    Examples
    --------
    >>> pool = pd.DataFrame({"studio": ["Mosfilm | Lenfilm", None]})
    >>> membership(pool, [Demand("studio", "lenfilm", 0, 1)]).tolist()
    [[True, False]]
    """
    counted = np.zeros((len(demands), len(pool)), dtype=bool)
    for group in dict.fromkeys(demand.group for demand in demands):
        rows: dict[str, list[int]] = {}
        for number, demand in enumerate(demands):
            if demand.group == group:
                rows.setdefault(folded(demand.name), []).append(number)
        hits = [
            (number, title)
            for title, names in enumerate(names_of(pool, group))
            for name in names
            for number in rows.get(name, ())
        ]
        counted[tuple(np.array(hits, dtype=np.intp).reshape(-1, 2).T)] = True
    return counted


def names_of(pool: pd.DataFrame, group: str) -> Iterable[Collection[str]]:
    """Return for each title the names under which it counts in a group, in lower case."""
    column = {"genre": "genres", "director": "directors", "country": "countries", "age_mark": "age_rating"}.get(
        group, group
    )
    cells: list[Any] = pool[column].to_list() if column in pool.columns else [None] * len(pool)
    match group:
        case "genre" | "director" | "country":
            return [{folded(name) for name in cell} if not _empty(cell) else () for cell in cells]
        case "studio":
            return [() if _empty(cell) else _studios(str(cell)) for cell in cells]
        case _:
            return [() if _empty(cell) else (folded(cell),) for cell in cells]


def _studios(cell: str) -> set[str]:
    """Return a cell's companies, one by one and as they stand."""
    return {folded(cell), *(folded(name) for name in _STUDIOS.split(cell) if name)}


def _empty(cell: object) -> bool:
    return not hasattr(cell, "__len__") and is_missing(cell)


def group_words(group: str, name: str) -> str:
    """Return a group as it reads in a sentence: `genre Comedy`, `kind film`, `the 1960s`, `year unknown`."""
    if group == "decade":
        return "year unknown" if name == _UNKNOWN_DECADE else f"the {name}"
    return visible(name) if group == RULE else f"{group.replace('_', ' ')} {visible(name)}"
