"""Nearest neighbours by words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.ranking.baselines._base import Baseline, Example, Floats, by_market

__all__ = ["TfidfKnnRanker"]

_CHUNK = 1024


class TfidfKnnRanker(Baseline):
    """Ranks by how the titles with the most similar words did: TF-IDF of title, synopsis and genres, cosine.

    The score is the relevance of the nearest titles that are known somewhere, weighted by similarity and drawn towards
    the market's mean; a title without a word in common with any has that mean.

    Parameters
    ----------
    n_neighbors : int, default=30
    shrinkage : float, default=0.5
        How much similarity the market's mean has.

    Attributes
    ----------
    vectorizer_ : TfidfVectorizer
    texts_ : csr_matrix, shape (n_known, n_words)
    relevance_ : ndarray, shape (n_known, n_markets), float64
    market_means_ : ndarray, shape (n_markets,), float64

    Examples
    --------
    >>> from recommender.ranking import TfidfKnnRanker
    >>> TfidfKnnRanker(n_neighbors=10)
    TfidfKnnRanker(n_neighbors=10)
    """

    def __init__(self, *, n_neighbors: int = 30, shrinkage: float = 0.5) -> None:
        self.n_neighbors = n_neighbors
        self.shrinkage = shrinkage

    def _learn(self, seen: Example) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        kept = np.flatnonzero(seen.known.any(axis=1))
        self.market_means_ = seen.market_means()
        # One letter is a word in Chinese, and a genre is one word whatever stands in it.
        word = r"(?u)\b\w+\b"
        self.vectorizer_ = TfidfVectorizer(token_pattern=word, sublinear_tf=True, dtype=np.float64)
        self.texts_ = self.vectorizer_.fit_transform(_texts(seen.titles.iloc[kept]))
        self.relevance_ = seen.relevance[kept]

    def _score(self, asked: Example) -> Floats:
        texts, columns = self.vectorizer_.transform(_texts(asked.titles)), self._columns(asked.markets)
        relevance, known = self.relevance_[:, columns], np.isfinite(self.relevance_[:, columns])
        relevance, means = np.where(known, relevance, 0), self.market_means_[columns]
        score = np.empty((texts.shape[0], len(columns)))
        k = min(self.n_neighbors, len(relevance))
        for start in range(0, texts.shape[0], _CHUNK):
            similarity = (texts[start : start + _CHUNK] @ self.texts_.T).toarray()
            # Of equally near titles none is preferred: all from the k-th nearest on count.
            least = np.partition(similarity, -k, axis=1)[:, -k, None]
            weight = np.where(similarity >= np.maximum(least, 1e-12), similarity, 0)
            total = by_market(weight, relevance) + self.shrinkage * means
            score[start : start + _CHUNK] = total / (by_market(weight, known.astype(float)) + self.shrinkage)
        return score


def _texts(titles: pd.DataFrame) -> list[str]:
    """Return title, synopsis and genres of each title as one text; a genre is a word of its own."""
    return [
        " ".join(
            [title, synopsis if isinstance(synopsis, str) else "", *(f"genre_{'_'.join(g.split())}" for g in genres)]
        )
        for title, synopsis, genres in zip(titles["title"], titles["synopsis"], titles["genres"], strict=True)
    ]
