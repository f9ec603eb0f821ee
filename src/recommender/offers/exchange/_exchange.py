"""The exchange: two offers whose expected values balance."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.errors import DataError
from recommender.offers._brief import Brief
from recommender.offers._eligible import markets_of
from recommender.offers._offer import Offer, offer_of
from recommender.offers.exchange._balance import Balance, balanced
from recommender.offers.exchange._brief import ExchangeBrief
from recommender.offers.exchange._sides import Side


@dataclass(frozen=True, eq=False)
class Exchange:
    """Two offers, chosen together.

    Attributes
    ----------
    brief : ExchangeBrief
    ours, theirs : Offer
        What we give, and what they give.
    balance : Balance
    """

    brief: ExchangeBrief
    ours: Offer
    theirs: Offer
    balance: Balance


def build_exchange(ours: Side, theirs: Side, brief: ExchangeBrief) -> Exchange:
    """Choose both sides' lists together: the greatest total of both whose totals balance.

    Parameters
    ----------
    ours, theirs : Side
        As `read_side` returns them: ours scored for the partner's market, theirs for ours.
    brief : ExchangeBrief
        As `load_exchange_brief` returns it.

    Returns
    -------
    Exchange

    Raises
    ------
    NotEnoughDataError
        A side has nothing to offer, or no two lists balance within the tolerance.
    DataError
        The scores of a side are for another market than its brief, or as `build_offer`.
    """
    _refuse_other_markets(ours, theirs, brief)
    asked = [_measured(one, brief.measure) for one in (brief.ours, brief.theirs)]
    candidates = [side.candidates(one) for side, one in zip((ours, theirs), asked, strict=True)]
    best = [one.best() for one in candidates]
    scale = 100.0 if brief.measure == "appeal" else 1.0
    first, second, balance = balanced(best[0], best[1], brief.weights, brief.tolerance, scale=scale)
    return Exchange(brief, offer_of(candidates[0], first), offer_of(candidates[1], second), balance)


def _refuse_other_markets(ours: Side, theirs: Side, brief: ExchangeBrief) -> None:
    """Refuse sides whose scores are of other markets than their briefs, before anything else is looked at."""
    sides = {
        "ours": (markets_of(ours.scores), brief.ours.market),
        "theirs": (markets_of(theirs.scores), brief.theirs.market),
    }
    wrong = {name: (found, market) for name, (found, market) in sides.items() if market not in found}
    if not wrong:
        return
    lines = [
        f"{name} is scored for {', '.join(found) or 'no market'}, its brief is for {market}"
        for name, (found, market) in wrong.items()
    ]
    swapped = len(wrong) == 2 and brief.theirs.market in sides["ours"][0] and brief.ours.market in sides["theirs"][0]
    how = ": the sides are swapped" if swapped else ""
    raise DataError(
        f"the scores are for other markets than the briefs{how}: {'; '.join(lines)}",
        hint="Exchange --ours and --theirs, or the two briefs in the exchange brief."
        if swapped
        else "Give each side the titles and scores for the market of its brief: `recommender score --markets "
        f"{next(market for _, market in wrong.values())}`.",
    )


def _measured(brief: Brief, measure: str) -> Brief:
    """Return a side's brief with the objective of the exchange; an exchange is not careful."""
    package = brief.package.model_copy(update={"objective": measure})
    return brief.model_copy(update={"package": package})
