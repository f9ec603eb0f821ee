"""Figures as SVG text, with the same bytes for the same numbers."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

from recommender.pages._palette import INK, LINE, MUTED

__all__ = ["drawn", "svg"]

_LOOK: dict[str, Any] = {
    "svg.fonttype": "none",  # text stays text: any script, searchable, in the page's own fonts
    "svg.hashsalt": "recommender",
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,  # a name that holds dollars is no formula
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
}


@contextmanager
def drawn(width: float, height: float) -> Iterator[tuple[Figure, Axes]]:
    """Open a figure in our look; without pyplot, so that no window system and no global state is touched."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_LOOK), warnings.catch_warnings():
        # The browser has the glyphs; matplotlib only measures with the font that it carries.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.add_subplot()


def svg(figure: Figure, description: str) -> Markup:
    """Return a figure as SVG that fills the width it is given; safe, for matplotlib escapes the names in it."""
    from markupsafe import Markup

    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    head = re.sub(r' (?:width|height)="[^"]*"', "", text[: text.index(">")], count=0)
    drawing = f'{head} role="img" aria-label="{escape(description)}"{text[text.index(">") :]}'
    return Markup(drawing)  # noqa: S704
