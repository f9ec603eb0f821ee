"""What a ranker says of the titles that judge it, in markets that it has learned and in those it has not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.evaluation._protocol import TitleRanker
from recommender.evaluation._truth import Truth
from recommender.evaluation.metrics._ranked import over
from recommender.evaluation.splits import Holdout
from recommender.ranking import percentile_of

__all__ = ["Predicted", "predict_holdout"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Predicted:
    """What a ranker says, each shape (n_titles, n_markets); NaN, and in `evidence` an empty text, where it says nothing."""

    score: Floats
    appeal: Floats
    low: Floats
    high: Floats
    evidence: NDArray[np.object_]


def predict_holdout(
    ranker: TitleRanker, holdout: Holdout, truth: Truth, history: pd.DataFrame | None = None
) -> Predicted:
    """Ask a fitted ranker for the titles and markets that judge it.

    Of a market that it has not learned it says the mean, over the learned markets that the title is foreign to, of its
    appeal, or where it has none of the percentile of its score within the market: scores do not compare across markets.
    How much evidence such a mean rests on is not said.

    Parameters
    ----------
    ranker : TitleRanker
    holdout : Holdout
    truth : Truth
        Of the holdout.
    history : DataFrame or None
        Shown to the ranker.
    """
    learned = tuple(getattr(ranker, "markets_", truth.markets))
    direct = [m for m in truth.markets if m in learned or getattr(ranker, "knows_any_market", False)]
    transferred = [m for m in truth.markets if m not in direct]
    asked = [*direct, *(m for m in learned if m not in direct)] if transferred else direct
    scores = ranker.predict(holdout.judged, asked, history=history, as_of=holdout.as_of, explain=0)
    row = pd.Index(truth.title_ids).get_indexer(pd.Index(scores["title_id"]))
    column = pd.Index(asked).get_indexer(pd.Index(scores["market"]))

    def spread(name: str) -> Floats:
        matrix = np.full((len(truth.title_ids), len(asked)), np.nan)
        if name in scores.columns:
            matrix[row, column] = scores[name].to_numpy(dtype=np.float64)
        return matrix

    said = {name: spread(name) for name in ("score", "appeal", "low", "high")}
    evidence = np.full((len(truth.title_ids), len(asked)), "", dtype=object)
    if "evidence" in scores.columns:
        evidence[row, column] = scores["evidence"].astype(str)
    if transferred:
        said = _with_transferred(said, truth.markets, asked, [asked.index(m) for m in learned])
        place = [asked.index(m) if m in asked else None for m in truth.markets]
        none = np.full(len(truth.title_ids), "", dtype=object)
        evidence = np.column_stack([none if at is None else evidence[:, at] for at in place])
    return Predicted(**said, evidence=evidence)


def _with_transferred(
    said: dict[str, Floats], markets: Sequence[str], asked: Sequence[str], learned: list[int]
) -> dict[str, Floats]:
    means = {name: _mean_of_known(matrix[:, learned]) for name, matrix in said.items()}
    if np.isfinite(means["appeal"]).any():
        means["score"] = means["appeal"]
    else:
        means["score"] = _mean_of_known(_percentiles(said["score"][:, learned]))
    out = {name: np.empty((len(means[name]), len(markets))) for name in said}
    for place, market in enumerate(markets):
        for name, matrix in said.items():
            out[name][:, place] = matrix[:, asked.index(market)] if market in asked else means[name]
    return out


def _percentiles(score: Floats) -> Floats:
    placed = np.full_like(score, np.nan)
    for column in range(score.shape[1]):
        known = np.isfinite(score[:, column])
        placed[known, column] = percentile_of(score[known, column])
    return placed


def _mean_of_known(matrix: Floats) -> Floats:
    count = np.isfinite(matrix).sum(axis=1)
    return over(np.nansum(matrix, axis=1), count)
