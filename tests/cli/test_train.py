"""`recommender train`: the bundle, its bytes, and what is refused before anything is written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from recommender.errors import OutputError
from recommender.ranking import load_bundle, read_manifest
from recommender.sources import read_outcomes, read_titles, write_table
from tests.ranking.commands import call, content, write_world
from tests.ranking.worlds import make_outcomes, make_titles

FILES = {"manifest.json", "model_card.md", "ranker.skops"}


@pytest.fixture
def folder(tmp_path: Path, text_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_world(tmp_path)
    monkeypatch.setenv("RECOMMENDER_CACHE", str(text_cache))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def words(folder: Path, **changed: object) -> list[str]:
    """Return a call that works, with some options changed; None leaves one out."""
    options: dict[str, object] = {
        "titles": folder / "titles.parquet",
        "outcomes": folder / "outcomes.parquet",
        "model": folder / "quick.toml",
        "out": folder / "bundle",
        **changed,
    }
    given = [(f"--{name.replace('_', '-')}", str(value)) for name, value in options.items() if value is not None]
    return ["train", "--no-track", *(word for pair in given for word in pair)]


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory: pytest.TempPathFactory, text_cache: Path) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    write_world(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECOMMENDER_CACHE", str(text_cache))
        status, said = call(*words(folder))
    assert status == 0, said
    return folder / "bundle"


@pytest.fixture
def trained(folder: Path, trained_once: Path) -> Path:
    """Return a folder in which the command was called once."""
    shutil.copytree(trained_once, folder / "bundle")
    return folder


class TestBundle:
    def test_one_market_is_told_as_one(self, folder: Path) -> None:
        titles = read_titles(folder / "titles.parquet")
        write_table(make_outcomes(titles, markets=("CN",)), folder / "china.parquet")
        status, said = call(*words(folder, outcomes="china.parquet"))
        assert status == 0
        assert "examples in 1 market " in said
        assert "outcomes, 1 market, as of" in said
        assert "1 market: CN" in (folder / "bundle" / "model_card.md").read_text(encoding="utf-8")

    def test_is_written_and_summed_up(self, folder: Path) -> None:
        status, said = call(*words(folder))
        assert status == 0
        assert {path.name for path in (folder / "bundle").iterdir()} == FILES
        manifest = read_manifest(folder / "bundle")
        assert f"model quick {manifest.version}: 120 titles, 240 outcomes, 2 markets, as of 2018-03-03" in said
        assert "80% intervals hold" in said
        assert manifest.metrics["spearman"] > 0.5
        assert 0.7 < manifest.metrics["interval_coverage"] <= 1
        assert set(manifest.data) == {"titles", "outcomes"}
        assert load_bundle(folder / "bundle").markets_ == ("CN", "DE")

    def test_leaves_nothing_else_behind(self, folder: Path) -> None:
        before = set(content(folder))
        call(*words(folder))
        assert {path.name for path in folder.iterdir()} == before | {"bundle"}

    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_the_format_of_the_tables_does_not_matter(self, trained: Path, ending: str) -> None:
        for name, read in (("titles", read_titles), ("outcomes", read_outcomes)):
            write_table(read(trained / f"{name}.parquet"), trained / f"{name}.{ending}")
        tables = {name: f"{name}.{ending}" for name in ("titles", "outcomes")}
        status, _ = call(*words(trained, **tables, out=trained / "other"))
        assert status == 0
        one, other = content(trained / "bundle"), content(trained / "other")
        assert one["ranker.skops"] == other["ranker.skops"]

    def test_an_earlier_bundle_is_replaced(self, trained: Path) -> None:
        status, _ = call(*words(trained, as_of="2018-01-01"))
        assert status == 0
        assert read_manifest(trained / "bundle").as_of == "2018-01-01"

    def test_a_day_may_be_written_short(self, folder: Path) -> None:
        status, _ = call(*words(folder, as_of="2018-1-1"))
        assert status == 0
        assert read_manifest(folder / "bundle").as_of == "2018-01-01"


class TestSameBytes:
    def test_the_same_command_in_another_process(self, trained: Path) -> None:
        """One with another hash seed and another number of threads."""
        done = subprocess.run(
            [sys.executable, "-m", "recommender", *words(trained, out=trained / "again")],
            env={**os.environ, "PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
            capture_output=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        assert content(trained / "bundle") == content(trained / "again")

    def test_outcomes_dated_on_or_after_the_day_change_nothing(self, folder: Path) -> None:
        """Other figures of the same titles and market, another market, titles that had none: not a byte differs."""
        day = "2018-01-01"
        titles, outcomes = read_titles(folder / "titles.parquet"), read_outcomes(folder / "outcomes.parquet")
        newcomers = make_titles(20, start=300)
        write_table(pd.concat([titles, newcomers], ignore_index=True), folder / "titles.parquet")
        past = outcomes[outcomes["as_of"] < day]
        write_table(past, folder / "outcomes.parquet")
        call(*words(folder, as_of=day))
        of_china = past[past["market"] == "CN"]
        later = [
            outcomes[outcomes["as_of"] >= day],
            of_china.assign(as_of=day, value=1e6 - of_china["value"]),
            of_china.assign(as_of="2031-01-01", metric="box_office_cny"),
            make_outcomes(newcomers, markets=("CN", "FR", "BR")).assign(as_of="2018-01-02"),
        ]
        write_table(pd.concat([later[1], past, *later], ignore_index=True), folder / "more.parquet")
        status, _ = call(*words(folder, as_of=day, outcomes="more.parquet", out=folder / "other"))
        assert status == 0
        assert content(folder / "other") == content(folder / "bundle")
        write_table(pd.concat([past, *later], ignore_index=True), folder / "more.parquet")
        call(*words(folder, as_of="2018-01-02", outcomes="more.parquet", out=folder / "seen"))
        assert content(folder / "seen")["ranker.skops"] != content(folder / "bundle")["ranker.skops"]


class TestRefused:
    @pytest.mark.parametrize(
        "day", ["yesterday", "2018-13-01", "2018-02-30", "01.02.2018", "2018", "", "2018-01-01T00:00"]
    )
    def test_a_day_that_is_none(self, folder: Path, day: str) -> None:
        status, said = call(*words(folder, as_of=day))
        assert (status, (folder / "bundle").exists()) == (2, False)
        assert "YYYY-MM-DD" in said

    @pytest.mark.parametrize("option", ["titles", "outcomes", "out"])
    def test_an_option_left_out(self, folder: Path, option: str) -> None:
        status, said = call(*words(folder, **{option: None}))
        assert status == 2
        assert f"--{option}" in said

    @pytest.mark.parametrize("table", ["titles", "outcomes"])
    @pytest.mark.parametrize("content_", [None, b"", b"PAR1", b"\x00" * 50])
    def test_a_table_that_cannot_be_read(self, folder: Path, table: str, content_: bytes | None) -> None:
        file = folder / f"bad-{table}.parquet"
        if content_ is not None:
            file.write_bytes(content_)
        status, said = call(*words(folder, **{table: file}))
        assert (status, (folder / "bundle").exists()) == (1, False)
        assert file.name in said.replace(" ", "")

    def test_a_folder_in_place_of_a_table(self, folder: Path) -> None:
        status, _ = call(*words(folder, titles=folder))
        assert (status, (folder / "bundle").exists()) == (1, False)

    def test_faults_in_a_table_are_named_with_their_rows(self, folder: Path) -> None:
        (folder / "bad.csv").write_text(
            "title_id,market,metric,value,as_of,source\na,CN,votes,1,2018-13-45,x\nb,Narnia,votes,1,2018-01-01,x\n"
        )
        status, said = call(*words(folder, outcomes="bad.csv"))
        assert (status, (folder / "bundle").exists()) == (1, False)
        assert "row 2" in said
        assert "row 3" in said

    @pytest.mark.parametrize("text", ["n_folds = 1", "colour = 3", "n_folds ="])
    def test_settings_that_are_wrong(self, folder: Path, text: str) -> None:
        (folder / "bad.toml").write_text(text)
        status, said = call(*words(folder, model="bad.toml"))
        assert (status, (folder / "bundle").exists()) == (1, False)
        assert "bad.toml" in said

    def test_settings_that_are_not_there(self, folder: Path) -> None:
        status, said = call(*words(folder, model="nowhere.toml"))
        assert (status, (folder / "bundle").exists()) == (1, False)
        assert "nowhere.toml" in said

    def test_too_little_to_learn_from(self, folder: Path) -> None:
        status, said = call(*words(folder, as_of="2016-01-01"))
        assert (status, (folder / "bundle").exists()) == (1, False)
        assert "10 foreign titles" in said
        assert "what to do:" in said

    def test_a_folder_with_other_things(self, folder: Path) -> None:
        (folder / "bundle").mkdir()
        (folder / "bundle" / "thesis.docx").write_text("years of work")
        status, said = call(*words(folder))
        assert status == 1
        assert "thesis.docx" in said
        assert content(folder / "bundle") == {"thesis.docx": b"years of work"}

    def test_an_earlier_bundle_survives_a_failure(self, trained: Path) -> None:
        before = content(trained / "bundle")
        for more in ({"as_of": "2016-01-01"}, {"titles": "nowhere.csv"}):
            assert call(*words(trained, **more))[0] == 1
        assert content(trained / "bundle") == before


@pytest.mark.filterwarnings("default")
def test_a_store_that_does_not_answer_is_told_before_the_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    tracked = [word for word in words(folder) if word != "--no-track"]
    status, said = call(*tracked)
    assert (status, (folder / "bundle").exists()) == (1, False)
    assert "cannot be reached" in said
    assert "sqlite:///mlflow.db. Or keep no run: --no-track." in said
    assert "learning" not in said
    for command in (
        ["demo", "--out", "offer"],
        ["backtest", *tracked[1:5], "--baselines", "none", "--out", "backtest"],
    ):
        status, said = call(*command)
        assert (status, (folder / str(command[-1])).exists()) == (1, False)
        assert "cannot be reached" in said
        assert "examples" not in said


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("store", ["mlflow.db", "runs/mlflow.db"])
def test_a_store_in_the_folder_that_is_written_is_told_before_the_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    train = [word for word in words(folder) if word != "--no-track"]
    for command, place in (
        (train, folder / "bundle"),
        (["backtest", *train[1:5], "--baselines", "none", "--out", "backtest"], Path("backtest")),
        (["demo", "--out", "offer"], Path("offer")),
        (["demo", "--out", "offer"], Path("offer-model")),
    ):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{place / store}")
        status, said = call(*command)
        assert (status, place.exists()) == (2, False)
        assert f"{place} is written by this command, and replaced as a whole" in said
        assert "examples" not in said


@pytest.mark.filterwarnings("default")
def test_a_store_that_fails_after_the_work_hides_no_bundle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def tracked_run(experiment: str, name: str) -> None:
        raise OutputError("MLflow could not start the run", hint="Start the server.")

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr("recommender.tracking.tracked_run", tracked_run)
    status, said = call(*[word for word in words(folder) if word != "--no-track"])
    assert status == 1
    assert "error: MLflow could not start the run The model is saved all the same, in " in said
    assert "what to do: Start the server." in said
    assert load_bundle(folder / "bundle").markets_ == ("CN", "DE")


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # MLflow warns of its own future
def test_a_tracked_run_is_logged_and_its_model_registered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = pytest.importorskip("mlflow")
    uri = f"sqlite:///{folder / 'runs.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    status, said = call(*[word for word in words(folder) if word != "--no-track"])
    assert status == 0, said
    manifest = read_manifest(folder / "bundle")
    client = mlflow.MlflowClient(uri, registry_uri=uri)
    version = client.get_model_version_by_alias("crossmarket-recommender", "champion")
    run = client.get_run(version.run_id)
    assert run.data.params["version"] == manifest.version
    assert run.data.params["trees.max_iter"] == "20"
    assert run.data.metrics["spearman"] == pytest.approx(manifest.metrics["spearman"])
    assert {item.path for item in client.list_artifacts(version.run_id, "plots")} == {
        "plots/calibration.png",
        "plots/appeal_by_outcome.png",
    }
