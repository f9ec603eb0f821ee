"""Words looked for in texts: each text is cut into words once, then every search is a look into the vocabulary."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+")
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")


class Mentions:
    """Texts in which words are looked for, whatever their case.

    A word matches as a whole; `ghost*` matches whatever begins so; several words match one after the other.
    Words of Chinese and its neighbours, which write no spaces, match anywhere. `ё` and `е` are the same.

    Parameters
    ----------
    texts : sequence of str

    Examples
    --------
    >>> texts = Mentions(["Ghosts!", "aghast", "the ghost-writer", "一只鬼"])
    >>> texts.find(["ghost*"]).tolist(), texts.find(["ghost writer", "鬼"]).tolist()
    ([True, False, True, False], [False, False, True, True])
    """

    def __init__(self, texts: Sequence[str]) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        self._size = len(texts)
        cut = pc.utf8_split_whitespace(pa.array(texts, type=pa.large_string()))
        lengths = pc.list_value_length(cut).to_numpy(zero_copy_only=False).astype(np.intp)
        raw = pc.list_flatten(cut).dictionary_encode()
        codes = raw.indices.to_numpy(zero_copy_only=False).astype(np.intp)
        rows = np.repeat(np.arange(self._size), lengths)
        # What stands between two spaces may be several words: it's, ghost-writer.
        names: dict[str, int] = {}
        parts = [
            [names.setdefault(word, len(names)) for word in _WORD.findall(plain(text))]
            for text in raw.dictionary.to_pylist()
        ]
        counts = np.array([len(part) for part in parts], dtype=np.intp)
        flat = np.array([code for part in parts for code in part], dtype=np.intp)
        starts = np.cumsum(counts) - counts
        repeats = counts[codes] if len(codes) else codes
        within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        self._codes = flat[np.repeat(starts[codes], repeats) + within] if len(codes) else codes
        self._rows = np.repeat(rows, repeats)
        self._names = names
        self._sorted = sorted(names)
        self._wide = [(code, name) for name, code in names.items() if _WIDE.search(name)]

    def find(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Return which texts mention one of the words."""
        found = np.zeros(self._size, dtype=bool)
        single = np.zeros(len(self._names), dtype=bool)
        for word in words:
            terms = _terms(word)
            if not terms:
                continue
            if len(terms) == 1:
                single |= self._known(terms[0])
                continue
            # Several words: each must follow the one before, in the same text.
            last = len(self._codes) - len(terms) + 1
            if last > 0:
                here = np.ones(last, dtype=bool)
                for step, term in enumerate(terms):
                    here &= self._known(term)[self._codes[step : step + last]]
                here &= self._rows[:last] == self._rows[len(terms) - 1 :]
                found[self._rows[:last][here]] = True
        if len(self._codes):
            found[self._rows[single[self._codes]]] = True
        return found

    def _known(self, term: str) -> NDArray[np.bool_]:
        known = np.zeros(len(self._names), dtype=bool)
        bare = term.rstrip("*")
        if _WIDE.search(bare):
            places = [code for code, name in self._wide if bare in name]
        elif term.endswith("*"):
            # What begins so stands together in the sorted vocabulary.
            first, last = (bisect_left(self._sorted, bound) for bound in (bare, bare + "\U0010ffff"))
            places = [self._names[name] for name in self._sorted[first:last]]
        else:
            places = [self._names[bare]] if bare in self._names else []
        known[places] = True
        return known


def _terms(word: str) -> list[str]:
    terms = _WORD.findall(plain(word))
    if terms and word.rstrip().endswith("*"):
        terms[-1] += "*"
    return terms


def plain(text: str) -> str:
    """Return a text as it is compared: composed, without case, `ё` as `е`.

    Examples
    --------
    >>> plain("Призрак ЁЛКИ")
    'призрак елки'
    """
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
