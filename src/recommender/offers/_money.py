"""What each title costs under a brief's budget: prices in one currency, what is missing, and fees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import DataError, visible
from recommender.offers._brief import Brief
from recommender.offers.package import allocate_fees

_NAMED = 5
TIER_WEIGHTS = {"locomotive": 3.0, "core": 1.5, "library": 1.0}
"""What a title of each tier weighs in a package's fee, beside its appeal, where the brief names no fees of tiers."""


@dataclass(frozen=True, eq=False)
class Priced:
    """The titles' prices in the budget's currency.

    Attributes
    ----------
    cost : ndarray of float
        What each title costs; 0 where that is not known.
    floor, ask : ndarray of float
        NaN where there is none.
    barred : ndarray of bool
        Titles that cannot be offered unless they are locked: without any price, or with a floor above their tier's fee.
    notes : tuple of str
        How titles without a price were treated, in sentences.
    """

    cost: NDArray[np.float64]
    floor: NDArray[np.float64]
    ask: NDArray[np.float64]
    barred: NDArray[np.bool_]
    notes: tuple[str, ...]

    def shown(self, places: NDArray[np.int64], brief: Brief) -> NDArray[np.float64]:
        """Return what some titles cost as the offer states it: nothing, not 0, of a locked one without a price."""
        unknown = self.barred[places] & (not brief.budget.fees)
        return np.where(unknown, np.nan, self.cost[places])


def asks_for_prices(brief: Brief) -> bool:
    """Return whether the choice depends on what titles cost."""
    return brief.budget.counts or brief.package.objective == "value"


def price_titles(pool: pd.DataFrame, brief: Brief) -> Priced | None:
    """Return the titles' prices, or None where the brief does not ask about money.

    Parameters
    ----------
    pool : DataFrame
        `title_id`, `appeal`, and of `ask_price`, `floor_price`, `currency` what the catalogue has.
    brief : Brief

    Raises
    ------
    DataError
        Prices in a currency without a rate or without any currency, or a floor above its ask: all such titles.
    """
    budget = brief.budget
    if not asks_for_prices(brief):
        return None
    rate = _rates(pool, brief)
    floor, ask = (_column(pool, name) * rate for name in ("floor_price", "ask_price"))
    crossed = np.flatnonzero(floor > ask + 0.005)
    if len(crossed):
        raise DataError(
            f"{_some(pool, crossed)} a floor price above the asking price",
            hint="Mend ask_price and floor_price in the catalogue.",
        )
    first, second = (ask, floor) if budget.price == "ask" else (floor, ask)
    cost = np.where(np.isnan(first), second, first)
    notes, barred = [], np.zeros(len(pool), dtype=bool)
    locked = pool["title_id"].isin(list(brief.lock.title_ids)).to_numpy()
    other = np.flatnonzero(np.isnan(first) & ~np.isnan(second))
    if len(other) and not budget.fees:
        which = ("floor", "asking") if budget.price == "ask" else ("asking", "floor")
        notes.append(
            f"{_some(pool, other)} only {_article(which[0])} price, which counts in place of the {which[1]} price."
        )
    none = np.isnan(cost)
    if budget.fees:
        cost, barred = _fees(pool, brief, floor, ask)
        above = "a floor price above the fee of the tier"
        notes += _told(pool, barred & ~locked, f"{above}, and cannot be offered.")
        notes += _told(pool, barred & locked, f"{above}, but a lock: offered at the fee.")
    elif budget.assume is not None:
        cost[none] = budget.assume
        said = f"no price and {_each(none.sum())} taken to cost {budget.assume:,.2f} {budget.currency}."
        notes += _told(pool, none, said)
    else:
        barred = none
        said = "no price and cannot be offered under a budget; state one, or budget.assume."
        notes += _told(pool, none & ~locked, said)
        said = "no price, but a lock: offered, and counted as nothing; state one, or budget.assume."
        notes += _told(pool, none & locked, said)
    return Priced(np.where(np.isnan(cost), 0.0, np.round(cost, 2)), floor, ask, barred, tuple(notes))


def refuse_accepted(pool: pd.DataFrame, brief: Brief, banned: NDArray[np.int64]) -> None:
    """Refuse titles that people accepted although their prices bar them; `banned` are their places.

    Raises
    ------
    DataError
        There are any: all are named.
    """
    if not len(banned):
        return
    what, remedy = (
        ("with a floor price above the fee of the tier", "Lower the floor price")
        if brief.budget.fees
        else ("without a price", "State an ask price")
    )
    raise DataError(
        f"{_some(pool, banned)} been accepted, but cannot be offered {what}",
        hint=f"{remedy}, or lock the title, or do not accept it.",
    )


