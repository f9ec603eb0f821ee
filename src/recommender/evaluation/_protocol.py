"""What a ranker must offer to be judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

import pandas as pd

__all__ = ["TitleRanker"]


class TitleRanker(Protocol):
    """What `Ranker` and the baselines have in common.

    Where it has ``markets_``, these are the markets that it has learned; a market that is not among them is judged by
    the mean of what it says for those. A class attribute ``uses_history = False`` says that worldwide outcomes of the
    judged titles change nothing, ``knows_any_market = True`` that it may be asked for markets that it has not learned.
    """

    def fit(self, titles: pd.DataFrame, outcomes: pd.DataFrame, *, as_of: str | None = None) -> Self:
        """Learn from outcomes."""

    def predict(
        self,
        titles: pd.DataFrame,
        markets: Sequence[str] | None = None,
        *,
        history: pd.DataFrame | None = None,
        as_of: str | None = None,
        explain: int | None = 0,
    ) -> pd.DataFrame:
        """Return ``market``, ``title_id``, ``score``, and where there are ``appeal``, ``low``, ``high``."""
