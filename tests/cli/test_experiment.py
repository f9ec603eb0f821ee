from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from recommender.cli.experiment import experiment
from recommender.errors import CallError, ConfigError, UnreadableFileError
from recommender.evaluation import KEPT_COLUMNS, ExperimentConfig, headline, load_experiment
from recommender.ranking import BASELINES

QUICK = """
name = "quick"
description = "Does anything beat chance?"
models = ["shuffle", "origin_genre"]
k = 50

[split]
kind = "random"
share = 0.3
"""
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "quick.toml").write_text(QUICK)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: str) -> str:
    app = typer.Typer()
    app.command()(experiment)
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


class Runs:
    """Stands for MLflow, and remembers what was logged."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.params: dict[str, object] = {}
        self.metrics: dict[str, float] = {}
        self.files: list[str] = []
        self.inputs: list[str] = []

    def log_params(self, params: dict[str, object]) -> None:
        self.params.update(params)

    def log_metrics(self, metrics: dict[str, float]) -> None:
        self.metrics.update(metrics)

    def log_file(self, path: Path) -> None:
        self.files.append(path.name)

    def log_inputs(self, paths: dict[str, Path], **_more: object) -> None:
        self.inputs.extend(paths)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Runs]:
    kept: list[Runs] = []

    @contextmanager
    def tracked_run(experiment: str, name: str) -> Any:
        kept.append(Runs(f"{experiment} / {name}"))
        yield kept[-1]

    monkeypatch.setattr("recommender.tracking.tracked_run", tracked_run)
    return kept


def test_results_are_printed_and_written(folder: Path, runs: list[Runs]) -> None:
    said = call("quick.toml")
    results = pd.read_csv(folder / "quick.results.csv")
    assert tuple(results.columns) == KEPT_COLUMNS
    assert results["ranker"].tolist() == ["shuffle", "origin_genre"]
    assert results["ndcg"][1] > results["ndcg"][0]
    table = (folder / "quick.results.md").read_text(encoding="utf-8")
    assert "Does anything beat chance?" in table
    for ndcg in results["ndcg"]:
        assert f"{ndcg:.3f}" in table
        assert f"{ndcg:.3f}" in said
    *_, judged = re.findall(r"\| seconds \|\n.*\n((?:\|.*\n)+)", table)
    assert re.findall(r"\| (\S+) \|\n", judged) == [f"{seconds:.1f}" for seconds in results["seconds"]]
    for row in results.to_dict("records"):
        assert re.search(rf"{row['ranker']} .* {row['seconds']:.1f}\n", re.sub(" +\n", "\n", said))


def test_on_a_narrow_terminal_the_figures_stay(folder: Path, runs: list[Runs], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    said = " ".join(call("quick.toml").split())
    results = pd.read_csv(folder / "quick.results.csv")
    for row in results.to_dict("records"):
        assert f"{row['ndcg']:.3f} {row['ndcg_low']:.2f}-{row['ndcg_high']:.2f}" in said


def test_every_ranker_is_a_run(folder: Path, runs: list[Runs]) -> None:
    call("quick.toml")
    whole, first, second = runs
    assert whole.name == "experiments / quick"
    assert sorted(whole.files) == ["quick.comparisons.csv", "quick.results.csv", "quick.results.md"]
    assert whole.inputs == ["experiment"]
    assert first.params["ranker"] == "shuffle"
    assert second.params["splits"] == [{"kind": "random", "share": 0.3, "seed": 0, "repeats": 1}]
    assert second.params["model.shrinkage"] == 10.0
    assert second.metrics["ndcg@50"] > first.metrics["ndcg@50"]


@pytest.mark.slow
def test_runs_stand_side_by_side_in_mlflow(folder: Path) -> None:
    from mlflow import MlflowClient

    call("quick.toml")
    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    kept = client.search_runs([client.get_experiment_by_name("experiments").experiment_id])
    assert {run.info.run_name for run in kept} == {"quick", "quick: shuffle", "quick: origin_genre"}
    assert all("ndcg_at_50" in run.data.metrics for run in kept if run.info.run_name != "quick")


def test_results_go_where_they_are_asked_to(folder: Path, runs: list[Runs]) -> None:
    call("quick.toml", "--out", "deep/er")
    assert sorted(path.name for path in (folder / "deep" / "er").iterdir()) == [
        "quick.comparisons.csv",
        "quick.results.csv",
        "quick.results.md",
        "runs",
    ]
    assert not (folder / "quick.results.csv").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("k = 50", "k = 0"), "k: "),
        (("k = 50", "kk = 50"), "kk: unknown key"),
        (("share = 0.3", "shares = 0.3"), "did you mean 'share'"),
        (('kind = "random"', 'kind = "chance"'), "splits.0: "),
        (("k = 50", 'gain = "cubed"'), "gain: "),
        (("k = 50", 'data = "samples"'), "data"),
        (('name = "quick"', 'name = "../quick"'), "name: use small letters, digits, - and _, a letter or digit first"),
        (("[split]", "[split"), "not TOML"),
    ],
)
def test_a_wrong_experiment_is_refused_by_key(folder: Path, change: tuple[str, str], said: str) -> None:
    (folder / "quick.toml").write_text(QUICK.replace(*change))
    with pytest.raises(ConfigError) as caught:
        call("quick.toml")
    assert "quick.toml" in str(caught.value)
    assert said in str(caught.value)


def test_a_wrong_model_is_refused_before_anything_is_read(folder: Path) -> None:
    (folder / "quick.toml").write_text(
        QUICK.replace('"shuffle"', '"shufle"') + '[data]\ntitles = "a"\noutcomes = "b"\n'
    )
    with pytest.raises(CallError, match="did you mean 'shuffle'"):
        call("quick.toml")
    (folder / "quick.toml").write_text(QUICK.replace('"origin_genre"', '"shuffle"'))
    with pytest.raises(CallError, match="two models are called 'shuffle'"):
        call("quick.toml")
    (folder / "quick.toml").write_text(QUICK.replace('"shuffle"', '"models/none.toml"'))
    with pytest.raises(UnreadableFileError):
        call("quick.toml")
    assert not list(folder.glob("*.results.*"))


def test_an_experiment_that_is_not_there_is_refused(folder: Path) -> None:
    for path in ("nowhere.toml", "."):
        with pytest.raises(UnreadableFileError):
            call(path)


def test_what_is_finished_is_not_done_again(folder: Path, runs: list[Runs]) -> None:
    call("quick.toml", "--no-track")
    assert runs == []
    before = (folder / "quick.results.csv").read_bytes()
    assert "--again does them again" in call("quick.toml", "--no-track")
    assert (folder / "quick.results.csv").read_bytes() == before
    assert "--again" not in call("quick.toml", "--no-track", "--again", "--only", "shuffle")
    with pytest.raises(CallError, match="no model 'shufle'"):
        call("quick.toml", "--only", "shufle")


EXPERIMENTS = sorted((PROJECT / "experiments").glob("*.toml"))


def test_one_experiment_runs_on_the_bundled_sample() -> None:
    config = load_experiment(PROJECT / "experiments" / "sample.toml")
    assert config.data == "sample"
    assert set(BASELINES) < set(config.models)


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_every_experiment_of_the_project_has_its_results(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    config: ExperimentConfig = load_experiment(path)
    assert config.name == path.stem
    results = pd.read_csv(path.with_name(f"{config.name}.results.csv"))
    assert tuple(results.columns) == KEPT_COLUMNS
    if missing := sorted(set(config.make_rankers()) - set(results["ranker"])):
        pytest.skip(f"not measured yet: {', '.join(missing)}; run `recommender experiment {path.name}`")
    assert {split.label for split in config.splits} == set(results["split"])
    table = path.with_name(f"{config.name}.results.md").read_text(encoding="utf-8")
    assert all(f"| {ranker} |" in table for ranker in results["ranker"])


@pytest.mark.parametrize(
    "path",
    [path for path in EXPERIMENTS if not path.stem.startswith(("ablation", "learners", "origins"))],
    ids=lambda path: path.stem,
)
def test_the_default_model_beats_every_simple_rule(path: Path) -> None:
    results = headline(pd.read_csv(path.with_name(f"{path.stem}.results.csv")))
    if "default" not in set(results["ranker"]):
        pytest.skip(f"not measured yet: default; run `recommender experiment {path.name}`")
    simple = [name for name in BASELINES if name != "catboost_text"]
    for _, rows in results.groupby("split"):
        ndcg = rows.set_index("ranker")["ndcg"]
        assert ndcg["default"] > ndcg[simple].max()


def test_the_default_model_is_ahead_on_origins_that_were_never_seen() -> None:
    """On average: on one small origin a simple rule may be luckier."""
    results = headline(pd.read_csv(PROJECT / "experiments" / "origins-china.results.csv"))
    ndcg = results.groupby("ranker")["ndcg"].mean()
    assert ndcg["default"] > ndcg[["home_popularity", "origin_genre", "ridge_embeddings", "catboost_text"]].max()
