"""The exchange: two offers whose expected values balance."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.offers._brief import Brief
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
        As `build_offer`.
    """
    asked = [_measured(one, brief.measure) for one in (brief.ours, brief.theirs)]
    candidates = [side.candidates(one) for side, one in zip((ours, theirs), asked, strict=True)]
    best = [one.best() for one in candidates]
    scale = 100.0 if brief.measure == "appeal" else 1.0
    first, second, balance = balanced(best[0], best[1], brief.weights, brief.tolerance, scale=scale)
    return Exchange(brief, offer_of(candidates[0], first), offer_of(candidates[1], second), balance)


def _measured(brief: Brief, measure: str) -> Brief:
    """Return a side's brief with the objective of the exchange; an exchange is not careful."""
    package = brief.package.model_copy(update={"objective": measure})
    return brief.model_copy(update={"package": package})
