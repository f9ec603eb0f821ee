"""The top of the list: NDCG, precision, recall, average precision."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recommender.evaluation.metrics._ranked import Ranked, as_pair, check_k, discounts, over

__all__ = ["average_precision", "ndcg_at_k", "ndcg_draws", "ndcg_effects", "precision_at_k", "recall_at_k", "top_draws"]

Floats = NDArray[np.float64]


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
    scores, gains = as_pair(score, gain)
    return float(ndcg_draws(Ranked(scores), gains, check_k(k))[0])


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
    scores, positives = as_pair(score, positive)
    return float(top_draws(Ranked(scores), positives, check_k(k))["precision"][0])


def recall_at_k(score: ArrayLike, positive: ArrayLike, k: int) -> float:
    """Return the share of all positives that is among the best `k` titles.

    Parameters
    ----------
    score : array_like of float, shape (n,)
        Greater ranks higher; equal scores share their group's mean, as in `ndcg_at_k`.
    positive : array_like of bool, shape (n,)
    k : int
        At least 1.

    Returns
    -------
    float
        0 to 1, and at most `k` over the number of positives; NaN where there is no positive.

    Examples
    --------
    >>> recall_at_k([0.9, 0.5, 0.1], [True, False, True], k=2)
    0.5
    """
    scores, positives = as_pair(score, positive)
    return float(top_draws(Ranked(scores), positives, check_k(k))["recall"][0])


def average_precision(score: ArrayLike, positive: ArrayLike) -> float:
    """Return the precision at the place of each positive, averaged over the positives.

    Parameters
    ----------
    score : array_like of float, shape (n,)
        Greater ranks higher. A group of equal scores is entered as a whole: each of its positives counts the
        precision at the group's end (scikit-learn's rule).
    positive : array_like of bool, shape (n,)

    Returns
    -------
    float
        0 to 1; NaN where there is no positive.

    Examples
    --------
    >>> round(average_precision([0.9, 0.5, 0.1], [True, False, True]), 3)
    0.833
    """
    scores, positives = as_pair(score, positive)
    return float(top_draws(Ranked(scores), positives, 1)["map"][0])


def ndcg_draws(ranked: Ranked, gain: Floats, k: int, best: Ranked | None = None) -> Floats:
    """Return NDCG of every resample, shape (n_resamples,)."""
    best = Ranked(gain, ranked.weights) if best is None else best
    worth = discounts(ranked.total.max(initial=0), k)
    ideal = _discounted(best, best.sums(gain), worth)
    reached = _discounted(ranked, ranked.sums(gain), worth)
    return over(reached, ideal)


def ndcg_effects(score: Floats, gain: Floats, k: int) -> Floats:
    """Return by how much NDCG is greater for each title's being there, shape (n,): what it loses without the title.

    Without it every title below moves up by one place. Zeros where the figure is not known, with the title or without.
    """
    ranked, best, worth = Ranked(score), Ranked(gain), discounts(len(score), k)
    reached, ideal = _discounted(ranked, ranked.sums(gain), worth)[0], _discounted(best, best.sums(gain), worth)[0]
    if not ideal > 0:
        return np.zeros(len(gain))
    rest, rest_ideal = _without_each(ranked, gain, worth), _without_each(best, gain, worth)
    return np.where(rest_ideal > 0, reached / ideal - rest / np.where(rest_ideal > 0, rest_ideal, 1), 0.0)


def _without_each(ranked: Ranked, gain: Floats, worth: Floats) -> Floats:
    """Return the discounted gain of the list without each title, shape (n,)."""
    sums, count = ranked.sums(gain)[0], ranked.count[0]
    before, after = ranked.before[0].astype(np.intp), ranked.after[0].astype(np.intp)
    own = sums / count * (worth[after] - worth[before])
    # Moved up by one place; the first group never is, whatever stands here for it.
    moved = sums / count * (worth[after - 1] - worth[np.maximum(before - 1, 0)])
    above = np.cumsum(own) - own
    below = moved.sum() - np.cumsum(moved)
    place = ranked.by_title(np.arange(len(sums), dtype=np.float64)[None, :])[0].astype(np.intp)
    left = np.divide(sums[place] - gain, count[place] - 1, out=np.zeros(len(gain)), where=count[place] > 1)
    return np.asarray(above[place] + below[place] + left * (worth[after - 1] - worth[before])[place])


def top_draws(ranked: Ranked, positive: Floats, k: int) -> dict[str, Floats]:
    """Return precision, recall and average precision of every resample, each shape (n_resamples,)."""
    hits = ranked.sums(positive)
    share = np.divide(hits, ranked.count, out=np.zeros_like(hits), where=ranked.count > 0)
    found, all_hits = (share * ranked.held(k)).sum(axis=1), hits.sum(axis=1)
    precise = np.divide(np.cumsum(hits, axis=1), ranked.after, out=np.zeros_like(hits), where=ranked.after > 0)

    return {
        "precision": over(found, np.minimum(ranked.total, k)),
        "recall": over(found, all_hits),
        "map": over((hits * precise).sum(axis=1), all_hits),
    }


def _worth(ranked: Ranked, worth: Floats) -> Floats:
    """Return what the places of each group are worth together, shape (n_resamples, n_groups)."""
    return worth[ranked.after.astype(np.intp)] - worth[ranked.before.astype(np.intp)]


def _discounted(ranked: Ranked, gains: Floats, worth: Floats) -> Floats:
    mean = np.divide(gains, ranked.count, out=np.zeros_like(gains), where=ranked.count > 0)
    return np.asarray((mean * _worth(ranked, worth)).sum(axis=1))
