"""Intervals of many titles merged at once: on which days a title is free, barred, or neither."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.schema import FIRST_DAY, LAST_DAY

__all__ = ["BAR", "GRANT", "NEVER", "UNSURE", "Intervals", "Measures", "Window", "free_stretches", "measure"]

GRANT, BAR, UNSURE = 0, 1, 2
"""What an interval does: gives the right, bars it, or gives it without saying whether exclusively."""

NEVER = LAST_DAY + 2
"""Stands for the first free day of what is never free."""

_SPAN = 4 * LAST_DAY

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Window:
    """The days asked for, those that are measured, and how many units these are.

    An open side adds one unit for all the days beyond the measured ones.
    """

    asked: tuple[int, int]
    measured: tuple[int, int]

    @property
    def units(self) -> int:
        """How many units the whole window has."""
        return self.measured[1] - self.measured[0] + 1 + self.open_before + self.open_after

    @property
    def open_before(self) -> bool:
        """Whether the window has no first day."""
        return self.asked[0] == FIRST_DAY

    @property
    def open_after(self) -> bool:
        """Whether the window has no last day."""
        return self.asked[1] == LAST_DAY


@dataclass(frozen=True, eq=False, slots=True)
class Intervals:
    """Intervals of days, both ends included, of numbered titles; one that ends before it starts is none."""

    title: Numbers
    low: Numbers
    high: Numbers
    effect: npt.NDArray[np.int8]

    def __getitem__(self, which: Flags) -> Intervals:
        """Return some of them."""
        return Intervals(self.title[which], self.low[which], self.high[which], self.effect[which])


@dataclass(frozen=True, eq=False)
class Measures:
    """What the intervals of each title come to within a window.

    Attributes
    ----------
    free, barred, unsure : array of int64
        Units of the window; the rest of its units is what no interval speaks of.
    first, last : array of int64
        First and last free day within the window; `NEVER` and `FIRST_DAY` where none is.
    begins : array of bool
        Whether a stretch of free days begins within the window.
    whole : array of bool
        Whether every day of the window is free.
    stated_first, stated_last : array of int64
        First and last day within the window of which any interval speaks.
    gap : array of bool
        Whether there are days between these two of which none does.
    """

    free: Numbers
    barred: Numbers
    unsure: Numbers
    first: Numbers
    last: Numbers
    begins: Flags
    whole: Flags
    stated_first: Numbers
    stated_last: Numbers
    gap: Flags


def measure(intervals: Intervals, n_titles: int, window: Window) -> Measures:
    """Merge the intervals of every title and measure them.

    Parameters
    ----------
    intervals : Intervals
        In any order.
    n_titles : int
        Titles are numbered from 0 to below it.
    window : Window
        What is asked.

    Notes
    -----
    The ends of all intervals are sorted by title and day; running sums over them tell how many intervals of each
    effect are open between two neighbours. No loop over titles, and nothing is kept by day.
    """
    title, low, high, state = _segments(intervals)
    free, barred = state == GRANT, state == BAR
    clipped_low, clipped_high = np.maximum(low, window.asked[0]), np.minimum(high, window.asked[1])
    inside = clipped_low <= clipped_high
    first, last = _extent(title, clipped_low, clipped_high, free & inside, n_titles)
    stated_first, stated_last = _extent(title, clipped_low, clipped_high, inside, n_titles)
    stated = _days(title, low, high, inside, n_titles, window.asked)
    free_days = _days(title, low, high, free, n_titles, window.asked)
    return Measures(
        free=_units(title, low, high, free, n_titles, window),
        barred=_units(title, low, high, barred, n_titles, window, wholly=False),
        unsure=_units(title, low, high, state == UNSURE, n_titles, window),
        first=first,
        last=last,
        begins=_begins(title, low, high, free, n_titles, window),
        whole=free_days == window.asked[1] - window.asked[0] + 1,
        stated_first=stated_first,
        stated_last=stated_last,
        gap=(stated > 0) & (stated < stated_last - stated_first + 1),
    )


def free_stretches(intervals: Intervals, window: Window) -> tuple[Numbers, Numbers, Numbers]:
    """Return the stretches of free days within a window: title, first and last day, sorted by them."""
    title, low, high, state = _segments(intervals)
    low, high = np.maximum(low, window.asked[0]), np.minimum(high, window.asked[1])
    free = (state == GRANT) & (low <= high)
    title, low, high = title[free], low[free], high[free]
    apart = (title[1:] != title[:-1]) | (low[1:] > high[:-1] + 1)
    edge, count = np.flatnonzero(apart), min(len(title), 1)
    first, last = np.r_[np.zeros(count, dtype=np.int64), edge + 1], np.r_[edge, np.full(count, len(title) - 1)]
    return title[first], low[first], high[last]


def _segments(intervals: Intervals) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Cut the time of each title at every end; return the pieces that any interval covers, and what they are."""
    real = intervals.low <= intervals.high
    if not real.all():
        intervals = intervals[real]
    count = len(intervals.title)
    position = np.concatenate(
        [intervals.title * _SPAN + intervals.low - FIRST_DAY, intervals.title * _SPAN + intervals.high + 1 - FIRST_DAY]
    )
    order = np.argsort(position)
    position = position[order]
    # One number counts all three effects: 2^21 intervals of each may be open at once.
    step = (np.int64(1) << (21 * intervals.effect.astype(np.int64)))[order % max(count, 1)]
    open_now = np.cumsum(np.where(order < count, step, -step))[:-1]
    covered = (position[1:] > position[:-1]) & (open_now > 0)
    start, stop, open_now = position[:-1][covered], position[1:][covered], open_now[covered]
    title = start // _SPAN
    low = start - title * _SPAN + FIRST_DAY
    granted = (open_now & ((1 << 21) - 1)) > 0
    state = np.where(open_now >> 21 & ((1 << 21) - 1) > 0, BAR, np.where(granted, GRANT, UNSURE))
    return title, low, low + (stop - start) - 1, state


