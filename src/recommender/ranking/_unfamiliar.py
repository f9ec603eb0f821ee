"""Titles of origins from which nothing was learned, asked of the past by leaving known origins out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from recommender.features import FeatureGroup, Known, Pairs
from recommender.ranking._views import FEW_OF_AN_ORIGIN

__all__ = ["Unfamiliar", "leave_origins_out"]

_PARTS = 4
_LEAST_ORIGINS = 3  # fewer do not tell how far a further one may be off
_LEAST_LEARNED = 200


@dataclass(frozen=True, eq=False)
class Unfamiliar:
    """Examples described as though nothing were known of their origins.

    Attributes
    ----------
    learned : ndarray of bool, shape (n_examples,)
        Those that no title of these origins is among.
    asked : ndarray of int, shape (n,)
        Places among the examples.
    matrix : ndarray, shape (n, n_features), float32
        Their features, from outcomes of other origins alone.
    weight : ndarray, shape (n,)
        All origins count alike: a further one could be like any of them.
    """

    learned: NDArray[np.bool_]
    asked: NDArray[np.intp]
    matrix: NDArray[np.float32]
    weight: NDArray[np.float64]


def leave_origins_out(
    groups: Sequence[FeatureGroup],
    known: Known,
    pairs: Pairs,
    weight: NDArray[np.float64],
    rows: NDArray[np.intp],
) -> tuple[Unfamiliar, ...]:
    """Deal the origins into parts, and ask for the titles of each what the other parts tell; none where origins are few.

    Origins are exchangeable rather than titles: those of one origin do better or worse together than others of their kind
    (Dunn, Wasserman and Ramdas, 2018, arXiv 1809.07441, whose pooled distribution gives each group the same weight).

    Parameters
    ----------
    groups : sequence of FeatureGroup
        Not fitted here: clones are.
    known : Known
        On the day of the rows.
    pairs : Pairs
        Of all examples.
    weight : ndarray, shape (n_examples,)
    rows : ndarray of int
        Examples that may be asked: those that calibrate out of fold. Where later days calibrate, how far appeal is off
        between days would be taken for what origins do.
    """
    countries = pairs.facts.words["countries"]
    first = np.array([some[0] if some else "" for some in countries], dtype=str)
    origins, counts = np.unique(first[np.unique(pairs.title[rows])], return_counts=True)
    enough = (origins != "") & (counts >= FEW_OF_AN_ORIGIN)
    parts = []
    for part in _deal(origins[enough], counts[enough]):
        out = np.array([not part.isdisjoint(some) for some in countries], dtype=bool)
        if (~out[pairs.title]).sum() >= _LEAST_LEARNED:
            parts.append((part, out))
    if sum(len(part) for part, _ in parts) < _LEAST_ORIGINS:
        return ()
    left_out = []
    for part, out in parts:
        origin = first[pairs.title[rows]]
        inside = np.isin(origin, sorted(part))
        asked, origin = rows[inside], origin[inside]
        of_origin = {one: weight[asked[origin == one]].sum() for one in part}
        fitted = [clone(group).fit(known.without(out)) for group in groups]
        left_out.append(
            Unfamiliar(
                learned=~out[pairs.title],
                asked=asked,
                matrix=np.hstack([group.transform(pairs.take(asked)) for group in fitted]),
                weight=weight[asked] / np.array([of_origin[one] for one in origin]),
            )
        )
    return tuple(left_out)


def _deal(origins: NDArray[np.str_], counts: NDArray[np.intp]) -> list[set[str]]:
    """Return parts of about as many titles each, the greatest origin first."""
    parts: list[set[str]] = [set() for _ in range(min(_PARTS, len(origins)))]
    sizes = np.zeros(len(parts))
    for place in np.lexsort([origins, -counts]):
        least = int(sizes.argmin())
        parts[least].add(str(origins[place]))
        sizes[least] += counts[place]
    return parts
