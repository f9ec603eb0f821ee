"""How earlier titles by the same people and companies, of the same origin and genre, did."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.features._base import FeatureGroup, Known, Pairs, shrunken_mean, word_matrix
from recommender.features._facts import TitleFacts
from recommender.features._transliteration import sound_key

__all__ = ["TrackRecord"]

_FIELDS = {
    "directors": "director",
    "studios": "studio",
    "cast": "cast",
    "franchise": "franchise",
    "countries": "origin's record",
    "countries together": "origins together",
    "genres": "genre's record",
    "origin and genre": "origin and genre",
}
_DETAILS = (
    "in this market",
    "best in this market",
    "in all markets",
    "here against all markets",
    "lately in this market",
    "best earlier title",
    "titles known",
)
# A better record may only raise a score; what is against others, or a count, may mean either.
_RAISING = frozenset(_DETAILS) - {"here against all markets", "titles known"}


class TrackRecord(FeatureGroup):
    """How earlier titles that share a word with the title did, against the market's usual level.

    For each of director, studio, cast, franchise, origin, origins together, genre, and origin with genre: the shrunken
    mean of the title's words in the market, the best of them, the mean over all markets, the first against the third,
    the first among titles of the last years, the best earlier title, and the number of earlier titles. Means are log
    ratios to the market's mean, so that they say the same of a generous and of a hard market, early in a chart's life and
    late. It learns from relevance: within training it must be computed out of fold, or from the past.

    Parameters
    ----------
    shrinkage : float, default=3.0
        How many average titles each mean starts with.
    recent_years : int, default=4
        Titles at most so many years old count as lately.

    Attributes
    ----------
    vocabulary_ : dict of str to ndarray of str
    here_, lately_ : dict of str to ndarray, shape (n_words, n_markets), float32
    everywhere_, best_, count_ : dict of str to ndarray, shape (n_words,), float32
    markets_ : list of str
    """

    def __init__(self, *, shrinkage: float = 3.0, recent_years: int = 4) -> None:
        self.shrinkage = shrinkage
        self.recent_years = recent_years

    def fit(self, known: Known) -> Self:
        """Average what is known, word by word."""
        seen = np.isfinite(known.relevance)
        relevance = np.where(seen, known.relevance, 0).astype(np.float64)
        prior = self._prior(relevance, seen)
        recent = known.facts.numbers["year"].to_numpy() >= float(known.as_of[:4]) - self.recent_years
        self.markets_ = list(known.markets)
        self.vocabulary_: dict[str, NDArray[np.str_]] = {}
        self.here_: dict[str, NDArray[np.float32]] = {}
        self.lately_: dict[str, NDArray[np.float32]] = {}
        self.everywhere_: dict[str, NDArray[np.float32]] = {}
        self.best_: dict[str, NDArray[np.float32]] = {}
        self.count_: dict[str, NDArray[np.float32]] = {}
        met = np.asarray(seen.any(axis=1))
        mean = np.divide(relevance.sum(axis=1), seen.sum(axis=1), out=np.zeros(len(met)), where=met)
        recent_prior = self._prior(relevance[recent], seen[recent])
        for field in _FIELDS:
            words = _words(known.facts, field)
            vocabulary = sorted({word for row in np.flatnonzero(met) for word in words[row]})
            matrix = word_matrix(words, vocabulary).T.tocsr().astype(np.float64)
            total, count = matrix @ relevance, matrix @ seen.astype(np.float64)
            self.vocabulary_[field] = np.array(vocabulary, dtype=np.str_)
            self.here_[field] = _ratio(total, count, prior, self.shrinkage)
            late = matrix[:, np.flatnonzero(recent)]
            self.lately_[field] = _ratio(
                late @ relevance[recent], late @ seen[recent].astype(float), recent_prior, self.shrinkage
            )
            # Against what the same markets gave the average title: a word met only in hard markets is not punished.
            expected = (count * prior).sum(axis=1)
            some = self.shrinkage * max(float(prior.mean()), 1e-6) * len(prior)
            self.everywhere_[field] = np.log((total.sum(axis=1) + some) / (expected + some)).astype(np.float32)
            best = matrix.multiply(mean[None, :]).max(axis=1).toarray().ravel() if vocabulary else np.zeros(0)
            self.best_[field] = best.astype(np.float32)
            self.count_[field] = (matrix @ met.astype(np.float64)).astype(np.float32)
        return self

    def transform(self, pairs: Pairs) -> NDArray[np.float32]:
        """Return the features, shape (n_pairs, 56); NaN where no earlier title shares a word."""
        unique, row = np.unique(pairs.title, return_inverse=True)
        column = {market: i for i, market in enumerate(self.markets_)}
        at = np.array([column.get(market, -1) for market in pairs.markets])
        features = np.empty((len(pairs), len(_FIELDS) * len(_DETAILS)), dtype=np.float32)
        for number, field in enumerate(_FIELDS):
            words = pairs.facts.franchise_lookups() if field == "franchise" else _words(pairs.facts, field)
            matrix = word_matrix([words[i] for i in unique], self.vocabulary_[field].tolist())
            block = self._describe(field, matrix.indptr, matrix.indices, at)
            features[:, number * len(_DETAILS) : (number + 1) * len(_DETAILS)] = block[row, :, pairs.market]
        return features

    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the names of the columns."""
        return np.array([f"{topic}: {detail}" for topic in _FIELDS.values() for detail in _DETAILS], dtype=object)

    def get_increasing(self) -> NDArray[np.bool_]:
        """Return which columns may only raise a score: how well earlier titles did."""
        return np.tile([detail in _RAISING for detail in _DETAILS], len(_FIELDS))

    def _prior(self, relevance: NDArray[np.float64], seen: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return each market's mean, shrunken to the mean of all."""
        n_seen = seen.sum(axis=0)
        grand = float(relevance.sum() / max(n_seen.sum(), 1))
        return np.asarray(shrunken_mean(relevance.sum(axis=0), n_seen, np.array(grand), self.shrinkage))

    def _describe(
        self, field: str, indptr: NDArray[np.intp], indices: NDArray[np.intp], at: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Return the details of each title in each market, shape (n_titles, n_details, n_markets)."""
        n_words = np.diff(indptr)
        described = np.full((len(n_words), len(_DETAILS), len(at)), np.nan, dtype=np.float32)
        described[:, -1] = 0
        has = np.flatnonzero(n_words)
        if not len(has):
            return described
        here, lately = self.here_[field][indices][:, at], self.lately_[field][indices][:, at]
        here[:, at < 0] = lately[:, at < 0] = np.nan
        starts = indptr[has]
        n = n_words[has][:, None]
        described[has, 0] = np.add.reduceat(here, starts, axis=0) / n
        described[has, 1] = np.maximum.reduceat(here, starts, axis=0)
        described[has, 2] = np.add.reduceat(self.everywhere_[field][indices], starts)[:, None] / n
        described[has, 3] = described[has, 0] - described[has, 2]
        described[has, 4] = np.add.reduceat(lately, starts, axis=0) / n
        described[has, 5] = np.maximum.reduceat(self.best_[field][indices], starts)[:, None]
        described[has, 6] = np.maximum.reduceat(self.count_[field][indices], starts)[:, None]
        return described


def _ratio(
    total: NDArray[np.float64], count: NDArray[np.float64], prior: NDArray[np.float64], weight: float
) -> NDArray[np.float32]:
    """Return the log of each shrunken mean over the market's."""
    floor = np.maximum(prior, 1e-6)
    return np.asarray(np.log(np.maximum(shrunken_mean(total, count, floor, weight), 1e-9) / floor), dtype=np.float32)


def _words(facts: TitleFacts, field: str) -> list[list[str]]:
    if field == "franchise":
        return facts.franchise_words()
    if field == "studios":
        return [[sound_key(name) for name in names] for names in facts.words[field]]
    if field == "countries together":
        return [["+".join(sorted(countries))] if len(countries) > 1 else [] for countries in facts.words["countries"]]
    if field != "origin and genre":
        return facts.words[field]
    return [
        [f"{country} {genre}" for country in countries for genre in genres]
        for countries, genres in zip(facts.words["countries"], facts.words["genres"], strict=True)
    ]
