"""How a title does elsewhere: at home, worldwide, and in other foreign markets."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.features._base import FeatureGroup, Known, Pairs
from recommender.schema import METRICS, WORLDWIDE

__all__ = ["Performance"]

_NAMES = (
    "worldwide: audience",
    "worldwide: rating",
    "at home: audience",
    "at home: rating",
    "abroad: audience in other markets",
    "abroad: best audience in other markets",
    "abroad: rating in other markets",
    "abroad: other markets that took it",
)
_METERS = tuple(
    name for name, metric in METRICS.items() if metric.nature == "level" and metric.unit == "people who rated"
)


class Performance(FeatureGroup):
    """Percentiles of a title's audience and rating at home, worldwide and abroad, from before the pair's date.

    Each figure is placed among those of the same metric and market that were known when fitted. The pair's own market
    is never looked at. Worldwide audiences are told meter by meter too: they are of different days.

    Attributes
    ----------
    reference_ : dict of str to ndarray
        Sorted values of each ``metric market``.
    """

    def fit(self, known: Known) -> Self:
        """Keep the distribution of every metric in every market."""
        levels = known.outcomes[known.outcomes["metric"].map(_nature) == "level"]
        self.reference_ = {
            f"{metric} {market}": np.sort(rows["value"].to_numpy())
            for (metric, market), rows in levels.groupby(["metric", "market"], sort=True)
        }
        return self

    def transform(self, pairs: Pairs) -> NDArray[np.float32]:
        """Return the features, shape (n_pairs, 8 and one a meter); NaN where nothing is known."""
        features = np.full((len(pairs), len(_NAMES) + len(_METERS)), np.nan, dtype=np.float32)
        rows = self._placed(pairs)
        if rows.empty:
            return features
        dates, group = np.unique(pairs.before, return_inverse=True)
        having = np.zeros(len(pairs.facts), dtype=bool)
        having[rows["title"].unique()] = True
        for number, date in enumerate(dates):
            chosen = np.flatnonzero((group == number) & having[pairs.title])
            visible = rows[rows["as_of"] < date]
            if len(chosen) and len(visible):
                features[chosen] = _summarise(visible, pairs.take(chosen))
        return features

    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the names of the columns."""
        return np.array([*_NAMES, *(f"worldwide: {meter.replace('_', ' ')}" for meter in _METERS)], dtype=object)

    def get_increasing(self) -> NDArray[np.bool_]:
        """Return which columns may only raise a score: audiences. A rating may lower it."""
        return np.array(["rating" not in name for name in self.get_feature_names_out()], dtype=bool)

    def _placed(self, pairs: Pairs) -> pd.DataFrame:
        """Return history with the title's position and each figure as a percentile."""
        position = pd.Series(np.arange(len(pairs.facts)), index=pairs.facts.title_ids)
        rows = pairs.history[pairs.history["title_id"].isin(position.index)].copy()
        rows["title"] = position.reindex(rows["title_id"]).to_numpy()
        rows["nature"] = rows["metric"].map(_nature)
        rows["role"] = rows["metric"].map(lambda metric: METRICS[metric].role)
        rows["percentile"] = np.nan
        for key, level in rows[rows["nature"] == "level"].groupby(["metric", "market"]):
            reference = self.reference_.get(" ".join(map(str, key)))
            if reference is not None:
                low = np.searchsorted(reference, level["value"].to_numpy(), side="left")
                high = np.searchsorted(reference, level["value"].to_numpy(), side="right")
                rows.loc[level.index, "percentile"] = (low + high) / (2 * len(reference))
        return rows


def _nature(metric: str) -> str:
    return METRICS[metric].nature


def _summarise(rows: pd.DataFrame, pairs: Pairs) -> NDArray[np.float32]:
    titles, row = np.unique(pairs.title, return_inverse=True)
    rows = rows[rows["title"].isin(titles)]
    places = sorted({*rows["market"], *pairs.markets, WORLDWIDE})
    column = {place: i for i, place in enumerate(places)}
    shape = (len(titles), len(places))
    at = np.searchsorted(titles, rows["title"].to_numpy()), rows["market"].map(column).to_numpy(dtype=np.intp)
    level = {
        role: _mean_of_latest(rows[rows["role"] == role], titles, column, shape) for role in ("audience", "rating")
    }
    took = np.zeros(shape)
    positive = ((rows["nature"] != "level") & (rows["value"] > 0)).to_numpy()
    took[at[0][positive], at[1][positive]] = 1
    asked = np.zeros(shape)
    entry = (rows["nature"] != "level").to_numpy()
    asked[at[0][entry], at[1][entry]] = 1

    origins = pairs.facts.origins()
    home = np.array([[place in origins[i] for place in places] for i in titles], dtype=bool).reshape(shape)
    world = np.array([place == WORLDWIDE for place in places])
    abroad = ~home & ~world
    own = np.array([column[market] for market in pairs.markets])[pairs.market]
    summary = np.full((len(pairs), len(_NAMES) + len(_METERS)), np.nan)
    for offset, meter in enumerate(_METERS):
        of_meter = _mean_of_latest(rows[rows["metric"] == meter], titles, column, shape)
        summary[:, len(_NAMES) + offset] = of_meter[row, column[WORLDWIDE]]
    for offset, role in enumerate(("audience", "rating")):
        values = level[role]
        summary[:, offset] = values[row, column[WORLDWIDE]]
        home_mean, _, _ = _masked(values, home)
        summary[:, 2 + offset] = home_mean[row]
        _, total, count = _masked(values, abroad)
        here = values[row, own]
        counted = np.isfinite(here) & abroad[row, own]
        rest = count[row] - counted
        total_rest = total[row] - np.where(counted, here, 0)
        mean = np.divide(total_rest, rest, out=np.full(len(row), np.nan), where=rest > 0)
        summary[:, 4 if role == "audience" else 6] = mean
    others = np.where(abroad, level["audience"], np.nan)[row]
    others[np.arange(len(row)), own] = np.nan
    seen = np.isfinite(others).any(axis=1)
    summary[seen, 5] = np.nanmax(others[seen], axis=1)
    n_took = (took * abroad).sum(axis=1)[row] - (took * abroad)[row, own]
    asked_elsewhere = asked.sum(axis=1)[row] - asked[row, own]
    summary[:, 7] = np.where(asked_elsewhere > 0, n_took, np.nan)
    return summary.astype(np.float32)


def _mean_of_latest(
    rows: pd.DataFrame, titles: NDArray[np.intp], column: dict[str, int], shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Return, by title and market, the mean percentile over metrics, the latest row of each metric counting."""
    values = np.full(shape, np.nan)
    rows = rows[rows["percentile"].notna()].sort_values(["as_of", "value"], kind="stable")
    if rows.empty:
        return values
    latest = rows.drop_duplicates(["title", "market", "metric"], keep="last")
    means = latest.groupby(["title", "market"])["percentile"].mean()
    title, market = means.index.get_level_values(0), means.index.get_level_values(1)
    values[np.searchsorted(titles, title.to_numpy()), market.map(column).to_numpy(dtype=np.intp)] = means.to_numpy()
    return values


def _masked(
    values: NDArray[np.float64], mask: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return row means, sums and counts of the finite values under a mask."""
    used = mask & np.isfinite(values)
    total, count = np.where(used, values, 0).sum(axis=1), used.sum(axis=1).astype(float)
    return np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0), total, count
