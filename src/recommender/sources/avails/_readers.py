"""One cell of an avail, understood: days, windows, durations, territories, languages.

Each function takes a cell that is not empty and returns what it means, or raises `Misread` with the problem and the
remedy. Where something had to be assumed, it says so in its result.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from recommender.schema import COUNTRIES, MARKETS, WORLDWIDE
from recommender.sources import _cells
from recommender.sources._cells import Misread
from recommender.sources._countries import find_countries
from recommender.sources._languages import find_languages

__all__ = ["EVENTS", "OPEN", "Misread", "day", "lag_days", "languages", "minutes", "moment", "territories"]

OPEN = "open"
"""A window without end on that side."""

EVENTS = {
    "eststart": "ESTStart",
    "est": "ESTStart",
    "immediate": "Immediate",
    "broadcast": "Broadcast",
    "theatrical": "Theatrical",
    "completed": "Completed",
    "tbd": "TBD",
}
"""What may stand for a day: events whose day the cell does not tell."""

_OPEN_WORDS = {"open", "perpetual", "perpetuity", "in perpetuity", "unlimited", "no end date"}
_WORLD = {"ww", "zz", "world", "worldwide", "all", "global"}
_SUBDIVISION = re.compile(r"([A-Z]{2})-([A-Z0-9]{1,3})", re.IGNORECASE)
_LIST = re.compile(r"\s*[,;|\n]\s*")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_COMPACT = re.compile(r"(19|20)\d{6}")
_NUMBERS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[T ].*)?")
_NAMED_FORMS = ("%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%B %d, %Y", "%b %d, %Y", "%d-%B-%Y")
_ISO_DURATION = re.compile(
    r"([+-])?P(?:(\d+(?:\.\d+)?)W)?(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(\d{1,3}):(\d{1,2})(?::(\d{1,2})(?:[.:]\d+)?)?")
_HOURS_MINUTES = re.compile(r"(?:(\d{1,2})\s*h(?:rs?|ours?)?)?\s*(?:(\d{1,3})\s*m(?:ins?|inutes?)?\.?)?", re.IGNORECASE)
_EXCEL_ZERO = datetime(1899, 12, 30)
_DAYS_TO_1904 = 1462
_EARLIEST, _LATEST = 1900, 9999


def day(cell: Any, *, from_1904: bool = False) -> str:
    """Return a cell as an ISO day: an Excel date, a serial number, or text in a form that can mean one day only.

    Examples
    --------
    >>> day("2013-06-14T00:00:00Z"), day(41439), day("41439"), day("20130614"), day("14.06.2013")
    ('2013-06-14', '2013-06-14', '2013-06-14', '2013-06-14', '2013-06-14')
    """
    if isinstance(cell, datetime | date):
        return _cells.iso_date(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if _COMPACT.fullmatch(text := f"{cell:.0f}"):
            return _day(int(text[:4]), int(text[4:6]), int(text[6:]))
        if cell < 10_000:
            raise Misread("not a date", "write it as YYYY-MM-DD, such as 2013-06-14")
        return _cells.iso_date(cell + (_DAYS_TO_1904 if from_1904 else 0))
    if isinstance(cell, str):
        return _text_day(cell.strip(), from_1904=from_1904)
    raise Misread("not a date", "write it as YYYY-MM-DD, such as 2013-06-14")


def _text_day(text: str, *, from_1904: bool) -> str:  # noqa: PLR0911 - one a form
    if _SERIAL.fullmatch(text):
        return _cells.iso_date(float(text) + (_DAYS_TO_1904 if from_1904 else 0))
    if _COMPACT.fullmatch(text):
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    if (found := _NUMBERS.fullmatch(text)) is not None:
        first, sign, second, third = int(found[1]), found[2], int(found[3]), int(found[4])
        if len(found[1]) == 4:
            return _day(first, second, third)
        if len(found[4]) == 4:
            if sign == "." or first > 12:
                return _day(third, second, first)
            if second > 12:
                return _day(third, first, second)
            if first == second:
                return _day(third, first, second)
            raise Misread("day and month cannot be told apart", "write it as YYYY-MM-DD")
    for form in _NAMED_FORMS:
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    return _cells.iso_date(text)


def _day(year: int, month: int, number: int) -> str:
    try:
        if _EARLIEST <= year <= _LATEST:
            return date(year, month, number).isoformat()
    except ValueError:
        pass
    raise Misread("there is no such day", "correct it (YYYY-MM-DD)")


def moment(cell: Any, *, from_1904: bool = False) -> str:
    """Return an end of a window: an ISO day, `OPEN`, or one of `EVENTS`.

    Examples
    --------
    >>> moment("Open"), moment("eststart"), moment("2013-06-14")
    ('open', 'ESTStart', '2013-06-14')
    """
    if isinstance(cell, str):
        word = " ".join(cell.casefold().split())
        if word in _OPEN_WORDS:
            return OPEN
        if (event := EVENTS.get(re.sub(r"[^a-z]", "", word))) is not None and not re.search(r"\d", word):
            return event
    return day(cell, from_1904=from_1904)


def lag_days(cell: Any) -> int:
    """Return a lag or duration as whole days, rounded down.

    Examples
    --------
    >>> lag_days("P180D"), lag_days("-PT12H"), lag_days("P2W"), lag_days(30.0)
    (180, -1, 14, 30)
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool) and float(cell).is_integer():
        return int(cell)
    span = _iso_span(cell) if isinstance(cell, str) else None
    if span is None:
        raise Misread("not a duration", "write it as ISO 8601 does, such as P180D")
    return span.days


