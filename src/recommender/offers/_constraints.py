"""What each demand of a brief costs, what each title adds, and what conflicts, as words and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.offers._offer import Offer
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
    shadow : float
        The price of the relaxation for one more.
    step : str
        What one more is.
    """

    demand: str
    asked: str
    held: str
    more: float | None
    less: float | None
    shadow: float
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


def unit_of(offer: Offer) -> tuple[str, float]:
    """Return the unit of the changes, and its number in one of the objective: hundredths of appeal, or money."""
    if offer.brief.package.objective == "value":
        return f"{offer.brief.budget.currency} of value", 1.0
    return "points of appeal", 100.0


def demand_lines(offer: Offer) -> list[DemandLine]:
    """Return what each demand that binds costs, the size and the budget last."""
    scale = unit_of(offer)[1]
    return [_line(price, scale, offer.brief.budget.currency or "") for price in offer.choice.prices]


def title_lines(offer: Offer) -> list[TitleLine]:
    """Return for each title of the offer what it adds and its substitutes, in the offer's order."""
    scale = unit_of(offer)[1]
    pool = offer.choice.pool
    names = [titled(title, year) for title, year in zip(pool["title"], pool["year"], strict=True)]
    ids, appeals = pool["title_id"].to_numpy(), pool["appeal"].to_numpy()
    return [
        TitleLine(
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
        for adds, swap in zip(offer.choice.marginal_values, offer.choice.substitutes, strict=True)
    ]


def facts_of(offer: Offer) -> list[str]:
    """Return sentences on the objective, its proof, the package's interval, and money."""
    solution, package, budget = offer.choice.solution, offer.brief.package, offer.brief.budget
    unit, scale = unit_of(offer)
    what = {
        "appeal": "the total appeal",
        "value": f"the total of appeal times price in {budget.currency}",
        "careful": "the lower end of the interval of the total appeal",
    }[package.objective]
    if package.diversity:
        what += ", less a penalty for near-duplicates"
    proof = (
        "proven to be the greatest under these demands"
        if solution.proven
        else f"not proven to be the greatest: a better choice could have {scale * solution.gap:,.2f} more at most"
    )
    lines = [f"The choice makes {what} greatest: {scale * solution.objective:,.1f} {unit}, {proof}."]
    if solution.interval is not None:
        low, high = (scale * end for end in solution.interval)
        lines.append(
            f"Interval of the package: {low:,.0f} to {high:,.0f} {unit}, at the level of the titles' intervals. Titles of "
            f"one director, first genre and first country err together: rho {package.rho:g}, a third of it for each."
        )
    if offer.choice.cost is not None:
        most = "" if budget.total is None else f" of a budget of {budget.total:,.2f}"
        lines.append(f"The titles cost {offer.choice.cost:,.2f} {budget.currency}{most}.")
    return [*lines, *offer.notes]


def conflict_lines(offer: Offer) -> list[str]:
    """Return which demands cannot be kept together, and the nearest brief that works; empty where all are kept."""
    choice = offer.choice
    lines = [conflict.text for conflict in choice.conflicts]
    if choice.nearest:
        lines.append(f"The nearest brief that works: {_joined([change.text for change in choice.nearest])}.")
    if choice.budget_needed is not None:
        lines.append(f"Or {choice.budget_needed.text}, and keep all demands.")
    return lines


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
    changes = [None if change is None else scale * change for change in (price.more, price.less)]
    return DemandLine(demand, asked, held, changes[0], changes[1], scale * price.shadow, step)


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; and {parts[-1]}"
