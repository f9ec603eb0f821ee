"""Newness."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.features import year_fraction
from recommender.ranking.baselines._base import Baseline, Example, Floats

__all__ = ["NewestRanker"]


class NewestRanker(Baseline):
    """Ranks the newest first, by release date or else by year; titles that tell neither come last.

    Examples
    --------
    >>> from recommender.ranking import NewestRanker
    >>> NewestRanker()
    NewestRanker()
    """

    def _score(self, asked: Example) -> Floats:
        when = [
            year_fraction(date) if isinstance(date, str) else float(0 if pd.isna(year) else year)
            for date, year in zip(asked.titles["release_date"], asked.titles["year"], strict=True)
        ]
        return np.repeat(np.array(when, dtype=np.float64)[:, None], len(asked.markets), axis=1)
