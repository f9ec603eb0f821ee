"""From outcomes to one relevance per title and market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from recommender.errors import NotEnoughDataError
from recommender.features import TitleFacts
from recommender.schema import METRICS, WORLDWIDE

__all__ = [
    "Labels",
    "day_after",
    "grade",
    "label",
    "local_rows",
    "percentile_of",
    "percentiles",
    "seen_before",
    "spread_percentiles",
]

_MIN_TITLES = 10
_MIN_ERA = 30
_DAYS_A_MONTH = 30.0


@dataclass(frozen=True, eq=False)
class Labels:
    """How each title did in each market.

    Attributes
    ----------
    markets : tuple of str
        The markets with at least ten foreign titles whose outcome is known, in alphabetical order.
    relevance : ndarray, shape (n_titles, n_markets), float32
        0 to 1, greater is better; NaN where not known or where the title is not foreign.
    since : ndarray of str, shape (n_titles, n_markets)
        The day of the title's first row in the market: what it did elsewhere from then on must not explain it.
    settled : ndarray of str, shape (n_titles, n_markets)
        The day of the last row that the relevance rests on: it was not known before the day after.
    shown : DataFrame
        ``title_id``, ``market``, ``metric``, ``value``: the figure that a person would quote for the title in the
        market.
    """

    markets: tuple[str, ...]
    relevance: NDArray[np.float32]
    since: NDArray[np.str_]
    settled: NDArray[np.str_]
    shown: pd.DataFrame


def seen_before(outcomes: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Return the outcomes dated before a day."""
    return outcomes[outcomes["as_of"] < as_of].reset_index(drop=True)


def day_after(outcomes: pd.DataFrame) -> str:
    """Return the day after the newest outcome: the earliest day on which all of them are known."""
    return str(np.datetime64(outcomes["as_of"].max(), "D") + np.timedelta64(1, "D"))


