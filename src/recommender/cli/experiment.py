"""The command `recommender experiment`: rankers compared as a TOML says, and the results beside it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd

    from recommender.evaluation import ExperimentConfig

__all__ = ["experiment"]

_RUNS = "experiments"
_SHOWN = {
    "ndcg": "NDCG",
    "spearman": "Spearman",
    "coverage": "coverage",
    "calibration_error": "error",
    "seconds": "seconds",
}


def experiment(
    path: Annotated[Path, typer.Argument(help="The experiment's TOML.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the results.", show_default="where the TOML is"),
    ] = None,
) -> None:
    """Compare rankers on titles that they have not seen, as an experiment's TOML says.

    Prints the results, writes them as NAME.results.csv and NAME.results.md, and logs them to MLflow, one run
    a ranker. Paths in the TOML are relative to the folder that the command is called in.

    Example:

        recommender experiment experiments/sample.toml
    """
    from recommender.evaluation import load_experiment, run_experiment, write_results

    config = load_experiment(path)
    results = run_experiment(config)
    files = write_results(results, config, out or path.parent)
    _print_results(results, config, files)
    _track(results, config, path, files)


def _print_results(results: pd.DataFrame, config: ExperimentConfig, files: dict[str, Path]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    judged = results.iloc[0]
    console.print(
        Text(config.name, style="bold"),
        f"   {judged['n_titles']:,} titles judged, {judged['n_markets']:,} markets, k = {config.k}",
        sep="",
    )
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("ranker", no_wrap=True)
    for name, head in _SHOWN.items():
        table.add_column(head, justify="right", no_wrap=True)
        if name == "ndcg":
            table.add_column("95% interval", justify="right", no_wrap=True)
    for row in results.to_dict("records"):
        cells = [_shown(row[name]) for name in _SHOWN]
        cells.insert(1, f"{row['ndcg_low']:.3f} to {row['ndcg_high']:.3f}")
        table.add_row(Text(row["ranker"]), *cells)
    console.print(table)
    for file in files.values():
        console.print(Text(str(file), style="cyan"), soft_wrap=True)


def _shown(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def _track(results: pd.DataFrame, config: ExperimentConfig, path: Path, files: dict[str, Path]) -> None:
    """Log the experiment as one run, with one run a ranker inside it."""
    from recommender.tracking import tracked_run

    params = {key: value for key, value in config.model_dump(mode="json").items() if key not in {"name", "description"}}
    with tracked_run(_RUNS, config.name) as run:
        run.log_params(params)
        run.log_inputs({"experiment": path, **config.input_paths()}, context="evaluation")
        for file in files.values():
            run.log_file(file)
        for row in results.to_dict("records"):
            with tracked_run(_RUNS, f"{config.name}: {row['ranker']}") as one:
                one.log_params({"experiment": config.name, "ranker": row["ranker"], **params})
                figures = {str(key): value for key, value in row.items() if key != "ranker"}
                one.log_metrics(
                    {f"{key}@{config.k}" if key in {"ndcg", "precision"} else key: v for key, v in figures.items()}
                )
