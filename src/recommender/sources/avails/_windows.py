"""When an avail begins and ends: days, lags, durations, and the events that other rows tell the day of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from recommender.sources.avails import _readers
from recommender.sources.avails._reader import SheetReader

__all__ = ["Window", "find_est_starts", "shared_days", "windows_of"]

Day = TypeVar("Day", str, date)

_EST = "ESTStart"
_DAY_UNKNOWN = "the day of the event is not in the workbook; no right is made of the row"
_WRITE_DAY = "write the day (YYYY-MM-DD)"

EstStarts = dict[tuple[str | None, str | None, str | None], str]


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day; None is open on that side."""

    start: str | None
    end: str | None


def shared_days(some: Iterable[tuple[Day, Day]], others: Sequence[tuple[Day, Day]]) -> list[tuple[Day, Day]]:
    """Return the stretches of days, first and last, that lie in a stretch of both.

    Examples
    --------
    >>> shared_days([("2027-01-01", "2027-06-30")], [("2026-01-01", "2027-02-28"), ("2027-06-30", "2027-12-31")])
    [('2027-01-01', '2027-02-28'), ('2027-06-30', '2027-06-30')]
    """
    both = [(max(one[0], other[0]), min(one[1], other[1])) for one in some for other in others]
    return [days for days in both if days[0] <= days[1]]


def find_est_starts(sheets: Iterable[tuple[SheetReader, Sequence[str | None]]]) -> EstStarts:
    """Return the first day on which each title is for sale, by territory and format, and by territory alone."""
    found: EstStarts = {}
    for cells, keys in sheets:
        quiet = SheetReader(cells.sheet, [], from_1904=cells.from_1904)
        starts = quiet.read("Start", partial(_readers.moment, from_1904=cells.from_1904))
        rows = zip(
            keys,
            cells.texts("Territory"),
            cells.texts("FormatProfile"),
            cells.texts("LicenseType"),
            starts,
            strict=True,
        )
        for key, territory, profile, licence, start in rows:
            if (licence or "").upper() != "EST" or start is None or not start[:1].isdigit():
                continue
            for place in ((key, territory, profile), (key, territory, None)):
                found[place] = min(start, found.get(place, start))
    return found


def windows_of(cells: SheetReader, keys: Sequence[str | None], est: EstStarts) -> list[Window | None]:
    """Return the window of each row; None where it cannot be told, which is noted."""
    left_out = "; no right is made of the row"
    moment = partial(_readers.moment, from_1904=cells.from_1904)
    starts = cells.read("Start", moment, severity="error", also=left_out)
    ends = cells.read("End", moment, severity="error", also=left_out)
    start_lags = cells.read("StartLag", _readers.lag_days)
    end_lags = cells.read("EndLag", _readers.lag_days)
    lengths = cells.read("WindowDuration", _readers.lag_days)
    start_cells, end_cells = cells.cells("Start"), cells.cells("End")
    territories, profiles = cells.texts("Territory"), cells.texts("FormatProfile")
    withdrawn = cells.withdrawn()
    windows: list[Window | None] = []
    for place in range(len(cells)):
        if withdrawn[place]:
            windows.append(None)
            continue
        sold = est.get((keys[place], territories[place], profiles[place])) or est.get(
            (keys[place], territories[place], None)
        )
        start = _moment_day(cells, place, "Start", starts[place], sold, start_lags[place] or 0)
        # What ends when the sale begins ends on the day before.
        end = _moment_day(cells, place, "End", ends[place], sold, (end_lags[place] or 0) - 1)
        length = lengths[place]
        if start_cells[place] is None:
            cells.note(place, "Start", "without a start no right is made of the row", _WRITE_DAY, severity="error")
            start = None
        if end_cells[place] is None and length is not None:
            end = None if start is None else _ended(cells, place, start, length)
        elif end_cells[place] is None:
            cells.note(
                place,
                "End",
                "without an end no right is made of the row",
                "write the day (YYYY-MM-DD) or Open",
                severity="error",
            )
        if start is None or end is None:
            windows.append(None)
        elif _readers.OPEN not in {start, end} and end < start:
            cells.note(
                place, "End", f"it ends before it starts ({start}){left_out}", "correct one of them", severity="error"
            )
            windows.append(None)
        else:
            windows.append(Window(*(None if value == _readers.OPEN else value for value in (start, end))))
    return windows


def _moment_day(
    cells: SheetReader, place: int, field: str, moment: str | None, sold: str | None, lag: int
) -> str | None:
    if moment is None or moment == _readers.OPEN or moment[:1].isdigit():
        return moment
    if moment == "Immediate" and field == "Start":
        return _readers.OPEN
    if moment == _EST and sold is not None:
        return _shifted(sold, lag)
    cells.note(place, field, _DAY_UNKNOWN, _WRITE_DAY, severity="error")
    return None


def _ended(cells: SheetReader, place: int, start: str, length: int) -> str | None:
    if start != _readers.OPEN:
        return _shifted(start, length - 1)
    problem = "a duration needs a day to begin from; no right is made of the row"
    cells.note(place, "WindowDuration", problem, "write the day of the start, or of the end", severity="error")
    return None


def _shifted(day: str, days: int) -> str:
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except OverflowError:
        return day
