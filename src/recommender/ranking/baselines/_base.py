"""What all baselines share: the ranker's own interface, and what they are given to learn from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from recommender.errors import NotEnoughDataError
from recommender.features import TextEncoder, TitleFacts, collect_facts
from recommender.ranking._asked import NO_OUTCOMES, prediction_day, wanted_markets
from recommender.ranking._labels import day_after, label, seen_before
from recommender.schema import iso_day
from recommender.sources import complete_titles

__all__ = ["Baseline", "Example", "Floats", "TextBaseline"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Example:
    """Titles to learn from, or to score.

    Attributes
    ----------
    titles : DataFrame, shape (n_titles, n_columns)
    facts : TitleFacts
        Of the same titles; without vectors where the baseline reads no text.
    markets : tuple of str
    outcomes : DataFrame
        What may be seen: all outcomes before the day in training, the titles' history when scoring.
    relevance : ndarray, shape (n_titles, n_markets), float64
        0 to 1 within the market; NaN where not known, and throughout when scoring.
    """

    titles: pd.DataFrame
    facts: TitleFacts
    markets: tuple[str, ...]
    outcomes: pd.DataFrame
    relevance: Floats

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where the relevance is known, shape (n_titles, n_markets)."""
        return np.isfinite(self.relevance)

    def market_means(self) -> Floats:
        """Return the mean relevance of each market, shape (n_markets,)."""
        return np.asarray(np.where(self.known, self.relevance, 0).sum(axis=0) / self.known.sum(axis=0))


class Baseline(BaseEstimator, ABC):  # type: ignore[misc]
    """A simple ranking, fitted and asked like `Ranker`; its score has no scale and only orders titles within a market.

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
        CallError
            If `as_of` is not a day, or `titles` is no titles table; see `recommender.sources.complete_titles`.
        MissingExtraError
            If the baseline needs a library that is not installed.
        """
        if outcomes.empty:
            raise NotEnoughDataError("there are no outcomes to learn from", hint="Give a table of outcomes.")
        self.as_of_ = day_after(outcomes) if as_of is None else iso_day(as_of, "as_of")
        # The last bits of a sum depend on the order of its terms.
        titles = _sorted(complete_titles(titles))
        facts = self._facts(titles)
        seen = seen_before(outcomes, self.as_of_)
        labels = label(facts, seen, self.as_of_)
        self.markets_ = labels.markets
        self._learn(Example(titles, facts, labels.markets, seen, labels.relevance.astype(np.float64)))
        return self

    def predict(
        self,
        titles: pd.DataFrame,
        markets: Sequence[str] | None = None,
        *,
        history: pd.DataFrame | None = None,
        as_of: str | None = None,
        explain: int | None = None,  # noqa: ARG002
    ) -> pd.DataFrame:
        """Score titles for the markets that they are foreign to.

        Parameters
        ----------
        titles : DataFrame
            As `read_titles` returns it.
        markets : sequence of str or None
            ISO 3166-1 codes; all that were learned by default.
        history : DataFrame or None
            Outcomes of these titles elsewhere; read only where `uses_history` says so.
        as_of : str or None
            History dated on or after it is not looked at; the day of fitting by default, and no earlier one.
        explain
            Taken so that a baseline can stand wherever a `Ranker` does.

        Returns
        -------
        DataFrame
            ``market``, ``rank`` (int64, 1 is best), ``title_id``, ``score`` (float64), by market and rank.
            Equal scores are ordered by title and id.

        Raises
        ------
        CallError
            If a market is not one that was learned, or the model has seen outcomes from after `as_of`, that is not a day,
            or `titles` is no titles table.
        """
        check_is_fitted(self)
        day = prediction_day(as_of, self.as_of_)
        wanted = wanted_markets(markets, self.markets_)
        titles = complete_titles(titles).reset_index(drop=True)
        facts = self._facts(titles)
        seen = NO_OUTCOMES if history is None else seen_before(history, day)
        asked = Example(titles, facts, wanted, seen, np.full((len(titles), len(wanted)), np.nan))
        title, place = np.nonzero(facts.foreign(wanted))
        score = self._score(asked)[title, place] if len(title) else np.empty(0)
        names = np.array([f"{name}\0{key}" for name, key in zip(titles["title"], titles["title_id"], strict=True)])
        order = np.lexsort((names[title], -score, place))
        ranks = [np.arange(1, count + 1) for count in np.bincount(place, minlength=len(wanted))]
        return pd.DataFrame(
            {
                "market": pd.Series(np.array(wanted, dtype=object)[place[order]], dtype="str"),
                "rank": np.concatenate([np.empty(0, dtype=np.int64), *ranks]),
                "title_id": pd.Series(facts.title_ids[title[order]], dtype="str"),
                "score": score[order],
            }
        )

    def _facts(self, titles: pd.DataFrame) -> TitleFacts:
        return collect_facts(titles, cast(TextEncoder, _NoText()))

    def _columns(self, markets: Sequence[str]) -> list[int]:
        """Return the places of markets among those learned."""
        return [self.markets_.index(market) for market in markets]

    def _learn(self, seen: Example) -> None:
        """Learn what the score needs; nothing by default."""

    @abstractmethod
    def _score(self, asked: Example) -> Floats:
        """Return the score of every title in every market, shape (n_titles, n_markets)."""


class TextBaseline(Baseline):
    """A baseline that reads titles and synopses through the text encoder.

    Parameters
    ----------
    encoder : str, default="all-MiniLM-L6-v2"
    cache_dir : str or None, default=None
        Where embeddings are kept; the user's cache folder by default.
    """

    encoder: str
    cache_dir: str | None

    def _facts(self, titles: pd.DataFrame) -> TitleFacts:
        return collect_facts(titles, TextEncoder(self.encoder, cache_dir=self.cache_dir, show_progress=True))


class _NoText:
    """Stands where facts want an encoder: most baselines read no text, so none is encoded."""

    def fit_transform(self, texts: Sequence[Any]) -> NDArray[np.float32]:
        return np.zeros((len(texts), 1), dtype=np.float32)


def by_market(rows: Floats, weights: Floats) -> Floats:
    """Return ``rows @ weights``, each cell summed by itself.

    A matrix product sums in an order that depends on the shape of both and on the processor: titles that are told alike
    would differ in their last digits, and their order by which other titles and markets are asked.

    Parameters
    ----------
    rows : ndarray, shape (n_titles, n_inputs), float64
    weights : ndarray, shape (n_inputs, n_markets), float64

    Returns
    -------
    ndarray, shape (n_titles, n_markets), float64

    Examples
    --------
    >>> by_market(np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0], [10.0]]))
    array([[21.],
           [10.]])
    """
    rows = np.ascontiguousarray(rows)
    products = np.empty((len(rows), weights.shape[1]))
    for market in range(weights.shape[1]):
        products[:, market] = np.einsum("ti,i->t", rows, np.ascontiguousarray(weights[:, market]))
    return products


def _sorted(titles: pd.DataFrame) -> pd.DataFrame:
    return titles.sort_values(["title", "year", "title_id"], kind="stable").reset_index(drop=True)
