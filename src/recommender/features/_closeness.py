"""How near the nearest known story is to a title's."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.features._base import FeatureGroup, Known, Pairs

__all__ = ["Closeness"]

_CHUNK = 1024


class Closeness(FeatureGroup):
    """The greatest cosine similarity of a title's synopsis to that of a title whose relevance is known somewhere.

    It says how much there is to judge a title by, not how the title does: rankers weigh evidence by it, and learn
    nothing from it.

    Attributes
    ----------
    vectors_ : ndarray, shape (n_known, dimension), float32
    """

    def fit(self, known: Known) -> Self:
        """Keep the stories of titles whose relevance is known somewhere."""
        kept = np.isfinite(known.relevance).any(axis=1) & known.facts.vectors.any(axis=1)
        self.vectors_ = known.facts.vectors[kept]
        return self

    def transform(self, pairs: Pairs) -> NDArray[np.float32]:
        """Return the similarity, shape (n_pairs, 1); NaN where a title has no synopsis."""
        unique, row = np.unique(pairs.title, return_inverse=True)
        nearest = np.full(len(unique), np.nan, dtype=np.float32)
        told = np.flatnonzero(pairs.facts.vectors[unique].any(axis=1))
        for start in range(0, len(told) if len(self.vectors_) else 0, _CHUNK):
            chunk = told[start : start + _CHUNK]
            # In double precision: the last bits of a product depend on what else is multiplied with it, and a title must
            # score the same whatever it is scored with.
            vectors = pairs.facts.vectors[unique[chunk]].astype(np.float64)
            nearest[chunk] = (vectors @ self.vectors_.T.astype(np.float64)).max(axis=1)
        return nearest[row][:, None]

    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the name of the column."""
        return np.array(["similar stories: closeness"], dtype=object)
