"""What a fitted ranker shows of itself: figures and plots on titles that its trees had not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recommender.evaluation.metrics import spearman
from recommender.pages import INK, REST, WARM

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from recommender.ranking import Ranker

__all__ = ["training_figures", "training_metrics"]


def training_metrics(ranker: Ranker) -> dict[str, float]:
    """Return what a ranker fitted in this process learned from, and its figures on titles that it had not seen.

    Returns
    -------
    dict of str to float
        ``spearman`` (mean over markets), ``interval_coverage``, ``interval_width``, ``appeal_error`` (mean absolute
        difference between appeal and the percentile reached), of the rows that calibrate it; ``titles``, ``outcomes`` and
        ``markets`` that it learned from.
    """
    rows = ranker.out_of_fold_
    # Of pairs that were drawn, each stands for several.
    weight = rows["weight"]
    inside = (rows["percentile"] >= rows["low"]) & (rows["percentile"] <= rows["high"])
    return {
        # A market in which all are alike tells nothing: it counts 0.
        "spearman": float(
            np.nan_to_num([spearman(g["score"], g["relevance"]) for _, g in rows.groupby("market")]).mean()
        ),
        "interval_coverage": float(np.average(inside, weights=weight)),
        "interval_width": float(np.average(rows["high"] - rows["low"], weights=weight)),
        "appeal_error": float(np.average((rows["appeal"] - rows["percentile"]).abs(), weights=weight)),
        "titles": float(ranker.n_titles_),
        "outcomes": float(ranker.n_outcomes_),
        "markets": float(len(ranker.markets_)),
    }


def training_figures(ranker: Ranker) -> dict[str, Figure]:
    """Return plots by name: ``calibration`` and ``appeal_by_outcome``."""
    rows = ranker.out_of_fold_
    return {"calibration": _calibration(rows), "appeal_by_outcome": _spread(rows)}


def _calibration(rows: pd.DataFrame) -> Figure:
    figure, axes = _frame("What was predicted, and what came")
    tenth = pd.qcut(rows["appeal"].rank(method="first"), min(10, len(rows)), labels=False)
    means = rows.groupby(tenth)[["appeal", "percentile"]].mean()
    axes.plot([0, 1], [0, 1], color=REST, linewidth=1)
    axes.plot(means["appeal"], means["percentile"], color=WARM, marker="o")
    axes.set(xlabel="appeal (mean of each tenth)", ylabel="percentile reached", xlim=(0, 1), ylim=(0, 1))
    return figure


def _spread(rows: pd.DataFrame) -> Figure:
    figure, axes = _frame("Appeal of weak, middling and strong titles (thirds)")
    thirds = pd.cut(rows["percentile"], [-0.01, 1 / 3, 2 / 3, 1.0], labels=["weak", "middling", "strong"])
    for name, color in zip(["weak", "middling", "strong"], [REST, INK, WARM], strict=True):
        axes.hist(
            rows.loc[thirds == name, "appeal"],
            bins=np.linspace(0, 1, 31).tolist(),
            histtype="step",
            color=color,
            label=name,
        )
    axes.set(xlabel="appeal", ylabel="titles", xlim=(0, 1))
    axes.legend(frameon=False)
    return figure


def _frame(title: str) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
