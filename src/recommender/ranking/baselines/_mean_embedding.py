"""Likeness to what is strong."""

from __future__ import annotations

import numpy as np

from recommender.features import TitleFacts
from recommender.ranking.baselines._base import Example, Floats, TextBaseline, by_market

__all__ = ["MeanEmbeddingRanker"]


class MeanEmbeddingRanker(TextBaseline):
    """Ranks by the cosine to the mean embedding of the market's strongest titles (arXiv 2505.02693).

    A title is embedded by its synopsis, or where it has none by its name. Of titles that are equally strong at the end
    of the list of the strongest, each counts the same share.

    Parameters
    ----------
    n_strongest : int, default=100
    encoder : str, default="all-MiniLM-L6-v2"
    cache_dir : str or None, default=None

    Attributes
    ----------
    centers_ : ndarray, shape (n_markets, n_dimensions), float64
        Unit vectors.

    Examples
    --------
    >>> from recommender.ranking import MeanEmbeddingRanker
    >>> MeanEmbeddingRanker(n_strongest=50)
    MeanEmbeddingRanker(n_strongest=50)
    """

    def __init__(
        self, *, n_strongest: int = 100, encoder: str = "all-MiniLM-L6-v2", cache_dir: str | None = None
    ) -> None:
        self.n_strongest = n_strongest
        self.encoder = encoder
        self.cache_dir = cache_dir

    def _learn(self, seen: Example) -> None:
        vectors = _vectors(seen.facts)
        centers = np.zeros((len(seen.markets), vectors.shape[1]))
        for place in range(len(seen.markets)):
            relevance = np.nan_to_num(seen.relevance[:, place])
            centers[place] = _strongest(relevance, self.n_strongest) @ vectors
        length = np.linalg.norm(centers, axis=1, keepdims=True)
        self.centers_ = np.divide(centers, length, out=np.zeros_like(centers), where=length > 0)

    def _score(self, asked: Example) -> Floats:
        return by_market(_vectors(asked.facts), self.centers_[self._columns(asked.markets)].T)


def _strongest(relevance: Floats, n: int) -> Floats:
    """Return how much each title counts among the `n` strongest: 1, 0, or its share of the last places."""
    n = min(n, int((relevance > 0).sum()))
    if not n:
        return np.zeros_like(relevance)
    last = np.sort(relevance)[-n]
    above, tied = relevance > last, relevance == last
    share: Floats = above + tied * (n - above.sum()) / tied.sum()
    return share


def _vectors(facts: TitleFacts) -> Floats:
    told = facts.vectors.any(axis=1, keepdims=True)
    vectors: Floats = np.where(told, facts.vectors, facts.title_vectors).astype(np.float64)
    return vectors
