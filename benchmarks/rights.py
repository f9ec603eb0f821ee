"""How long a brief's question to a rights table of a million rows takes."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from benchmarks._measure import PROJECT, Row, Strict, measure, show

_MEDIA = ("all", "cinema", "television", "free_tv", "pay_tv", "online", "svod", "avod", "tvod", "est", "home_video")
_STATUSES = ("owned", "available", "licensed", "negotiating", "reserved", "expired")
_MARKETS = ("CN", "WW", "RU", "FR", "DE", "US", "BR", "JP", "KR", "IN")


def invented_rights(rows: int, *, titles: int, one_market: bool, seed: int = 5) -> pd.DataFrame:
    """Return a rights table of invented rows: `one_market` makes all of them bear on China."""
    rng = np.random.default_rng(seed)
    first_day = np.datetime64("2015-01-01")
    start = first_day + rng.integers(0, 5000, rows)
    end = start + rng.integers(30, 4000, rows)
    status = rng.choice(_STATUSES, rows, p=(0.3, 0.2, 0.3, 0.02, 0.03, 0.15))
    licensee = np.char.add("Invented Distributor ", rng.integers(0, 400, rows).astype(str)).astype(object)
    licensee[np.isin(status, ["owned", "available"])] = None
    return pd.DataFrame(
        {
            "title_id": pd.array(np.char.add("t", rng.integers(0, titles, rows).astype(str)), dtype="str"),
            "market": pd.array(rng.choice(_MARKETS[:2] if one_market else _MARKETS, rows), dtype="str"),
            "media": pd.array(rng.choice(_MEDIA, rows), dtype="str"),
            "language": pd.Series(
                rng.choice(np.array([None, None, None, "zh", "ru"], dtype=object), rows), dtype="str"
            ),
            "start": _some_empty(rng, start),
            "end": _some_empty(rng, end),
            "exclusive": pd.array(rng.choice([True, False], rows), dtype="boolean"),
            "holdback_until": _some_empty(rng, start, empty=0.97),
            "licensee": pd.Series(licensee, dtype="str"),
            "status": pd.array(status, dtype="str"),
        }
    )


def _some_empty(rng: np.random.Generator, days: np.ndarray, empty: float = 0.15) -> pd.Series:
    words = np.datetime_as_string(days).astype(object)
    words[rng.random(len(days)) < empty] = None
    return pd.Series(words, dtype="str")


def main(
    rows: Annotated[int, typer.Option(min=1, help="Rows of the table.")] = 1_000_000,
    titles: Annotated[int, typer.Option(min=1, help="Titles among them.")] = 50_000,
    runs: Annotated[int, typer.Option(min=1, help="How many times to ask.")] = 3,
    strict: Strict = False,
) -> None:
    """Measure one brief's question to a rights table: seconds to answer, to read and check it, and peak memory.

    Twice: with rows of ten markets, and with every row bearing on the market that is asked about.

    Example: python -m benchmarks.rights --rows 1000000 --runs 5
    """
    measured = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for one_market, words in ((False, "ten markets"), (True, "one market")):
            file = folder / "rights.parquet"
            invented_rights(rows, titles=titles, one_market=one_market).to_parquet(file)
            command = [sys.executable, "-m", "benchmarks._rights_answer", str(file)]
            environment = {"PYTHONPATH": os.pathsep.join([str(PROJECT / "src"), str(PROJECT)])}
            taken, peaks = [], []
            for _ in range(runs):
                run = measure(command, folder=folder, environment=environment)
                taken.append(json.loads((folder / "benchmark.log").read_text("utf-8").splitlines()[-1]))
                peaks.append(run.peak_bytes)
            typer.echo(f"{words}: {taken[-1]}", err=True)
            measured += [
                Row(f"answer, {words}, worst", max(run["answer"] for run in taken), 5, "s"),
                Row(f"read and check, {words}, worst", max(run["read"] for run in taken), 20, "s"),
                Row(f"peak memory, {words}", max(peaks) / 1e9, 2, "GB"),
            ]
    show(f"rights of {titles:,} titles in {rows:,} rows, one brief", measured, strict=strict)


if __name__ == "__main__":
    typer.run(main)
