"""Calling the commands that train and score, on the small world."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from recommender.cli import app
from recommender.sources import write_table
from tests.ranking.worlds import MODEL_TOML, make_outcomes, make_titles


def write_world(folder: Path) -> None:
    """Write the tables to learn from, a catalogue to score, its history, and the settings of a quick model."""
    titles, catalogue = make_titles(120), make_titles(40, start=120)
    write_table(titles, folder / "titles.parquet")
    write_table(make_outcomes(titles), folder / "outcomes.parquet")
    write_table(catalogue, folder / "catalogue.parquet")
    write_table(make_outcomes(catalogue, markets=()), folder / "history.parquet")
    (folder / "quick.toml").write_text(MODEL_TOML, encoding="utf-8")


def call(*words: object) -> tuple[int, str]:
    """Run the command in this process; return its exit status and all that it said, on one line."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    said = " ".join(result.output.split())
    assert "Traceback" not in said
    return result.exit_code, said


def content(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file in a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
