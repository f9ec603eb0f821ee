"""What a holdout measures with, whichever ranker is measured: the truth, and facts of the titles that judge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from recommender.errors import NotEnoughDataError
from recommender.evaluation._truth import Gain, Truth, find_others, find_truth, gains
from recommender.evaluation.metrics import draw_weights
from recommender.evaluation.metrics._beyond import word_table
from recommender.evaluation.metrics._ranked import over
from recommender.evaluation.splits import Holdout
from recommender.evaluation.splits._holdout import is_home
from recommender.features import TextEncoder, canonical_genres, content_order
from recommender.ranking import percentile_of, spread_percentiles
from recommender.schema import METRICS

__all__ = ["Yardstick", "make_yardstick", "title_weights"]

Floats = NDArray[np.float64]
_LEAST_POPULAR = 10


@dataclass(frozen=True, eq=False)
class Yardstick:
    """The figures that judge a holdout's rankings.

    Attributes
    ----------
    holdout : Holdout
    truth : Truth
    k : int
    gain : str
    worth, percentile, drawn, positive, popularity : ndarray, shape (n_titles, n_markets)
        What a title is worth in NDCG, its percentile among the market's judged titles (see `find_others`), the same with
        ties drawn apart (what intervals are judged by), whether it is a positive, and its popularity elsewhere; NaN where
        it does not judge, or is not known.
    words : dict of str to csr_array or ndarray, shape (n_titles, n_columns)
        ``genre``, ``origin`` and ``text``: what tells titles apart in a list.
    weights : ndarray, shape (n_resamples, n_titles)
        How often each title is drawn in each resample.
    """

    holdout: Holdout
    truth: Truth
    k: int
    gain: Gain
    worth: Floats
    percentile: Floats
    drawn: Floats
    positive: Floats
    popularity: Floats
    words: dict[str, sparse.csr_array | NDArray[np.float32]]
    weights: Floats


def title_weights(titles: pd.DataFrame, n_resamples: int, seed: int) -> pd.DataFrame:
    """Return how often each title is drawn in each resample, shape (n_resamples, n_titles), columns by title.

    They are drawn over the whole table, in an order of what the titles are: a title that judges in several holdouts is
    drawn equally often in all, and neither ids nor the order of rows matter.
    """
    order = content_order(titles)
    weights = draw_weights(len(titles), n_resamples, seed)
    return pd.DataFrame(weights, columns=titles["title_id"].to_numpy(dtype=str)[order])


def make_yardstick(holdout: Holdout, k: int, gain: Gain, weights: pd.DataFrame, least_positives: int = 10) -> Yardstick:
    """Return what a holdout measures with.

    Raises
    ------
    NotEnoughDataError
        If no market has enough positives.
    """
    truth = find_truth(holdout).with_positives(least_positives)
    if not truth.markets:
        raise NotEnoughDataError(
            f"{holdout.split}, {holdout.name}: no market has {least_positives} judged titles with a positive outcome",
            hint="Judge by more titles: widen the split's share, years or days.",
        )
    judged = np.isfinite(truth.value)
    worth, among_judged, percentile, drawn = (np.full_like(truth.value, np.nan) for _ in range(4))
    for column, market in enumerate(truth.markets):
        here = judged[:, column]
        value = truth.value[here, column]
        worth[here, column] = gains(value, gain)
        among_judged[here, column] = percentile_of(value)
        others = find_others(holdout, market)
        percentile[here, column] = percentile_of(np.concatenate([value, others]))[: len(value)]
        whole = np.concatenate([truth.value[:, column], others])
        drawn[:, column] = spread_percentiles(whole[:, None], np.random.default_rng(0))[: len(drawn), 0]
    positive = np.nan_to_num(among_judged) > 0.5 if gain == "percentile_cubed" else np.nan_to_num(truth.value) > 0
    titles = holdout.judged
    return Yardstick(
        holdout=holdout,
        truth=truth,
        k=k,
        gain=gain,
        worth=np.nan_to_num(worth),
        percentile=percentile,
        drawn=drawn,
        positive=positive.astype(np.float64),
        popularity=_popularity(holdout, truth, among_judged),
        words={
            "genre": word_table([canonical_genres(cell) for cell in titles["genres"]]),
            "origin": word_table([list(cell) for cell in titles["countries"]]),
            "text": TextEncoder().fit_transform(titles["synopsis"].tolist()),
        },
        weights=weights[truth.title_ids].to_numpy(),
    )


def _popularity(holdout: Holdout, truth: Truth, percentile: Floats) -> Floats:
    """Return how popular each title is elsewhere: worldwide, else at home, else in the other markets that judge."""
    titles = holdout.judged
    known = _placed(holdout.history, titles)
    home = holdout.truth[is_home(holdout.truth, titles)]
    known = np.where(np.isfinite(known), known, _placed(home, titles))
    if np.isfinite(known).sum() >= _LEAST_POPULAR:
        return np.repeat(known[:, None], len(truth.markets), axis=1)
    count, total = np.isfinite(percentile).sum(axis=1), np.nansum(percentile, axis=1)
    others = count[:, None] - np.isfinite(percentile)
    rest = total[:, None] - np.nan_to_num(percentile)
    return over(rest, others)


def _placed(rows: pd.DataFrame, titles: pd.DataFrame) -> Floats:
    """Return the mean percentile of each title's audience figures among these titles."""
    is_audience = np.array([METRICS[metric].role == "audience" for metric in rows["metric"]], dtype=bool)
    audience = rows[is_audience].sort_values("as_of", kind="stable")
    placed = []
    for (metric, _), some in audience.groupby(["metric", "market"], sort=True):
        by_title = some.groupby("title_id")["value"]
        value = by_title.sum() if METRICS[str(metric)].nature == "flow" else by_title.last()
        percent = pd.Series(percentile_of(value.to_numpy(dtype=np.float64)), index=value.index)
        placed.append(percent.reindex(titles["title_id"]).to_numpy())
    if not placed:
        return np.full(len(titles), np.nan)
    stacked = np.column_stack(placed)
    count = np.isfinite(stacked).sum(axis=1)
    return over(np.nansum(stacked, axis=1), count)
