"""What Avails call a medium, and the words of the rights table: the one place where they meet.

Avails know transactions only: cinema and television have no LicenseType.
"""

from __future__ import annotations

import re

__all__ = ["LICENCE_TYPES", "licence_types", "media_of"]

LICENCE_TYPES: dict[str, str] = {
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
"""Every LicenseType that is understood, with the medium it licenses."""

_ONLINE = ("EST", "VOD", "SVOD", "AVOD")
_WRITTEN: dict[str, tuple[str, ...]] = {
    "est": ("EST",),
    "poest": ("POEST",),
    "tvod": ("VOD",),
    "pvod": ("VOD",),
    "svod": ("SVOD",),
    "avod": ("AVOD",),
    "fast": ("AVOD",),
    "online": _ONLINE,
    "all": _ONLINE,
}


def media_of(licence: str) -> str | None:
    """Return the medium of a LicenseType; None where it names none.

    Examples
    --------
    >>> media_of("svod"), media_of("PO-EST"), media_of("Library")
    ('svod', 'poest', None)
    """
    return LICENCE_TYPES.get(re.sub(r"[^A-Z]", "", licence.upper()))


def licence_types(medium: str) -> tuple[str, ...]:
    """Return the LicenseTypes of a medium; none where Avails have none for it.

    Examples
    --------
    >>> licence_types("tvod"), licence_types("cinema"), licence_types("online")
    (('VOD',), (), ('EST', 'VOD', 'SVOD', 'AVOD'))
    """
    return _WRITTEN.get(medium.strip().casefold(), ())
