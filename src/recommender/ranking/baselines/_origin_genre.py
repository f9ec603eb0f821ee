"""Origin and genre."""

from __future__ import annotations

import numpy as np

from recommender.features import word_matrix
from recommender.ranking.baselines._base import Baseline, Example, Floats

__all__ = ["OriginGenreRanker"]


class OriginGenreRanker(Baseline):
    """Ranks by how titles of the same origin, and of the same genres, did in the market.

    The score is the mean of two figures: the relevance of earlier titles averaged over the title's countries,
    and over its genres, each drawn towards the market's mean. A title that tells neither has that mean.

    Parameters
    ----------
    shrinkage : float, default=10.0
        How many average titles each country and genre starts with.

    Attributes
    ----------
    vocabulary_ : dict of str to list of str
        The ``countries`` and ``genres`` met.
    means_ : dict of str to ndarray, shape (n_words, n_markets), float64
        Their shrunken mean relevance, 0 to 1.
    market_means_ : ndarray, shape (n_markets,), float64

    Examples
    --------
    >>> from recommender.ranking import OriginGenreRanker
    >>> OriginGenreRanker(shrinkage=5.0)
    OriginGenreRanker(shrinkage=5.0)
    """

    def __init__(self, *, shrinkage: float = 10.0) -> None:
        self.shrinkage = shrinkage

    def _learn(self, seen: Example) -> None:
        relevance = np.where(seen.known, seen.relevance, 0)
        self.market_means_ = seen.market_means()
        self.vocabulary_: dict[str, list[str]] = {}
        self.means_: dict[str, Floats] = {}
        met = np.flatnonzero(seen.known.any(axis=1))
        for field in ("countries", "genres"):
            words = seen.facts.words[field]
            vocabulary = sorted({word for row in met for word in words[row]})
            having = word_matrix(words, vocabulary).T.tocsr()
            total, count = having @ relevance, having @ seen.known.astype(np.float64)
            self.vocabulary_[field] = vocabulary
            self.means_[field] = (total + self.shrinkage * self.market_means_) / (count + self.shrinkage)

    def _score(self, asked: Example) -> Floats:
        columns = self._columns(asked.markets)
        score = np.zeros((len(asked.facts), len(columns)))
        for field, means in self.means_.items():
            having = word_matrix(asked.facts.words[field], self.vocabulary_[field])
            count = np.asarray(having.sum(axis=1)).reshape(-1, 1)
            mean = np.divide(having @ means[:, columns], count, out=np.zeros_like(score), where=count > 0)
            score += np.where(count > 0, mean, self.market_means_[columns]) / 2
        return score
