"""The command `recommender backtest`."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from recommender.cli import app
from tests.cli.test_experiment import Runs
from tests.ranking.commands import call as call_there
from tests.ranking.commands import write_world

FILES = [
    "by_evidence.csv",
    "by_market.csv",
    "comparisons.csv",
    "holdouts.csv",
    "predictions.parquet",
    "report.html",
    "results.csv",
    "results.parquet",
]
TABLES = ("--titles", "titles.parquet", "--outcomes", "outcomes.parquet")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text_cache: Path) -> Path:
    write_world(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECOMMENDER_CACHE", str(text_cache))
    return tmp_path


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Runs]:
    kept: list[Runs] = []

    @contextmanager
    def tracked_run(experiment: str, name: str) -> Any:
        kept.append(Runs(f"{experiment} / {name}"))
        yield kept[-1]

    monkeypatch.setattr("recommender.tracking.tracked_run", tracked_run)
    return kept


def test_models_stand_beside_baselines(folder: Path, runs: list[Runs]) -> None:
    status, said = call_there(
        *("backtest", *TABLES, "--model", "quick.toml", "--baselines", "shuffle,origin_genre"),
        *("--folds", 2, "--origins", "FR", "--k", 10, "--resamples", 20, "--out", "out"),
    )
    assert status == 0, said
    assert sorted(path.name for path in (folder / "out").iterdir()) == FILES
    results = pd.read_csv(folder / "out" / "results.csv")
    assert results["ranker"].unique().tolist() == [
        *("quick", "quick + history", "shuffle", "origin_genre"),
    ]
    assert results["split"].unique().tolist() == ["2 folds", "origin FR"]
    assert f"{results['ndcg'][0]:.3f}" in said
    seconds = results.loc[results["ranker"] == "shuffle", "seconds"].iloc[0]
    assert re.search(rf"shuffle [\d. -]+ {seconds:.1f} origin_genre", said)
    assert "coverage: outcomes within their interval; error: appeal from the percentile" in said
    whole, *inner = runs
    assert whole.name.startswith("backtests / ")
    assert sorted(whole.files) == FILES
    assert whole.inputs == ["titles", "outcomes"]
    assert [run.params["ranker"] for run in inner] == ["quick", "quick + history", "shuffle", "origin_genre"]
    assert inner[0].params["model.n_folds"] == 3
    assert {"ndcg@10", "spearman", "origin FR/ndcg@10", "2 folds/fold 1/ndcg@10"} <= set(inner[0].metrics)


def test_without_a_split_one_is_chosen(folder: Path, runs: list[Runs]) -> None:
    status, _ = call_there("backtest", *TABLES, "--model", "quick.toml", "--baselines", "none", "--resamples", 20)
    assert status == 0
    results = pd.read_csv(folder / "backtests" / "latest" / "results.csv")
    assert results["split"].iloc[0].startswith("years ")
    assert results["holdout"].iloc[0] == "all"


@pytest.mark.slow
def test_the_sample_needs_no_tables(
    folder: Path, runs: list[Runs], user_cache: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if user_cache is None:
        monkeypatch.delenv("RECOMMENDER_CACHE")
    else:
        monkeypatch.setenv("RECOMMENDER_CACHE", user_cache)
    quick = ("--model", "quick.toml", "--baselines", "shuffle", "--resamples", 20, "--no-track")
    status, said = call_there("backtest", "--sample", *quick, "--out", "out")
    assert status == 0, said
    assert runs == []
    results = pd.read_csv(folder / "out" / "results.csv")
    assert set(results["split"]) == {"random 30%", "origin JP"}


@pytest.mark.parametrize(
    ("words", "status", "expected"),
    [
        ((), 2, "--titles and --outcomes, or --sample"),
        (("--sample", "--titles", "titles.parquet"), 2, "brings its own tables"),
        ((*TABLES, "--baselines", "shufle"), 2, "did you mean 'shuffle'"),
        ((*TABLES, "--baselines", "shuffle,shuffle"), 2, "two models are called 'shuffle'"),
        ((*TABLES, "--years", "2012-2015"), 2, "FIRST:LAST"),
        ((*TABLES, "--years", "2015:2012"), 2, "--years: "),
        ((*TABLES, "--days", "2012-13-01"), 2, "--days: "),
        ((*TABLES, "--days", "2012-13-01"), 2, "--days: not a day; write YYYY-MM-DD (got '2012-13-01')"),
        ((*TABLES, "--days", "2012-02-30", "--months", "3"), 2, "--days: not a day; write YYYY-MM-DD"),
        ((*TABLES, "--days", ","), 2, "--days: too few; give at least 1"),
        ((*TABLES, "--years", "2015:2012"), 2, "--years: the last year (2012) is before the first (2015)"),
        ((*TABLES, "--origins", "XX"), 2, "--origins: not a country; write an ISO 3166-1 code"),
        ((*TABLES, "--months", "3"), 2, "--days too"),
        ((*TABLES, "--origins", "Russia"), 2, "--origins: "),
        ((*TABLES, "--random", "1.5"), 2, "--random: "),
        ((*TABLES, "--gain", "cubed"), 2, "no gain 'cubed'"),
        (("--titles", "none.csv", "--outcomes", "outcomes.parquet"), 1, "none.csv"),
        ((*TABLES, "--model", "none.toml"), 1, "none.toml"),
        ((*TABLES, "--baselines", "shuffle", "--years", "1800:1801"), 1, "leaves no outcomes"),
    ],
)
def test_a_wrong_call_is_told_and_leaves_nothing(
    folder: Path, words: tuple[str, ...], status: int, expected: str
) -> None:
    found, said = call_there("backtest", *words, "--out", "out")
    assert found == status, said
    assert expected in said
    assert not (folder / "out").exists()


def test_help_has_an_example() -> None:
    said = " ".join(CliRunner().invoke(app, ["backtest", "--help"]).output.split())
    assert "recommender backtest --titles" in said
    for option in ("--sample", "--years", "--days", "--folds", "--origins", "--markets", "--baselines"):
        assert option in said
