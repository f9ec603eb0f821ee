"""What the words of a rule mean: media and age marks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from recommender import schema

MEDIA = tuple(name for name, medium in schema.MEDIA.items() if medium.parent == "all")
"""The media that rules tell apart: those right below `all`."""

EVERY_MEDIUM = "all"

_MARKS: dict[str, int | None] = {
    **dict.fromkeys(("g", "u", "tv-g", "tv-y", "all", "atp", "t", "e"), 0),
    **dict.fromkeys(("pg", "tv-pg", "uc", "nr", "ur", "unrated", "not rated"), None),
    "r": 17,
    "nc-17": 18,
    "tv-ma": 17,
    "x": 18,
}
_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")


def media_group(word: str) -> str | None:
    """Return the medium of the rules that a brief's word belongs to; None where the word is not known.

    Examples
    --------
    >>> media_group("Theatrical"), media_group("pay_tv"), media_group("all media"), media_group("carrier pigeon")
    ('cinema', 'television', 'all', None)
    """
    name = schema.find_medium(word)
    while name is not None and name not in {*MEDIA, EVERY_MEDIUM}:
        name = schema.MEDIA[name].parent
    return name


@cache
def age_of_mark(mark: str) -> int | None:
    """Return the age from which a mark admits, or None where it names none.

    Marks of many systems say it as a number; `PG` and `NR` say nothing of an age.

    Examples
    --------
    >>> [age_of_mark(mark) for mark in ("12+", "PG-13", "R", "NC-17", "G", "FSK 16", "PG")]
    [12, 13, 17, 18, 0, 16, None]
    """
    plain = re.sub(r"\s+", " ", mark.casefold()).strip()
    if plain in _MARKS:
        return _MARKS[plain]
    found = _NUMBER.findall(plain)
    age = int(found[0]) if len(found) == 1 else None
    return age if age is not None and age <= 21 else None


def quoted(words: Iterable[str], limit: int = 6) -> str:
    """Return words as a phrase: `Horror, Thriller or 3 more`.

    Examples
    --------
    >>> quoted(["a", "b", "c"], 2), quoted(["a"])
    ('a, b or 1 more', 'a')
    """
    listed = list(words)
    more = len(listed) - limit
    return ", ".join(listed[:limit]) + (f" or {more} more" if more > 0 else "")
