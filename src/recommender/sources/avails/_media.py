"""What Avails call a medium, and the words of the rights table: the one place where they meet.

Avails know transactions only: theatrical, free and pay television have no LicenseType. Several types may mean one
medium; the first of them is the one that is written.
"""

from __future__ import annotations

import re

__all__ = ["LICENCE_TYPES", "MEDIA", "licence_type", "media_of"]

LICENCE_TYPES: dict[str, str] = {
    "EST": "est",
    "VOD": "tvod",
    "SVOD": "svod",
    "AVOD": "avod",
    "POEST": "pre_order_est",
    "TVOD": "tvod",
    "PVOD": "tvod",
    "FVOD": "avod",
    "FAST": "avod",
    "DTO": "est",
    "DTR": "tvod",
}
"""Every LicenseType that is understood, with the medium it licenses."""

MEDIA: tuple[str, ...] = ("theatrical", "free_tv", "pay_tv", "svod", "avod", "tvod", "est")
"""The media of a brief or a rights table that this room knows."""

_WRITTEN = {medium: word for word, medium in reversed(LICENCE_TYPES.items())}
# What briefs say of a medium; `online` and `television` are several media, so they are not guessed.
_ALSO = {"cinema": "theatrical", "theatre": "theatrical", "rental": "tvod", "sell_through": "est", "vod": "tvod"}


def media_of(licence: str) -> str | None:
    """Return the medium of a LicenseType; None where it names none.

    Examples
    --------
    >>> media_of("svod"), media_of("PO-EST"), media_of("Library")
    ('svod', 'pre_order_est', None)
    """
    return LICENCE_TYPES.get(re.sub(r"[^A-Z]", "", licence.upper()))


def licence_type(medium: str) -> str | None:
    """Return the LicenseType of a medium; None where Avails have none for it.

    Examples
    --------
    >>> licence_type("tvod"), licence_type("theatrical"), licence_type("online")
    ('VOD', None, None)
    """
    word = re.sub(r"[\s-]+", "_", medium.strip().casefold())
    return _WRITTEN.get(_ALSO.get(word, word))
