"""Every figure of one ranking on one holdout, with its resamples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.evaluation._predicted import Predicted
from recommender.evaluation._yardstick import Yardstick
from recommender.evaluation.metrics import FIGURES, Ranked
from recommender.evaluation.metrics._beyond import diversity_draws, popularity_draws
from recommender.evaluation.metrics._calibration import calibration_bins, calibration_parts
from recommender.evaluation.metrics._order import auc_draws, spearman_draws, spearman_effects
from recommender.evaluation.metrics._ranked import over
from recommender.evaluation.metrics._top import ndcg_draws, ndcg_effects, top_draws

__all__ = ["COMPARED", "WITH_HISTORY", "Judgement", "judge"]

Floats = NDArray[np.float64]
COMPARED = ("ndcg", "spearman")
"""The figures in which two rankings are compared title by title."""


WITH_HISTORY = " + history"
"""What stands behind the name of a ranker that was shown how titles did worldwide and at home."""


@dataclass(frozen=True, eq=False)
class Judgement:
    """What one ranking is worth on one holdout.

    Attributes
    ----------
    ranker, split, holdout : str
    figures : dict of str to float
        By the names of `FIGURES`; NaN where there is none.
    draws : dict of str to ndarray, shape (n_resamples,)
        The same of every resample of the titles.
    effects : dict of str to dict of str to float
        Of ``ndcg`` and ``spearman``: by how much the figure is greater for each title, by its id.
    by_market : DataFrame
        ``market``, ``n_titles``, ``n_positives``, ``ndcg``, ``precision``, ``spearman``.
    bins : ndarray, shape (n_bins, 3)
        Mean appeal, mean percentile reached and titles of each tenth; empty where there is no appeal.
    n_markets, n_titles : int
    seconds : float
        Of fitting and predicting.
    said : DataFrame or None
        Of a ranker that gives appeal, not kept in stores: `title_id`, `market`, `outcome`, `percentile`, `score`,
        `appeal`, `low`, `high`, `held` (whether the interval holds the outcome) and `evidence` of each title that judges in
        a market.
    """

    ranker: str
    split: str
    holdout: str
    figures: dict[str, float]
    draws: dict[str, Floats]
    effects: dict[str, dict[str, float]]
    by_market: pd.DataFrame
    bins: Floats
    n_markets: int
    n_titles: int
    seconds: float
    said: pd.DataFrame | None = None


def judge(ranker: str, predicted: Predicted, yardstick: Yardstick, seconds: float = 0.0) -> Judgement:
    """Judge a ranking: means over markets for what orders titles, all titles of all markets together for the rest."""
    truth, holdout = yardstick.truth, yardstick.holdout
    # The first row is the titles themselves, the others are the resamples.
    weights = np.vstack([np.ones(len(truth.title_ids)), yardstick.weights])
    by_market = [_in_market(predicted, yardstick, weights, column) for column in range(len(truth.markets))]
    rows: dict[str, Floats] = {
        name: _mean(np.vstack([found.rows[name] for found in by_market])) for name in by_market[0].rows
    }
    rows |= _pooled(predicted, yardstick, weights)
    rows["catalogue_coverage"] = _shown(by_market, yardstick, weights)
    judged = np.isfinite(truth.value)
    some = judged.any(axis=1)
    effects = {}
    for name in COMPARED:
        told = [found.effects[name] for found in by_market if np.isfinite(found.rows[name][0])]
        total = np.sum(told, axis=0) / len(told) if told else np.zeros(len(truth.title_ids))
        effects[name] = dict(zip(truth.title_ids[some].tolist(), total[some].tolist(), strict=True))
    table = pd.DataFrame(
        {
            "market": list(truth.markets),
            "n_titles": judged.sum(axis=0),
            "n_positives": yardstick.positive.sum(axis=0).astype(int),
            **{name: [found.rows[name][0] for found in by_market] for name in ("ndcg", "precision", "spearman")},
        }
    )
    known = judged & np.isfinite(predicted.appeal)
    return Judgement(
        ranker=ranker,
        split=holdout.split,
        holdout=holdout.name,
        figures={name: float(rows[name][0]) for name in FIGURES},
        draws={name: rows[name][1:] for name in FIGURES},
        effects=effects,
        by_market=table,
        bins=calibration_bins(predicted.appeal[known], yardstick.percentile[known]),
        n_markets=len(truth.markets),
        n_titles=int(some.sum()),
        seconds=seconds,
        said=_said(predicted, yardstick) if known.any() else None,
    )


def _said(predicted: Predicted, yardstick: Yardstick) -> pd.DataFrame:
    title, market = np.nonzero(np.isfinite(yardstick.truth.value))
    figures = {name: getattr(predicted, name) for name in ("score", "appeal", "low", "high")}
    told = {"outcome": yardstick.truth.value, "percentile": yardstick.percentile, **figures}
    told |= {"held": _held(predicted, yardstick), "evidence": predicted.evidence}
    names = {
        "title_id": yardstick.truth.title_ids[title],
        "market": np.array(yardstick.truth.markets, dtype=object)[market],
    }
    return pd.DataFrame({**names, **{name: values[title, market] for name, values in told.items()}})


@dataclass(frozen=True, eq=False)
class _InMarket:
    """Figures of one market: a value and its resamples each, what each title does to it, and who is in the list."""

    rows: dict[str, Floats]
    effects: dict[str, Floats]
    here: NDArray[np.intp]
    held: Floats


def _in_market(predicted: Predicted, yardstick: Yardstick, weights: Floats, column: int) -> _InMarket:
    k, value = yardstick.k, yardstick.truth.value[:, column]
    here = np.flatnonzero(np.isfinite(value))
    score = predicted.score[here, column]
    # What a ranker leaves out comes last.
    score = np.where(np.isfinite(score), score, -np.inf)
    gain, positive = yardstick.worth[here, column], yardstick.positive[here, column]
    ranked = Ranked(score, weights[:, here])
    held = ranked.share_held(k)
    copies = ranked.weights * held
    rows = {
        "ndcg": ndcg_draws(ranked, gain, k),
        **top_draws(ranked, positive, k),
        "auc": auc_draws(ranked, positive),
        "spearman": spearman_draws(ranked, Ranked(value[here], ranked.weights)),
        "popularity_bias": popularity_draws(ranked, yardstick.popularity[here, column], k),
        **{f"{name}_diversity": diversity_draws(copies, words[here]) for name, words in yardstick.words.items()},
    }
    effects = {name: np.zeros(len(value)) for name in COMPARED}
    effects["ndcg"][here] = ndcg_effects(score, gain, k)
    effects["spearman"][here] = spearman_effects(score, value[here])
    return _InMarket(rows, effects, here, held)


def _pooled(predicted: Predicted, yardstick: Yardstick, weights: Floats) -> dict[str, Floats]:
    """Return calibration and intervals, over all titles of all markets."""
    judged, percentile = np.isfinite(yardstick.truth.value), yardstick.percentile
    rows = {}
    title, market = np.nonzero(judged & np.isfinite(predicted.appeal))
    error = np.full(len(weights), np.nan)
    if len(title):
        bins, difference = calibration_parts(predicted.appeal[title, market], percentile[title, market])
        apart = np.zeros((len(judged), bins.max() + 1))
        np.add.at(apart, (title, bins), difference)
        error = over(np.abs(weights @ apart).sum(axis=1), weights @ np.bincount(title, minlength=len(judged)))
    rows["calibration_error"] = error
    known = judged & np.isfinite(predicted.low) & np.isfinite(predicted.high)
    count = weights @ known.sum(axis=1)
    rows["interval_coverage"] = over(weights @ _held(predicted, yardstick).sum(axis=1), count)
    width = np.where(known, predicted.high - predicted.low, 0)
    rows["interval_width"] = over(weights @ width.sum(axis=1), count)
    return rows


def _held(predicted: Predicted, yardstick: Yardstick) -> NDArray[np.bool_]:
    """Return which intervals hold what came, ties drawn apart."""
    # Comparisons with what is not known are false.
    return np.asarray((predicted.low <= yardstick.drawn) & (yardstick.drawn <= predicted.high))


def _shown(by_market: list[_InMarket], yardstick: Yardstick, weights: Floats) -> Floats:
    """Return the share of the titles that stand in the top of at least one market."""
    missed = np.ones_like(weights)
    for found in by_market:
        missed[:, found.here] *= 1 - found.held
    offered = np.isfinite(yardstick.truth.value).any(axis=1)
    return over((weights * (1 - missed))[:, offered].sum(axis=1), weights[:, offered].sum(axis=1))


def _mean(rows: Floats) -> Floats:
    """Return the mean over markets of each resample, over the markets where the figure is known."""
    known = np.isfinite(rows)
    return over(np.where(known, rows, 0).sum(axis=0), known.sum(axis=0))
