"""How near the nearest known story is to a title's."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.features._base import FeatureGroup, Known, Pairs
from recommender.features._similarity import each_similarity

__all__ = ["Closeness"]


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
        for rows, similarity in each_similarity(pairs.facts.vectors[unique], self.vectors_):
            nearest[rows] = similarity.max(axis=1)
        return nearest[row][:, None]

    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the name of the column."""
        return np.array(["similar stories: closeness"], dtype=object)
