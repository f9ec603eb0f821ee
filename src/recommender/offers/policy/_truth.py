"""Three-valued logic over whole columns: hit, clear, and unknown where the catalogue does not say.

Kleene's strong logic: an unknown stays unknown unless the other values decide. Values are small integers
ordered clear < unknown < hit, so that *all* is the least, *any* the greatest, and *not* turns the order round.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CLEAR, UNKNOWN, HIT = 0, 1, 2
NOT_ASKED = -1
OUTCOME_WORDS = ("clear", "unknown", "hit")

Truth = NDArray[np.int8]


def truth(holds: NDArray[np.bool_], known: NDArray[np.bool_]) -> Truth:
    """Return hit where a statement holds, clear where it does not, and unknown where nothing is known.

    Examples
    --------
    >>> truth(np.array([True, False, True]), np.array([True, True, False])).tolist()
    [2, 0, 1]
    """
    return np.where(known, np.where(holds, HIT, CLEAR), UNKNOWN).astype(np.int8)


def every(values: Sequence[Truth]) -> Truth:
    """Return whether all hold: clear where one is clear, else unknown where one is unknown."""
    least: Truth = np.min(np.stack(list(values)), axis=0)
    return least


def some(values: Sequence[Truth]) -> Truth:
    """Return whether one holds: hit where one is a hit, else unknown where one is unknown."""
    greatest: Truth = np.max(np.stack(list(values)), axis=0)
    return greatest


def negated(value: Truth) -> Truth:
    """Return the opposite; the opposite of unknown is unknown."""
    return (HIT - value).astype(np.int8)


def constant(value: int, size: int) -> Truth:
    """Return the same value for all titles."""
    return np.full(size, value, dtype=np.int8)
