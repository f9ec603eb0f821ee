"""What a title is: kind, genres, origin, age, length, and how much is told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.features._base import FeatureGroup, Known, Pairs, word_matrix
from recommender.features._facts import TitleFacts

__all__ = ["Content"]

_SCRIPTS = {"latin": "Latin", "han": "Chinese", "kana": "Japanese", "hangul": "Korean", "cyrillic": "Cyrillic"}
_PLAIN_NUMBERS = {
    "release_month": "release: month",
    "runtime_min": "length: minutes",
    "seasons": "length: seasons",
    "season": "franchise: season",
    "part": "franchise: part",
    "age_rating": "age mark: years",
    "n_genres": "genre: how many",
    "n_countries": "origin: how many countries",
    "n_directors": "credits: directors named",
    "n_studios": "credits: companies named",
    "n_names": "what is told of it: other titles",
    "has_imdb_id": "what is told of it: listed by IMDb",
    "imdb_number": "release: order of registration",
    "title_is_original": "title: the original one",
    "title_length": "title: length",
    "title_has_digit": "title: has a number",
    "title_has_subtitle": "title: has a subtitle",
    "title_has_note": "title: has a note in brackets",
    "synopsis_length": "what is told of it: length of the synopsis",
    **{f"title_{name}": f"title: in {script} script" for name, script in _SCRIPTS.items()},
    **{f"synopsis_{name}": f"what is told of it: synopsis in {script} script" for name, script in _SCRIPTS.items()},
}


class Content(FeatureGroup):
    """One-hot kind, genres (and how they are spelled) and origin; age on the day of the prediction; numbers as they are.

    A work that a catalogue enters again (another format, another certificate) is told by the years since its first entry.

    Parameters
    ----------
    min_titles : int, default=5
        A genre, kind or country met in fewer titles has no column of its own.
    max_origins : int, default=40
        At most so many countries have a column.

    Attributes
    ----------
    vocabulary_ : dict of str to list of str
        The words with a column: ``kind``, ``genre``, ``origin``, and ``spelling`` of genres.
    registered_ : ndarray, shape (2, n_years)
        Middle IMDb numbers, increasing, and the years whose titles have them: a number tells when a title was registered.
    entries_ : ndarray of str, shape (n_entries,)
        Names and directors, in order.
    first_entry_ : ndarray, shape (n_entries,)
        When each was first entered, as a year with a fraction.
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
        genres = set(self.vocabulary_["genre"])
        spelled = self._frequent(facts.words["spellings"])[: self.max_origins]
        self.vocabulary_["spelling"] = [word for word in spelled if word not in genres]
        year, number = facts.numbers["year"].to_numpy(), facts.numbers["imdb_number"].to_numpy()
        self.registered_ = _middle_numbers(year, number, self.min_titles)
        self.entries_, self.first_entry_ = _first_entries(facts)
        return self

    def transform(self, pairs: Pairs) -> NDArray[np.float32]:
        """Return the features, shape (n_pairs, n_features)."""
        facts = pairs.facts
        unique, row = np.unique(pairs.title, return_inverse=True)
        words = {
            "kind": [[facts.kinds[i]] for i in unique],
            "genre": [facts.words["genres"][i] for i in unique],
            "origin": [facts.words["countries"][i] for i in unique],
            "spelling": [facts.words["spellings"][i] for i in unique],
        }
        numbers = facts.numbers.iloc[unique]
        blocks = [word_matrix(words[name], vocabulary).toarray() for name, vocabulary in self.vocabulary_.items()]
        dates, date = np.unique(pairs.asked, return_inverse=True)
        now = np.array([year_fraction(str(day)) for day in dates])[date]
        age = now - numbers["year"].to_numpy()[row]
        blocks += [numbers[list(_PLAIN_NUMBERS)].to_numpy()]
        late = self._registered(numbers["imdb_number"].to_numpy()) - numbers["year"].to_numpy()
        again = self._years_since_first_entry(facts, unique)
        return np.column_stack([np.hstack(blocks)[row], late[row], again[row], age]).astype(np.float32)

    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the names of the columns."""
        words = [f"{topic}: {word}" for topic, vocabulary in self.vocabulary_.items() for word in vocabulary]
        ends = [
            "release: order of registration in its year",
            "release: years since its first entry",
            "release: years ago",
        ]
        return np.array([*words, *_PLAIN_NUMBERS.values(), *ends], dtype=object)

    def _registered(self, number: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the year in which a number was given, the last years' pace going on; NaN where that is not known."""
        numbers, years = self.registered_
        if len(numbers) < 2:
            return np.full(len(number), np.nan)
        pace = (years[-1] - years[-2]) / (numbers[-1] - numbers[-2])
        beyond = np.maximum(number - numbers[-1], 0) * pace
        return np.asarray(np.where(np.isnan(number), np.nan, np.interp(np.nan_to_num(number), numbers, years) + beyond))

    def _years_since_first_entry(self, facts: TitleFacts, titles: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return how long before each title its work was entered first: 0 for the first entry, NaN if not known."""
        released = facts.numbers["released"].to_numpy()[titles]
        known = dict(zip(self.entries_.tolist(), self.first_entry_.tolist(), strict=True))
        since = np.full(len(titles), np.nan)
        for place, title in enumerate(titles):
            for entry in facts.words["entry"][title]:
                since[place] = max(released[place] - known.get(entry, released[place]), 0.0)
        return since

    def _frequent(self, words: Sequence[Sequence[str]]) -> list[str]:
        counts = Counter(word for row in words for word in set(row))
        kept = [(-count, word) for word, count in counts.items() if count >= self.min_titles]
        return [word for _, word in sorted(kept)]


def _first_entries(facts: TitleFacts) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Return the works that have a date, in order, and when each was first entered."""
    first: dict[str, float] = {}
    for words, released in zip(facts.words["entry"], facts.numbers["released"], strict=True):
        for entry in words:
            if np.isfinite(released):
                first[entry] = min(first.get(entry, np.inf), float(released))
    entries = sorted(first)
    return np.array(entries, dtype=np.str_), np.array([first[entry] for entry in entries], dtype=np.float64)


def _middle_numbers(year: NDArray[np.float64], number: NDArray[np.float64], min_titles: int) -> NDArray[np.float64]:
    """Return the median number of each year with enough titles, years that break the order left out, and the years."""
    known = np.isfinite(year) & np.isfinite(number)
    middle: list[tuple[float, float]] = []
    for when in np.unique(year[known]):
        of_year = number[known & (year == when)]
        if len(of_year) >= min_titles and (not middle or np.median(of_year) > middle[-1][0]):
            middle.append((float(np.median(of_year)), float(when)))
    return np.array(middle, dtype=np.float64).reshape(-1, 2).T


def year_fraction(day: str) -> float:
    """Return an ISO date as a year with a fraction.

    Examples
    --------
    >>> year_fraction("2022-07-02")
    2022.5
    """
    start = np.datetime64(day[:4], "D")
    return float(day[:4]) + round(float((np.datetime64(day, "D") - start) / np.timedelta64(365, "D")), 2)
