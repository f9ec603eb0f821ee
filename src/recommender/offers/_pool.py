"""What the package needs to know of each title: near-duplicates, uncertainty, tier."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.offers._words import is_missing
from recommender.offers.package import Risk

_SAME_WORK, _SAME_HAND = 1.0, 0.5  # of the penalty: same title or franchise; same director and first genre
_LETTERS = re.compile(r"[\W_]+")


def near_duplicates(pool: pd.DataFrame) -> tuple[Any, NDArray[np.float64]]:
    """Return the groups of near-duplicates of a pool, shape (groups, titles), and each group's part of the penalty.

    A group is one title (letter by letter), one franchise, or one director's titles of one first genre.

    Examples
    --------
    >>> pool = pd.DataFrame({"title": ["Yolki", "Yolki 2", "Duel"], "franchise": ["Yolki", "yolki", None],
    ...     "directors": [["A"], ["B"], ["B"]], "genres": [["Comedy"], ["Comedy"], ["Drama"]]})
    >>> groups, parts = near_duplicates(pool)
    >>> groups.toarray().tolist(), parts.tolist()
    ([[1.0, 1.0, 0.0]], [1.0])
    """
    from scipy import sparse

    hands = [
        f"{director}\0{genre}" if director and genre else ""
        for director, genre in zip(_first(pool, "directors"), _first(pool, "genres"), strict=True)
    ]
    keys = (
        ([_LETTERS.sub("", text) for text in _texts(pool, "title")], _SAME_WORK),
        (_texts(pool, "franchise"), _SAME_WORK),
        (hands, _SAME_HAND),
    )
    rows, columns = [], []
    parts: list[float] = []
    for names, part in keys:
        code, _ = pd.factorize(np.array(names, dtype=object))
        size = np.bincount(code)
        shared = (size > 1)[code] & (np.array(names, dtype=object) != "")
        at = np.flatnonzero(shared)
        _, place = np.unique(code[at], return_inverse=True)
        rows.append(place + len(parts))
        columns.append(at)
        parts += [part] * (int(place.max()) + 1 if len(place) else 0)
    where = (np.concatenate(rows), np.concatenate(columns))
    groups = sparse.csr_array((np.ones(len(where[0])), where), shape=(len(parts), len(pool)))
    return groups, np.array(parts)


def risk_of(pool: pd.DataFrame, rho: float, weight: NDArray[np.float64]) -> Risk | None:
    """Return how uncertain the titles are, or None where the scores have no intervals.

    Where one title has no interval, nothing is known of it: 0 to 1. Titles of one director, first genre or
    first country err together; one that names none errs alone.

    Parameters
    ----------
    pool : DataFrame
        `appeal`, `low`, `high`, `directors`, `genres`, `countries`.
    rho : float
        As in the brief's `[package]`.
    weight : ndarray of float
        What one of appeal is worth: 1, or the title's price.
    """
    low, high = (pool[name].to_numpy(dtype="float64", na_value=np.nan) for name in ("low", "high"))
    if np.isnan(low).all() or np.isnan(high).all():
        return None
    appeal = pool["appeal"].to_numpy(dtype="float64")
    down = np.maximum(appeal - np.nan_to_num(low, nan=0.0), 0.0)
    up = np.maximum(np.nan_to_num(high, nan=1.0) - appeal, 0.0)
    families = np.array([_groups(_first(pool, name)) for name in ("directors", "genres", "countries")])
    return Risk(down * weight, up * weight, families, rho)


def _groups(names: list[str]) -> NDArray[np.int64]:
    """Return a number for each name; titles without one have each their own."""
    array = np.array(names, dtype=object)
    code, known = pd.factorize(array)
    bare = array == ""
    code = np.where(bare, len(known) + np.cumsum(bare) - 1, code)
    return np.unique(code, return_inverse=True)[1].astype("int64")


def _texts(pool: pd.DataFrame, name: str) -> list[str]:
    if name not in pool.columns:
        return [""] * len(pool)
    return ["" if is_missing(value) else str(value).strip().casefold() for value in pool[name]]


def _first(pool: pd.DataFrame, name: str) -> list[str]:
    """Return each list's first name in lower case; empty where there is none."""
    if name not in pool.columns:
        return [""] * len(pool)
    cells: Iterable[Any] = pool[name]
    return [str(cell[0]).strip().casefold() if hasattr(cell, "__len__") and len(cell) else "" for cell in cells]
