"""The whole order: rank correlation, and the area under the ROC curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recommender.evaluation.metrics._ranked import Ranked, as_pair

__all__ = ["auc", "auc_draws", "spearman", "spearman_draws", "spearman_parts"]

Floats = NDArray[np.float64]


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
    return np.divide(won, pairs, out=np.full_like(won, np.nan), where=pairs > 0)


def spearman_draws(ranked: Ranked, valued: Ranked) -> Floats:
    """Return the rank correlation of every resample, shape (n_resamples,); both sides have the same weights."""
    weights, total = ranked.weights, ranked.total
    first, second = ranked.places(), valued.places()
    middle = ((total + 1) / 2)[:, None]
    first -= middle
    second -= middle
    spread = np.sqrt((weights * first**2).sum(axis=1) * (weights * second**2).sum(axis=1))
    together = (weights * first * second).sum(axis=1)
    return np.divide(together, spread, out=np.full_like(together, np.nan), where=spread > 1e-9)


def spearman_parts(score: Floats, value: Floats) -> Floats:
    """Return what each title adds to the rank correlation, shape (n,): they sum to it; zeros where it is not known."""
    first, second = Ranked(score).places()[0], Ranked(value).places()[0]
    first, second = first - first.mean(), second - second.mean()
    spread = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return first * second / spread if spread > 1e-9 else np.zeros_like(first)
