"""The media in which a title may be shown: a tree, its words in three languages, and EMA's licence types.

A medium stands for everything below it: a row for ``online`` speaks of ``svod`` too, and who asks for ``online``
asks for all of it. EMA's LicenseType knows no cinema and no television, so this list is richer, with a mapping
both ways.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from recommender.errors import DataError, did_you_mean

__all__ = [
    "MEDIA",
    "Medium",
    "find_medium",
    "license_types",
    "media_mask",
    "media_names",
    "media_weights",
    "medium_of_license_type",
    "medium_remedy",
]


@dataclass(frozen=True, slots=True)
class Medium:
    """One medium, or a group of them.

    Attributes
    ----------
    parent : str or None
        The medium that holds it; None for ``all``.
    meaning : str
        What it is, as a phrase.
    group : bool
        Whether it is nothing but what is below it.
    license_types : tuple of str
        EMA LicenseTypes that say it in an Avails workbook; empty where EMA has no word.
    also : tuple of str
        What catalogues call it.
    """

    parent: str | None
    meaning: str
    group: bool = False
    license_types: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


MEDIA: Mapping[str, Medium] = {
    "all": Medium(
        None,
        "every medium",
        group=True,
        license_types=("EST", "VOD", "SVOD", "AVOD"),
        also=("all media", "all rights", "any", "все", "все права", "全部", "所有", "全媒体"),
    ),
    "cinema": Medium(
        "all",
        "cinemas",
        also=(
            *("theatrical", "cinemas", "theatre", "theatres", "theater", "theaters", "theatrical release"),
            *("кинотеатр", "кинотеатры", "кинопрокат", "прокат", "кино", "影院", "院线", "电影院"),
        ),
    ),
    "television": Medium(
        "all",
        "television",
        group=True,
        also=("tv", "broadcast", "linear tv", "linear", "телевидение", "тв", "电视"),
    ),
    "free_tv": Medium(
        "television",
        "free television",
        also=("free to air", "free television", "fta", "ftv", "terrestrial", "бесплатное тв", "эфирное тв", "免费电视"),
    ),
    "pay_tv": Medium(
        "television",
        "pay television, cable, satellite, pay per view",
        also=("paytv", "pay television", "cable", "satellite", "ppv", "pay per view", "платное тв", "付费电视"),
    ),
    "online": Medium(
        "all",
        "the internet, in every business model",
        group=True,
        license_types=("EST", "VOD", "SVOD", "AVOD"),
        also=("digital", "internet", "ott", "web", "streaming", "онлайн", "интернет", "网络", "在线", "新媒体"),
    ),
    "est": Medium(
        "online",
        "sold as a download",
        license_types=("EST",),
        also=("electronic sell through", "sell through", "dto", "download to own"),
    ),
    "poest": Medium("est", "ordered before its sale begins", license_types=("POEST",), also=("pre order est",)),
    "tvod": Medium(
        "online",
        "rented by the view",
        license_types=("VOD",),
        also=("transactional vod", "rental", "digital rental", "dtr"),
    ),
    "pvod": Medium("tvod", "rented early at a premium", license_types=("VOD",), also=("premium vod",)),
    "svod": Medium(
        "online",
        "in a subscription",
        license_types=("SVOD",),
        also=("subscription vod", "subscription", "подписка", "订阅"),
    ),
    "avod": Medium(
        "online",
        "free, with advertisements",
        license_types=("AVOD",),
        also=("ad supported vod", "advertising vod", "fvod", "free vod"),
    ),
    "fast": Medium("avod", "free channels with advertisements", license_types=("AVOD",), also=("fast channels",)),
    "home_video": Medium(
        "all",
        "discs",
        also=("dvd", "blu ray", "bluray", "disc", "discs", "physical", "videogram"),
    ),
    "ancillary": Medium("all", "aircraft, hotels, schools, clubs", group=True),
    "nontheatrical": Medium("ancillary", "schools, clubs, festivals", also=("non theatrical", "educational")),
    "inflight": Medium("ancillary", "aircraft and ships", also=("airline", "airlines", "in flight", "ships")),
    "hotel": Medium("ancillary", "hotels", also=("hotels", "hospitality")),
}
"""Every medium by its name, each after the one that holds it."""

_FROM_EMA = {
    "EST": "est",
    "VOD": "tvod",
    "SVOD": "svod",
    "AVOD": "avod",
    "POEST": "poest",
    "TVOD": "tvod",
    "PVOD": "pvod",
    "FVOD": "avod",
    "FAST": "fast",
}
_TWO_MEANINGS = {
    "vod": "in an Avails workbook it is a rental, elsewhere all of online: write tvod, svod, avod or online",
    "video": "write home_video, or online",
    "home_entertainment": "write home_video, est and tvod, one medium a row",
}
_SEVERAL = re.compile(r"[|;,+&/]|\sand\s")


def _plain(word: str) -> str:
    return re.sub(r"[\s_\-]+", "_", unicodedata.normalize("NFKC", word).casefold().strip())


@cache
def _names() -> dict[str, str]:
    return {_plain(word): name for name, medium in MEDIA.items() for word in (name, *medium.also)}


def find_medium(word: str) -> str | None:
    """Return the medium that a word names, in English, Russian or Chinese; None where it names none.

    Examples
    --------
    >>> find_medium("Theatrical"), find_medium("free-to-air"), find_medium("VOD")
    ('cinema', 'free_tv', None)
    """
    return _names().get(_plain(word))


def medium_remedy(word: object) -> str:
    """Return what to do about a word that names no medium."""
    text = str(word)
    if _plain(text) in _TWO_MEANINGS:
        return _TWO_MEANINGS[_plain(text)]
    if _SEVERAL.search(text) and any(find_medium(part) for part in _SEVERAL.split(text)):
        return "one medium a row: write a row for each"
    near = did_you_mean(_plain(text), _names())
    return near or f"use one of: {', '.join(MEDIA)}"


@cache
def _bits() -> dict[str, int]:
    """Return each medium's own bit; a group has none."""
    own = [name for name, medium in MEDIA.items() if not medium.group]
    return {name: 1 << place for place, name in enumerate(own)}


