"""What a title is: kind, genres, origin, age, length, and how much is told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.features._base import FeatureGroup, Known, Pairs, word_matrix

__all__ = ["Content"]

_PLAIN_NUMBERS = {
    "release_month": "release: month",
    "runtime_min": "length: minutes",
    "seasons": "length: seasons",
    "age_rating": "age mark: years",
    "n_genres": "genre: how many",
    "n_countries": "origin: how many countries",
    "n_directors": "credits: directors named",
    "n_studios": "credits: companies named",
    "n_names": "what is told of it: other titles",
    "title_length": "title: length",
    "title_has_digit": "title: has a number",
    "title_in_han": "title: in Chinese script",
    "synopsis_length": "what is told of it: length of the synopsis",
    "synopsis_in_han": "what is told of it: synopsis in Chinese",
    "synopsis_in_cyrillic": "what is told of it: synopsis in Cyrillic",
}


class Content(FeatureGroup):
    """One-hot kind, genres and origin; age at the date of prediction; numbers as they are.

    Parameters
    ----------
    min_titles : int, default=5
        A genre, kind or country met in fewer titles has no column of its own.
    max_origins : int, default=40
        At most so many countries have a column.

    Attributes
    ----------
    vocabulary_ : dict of str to list of str
        The words with a column: ``kind``, ``genre``, ``origin``.
    """

    def __init__(self, *, min_titles: int = 5, max_origins: int = 40) -> None:
        self.min_titles = min_titles
        self.max_origins = max_origins

    def fit(self, known: Known) -> Self:
        """Learn which words are frequent enough; outcomes are not looked at."""
        facts = known.facts
        self.vocabulary_ = {
            "kind": self._frequent([[kind] for kind in facts.kinds]),
            "genre": self._frequent(facts.words["genres"]),
            "origin": self._frequent(facts.words["countries"])[: self.max_origins],
        }
        return self

    def transform(self, pairs: Pairs) -> NDArray[np.float32]:
        """Return the features, shape (n_pairs, n_features)."""
        facts = pairs.facts
        unique, row = np.unique(pairs.title, return_inverse=True)
        words = {
            "kind": [[facts.kinds[i]] for i in unique],
            "genre": [facts.words["genres"][i] for i in unique],
            "origin": [facts.words["countries"][i] for i in unique],
        }
        numbers = facts.numbers.iloc[unique]
        blocks = [word_matrix(words[name], vocabulary).toarray() for name, vocabulary in self.vocabulary_.items()]
        dates, date = np.unique(pairs.asked, return_inverse=True)
        now = np.array([year_fraction(str(day)) for day in dates])[date]
        age = now - numbers["year"].to_numpy()[row]
        blocks += [numbers[list(_PLAIN_NUMBERS)].to_numpy()]
        return np.column_stack([np.hstack(blocks)[row], age]).astype(np.float32)

    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the names of the columns."""
        words = [f"{topic}: {word}" for topic, vocabulary in self.vocabulary_.items() for word in vocabulary]
        return np.array([*words, *_PLAIN_NUMBERS.values(), "release: years ago"], dtype=object)

    def _frequent(self, words: Sequence[Sequence[str]]) -> list[str]:
        counts = Counter(word for row in words for word in set(row))
        kept = [(-count, word) for word, count in counts.items() if count >= self.min_titles]
        return [word for _, word in sorted(kept)]


def year_fraction(day: str) -> float:
    """Return an ISO date as a year with a fraction.

    Examples
    --------
    >>> year_fraction("2022-07-02")
    2022.5
    """
    start = np.datetime64(day[:4], "D")
    return float(day[:4]) + round(float((np.datetime64(day, "D") - start) / np.timedelta64(365, "D")), 2)
