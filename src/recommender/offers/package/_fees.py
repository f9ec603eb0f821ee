"""A package's fee, allocated to its titles: to the cent, within what each title's owner asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.errors import DataError
from recommender.offers.package._problem import Floats, Ints


@dataclass(frozen=True, eq=False)
class Fees:
    """A fee allocated.

    Attributes
    ----------
    amounts : ndarray of float, shape (n,)
        In the currency, to the cent; they add up to the total exactly.
    below_floor : ndarray of int
        Titles whose floor does not fit into the total; their floor was set aside.
    above_ask : ndarray of int
        Titles that receive more than is asked for them, because all asks together are less than the total.
    """

    amounts: Floats
    below_floor: Ints
    above_ask: Ints


def allocate_fees(total: float, weights: Any, *, floors: Any = None, asks: Any = None) -> Fees:
    """Allocate a total to titles in proportion to weights, none below its floor nor above its ask.

    Parameters
    ----------
    total : float
        The package's fee.
    weights : array of float, shape (n,)
        Greater than 0: appeal, or a weight of the title's tier times its appeal.
    floors, asks : array of float, shape (n,), optional
        The least and the greatest amount of each title; NaN where there is none.

    Returns
    -------
    Fees
        Where the floors add up to more than the total, those that ask most for their weight are set aside; where
        the asks add up to less, those that are lowest for their weight are passed.

    Raises
    ------
    DataError
        A weight is not above 0, a floor lies above its ask, or the total is negative.

    Examples
    --------
    >>> allocate_fees(100, [1, 1, 1]).amounts.tolist()
    [33.34, 33.33, 33.33]
    >>> allocate_fees(100, [1, 1, 2], floors=[40, 0, 0], asks=[90, 90, 35]).amounts.tolist()
    [40.0, 25.0, 35.0]
    """
    weight = np.asarray(weights, dtype="float64")
    count = len(weight)
    if not count or not np.isfinite(weight).all() or (weight <= 0).any():
        raise DataError("fees are allocated by weights above 0", hint="Give every title a weight, such as its appeal.")
    cents = round(float(total) * 100)
    if cents < 0:
        raise DataError(f"the fee to allocate is negative: {total}", hint="Give a total of at least 0.")
    low, high = _cents(floors, count, 0.0), _cents(asks, count, np.inf)
    crossed = np.flatnonzero(low > high)
    if len(crossed):
        raise DataError(
            f"{len(crossed)} titles have a floor above their ask, first title {int(crossed[0])}",
            hint="Mend the prices.",
        )
    amounts = _spread(cents, weight, _without_floors(low, weight, cents), _without_asks(high, weight, cents))
    below, above = np.flatnonzero(amounts < low), np.flatnonzero(amounts > high)
    return Fees(amounts / 100, below.astype("int64"), above.astype("int64"))


def _cents(values: Any, count: int, missing: float) -> Floats:
    if values is None:
        return np.full(count, missing)
    array = np.asarray(values, dtype="float64")
    if array.shape != (count,):
        raise DataError(f"{len(array)} prices for {count} titles", hint="Give one for each; NaN where there is none.")
    return np.where(np.isnan(array), missing, np.round(array * 100))


def _without_floors(low: Floats, weight: Floats, cents: int) -> Floats:
    """Return the floors that fit: those that ask most for their weight are set aside, as few as are needed."""
    excess = low.sum() - cents
    if excess <= 0:
        return low
    ranked = np.argsort(-low / weight, kind="stable")
    enough = int(np.searchsorted(np.cumsum(low[ranked]), excess)) + 1
    kept = low.copy()
    kept[ranked[:enough]] = 0.0
    return kept


def _without_asks(high: Floats, weight: Floats, cents: int) -> Floats:
    """Return the asks, without those that are lowest for their weight where all together are less than the total."""
    if high.sum() >= cents:
        return high
    ratio = high / weight
    kept: Floats = np.where(ratio <= ratio.min() * (1 + 1e-12), np.inf, high)
    return kept


def _spread(cents: int, weight: Floats, low: Floats, high: Floats) -> Floats:
    """Return whole cents: ``clip(level * weight, low, high)`` with the level that gives the total."""
    edges = np.unique(np.concatenate([low / weight, high[np.isfinite(high)] / weight[np.isfinite(high)], [0.0]]))
    sums = np.array([np.clip(edge * weight, low, high).sum() for edge in edges])
    at = int(np.searchsorted(sums, cents, side="right")) - 1
    at = max(at, 0)
    level = edges[at]
    rising = (level * weight >= low - 1e-9) & (level * weight < high - 1e-9)
    if rising.any():
        level += max(cents - sums[at], 0.0) / weight[rising].sum()
    exact = np.clip(level * weight, low, high)
    whole: Floats = np.floor(exact + 1e-9)
    missing = round(cents - whole.sum())
    order = np.lexsort((np.arange(len(weight)), -(exact - whole)))
    sign = 1 if missing >= 0 else -1
    while missing:
        room = order[(whole[order] + sign <= high[order]) & (whole[order] + sign >= low[order])][: abs(missing)]
        whole[room] += sign
        missing -= sign * len(room)
    return whole
