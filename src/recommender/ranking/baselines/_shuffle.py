"""Chance."""

from __future__ import annotations

import hashlib

import numpy as np

from recommender.features import content_keys
from recommender.ranking.baselines._base import Baseline, Example, Floats

__all__ = ["ShuffleRanker"]


class ShuffleRanker(Baseline):
    """Ranks by chance: the same title in the same market always draws the same score.

    Parameters
    ----------
    random_state : int, default=0

    Examples
    --------
    >>> from recommender.ranking import ShuffleRanker
    >>> ShuffleRanker(random_state=7)
    ShuffleRanker(random_state=7)
    """

    def __init__(self, *, random_state: int = 0) -> None:
        self.random_state = random_state

    def _score(self, asked: Example) -> Floats:
        score = np.empty((len(asked.facts), len(asked.markets)))
        for row, key in enumerate(content_keys(asked.titles)):
            for column, market in enumerate(asked.markets):
                digest = hashlib.sha256(f"{self.random_state}|{market}|{key}".encode()).digest()
                score[row, column] = int.from_bytes(digest[:6]) / 2**48
        return score
