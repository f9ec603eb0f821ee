"""Checks that several commands make of what they are called with."""

from __future__ import annotations

import datetime

from recommender.errors import CallError

__all__ = ["check_day"]


def check_day(day: str | None) -> str | None:
    """Return an ISO date as it is; refuse anything else that is not None.

    Raises
    ------
    CallError
        If it is not a day written as YYYY-MM-DD.
    """
    if day is None:
        return None
    try:
        return datetime.datetime.strptime(day, "%Y-%m-%d").date().isoformat()
    except ValueError as error:
        raise CallError(f"--as-of {day!r} is not a day", hint="Write it as YYYY-MM-DD.") from error
