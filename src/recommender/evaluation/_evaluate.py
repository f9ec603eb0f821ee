"""Rankers side by side on titles that they have not seen."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import pandas as pd
from sklearn.base import clone

from recommender.errors import CallError
from recommender.evaluation._judge import WITH_HISTORY, Judgement, judge
from recommender.evaluation._predicted import predict_holdout
from recommender.evaluation._protocol import TitleRanker
from recommender.evaluation._results import RESULT_COLUMNS, tabulate
from recommender.evaluation._truth import Gain
from recommender.evaluation._yardstick import Yardstick, make_yardstick, title_weights
from recommender.evaluation.splits import Split
from recommender.sources import complete_titles

__all__ = ["RESULT_COLUMNS", "Judging", "evaluate", "judge_ranker", "judge_rankers", "make_yardsticks"]

logger = logging.getLogger("recommender")
Around = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True)
class Judging:
    """How rankings are judged.

    Parameters
    ----------
    k : int
        The figures of a list's top look at the best so many titles.
    gain : {"percentile_cubed", "binary", "log_points"}
        What a title is worth in NDCG; see `gains`.
    least_positives : int, default=10
        A market in which fewer judged titles have an outcome above 0 does not count, whatever the gain.
    n_resamples : int, default=200
        Of the bootstrap over titles.
    seed : int, default=0
        Of the bootstrap.
    """

    k: int
    gain: Gain = "percentile_cubed"
    least_positives: int = 10
    n_resamples: int = 200
    seed: int = 0


def evaluate(
    rankers: Mapping[str, TitleRanker],
    titles: pd.DataFrame,
    outcomes: pd.DataFrame,
    split: Split | Sequence[Split],
    k: int,
    gain: Gain = "percentile_cubed",
    *,
    least_positives: int = 10,
    n_resamples: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Fit rankers on one part of the outcomes and judge them by the other.

    In each market only titles foreign to it are judged, and only markets with enough outcomes above 0 count. Calibration,
    intervals and catalogue coverage pool all titles of all markets; the other figures are means over markets. A title
    that a ranker leaves out comes last. A market that a ranker has not learned is judged by the mean of what it says
    for those it has. Where the judged titles have outcomes worldwide or at home, a ranker that uses history is judged a
    second time with them, as ``NAME + history``.

    Parameters
    ----------
    rankers : mapping of str to ranker
        By the name to show. Clones are fitted; what is given stays as it is.
    titles, outcomes : DataFrame
        As `read_titles` and `read_outcomes` return them.
    split : Split, or sequence of them
        A split may give several holdouts; see `recommender.evaluation.splits`.
    k : int
        The figures of a list's top look at the best so many titles.
    gain : {"percentile_cubed", "binary", "log_points"}
        What a title is worth in NDCG; see `gains`. Positives are values above 0, for ``percentile_cubed``
        those in the upper half of the market.
    least_positives : int, default=10
        A market in which fewer judged titles have an outcome above 0 does not count, whatever the gain.
    n_resamples : int, default=200
        Of the bootstrap over titles that gives each figure's 95% interval.
    seed : int, default=0
        Of the bootstrap.

    Returns
    -------
    DataFrame
        One row a ranker and holdout: ``ranker``, ``split``, ``holdout``; each of `FIGURES` with ``_low`` and ``_high``,
        the ends of its 95% interval; ``n_markets``, ``n_titles``, ``seconds`` (fit and prediction). Of a split with
        several holdouts a further row, ``all``, holds the means over them. NaN where a ranker has no such figure.

    Raises
    ------
    CallError
        If no ranker or split is given, or `k` is not positive.
    NotEnoughDataError
        If the split leaves nothing to learn from or judge by, or no market has enough outcomes above 0.

    Examples
    --------
    >>> from recommender.evaluation import RandomSplit, evaluate
    >>> from recommender.ranking import OriginGenreRanker, ShuffleRanker
    >>> from recommender.sample import load_sample
    >>> sample = load_sample()
    >>> rankers = {"chance": ShuffleRanker(), "origin and genre": OriginGenreRanker()}
    >>> results = evaluate(rankers, sample.training, sample.outcomes, RandomSplit(share=0.3), k=50)
    >>> bool(results["ndcg"][1] > results["ndcg"][0])
    True
    """
    splits = [split] if isinstance(split, Split) else list(split)
    if not rankers or not splits or k < 1:
        raise CallError(
            "evaluation takes at least one ranker, at least one split, and a k of at least 1", hint="Give all three."
        )
    how = Judging(k, gain, least_positives, n_resamples, seed)
    yardsticks = make_yardsticks(titles, outcomes, splits, how)
    return tabulate(list(judge_rankers(rankers, yardsticks)))


def make_yardsticks(
    titles: pd.DataFrame, outcomes: pd.DataFrame, splits: Sequence[Split], how: Judging
) -> list[Yardstick]:
    """Return what each holdout of each split measures with.

    Raises
    ------
    NotEnoughDataError
        If a holdout has nothing to learn from or judge by.
    """
    titles = complete_titles(titles)
    weights = title_weights(titles, how.n_resamples, how.seed)
    return [
        make_yardstick(holdout, how.k, how.gain, weights, how.least_positives)
        for split in splits
        for holdout in split.divide(titles, outcomes)
    ]


def judge_rankers(
    rankers: Mapping[str, TitleRanker], yardsticks: Sequence[Yardstick], around: Around = lambda _doing: nullcontext()
) -> Iterator[Judgement]:
    """Fit every ranker on every holdout and judge it.

    Parameters
    ----------
    rankers : mapping of str to TitleRanker
    yardsticks : sequence of Yardstick
    around : callable
        Takes what is about to be done, and gives a context in which to do it: for progress.
    """
    total, number = len(rankers) * len(yardsticks), 0
    for name, ranker in rankers.items():
        for yardstick in yardsticks:
            number += 1
            holdout = yardstick.holdout
            with around(f"{number} of {total}: {name}, {holdout.split}, {holdout.name}"):
                found = judge_ranker(name, ranker, yardstick)
            yield from found


def judge_ranker(name: str, ranker: TitleRanker, yardstick: Yardstick) -> list[Judgement]:
    """Fit a clone of a ranker on one holdout and judge it, a second time with history where there is some."""
    holdout = yardstick.holdout
    started = time.perf_counter()
    fitted = clone(ranker).fit(holdout.titles, holdout.outcomes, as_of=holdout.as_of)
    learned = time.perf_counter() - started
    histories: dict[str, pd.DataFrame | None] = {name: None}
    if len(holdout.history) and getattr(ranker, "uses_history", True):
        histories[f"{name}{WITH_HISTORY}"] = holdout.history
    found = []
    for shown, history in histories.items():
        started = time.perf_counter()
        predicted = predict_holdout(fitted, holdout, yardstick.truth, history)
        seconds = learned + time.perf_counter() - started
        judgement = judge(shown, predicted, yardstick, round(seconds, 1))
        figures = judgement.figures
        logger.debug(
            "%s, %s: NDCG@%d %.3f, Spearman %.3f",
            shown,
            holdout.name,
            yardstick.k,
            figures["ndcg"],
            figures["spearman"],
        )
        found.append(judgement)
    return found
