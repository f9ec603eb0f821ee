"""What the words of a rule mean: media and age marks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

MEDIA: dict[str, tuple[str, ...]] = {
    "cinema": ("cinemas", "theatrical", "theatre", "theater", "кино", "кинотеатры", "кинопрокат", "影院", "院线"),
    "television": (
        *("tv", "free tv", "free to air", "fta", "pay tv", "paytv", "pay television", "cable", "satellite"),
        *("broadcast", "linear", "linear tv", "basic tv", "телевидение", "тв", "电视"),
    ),
    "online": (
        *("internet", "streaming", "digital", "ott", "web", "iptv", "vod", "svod", "avod", "tvod", "fvod", "pvod"),
        *("est", "poest", "dto", "dtr", "fast", "catch up", "download", "rental", "subscription"),
        *("онлайн", "интернет", "网络", "在线", "新媒体"),
    ),
    "home_video": ("home video", "video", "dvd", "blu ray", "bluray", "disc", "discs", "physical"),
    "ancillary": ("nontheatrical", "non theatrical", "airline", "airlines", "inflight", "in flight", "ships", "hotel"),
}
"""The media that rules tell apart, and what briefs and rights call them."""

EVERY_MEDIUM = "all"
_MEDIA = {word: group for group, words in MEDIA.items() for word in (group.replace("_", " "), *words)}
_MEDIA |= dict.fromkeys(("all", "all media", "all rights", "any", "все", "全部", "全媒体"), EVERY_MEDIUM)

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
    return _MEDIA.get(re.sub(r"[\s_-]+", " ", word.casefold()).strip())


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
