"""How long `recommender demo` takes, with an empty cache of encoded texts and with a full one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from benchmarks._measure import Row, Strict, measure, recommender, show


def main(
    direction: Annotated[str, typer.Option(help="ru-to-cn or cn-to-ru.")] = "ru-to-cn",
    strict: Strict = False,
) -> None:
    """Measure the demonstration: seconds and peak memory, cold and warm.

    Example: python -m benchmarks.demo --direction cn-to-ru
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {
            "RECOMMENDER_CACHE": str(folder / "cache"),
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
        }
        cold, warm = (
            measure(
                recommender("demo", "--direction", direction, "--out", folder / which),
                folder=folder,
                environment=environment,
            )
            for which in ("cold", "warm")
        )
    show(
        f"recommender demo --direction {direction}",
        [
            Row("cold cache", cold.seconds, 180, "s"),
            Row("warm cache", warm.seconds, 40, "s"),
            Row("peak memory, cold", cold.peak_bytes / 1e9, 2, "GB"),
            Row("peak memory, warm", warm.peak_bytes / 1e9, 2, "GB"),
        ],
        strict=strict,
    )


if __name__ == "__main__":
    typer.run(main)