def package_fees(
    chosen: pd.DataFrame, priced: Priced, places: Sequence[int], brief: Brief
) -> tuple[pd.Series, tuple[str, ...]]:
    """Allocate the package's fee to the chosen titles, and say which floors and asks do not fit.

    Parameters
    ----------
    chosen : DataFrame
        The offered titles with `tier` and `appeal`.
    priced : Priced
        The pool's prices.
    places : sequence of int
        Where the chosen titles stand in the pool.
    brief : Brief

    Returns
    -------
    (Series, tuple of str)
        The fees, to the cent, and the notes.
    """
    total = brief.budget.package_fee
    assert total is not None
    weights = brief.budget.fees or TIER_WEIGHTS
    weight = chosen["tier"].map(weights).to_numpy(dtype="float64") * chosen["appeal"].clip(lower=0.01).to_numpy()
    at = np.asarray(places, dtype="int64")
    fees = allocate_fees(total, np.maximum(weight, 1e-9), floors=priced.floor[at], asks=priced.ask[at])
    notes = []
    if len(fees.below_floor):
        notes.append(
            f"{_some(chosen, fees.below_floor)} a floor price that does not fit into the package's fee of {total:,.2f}."
        )
    if len(fees.above_ask):
        notes.append(f"{_some(chosen, fees.above_ask)} more of the package's fee of {total:,.2f} than asked for.")
    return pd.Series(fees.amounts, index=chosen.index), tuple(notes)


def _rates(pool: pd.DataFrame, brief: Brief) -> NDArray[np.float64]:
    """Return what one unit of each title's currency is in the budget's."""
    budget = brief.budget
    known = {str(budget.currency): 1.0, **budget.rates}
    priced = ~np.isnan(_column(pool, "ask_price")) | ~np.isnan(_column(pool, "floor_price"))
    stated = pool["currency"] if "currency" in pool.columns else pd.Series(pd.NA, index=pool.index)
    code = stated.astype("str").str.strip().str.upper().where(stated.notna(), "")
    unstated = priced & (code == "").to_numpy()
    if unstated.any() and (code != "").any():
        raise DataError(
            f"{_some(pool, np.flatnonzero(unstated))} a price without a currency, while others state one",
            hint="Fill the column currency in the catalogue.",
        )
    rate = code.map(known).to_numpy(dtype="float64")
    if unstated.any():
        rate = np.ones(len(pool))  # nobody states a currency: the prices are the budget's
    foreign = priced & np.isnan(rate)
    if foreign.any():
        lines = [
            f"{_some(pool, np.flatnonzero(foreign & (code == other).to_numpy()))} prices in {visible(other)}"
            for other in sorted(set(code[foreign]))
        ]
        raise DataError(
            f"the budget is in {budget.currency}, and there is no rate for other currencies:\n  " + "\n  ".join(lines),
            hint="Add rates to [budget], such as rates = { USD = 0.92 }, or convert the catalogue.",
        )
    return np.where(np.isnan(rate), 1.0, rate)


def _fees(
    pool: pd.DataFrame, brief: Brief, floor: NDArray[np.float64], ask: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    tiers = [brief.package.tier_of(float(appeal)) for appeal in pool["appeal"]]
    fee = np.array([brief.budget.fees[tier] for tier in tiers], dtype="float64")
    return np.fmin(fee, ask), np.nan_to_num(floor, nan=0.0) > fee + 0.005


def _column(pool: pd.DataFrame, name: str) -> NDArray[np.float64]:
    if name not in pool.columns:
        return np.full(len(pool), np.nan)
    return pd.to_numeric(pool[name], errors="coerce").to_numpy(dtype="float64", na_value=np.nan)


def _some(pool: pd.DataFrame, places: NDArray[np.int64]) -> str:
    """Return `3 titles (a, b, c) have`."""
    ids = pool["title_id"].to_numpy()
    names = ", ".join(visible(ids[place]) for place in places[:_NAMED])
    more = ", ..." if len(places) > _NAMED else ""
    noun = "title" if len(places) == 1 else "titles"
    return f"{len(places):,} {noun} ({names}{more}) {'has' if len(places) == 1 else 'have'}"


def _told(pool: pd.DataFrame, which: NDArray[np.bool_], said: str) -> list[str]:
    """Return what is to be said of some titles; nothing where there are none."""
    return [f"{_some(pool, np.flatnonzero(which))} {said}"] if which.any() else []


def _article(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _each(count: int) -> str:
    return "is" if count == 1 else "are each"
