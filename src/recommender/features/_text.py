"""How much a text says of success: ridge regressions on embeddings."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from recommender.features._base import FeatureGroup, Known, Pairs
from recommender.features._facts import TitleFacts

__all__ = ["TextScore"]

_CHUNK = 8192


class TextScore(FeatureGroup):
    """A title's expected relevance by its texts alone, in the market and on average over markets.

    Ridge regressions from the embeddings of synopsis and title. It learns from relevance: within training it must be
    computed out of fold.

    Parameters
    ----------
    alpha : float, default=3.0
        Strength of the penalty.
    title_weight : float, default=0.5
        Weight of the title's embedding beside the synopsis's.
    min_titles : int, default=60
        A market with fewer known titles has only the average over markets.

    Attributes
    ----------
    coef_ : ndarray, shape (n_models, n_inputs), float32
    intercept_ : ndarray, shape (n_models,)
    model_of_market_ : dict of str to int
        Which model serves a market; the average over markets is model 0.
    """

    def __init__(self, *, alpha: float = 3.0, title_weight: float = 0.5, min_titles: int = 60) -> None:
        self.alpha = alpha
        self.title_weight = title_weight
        self.min_titles = min_titles

    def fit(self, known: Known) -> Self:
        """Fit one regression for the average over markets and one for each market with enough titles."""
        inputs = self._inputs(known.facts)
        seen = np.isfinite(known.relevance)
        count = seen.sum(axis=1)
        total = np.where(seen, known.relevance, 0).sum(axis=1)
        average = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
        targets = np.column_stack([average, known.relevance])
        masks = np.isfinite(targets)
        served = [0, *(1 + np.flatnonzero(masks[:, 1:].sum(axis=0) >= self.min_titles))]
        self.coef_ = np.zeros((len(served), inputs.shape[1]), dtype=np.float32)
        self.intercept_ = np.zeros(len(served))
        self.model_of_market_ = {known.markets[column - 1]: row for row, column in enumerate(served) if column}
        # Markets in which the same titles are known share one factorisation.
        _, kinds = np.unique(masks[:, served], axis=1, return_inverse=True)
        for kind in np.unique(kinds):
            rows = np.flatnonzero(kinds == kind)
            columns = [served[row] for row in rows]
            mask = masks[:, columns[0]]
            if not mask.any():
                continue
            model = Ridge(alpha=self.alpha).fit(inputs[mask], targets[np.ix_(mask, columns)])
            self.coef_[rows] = model.coef_
            self.intercept_[rows] = model.intercept_
        return self

    def transform(self, pairs: Pairs) -> NDArray[np.float32]:
        """Return the scores, shape (n_pairs, 2); NaN where a title has no synopsis."""
        unique, row = np.unique(pairs.title, return_inverse=True)
        # In double precision: the last bits of a product depend on what else is multiplied with it, and a title must
        # score the same whatever it is scored with.
        inputs, coef = self._inputs(pairs.facts), self.coef_.T.astype(np.float64)
        scores = np.empty((len(unique), coef.shape[1]))
        for start in range(0, len(unique), _CHUNK):
            scores[start : start + _CHUNK] = inputs[unique[start : start + _CHUNK]].astype(np.float64) @ coef
        scores += self.intercept_
        scores[~pairs.facts.vectors[unique].any(axis=1)] = np.nan
        model = np.array([self.model_of_market_.get(market, 0) for market in pairs.markets])[pairs.market]
        return np.column_stack([scores[row, model], scores[row, 0]]).astype(np.float32)

    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the names of the columns."""
        return np.array(["story: in this market", "story: in all markets"], dtype=object)

    def _inputs(self, facts: TitleFacts) -> NDArray[np.float32]:
        return np.hstack([facts.vectors, self.title_weight * facts.title_vectors])
