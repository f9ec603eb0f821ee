"""How sure a figure is: titles drawn again with replacement."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["bootstrap_interval", "draw_weights", "interval_of"]


def bootstrap_interval(
    statistic: Callable[[NDArray[np.intp]], float],
    n_titles: int,
    *,
    n_resamples: int = 200,
    confidence: float = 0.95,
    random_state: int = 0,
    least: float = -np.inf,
    most: float = np.inf,
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
    least, most : float, default=-inf, inf
        The range of the statistic, which the shifted quantiles are kept within.

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
    weights = draw_weights(n_titles, n_resamples, random_state).astype(np.intp)
    places = np.arange(n_titles)
    drawn = np.array([statistic(np.repeat(places, row)) for row in weights])
    return interval_of(statistic(places), drawn, confidence=confidence, least=least, most=most)


def draw_weights(n_titles: int, n_resamples: int, random_state: int = 0) -> NDArray[np.float64]:
    """Return how often each title is drawn in each resample, shape (n_resamples, n_titles).

    Examples
    --------
    >>> draw_weights(5, 2).sum(axis=1)
    array([5., 5.])
    """
    random = np.random.default_rng(random_state)
    weights = np.empty((n_resamples, n_titles))
    for row in weights:
        row[:] = np.bincount(random.integers(n_titles, size=n_titles), minlength=n_titles) if n_titles else 0
    return weights


def interval_of(
    whole: float,
    drawn: NDArray[np.float64],
    *,
    confidence: float = 0.95,
    least: float = -np.inf,
    most: float = np.inf,
) -> tuple[float, float]:
    """Return the interval of a figure from its resamples, shifted so that their mean is the figure; it holds the figure.

    It is kept within the range of the figure, which a shift may leave.

    Examples
    --------
    >>> low, high = interval_of(2.0, np.array([0.9, 1.0, 1.1]), confidence=0.9)
    >>> round(low, 2), round(high, 2)
    (1.91, 2.09)
    """
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn) or not np.isfinite(whole):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail]) + (whole - drawn.mean())
    return min(max(float(low), least), whole), max(min(float(high), most), whole)