@cache
def media_mask(name: str) -> int:
    """Return a medium and all below it as a set of bits, one for each medium that is no group.

    Raises
    ------
    DataError
        It is no name of `MEDIA`.

    Examples
    --------
    >>> media_mask("svod") & media_mask("online") == media_mask("svod")
    True
    >>> media_mask("cinema") & media_mask("online")
    0
    """
    if name not in MEDIA:
        raise DataError(f"unknown medium {name!r}", hint=medium_remedy(name))
    return _bits().get(name, 0) | sum(media_mask(child) for child in _children(name))


@cache
def _children(name: str) -> tuple[str, ...]:
    return tuple(child for child, medium in MEDIA.items() if medium.parent == name)


@cache
def media_names(mask: int) -> tuple[str, ...]:
    """Return the fewest media that together are a set of bits.

    Examples
    --------
    >>> media_names(media_mask("free_tv") | media_mask("pay_tv") | media_mask("svod"))
    ('television', 'svod')
    """
    return tuple(_under("all", mask))


def _under(name: str, mask: int) -> Iterable[str]:
    whole = media_mask(name)
    if whole & mask == whole:
        yield name
        return
    if _bits().get(name, 0) & mask:
        yield f"{name} alone"
    for child in _children(name):
        if media_mask(child) & mask:
            yield from _under(child, mask)


def media_weights(name: str) -> dict[int, float]:
    """Return each bit of a medium with its part of the whole: all that stand side by side count the same."""
    parts = len(_children(name)) + (name in _bits())
    weights = {_bits()[name]: 1 / parts} if name in _bits() else {}
    for child in _children(name):
        weights |= {bit: weight / parts for bit, weight in media_weights(child).items()}
    return weights


def license_types(word: str) -> tuple[str, ...]:
    """Return the EMA LicenseTypes that say a medium; empty where EMA has no word for it.

    Examples
    --------
    >>> license_types("online"), license_types("poest"), license_types("cinema")
    (('EST', 'VOD', 'SVOD', 'AVOD'), ('POEST',), ())
    """
    name = find_medium(word)
    return () if name is None else MEDIA[name].license_types


def medium_of_license_type(word: str) -> str | None:
    """Return the medium of an EMA LicenseType; None where it is not known.

    Examples
    --------
    >>> medium_of_license_type("VOD"), medium_of_license_type("PO-EST"), medium_of_license_type("Lease")
    ('tvod', 'poest', None)
    """
    return _FROM_EMA.get(re.sub(r"[^A-Z]", "", word.upper()))
