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
            label=words.both("report.plot_eligible", " / "),
        )
        limits = [(100 * limit, y) for y, bar in enumerate(bars) for limit in (bar.low, bar.high) if limit is not None]
        if limits:
            axes.vlines(
                [x for x, _ in limits],
                [y - 0.42 for _, y in limits],
                [y + 0.42 for _, y in limits],
                color=_ASKED,
                linewidth=1.6,
                label=words.both("report.plot_asked", " / "),
            )
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
    named = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    order = [words.both(f"report.plot_{key}", " / ") for key in ("offered", "eligible", "asked")]
    names = sorted(named, key=order.index)
    axes.legend(
        [named[name] for name in names],
        names,
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=columns,
        handlelength=1.1,
        columnspacing=1.4,
        borderpad=0.2,
    )
