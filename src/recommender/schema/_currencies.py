"""The currencies in which prices are stated."""

from __future__ import annotations

import pycountry

__all__ = ["CURRENCIES"]

CURRENCIES: frozenset[str] = frozenset(currency.alpha_3 for currency in pycountry.currencies)
"""Codes of ISO 4217."""
