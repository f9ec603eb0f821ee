"""How good a ranking is, in single figures, and how sure they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

__all__ = [
    "bootstrap_interval",
    "calibration_error",
    "interval_coverage",
    "ndcg_at_k",
    "precision_at_k",
    "spearman",
]


def ndcg_at_k(score: ArrayLike, gain: ArrayLike, k: int) -> float:
    """Return the normalised discounted cumulative gain of the best `k` titles.

    The gain at rank r counts 1 / log2(r + 1), and the sum is divided by that of the best order possible.

    Parameters
    ----------
    score : array_like of float, shape (n,)
        Greater ranks higher. Titles with equal scores each get the mean gain of their group, which is what
        random orders of them give on average (scikit-learn's rule too).
    gain : array_like of float, shape (n,)
        What a title is worth, 0 or more.
    k : int
        At least 1; ranks beyond it count nothing.

    Returns
    -------
    float
        0 to 1; NaN where there is no title or every gain is 0, since no order is then better than another.

    Examples
    --------
    >>> ndcg_at_k([0.9, 0.5, 0.1], [3, 2, 1], k=2)
    1.0
    >>> round(ndcg_at_k([0.1, 0.5, 0.9], [3, 2, 1], k=2), 3)
    0.531
    >>> ndcg_at_k([0.1, 0.2], [0, 0], k=2)
    nan
    """
    scores, gains = _aligned(score, gain)
    discount = _discount(len(scores), k)
    ideal = float(-np.sort(-gains) @ discount)
    if not ideal > 0:
        return float("nan")
    return float(_mean_of_ties(scores, gains) @ discount) / ideal


def precision_at_k(score: ArrayLike, positive: ArrayLike, k: int) -> float:
    """Return the share of positives among the best `k` titles.

    Parameters
    ----------
    score : array_like of float, shape (n,)
        Greater ranks higher; equal scores share their group's mean, as in `ndcg_at_k`.
    positive : array_like of bool, shape (n,)
    k : int
        At least 1. Of fewer titles than `k`, all count.

    Returns
    -------
    float
        0 to 1; NaN where there is no title.

    Examples
    --------
    >>> precision_at_k([0.9, 0.5, 0.1], [True, False, True], k=2)
    0.5
    """
    scores, positives = _aligned(score, positive)
    if not len(scores):
        return float("nan")
    return float(_mean_of_ties(scores, positives)[:k].mean())


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
    scores, values = _aligned(score, value)
    if len(scores) < 2 or np.ptp(scores) == 0 or np.ptp(values) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(scores), rankdata(values))[0, 1])


def interval_coverage(low: ArrayLike, high: ArrayLike, value: ArrayLike) -> float:
    """Return the share of values that lie within their intervals, ends included.

    Parameters
    ----------
    low, high, value : array_like of float, shape (n,)
        A value whose interval has a NaN end is left out.

    Returns
    -------
    float
        0 to 1; NaN where there is no interval.

    Examples
    --------
    >>> interval_coverage([0.1, 0.5], [0.3, 0.9], [0.2, 0.4])
    0.5
    """
    lows, values = _aligned(low, value)
    highs, _ = _aligned(high, value)
    known = np.isfinite(lows) & np.isfinite(highs)
    if not known.any():
        return float("nan")
    return float(((lows <= values) & (values <= highs))[known].mean())


def calibration_error(predicted: ArrayLike, value: ArrayLike, n_bins: int = 10) -> float:
    """Return how far predictions are from what came, on average over bins of equal size.

    Titles are put in order of their prediction and cut into bins of as equal a size as possible; the absolute
    difference of mean prediction and mean value is averaged over the bins, weighted by size.

    Parameters
    ----------
    predicted, value : array_like of float, shape (n,), 0 to 1
        A title whose prediction is NaN is left out.
    n_bins : int, default=10

    Returns
    -------
    float
        0 to 1; NaN where there is no prediction.

    Examples
    --------
    >>> round(calibration_error([0.2, 0.2, 0.8, 0.8], [0.1, 0.3, 0.6, 0.8], n_bins=2), 3)
    0.05
    """
    predictions, values = _aligned(predicted, value)
    known = np.isfinite(predictions)
    predictions, values = predictions[known], values[known]
    if not len(predictions):
        return float("nan")
    # Equal predictions may fall into two bins: each takes their mean value, whatever the order of the rows.
    order = np.argsort(predictions, kind="stable")
    difference = predictions[order] - _mean_of_ties(-predictions, values)
    bins = np.array_split(difference, min(n_bins, len(difference)))
    return float(sum(abs(part.sum()) for part in bins) / len(difference))


def bootstrap_interval(
    statistic: Callable[[NDArray[np.intp]], float],
    n_titles: int,
    *,
    n_resamples: int = 200,
    confidence: float = 0.95,
    random_state: int = 0,
) -> tuple[float, float]:
    """Return an interval of a statistic over titles drawn again with replacement.

    A title drawn twice takes two of the first k ranks, so a figure that is cut at rank k is biased in the
    resamples. Their quantiles are therefore shifted, to make their mean the statistic of all titles.

    Parameters
    ----------
    statistic : callable
        Takes positions of titles, ndarray of int with repeats, and returns a figure.
    n_titles : int
    n_resamples : int, default=200
    confidence : float, default=0.95
    random_state : int, default=0

    Returns
    -------
    low, high : float
        NaN where the statistic is NaN throughout.

    Examples
    --------
    >>> values = np.arange(100) / 100
    >>> low, high = bootstrap_interval(lambda rows: float(values[rows].mean()), 100)
    >>> round(low, 2), round(high, 2)
    (0.44, 0.55)
    """
    random = np.random.default_rng(random_state)
    whole = statistic(np.arange(n_titles))
    drawn = np.array([statistic(random.integers(n_titles, size=n_titles)) for _ in range(n_resamples)])
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail]) + (whole - drawn.mean())
    return float(low), float(high)


def _aligned(score: ArrayLike, value: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    scores, values = np.asarray(score, dtype=np.float64), np.asarray(value, dtype=np.float64)
    if scores.ndim != 1 or scores.shape != values.shape:
        raise ValueError(f"one score and one value a title are needed, not {scores.shape} and {values.shape}")
    return scores, values


def _discount(n: int, k: int) -> NDArray[np.float64]:
    if k < 1:
        raise ValueError(f"k must be 1 or more, not {k}")
    discount = 1 / np.log2(np.arange(2, n + 2))
    discount[k:] = 0
    return discount


def _mean_of_ties(scores: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values in descending order of score, those of equal scores replaced by their mean."""
    if not len(scores):
        return values
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    start = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    size = np.diff(np.r_[start, len(ordered)])
    return np.repeat(np.add.reduceat(values[order], start) / size, size)
