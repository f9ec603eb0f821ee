"""What came of the titles that judge a ranking, and what each is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.evaluation.splits import Holdout
from recommender.features import foreign_to
from recommender.ranking import percentile_of
from recommender.schema import METRICS

__all__ = ["Gain", "Truth", "find_others", "find_truth", "gains"]

Gain = Literal["percentile_cubed", "binary", "log_points"]

# Where a market has several metrics, the audience judges before entry, and entry before rating.
_ROLES = {"audience": 0, "entry": 1, "rating": 2}


@dataclass(frozen=True, eq=False)
class Truth:
    """The figures that judge.

    Attributes
    ----------
    title_ids : ndarray of str, shape (n_titles,)
    markets : tuple of str
    value : ndarray, shape (n_titles, n_markets), float64
        In the metric's unit; NaN where the title does not judge in the market: it is not foreign there, or
        its figure is not known.
    """

    title_ids: NDArray[np.str_]
    markets: tuple[str, ...]
    value: NDArray[np.float64]

    def with_positives(self, least: int) -> Truth:
        """Return the same for the markets where at least so many titles have a value above 0."""
        kept = (np.nan_to_num(self.value) > 0).sum(axis=0) >= least
        names = tuple(market for market, keep in zip(self.markets, kept, strict=True) if keep)
        return Truth(self.title_ids, names, self.value[:, kept])


def find_truth(holdout: Holdout) -> Truth:
    """Return the figure of each judged title in each market that it is foreign to.

    A market is judged by one metric: audience before entry before rating, then the one known of most titles.
    Of a level, the newest row counts. A flow adds up, and a judged title without rows has 0. A presence is 0
    in the markets not listed of a title that is listed somewhere.

    Parameters
    ----------
    holdout : Holdout
    """
    titles, rows = holdout.judged, holdout.truth
    wanted = set(rows["market"]) if holdout.markets is None else set(rows["market"]) & set(holdout.markets)
    markets = tuple(sorted(wanted))
    value = np.full((len(titles), len(markets)), np.nan)
    for column, market in enumerate(markets):
        value[:, column] = _figures(titles, rows, market, _judging_metric(rows, market))
    return Truth(titles["title_id"].to_numpy(dtype=str), markets, value)


def find_others(holdout: Holdout, market: str) -> NDArray[np.float64]:
    """Return the figures of the titles among which those that judge are placed besides themselves, shape (n,).

    Where all titles that judge are of one kind, such as an origin, these are the titles learned from: an appeal is
    a percentile among all foreign titles of the market. Elsewhere those that judge stand for them all, and there are none.

    Parameters
    ----------
    holdout : Holdout
    market : str
        One that judges.
    """
    if not holdout.one_kind:
        return np.empty(0)
    titles, rows = holdout.titles, holdout.outcomes
    metric = _judging_metric(holdout.truth, market)
    if not ((rows["market"] == market) & (rows["metric"] == metric)).any():
        return np.empty(0)
    figures = _figures(titles, rows, market, metric)
    return figures[np.isfinite(figures)]


def _figures(titles: pd.DataFrame, rows: pd.DataFrame, market: str, metric: str) -> NDArray[np.float64]:
    """Return the figure of each title in a market; NaN where it is not foreign there, or nothing is known."""
    position = pd.Series(np.arange(len(titles)), index=titles["title_id"])
    here = rows[(rows["market"] == market) & (rows["metric"] == metric)]
    by_title = here.sort_values(["as_of", "value"], kind="stable").groupby("title_id")["value"]
    value = np.full(len(titles), np.nan)
    match METRICS[metric].nature:
        case "level":
            known = by_title.last()
        case "flow":
            known = by_title.sum()
            value[:] = 0
        case "presence":
            known = by_title.max()
            listed = rows.loc[rows["metric"] == metric, "title_id"].unique()
            value[position[listed].to_numpy()] = 0
    value[position[known.index].to_numpy()] = known.to_numpy()
    value[~foreign_to(titles["countries"], (market,))[:, 0]] = np.nan
    return value


def gains(value: NDArray[np.float64], gain: Gain) -> NDArray[np.float64]:
    """Return what each title is worth in one market, 0 or more.

    Parameters
    ----------
    value : ndarray, shape (n,), float64
        Without NaN.
    gain : {"percentile_cubed", "binary", "log_points"}
        The cube of the percentile among these titles; 1 where the value is above 0; log(1 + value).

    Examples
    --------
    >>> gains(np.array([0.0, 9.0]), "binary")
    array([0., 1.])
    """
    match gain:
        case "percentile_cubed":
            return percentile_of(value) ** 3
        case "binary":
            return (value > 0).astype(np.float64)
        case "log_points":
            return np.asarray(np.log1p(np.maximum(value, 0)))


def _judging_metric(rows: pd.DataFrame, market: str) -> str:
    """Return the metric that judges a market; see `find_truth`."""
    counted = rows[rows["market"] == market].groupby("metric")["title_id"].nunique()
    titles = {str(metric): int(count) for metric, count in counted.items()}
    return min(titles, key=lambda metric: (_ROLES[METRICS[metric].role], -titles[metric], metric))
