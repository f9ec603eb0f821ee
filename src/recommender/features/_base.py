"""What every group of features is given and must offer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator

from recommender.features._facts import TitleFacts

__all__ = ["FeatureGroup", "Known", "Pairs", "shrunken_mean", "word_matrix"]


@dataclass(frozen=True, eq=False)
class Known:
    """What is known on a day: titles, and how those seen so far did.

    Attributes
    ----------
    facts : TitleFacts
        Of `n` titles.
    markets : tuple of str
        Of length `m`.
    relevance : ndarray, shape (n, m), float32, 0 to 1
        How the title did in the market; NaN where that is not known or the title is not foreign there.
    outcomes : DataFrame
        The outcomes rows dated before `as_of`.
    as_of : str
        ISO date.
    """

    facts: TitleFacts
    markets: tuple[str, ...]
    relevance: NDArray[np.float32]
    outcomes: pd.DataFrame
    as_of: str

    def without(self, rows: NDArray[np.bool_]) -> Known:
        """Return the same with the relevance of some titles forgotten."""
        relevance = self.relevance.copy()
        relevance[rows] = np.nan
        return replace(self, relevance=relevance)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Titles in markets for which features are wanted.

    Attributes
    ----------
    facts : TitleFacts
    title, market : ndarray of int, shape (n_pairs,)
        Positions in `facts` and in `markets`.
    markets : tuple of str
    history : DataFrame
        Outcomes of these titles in any market; those dated on or after `before` are not looked at, nor those of the
        pair's own market.
    before : ndarray of str, shape (n_pairs,)
        ISO date from which on nothing of the title's own outcomes may be seen.
    asked : ndarray of str, shape (n_pairs,)
        ISO date of each prediction.
    """

    facts: TitleFacts
    title: NDArray[np.intp]
    market: NDArray[np.intp]
    markets: tuple[str, ...]
    history: pd.DataFrame
    before: NDArray[np.str_]
    asked: NDArray[np.str_]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.title)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Pairs:
        """Return some of the pairs."""
        return replace(
            self, title=self.title[rows], market=self.market[rows], before=self.before[rows], asked=self.asked[rows]
        )


class FeatureGroup(BaseEstimator, ABC):  # type: ignore[misc]
    """Columns about titles in markets; learns from what is known, then describes any pairs."""

    @abstractmethod
    def fit(self, known: Known) -> Self:
        """Learn vocabularies and statistics from what is known."""

    @abstractmethod
    def transform(self, pairs: Pairs) -> NDArray[np.float32]:
        """Return the features of pairs, shape (n_pairs, n_features); NaN where a value is not known."""

    @abstractmethod
    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the names of the columns, ``topic: detail``."""

    def get_increasing(self) -> NDArray[np.bool_]:
        """Return which columns may only raise a score, shape (n_features,); none where a group does not say."""
        return np.zeros(len(self.get_feature_names_out()), dtype=bool)


def word_matrix(words: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> sparse.csr_array:
    """Return which words of a vocabulary each title has, shape (n_titles, n_words), float32; others are left out."""
    position = {word: column for column, word in enumerate(vocabulary)}
    columns = [sorted({position[word] for word in row if word in position}) for row in words]
    indptr = np.cumsum([0, *(len(row) for row in columns)])
    indices = np.fromiter((column for row in columns for column in row), dtype=np.int64, count=int(indptr[-1]))
    data = np.ones(len(indices), dtype=np.float32)
    return sparse.csr_array((data, indices, indptr), shape=(len(words), len(vocabulary)))


def shrunken_mean(
    total: NDArray[np.floating], count: NDArray[np.floating], prior: NDArray[np.floating], weight: float
) -> NDArray[np.floating]:
    """Return means drawn towards a prior as if it had been seen `weight` times."""
    mean: NDArray[np.floating] = (total + weight * prior) / (count + weight)
    return mean
