"""What an offer does not fulfill, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from recommender.errors import counted, nearest, visible
from recommender.offers._brief import Brief
from recommender.offers._choice import Choice, Miss
from recommender.offers._eligible import REASONS, UNKNOWN
from recommender.offers._membership import RULE

_LISTS = {"genre": "genres", "director": "directors", "studio": "studio"}


@dataclass(frozen=True)
class Shortfall:
    """One demand of the brief that the offer does not fulfill.

    Attributes
    ----------
    code : {"size", "budget", "minimum", "maximum", "lock", "price", "unproven"}
    text : str
        What was asked, what is offered, and why.
    missing : int
        By how many titles.
    """

    code: str
    text: str
    missing: int


def shortfalls(brief: Brief, judged: pd.DataFrame, counts: Mapping[str, int], choice: Choice) -> tuple[Shortfall, ...]:
    """Say what is missing: titles, locked titles, prices of those, and the shares that could not be kept."""
    found: list[Shortfall] = []
    offered = len(choice.chosen)
    if offered < min(brief.size, counts["eligible"]):
        found.append(Shortfall("size", _not_allowed(brief, counts, choice), brief.size - offered))
    elif offered < brief.size:
        found.append(Shortfall("size", _too_few(brief, counts), brief.size - offered))
    found += _budget(brief, choice)
    found += _locks(brief, judged)
    found += _prices(brief, choice)
    pool = judged.loc[judged["reason"] == ""]
    said: set[str] = set()
    for miss in choice.misses:
        found.append(_missed(miss, brief, offered, pool))
        hint = _hint(miss, pool) if miss.by > 0 and miss.supply < miss.demand.low else ""
        if hint and hint not in said:
            said.add(hint)
            found[-1] = replace(found[-1], text=f"{found[-1].text} {hint}")
    if not choice.near:
        text = (
            "The search for the best offer ended before its proof: a better one may exist, by "
            f"{choice.solution.gap:.3g} at most, on a total of {choice.solution.objective:,.2f}."
        )
        found.append(Shortfall("unproven", text, 0))
    return tuple(found)


def _not_allowed(brief: Brief, counts: Mapping[str, int], choice: Choice) -> str:
    """Say why fewer titles are offered than are eligible: for the budget, their prices, or the market's caps."""
    budget, offered = brief.budget, len(choice.chosen)
    if offered == choice.asked.size:
        why = "for the prices known"
    elif choice.budget_binds:
        why = f"for the budget of {budget.total:,.2f} {budget.currency}"
    else:
        why = "under the caps of the market's rules"
    text = f"Asked for {counted(brief.size, 'title')}, offered {offered:,}: {brief.size - offered:,} too few {why}."
    return f"{text} {_of_catalogue(counts)}" if brief.size > counts["eligible"] else text


def _budget(brief: Brief, choice: Choice) -> list[Shortfall]:
    total = brief.budget.total
    if total is None or choice.cost is None or choice.cost <= total + 0.005:
        return []
    text = (
        f"The offer costs {choice.cost:,.2f} {brief.budget.currency}, {choice.cost - total:,.2f} above the budget: the "
        "locked titles alone cost more than it."
    )
    return [Shortfall("budget", text, 0)]


def _too_few(brief: Brief, counts: Mapping[str, int]) -> str:
    eligible = counts["eligible"]
    return (
        f"Asked for {counted(brief.size, 'title')}, offered {eligible:,}: {brief.size - eligible:,} too few. "
        f"{_of_catalogue(counts)}"
    )


def _of_catalogue(counts: Mapping[str, int]) -> str:
    """Say how many titles of the catalogue are eligible, and why the others are not."""
    eligible = counts["eligible"]
    left_out = [f"{counts[code]:,} {words}" for code, words in REASONS.items() if counts.get(code)]
    why = f" Not eligible: {'; '.join(left_out)}." if left_out else ""
    verb = "is" if eligible == 1 else "are"
    return f"Of {counted(counts['titles'], 'title')} in the catalogue {eligible:,} {verb} eligible.{why}"


