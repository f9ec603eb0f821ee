"""How a title does elsewhere: at home, worldwide, and in other foreign markets."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
_METRICS = tuple(METRICS)
_ROLES = np.array([metric.role for metric in METRICS.values()])
_IS_LEVEL = np.array([metric.nature == "level" for metric in METRICS.values()])
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
        figures = self._placed(pairs)
        if not len(figures):
            return features
        dates, group = np.unique(pairs.before, return_inverse=True)
        having = np.zeros(len(pairs.facts), dtype=bool)
        having[figures.title] = True
        home = _home(pairs, figures.places)
        for number, date in enumerate(dates):
            chosen = np.flatnonzero((group == number) & having[pairs.title])
            visible = figures.take(figures.as_of < date)
            if len(chosen) and len(visible):
                features[chosen] = _summarise(visible, pairs.take(chosen), home)
        return features

    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the names of the columns."""
        return np.array([*_NAMES, *(f"worldwide: {meter.replace('_', ' ')}" for meter in _METERS)], dtype=object)

    def get_increasing(self) -> NDArray[np.bool_]:
        """Return which columns may only raise a score: audiences. A rating may lower it."""
        return np.array(["rating" not in name for name in self.get_feature_names_out()], dtype=bool)

    def _placed(self, pairs: Pairs) -> _Figures:
        """Return history with the title's position and each figure as a percentile."""
        position = pd.Series(np.arange(len(pairs.facts)), index=pairs.facts.title_ids)
        rows = pairs.history[pairs.history["title_id"].isin(position.index)]
        rows = rows.sort_values(["as_of", "value"], kind="stable", ignore_index=True)
        percentile = np.full(len(rows), np.nan)
        for key, level in rows[rows["metric"].map(_nature) == "level"].groupby(["metric", "market"]):
            reference = self.reference_.get(" ".join(map(str, key)))
            if reference is not None:
                low = np.searchsorted(reference, level["value"].to_numpy(), side="left")
                high = np.searchsorted(reference, level["value"].to_numpy(), side="right")
                percentile[level.index] = (low + high) / (2 * len(reference))
        places = np.array(sorted({*rows["market"], *pairs.markets, WORLDWIDE}))
        return _Figures(
            title=position.reindex(rows["title_id"]).to_numpy(dtype=np.intp),
            place=pd.Index(places).get_indexer(pd.Index(rows["market"])),
            metric=pd.Index(_METRICS).get_indexer(pd.Index(rows["metric"])),
            as_of=rows["as_of"].to_numpy(dtype=np.str_),
            value=rows["value"].to_numpy(dtype=np.float64),
            percentile=percentile,
            places=places,
        )


@dataclass(frozen=True, eq=False)
class _Figures:
    """Outcomes in order of day and value; their markets are places in `places`, their metrics in `_METRICS`."""

    title: NDArray[np.intp]
    place: NDArray[np.intp]
    metric: NDArray[np.intp]
    as_of: NDArray[np.str_]
    value: NDArray[np.float64]
    percentile: NDArray[np.float64]
    places: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.title)

    def take(self, rows: NDArray[np.bool_]) -> _Figures:
        columns = ("title", "place", "metric", "as_of", "value", "percentile")
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})


def _nature(metric: str) -> str:
    return METRICS[metric].nature


def _home(pairs: Pairs, places: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Return, by title and place, whether the title is at home there."""
    column = {place: i for i, place in enumerate(places)}
    home = np.zeros((len(pairs.facts), len(places)), dtype=bool)
    for title, origins in enumerate(pairs.facts.origins()):
        home[title, [column[origin] for origin in origins if origin in column]] = True
    return home


def _summarise(figures: _Figures, pairs: Pairs, home: NDArray[np.bool_]) -> NDArray[np.float32]:
    titles, row = np.unique(pairs.title, return_inverse=True)
    figures = figures.take(np.isin(figures.title, titles))
    markets = np.searchsorted(figures.places, pairs.markets)
    worldwide = int(np.searchsorted(figures.places, WORLDWIDE))
    kept = np.unique(np.r_[figures.place, markets, worldwide])
    shape = (len(titles), len(kept))
    figures = replace(figures, title=np.searchsorted(titles, figures.title), place=np.searchsorted(kept, figures.place))
    level = {
        role: _mean_of_latest(figures.take(_ROLES[figures.metric] == role), shape) for role in ("audience", "rating")
    }
    entry = ~_IS_LEVEL[figures.metric]
    positive = entry & (figures.value > 0)
    took = np.zeros(shape)
    took[figures.title[positive], figures.place[positive]] = 1
    asked = np.zeros(shape)
    asked[figures.title[entry], figures.place[entry]] = 1

    home = home[np.ix_(titles, kept)]
    abroad = ~home & (kept != worldwide)
    own = np.searchsorted(kept, markets)[pairs.market]
    world = int(np.searchsorted(kept, worldwide))
    summary = np.full((len(pairs), len(_NAMES) + len(_METERS)), np.nan)
    for offset, meter in enumerate(_METERS):
        of_meter = _mean_of_latest(figures.take(figures.metric == _METRICS.index(meter)), shape)
        summary[:, len(_NAMES) + offset] = of_meter[row, world]
    for offset, role in enumerate(("audience", "rating")):
        values = level[role]
        summary[:, offset] = values[row, world]
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


def _mean_of_latest(figures: _Figures, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return, by title and place, the mean percentile over metrics, the latest row of each metric counting."""
    values = np.full(shape, np.nan)
    figures = figures.take(np.isfinite(figures.percentile))
    if not len(figures):
        return values
    cell = figures.title * shape[1] + figures.place
    of_metric = cell * len(_METRICS) + figures.metric
    latest = len(cell) - 1 - np.unique(of_metric[::-1], return_index=True)[1]
    latest.sort()
    cells, group = np.unique(cell[latest], return_inverse=True)
    values.flat[cells] = _group_means(figures.percentile[latest], group, len(cells))
    return values


def _group_means(values: NDArray[np.float64], group: NDArray[np.intp], n_groups: int) -> NDArray[np.float64]:
    """Return the mean of each group, its values summed one after the other as pandas does: with Kahan's correction."""
    order = np.argsort(group, kind="stable")
    count = np.bincount(group, minlength=n_groups)
    first = np.cumsum(count) - count
    total, lost = np.zeros(n_groups), np.zeros(n_groups)
    for place in range(int(count.max())):
        some = np.flatnonzero(count > place)
        added = values[order[first[some] + place]] - lost[some]
        summed = total[some] + added
        lost[some] = summed - total[some] - added
        total[some] = summed
    return total / count


def _masked(
    values: NDArray[np.float64], mask: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return row means, sums and counts of the finite values under a mask."""
    used = mask & np.isfinite(values)
    total, count = np.where(used, values, 0).sum(axis=1), used.sum(axis=1).astype(float)
    return np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0), total, count
