"""Which titles to screen first: those whose true place would change the offer most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from recommender.offers._membership import RULE, membership
from recommender.offers._offer import Offer
from recommender.offers._words import clean, is_missing, split_figure, titled
from recommender.ranking import needs_screening

__all__ = ["SCREENING_COLUMNS", "screen_first", "screening_rows"]

SCREENING_COLUMNS = (
    "title_id", "title", "year", "offered", "appeal", "low", "high", "evidence", "gain", "chance", "other_id", "why",
)  # fmt: skip
_MOST = 20
# An interval of 80% leaves a tenth on each side.
_END = float(ndtri(0.9))
_LEAST_GAIN = 1e-4
_OF_ENTRY = "how it is described: "


def screen_first(offer: Offer) -> pd.DataFrame:
    """Return the titles that are most worth screening before the offer is signed, the most worth first.

    What a title is worth is the expected gain, in percentiles, of knowing its outcome before choosing (the expected value
    of perfect information on one title). An offered title would leave if it were known to lie below the best title that
    could take its place; one that is not offered would come in if it were known to lie above the weakest whose place it
    could take. A title can take another's place where all shares of the brief stay kept. Locked titles stay.

    Parameters
    ----------
    offer : Offer

    Returns
    -------
    DataFrame
        Up to 20 rows: ``title_id``, ``title``, ``year``, ``offered``, ``appeal``, ``low``, ``high``, ``evidence``,
        ``gain`` (expected percentiles, 0 to 1), ``chance`` (that the choice would change), ``other_id`` (who would come or
        go instead), ``why``.

    Notes
    -----
    The outcome is taken to be normal about the appeal, with a spread of its own on each side: `low` and `high` are its
    tenth and ninetieth percentile. With z the distance to the cut in spreads, the gain is spread x (phi(z) - z (1 -
    Phi(z))), as in expected improvement (Mockus, 1975; Jones, Schonlau and Welch, 1998,
    https://doi.org/10.1023/A:1008306431147). Titles are looked at one by one; of cost, budget and rights only what the
    eligible titles already keep is looked at.
    """
    pool = offer.eligible.dropna(subset=["appeal", "low", "high"]).drop_duplicates("title_id").reset_index(drop=True)
    if pool.empty:
        return pd.DataFrame(columns=list(SCREENING_COLUMNS))
    offered = pool["title_id"].isin(offer.frame["title_id"]).to_numpy()
    free = ~pool["title_id"].isin(offer.brief.lock.title_ids).to_numpy()
    appeal, low, high = (pool[name].to_numpy(dtype=np.float64) for name in ("appeal", "low", "high"))
    held, least, most = _held(offer, pool)
    other = _exchanges(held, least, most, offered, free, appeal)
    cut = np.where(other >= 0, appeal[other], np.nan)
    spread = np.where(offered, appeal - low, high - appeal) / _END
    # A title whose place is known, or that has none to change with, gains nothing.
    asked = (other >= 0) & (spread > 0)
    z = np.maximum(np.where(offered, appeal - cut, cut - appeal), 0)[asked] / spread[asked]
    chance, gain = np.zeros(len(pool)), np.zeros(len(pool))
    chance[asked] = ndtr(-z)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    gain[asked] = spread[asked] * (density - z * chance[asked])
    order = np.lexsort([pool["title_id"].to_numpy(dtype=str), -gain])
    order = order[gain[order] >= _LEAST_GAIN][:_MOST]
    shown = pool.iloc[order].assign(offered=offered[order], gain=gain[order], chance=chance[order])
    others = pool.iloc[other[order]]
    shown["other_id"] = others["title_id"].to_numpy()
    thin = needs_screening(shown).to_numpy()
    names = [titled(title, year) for title, year in zip(others["title"], others["year"], strict=True)]
    ends = np.where(offered, low, high)[order]
    why = [_why(*row) for row in zip(offered[order], cut[order], names, ends, shown["reasons"], thin, strict=True)]
    shown["why"] = pd.Series(why, index=shown.index, dtype="str")
    table: pd.DataFrame = shown[list(SCREENING_COLUMNS)].reset_index(drop=True)
    return table


def screening_rows(offer: Offer) -> list[dict[str, Any]]:
    """Return the titles to screen first as the report shows them: figures from 0 to 100, clean text."""
    table = screen_first(offer)
    figures = {name: 100 * table[name] for name in ("appeal", "low", "high", "gain", "chance")}
    years = ["" if is_missing(year) else str(int(year)) for year in table["year"]]
    shown = table.assign(**figures, year=years, title=[clean(title, 120) for title in table["title"]])
    return [{str(name): cell for name, cell in row.items()} for row in shown.to_dict("records")]


def _why(offered: bool, cut: float, name: str, end: float, reasons: Sequence[str], thin: bool) -> str:
    """Return what a look would decide, how much the offer could gain by it, and what there is to see of the title."""
    place, gain = f"{100 * cut:.0f}", f"{100 * abs(end - cut):.0f}"
    if offered:
        said = [f"Offered; if it is really worth less than {place}, {name} should have its place."]
        said.append(f"It may reach only {100 * end:.0f}, and the exchange would bring {gain} points.")
    else:
        said = [f"Not offered; if it is really worth more than {place}, it should have the place of {name}."]
        said.append(f"It may reach {100 * end:.0f}, and the exchange would bring {gain} points.")
    said += [_weighed(reasons)] if len(reasons) else []
    said += ["There is not enough evidence to judge it."] if thin else []
    return " ".join(said)


def _weighed(reasons: Sequence[str]) -> str:
    """Return the strongest reason for a title and the strongest against it; what it is rather than how it is described."""
    told = []
    for sign, label in (("+", "for it"), ("-", "against it")):
        own = [split_figure(reason[2:])[0] for reason in reasons if reason.startswith(f"{sign} ")]
        own.sort(key=lambda words: words.startswith(_OF_ENTRY))
        told += [f"{label}: {own[0]}"] if own else []
    said = "; ".join(told)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _held(offer: Offer, pool: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.intp], NDArray[np.intp]]:
    """Return which titles each demand counts, shape (demands, titles), and the least and the most of each."""
    shares = [demand for demand in offer.demands if demand.group != RULE]
    caps = offer.checks.caps(pool["title_id"])
    held = np.vstack([membership(pool, shares), *(cap.mask[None, :] for cap in caps)])
    demands = [*shares, *(cap.demand(len(offer.frame)) for cap in caps)]
    least, most = ([getattr(demand, side) for demand in demands] for side in ("low", "high"))
    return held, np.array(least, dtype=np.intp), np.array(most, dtype=np.intp)


def _exchanges(
    held: NDArray[np.bool_],
    low: NDArray[np.intp],
    high: NDArray[np.intp],
    offered: NDArray[np.bool_],
    free: NDArray[np.bool_],
    appeal: NDArray[np.float64],
) -> NDArray[np.intp]:
    """Return for each title the one that it would change places with, -1 where there is none.

    Titles that the same demands count are alike: it is enough to compare one of each pattern.
    """
    if not held.shape[1]:
        return np.empty(0, dtype=np.intp)
    patterns, of = _patterns(held)
    count = held[:, offered].sum(axis=1)
    # The weakest that may go and the best that may come, of each pattern.
    weakest = _first(np.flatnonzero(offered & free), appeal, of, patterns.shape[1])
    best = _first(np.flatnonzero(~offered), -appeal, of, patterns.shape[1])
    # A demand at its least bars one of its titles for another, a demand at its most another for one of its titles.
    least, most = (patterns[tight].astype(np.float32) for tight in (count <= low, count >= high))
    allowed = least.T @ (1 - least) + (1 - most).T @ most == 0
    comes = np.where(best >= 0, appeal[best], -np.inf)
    goes = np.where(weakest >= 0, appeal[weakest], np.inf)
    come_for = np.where(allowed, comes[None, :], -np.inf)
    go_for = np.where(allowed, goes[:, None], np.inf)
    for_offered = np.where(np.isfinite(come_for.max(axis=1)), best[come_for.argmax(axis=1)], -1)
    for_others = np.where(np.isfinite(go_for.min(axis=0)), weakest[go_for.argmin(axis=0)], -1)
    other = np.where(offered, for_offered[of], for_others[of])
    return np.asarray(np.where(offered & ~free, -1, other), dtype=np.intp)


def _patterns(held: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return which demands count the titles of each pattern, shape (demands, patterns), and each title's pattern."""
    if not len(held):
        return held[:, :1], np.zeros(held.shape[1], dtype=np.intp)
    packed = np.ascontiguousarray(np.packbits(held, axis=0).T)
    keys = packed.view(f"S{packed.shape[1]}").ravel()
    _, first, of = np.unique(keys, return_index=True, return_inverse=True)
    return held[:, first], of.ravel().astype(np.intp)


def _first(rows: NDArray[np.intp], key: NDArray[np.float64], of: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """Return the row with the least key of each pattern, -1 where it has none."""
    found = np.full(n, -1, dtype=np.intp)
    rows = rows[np.argsort(key[rows], kind="stable")]
    kinds, first = np.unique(of[rows], return_index=True)
    found[kinds] = rows[first]
    return found
