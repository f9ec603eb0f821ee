"""How much there is to judge a title by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.schema import EVIDENCE_WORDS

if TYPE_CHECKING:
    from recommender.features import Pairs

__all__ = [
    "EVIDENCE",
    "SCREEN_IT",
    "known_elsewhere",
    "needs_screening",
    "tell_elsewhere",
    "weigh_evidence",
    "weighs_only",
]

EVIDENCE = EVIDENCE_WORDS[::-1]
"""From the least on: their places are the numbers that stand for them."""
SCREEN_IT = "- not enough evidence: screen it"

_WIDE = 0.5

_STORY = "similar stories: closeness"
# How the names of features begin that tell how a title did elsewhere.
_ELSEWHERE = ("worldwide: ", "at home: ", "abroad: ")
_RECORD = ("director: titles known", "studio: titles known", "cast: titles known", "franchise: titles known")
_SIMILAR = 0.35


def tell_elsewhere(names: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which features tell how a title did elsewhere, shape (n_features,)."""
    return np.array([str(name).startswith(_ELSEWHERE) for name in names], dtype=bool)


def weighs_only(names: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which features only weigh evidence, and say nothing of success, shape (n_features,)."""
    return np.asarray(names == _STORY, dtype=bool)


def known_elsewhere(matrix: NDArray[np.float32], names: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return of which rows anything is known elsewhere, shape (n,)."""
    return np.asarray(np.isfinite(matrix[:, tell_elsewhere(names)]).any(axis=1))


def weigh_evidence(pairs: Pairs, matrix: NDArray[np.float32], names: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return 0 (thin), 1 (fair) or 2 (strong) for each pair.

    One point each for a story that resembles known ones, for known performance elsewhere, for earlier titles of the same
    people or companies, and for genre and origin both told. None or one is thin, two is fair, more is strong.
    """
    columns = {str(name): place for place, name in enumerate(names)}
    points = np.zeros(len(pairs), dtype=np.intp)
    if _STORY in columns:
        points += np.nan_to_num(matrix[:, columns[_STORY]]) >= _SIMILAR
    points += known_elsewhere(matrix, names)
    record = [columns[name] for name in _RECORD if name in columns]
    if record:
        points += (np.nan_to_num(matrix[:, record]) > 0).any(axis=1)
    told = np.array([bool(g) and bool(c) for g, c in zip(*_genres_and_origins(pairs), strict=True)], dtype=bool)
    points += told[pairs.title]
    return np.clip(points - 1, 0, 2)


def _genres_and_origins(pairs: Pairs) -> tuple[list[list[str]], list[list[str]]]:
    return pairs.facts.words["genres"], pairs.facts.words["countries"]


def needs_screening(scores: pd.DataFrame) -> pd.Series:
    """Return which titles the model does not claim to judge: somebody should screen them.

    The rule: the evidence is thin, and the interval is wider than half of the scale. Then four outcomes in five lie
    anywhere in more than half of the market's titles; an interval that knew nothing would be 0.8 wide. The score stays
    beside it, so that the title keeps a place in the list.

    Parameters
    ----------
    scores : DataFrame
        With ``evidence``, ``low`` and ``high``, as in the scores or the offer table.

    Returns
    -------
    Series of bool
        By the rows of `scores`; False where an interval is not known.

    Examples
    --------
    >>> scores = pd.DataFrame({"evidence": ["thin", "thin", "fair"], "low": [0.1, 0.2, 0.1], "high": [0.8, 0.6, 0.8]})
    >>> needs_screening(scores).tolist()
    [True, False, False]
    """
    return (scores["evidence"] == EVIDENCE[0]) & (scores["high"] - scores["low"] > _WIDE)
