"""A list in the order of its scores, ties as groups, for any number of resamples at once."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Ranked", "as_pair", "check_k", "discounts", "over"]

Floats = NDArray[np.float64]


class Ranked:
    """Titles by descending score; those with equal scores are one group and share its places.

    Parameters
    ----------
    score : array_like of float, shape (n,)
        Greater ranks higher; minus infinity comes last.
    weights : array_like of float, shape (n,) or (n_resamples, n), optional
        How many copies of each title there are, 0 or more; one of each by default.

    Attributes
    ----------
    order : ndarray of int, shape (n,)
        Positions of the titles, best first.
    weights : ndarray, shape (n_resamples, n)
    count, before, after : ndarray, shape (n_resamples, n_groups)
        Of each group: its copies, the copies above it, and those above it with its own.
    """

    def __init__(self, score: ArrayLike, weights: ArrayLike | None = None) -> None:
        scores = np.asarray(score, dtype=np.float64)
        if scores.ndim != 1:
            raise ValueError(f"one score a title is needed, not an array of shape {scores.shape}")
        if np.isnan(scores).any():
            raise ValueError("a score is NaN: give minus infinity to what is to come last")
        given = np.ones((1, len(scores))) if weights is None else np.atleast_2d(np.asarray(weights, dtype=np.float64))
        if given.shape[1] != len(scores):
            raise ValueError(f"one weight and one score a title are needed, not {given.shape} and {scores.shape}")
        self.weights = given
        self.order = np.argsort(-scores, kind="stable")
        ordered = scores[self.order]
        self._start = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(scores) else np.empty(0, np.intp)
        self._group = np.repeat(np.arange(len(self._start)), np.diff(np.r_[self._start, len(scores)]))
        self.count = self._sums(given)
        self.after = np.cumsum(self.count, axis=1)
        self.before = self.after - self.count

    def __len__(self) -> int:
        """Return the number of titles."""
        return len(self.order)

    @cached_property
    def total(self) -> Floats:
        """The copies of each resample, shape (n_resamples,)."""
        return np.asarray(self.weights.sum(axis=1))

    def sums(self, value: Floats) -> Floats:
        """Return the sum of a value over each group's copies, shape (n_resamples, n_groups)."""
        return self._sums(self.weights * value)

    def held(self, k: int) -> Floats:
        """Return how many of each group's copies are expected within the best `k`, (n_resamples, n_groups)."""
        return np.clip(np.minimum(self.after, k) - self.before, 0, None)

    def share_held(self, k: int) -> Floats:
        """Return the chance of each title's copies to be within the best `k`, shape (n_resamples, n)."""
        share = np.divide(self.held(k), self.count, out=np.zeros_like(self.count), where=self.count > 0)
        return self.by_title(share)

    def places(self) -> Floats:
        """Return the mean rank of each title's group, 1 the best, shape (n_resamples, n)."""
        return self.by_title(self.before + (self.count + 1) / 2)

    def by_title(self, of_group: Floats) -> Floats:
        """Return a figure of groups as one of titles, in the order in which they were given."""
        out = np.empty((len(of_group), len(self)))
        out[:, self.order] = of_group[:, self._group]
        return out

    def _sums(self, values: Floats) -> Floats:
        if not len(self._start):
            return np.zeros((len(values), 0))
        return np.asarray(np.add.reduceat(values[:, self.order], self._start, axis=1))


def as_pair(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    """Return two lists as arrays of equal length; ValueError where they are not."""
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.ndim != 1 or one.shape != other.shape:
        raise ValueError(f"one score and one value a title are needed, not {one.shape} and {other.shape}")
    return one, other


def check_k(k: int) -> int:
    """Return `k` where it is at least 1; ValueError where it is not."""
    if k < 1:
        raise ValueError(f"k must be 1 or more, not {k}")
    return k


def discounts(n: float, k: int) -> Floats:
    """Return what the first 0, 1, ..., n places are worth together, 1 / log2(rank + 1) each and 0 beyond `k`."""
    each = 1 / np.log2(np.arange(2, int(n) + 2))
    each[k:] = 0
    total: Floats = np.r_[0.0, np.cumsum(each)]
    return total


def over(part: Floats, whole: NDArray[Any]) -> Floats:
    """Return parts divided by wholes; NaN where the whole is 0 or less."""
    divided: Floats = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) > 0)
    return divided
