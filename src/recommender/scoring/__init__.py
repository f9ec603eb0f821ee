"""The batch job: a bundle, a catalogue and markets in; a scores table out."""

from __future__ import annotations

from recommender.scoring._score import parse_markets, score

__all__ = ["parse_markets", "score"]
