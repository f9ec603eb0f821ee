"""The titles' fields in the form in which conditions ask them: each column is prepared once, for all rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.offers.policy._condition import FieldType
from recommender.offers.policy._mentions import Mentions
from recommender.offers.policy._words import age_of_mark
from recommender.sources import canonical_genres

_LANGUAGES = frozenset({"languages", "subtitles", "dubs", "synopsis_language"})


@dataclass(frozen=True, eq=False)
class _Words:
    """The words of a column: in which row each stands, which of `names` it is, and which rows hold any."""

    rows: NDArray[np.intp]
    codes: NDArray[np.intp]
    names: tuple[str, ...]
    filled: NDArray[np.bool_]


class Fields:
    """A titles frame, asked by conditions.

    Parameters
    ----------
    titles : DataFrame
        Columns may be missing: nothing is known of them then.
    types : mapping of str to str
        The type of each field.
    """

    def __init__(self, titles: pd.DataFrame, types: Mapping[str, FieldType]) -> None:
        self._titles = titles
        self._types = types
        self._words: dict[str, _Words] = {}
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._texts: dict[str, tuple[Mentions, NDArray[np.intp]]] = {}
        self._mentioned: dict[tuple[str, tuple[str, ...]], NDArray[np.bool_]] = {}
        self._filled: dict[str, NDArray[np.bool_]] = {}
        self.size = len(titles)

    def filled(self, name: str) -> NDArray[np.bool_]:
        """Return which titles hold anything in a field."""
        match self._types[name]:
            case "list":
                return self._words_of(name).filled
            case "text":
                return self._told(name)
            case "number":
                return ~np.isnan(self.numbers(name))
            case _:
                return self._present(name)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a field as numbers, NaN where it says none; an age mark as its age."""
        if name not in self._numbers:
            if name not in self._titles.columns:
                found = np.full(self.size, np.nan)
            elif self._types[name] == "age":
                marks, codes = _distinct(self._titles[name])
                ages = [age_of_mark(mark) for mark in marks]
                found = np.array([np.nan if age is None else age for age in ages] + [np.nan])[codes]
            else:
                numbers = pd.to_numeric(self._titles[name], errors="coerce")
                found = numbers.to_numpy(dtype="float64", na_value=np.nan)
            self._numbers[name] = found
        return self._numbers[name]

    def flags(self, name: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return a yes-or-no field: which titles say yes, and which say anything."""
        known = self._present(name)
        yes = np.zeros(self.size, dtype=bool)
        if known.any():
            column = self._titles[name]
            yes[known] = [value is True or value == 1 for value in column[known].tolist()]
        return yes, known

    def counted(self, name: str, wanted: Iterable[str]) -> NDArray[np.intp]:
        """Return how many of the wanted words each title holds; `zh` also finds `zh-Hans`."""
        words = self._words_of(name)
        wanted = [word.casefold().strip() for word in wanted]
        count = np.zeros(self.size, dtype=np.intp)
        for word in dict.fromkeys(wanted):
            found = [
                code
                for code, known in enumerate(words.names)
                if known == word or (name in _LANGUAGES and known.startswith(f"{word}-"))
            ]
            rows = np.unique(words.rows[np.isin(words.codes, found)])
            count[rows] += 1
        return count

    def mentions(self, name: str, wanted: Iterable[str]) -> NDArray[np.bool_]:
        """Return which titles mention one of the words in a text or in an item of a list."""
        key = (name, tuple(wanted))
        if key not in self._mentioned:
            if name not in self._texts:
                items, rows = self._items(name)
                self._texts[name] = (Mentions(items), rows)
            texts, rows = self._texts[name]
            hit = np.zeros(self.size, dtype=bool)
            hit[rows[texts.find(key[1])]] = True
            self._mentioned[key] = hit
        return self._mentioned[key]

    def _present(self, name: str) -> NDArray[np.bool_]:
        if name not in self._titles.columns:
            return np.zeros(self.size, dtype=bool)
        return self._titles[name].notna().to_numpy(dtype=bool)

    def _told(self, name: str) -> NDArray[np.bool_]:
        """Return which texts of a column hold more than blanks."""
        if name not in self._filled:
            filled = self._present(name).copy()
            if filled.any():
                texts = self._titles[name][filled].tolist()
                filled[filled] = [bool(str(text).strip()) for text in texts]
            self._filled[name] = filled
        return self._filled[name]

    def _items(self, name: str) -> tuple[list[str], NDArray[np.intp]]:
        """Return the texts of a column, and the row of each."""
        if name not in self._titles.columns:
            return [], np.zeros(0, dtype=np.intp)
        if self._types[name] == "list":
            cells = [_listed(cell) for cell in self._titles[name].tolist()]
            lengths = np.fromiter((len(cell) for cell in cells), dtype=np.intp, count=self.size)
            return [item for cell in cells for item in cell], np.repeat(np.arange(self.size), lengths)
        present = self._present(name)
        texts = self._titles[name][present].astype(str).tolist()
        return texts, np.flatnonzero(present)

    def _words_of(self, name: str) -> _Words:
        if name not in self._words:
            items, rows = self._items(name)
            if name == "genres":
                split = {item: canonical_genres([item]) for item in set(items)}
                lengths = np.fromiter((len(split[item]) for item in items), dtype=np.intp, count=len(items))
                items, rows = [word for item in items for word in split[item]], np.repeat(rows, lengths)
            folded = {item: item.casefold().strip() for item in set(items)}
            names = {word: code for code, word in enumerate(sorted(set(folded.values())))}
            codes = np.fromiter((names[folded[item]] for item in items), dtype=np.intp, count=len(items))
            told = np.array([bool(word) for word in names], dtype=bool)
            filled = np.zeros(self.size, dtype=bool)
            if len(codes):
                filled[rows[told[codes]]] = True
            self._words[name] = _Words(rows, codes, tuple(names), filled)
        return self._words[name]


def _distinct(column: pd.Series[Any]) -> tuple[list[str], NDArray[np.intp]]:
    """Return the distinct texts of a column and the place of each row's among them, -1 where it is empty."""
    codes, distinct = pd.factorize(column)
    return [str(value) for value in distinct], np.asarray(codes, dtype=np.intp)


def _listed(cell: object) -> list[str]:
    if isinstance(cell, str):
        return [cell]
    if isinstance(cell, Iterable):
        return [str(item) for item in cell]
    return []
