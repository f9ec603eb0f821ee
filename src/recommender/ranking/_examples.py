"""The pairs of title and market that a model learns from, with features that have not seen their answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from recommender.features import FeatureGroup, Known, Pairs
from recommender.ranking._labels import Labels

__all__ = ["draw_folds", "known_pairs", "out_of_fold_features", "stack_features"]


def known_pairs(known: Known, labels: Labels, history: pd.DataFrame) -> Pairs:
    """Return every title and market whose target is known, by title then market."""
    title, market = np.nonzero(np.isfinite(labels.target))
    return Pairs(
        facts=known.facts,
        title=title,
        market=market,
        markets=labels.markets,
        history=history,
        before=labels.since[title, market],
        asked=labels.asked[title, market],
    )


def draw_folds(keys: Sequence[str], n_folds: int, seed: int) -> NDArray[np.intp]:
    """Return the fold of each title, drawn from what the title is: neither ids nor the order of rows matter.

    Examples
    --------
    >>> draw_folds(["solaris|1972", "stalker|1979", "solaris|1972"], 2, 0)
    array([1, 0, 1])
    """
    digests = {key: hashlib.sha256(f"{seed}|{key}".encode()).hexdigest() for key in set(keys)}
    order = {key: place for place, key in enumerate(sorted(digests, key=digests.__getitem__))}
    return np.array([order[key] % n_folds for key in keys], dtype=np.intp)


def stack_features(groups: Sequence[FeatureGroup], pairs: Pairs) -> NDArray[np.float32]:
    """Return the columns of all fitted groups side by side, shape (n_pairs, n_features)."""
    return np.hstack([group.transform(pairs) for group in groups])


def out_of_fold_features(
    groups: Sequence[FeatureGroup], known: Known, pairs: Pairs, folds: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Return features of pairs, each learned without the outcomes of the pair's own fold.

    Parameters
    ----------
    groups : sequence of FeatureGroup
        Not fitted here: clones are.
    known : Known
    pairs : Pairs
        Of the titles of `known`.
    folds : ndarray of int, shape (n_titles,)
    """
    matrix: NDArray[np.float32] | None = None
    for fold in np.unique(folds):
        inside = folds == fold
        rows = np.flatnonzero(inside[pairs.title])
        rest = known.without(inside)
        block = stack_features([clone(group).fit(rest) for group in groups], pairs.take(rows))
        if matrix is None:
            matrix = np.empty((len(pairs), block.shape[1]), dtype=np.float32)
        matrix[rows] = block
    assert matrix is not None
    return matrix
