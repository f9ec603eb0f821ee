"""What each demand of a brief costs, what each title adds, and what conflicts, as words and figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recommender.offers._brief import Brief
from recommender.offers._choice import Choice
from recommender.offers._words import titled
from recommender.offers.package import Price

NOT_POSSIBLE = "not possible"


@dataclass(frozen=True)
class DemandLine:
    """One row of the table of demands.

    Attributes
    ----------
    demand, asked, held : str
        The demand, its number, and what the offer holds of it.
    more, less : float or None
        Change of the offer's total with one more and one less, solved again; None where that cannot be.
    shadow : float or None
        The price of the relaxation for one more; None of what cannot change at all.
    step : str
        What one more is.
    """

    demand: str
    asked: str
    held: str
    more: float | None
    less: float | None
    shadow: float | None
    step: str


@dataclass(frozen=True)
class TitleLine:
    """One row of the table of titles: what a title adds, and who could take its place at what loss.

    Where `exact` is false, what it adds is between `least` and `adds`.
    """

    title_id: str
    title: str
    appeal: float
    adds: float | None
    least: float | None
    exact: bool
    substitutes: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class PackageView:
    """What there is to say of a package.

    Attributes
    ----------
    unit : str
        Of all changes: `points of appeal`, or money.
    facts : tuple of str
        Sentences on what was made greatest, its proof, the package's interval, and money.
    conflicts : tuple of str
        Which demands cannot be kept together, and the nearest brief that works; empty where all are kept.
    demands : tuple of DemandLine
        What each demand that binds costs, the size and the budget last.
    titles : tuple of TitleLine
        What each title adds, and its substitutes, in the offer's order.
    figures : mapping
        The same for the manifest: the objective, its bound and interval, the cost, conflicts, and prices.
    """

    unit: str
    facts: tuple[str, ...]
    conflicts: tuple[str, ...]
    demands: tuple[DemandLine, ...]
    titles: tuple[TitleLine, ...]
    figures: Mapping[str, Any] = field(default_factory=dict)


def package_view(choice: Choice, brief: Brief, notes: Sequence[str] = ()) -> PackageView:
    """Return what there is to say of a choice for a brief; much of it is found by solving again.

    Parameters
    ----------
    choice : Choice
    brief : Brief
    notes : sequence of str
        How money was counted.
    """
    money = brief.package.objective == "value"
    unit, scale = (f"{brief.budget.currency} of value", 1.0) if money else ("points of appeal", 100.0)
    return PackageView(
        unit=unit,
        facts=(*_facts(choice, brief, unit, scale), *notes),
        conflicts=tuple(_conflicts(choice)),
        demands=tuple(_line(price, scale, brief.budget.currency or "") for price in choice.prices),
        titles=tuple(_titles(choice, scale)),
        figures=_figures(choice, brief, notes),
    )


def _figures(choice: Choice, brief: Brief, notes: Sequence[str]) -> dict[str, Any]:
    solution = choice.solution
    return {
        "objective": round(solution.objective, 6),
        "bound": round(solution.bound, 6),
        "gap": round(solution.gap, 6),
        "interval": None if solution.interval is None else [round(end, 6) for end in solution.interval],
        "cost": choice.cost,
        "currency": brief.budget.currency,
        "conflicts": [conflict.text for conflict in choice.conflicts],
        "nearest": [change.text for change in choice.nearest],
        "prices": [
            {"demand": price.name, "side": price.side, "bound": price.bound, "used": price.used, "step": price.step}
            | {"more": price.more, "less": price.less, "shadow": price.shadow, "exact": price.exact}
            for price in choice.prices
        ],
        "notes": list(notes),
    }


def _titles(choice: Choice, scale: float) -> Iterator[TitleLine]:
    pool = choice.pool
    names = [titled(title, year) for title, year in zip(pool["title"], pool["year"], strict=True)]
    ids, appeals = pool["title_id"].to_numpy(), pool["appeal"].to_numpy()
    for adds, swap in zip(choice.marginal_values, choice.substitutes, strict=True):
        yield TitleLine(
            str(ids[adds.title]),
            names[adds.title],
            100 * float(appeals[adds.title]),
            None if adds.value is None else scale * adds.value,
            None if adds.least is None else scale * adds.least,
            adds.exact,
            tuple(
                (f"{names[other]} [{ids[other]}]", scale * float(change))
                for other, change in zip(swap.others, swap.changes, strict=True)
            ),
        )


def _facts(choice: Choice, brief: Brief, unit: str, scale: float) -> Iterator[str]:
    solution, package, budget = choice.solution, brief.package, brief.budget
    what = {
        "appeal": "the total appeal",
        "value": f"the total of appeal times price in {budget.currency}",
        "careful": "the lower end of the interval of the total appeal",
    }[package.objective]
    if package.diversity:
        what += ", less a penalty for near-duplicates"
    if solution.proven:
        proof = "proven to be the greatest under these demands"
    elif choice.near:
        proof = f"within {percent_above(solution.gap / abs(solution.bound))} of the best possible"
    else:
        proof = f"not proven to be the greatest: a better choice could have {scale * solution.gap:,.2f} more at most"
    if choice.again:
        yield "Chosen again with the fewest changes that decisions and demands allow, and among such choices the best."
    yield f"The choice makes {what} greatest: {scale * solution.objective:,.1f} {unit}, {proof}."
    if solution.interval is not None:
        low, high = (scale * end for end in solution.interval)
        yield (
            f"Interval of the package: {low:,.0f} to {high:,.0f} {unit}, at the level of the titles' intervals. Titles of "
            f"one director, first genre and first country err together: rho {package.rho:g}, a third of it for each."
        )
    if choice.cost is not None:
        most = "" if budget.total is None else f" of a budget of {budget.total:,.2f}"
        yield f"The titles cost {choice.cost:,.2f} {budget.currency}{most}."


def _conflicts(choice: Choice) -> Iterator[str]:
    for conflict in choice.conflicts:
        yield conflict.text
    if choice.nearest:
        yield f"The nearest brief that works: {'; '.join(change.text for change in choice.nearest)}."
    if choice.budget_needed is not None:
        asked = choice.asked.size
        if choice.wanted:
            lower = f"lower the size from {choice.wanted:,} to {asked:,}"
            yield f"Or {choice.budget_needed.text}; {lower}, and keep all other demands."
        else:
            yield f"Or {choice.budget_needed.text}, and keep all demands."


def percent_above(share: float) -> str:
    """Return a small share as a percentage of one digit, rounded up, so that what it bounds stays within it.

    Examples
    --------
    >>> percent_above(3.2e-7), percent_above(9.4e-7), percent_above(0.0123)
    ('0.00004%', '0.0001%', '2%')
    """
    digits = -math.floor(math.log10(100 * share))
    text = f"{math.ceil(100 * share * 10**digits) / 10**digits:.{max(digits, 0)}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def said(change: float | None) -> str:
    """Return a change as it reads in a cell.

    Examples
    --------
    >>> said(1.25), said(-0.5), said(0.0), said(None)
    ('+1.25', '−0.50', '0.00', 'not possible')
    """
    if change is None:
        return NOT_POSSIBLE
    text = f"{abs(change):,.2f}"
    sign = "" if text == "0.00" else "+" if change > 0 else "−"
    return sign + text


def _line(price: Price, scale: float, currency: str) -> DemandLine:
    if price.side == "budget":
        demand, asked, held = f"Budget, {currency}", f"at most {price.bound:,.2f}", f"{price.used:,.2f}"
        step = f"{price.step:,.2f} {currency}"
    else:
        words = {"minimum": "at least", "maximum": "at most", "size": "exactly"}[price.side]
        demand = "Size of the offer" if price.side == "size" else price.name[:1].upper() + price.name[1:]
        asked, held, step = f"{words} {price.bound:,.0f}", f"{price.used:,.0f}", "1 title"
    more, less, shadow = (None if one is None else scale * one for one in (price.more, price.less, price.shadow))
    return DemandLine(demand, asked, held, more, less, shadow, step)
