"""The colors that pages, figures and workbooks share."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ACCENT",
    "ACCENT_SOFT",
    "BAND",
    "GOLD",
    "INK",
    "LINE",
    "MUTED",
    "ON_INK",
    "ON_INK_MUTED",
    "PALE",
    "PALETTE",
    "PAPER",
    "REST",
    "WARM",
    "WARM_SOFT",
]

INK: Final = "#1f2a37"
MUTED: Final = "#64707d"
LINE: Final = "#d9dee3"
PAPER: Final = "#f5f7f8"
ACCENT: Final = "#0f5c63"
ACCENT_SOFT: Final = "#d5e7e6"
BAND: Final = "#a9cfcc"
GOLD: Final = "#f2d9a6"
PALE: Final = "#edeff2"
ON_INK: Final = "#dce3e8"
ON_INK_MUTED: Final = "#9fb0bd"
REST: Final = "#b9c3cb"
WARM: Final = "#b4531f"
WARM_SOFT: Final = "#fbede3"
# By the names under which templates know them.
PALETTE: Final = {
    "ink": INK,
    "muted": MUTED,
    "line": LINE,
    "paper": PAPER,
    "accent": ACCENT,
    "soft": ACCENT_SOFT,
    "band": BAND,
    "gold": GOLD,
    "pale": PALE,
    "on_ink": ON_INK,
    "on_ink_muted": ON_INK_MUTED,
    "warm": WARM,
    "warm_soft": WARM_SOFT,
}
