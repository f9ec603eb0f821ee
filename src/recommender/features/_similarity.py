"""How near stories are to one another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["each_similarity"]

_CHUNK = 1024


def each_similarity(
    stories: NDArray[np.float32], known: NDArray[np.float32]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
    """Yield cosine similarities to the known stories, some rows at a time: all at once would fill the memory.

    Parameters
    ----------
    stories, known : ndarray, shape (n, dimension) and (n_known, dimension)
        Normed embeddings; rows of zeros stand for no story, and are left out of the first.

    Yields
    ------
    rows : ndarray of int, shape (n_chunk,)
    similarity : ndarray, shape (n_chunk, n_known), float32
    """
    told = np.flatnonzero(stories.any(axis=1))
    # In double precision: the last bits of a product depend on what else is multiplied with it, and a title must
    # score the same whatever it is scored with.
    precise = known.T.astype(np.float64)
    for start in range(0, len(told) if len(known) else 0, _CHUNK):
        rows = told[start : start + _CHUNK]
        yield rows, (stories[rows].astype(np.float64) @ precise).astype(np.float32)