def _days(title: Numbers, low: Numbers, high: Numbers, which: Flags, n_titles: int, bounds: tuple[int, int]) -> Numbers:
    """Count the days of some pieces within bounds, by title."""
    first, last = bounds
    length = np.minimum(high[which], last) - np.maximum(low[which], first) + 1
    counted = np.bincount(title[which], weights=np.maximum(length, 0), minlength=n_titles)
    return counted.astype(np.int64)


def _units(
    title: Numbers, low: Numbers, high: Numbers, which: Flags, n_titles: int, window: Window, *, wholly: bool = True
) -> Numbers:
    """Count the units: days, and one for all days beyond on an open side, if all are so (or any, not `wholly`)."""
    units = _days(title, low, high, which, n_titles, window.measured)
    sides = [(window.open_before, (FIRST_DAY, window.measured[0] - 1))]
    sides.append((window.open_after, (window.measured[1] + 1, LAST_DAY)))
    for is_open, side in sides:
        if is_open:
            days = _days(title, low, high, which, n_titles, side)
            units += days == side[1] - side[0] + 1 if wholly else days > 0
    return units


def _extent(title: Numbers, low: Numbers, high: Numbers, which: Flags, n_titles: int) -> tuple[Numbers, Numbers]:
    """Return the first and last day of some pieces, by title; they are sorted by title and day."""
    first, last = np.full(n_titles, NEVER, dtype=np.int64), np.full(n_titles, FIRST_DAY, dtype=np.int64)
    chosen = title[which]
    if len(chosen):
        edge = np.flatnonzero(chosen[1:] != chosen[:-1])
        starts, ends = np.concatenate([[0], edge + 1]), np.concatenate([edge, [len(chosen) - 1]])
        first[chosen[starts]] = low[which][starts]
        last[chosen[ends]] = high[which][ends]
    return first, last


def _begins(title: Numbers, low: Numbers, high: Numbers, free: Flags, n_titles: int, window: Window) -> Flags:
    """Say of each title whether a stretch of free days begins within the window."""
    title, low, high = title[free], low[free], high[free]
    goes_on = np.zeros(len(title), dtype=bool)
    goes_on[1:] = (title[1:] == title[:-1]) & (high[:-1] + 1 == low[1:])
    within = ~goes_on & (low >= window.asked[0]) & (low <= window.asked[1])
    begins = np.zeros(n_titles, dtype=bool)
    begins[title[within]] = True
    return begins
