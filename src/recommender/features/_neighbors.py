"""How the titles that resemble a title did."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.features._base import FeatureGroup, Known, Pairs
from recommender.features._similarity import each_similarity

__all__ = ["Neighbors"]


class Neighbors(FeatureGroup):
    """Relevance of the nearest stories, weighted by similarity, in the market and on average.

    It learns from relevance: within training it must be computed out of fold.

    Parameters
    ----------
    n_neighbors : int, default=20
        How many stories count.
    sharpness : float, default=8.0
        A neighbour counts exp(sharpness x cosine similarity).

    Attributes
    ----------
    vectors_ : ndarray, shape (n_known, dimension), float32
    relevance_ : ndarray, shape (n_known, n_markets + 1), float32
        The last column is the average over markets.
    markets_ : list of str
    """

    def __init__(self, *, n_neighbors: int = 20, sharpness: float = 8.0) -> None:
        self.n_neighbors = n_neighbors
        self.sharpness = sharpness

    def fit(self, known: Known) -> Self:
        """Keep the stories of titles whose relevance is known somewhere."""
        seen = np.isfinite(known.relevance)
        kept = seen.any(axis=1) & known.facts.vectors.any(axis=1)
        total = np.where(seen, known.relevance, 0).sum(axis=1)
        average = total[kept] / seen[kept].sum(axis=1)
        self.vectors_ = known.facts.vectors[kept]
        self.relevance_ = np.column_stack([known.relevance[kept], average]).astype(np.float32)
        self.markets_ = list(known.markets)
        return self

    def transform(self, pairs: Pairs) -> NDArray[np.float32]:
        """Return the weighted mean in the market and on average, shape (n_pairs, 2)."""
        unique, row = np.unique(pairs.title, return_inverse=True)
        means = np.full((len(unique), self.relevance_.shape[1]), np.nan, dtype=np.float32)
        k = min(self.n_neighbors, len(self.vectors_))
        for rows, similarity in each_similarity(pairs.facts.vectors[unique], self.vectors_):
            order = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
            close = np.take_along_axis(similarity, order, axis=1)
            weight = np.exp(self.sharpness * close)[:, :, None]
            values = self.relevance_[order]
            seen = np.isfinite(values)
            weights = (weight * seen).sum(axis=1)
            sums = (weight * np.where(seen, values, 0)).sum(axis=1)
            means[rows] = np.divide(sums, weights, out=np.full_like(sums, np.nan), where=weights > 0)
        column = {market: i for i, market in enumerate(self.markets_)}
        at = np.array([column.get(market, len(self.markets_)) for market in pairs.markets])[pairs.market]
        return np.column_stack([means[row, at], means[row, -1]])

    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the names of the columns."""
        names = ["in this market", "in all markets"]
        return np.array([f"similar stories: {name}" for name in names], dtype=object)
