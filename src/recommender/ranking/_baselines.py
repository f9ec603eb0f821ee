"""What a ranking must beat, behind the ranker's own interface: chance, newness, origin and genre."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from recommender.errors import CallError, NotEnoughDataError, did_you_mean
from recommender.features import (
    TextEncoder,
    TitleFacts,
    collect_facts,
    content_keys,
    word_matrix,
    year_fraction,
)
from recommender.ranking._labels import Labels, day_after, label, seen_before

__all__ = ["BASELINES", "Baseline", "NewestRanker", "OriginGenreRanker", "ShuffleRanker"]


class Baseline(BaseEstimator, ABC):  # type: ignore[misc]
    """A ranking without a model, fitted and asked like `Ranker`.

    It reads no text and no history, and its score has no scale: it only orders titles within a market.

    Attributes
    ----------
    as_of_ : str
        Outcomes dated on or after this day were not looked at.
    markets_ : tuple of str
        The markets with enough outcomes to learn from, as `Ranker` has them.
    """

    uses_history: ClassVar[bool] = False

    def fit(self, titles: pd.DataFrame, outcomes: pd.DataFrame, *, as_of: str | None = None) -> Self:
        """Learn from the outcomes known before a day.

        Parameters
        ----------
        titles, outcomes : DataFrame
            As `read_titles` and `read_outcomes` return them.
        as_of : str or None
            ISO date; by default the day after the newest outcome.

        Raises
        ------
        NotEnoughDataError
            If no market has ten foreign titles with an outcome.
        """
        if outcomes.empty:
            raise NotEnoughDataError("there are no outcomes to learn from", hint="Give a table of outcomes.")
        self.as_of_ = as_of or day_after(outcomes)
        facts = _facts(titles)
        labels = label(facts, seen_before(outcomes, self.as_of_), self.as_of_)
        self.markets_ = labels.markets
        self._learn(facts, labels)
        return self

    def predict(
        self,
        titles: pd.DataFrame,
        markets: Sequence[str] | None = None,
        *,
        history: pd.DataFrame | None = None,  # noqa: ARG002
        as_of: str | None = None,  # noqa: ARG002
        explain: int | None = None,  # noqa: ARG002
    ) -> pd.DataFrame:
        """Score titles for the markets that they are foreign to.

        Parameters
        ----------
        titles : DataFrame
            As `read_titles` returns it.
        markets : sequence of str or None
            ISO 3166-1 codes; all that were learned by default.
        history, as_of, explain
            Taken so that a baseline can stand wherever a `Ranker` does; nothing here depends on them.

        Returns
        -------
        DataFrame
            ``market``, ``rank`` (int64, 1 is best), ``title_id``, ``score`` (float64), by market and rank.
            Equal scores are ordered by title and id.

        Raises
        ------
        CallError
            If a market is not one that was learned.
        """
        check_is_fitted(self)
        wanted = tuple(self.markets_ if markets is None else dict.fromkeys(markets))
        for market in wanted:
            if market not in self.markets_:
                raise CallError(
                    f"the market {market!r} has not been learned; known are {', '.join(self.markets_)}",
                    hint=did_you_mean(market, self.markets_) or "Train with outcomes of that market.",
                )
        facts = _facts(titles)
        title, place = np.nonzero(facts.foreign(wanted))
        score = self._score(titles, facts, wanted)[title, place]
        names = np.array([f"{name}\0{key}" for name, key in zip(titles["title"], titles["title_id"], strict=True)])
        order = np.lexsort((names[title], -score, place))
        counts = np.bincount(place, minlength=len(wanted))
        return pd.DataFrame(
            {
                "market": pd.Series(np.array(wanted, dtype=object)[place[order]], dtype="str"),
                "rank": np.concatenate([np.arange(1, count + 1, dtype=np.int64) for count in counts]),
                "title_id": pd.Series(facts.title_ids[title[order]], dtype="str"),
                "score": score[order],
            }
        )

    def _learn(self, facts: TitleFacts, labels: Labels) -> None:
        """Learn what the score needs; nothing by default."""

    @abstractmethod
    def _score(self, titles: pd.DataFrame, facts: TitleFacts, markets: Sequence[str]) -> NDArray[np.float64]:
        """Return the score of every title in every market, shape (n_titles, n_markets)."""


class ShuffleRanker(Baseline):
    """Ranks by chance: the same title in the same market always draws the same score.

    Parameters
    ----------
    random_state : int, default=0

    Examples
    --------
    >>> from recommender.ranking import ShuffleRanker
    >>> ShuffleRanker(random_state=7)
    ShuffleRanker(random_state=7)
    """

    def __init__(self, *, random_state: int = 0) -> None:
        self.random_state = random_state

    def _score(self, titles: pd.DataFrame, facts: TitleFacts, markets: Sequence[str]) -> NDArray[np.float64]:
        score = np.empty((len(facts), len(markets)))
        for row, key in enumerate(content_keys(titles)):
            for column, market in enumerate(markets):
                digest = hashlib.sha256(f"{self.random_state}|{market}|{key}".encode()).digest()
                score[row, column] = int.from_bytes(digest[:6]) / 2**48
        return score


class NewestRanker(Baseline):
    """Ranks the newest first, by release date or else by year; titles that tell neither come last.

    Examples
    --------
    >>> from recommender.ranking import NewestRanker
    >>> NewestRanker()
    NewestRanker()
    """

    def _score(
        self,
        titles: pd.DataFrame,
        facts: TitleFacts,  # noqa: ARG002
        markets: Sequence[str],
    ) -> NDArray[np.float64]:
        when = [
            year_fraction(date) if isinstance(date, str) else float(0 if pd.isna(year) else year)
            for date, year in zip(titles["release_date"], titles["year"], strict=True)
        ]
        return np.repeat(np.array(when, dtype=np.float64)[:, None], len(markets), axis=1)


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

    def _learn(self, facts: TitleFacts, labels: Labels) -> None:
        known = np.isfinite(labels.relevance)
        relevance = np.where(known, labels.relevance, 0).astype(np.float64)
        self.market_means_ = relevance.sum(axis=0) / known.sum(axis=0)
        self.vocabulary_: dict[str, list[str]] = {}
        self.means_: dict[str, NDArray[np.float64]] = {}
        met = np.flatnonzero(known.any(axis=1))
        for field in ("countries", "genres"):
            words = facts.words[field]
            vocabulary = sorted({word for row in met for word in words[row]})
            having = word_matrix(words, vocabulary).T.tocsr()
            total, count = having @ relevance, having @ known.astype(np.float64)
            self.vocabulary_[field] = vocabulary
            self.means_[field] = (total + self.shrinkage * self.market_means_) / (count + self.shrinkage)

    def _score(
        self,
        titles: pd.DataFrame,  # noqa: ARG002
        facts: TitleFacts,
        markets: Sequence[str],
    ) -> NDArray[np.float64]:
        columns = [self.markets_.index(market) for market in markets]
        score = np.zeros((len(facts), len(markets)))
        for field, means in self.means_.items():
            having = word_matrix(facts.words[field], self.vocabulary_[field])
            count = np.asarray(having.sum(axis=1)).reshape(-1, 1)
            mean = np.divide(having @ means[:, columns], count, out=np.zeros_like(score), where=count > 0)
            score += np.where(count > 0, mean, self.market_means_[columns]) / 2
        return score


BASELINES: dict[str, type[Baseline]] = {
    "shuffle": ShuffleRanker,
    "newest": NewestRanker,
    "origin_genre": OriginGenreRanker,
}
"""The baselines by the names that experiments use."""


class _NoText:
    """Stands where facts want an encoder: baselines read no text, so none is encoded."""

    def fit_transform(self, texts: Sequence[Any]) -> NDArray[np.float32]:
        return np.zeros((len(texts), 1), dtype=np.float32)


def _facts(titles: pd.DataFrame) -> TitleFacts:
    return collect_facts(titles, cast(TextEncoder, _NoText()))
