"""Pages of HTML that need nothing else, not even a network: a room's templates filled, and figures to put into them."""

from __future__ import annotations

from recommender.pages._drawing import drawn, svg
from recommender.pages._filling import fill
from recommender.pages._palette import ACCENT, ACCENT_SOFT, GOLD, INK, LINE, MUTED, PALE, PAPER, REST, WARM, WARM_SOFT

__all__ = [
    "ACCENT",
    "ACCENT_SOFT",
    "GOLD",
    "INK",
    "LINE",
    "MUTED",
    "PALE",
    "PAPER",
    "REST",
    "WARM",
    "WARM_SOFT",
    "drawn",
    "fill",
    "svg",
]
