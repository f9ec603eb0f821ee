"""The whole order: rank correlation, and the area under the ROC curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recommender.evaluation.metrics._ranked import Ranked, as_pair, over

__all__ = ["auc", "auc_draws", "spearman", "spearman_draws", "spearman_effects"]

Floats = NDArray[np.float64]
_CHUNK = 512
_FEW_LEVELS = 200


def spearman(score: ArrayLike, value: ArrayLike) -> float:
    """Return the rank correlation of scores and values, ties at their mean rank.

    Parameters
    ----------
    score, value : array_like of float, shape (n,)

    Returns
    -------
    float
        -1 to 1; NaN where fewer than two titles are given or either side has a single value throughout.

    Examples
    --------
    >>> round(spearman([0.1, 0.4, 0.3], [10, 90, 20]), 3)
    1.0
    """
    scores, values = as_pair(score, value)
    return float(spearman_draws(Ranked(scores), Ranked(values))[0])


def auc(score: ArrayLike, positive: ArrayLike) -> float:
    """Return the chance that a positive stands above another title, the area under the ROC curve.

    Parameters
    ----------
    score : array_like of float, shape (n,)
        Greater ranks higher; a tie counts half.
    positive : array_like of bool, shape (n,)

    Returns
    -------
    float
        0 to 1; NaN where there are no positives or nothing else.

    Examples
    --------
    >>> auc([0.9, 0.5, 0.5, 0.1], [True, True, False, False])
    0.875
    """
    scores, positives = as_pair(score, positive)
    return float(auc_draws(Ranked(scores), positives)[0])


def auc_draws(ranked: Ranked, positive: Floats) -> Floats:
    """Return the area under the ROC curve of every resample, shape (n_resamples,)."""
    hits = ranked.sums(positive)
    misses, above = ranked.count - hits, np.cumsum(hits, axis=1) - hits
    pairs = hits.sum(axis=1) * misses.sum(axis=1)
    won = (misses * (above + hits / 2)).sum(axis=1)
    return over(won, pairs)


def spearman_draws(ranked: Ranked, valued: Ranked) -> Floats:
    """Return the rank correlation of every resample, shape (n_resamples,); both sides have the same weights."""
    weights, total = ranked.weights, ranked.total
    first, second = ranked.places(), valued.places()
    middle = ((total + 1) / 2)[:, None]
    first -= middle
    second -= middle
    spread = np.sqrt((weights * first**2).sum(axis=1) * (weights * second**2).sum(axis=1))
    together = (weights * first * second).sum(axis=1)
    return over(together, np.where(spread > 1e-9, spread, 0))


def spearman_effects(score: Floats, value: Floats) -> Floats:
    """Return by how much the rank correlation is greater for each title's being there, shape (n,).

    Without it the ranks beyond its own become less by one. Zeros where the figure is not known.
    """
    n = len(score)
    if n < 4 or np.ptp(score) == 0 or np.ptp(value) == 0:
        return np.zeros(n)
    # Finite, and small enough to count pairs with.
    first, second = (np.unique(side, return_inverse=True)[1] for side in (score, value))
    rank, other = Ranked(-first).places()[0], Ranked(-second).places()[0]
    beyond = _sums_beyond(first, other) + _sums_beyond(second, rank)
    together = (rank * other).sum() - rank * other - beyond + _pairs_beyond(first, second)
    left = (n - 1) * (n / 2) ** 2  # the product of the mean ranks, as often as there are titles left
    spread = np.sqrt(_spread_without(first) * _spread_without(second))
    whole = float(np.corrcoef(rank, other)[0, 1])
    return np.where(spread > 1e-9, whole - (together - left) / np.where(spread > 1e-9, spread, 1), 0.0)


def _sums_beyond(level: NDArray[np.intp], added: Floats) -> Floats:
    """Return for each title the sum of a figure over titles of a greater level, those of its own counted half."""
    of_level = np.bincount(level, weights=added)
    greater = of_level.sum() - np.cumsum(of_level)
    return np.asarray(greater[level] + (of_level[level] - added) / 2)


def _pairs_beyond(first: NDArray[np.intp], second: NDArray[np.intp]) -> Floats:
    """Return for each title the titles that are greater on both sides, equal ones counted half on each."""
    pairs = np.zeros(len(first))
    if second.max() < _FEW_LEVELS:
        for level in range(int(second.max()) + 1):
            known = np.sort(first[second == level])
            greater = len(known) - (known.searchsorted(first, "left") + known.searchsorted(first, "right")) / 2
            pairs += greater * ((level > second).astype(np.float64) + (level >= second)) / 2
    else:
        for start in range(0, len(first), _CHUNK):
            rows = slice(start, start + _CHUNK)
            pairs[rows] = np.einsum("ij,ij->i", _halves(first[rows, None], first), _halves(second[rows, None], second))
    return pairs - 0.25  # the title itself is equal on both sides


def _halves(own: NDArray[np.intp], all_levels: NDArray[np.intp]) -> Floats:
    return ((all_levels > own).astype(np.float64) + (all_levels >= own)) / 2


def _spread_without(level: NDArray[np.intp]) -> Floats:
    """Return the sum of squares of the ranks about their mean without each title."""
    count = np.bincount(level).astype(np.float64)
    ties = (count**3 - count).sum()
    own, n = count[level], len(level) - 1
    less = (own - 1) ** 3 - (own - 1) - (own**3 - own)
    return np.asarray(((n**3 - n) - (ties + less)) / 12)
