"""Why a title stands where it stands, in plain words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from recommender.features import Pairs

__all__ = ["describe_reasons"]

_MOST_FOR, _MOST_AGAINST = 4, 3
_LEAST = 0.005

# Topics that say the same thing to a reader are told as one.
_TOPICS = {
    "genre's record": "genre",
    "origin's record": "origin",
    "origin and genre": "origin and genre",
    "market": "",
    "language": "language",
}


class _Row:
    """One pair's facts and feature values, for the phrases."""

    def __init__(self, pairs: Pairs, place: int, values: dict[str, float]) -> None:
        self.title = int(pairs.title[place])
        self.facts = pairs.facts
        self.values = values

    def words(self, field: str, limit: int = 3) -> str:
        words = self.facts.words[field][self.title][:limit]
        return ", ".join(word.title() if word.islower() else word for word in words)

    def number(self, name: str) -> float | None:
        value = float(self.facts.numbers[name].iloc[self.title])
        return None if np.isnan(value) else value

    def percent(self, feature: str) -> str | None:
        value = self.values.get(feature, np.nan)
        # A regression may say more than all or less than nothing.
        return None if np.isnan(value) else f"{min(max(value, 0.0), 1.0):.0%}"


def describe_reasons(
    pairs: Pairs,
    matrix: NDArray[np.float32],
    contributions: NDArray[np.float64],
    names: NDArray[np.object_],
) -> list[list[str]]:
    """Put the contributions of features into words, the strongest first.

    Parameters
    ----------
    pairs : Pairs, of length n
    matrix, contributions : ndarray, shape (n, n_features)
        Feature values and their Shapley values on the scale of the score.
    names : ndarray of str, shape (n_features,)

    Returns
    -------
    list of list of str
        Up to four reasons for, each ``+ words (+0.05)``, then up to three against, ``- words (-0.03)``: what the topic
        added to the score of an average title.
    """
    topics = [_topic(str(name)) for name in names]
    wanted = sorted({topic for topic in topics if topic})
    membership = np.array([[topic == name for name in wanted] for topic in topics], dtype=float)
    sums = contributions @ membership
    told = []
    for place in range(len(pairs)):
        row = _Row(pairs, place, dict(zip(map(str, names), matrix[place].tolist(), strict=True)))
        order = np.argsort(-np.abs(sums[place]), kind="stable")
        pro = [i for i in order if sums[place, i] >= _LEAST][:_MOST_FOR]
        contra = [i for i in order if sums[place, i] <= -_LEAST][:_MOST_AGAINST]
        told.append(
            [f"+ {_phrase(wanted[i], row)} (+{sums[place, i]:.2f})" for i in pro]
            + [f"- {_phrase(wanted[i], row)} (\u2212{-sums[place, i]:.2f})" for i in contra]
        )
    return told


def _topic(name: str) -> str:
    topic = name.split(": ", 1)[0]
    return _TOPICS.get(topic, topic)


def _phrase(topic: str, row: _Row) -> str:
    phrase = _PHRASES.get(topic)
    return phrase(row) if phrase else topic


def _listed(label: str, field: str) -> Callable[[_Row], str]:
    return lambda row: f"{label}: {row.words(field)}" if row.words(field) else f"{label} not told"


def _maker(label: str, field: str) -> Callable[[_Row], str]:
    def phrase(row: _Row) -> str:
        who = row.words(field, 2)
        if not who:
            return f"{label} not told"
        known = int(np.nan_to_num(row.values.get(f"{label}: titles known", 0.0)))
        earlier = f"{known or 'no'} earlier title{'s' if known > 1 else ''}"
        return f"{label}: {who}, {earlier} known"

    return phrase


def _franchise(row: _Row) -> str:
    name = row.words("franchise", 1)
    return f"part of {name}" if name else "part of no franchise"


def _release(row: _Row) -> str:
    year = row.number("year")
    return "year not told" if year is None else f"released {year:.0f}"


def _length(row: _Row) -> str:
    minutes = row.number("runtime_min")
    return "running time not told" if minutes is None else f"{minutes:.0f} minutes"


def _similar(row: _Row) -> str:
    mean = row.percent("similar stories: in this market")
    return "no similar story known" if mean is None else f"similar stories average {mean} here"


def _story(row: _Row) -> str:
    mean = row.percent("story: in this market")
    return "no synopsis" if mean is None else f"what the story is about (by itself {mean})"


def _elsewhere(label: str, feature: str) -> Callable[[_Row], str]:
    def phrase(row: _Row) -> str:
        figure = row.percent(feature)
        return f"{label} not known" if figure is None else f"{label}: ahead of {figure} of titles"

    return phrase


def _plain(words: str) -> Callable[[_Row], str]:
    return lambda _row: words


_PHRASES: dict[str, Callable[[_Row], str]] = {
    "genre": _listed("genre", "genres"),
    "origin": _listed("origin", "countries"),
    "origin and genre": lambda row: (
        f"{row.words('genres', 2) or 'titles'} from {row.words('countries', 2) or 'unknown origin'}"
    ),
    "kind": lambda row: f"kind: {row.facts.kinds[row.title]}",
    "release": _release,
    "length": _length,
    "age mark": lambda row: (
        "age mark not told" if (age := row.number("age_rating")) is None else f"age mark {age:.0f}+"
    ),
    "credits": _plain("how many makers are credited"),
    "what is told of it": _plain("how much is told of it (synopsis, other titles)"),
    "title": _plain("the title's form"),
    "similar stories": _similar,
    "story": _story,
    "language": _plain("language in common with the market"),
    "director": _maker("director", "directors"),
    "studio": _maker("studio", "studios"),
    "cast": _maker("cast", "cast"),
    "franchise": _franchise,
    "worldwide": _elsewhere("worldwide audience", "worldwide: audience"),
    "at home": _elsewhere("audience at home", "at home: audience"),
    "abroad": _elsewhere("audience in other markets", "abroad: audience in other markets"),
}
