"""The colors that pages, figures and workbooks share."""

from __future__ import annotations

from typing import Final

__all__ = ["ACCENT", "ACCENT_SOFT", "INK", "LINE", "MUTED", "PALETTE", "PAPER", "REST", "WARM", "WARM_SOFT"]

INK: Final = "#1f2a37"
MUTED: Final = "#64707d"
LINE: Final = "#d9dee3"
PAPER: Final = "#f5f7f8"
ACCENT: Final = "#0f5c63"
ACCENT_SOFT: Final = "#d5e7e6"
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
    "warm": WARM,
    "warm_soft": WARM_SOFT,
}
