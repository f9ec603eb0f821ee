"""The plots of a backtest's report, as SVG that a template does not escape."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recommender.evaluation._judge import WITH_HISTORY, Judgement
from recommender.evaluation._results import ALL
from recommender.pages import ACCENT, INK, LINE, MUTED, WARM, drawn, svg

__all__ = ["OTHERS", "calibration_plot", "difference_plot", "figure_plot", "market_plot", "trade_off_plot"]

# Darker than what an offer's plots show the rest in: it colors thin lines and dots, not bars.
OTHERS = "#8b98a3"
_ROW = 0.3


def figure_plot(rows: pd.DataFrame, by_holdout: pd.DataFrame, figure: str, label: str, reference: str) -> str:
    """Return one figure of every ranker with its interval, and small marks for its holdouts."""
    rows = rows.sort_values(figure, kind="stable").reset_index(drop=True)
    with drawn(9.6, 0.7 + _ROW * len(rows)) as (canvas, axes):
        for place, row in enumerate(rows.to_dict("records")):
            color = _color(row["ranker"], reference)
            axes.plot(
                [row[f"{figure}_low"], row[f"{figure}_high"]], [place, place], color=color, linewidth=2.2, alpha=0.45
            )
            single = by_holdout.loc[(by_holdout["ranker"] == row["ranker"]) & (by_holdout["holdout"] != ALL), figure]
            if len(single) > 1:
                axes.plot(single, np.full(len(single), place), "|", color=color, markersize=7, alpha=0.9)
            axes.plot([row[figure]], [place], "o", color=color, markersize=6.5)
        axes.set_yticks(range(len(rows)), rows["ranker"])
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.set_xlabel(f"{label}: mean (dot), 95% interval (band)" + _ticks(by_holdout))
        axes.grid(visible=False, axis="y")
        return svg(canvas, f"{label} of every ranker")


def difference_plot(rows: pd.DataFrame, label: str) -> str:
    """Return how much better the reference is than each other ranker, with the interval of the difference."""
    rows = rows.sort_values("difference", ascending=False, kind="stable").reset_index(drop=True)
    with drawn(9.6, 0.7 + _ROW * len(rows)) as (canvas, axes):
        axes.axvline(0, color=INK, linewidth=1)
        for place, row in enumerate(rows.to_dict("records")):
            color = ACCENT if row["low"] > 0 else WARM if row["high"] < 0 else OTHERS
            axes.plot([row["low"], row["high"]], [place, place], color=color, linewidth=2.2, alpha=0.6)
            axes.plot([row["difference"]], [place], "o", color=color, markersize=6.5)
        axes.set_yticks(range(len(rows)), [f"less {row.other}" for row in rows.itertuples()])
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.set_xlabel(f"difference in {label}, 95% interval; right of the line the model is better")
        axes.grid(visible=False, axis="y")
        return svg(canvas, f"Differences in {label}")


def calibration_plot(judgements: Sequence[Judgement]) -> str:
    """Return what was predicted against what came, a line a ranker; empty where none predicts appeal."""
    rankers = list(dict.fromkeys(one.ranker for one in judgements if len(one.bins)))
    if not rankers:
        return ""
    with drawn(4.7, 4.1) as (canvas, axes):
        axes.plot([0, 100], [0, 100], color=LINE, linewidth=1.4)
        for ranker, color in zip(rankers, _colors(len(rankers)), strict=True):
            tables = [one.bins for one in judgements if one.ranker == ranker and len(one.bins)]
            least = min(len(table) for table in tables)
            stacked = np.stack([table[:least] for table in tables])
            weight = stacked[:, :, 2]
            means = (stacked[:, :, :2] * weight[:, :, None]).sum(axis=0) / weight.sum(axis=0)[:, None]
            axes.plot(*(100 * means.T), marker="o", markersize=4.5, color=color, label=ranker)
        axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="appeal (mean of each tenth)", ylabel="percentile reached")
        axes.set_aspect("equal")
        axes.legend(loc="upper left")
        return svg(canvas, "Appeal against the percentile reached")


def trade_off_plot(rows: pd.DataFrame, label: str, reference: str) -> str:
    """Return quality against popularity bias; empty where no ranker has any."""
    rows = rows[rows["popularity_bias"].notna() & rows["ndcg"].notna()]
    # Lists that hold every title, or all that are known, are no more popular than the rest: noise is no bias.
    x, y = 100 * rows["popularity_bias"].to_numpy().round(6), rows["ndcg"].to_numpy()
    if not x.any():
        return ""
    with drawn(4.7, 4.1) as (canvas, axes):
        axes.axvline(0, color=LINE, linewidth=1.4)
        axes.scatter(x, y, s=34, color=[_color(name, reference) for name in rows["ranker"]], zorder=3)
        _name_points(axes, x, y, rows["ranker"].tolist())
        axes.margins(0.16, 0.08)
        axes.set(xlabel="popularity bias, percentiles", ylabel=label)
        return svg(canvas, f"{label} against popularity bias")


def market_plot(rows: pd.DataFrame, reference: str, other: str, label: str) -> str:
    """Return the figure of two rankers market by market."""
    wide = rows.pivot_table(index="market", columns="ranker", values="ndcg", sort=True)
    wide = wide.sort_values(reference, kind="stable")
    with drawn(9.6, 0.8 + 0.21 * max(3, len(wide))) as (canvas, axes):
        places = range(len(wide))
        axes.hlines(places, wide[[reference, other]].min(axis=1), wide[[reference, other]].max(axis=1), color=LINE)
        axes.plot(wide[other], places, "o", color=OTHERS, markersize=5, label=other)
        axes.plot(wide[reference], places, "o", color=ACCENT, markersize=5.5, label=reference)
        axes.set_yticks(places, wide.index)
        axes.set_ylim(-0.8, len(wide) - 0.2)
        axes.set_xlabel(label)
        axes.grid(visible=False, axis="y")
        axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=2, borderpad=0.2)
        return svg(canvas, f"{label} by market")


def _name_points(axes: object, x: np.ndarray, y: np.ndarray, names: list[str]) -> None:
    """Write names beside points, those that would cover each other one below the other, or above at the foot."""
    spread = float(np.ptp(y)) or 1.0
    foot = float(y.min()) - 0.03 * spread
    order = np.argsort(-y, kind="stable")
    taken: list[tuple[float, float]] = []
    reach = 0.45 * (float(np.ptp(x)) or 1.0)

    def covers(place: int, height: float) -> bool:
        return any(abs(height - at) < 0.05 * spread and abs(x[place] - left) < reach for left, at in taken)

    for place in order:
        height, step = float(y[place]), -0.02 * spread
        while covers(place, height):
            height += step
            if height < foot:
                height, step = float(y[place]), -step
        taken.append((float(x[place]), height))
        axes.annotate(  # type: ignore[attr-defined]
            names[place],
            (x[place], y[place]),
            xytext=(x[place] + 0.03 * (float(np.ptp(x)) or 1.0), height),
            va="center",
            fontsize=7.5,
            color=MUTED,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": OTHERS, "linewidth": 0.7, "shrinkB": 4}
            if height != y[place]
            else None,
        )


def _ticks(by_holdout: pd.DataFrame) -> str:
    return ", holdouts (ticks)" if by_holdout["holdout"].nunique() > 1 else ""


def _color(ranker: str, reference: str) -> str:
    if ranker.removesuffix(WITH_HISTORY) == reference:
        return ACCENT
    return WARM if ranker.endswith(WITH_HISTORY) else OTHERS


def _colors(n: int) -> list[str]:
    return [(ACCENT, WARM, OTHERS, INK)[place % 4] for place in range(n)]
