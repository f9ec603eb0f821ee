"""How long `recommender score` takes on a real catalogue, with its texts encoded already."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from benchmarks._measure import PROJECT, Row, Strict, measure, recommender, show


def main(
    data: Annotated[Path, typer.Option(help="The folder of real data.")] = PROJECT.parent / "shared" / "data",
    bundle: Annotated[
        Path | None, typer.Option(help="A trained bundle; trained on the china tables where not given.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="How many times to score.")] = 3,
    strict: Strict = False,
) -> None:
    """Measure the scoring of 1,529 Russian titles for China: seconds and peak memory, warm cache.

    Encoded texts go to the usual cache, so that only the first run encodes.

    Example: python -m benchmarks.score --bundle models/default --runs 5
    """
    catalogue = (data / "russia" / "russian_catalogue.parquet").resolve()
    if not catalogue.is_file():
        typer.echo(f"{catalogue}: not there; name the folder of real data with --data", err=True)
        raise typer.Exit(2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {"MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}"}
        if bundle is None:
            bundle = folder / "bundle"
            china = (data / "china").resolve()
            typer.echo("training on the china tables", err=True)
            measure(
                recommender(
                    *("train", "--titles", china / "titles.parquet"),
                    *("--outcomes", china / "outcomes.parquet", "--out", bundle),
                ),
                folder=folder,
                environment=environment,
            )
        command = recommender(
            *("score", "--bundle", bundle.resolve(), "--titles", catalogue),
            *("--markets", "CN", "--out", folder / "scores.parquet"),
        )
        first, *taken = [measure(command, folder=folder, environment=environment) for _ in range(runs + 1)]
    typer.echo(f"first run, which encodes what is new: {first.seconds:.2f} s", err=True)
    show(
        "recommender score, 1,529 titles for one market",
        [
            Row("best, warm cache", min(run.seconds for run in taken), 10, "s"),
            Row("worst, warm cache", max(run.seconds for run in taken), 10, "s"),
            Row("peak memory", max(run.peak_bytes for run in taken) / 1e9, 2, "GB"),
        ],
        strict=strict,
    )


if __name__ == "__main__":
    typer.run(main)