def _iso_span(text: str) -> timedelta | None:
    found = _ISO_DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()[1:]):
        return None
    weeks, years, months, days, hours, mins, seconds = (float(part or 0) for part in found.groups()[1:])
    if months or years:
        # A month has no number of days of its own; 30 and 365 are what contracts count with.
        days += 30 * months + 365 * years
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=mins, seconds=seconds)
    return -span if found[1] == "-" else span


def minutes(cell: Any) -> int:
    """Return a running time in minutes: a time, a fraction of a day, ISO 8601, h:mm:ss, or a number of minutes.

    Two numbers are hours and minutes up to four hours, and minutes and seconds beyond that: ``56:20`` is an episode
    and not two days. The same holds for a time that Excel made of such a text.

    Examples
    --------
    >>> minutes(time(1, 56, 20)), minutes(0.080787037), minutes("PT1H30M"), minutes("1:30"), minutes("56:20")
    (116, 116, 90, 90, 56)
    >>> minutes(95.0), minutes("1h 35min"), minutes(timedelta(hours=56, minutes=20))
    (95, 95, 56)
    """
    seconds = _seconds(cell)
    if not 0 < seconds <= 100 * 3600:
        raise Misread("no possible running time", "write it as HH:MM:SS, such as 1:56:20")
    return max(1, round(seconds / 60))


def _seconds(cell: Any) -> float:
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    if isinstance(cell, timedelta):
        return _plausible(cell.total_seconds())
    if isinstance(cell, datetime) and cell.year <= _EARLIEST:
        return _plausible((cell - _EXCEL_ZERO).total_seconds())
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell * 86_400 if cell < 1 else cell * 60
    if isinstance(cell, str):
        return _text_seconds(cell.strip())
    raise Misread("not a running time", "write it as HH:MM:SS, such as 1:56:20")


def _plausible(seconds: float) -> float:
    # 56:20 typed into Excel becomes 56 hours and 20 minutes.
    return seconds if seconds < 5 * 3600 else seconds / 60


def _text_seconds(text: str) -> float:
    if (span := _iso_span(text)) is not None:
        return span.total_seconds()
    if (found := _CLOCK.fullmatch(text)) is not None:
        first, second, third = int(found[1]), int(found[2]), found[3]
        if third is not None:
            return first * 3600 + second * 60 + int(third)
        return _plausible(first * 3600 + second * 60)
    if (found := _HOURS_MINUTES.fullmatch(text)) is not None and (found[1] or found[2]):
        return int(found[1] or 0) * 3600 + int(found[2] or 0) * 60
    try:
        value = _cells.number(text)
    except Misread:
        raise Misread("not a running time", "write it as HH:MM:SS, such as 1:56:20") from None
    return value * 86_400 if value < 1 else value * 60


def territories(cell: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the markets that a cell names, and the parts of it that name none.

    Examples
    --------
    >>> territories("US"), territories("US, CA"), territories("ZZ"), territories("UK")
    ((('US',), ()), (('US', 'CA'), ()), (('WW',), ()), (('GB',), ()))
    >>> territories("CA-QC")
    ((), ('CA-QC',))
    """
    text = _cells.text(cell) or ""
    whole = _territory(text)
    if whole is not None:
        return (whole,), ()
    found: dict[str, None] = {}
    strange: list[str] = []
    for part in filter(None, _LIST.split(text)):
        code = _territory(part)
        if code is not None:
            found[code] = None
            continue
        codes, rest = ((), (part,)) if _SUBDIVISION.fullmatch(part) else find_countries(part)
        found.update(dict.fromkeys(codes if not rest else ()))
        if rest or not codes:
            strange.append(part)
    return tuple(found), tuple(strange)


def _territory(text: str) -> str | None:
    if text.casefold() in _WORLD:
        return WORLDWIDE
    if _SUBDIVISION.fullmatch(text):
        return None
    codes, strange = find_countries(text)
    known = [code for code in codes if code in MARKETS or code in COUNTRIES]
    return known[0] if len(known) == 1 and not strange else None


def languages(cell: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the language tags of a cell, without what follows a colon, and the parts that are none.

    Examples
    --------
    >>> languages("es:subdub, fr:subdub"), languages("EN:audio"), languages("Klingon?")
    ((('es', 'fr'), ()), (('en',), ()), ((), ('Klingon?',)))
    """
    found: dict[str, None] = {}
    strange: list[str] = []
    for part in filter(None, _LIST.split(_cells.text(cell) or "")):
        tags, rest = find_languages(part.partition(":")[0].strip())
        found.update(dict.fromkeys(tags))
        if rest or not tags:
            strange.append(part)
    return tuple(found), tuple(strange)
