"""Pages of HTML that need nothing else, not even a network: a room's templates filled, and figures to put into them."""

from __future__ import annotations

from recommender.pages._drawing import INK, LINE, MUTED, drawn, svg
from recommender.pages._filling import fill

__all__ = ["INK", "LINE", "MUTED", "drawn", "fill", "svg"]
