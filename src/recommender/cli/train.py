"""The command `recommender train`: from titles and outcomes to a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recommender.errors import counted

__all__ = ["train"]


def train(
    titles: Annotated[Path, typer.Option("--titles", help="Titles table: Parquet, CSV or XLSX.")],
    outcomes: Annotated[Path, typer.Option("--outcomes", help="Outcomes table: Parquet, CSV or XLSX.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the bundle.")],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Nothing dated on or after this day is seen; default: after the newest outcome."),
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="The model's settings (TOML); default: those of models/default.toml.")
    ] = None,
    track: Annotated[
        bool, typer.Option("--track/--no-track", help="Log the run and register the model with MLflow.")
    ] = True,
) -> None:
    """Learn from how titles did in markets, and write a bundle that scores any catalogue for them.

    The run is logged to MLflow: to sqlite:///mlflow.db, or to the server that MLFLOW_TRACKING_URI names.

    Example:

        recommender train --titles titles.parquet --outcomes outcomes.parquet --out models/first
    """
    from recommender.cli._options import check_day
    from recommender.cli._training import train_bundle
    from recommender.ranking import BUNDLE_FILES, ModelConfig, load_model_config
    from recommender.sources import check_directory, read_outcomes, read_titles

    day = check_day(as_of)
    check_directory(out, names=BUNDLE_FILES)
    config = ModelConfig() if model is None else load_model_config(model)
    manifest = train_bundle(
        read_titles(titles),
        read_outcomes(outcomes),
        config,
        out,
        as_of=day,
        data={"titles": titles, "outcomes": outcomes},
        tracked=track,
    )
    figures = manifest.metrics
    typer.echo(
        f"model {manifest.name} {manifest.version}: {counted(round(figures['titles']), 'title')}, "
        f"{counted(round(figures['outcomes']), 'outcome')}, {counted(len(manifest.markets), 'market')}, "
        f"as of {manifest.as_of}"
    )
    typer.echo(
        f"on titles not seen: rank correlation {figures['spearman']:.2f}, "
        f"{manifest.config.coverage:.0%} intervals hold {figures['interval_coverage']:.0%}"
    )
    typer.echo(f"{out}")
