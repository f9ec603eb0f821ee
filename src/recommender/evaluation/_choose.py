"""The splits that suit tables of which nothing else is said."""

from __future__ import annotations

import logging
import math

import pandas as pd

from recommender.errors import NotEnoughDataError
from recommender.evaluation._evaluate import Judging
from recommender.evaluation._truth import find_truth
from recommender.evaluation.splits import FoldSplit, RollingDaySplit, RollingYearSplit, Split
from recommender.evaluation.splits._holdout import is_home, is_worldwide
from recommender.schema import METRICS, WORLDWIDE

__all__ = ["choose_splits"]

logger = logging.getLogger("recommender")
_FIRST_QUANTILE = 0.7


def choose_splits(titles: pd.DataFrame, outcomes: pd.DataFrame) -> list[Split]:
    """Return the splits that suit tables of which nothing else is said.

    Outcomes that add up over time are split at three days in a row, each asked for what comes until the next; others by
    the year of the titles, in three spans that together judge the newest three tenths; the newest years are left out where
    their titles are too few to judge. Where neither days nor years are known, or no spans can judge, titles are dealt into
    three folds.

    Parameters
    ----------
    titles, outcomes : DataFrame
    """
    local = outcomes[outcomes["market"] != WORLDWIDE]
    flows = local[[METRICS[metric].nature == "flow" for metric in local["metric"]]] if len(local) else local
    if len(flows):
        first, last = pd.Timestamp(flows["as_of"].min()), pd.Timestamp(flows["as_of"].max()) + pd.Timedelta(days=1)
        # A horizon of a quarter at most, and as much before the first day as judges after it.
        months = min(3, math.floor((last - first).days / 30.44 / 6))
        if months >= 1:
            days = tuple(str((last - pd.DateOffset(months=months * back)).date()) for back in (3, 2, 1))
            return [RollingDaySplit(days=days, months=months)]
        return [FoldSplit(folds=3)]
    return [_choose_years(titles, outcomes) or FoldSplit(folds=3)]


def _choose_years(titles: pd.DataFrame, outcomes: pd.DataFrame) -> RollingYearSplit | None:
    year = _years_abroad(titles, outcomes)
    for newest in sorted({int(one) for one in year}, reverse=True):
        # One year that holds three tenths would judge alone; the one before it then judges too.
        start = min(int(year[year <= newest].quantile(_FIRST_QUANTILE)) + 1, newest - 1)
        if start <= year.min():
            continue
        split = RollingYearSplit(first=start, last=newest, span=math.ceil((newest - start + 1) / 3))
        if _can_judge(split, titles, outcomes):
            if newest < year.max():
                logger.warning(
                    "titles of years after %d do not judge: too few of them have an outcome (%d)",
                    newest,
                    (year > newest).sum(),
                )
            return split
    return None


def _years_abroad(titles: pd.DataFrame, outcomes: pd.DataFrame) -> pd.Series:
    """Return the years of the titles with an outcome in a market that they are foreign to."""
    abroad = outcomes.loc[~is_worldwide(outcomes) & ~is_home(outcomes, titles), "title_id"]
    return titles.loc[titles["title_id"].isin(abroad), "year"].dropna().astype("int64")


def _can_judge(split: Split, titles: pd.DataFrame, outcomes: pd.DataFrame) -> bool:
    """Return whether every holdout has a market with enough positives."""
    try:
        holdouts = split.divide(titles, outcomes)
    except NotEnoughDataError:
        return False
    return all(find_truth(holdout).with_positives(Judging.least_positives).markets for holdout in holdouts)
