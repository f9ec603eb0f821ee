"""Days as callers give them."""

from __future__ import annotations

import datetime

from recommender.errors import CallError, visible

__all__ = ["iso_day"]


def iso_day(day: object, name: str) -> str:
    """Return a day as an ISO date: a text is one already, or is refused; of a moment the day counts.

    Parameters
    ----------
    day : str or datetime.date
    name : str
        What it was given to, for the message.

    Raises
    ------
    CallError
        If it is not a day.

    Examples
    --------
    >>> iso_day(datetime.date(2026, 1, 1), "as_of")
    '2026-01-01'
    """
    if isinstance(day, datetime.date):
        return day.strftime("%Y-%m-%d")
    try:
        return datetime.datetime.strptime(str(day), "%Y-%m-%d").date().isoformat()
    except ValueError:
        raise CallError(f"{name} {visible(day)!r} is not a day", hint="Write it as YYYY-MM-DD.") from None
