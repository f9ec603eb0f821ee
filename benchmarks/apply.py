"""How long `recommender offer apply` takes: a reviewed workbook read back, and the next version chosen and written."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks._measure import Row, Strict, measure, recommender, show

_GENRES = ("Drama", "Comedy", "War", "Romance", "Adventure", "Family", "Crime")
_WORDS = ("accept", "reject", "hold")


def main(
    titles: Annotated[int, typer.Option(min=400, help="How many titles the catalogue has.")] = 5_000,
    decisions: Annotated[int, typer.Option(min=1, max=300, help="How many of the 300 titles are decided.")] = 120,
    runs: Annotated[int, typer.Option(min=1, help="How many times to apply.")] = 3,
    strict: Strict = False,
) -> None:
    """Measure applying a workbook with decisions to an offer of 300 titles out of an invented catalogue.

    Example: python -m benchmarks.apply --titles 5000 --decisions 120
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _make(folder, titles)
        offer = recommender(
            *("offer", "--brief", "cn-300", "--titles", folder / "titles.parquet"),
            *("--scores", folder / "scores.parquet", "--out", folder / "v1"),
        )
        first = measure(offer, folder=folder)
        _decide(folder / "v1" / "offer.xlsx", folder / "back.xlsx", decisions)
        taken = [
            measure(
                recommender(
                    *("offer", "apply", folder / "back.xlsx", "--offer", folder / "v1", "--out", folder / f"v2-{run}")
                ),
                folder=folder,
            )
            for run in range(runs)
        ]
    typer.echo(f"the first version: {first.seconds:.2f} s", err=True)
    show(
        f"recommender offer apply, 300 of {titles:,} titles, {decisions} decisions",
        [
            Row("best", min(run.seconds for run in taken), 5, "s"),
            Row("worst", max(run.seconds for run in taken), 5, "s"),
            Row("peak memory", max(run.peak_bytes for run in taken) / 1e9, 1.5, "GB"),
        ],
        strict=strict,
    )


def _make(folder: Path, count: int) -> None:
    """Write an invented catalogue and its scores."""
    import numpy as np
    import pandas as pd

    from recommender.sources import write_table

    rng = np.random.default_rng(11)
    ids = [f"t{number:06d}" for number in range(count)]
    titles = pd.DataFrame(
        {
            "title_id": ids,
            "kind": rng.choice(["film", "animation"], count, p=[0.85, 0.15]),
            "title": [f"Title {number}" for number in range(count)],
            "original_title": [f"Название {number}" for number in range(count)],
            "year": rng.integers(1950, 2025, count),
            "synopsis": ["Somebody waits for a letter that does not come. " * 5] * count,
        }
    )
    titles["countries"] = [["RU"]] * count
    titles["genres"] = [list(rng.choice(_GENRES, rng.integers(1, 4), replace=False)) for _ in range(count)]
    titles["directors"] = [[f"Director {number % 700}"] for number in range(count)]
    write_table(titles, folder / "titles.parquet")
    appeal = np.sort(rng.beta(2, 3, count))[::-1]
    scores = pd.DataFrame(
        {
            "market": "CN",
            "rank": range(1, count + 1),
            "title_id": rng.permutation(ids),
            "score": appeal,
            "appeal": appeal,
            "low": (appeal - 0.2).clip(0),
            "high": (appeal + 0.2).clip(0, 1),
            "evidence": "fair",
            **dict.fromkeys(("model", "model_version", "encoder"), "invented"),
            "as_of": "2026-01-01",
        }
    )
    scores["reasons"] = [["+ genre: Drama (+0.05)", "+ released 1999 (+0.02)", "- no synopsis (−0.01)"]] * count
    comparable: dict[str, Any] = {"title": "Green Book", "year": 2018, "percentile": 0.97, "why": "same genres"}
    scores["comparables"] = pd.Series([[comparable]] * count, dtype="object")
    write_table(scores, folder / "scores.parquet")


def _decide(source: Path, target: Path, count: int) -> None:
    """Write decisions into a workbook as a reviewer does."""
    import openpyxl

    book: Any = openpyxl.load_workbook(source)
    sheet = book.worksheets[1]
    column = next(cell.column for cell in sheet[1] if str(cell.value).startswith("Decision"))
    for row in range(count):
        sheet.cell(row + 2, column).value = _WORDS[row % len(_WORDS)]
    book.save(target)


if __name__ == "__main__":
    typer.run(main)
