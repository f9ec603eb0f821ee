"""How earlier titles by the same people and companies, of the same origin and genre, did."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.features._base import FeatureGroup, Known, Pairs, shrunken_mean, word_matrix
from recommender.features._facts import TitleFacts

__all__ = ["TrackRecord"]

_FIELDS = {
    "directors": "director",
    "studios": "studio",
    "cast": "cast",
    "franchise": "franchise",
    "countries": "origin's record",
    "genres": "genre's record",
    "origin and genre": "origin and genre",
}
_DETAILS = ("in this market", "best in this market", "in all markets", "titles known")


class TrackRecord(FeatureGroup):
    """Shrunken means of relevance of earlier titles that share a word with the title.

    For each of director, studio, cast, franchise, origin, genre, and origin with genre: the mean over the title's words
    in the market, the best of them, the mean over all markets, and the number of earlier titles. It learns from
    relevance: within training it must be computed out of fold.

    Parameters
    ----------
    shrinkage : float, default=3.0
        How many average titles each mean starts with.

    Attributes
    ----------
    vocabulary_ : dict of str to ndarray of str
    here_ : dict of str to ndarray, shape (n_words, n_markets), float32
    everywhere_ : dict of str to ndarray, shape (n_words,), float32
    count_ : dict of str to ndarray, shape (n_words,), float32
    markets_ : list of str
    """

    def __init__(self, *, shrinkage: float = 3.0) -> None:
        self.shrinkage = shrinkage

    def fit(self, known: Known) -> Self:
        """Average what is known, word by word."""
        seen = np.isfinite(known.relevance)
        relevance = np.where(seen, known.relevance, 0).astype(np.float32)
        n_seen = seen.sum(axis=0)
        grand = float(relevance.sum() / max(n_seen.sum(), 1))
        prior = shrunken_mean(relevance.sum(axis=0), n_seen, np.array(grand), self.shrinkage)
        self.markets_ = list(known.markets)
        self.vocabulary_: dict[str, NDArray[np.str_]] = {}
        self.here_: dict[str, NDArray[np.float32]] = {}
        self.everywhere_: dict[str, NDArray[np.float32]] = {}
        self.count_: dict[str, NDArray[np.float32]] = {}
        met = seen.any(axis=1)
        for field in _FIELDS:
            words = _words(known.facts, field)
            vocabulary = sorted({word for row in np.flatnonzero(met) for word in words[row]})
            matrix = word_matrix(words, vocabulary).T.tocsr()
            total, count = matrix @ relevance, matrix @ seen.astype(np.float32)
            self.vocabulary_[field] = np.array(vocabulary, dtype=np.str_)
            self.here_[field] = shrunken_mean(total, count, prior, self.shrinkage).astype(np.float32)
            # Each market's own level is taken off first, so that a word met only in hard markets is not punished.
            lift = (total - count * prior).sum(axis=1) / (count.sum(axis=1) + self.shrinkage * len(prior))
            self.everywhere_[field] = lift.astype(np.float32)
            self.count_[field] = (matrix @ met.astype(np.float32)).astype(np.float32)
        self.prior_ = prior.astype(np.float32)
        return self

    def transform(self, pairs: Pairs) -> NDArray[np.float32]:
        """Return the features, shape (n_pairs, 28); NaN where no earlier title shares a word."""
        unique, row = np.unique(pairs.title, return_inverse=True)
        column = {market: i for i, market in enumerate(self.markets_)}
        at = np.array([column.get(market, -1) for market in pairs.markets])
        blocks = []
        for field in _FIELDS:
            words = _words(pairs.facts, field)
            matrix = word_matrix([words[i] for i in unique], self.vocabulary_[field].tolist())
            blocks.append(self._describe(field, matrix.indptr, matrix.indices, at)[row, :, pairs.market])
        return np.hstack(blocks).astype(np.float32)

    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the names of the columns."""
        return np.array([f"{topic}: {detail}" for topic in _FIELDS.values() for detail in _DETAILS], dtype=object)

    def _describe(
        self, field: str, indptr: NDArray[np.intp], indices: NDArray[np.intp], at: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Return the four details of each title in each market, shape (n_titles, 4, n_markets)."""
        n_words = np.diff(indptr)
        described = np.full((len(n_words), len(_DETAILS), len(at)), np.nan, dtype=np.float32)
        described[:, 3] = 0
        has = np.flatnonzero(n_words)
        if not len(has):
            return described
        here = self.here_[field][indices][:, at]
        here[:, at < 0] = np.nan
        starts = indptr[has]
        n = n_words[has][:, None]
        described[has, 0] = np.add.reduceat(here, starts, axis=0) / n
        described[has, 1] = np.maximum.reduceat(here, starts, axis=0)
        described[has, 2] = np.add.reduceat(self.everywhere_[field][indices], starts)[:, None] / n
        described[has, 3] = np.maximum.reduceat(self.count_[field][indices], starts)[:, None]
        return described


def _words(facts: TitleFacts, field: str) -> list[list[str]]:
    if field != "origin and genre":
        return facts.words[field]
    return [
        [f"{country} {genre}" for country in countries for genre in genres]
        for countries, genres in zip(facts.words["countries"], facts.words["genres"], strict=True)
    ]
