"""Rankers side by side on titles that they have not seen."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from recommender.errors import CallError, NotEnoughDataError
from recommender.evaluation._metrics import (
    bootstrap_interval,
    calibration_error,
    interval_coverage,
    ndcg_at_k,
    precision_at_k,
    spearman,
)
from recommender.evaluation._splits import Holdout, Split
from recommender.evaluation._truth import Gain, Truth, find_truth, gains, percentile_of

__all__ = ["RESULT_COLUMNS", "TitleRanker", "evaluate"]

logger = logging.getLogger("recommender")

RESULT_COLUMNS: tuple[str, ...] = (
    "ranker",
    "ndcg",
    "ndcg_low",
    "ndcg_high",
    "precision",
    "spearman",
    "coverage",
    "calibration_error",
    "n_markets",
    "n_titles",
    "seconds",
)


class TitleRanker(Protocol):
    """What `Ranker` and the baselines have in common."""

    def fit(self, titles: pd.DataFrame, outcomes: pd.DataFrame, *, as_of: str | None = None) -> Self:
        """Learn from outcomes."""

    def predict(
        self,
        titles: pd.DataFrame,
        markets: Sequence[str] | None = None,
        *,
        history: pd.DataFrame | None = None,
        as_of: str | None = None,
        explain: int | None = 0,
    ) -> pd.DataFrame:
        """Return ``market``, ``title_id``, ``score``, and where there are ``appeal``, ``low``, ``high``."""


@dataclass(frozen=True, eq=False)
class _Predicted:
    """What a ranker says, each shape (n_titles, n_markets); NaN where it says nothing."""

    score: NDArray[np.float64]
    appeal: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def evaluate(
    rankers: Mapping[str, TitleRanker],
    titles: pd.DataFrame,
    outcomes: pd.DataFrame,
    split: Split,
    k: int,
    gain: Gain = "percentile_cubed",
    *,
    least_positives: int = 10,
    n_resamples: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Fit rankers on one part of the outcomes and judge them by the other.

    In each market only titles foreign to it are judged, and only markets with enough positives (values above
    0) count. Coverage and calibration pool all titles of all markets; the other figures are means over
    markets. A title that a ranker leaves out comes last. Where the judged titles have worldwide outcomes, a
    ranker that uses history is judged a second time with them, as ``NAME + history``.

    Parameters
    ----------
    rankers : mapping of str to ranker
        By the name to show. Clones are fitted; what is given stays as it is.
    titles, outcomes : DataFrame
        As `read_titles` and `read_outcomes` return them.
    split : RandomSplit, YearSplit or AsOfSplit
    k : int
        NDCG and precision look at the best so many titles.
    gain : {"percentile_cubed", "binary", "log_points"}
        What a title is worth in NDCG; see `gains`. Precision counts values above 0, for ``percentile_cubed``
        those in the upper half of the market.
    least_positives : int, default=10
    n_resamples : int, default=200
        Of the bootstrap over titles that gives NDCG's 95% interval.
    seed : int, default=0
        Of the bootstrap.

    Returns
    -------
    DataFrame
        One row a ranker: ``ranker``, ``ndcg``, ``ndcg_low`` and ``ndcg_high`` (its 95% interval),
        ``precision``, ``spearman`` (-1 to 1), ``coverage`` (share of titles whose percentile in the market is
        within ``low`` and ``high``), ``calibration_error`` (of ``appeal``), ``n_markets``, ``n_titles``,
        ``seconds`` (fit and prediction). NaN where a ranker has no such figure.

    Raises
    ------
    CallError
        If no ranker is given, or `k` is not positive.
    NotEnoughDataError
        If the split leaves nothing to learn from or judge by, or no market has enough positives.

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
    if not rankers or k < 1:
        raise CallError("evaluation takes at least one ranker, and a k of at least 1", hint="Give both.")
    holdout = split.divide(titles, outcomes)
    truth = find_truth(holdout).with_positives(least_positives)
    if not truth.markets:
        raise NotEnoughDataError(
            f"no market has {least_positives} judged titles with a positive outcome",
            hint="Judge by more titles: widen the split's share, years or days.",
        )
    rows = []
    for name, ranker in rankers.items():
        started = time.perf_counter()
        fitted = clone(ranker).fit(holdout.titles, holdout.outcomes, as_of=holdout.as_of)
        learned = time.perf_counter() - started
        histories: dict[str, pd.DataFrame | None] = {name: None}
        if len(holdout.history) and getattr(ranker, "uses_history", True):
            histories[f"{name} + history"] = holdout.history
        for shown, history in histories.items():
            started = time.perf_counter()
            predicted = _predict(fitted, holdout, truth, history)
            seconds = learned + time.perf_counter() - started
            figures = _judge(predicted, truth, k, gain, n_resamples, seed)
            logger.info("%s: NDCG@%d %.3f, Spearman %.3f", shown, k, figures["ndcg"], figures["spearman"])
            rows.append({"ranker": shown, **figures, "seconds": round(seconds, 1)})
    return pd.DataFrame(rows, columns=list(RESULT_COLUMNS)).astype({"ranker": "str"})


def _predict(ranker: TitleRanker, holdout: Holdout, truth: Truth, history: pd.DataFrame | None) -> _Predicted:
    learned = getattr(ranker, "markets_", truth.markets)
    markets = [market for market in truth.markets if market in learned]
    scores = ranker.predict(holdout.judged, markets, history=history, as_of=holdout.as_of, explain=0)
    row = pd.Index(truth.title_ids).get_indexer(pd.Index(scores["title_id"]))
    column = pd.Index(truth.markets).get_indexer(pd.Index(scores["market"]))

    def spread(name: str) -> NDArray[np.float64]:
        matrix = np.full(truth.value.shape, np.nan)
        if name in scores.columns:
            matrix[row, column] = scores[name].to_numpy(dtype=np.float64)
        return matrix

    return _Predicted(spread("score"), spread("appeal"), spread("low"), spread("high"))


def _judge(predicted: _Predicted, truth: Truth, k: int, gain: Gain, n_resamples: int, seed: int) -> dict[str, Any]:
    """Return the figures of one ranker."""
    judged = np.isfinite(truth.value)
    score = np.where(np.isfinite(predicted.score), predicted.score, -np.inf)
    worth, percentile = np.zeros_like(truth.value), np.full_like(truth.value, np.nan)
    for column in range(len(truth.markets)):
        here = judged[:, column]
        worth[here, column] = gains(truth.value[here, column], gain)
        percentile[here, column] = percentile_of(truth.value[here, column])
    positive = percentile > 0.5 if gain == "percentile_cubed" else np.nan_to_num(truth.value) > 0
    # What a ranker leaves out is -inf; places keep the order and are finite.
    place = np.full_like(truth.value, np.nan)
    for column in range(len(truth.markets)):
        here = judged[:, column]
        _, place[here, column] = np.unique(score[here, column], return_inverse=True)

    def mean_ndcg(rows: NDArray[np.intp]) -> float:
        figures = np.full(len(truth.markets), np.nan)
        for column in range(len(truth.markets)):
            here = rows[judged[rows, column]]
            figures[column] = ndcg_at_k(place[here, column], worth[here, column], k)
        return _mean(figures)

    pairs = [
        (place[rows, column], positive[rows, column], truth.value[rows, column])
        for column, rows in enumerate(np.flatnonzero(judged[:, c]) for c in range(len(truth.markets)))
    ]
    low, high = bootstrap_interval(mean_ndcg, len(judged), n_resamples=n_resamples, random_state=seed)
    return {
        "ndcg": mean_ndcg(np.arange(len(judged))),
        "ndcg_low": low,
        "ndcg_high": high,
        "precision": _mean([precision_at_k(ranked, good, k) for ranked, good, _ in pairs]),
        "spearman": _mean([spearman(ranked, value) for ranked, _, value in pairs]),
        "coverage": interval_coverage(predicted.low[judged], predicted.high[judged], percentile[judged]),
        "calibration_error": calibration_error(predicted.appeal[judged], percentile[judged]),
        "n_markets": len(truth.markets),
        "n_titles": int(judged.any(axis=1).sum()),
    }


def _mean(figures: Sequence[float] | NDArray[np.float64]) -> float:
    """Return the mean of the figures that are known; NaN where none is."""
    known = np.asarray(figures, dtype=np.float64)
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else float("nan")
