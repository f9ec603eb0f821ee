"""Results of rankers side by side: printed, and kept by MLflow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.cli._console import output
from recommender.errors import counted

if TYPE_CHECKING:
    import pandas as pd

    from recommender.evaluation import NamedRanker

__all__ = ["print_results", "track_results"]

# What fits a terminal of 80 columns; the files hold the rest.
_HEADS = {"interval_coverage": "coverage", "calibration_error": "error", "seconds": "s"}
_SHOWN = ("ndcg", "spearman", *_HEADS)
_HISTORY = " + history"


def print_results(results: pd.DataFrame, name: str, k: int) -> None:
    """Print one table a split: its rankers with their main figures."""
    from rich.table import Table
    from rich.text import Text

    from recommender.evaluation import FIGURES, headline

    console = output()
    top = headline(results)
    for split in top["split"].unique():
        rows = top[top["split"] == split]
        judged = rows.iloc[0]
        console.print(
            Text(f"{name}: {split}", style="bold"),
            f"   {counted(judged['n_titles'], 'title')} judged, {counted(judged['n_markets'], 'market')}",
            sep="",
        )
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        table.add_column("ranker", overflow="fold")  # where the line is too short, it is the one that gives way
        for figure in _SHOWN:
            head = _HEADS.get(figure) or FIGURES[figure].head(k)
            table.add_column(head, justify="right", no_wrap=True)
            if figure == "ndcg":
                table.add_column("95%", justify="right", no_wrap=True)
        for row in rows.to_dict("records"):
            cells = [f"{row[figure]:.1f}" if figure == "seconds" else _shown(row[figure]) for figure in _SHOWN]
            cells.insert(1, f"{row['ndcg_low']:.2f}-{row['ndcg_high']:.2f}")
            table.add_row(Text(row["ranker"]), *cells)
        console.print(table)
    console.print(
        "coverage: outcomes within their interval; error: appeal from the percentile reached, on average over tenths",
        style="dim",
    )


def track_results(
    experiment: str,
    name: str,
    results: pd.DataFrame,
    rankers: Mapping[str, NamedRanker],
    params: Mapping[str, object],
    inputs: Mapping[str, Path],
    files: Sequence[Path],
    k: int,
) -> None:
    """Log results as one run with the files, and inside it one run a ranker, to stand side by side.

    The figures of the first split go by their own names, those of the others and of single holdouts by theirs.
    """
    from recommender.evaluation import FIGURES, headline
    from recommender.tracking import tracked_run

    top = headline(results)
    first = top["split"].iloc[0]
    with tracked_run(experiment, name) as run:
        run.log_params(params)
        run.log_inputs(inputs, context="evaluation")
        for file in files:
            run.log_file(file)
        for ranker in dict.fromkeys(results["ranker"]):
            made_of = rankers[ranker.removesuffix(_HISTORY)].made_of
            metrics: dict[str, float | None] = {}
            own = top[top["ranker"] == ranker]
            for row in own.to_dict("records"):
                place = "" if row["split"] == first else f"{row['split']}/"
                metrics |= _metrics(row, place, k, FIGURES)
            for row in results[(results["ranker"] == ranker) & (results["holdout"] != "all")].to_dict("records"):
                metrics[f"{row['split']}/{row['holdout']}/ndcg@{k}"] = row["ndcg"]
            with tracked_run(experiment, f"{name}: {ranker}") as one:
                one.log_params(
                    {"of": name, "ranker": ranker, **params, **{f"model.{k}": v for k, v in made_of.items()}}
                )
                one.log_metrics(metrics)


def _metrics(row: Mapping[str, float], place: str, k: int, figures: Mapping[str, object]) -> dict[str, float | None]:
    at_k = {name for name, figure in figures.items() if getattr(figure, "at_k", False)}
    names = [*figures, "ndcg_low", "ndcg_high", "n_markets", "n_titles", "seconds"]
    return {f"{place}{name}@{k}" if name in at_k else f"{place}{name}": row[name] for name in names}


def _shown(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3f}"
