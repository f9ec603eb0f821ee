"""Which features each head looks at, and which head scores a title."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from recommender.features import Pairs
from recommender.ranking._evidence import known_elsewhere, tell_elsewhere, weighs_only

__all__ = ["FEW_OF_AN_ORIGIN", "ORIGIN_COUNT", "choose_views", "find_views", "is_unfamiliar"]

ORIGIN_COUNT = "origin's record: titles known"
FEW_OF_AN_ORIGIN = 30
"""From about so many titles of an origin on, all that is known of a title tells as much as its audience elsewhere alone."""

# Where fewer of them are known elsewhere, two heads would rank them, and lose more by it than the one gains.
_MOSTLY = 0.5


def find_views(names: NDArray[np.object_]) -> dict[str, NDArray[np.intp]]:
    """Return the columns that each head learns from.

    Parameters
    ----------
    names : ndarray of str, shape (n_features,)

    Returns
    -------
    dict of str to ndarray of int
        ``plain``: nothing of how titles did elsewhere; where that is known of any, also ``travelled``: that and the
        release alone, and ``informed``: everything.
    """
    learned = ~weighs_only(names)
    elsewhere = tell_elsewhere(names)
    released = np.array([str(name).startswith("release: ") for name in names], dtype=bool)
    views = {"plain": learned & ~elsewhere, "travelled": elsewhere | released, "informed": learned}
    if not elsewhere.any():
        views = {"plain": learned}
    elif not views["plain"].any():
        views = {"informed": learned}
    return {name: np.flatnonzero(columns) for name, columns in views.items() if columns.any()}


def is_unfamiliar(pairs: Pairs, matrix: NDArray[np.float32], names: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which pairs are of a title whose origin is told and of which hardly any title was learned from, shape (n,)."""
    if ORIGIN_COUNT not in names:
        return np.zeros(len(matrix), dtype=bool)
    told = np.array([bool(countries) for countries in pairs.facts.words["countries"]], dtype=bool)[pairs.title]
    return np.asarray(told & (matrix[:, list(names).index(ORIGIN_COUNT)] < FEW_OF_AN_ORIGIN))


def choose_views(
    unfamiliar: NDArray[np.bool_],
    matrix: NDArray[np.float32],
    names: NDArray[np.object_],
    heads: Collection[str],
    known_share: float,
) -> NDArray[np.str_]:
    """Return the name of the head that scores each pair, shape (n,).

    Where about as much is known elsewhere of these titles as of those learned from, the informed head scores all: that
    nothing is known of one of them tells. Where it is much less, a title of which nothing is known is scored by the head
    that does not ask. A title from an origin of which hardly any title was learned from is judged by its audience elsewhere
    and its release, if these are known of at least half of such titles: what else was learned holds for other origins, and
    misleads for this one.

    Parameters
    ----------
    unfamiliar : ndarray of bool, shape (n,)
        See `is_unfamiliar`.
    matrix : ndarray, shape (n, n_features)
    names : ndarray of str, shape (n_features,)
    heads : collection of str
        That there are.
    known_share : float
        Of what share of the examples anything was known elsewhere.
    """
    if len(heads) == 1:
        return np.full(len(matrix), next(iter(heads)))
    known = known_elsewhere(matrix, names)
    informed = bool(known.any()) and known.mean() >= known_share / 2
    chosen = np.where(known | informed, "informed", "plain").astype("<U9")
    if "travelled" in heads and unfamiliar.any() and known[unfamiliar].mean() >= _MOSTLY:
        chosen[known & unfamiliar] = "travelled"
    return chosen
