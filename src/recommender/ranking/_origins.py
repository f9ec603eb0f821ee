"""What is asked of the past: titles in markets, each as of a day, with what came of it later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.features import TitleFacts, exact_years
from recommender.ranking._labels import Labels, local_rows, spread_percentiles
from recommender.schema import METRICS

__all__ = ["Block", "ask_the_past", "count_pairs"]

_LEAST_DATED = 500  # a market with fewer outcomes has too little past to learn from the past alone
_ONE_DAY = 0.6
_FIRST_PAST, _LEAST_PAST = 0.15, 100
_QUARTER_DAYS, _LEAST_AHEAD_DAYS, _STEP_DAYS, _MOST_ORIGINS = 92, 28, 30, 8
_FULL_POINTS = float(np.log1p(10))  # a week at the head of a chart, in a quarter, is a full success
_PERHAPS_NOT_OUT = 0.5


@dataclass(frozen=True, eq=False)
class Block:
    """Pairs of title and market that are asked as of one day.

    Attributes
    ----------
    origin : str
        ISO date: nothing dated on or after it is seen.
    dated : bool
        Whether all that is seen lies before the pairs' own outcomes; otherwise outcomes of one day are learned from one
        another, out of fold.
    title, market : ndarray of int, shape (n,)
    target : ndarray, shape (n,), 0 to 1
    percentile : ndarray, shape (n,), 0 to 1
        Of the target among the block's titles in the market, ties spread.
    weight : ndarray, shape (n,)
        How many pairs each stands for.
    settled : ndarray of str, shape (n,)
        ISO date on which the answer was known.
    before : ndarray of str, shape (n,)
        ISO date from which on nothing of the title's own outcomes elsewhere is seen.
    calibrates : bool
        Whether predictions of these pairs may calibrate: not those that are described by later outcomes of other titles.
    growing : bool
        Whether the answers grow up to the last day, so that none of them was known on the day of a later block.
    """

    origin: str
    dated: bool
    title: NDArray[np.intp]
    market: NDArray[np.intp]
    target: NDArray[np.float32]
    percentile: NDArray[np.float32]
    weight: NDArray[np.float64]
    settled: NDArray[np.str_]
    before: NDArray[np.str_]
    calibrates: bool = True
    growing: bool = False


def ask_the_past(
    facts: TitleFacts,
    outcomes: pd.DataFrame,
    labels: Labels,
    as_of: str,
    *,
    emphasis: float,
    n_origins: int,
    most_pairs: int,
    random: np.random.Generator,
) -> list[Block]:
    """Return the questions to learn from, the oldest first.

    A market whose outcomes became known on many days is asked as of past days (rolling origins): what is visible then
    is what was known before the day, as in use. Such predictions of later days calibrate. Its titles are asked a second time
    as of the last day, out of fold: these descriptions know more. A market whose outcomes all bear one day has no past:
    its titles are asked as of the last day only.

    Of a flow it is asked what comes next: as of a day a month, all points from then on, of titles that had none anywhere
    before, of no later year, and not known to come out after the last day. A title of the newest year whose day of release
    is not told and that has no points at all may not be out: that it has none says half as much.

    Parameters
    ----------
    facts : TitleFacts
    outcomes : DataFrame
    labels : Labels
    as_of : str
        ISO date.
    emphasis : float
        The power to which grades of level metrics are raised: above 1, the head of a ranking counts more.
    n_origins : int
        The most past days to ask as of; 1: everything is asked as of one day.
    most_pairs : int
        Of flows, absent pairs are drawn so that there are about so many; each then stands for several.
    random : numpy.random.Generator
    """
    rows = local_rows(facts, outcomes, as_of)
    roles = rows.assign(
        audience=[METRICS[name].nature == "level" and METRICS[name].role == "audience" for name in rows["metric"]],
        flow=[METRICS[name].nature == "flow" for name in rows["metric"]],
    )
    counted = set(roles.loc[roles["audience"], "market"])
    flowing = roles[roles["flow"] & ~roles["market"].isin(counted)]
    flows = set(flowing["market"])
    level = np.array([market in counted for market in labels.markets])
    column = np.array([market not in flows for market in labels.markets])
    blocks = _graded_blocks(labels, column, level, as_of, emphasis, n_origins, random)
    for _, of_metric in flowing.groupby("metric", sort=True):
        blocks += _flow_blocks(facts, of_metric, labels, as_of, n_origins, most_pairs, random)
    return sorted((block for block in blocks if len(block.title)), key=lambda block: (block.origin, block.dated))


def count_pairs(blocks: Sequence[Block]) -> int:
    """Return how many titles in markets are asked, those that are asked as of several days counted once."""
    pairs = [np.column_stack([block.title, block.market]) for block in blocks]
    return len(np.unique(np.vstack(pairs), axis=0)) if pairs else 0


def _graded_blocks(
    labels: Labels,
    column: NDArray[np.bool_],
    level: NDArray[np.bool_],
    as_of: str,
    emphasis: float,
    n_origins: int,
    random: np.random.Generator,
) -> list[Block]:
    """Return the blocks of level and presence metrics."""
    asked = np.isfinite(labels.relevance) & column
    dated = np.array(
        [n_origins > 1 and _has_past(labels.since[asked[:, m], m]) for m in range(len(labels.markets))], dtype=bool
    )
    target = np.where(level, labels.relevance**emphasis, labels.relevance).astype(np.float32)

    def block(origin: str, rows: NDArray[np.bool_], past: bool, calibrates: bool = True) -> Block:
        title, market = np.nonzero(rows)
        placed = spread_percentiles(np.where(rows, labels.relevance, np.nan), random)
        return Block(
            origin=origin,
            dated=past,
            title=title,
            market=market,
            target=target[title, market],
            percentile=placed[title, market],
            weight=np.ones(len(title)),
            settled=labels.settled[title, market],
            before=np.full(len(title), origin, dtype="<U10") if past else labels.since[title, market],
            calibrates=calibrates,
        )

    blocks = [block(as_of, asked & ~dated, False)]
    past = asked & dated
    if past.any():
        origins = _origins(labels.since[past], n_origins)
        blocks.append(block(as_of, past, False, calibrates=False))
        first = past & (labels.since < origins[0])
        blocks.append(block(origins[0], first, False))
        for start, end in zip(origins, [*origins[1:], "9999-12-31"], strict=True):
            blocks.append(block(start, past & (labels.since >= start) & (labels.since < end), True))
    return blocks


def _has_past(days: NDArray[np.str_]) -> bool:
    if len(days) < _LEAST_DATED:
        return False
    _, counts = np.unique(days, return_counts=True)
    return bool(counts.max() <= _ONE_DAY * len(days))


def _origins(days: NDArray[np.str_], most: int) -> list[str]:
    """Return days such that enough is known before the first, and enough is asked from each on to the next."""
    names, counts = np.unique(days, return_counts=True)
    total = counts.sum()
    origins: list[str] = []
    passed, since_last = 0, 0
    for name, count in zip(names, counts, strict=True):
        enough = max(_LEAST_PAST, total / most) if origins else max(_LEAST_PAST, _FIRST_PAST * total)
        if (since_last if origins else passed) >= enough:
            origins.append(str(name))
            since_last = 0
        passed += int(count)
        since_last += int(count)
    return origins or [str(names[len(names) // 2])]


def _flow_blocks(
    facts: TitleFacts,
    rows: pd.DataFrame,
    labels: Labels,
    as_of: str,
    n_origins: int,
    most_pairs: int,
    random: np.random.Generator,
) -> list[Block]:
    position = pd.Series(np.arange(len(facts)), index=facts.title_ids)
    title = position[rows["title_id"]].to_numpy()
    market = pd.Index(labels.markets).get_indexer(pd.Index(rows["market"]))
    kept = market >= 0
    title, market = title[kept], market[kept]
    day, value = rows["as_of"].to_numpy(dtype=str)[kept], rows["value"].to_numpy(dtype=float)[kept]
    first_day = str(np.sort(day)[0])
    origins = _flow_origins(first_day, as_of, n_origins)
    columns = np.zeros(len(labels.markets), dtype=bool)
    columns[np.unique(market)] = True
    year = facts.numbers["year"].to_numpy()
    day_told = facts.numbers["release_month"].notna().to_numpy()
    [today] = exact_years(pd.to_datetime(pd.Series([as_of])))
    not_out = day_told & (facts.numbers["released"].to_numpy() >= today)
    perhaps_not_out = (year >= int(as_of[:4])) & ~day_told
    perhaps_not_out[title] = False
    blocks = []
    for origin in origins:
        started = np.zeros(len(facts), dtype=bool)
        started[title[day < origin]] = True
        asking = ~started & ~(year > int(origin[:4])) & ~not_out
        points = np.zeros(labels.relevance.shape)
        ahead = day >= origin
        np.add.at(points, (title[ahead], market[ahead]), value[ahead])
        open_ = np.isfinite(labels.relevance) & columns & asking[:, None]
        # A longer look ahead sees more points: each origin's are brought to a quarter.
        days = (np.datetime64(as_of, "D") - np.datetime64(origin, "D")) / np.timedelta64(1, "D")
        target = np.minimum(np.log1p(points) / _FULL_POINTS * (_QUARTER_DAYS / days) ** 0.5, 1.0)
        placed = spread_percentiles(np.where(open_, points, np.nan), random)
        weight = _draw(open_, points > 0, most_pairs // len(origins), random)
        weight[perhaps_not_out] *= _PERHAPS_NOT_OUT
        chosen, where = np.nonzero(weight)
        blocks.append(
            Block(
                origin=origin,
                dated=True,
                title=chosen,
                market=where,
                target=target[chosen, where].astype(np.float32),
                percentile=placed[chosen, where],
                weight=weight[chosen, where],
                settled=np.full(len(chosen), as_of, dtype="<U10"),
                before=np.full(len(chosen), min(origin, first_day), dtype="<U10"),
                growing=True,
            )
        )
    return blocks


def _draw(
    open_: NDArray[np.bool_], present: NDArray[np.bool_], most: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Return how many pairs each drawn pair stands for: all that are present, and some of the others.

    Half of those others are of titles present elsewhere: they tell markets apart.
    """
    weight = (open_ & present).astype(np.float64)
    room = max(most - int(weight.sum()), most // 2)
    somewhere = np.asarray((open_ & present).any(axis=1))
    draws = random.random(open_.shape)
    for titles in (somewhere, ~somewhere):
        absent = open_ & ~present & titles[:, None]
        share = min((room / 2) / max(absent.sum(), 1), 1.0)
        weight[absent & (draws < share)] = 1 / share
    return weight


def _flow_origins(first: str, as_of: str, most: int) -> list[str]:
    """Return a day a month from the newest that has enough to look ahead to, back to the first month of the flow."""
    origins: list[str] = []
    origin = _add(as_of, -(_LEAST_AHEAD_DAYS if most > 1 else _QUARTER_DAYS))
    while origin >= _add(first, 21) and len(origins) < min(most, _MOST_ORIGINS):
        origins.append(origin)
        origin = _add(origin, -_STEP_DAYS)
    span = np.datetime64(as_of, "D") - np.datetime64(first, "D")
    return sorted(origins) or [str(np.datetime64(first, "D") + span // 2)]


def _add(day: str, days: int) -> str:
    return str(np.datetime64(day, "D") + np.timedelta64(days, "D"))
