"""From outcomes to one relevance per title and market."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from recommender.errors import NotEnoughDataError
from recommender.features import TitleFacts
from recommender.schema import METRICS, WORLDWIDE

__all__ = ["Labels", "day_after", "label", "percentiles", "seen_before"]

_MIN_TITLES = 10
_LOOK_AHEAD_DAYS = 92


@dataclass(frozen=True, eq=False)
class Labels:
    """How each title did in each market.

    Attributes
    ----------
    markets : tuple of str
        The markets with at least ten foreign titles whose outcome is known, in alphabetical order.
    relevance : ndarray, shape (n_titles, n_markets), float32
        0 to 1, greater is better; NaN where not known or where the title is not foreign.
    target : ndarray, shape (n_titles, n_markets), float32
        What is learned: `relevance`, and for flows what came after `asked`; see `label`.
    asked : ndarray of str, shape (n_titles, n_markets)
        The day from which `target` looks ahead, so that a title's age in training is its age in use.
    since : ndarray of str, shape (n_titles, n_markets)
        The day of the title's first row in the market: what it did elsewhere from then on must not explain it.
    shown : DataFrame
        ``title_id``, ``market``, ``metric``, ``value``: the figure that a person would quote for the title in the
        market.
    """

    markets: tuple[str, ...]
    relevance: NDArray[np.float32]
    target: NDArray[np.float32]
    asked: NDArray[np.str_]
    since: NDArray[np.str_]
    shown: pd.DataFrame


def seen_before(outcomes: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Return the outcomes dated before a day."""
    return outcomes[outcomes["as_of"] < as_of].reset_index(drop=True)


def day_after(outcomes: pd.DataFrame) -> str:
    """Return the day after the newest outcome: the earliest day on which all of them are known."""
    return str(np.datetime64(outcomes["as_of"].max(), "D") + np.timedelta64(1, "D"))


def label(facts: TitleFacts, outcomes: pd.DataFrame, as_of: str) -> Labels:
    """Grade every title in every market by what is known before a day.

    A level metric (votes, admissions, box office) is graded by its percentile among the market's foreign titles; several
    of them by the mean; equal audiences are ordered by rating. A flow (chart points) is graded by log(1 + points) over
    the market's greatest, and a title of the catalogue that has none is 0. A presence (released) is 1, and 0 in the
    markets not listed of a title that is listed somewhere.

    What is asked of a flow is what comes next. So its target is the flow of the last three months (or the later half of
    what is known, where that is shorter), of titles that had none anywhere before and were out by then; the others are
    not learned from.

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
    rows = seen_before(outcomes, as_of)
    rows = rows[rows["market"] != WORLDWIDE]
    position = pd.Series(np.arange(len(facts)), index=facts.title_ids)
    rows = rows[rows["title_id"].isin(position.index)]
    rows = rows.sort_values(["as_of", "value"], kind="stable")
    markets = tuple(sorted(rows["market"].unique()))
    foreign = facts.foreign(markets)
    grades = np.full(foreign.shape, np.nan)
    since = np.full(foreign.shape, as_of, dtype="<U10")
    for column, market in enumerate(markets):
        here = rows[rows["market"] == market]
        grades[:, column] = _grade(here, position, foreign[:, column])
        first = here.groupby("title_id")["as_of"].min()
        since[position[first.index].to_numpy(), column] = first.to_numpy(dtype=str)
    for metric in sorted(set(rows["metric"])):
        if METRICS[metric].nature == "level":
            continue
        of_metric = rows[rows["metric"] == metric]
        listed = np.zeros(len(facts), dtype=bool)
        listed[position[of_metric["title_id"].unique()].to_numpy()] = True
        covered = listed if METRICS[metric].nature == "presence" else np.ones(len(facts), dtype=bool)
        columns = np.isin(markets, of_metric["market"].unique())
        # A title that has rows of the metric here is not absent: where it has no grade, its audience is unknown.
        absent = covered[:, None] & columns
        absent[position[of_metric["title_id"]].to_numpy(), pd.Index(markets).get_indexer(of_metric["market"])] = False
        grades[absent & np.isnan(grades)] = 0
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
    grades[~foreign] = np.nan
    target, asked = _look_ahead(facts, rows, grades, markets, as_of)
    kept = np.isfinite(grades).sum(axis=0) >= _MIN_TITLES
    if not kept.any():
        raise NotEnoughDataError(
            f"no market has {_MIN_TITLES} foreign titles with an outcome before {as_of}",
            hint="Check that outcomes and titles share their title_id, and that --as-of is not too early.",
        )
    names = tuple(market for market, keep in zip(markets, kept, strict=True) if keep)
    shown = _shown(rows[rows["market"].isin(names)])
    return Labels(
        markets=names,
        relevance=grades[:, kept].astype(np.float32),
        target=target[:, kept].astype(np.float32),
        asked=asked[:, kept],
        since=since[:, kept],
        shown=shown,
    )


def percentiles(relevance: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each known relevance as a percentile (0 to 1) among those of its market; ties share the middle.

    Examples
    --------
    >>> percentiles(np.array([[0.2], [0.9], [np.nan], [0.2]], dtype=np.float32)).ravel()
    array([0.33333334, 0.8333333 ,        nan, 0.33333334], dtype=float32)
    """
    placed = np.full(relevance.shape, np.nan, dtype=np.float32)
    for column in range(relevance.shape[1]):
        known = np.isfinite(relevance[:, column])
        if known.any():
            placed[known, column] = (rankdata(relevance[known, column]) - 0.5) / known.sum()
    return placed


