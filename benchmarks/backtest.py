"""How long `recommender backtest --sample` takes, with its texts encoded already."""

from __future__ import annotations

import tempfile
from pathlib import Path

import typer

from benchmarks._measure import Row, Strict, measure, recommender, show


def main(strict: Strict = False) -> None:
    """Measure the backtest of the bundled sample beside all baselines: seconds and peak memory, cold and warm.

    Example: python -m benchmarks.backtest
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {
            "RECOMMENDER_CACHE": str(folder / "cache"),
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
        }
        command = recommender("backtest", "--sample", "--out", folder / "backtest")
        cold, warm = (measure(command, folder=folder, environment=environment) for _ in range(2))
    show(
        "recommender backtest --sample",
        [
            Row("cold cache", cold.seconds, 180, "s"),
            Row("warm cache", warm.seconds, 120, "s"),
            Row("peak memory", max(cold.peak_bytes, warm.peak_bytes) / 1e9, 2, "GB"),
        ],
        strict=strict,
    )


if __name__ == "__main__":
    typer.run(main)
