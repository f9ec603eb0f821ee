"""Ridge regression on embeddings and metadata."""

from __future__ import annotations

import numpy as np

from recommender.features import word_matrix
from recommender.ranking.baselines._base import Example, Floats, TextBaseline, by_market

__all__ = ["RidgeEmbeddingsRanker"]

_WORDS = ("genres", "countries")


class RidgeEmbeddingsRanker(TextBaseline):
    """Ranks by a ridge regression of relevance on the embeddings of synopsis and title, genres, origin and year.

    One regression a market, on the titles known there.

    Parameters
    ----------
    alpha : float, default=3.0
        Strength of the penalty.
    with_metadata : bool, default=True
        False: embeddings alone.
    encoder : str, default="all-MiniLM-L6-v2"
    cache_dir : str or None, default=None

    Attributes
    ----------
    coef_ : ndarray, shape (n_inputs, n_markets)
    intercept_ : ndarray, shape (n_markets,)

    Examples
    --------
    >>> from recommender.ranking import RidgeEmbeddingsRanker
    >>> RidgeEmbeddingsRanker(alpha=10.0)
    RidgeEmbeddingsRanker(alpha=10.0)
    """

    def __init__(
        self,
        *,
        alpha: float = 3.0,
        with_metadata: bool = True,
        encoder: str = "all-MiniLM-L6-v2",
        cache_dir: str | None = None,
    ) -> None:
        self.alpha = alpha
        self.with_metadata = with_metadata
        self.encoder = encoder
        self.cache_dir = cache_dir

    def _learn(self, seen: Example) -> None:
        from sklearn.linear_model import Ridge

        known = seen.known
        met = np.flatnonzero(known.any(axis=1))
        self.vocabulary_ = {
            field: sorted({word for row in met for word in seen.facts.words[field][row]}) for field in _WORDS
        }
        year = seen.facts.numbers["year"].to_numpy()[met]
        year = year[np.isfinite(year)]
        self.year_ = (float(year.mean()), float(year.std()) or 1.0) if len(year) else (0.0, 1.0)
        inputs = self._inputs(seen)
        self.coef_ = np.empty((inputs.shape[1], len(seen.markets)))
        self.intercept_ = np.empty(len(seen.markets))
        # Markets in which the same titles are known share one factorisation.
        _, kinds = np.unique(known, axis=1, return_inverse=True)
        for kind in np.unique(kinds):
            columns = np.flatnonzero(kinds == kind)
            rows = known[:, columns[0]]
            model = Ridge(alpha=self.alpha).fit(inputs[rows], seen.relevance[np.ix_(rows, columns)])
            self.coef_[:, columns] = np.atleast_2d(model.coef_).T
            self.intercept_[columns] = model.intercept_

    def _score(self, asked: Example) -> Floats:
        columns = self._columns(asked.markets)
        return by_market(self._inputs(asked), self.coef_[:, columns]) + self.intercept_[columns]

    def _inputs(self, example: Example) -> Floats:
        facts = example.facts
        blocks = [facts.vectors, 0.5 * facts.title_vectors]
        if self.with_metadata:
            mean, spread = self.year_
            year = np.nan_to_num((facts.numbers["year"].to_numpy() - mean) / spread)
            # Far beyond what was learned, a line says nothing.
            blocks += [np.clip(year, -3, 3)[:, None] / 3]
            blocks += [0.5 * word_matrix(facts.words[field], self.vocabulary_[field]).toarray() for field in _WORDS]
        return np.hstack(blocks).astype(np.float64)
