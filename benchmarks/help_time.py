"""How soon `recommender --help` answers."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from benchmarks._measure import Row, Strict, measure, recommender, show


def main(
    runs: Annotated[int, typer.Option(min=1, help="How many times to ask.")] = 10,
    strict: Strict = False,
) -> None:
    """Measure how soon `recommender --help` answers.

    Example: python -m benchmarks.help_time --runs 20
    """
    with tempfile.TemporaryDirectory() as name:
        command, folder = recommender("--help"), Path(name)
        measure(command, folder=folder)  # compiles what was never run
        taken = [measure(command, folder=folder) for _ in range(runs)]
    seconds = [run.seconds for run in taken]
    peak = max(run.peak_bytes for run in taken)
    show(
        "recommender --help",
        [
            Row("best", min(seconds), 0.5, "s"),
            Row("median", statistics.median(seconds), 0.5, "s"),
            Row("peak memory", peak / 1e9, 2, "GB"),
        ],
        strict=strict,
    )


if __name__ == "__main__":
    typer.run(main)