def _locks(brief: Brief, judged: pd.DataFrame) -> list[Shortfall]:
    reasons = dict(zip(judged["title_id"], judged["reason"], strict=True))
    names = dict(zip(judged["title_id"], judged["title"], strict=True))
    rights = dict(zip(judged["title_id"], judged["rights"], strict=True)) if "rights" in judged else {}
    found = []
    for title_id in dict.fromkeys(brief.lock.title_ids):
        if title_id not in reasons:
            text = f"Locked title {visible(title_id)} is not in the catalogue."
        elif reasons[title_id]:
            name, why = visible(names[title_id]), REASONS[reasons[title_id]]
            said = f" ({rights[title_id]})" if reasons[title_id].startswith("rights-") else ""
            text = f"Locked title {visible(title_id)} ({name}) cannot be offered: it is {why}{said}."
        else:
            continue
        found.append(Shortfall("lock", text, 1))
    return found


def _prices(brief: Brief, choice: Choice) -> list[Shortfall]:
    """Name the locked titles that are offered although their price bars all others of the kind."""
    priced, found = choice.priced, []
    if priced is None:
        return []
    for place in choice.chosen[priced.barred[choice.chosen]]:
        title_id, title = (visible(choice.pool[name].iloc[place]) for name in ("title_id", "title"))
        cost, floor, currency = priced.cost[place], priced.floor[place], brief.budget.currency
        said = (
            f"at its tier's fee of {cost:,.2f} {currency}, below its floor of {floor:,.2f}."
            if brief.budget.fees
            else f"without a price: it counts as nothing in what the titles cost in {currency}."
        )
        found.append(Shortfall("price", f"Locked title {title_id} ({title}) is offered {said}", 0))
    return found


def _missed(miss: Miss, brief: Brief, size: int, pool: pd.DataFrame) -> Shortfall:
    demand = miss.demand
    share = None if demand.group == RULE else getattr(brief.shares, demand.group)[demand.name]
    name = demand.words[:1].upper() + demand.words[1:]
    least = "" if share is None else f" ({_percent(share.min)} of {size:,})"
    most = "" if share is None else f" ({_percent(share.max)} of {size:,})"
    if miss.by > 0:
        text = (
            f"{name}: at least {demand.low:,} asked{least}, {miss.chosen:,} offered, "
            f"{miss.by:,} short. {_why_few(miss, pool)}"
        )
        return Shortfall("minimum", text, miss.by)
    others = len(pool) - miss.supply
    why = (
        _outside(others)
        if size - others > demand.high
        else "The locked titles and the other demands leave no other choice."
    )
    text = f"{name}: at most {demand.high:,} asked{most}, {miss.chosen:,} offered, {-miss.by:,} too many. {why}"
    return Shortfall("maximum", text, -miss.by)


def _outside(others: int) -> str:
    if not others:
        return "No eligible title is outside this group."
    return f"Only {others:,} eligible {'title is' if others == 1 else 'titles are'} outside this group."


def _percent(share: float) -> str:
    return f"{round(100 * share, 6):g}%"


def _why_few(miss: Miss, pool: pd.DataFrame) -> str:
    if miss.supply >= miss.demand.low:
        verb = "is" if miss.supply == 1 else "are"
        return f"There {verb} {miss.supply:,} eligible, but the other demands leave no room for more."
    if len(pool) == 1:
        return "The 1 eligible title is not of this group."
    count = f"only {miss.supply:,}" if miss.supply else "none"
    return f"Of {len(pool):,} eligible titles {count} {'is' if miss.supply < 2 else 'are'} of this group."


def _hint(miss: Miss, pool: pd.DataFrame) -> str:
    demand = miss.demand
    if demand.group == "decade":
        decades = sorted(set(pool["decade"]) - {UNKNOWN})
        if len(decades) == 1:
            years = f"All years of this catalogue are in the {decades[0]}"
            return f"{years}: check that they are years of production."
        if not decades:
            return "This catalogue gives no years."
    if not miss.supply and demand.group in _LISTS and (found := nearest(demand.name, _names(pool, demand.group))):
        return f"Did you mean {' or '.join(found)}?"
    if demand.group == "genre":
        bare = sum(not genres for genres in pool["genres"])
        if bare:
            return f"Of the eligible titles {bare:,} {'carries' if bare == 1 else 'carry'} no genre at all."
    return ""


def _names(pool: pd.DataFrame, group: str) -> set[str]:
    """Return the names that the catalogue has for a group of which it has none of the name asked for."""
    cells = pool[_LISTS[group]].dropna()
    return {str(name) for cell in cells for name in (cell if isinstance(cell, list) else [cell])}
