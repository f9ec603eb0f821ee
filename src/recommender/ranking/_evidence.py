"""How much there is to judge a title by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.features import Pairs

__all__ = ["EVIDENCE", "weigh_evidence"]

EVIDENCE = ("thin", "fair", "strong")

_STORY = "similar stories: closeness"
_PERFORMANCE = ("worldwide: ", "at home: ", "abroad: ")
_RECORD = ("director: titles known", "studio: titles known", "cast: titles known", "franchise: titles known")
_SIMILAR = 0.35


def weigh_evidence(pairs: Pairs, matrix: NDArray[np.float32], names: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return 0 (thin), 1 (fair) or 2 (strong) for each pair.

    One point each for a story that resembles known ones, for known performance elsewhere, for earlier titles of the same
    people or companies, and for genre and origin both told. None or one is thin, two is fair, more is strong.
    """
    columns = {str(name): place for place, name in enumerate(names)}
    points = np.zeros(len(pairs), dtype=np.intp)
    if _STORY in columns:
        points += np.nan_to_num(matrix[:, columns[_STORY]]) >= _SIMILAR
    performance = [place for name, place in columns.items() if name.startswith(_PERFORMANCE)]
    if performance:
        points += np.isfinite(matrix[:, performance]).any(axis=1)
    record = [columns[name] for name in _RECORD if name in columns]
    if record:
        points += (np.nan_to_num(matrix[:, record]) > 0).any(axis=1)
    told = np.array([bool(g) and bool(c) for g, c in zip(*_genres_and_origins(pairs), strict=True)], dtype=bool)
    points += told[pairs.title]
    return np.clip(points - 1, 0, 2)


def _genres_and_origins(pairs: Pairs) -> tuple[list[list[str]], list[list[str]]]:
    return pairs.facts.words["genres"], pairs.facts.words["countries"]
