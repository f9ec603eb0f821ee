"""Popularity worldwide or at home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from recommender.features import TitleFacts
from recommender.ranking.baselines._base import Baseline, Example, Floats
from recommender.schema import METRICS, WORLDWIDE

__all__ = ["HomePopularityRanker", "audience_distributions", "popularity"]


class HomePopularityRanker(Baseline):
    """Ranks by the title's audience worldwide, or where that is not known at home, as its history tells.

    Each figure is placed among those of the same metric and market that were known when fitted; several are averaged.
    Titles of which neither is known come last, so that without history all are equal.

    Attributes
    ----------
    distributions_ : dict of str to ndarray
        Sorted values of each ``metric market``.

    Examples
    --------
    >>> from recommender.ranking import HomePopularityRanker
    >>> HomePopularityRanker.uses_history
    True
    """

    uses_history: ClassVar[bool] = True

    def _learn(self, seen: Example) -> None:
        self.distributions_ = audience_distributions(seen.outcomes)

    def _score(self, asked: Example) -> Floats:
        known = popularity(asked.facts, asked.outcomes, self.distributions_)
        return np.repeat(np.nan_to_num(known, nan=-1.0)[:, None], len(asked.markets), axis=1)


def audience_distributions(outcomes: pd.DataFrame) -> dict[str, Floats]:
    """Return the sorted audience figures of each metric and market, one a title."""
    figures = _figures(outcomes)
    return {
        f"{metric} {market}": np.sort(rows["value"].to_numpy(dtype=np.float64))
        for (metric, market), rows in figures.groupby(["metric", "market"], sort=True)
    }


def popularity(facts: TitleFacts, outcomes: pd.DataFrame, distributions: Mapping[str, Floats]) -> Floats:
    """Return how popular each title is worldwide, else at home, 0 to 1; NaN where neither is known."""
    figures = _figures(outcomes)
    figures = figures[figures["title_id"].isin(facts.title_ids)]
    if figures.empty:
        return np.full(len(facts), np.nan)
    place = pd.Index(facts.title_ids).get_indexer(pd.Index(figures["title_id"]))
    percent = np.full(len(figures), np.nan)
    for name, rows in figures.groupby(figures["metric"] + " " + figures["market"], sort=True).indices.items():
        if (known := distributions.get(str(name))) is not None:
            value = figures["value"].to_numpy(dtype=np.float64)[rows]
            left, right = (np.searchsorted(known, value, side=side) for side in ("left", "right"))
            percent[rows] = (left + right) / (2 * len(known))
    origins = facts.origins()
    market = figures["market"].to_numpy(dtype=str)
    at_home = np.array([name in origins[row] for name, row in zip(market, place, strict=True)], dtype=bool)
    worldwide, home = (_mean(place, percent, where, len(facts)) for where in (market == WORLDWIDE, at_home))
    return np.where(np.isfinite(worldwide), worldwide, home)


def _figures(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return the audience of each title by metric and market: of levels the newest figure, of flows the sum."""
    natures = {name: metric.nature for name, metric in METRICS.items() if metric.role == "audience"}
    rows = outcomes[outcomes["metric"].isin(list(natures))].sort_values(["as_of", "value"], kind="stable")
    by_title = rows.groupby(["title_id", "market", "metric"], sort=True)["value"]
    table = pd.DataFrame({"level": by_title.last(), "flow": by_title.sum()}).reset_index()
    flows = table["metric"].isin([name for name, nature in natures.items() if nature == "flow"])
    return table.assign(value=table["flow"].where(flows, table["level"]))[["title_id", "market", "metric", "value"]]


def _mean(place: np.ndarray, value: Floats, where: np.ndarray, n: int) -> Floats:
    rows = where & np.isfinite(value)
    count = np.bincount(place[rows], minlength=n)
    total = np.bincount(place[rows], weights=value[rows], minlength=n)
    mean: Floats = np.divide(total, count, out=np.full(n, np.nan), where=count > 0)
    return mean
