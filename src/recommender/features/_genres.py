"""The vocabulary of genres; it lies with the sources, whence what needs no features may take it too."""

from __future__ import annotations

from recommender.schema import GENRES
from recommender.sources import canonical_genres

__all__ = ["GENRES", "canonical_genres"]
