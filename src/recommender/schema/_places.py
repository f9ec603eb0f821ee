"""Territory codes: the countries that make titles and the markets that watch them."""

from __future__ import annotations

from collections.abc import Iterable

import pycountry

__all__ = ["COUNTRIES", "MARKETS", "WORLDWIDE", "at_home"]

WORLDWIDE = "WW"

# Kosovo has no ISO 3166-1 code; XK is the user-assigned one that everybody uses, so it is no typing mistake.
_CURRENT = frozenset(country.alpha_2 for country in pycountry.countries) | {"XK"}
_HISTORIC = frozenset(country.alpha_2 for country in pycountry.historic_countries)

COUNTRIES: frozenset[str] = _CURRENT | _HISTORIC
"""Codes a title may come from: ISO 3166-1 alpha-2, XK, and former countries (SU, CS, YU, DD, AN, ...)."""

MARKETS: frozenset[str] = _CURRENT | {WORLDWIDE}
"""Codes that can be asked for as a market: ISO 3166-1 alpha-2, XK, and WW for the whole world."""


def at_home(countries: Iterable[str]) -> frozenset[str]:
    """Return where a title of these countries is at home: there, and a Soviet one in Russia too.

    Examples
    --------
    >>> sorted(at_home(["SU", "FR"]))
    ['FR', 'RU', 'SU']
    """
    home = frozenset(countries)
    return home | {"RU"} if "SU" in home else home
