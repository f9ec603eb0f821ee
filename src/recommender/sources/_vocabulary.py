"""Words that people write, brought to the one spelling that tables keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from recommender.schema import COUNTRIES, CURRENCIES, KINDS, METRICS, RIGHTS_STATUSES, WORLDWIDE, find_medium
from recommender.sources._countries import find_countries
from recommender.sources._languages import find_languages

__all__ = ["Translation", "Unknown", "translator"]

Translation = tuple[tuple[str, ...], tuple[str, ...]]
"""The words found, and the parts of the cell that are unknown."""


@dataclass
class Unknown:
    """Words that no vocabulary holds, how often they stand in a column, and where first.

    Attributes
    ----------
    words : dict of str to (int, int)
        Word to count and to the first place, from 0.
    """

    words: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, word: str, place: int, times: int = 1) -> None:
        """Count a word that was found at a place."""
        count, first = self.words.get(word, (0, place))
        self.words[word] = (count + times, min(first, place))


def translator(vocabulary: str) -> Callable[[str], Translation]:
    """Return the function from a word to its spellings in a vocabulary; it remembers what it has seen."""
    return cache(_TRANSLATORS[vocabulary])


def _kind(word: str) -> Translation:
    bare = re.sub(r"[\s_\-]+", "", word.casefold())
    return ((bare,), ()) if bare in KINDS else ((), (word,))


def _metric(word: str) -> Translation:
    bare = re.sub(r"[\s_\-]+", "_", word.casefold())
    return ((bare,), ()) if bare in METRICS else ((), (word,))


def _market(word: str) -> Translation:
    if word.upper() in COUNTRIES or word.upper() == WORLDWIDE:
        return (word.upper(),), ()
    if word.casefold() in {"worldwide", "world", "global", "весь мир", "全球"}:
        return (WORLDWIDE,), ()
    found, strange = find_countries(word)
    return (found, ()) if len(found) == 1 and not strange else ((), (word,))


def _medium(word: str) -> Translation:
    name = find_medium(word)
    return ((name,), ()) if name is not None else ((), (word,))


_STATUSES = {other: name for name, status in RIGHTS_STATUSES.items() for other in (name, *status.also)}


def _rights_status(word: str) -> Translation:
    name = _STATUSES.get(re.sub(r"[\s_\-]+", " ", word.casefold()))
    return ((name,), ()) if name is not None else ((), (word,))


def _currency(word: str) -> Translation:
    return ((word.upper(),), ()) if word.upper() in CURRENCIES else ((), (word,))


_TRANSLATORS: dict[str, Callable[[str], Translation]] = {
    "kind": _kind,
    "metric": _metric,
    "market": _market,
    "country": find_countries,
    "language": find_languages,
    "medium": _medium,
    "rights status": _rights_status,
    "currency": _currency,
}
