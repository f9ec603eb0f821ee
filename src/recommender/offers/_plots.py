"""The report's plots, in the colors of the workbook's charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recommender.offers._figures import BINS, Bar
from recommender.offers._language import Words
from recommender.pages import ACCENT, INK, REST, WARM, drawn, svg

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes

_OFFERED, _ELIGIBLE, _ASKED = ACCENT, REST, WARM
_LEGEND_MARK = 9


def histogram_plot(bins: Sequence[tuple[float, int, int]], words: Words) -> Markup:
    """Return how the appeal of the offered titles lies within that of all eligible ones."""
    with drawn(9.6, 2.7) as (figure, axes):
        left = [100 * edge for edge, _, _ in bins]
        width = 100 / BINS
        axes.bar(
            left,
            [n for _, _, n in bins],
            width * 0.94,
            align="edge",
            color=_ELIGIBLE,
            label=words.both("report.plot_eligible", " / "),
        )
        axes.bar(
            left,
            [n for _, n, _ in bins],
            width * 0.94,
            align="edge",
            color=_OFFERED,
            label=words.both("report.plot_offered", " / "),
        )
        axes.set_xlim(0, 100)
        axes.set_xlabel(words.both("report.plot_appeal", " / "))
        axes.set_ylabel(words.both("report.plot_titles", " / "))
        axes.grid(visible=False, axis="x")
        _legend(axes, words)
        return svg(figure, "Histogram of appeal: offered and eligible titles")


def mix_plot(bars: Sequence[Bar], what: str, words: Words) -> Markup:
    """Return the shares of the groups in the offer, with the catalogue's and the brief's own beside them."""
    from matplotlib.path import Path

    # Brackets that open towards what is allowed.
    least, most = (Path([(side, 1), (0, 1), (0, -1), (side, -1)]) for side in (0.3, -0.3))
    with drawn(4.7, (1.15 if words.other else 0.75) + 0.29 * max(3, len(bars))) as (figure, axes):
        places = range(len(bars))
        axes.barh(
            places,
            [100 * bar.offered_share for bar in bars],
            0.62,
            color=_OFFERED,
            label=words.both("report.plot_offered", " / "),
        )
        axes.plot(
            [100 * bar.eligible_share for bar in bars],
            places,
            linestyle="none",
            marker="D",
            markersize=5,
            color=_ELIGIBLE,
            markeredgecolor=INK,
            markeredgewidth=0.7,
            clip_on=False,
            label=words.both("report.plot_eligible", " / "),
        )
        asked: str | None = words.both("report.plot_asked", " / ")
        for marker, limits in ((least, [bar.low for bar in bars]), (most, [bar.high for bar in bars])):
            found = [(100 * limit, place) for place, limit in enumerate(limits) if limit is not None]
            if found:
                axes.plot(
                    *zip(*found, strict=True),
                    linestyle="none",
                    marker=marker,
                    markersize=16,
                    color=_ASKED,
                    fillstyle="none",
                    markeredgewidth=1.6,
                    clip_on=False,
                    label=asked,
                )
                asked = None  # one line of the legend tells both
        axes.set_yticks(
            list(places), [bar.name if bar.name[:1].isdigit() else words.told(bar.name, " ") for bar in bars]
        )
        axes.set_ylim(len(bars) - 0.4, -0.6)
        axes.set_xlim(left=0)
        axes.xaxis.set_major_formatter("{x:.0f}%")
        axes.grid(visible=False, axis="y")
        _legend(axes, words, columns=1 if words.other else 3)
        return svg(figure, f"Shares of the titles by {what}: offered, eligible and asked")


def _legend(axes: Axes, words: Words, columns: int = 3) -> None:
    """Put the legend above the plot, what is offered first."""
    from matplotlib.lines import Line2D

    named = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    order = [words.both(f"report.plot_{key}", " / ") for key in ("offered", "eligible", "asked")]
    names = sorted(named, key=order.index)
    legend = axes.legend(
        [named[name] for name in names],
        names,
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=columns,
        handlelength=1.1,
        columnspacing=1.4,
        borderpad=0.2,
    )
    for handle in legend.legend_handles:
        if isinstance(handle, Line2D) and handle.get_markersize() > _LEGEND_MARK:
            handle.set_markersize(_LEGEND_MARK)
