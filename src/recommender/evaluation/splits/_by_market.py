"""Splits by market: one that training has not seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from recommender.evaluation.splits._by_title import Seed, draw_order
from recommender.evaluation.splits._holdout import Holdout, Split, by_titles, checked

__all__ = ["MarketSplit"]


class MarketSplit(Split):
    """A share of the titles judges in a market of which no outcome is learned from: one holdout a market.

    The titles that judge are unknown in the other markets too: what is asked is how well taste carries over, not
    whether a title's own success elsewhere is remembered. A ranker that knows only the markets it has learned says the
    mean of what it says for those (see `evaluate`).

    Parameters
    ----------
    markets : sequence of str
        ISO 3166-1 codes.
    share : float, default=0.3
    seed : int, default=0

    Examples
    --------
    >>> MarketSplit(markets=("CN", "FR")).label
    'unseen markets'
    """

    kind: Literal["market"] = "market"
    markets: Annotated[tuple[str, ...], Field(min_length=1)]
    share: Annotated[float, Field(gt=0, lt=1)] = 0.3
    seed: Seed = 0

    @property
    def label(self) -> str:
        """What the split is called."""
        return "unseen markets" if len(self.markets) > 1 else f"unseen market {self.markets[0]}"

    def divide(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> tuple[Holdout, ...]:
        """Divide titles and outcomes."""
        return tuple(self._without(titles, outcomes, market) for market in self.markets)

    def _without(self, titles: pd.DataFrame, outcomes: pd.DataFrame, market: str) -> Holdout:
        place = draw_order(titles, self.seed)
        judged = place < round(self.share * len(np.unique(place)))
        name = f"{market}, seed {self.seed}" if self.seed else market
        holdout = by_titles(self, name, titles, outcomes, ~judged, judged)
        elsewhere = holdout.outcomes[holdout.outcomes["market"] != market].reset_index(drop=True)
        # The other markets' rows stay in the truth: they say that a title not listed here was listed somewhere.
        return checked(replace(holdout, outcomes=elsewhere, markets=(market,)))
