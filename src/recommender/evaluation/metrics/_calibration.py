"""Whether figures mean what they say: appeal against the percentile reached, intervals against what they hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recommender.evaluation.metrics._ranked import Ranked, as_pair

__all__ = ["calibration_bins", "calibration_error", "calibration_parts", "interval_coverage"]

Floats = NDArray[np.float64]


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
    lows, values = as_pair(low, value)
    highs, _ = as_pair(high, value)
    known = np.isfinite(lows) & np.isfinite(highs)
    if not known.any():
        return float("nan")
    return float(((lows <= values) & (values <= highs))[known].mean())


def calibration_error(predicted: ArrayLike, value: ArrayLike, n_bins: int = 10) -> float:
    """Return how far predictions are from what came, on average over bins of equal size.

    Titles are put in order of their prediction and cut into bins of as equal a size as possible; the absolute
    difference of mean prediction and mean value is averaged over the bins, weighted by size. Equal predictions may
    fall into two bins: each takes their mean value, whatever the order of the rows.

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
    predictions, values = as_pair(predicted, value)
    known = np.isfinite(predictions)
    if not known.any():
        return float("nan")
    bins, difference = calibration_parts(predictions[known], values[known], n_bins)
    return float(np.abs(np.bincount(bins, weights=difference)).sum() / known.sum())


def calibration_parts(predicted: Floats, value: Floats, n_bins: int = 10) -> tuple[NDArray[np.intp], Floats]:
    """Return the bin of each title, and how far its prediction is above what came.

    In a bootstrap the bins stay as they are, and titles are drawn again within and between them.
    """
    order = np.argsort(predicted, kind="stable")
    ranked = Ranked(predicted)
    reached = ranked.by_title(ranked.sums(value) / ranked.count)[0]
    sizes = [len(part) for part in np.array_split(order, min(n_bins, len(order)))]
    bins = np.empty(len(order), dtype=np.intp)
    bins[order] = np.repeat(np.arange(len(sizes)), sizes)
    return bins, predicted - reached


def calibration_bins(predicted: Floats, value: Floats, n_bins: int = 10) -> Floats:
    """Return mean prediction, mean value and number of titles of each bin, shape (n_bins, 3)."""
    if not len(predicted):
        return np.empty((0, 3))
    bins, difference = calibration_parts(predicted, value, n_bins)
    count = np.bincount(bins)
    mean = np.bincount(bins, weights=predicted) / count
    return np.column_stack([mean, mean - np.bincount(bins, weights=difference) / count, count])
