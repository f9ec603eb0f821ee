"""Whether the currencies that reviewers wrote agree with the catalogue's and with the brief's budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from recommender.errors import Fault, counted
from recommender.offers._money import asks_for_prices
from recommender.offers._saved import SavedOffer
from recommender.offers.roundtrip._rows import UNREAD, Entry

PRICES = ("ask_price", "floor_price", "currency")
"""The columns of a title's price that reviewers may change."""


class Currencies:
    """What is said of currencies in all cells together.

    Parameters
    ----------
    by_title : mapping
        What the cells say, by title and column.
    saved : SavedOffer
        The version that the workbooks were made from.
    """

    def __init__(self, by_title: Mapping[str, Mapping[str, list[Entry]]], saved: SavedOffer) -> None:
        self._brief = saved.offer.brief
        self._unstated = _unstated(by_title, saved)
        stated = saved.offer.eligible.get("currency", pd.Series(dtype="str")).notna().any()
        written = any(entry.value is not None for found in by_title.values() for entry in found.get("currency", ()))
        self._budgets = self._brief.budget.currency is not None and not stated and (bool(self._unstated) or not written)

    def faults(
        self, title_id: str, prices_now: Mapping[str, Any], found: Mapping[str, list[Entry]], *, rejected: bool
    ) -> Iterator[Fault]:
        """Yield the cells of a title whose prices were changed that leave its currency open, or name one that misfits.

        What a rejected title would cost counts nowhere, so that any currency fits it.
        """
        if prices_now["ask_price"] is None and prices_now["floor_price"] is None:
            return
        code = prices_now["currency"]
        if code is None:
            if not self._budgets and f"{UNREAD}currency" not in found:
                yield from _no_currency(title_id, found)
        elif rejected:
            return
        elif self._unstated:
            yield from self._among_unstated(found)
        elif asks_for_prices(self._brief) and self._brief.budget.rate(code) is None:
            yield from self._no_rate(code, found)

    def _among_unstated(self, found: Mapping[str, list[Entry]]) -> Iterator[Fault]:
        ours = self._brief.budget.currency
        others = f"{counted(len(self._unstated), 'title')} ({_some(self._unstated)})"
        have = "has a price" if len(self._unstated) == 1 else "have prices"
        for entry in found.get("currency", ()):
            if entry.edited and entry.value is not None:
                yield entry.fault(
                    f"a currency, while {others} {have} without one, taken as {ours}",
                    f"write the price in {ours} and leave the currency empty",
                )

    def _no_rate(self, code: str, found: Mapping[str, list[Entry]]) -> Iterator[Fault]:
        ours = self._brief.budget.currency
        edited = [entry for key in ("currency", "ask_price", "floor_price") for entry in found.get(key, ())]
        edited = [entry for entry in edited if entry.edited and entry.value is not None]
        for entry in edited:
            if entry.key == edited[0].key:
                yield entry.fault(
                    f"a price in {code}, and the brief's budget, in {ours}, has no rate for it",
                    f"write the price and the currency in {ours}, or a rate into a new brief: rates = {{ {code} = ... }}",
                )


def _unstated(by_title: Mapping[str, Mapping[str, list[Entry]]], saved: SavedOffer) -> list[str]:
    """Return titles that count by prices whose currency neither the catalogue nor reviewers state.

    They are in the budget's currency as long as no title states one.
    """
    pool = saved.offer.eligible
    if not asks_for_prices(saved.offer.brief) or not {"ask_price", "floor_price"} & {*pool.columns}:
        return []
    if "currency" in pool.columns and pool["currency"].notna().any():
        return []
    priced = pd.concat([pool[name] for name in ("ask_price", "floor_price") if name in pool.columns], axis=1)
    touched = {
        title_id
        for title_id, found in by_title.items()
        if any(entry.edited and entry.value is not None for entry in found.get("currency", ()))
        or any(entry.edited and entry.value == "reject" for entry in found.get("decision", ()))
    }
    return [title_id for title_id in pool.loc[priced.notna().any(axis=1), "title_id"] if title_id not in touched]


def _no_currency(title_id: str, found: Mapping[str, list[Entry]]) -> Iterator[Fault]:
    for key in PRICES:
        for entry in found.get(key, ()):
            if entry.edited and (entry.value is not None or key == "currency"):
                yield entry.fault(
                    f"a price without a currency ({title_id})",
                    "write its three letters into the column Currency, such as USD",
                )


def _some(ids: list[str], most: int = 3) -> str:
    return ", ".join(ids[:most]) + (", ..." if len(ids) > most else "")
