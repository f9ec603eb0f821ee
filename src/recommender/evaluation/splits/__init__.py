"""Which outcomes a ranker may learn from, and which judge it.

A split's `divide` gives one or more holdouts, each with a name. By titles: at random, in folds, by year, by origin;
by time: as of one day or of several; by market: one that training has not seen.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from recommender.evaluation.splits._by_market import MarketSplit
from recommender.evaluation.splits._by_time import AsOfSplit, RollingDaySplit
from recommender.evaluation.splits._by_title import (
    FoldSplit,
    OriginSplit,
    RandomSplit,
    RollingYearSplit,
    YearSplit,
)
from recommender.evaluation.splits._holdout import Holdout, Split

AnySplit = Annotated[
    RandomSplit | FoldSplit | YearSplit | RollingYearSplit | OriginSplit | AsOfSplit | RollingDaySplit | MarketSplit,
    Field(discriminator="kind"),
]
"""A split as an experiment's TOML declares it, by its ``kind``."""

__all__ = [
    "AnySplit",
    "AsOfSplit",
    "FoldSplit",
    "Holdout",
    "MarketSplit",
    "OriginSplit",
    "RandomSplit",
    "RollingDaySplit",
    "RollingYearSplit",
    "Split",
    "YearSplit",
]