def _look_ahead(
    facts: TitleFacts,
    rows: pd.DataFrame,
    grades: NDArray[np.float64],
    markets: tuple[str, ...],
    as_of: str,
) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Return the targets and the days from which they look ahead."""
    target, asked = grades.copy(), np.full(grades.shape, as_of, dtype="<U10")
    # Where an audience is counted, it is the target.
    audience = rows["metric"].map(lambda name: METRICS[name].nature == "level" and METRICS[name].role == "audience")
    counted = set(rows.loc[audience.astype(bool), "market"])
    for metric in sorted(set(rows["metric"])):
        if METRICS[metric].nature != "flow":
            continue
        of_metric = rows[(rows["metric"] == metric) & ~rows["market"].isin(counted)]
        if of_metric.empty:
            continue
        origin = _origin(str(of_metric["as_of"].min()), as_of)
        started = set(of_metric.loc[of_metric["as_of"] < origin, "title_id"])
        recent = of_metric[of_metric["as_of"] >= origin]
        out = ~(facts.numbers["year"].to_numpy() > int(origin[:4]))
        asking = out & ~np.isin(facts.title_ids, sorted(started))
        column = pd.Index(markets).get_indexer(pd.Index(of_metric["market"].unique()))
        sums = recent.groupby(["title_id", "market"])["value"].sum()
        flow = sums.unstack(fill_value=0.0).reindex(index=facts.title_ids, columns=list(markets), fill_value=0.0)
        ahead = np.log1p(flow.to_numpy()) / np.log1p(max(flow.to_numpy().max(), 1.0))
        ahead[~asking] = np.nan
        target[:, column] = np.where(np.isfinite(grades[:, column]), ahead[:, column], np.nan)
        asked[:, column] = origin
    return target, asked


def _origin(first: str, as_of: str) -> str:
    """Return the day three months before the last, or half-way from the first where that is later."""
    end, start = np.datetime64(as_of, "D"), np.datetime64(first, "D")
    return str(max(end - np.timedelta64(_LOOK_AHEAD_DAYS, "D"), start + (end - start) // 2))


def _grade(here: pd.DataFrame, position: pd.Series, foreign: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Grade the titles with rows in one market."""
    audiences, ratings, others = [], [], []
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
            greatest = np.nanmax(column, initial=0.0)
            others.append(np.log1p(column) / np.log1p(greatest) if greatest > 0 else column)
        elif of_metric.role == "audience":
            audiences.append(_percentile(column))
        else:
            ratings.append(_percentile(column))
    if audiences:
        # Rounded, so that titles with equal means are tied whatever the last bits say.
        audience, rating = (_mean(columns).round(6) for columns in (audiences, ratings or [np.zeros(len(foreign))]))
        known = np.isfinite(audience)
        order = np.lexsort([np.nan_to_num(rating[known]), audience[known]])
        tied = np.column_stack([audience[known], np.nan_to_num(rating[known])])[order]
        rank = np.cumsum(np.r_[True, (np.diff(tied, axis=0) != 0).any(axis=1)]).astype(float)
        grade = np.full(len(foreign), np.nan)
        grade[np.flatnonzero(known)[order]] = (rankdata(rank) - 0.5) / max(len(rank), 1)
        return grade
    return _mean(others or ratings)


def _percentile(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return percentiles(values[:, None].astype(np.float64))[:, 0].astype(np.float64)


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