def local_rows(facts: TitleFacts, outcomes: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Return the outcomes of these titles in markets, worldwide left out, known before a day, the oldest first."""
    rows = seen_before(outcomes, as_of)
    rows = rows[(rows["market"] != WORLDWIDE) & rows["title_id"].isin(facts.title_ids)]
    return rows.sort_values(["as_of", "value"], kind="stable")


def grade(
    facts: TitleFacts, outcomes: pd.DataFrame, as_of: str, markets: Sequence[str], *, eras: bool = False
) -> NDArray[np.float32]:
    """Grade every title in every market by what is known before a day.

    A level metric (votes, admissions, box office) is graded by its percentile among the market's foreign titles; several
    of them by the mean; equal audiences are ordered by rating. A flow (chart points) is graded by log(1 + points a month)
    over the market's greatest, and a title of the catalogue that has none is 0. A presence (released) is 1, and 0 in the
    markets not listed of a title that is listed somewhere. So entry and success are one grade: a title that the
    market did not take is 0, one that it took is above 0 by how it did there; a title of which nothing is known is not
    graded, and is no failure.

    Parameters
    ----------
    facts : TitleFacts
    outcomes : DataFrame
        Rows of titles that `facts` does not hold are left out.
    as_of : str
        ISO date; rows dated on or after it are left out.
    markets : sequence of str
    eras : bool, default=False
        Whether the percentile of a level is that among the outcomes known in the same calendar year, years of fewer than
        30 titles joined to the next: then a figure means the same in years of other prices or other reporting.

    Returns
    -------
    ndarray, shape (n_titles, n_markets), float32
        NaN where not known or where the title is not foreign.
    """
    rows = local_rows(facts, outcomes, as_of)
    position = pd.Series(np.arange(len(facts)), index=facts.title_ids)
    foreign = facts.foreign(markets)
    grades = np.full(foreign.shape, np.nan)
    by_market = dict(iter(rows.groupby("market", sort=False)))
    months = {
        str(metric): max((np.datetime64(as_of, "D") - np.datetime64(str(day), "D")) / np.timedelta64(1, "D"), 1)
        / _DAYS_A_MONTH
        for metric, day in rows.groupby("metric")["as_of"].min().items()
    }
    for column, market in enumerate(markets):
        if market in by_market:
            grades[:, column] = _grade(by_market[market], position, foreign[:, column], months, eras)
    for metric in sorted(set(rows["metric"])):
        if METRICS[metric].nature == "level":
            continue
        of_metric = rows[(rows["metric"] == metric) & rows["market"].isin(markets)]
        covered = np.ones(len(facts), dtype=bool)
        if METRICS[metric].nature == "presence":
            covered[:] = False
            covered[position[of_metric["title_id"].unique()].to_numpy()] = True
        columns = np.isin(markets, of_metric["market"].unique())
        # A title that has rows of the metric here is not absent: where it has no grade, its audience is unknown.
        absent = covered[:, None] & columns
        absent[position[of_metric["title_id"]].to_numpy(), pd.Index(markets).get_indexer(of_metric["market"])] = False
        grades[absent & np.isnan(grades)] = 0
    grades[~foreign] = np.nan
    return grades.astype(np.float32)


def label(facts: TitleFacts, outcomes: pd.DataFrame, as_of: str) -> Labels:
    """Grade the titles in every market of which enough is known before a day; see `grade`.

    Parameters
    ----------
    facts : TitleFacts
    outcomes : DataFrame
        Rows of titles that `facts` does not hold are left out.
    as_of : str
        ISO date; rows dated on or after it are left out.

    Raises
    ------
    NotEnoughDataError
        If no market has ten foreign titles with an outcome.
    """
    rows = local_rows(facts, outcomes, as_of)
    markets = tuple(sorted(rows["market"].unique()))
    grades = grade(facts, outcomes, as_of, markets)
    since, settled = _since(facts, rows, as_of, markets), _settled(facts, rows, as_of, markets)
    kept = np.isfinite(grades).sum(axis=0) >= _MIN_TITLES
    if not kept.any():
        raise NotEnoughDataError(
            f"no market has {_MIN_TITLES} foreign titles with an outcome before {as_of}",
            hint="Check that outcomes and titles share their title_id, and that --as-of is not too early.",
        )
    names = tuple(market for market, keep in zip(markets, kept, strict=True) if keep)
    shown = _shown(rows[rows["market"].isin(names)])
    return Labels(markets=names, relevance=grades[:, kept], since=since[:, kept], settled=settled[:, kept], shown=shown)


def _since(facts: TitleFacts, rows: pd.DataFrame, as_of: str, markets: tuple[str, ...]) -> NDArray[np.str_]:
    """Return the day from which on a title's outcomes elsewhere may already tell its outcome in the market."""
    since = np.full((len(facts), len(markets)), as_of, dtype="<U10")
    position = pd.Series(np.arange(len(facts)), index=facts.title_ids)
    first = rows.groupby(["title_id", "market"])["as_of"].min()
    title, market = first.index.get_level_values(0), first.index.get_level_values(1)
    since[position[title].to_numpy(), pd.Index(markets).get_indexer(market)] = first.to_numpy(dtype=str)
    for metric in sorted(set(rows["metric"])):
        of_metric = rows[rows["metric"] == metric]
        columns = np.isin(markets, of_metric["market"].unique())
        if METRICS[metric].nature == "presence":
            # A title seen elsewhere only where it was not taken would tell the answer: of every market alike, nothing from
            # its first row on is seen.
            first = of_metric.groupby("title_id")["as_of"].min()
            at = position[first.index].to_numpy()
            first_here = np.repeat(first.to_numpy(dtype=str)[:, None], columns.sum(), axis=1)
            before = since[np.ix_(at, columns)]
            since[np.ix_(at, columns)] = np.where(before < first_here, before, first_here)
        if METRICS[metric].nature == "flow":
            # Rows of a flow accumulate, so a title's first row abroad may already be a consequence of its success here.
            first_day = str(of_metric["as_of"].min())
            since[:, columns] = np.where(since[:, columns] < first_day, since[:, columns], first_day)
    return since


def _settled(facts: TitleFacts, rows: pd.DataFrame, as_of: str, markets: tuple[str, ...]) -> NDArray[np.str_]:
    """Return the day of the last row that tells a title's relevance in the market; a flow grows up to the last day."""
    settled = np.full((len(facts), len(markets)), "", dtype="<U10")
    position = pd.Series(np.arange(len(facts)), index=facts.title_ids)
    nature = np.array([METRICS[metric].nature for metric in rows["metric"]], dtype=object)
    last = rows[nature == "level"].groupby(["title_id", "market"])["as_of"].max()
    title, market = last.index.get_level_values(0), last.index.get_level_values(1)
    settled[position[title].to_numpy(), pd.Index(markets).get_indexer(market)] = last.to_numpy(dtype=str)
    for _, of_metric in rows[nature == "presence"].groupby("metric", sort=True):
        # That a market is not listed is known with the title's last row anywhere.
        last = of_metric.groupby("title_id")["as_of"].max()
        place = np.ix_(position[last.index].to_numpy(), np.isin(markets, of_metric["market"].unique()))
        here = last.to_numpy(dtype="<U10")[:, None]
        settled[place] = np.where(settled[place] > here, settled[place], here)
    settled[settled == ""] = as_of
    return settled


def percentile_of(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the percentile of each value among all of them, 0 to 1; ties share the middle.

    Examples
    --------
    >>> percentile_of(np.array([5.0, 1.0, 1.0, 7.0]))
    array([0.625, 0.25 , 0.25 , 0.875])
    """
    return np.asarray((rankdata(values) - 0.5) / max(len(values), 1))


def percentiles(relevance: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return each known relevance as a percentile (0 to 1) among those of its market; ties share the middle.

    Examples
    --------
    >>> percentiles(np.array([[0.2], [0.9], [np.nan], [0.2]], dtype=np.float32)).ravel()
    array([0.33333334, 0.8333333 ,        nan, 0.33333334], dtype=float32)
    """
    placed = np.full(relevance.shape, np.nan, dtype=np.float32)
    for column in range(relevance.shape[1]):
        known = np.isfinite(relevance[:, column])
        placed[known, column] = percentile_of(relevance[known, column])
    return placed


def spread_percentiles(values: NDArray[np.floating], random: np.random.Generator) -> NDArray[np.float32]:
    """Return each known value's percentile (0 to 1) in its column, ties spread over the places they share.

    Where most titles have the same outcome, such as none, their common middle would be one point that an interval either
    holds or not; drawn places make the percentiles uniform whatever the outcomes are (the randomised probability
    integral transform, Czado, Gneiting and Held, 2009, https://doi.org/10.1111/j.1541-0420.2009.01191.x).

    Examples
    --------
    >>> spread_percentiles(np.array([[0.0], [0.9], [0.0]]), np.random.default_rng(0)).ravel().tolist()[1]
    0.8333333134651184
    """
    placed = np.full(values.shape, np.nan, dtype=np.float32)
    draws = random.random(len(values))
    for column in range(values.shape[1]):
        known = np.flatnonzero(np.isfinite(values[:, column]))
        order = known[np.lexsort([draws[known], values[known, column]])]
        placed[order, column] = (np.arange(len(order)) + 0.5) / max(len(order), 1)
    return placed


def _grade(
    here: pd.DataFrame,
    position: pd.Series,
    foreign: NDArray[np.bool_],
    months: dict[str, float],
    eras: bool,
) -> NDArray[np.float64]:
    """Grade the titles with rows in one market."""
    audiences: list[NDArray[np.float64]] = []
    ratings: list[NDArray[np.float64]] = []
    others: list[NDArray[np.float64]] = []
    for metric, rows in here.groupby("metric", sort=True):
        of_metric = METRICS[str(metric)]
        by_title = rows.groupby("title_id")["value"]
        values = by_title.sum() if of_metric.nature == "flow" else by_title.last()
        column = np.full(len(foreign), np.nan, dtype=np.float64)
        column[position[values.index].to_numpy()] = values.to_numpy()
        column[~foreign] = np.nan
        if of_metric.nature == "presence":
            others.append(np.where(np.isfinite(column), column > 0, np.nan))
        elif of_metric.nature == "flow":
            column = column / months[str(metric)]
            greatest = np.nanmax(column, initial=0.0)
            others.append(np.log1p(column) / np.log1p(greatest) if greatest > 0 else column)
        else:
            era = _eras(rows, position, column) if eras else np.zeros(len(column))
            (audiences if of_metric.role == "audience" else ratings).append(_percentile(column, era))
    if audiences:
        # Rounded, so that titles with equal means are tied whatever the last bits say.
        audience, rating = (_mean(columns).round(6) for columns in (audiences, ratings or [np.zeros(len(foreign))]))
        known = np.isfinite(audience)
        order = np.lexsort([np.nan_to_num(rating[known]), audience[known]])
        tied = np.column_stack([audience[known], np.nan_to_num(rating[known])])[order]
        rank = np.cumsum(np.r_[True, (np.diff(tied, axis=0) != 0).any(axis=1)]).astype(float)
        grade = np.full(len(foreign), np.nan)
        grade[np.flatnonzero(known)[order]] = percentile_of(rank)
        return grade
    return _mean(others or ratings)


def _percentile(values: NDArray[np.float64], era: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the percentile of each known value among those of its era."""
    placed = np.full(len(values), np.nan)
    for one in np.unique(era):
        rows = era == one
        placed[rows] = percentiles(values[rows, None].astype(np.float64))[:, 0]
    return placed


def _eras(rows: pd.DataFrame, position: pd.Series, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the era of each title: the calendar year in which its value was known, small years joined to the next."""
    year = np.zeros(len(values))
    last = rows.groupby("title_id")["as_of"].last()
    year[position[last.index].to_numpy()] = last.str[:4].astype(float).to_numpy()
    known = np.isfinite(values)
    names, counts = np.unique(year[known], return_counts=True)
    era: dict[float, float] = {}
    start, joined = 0, 0
    for place, count in enumerate(counts):
        joined += int(count)
        if joined >= _MIN_ERA or place == len(counts) - 1:
            # What is left over at the end goes to the era before it.
            name = names[start] if joined >= _MIN_ERA or not era else max(era.values())
            era.update(dict.fromkeys(names[start : place + 1], name))
            start, joined = place + 1, 0
    return np.array([era.get(when, 0.0) for when in year])


def _mean(columns: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    stacked = np.column_stack(columns)
    count = np.isfinite(stacked).sum(axis=1)
    total = np.nansum(stacked, axis=1)
    mean: NDArray[np.float64] = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
    return mean


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Return for each title and market its main figure: audience before entry before rating."""
    order = {"audience": 0, "entry": 1, "rating": 2}
    nature = rows["metric"].map(lambda metric: METRICS[metric].nature)
    keys = ["title_id", "market", "metric"]
    grouped = rows.groupby(keys, sort=True)["value"]
    values = pd.DataFrame({"last": grouped.last(), "sum": grouped.sum()}).reset_index()
    flows = set(rows.loc[nature == "flow", "metric"])
    values["value"] = np.where(values["metric"].isin(flows), values["sum"], values["last"])
    values["order"] = values["metric"].map(lambda metric: order[METRICS[metric].role])
    values = values.sort_values(["title_id", "market", "order", "metric"], kind="stable")
    return values.drop_duplicates(["title_id", "market"])[[*keys, "value"]].reset_index(drop=True)
