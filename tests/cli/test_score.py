"""`recommender score`: the scored file in every format, its bytes, and what is refused before it is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from recommender.ranking import save_bundle
from recommender.schema import SCORES
from recommender.sources import read_outcomes, read_scores, read_titles, write_table
from tests.ranking.commands import call, content, write_world
from tests.ranking.worlds import make_titles, outcomes_frame, small_ranker


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, text_cache: Path) -> Path:
    folder = tmp_path_factory.mktemp("scored")
    write_world(folder)
    titles, outcomes = read_titles(folder / "titles.parquet"), read_outcomes(folder / "outcomes.parquet")
    save_bundle(small_ranker(text_cache).fit(titles, outcomes), folder / "bundle")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, text_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RECOMMENDER_CACHE", str(text_cache))
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(made, tmp_path, dirs_exist_ok=True))


def words(folder: Path, **changed: object) -> list[str]:
    """Return a call that works, with some options changed; None leaves one out."""
    options: dict[str, object] = {
        "bundle": folder / "bundle",
        "titles": folder / "catalogue.parquet",
        "markets": "all",
        "out": folder / "scores.parquet",
        **changed,
    }
    given = [(f"--{name.replace('_', '-')}", str(value)) for name, value in options.items() if value is not None]
    return ["score", *(word for pair in given for word in pair)]


class TestWritten:
    @pytest.mark.parametrize("ending", ["parquet", "csv", "xlsx"])
    def test_every_format_holds_the_scores(self, folder: Path, ending: str) -> None:
        status, said = call(*words(folder, out=f"scores.{ending}"))
        assert status == 0
        assert "40 titles scored for 2 markets" in said
        assert f"scores.{ending}" in said
        scores = read_scores(folder / f"scores.{ending}")
        assert tuple(scores)[: len(SCORES.names)] == SCORES.names
        assert scores.groupby("market").size().to_dict() == {"CN": 40, "DE": 40}
        assert scores["reasons"].str.len().gt(0).all()

    def test_parquet_holds_real_lists(self, folder: Path) -> None:
        call(*words(folder))
        scores = pd.read_parquet(folder / "scores.parquet")
        assert all(line[:2] in {"+ ", "- "} for row in scores["reasons"] for line in row)
        assert set(scores["comparables"].iloc[0][0]) == {
            "title_id", "title", "year", "similarity", "metric", "value", "percentile", "why"
        }  # fmt: skip

    def test_nothing_else_is_left_behind(self, folder: Path) -> None:
        before = {path.name for path in folder.iterdir()}
        call(*words(folder))
        assert {path.name for path in folder.iterdir()} == before | {"scores.parquet"}

    @pytest.mark.parametrize(("markets", "found"), [("cn", ["CN"]), (" DE , CN,", ["CN", "DE"]), ("ALL", ["CN", "DE"])])
    def test_markets_are_named_as_people_write_them(self, folder: Path, markets: str, found: list[str]) -> None:
        assert call(*words(folder, markets=markets))[0] == 0
        assert read_scores(folder / "scores.parquet")["market"].unique().tolist() == found

    def test_history_is_used_and_that_of_later_days_is_not(self, folder: Path) -> None:
        call(*words(folder))
        call(*words(folder, history="history.parquet", out="with.parquet"))
        one, other = read_scores(folder / "scores.parquet"), read_scores(folder / "with.parquet")
        keys = ["market", "title_id"]
        assert not one.set_index(keys)["score"].equals(
            other.set_index(keys)["score"].reindex(one.set_index(keys).index)
        )
        assert (other["evidence"] == "strong").sum() >= (one["evidence"] == "strong").sum()
        past = read_outcomes(folder / "history.parquet")
        later = [
            past,
            past.assign(as_of="2018-03-03", value=1.0),
            past.assign(market="CN", value=1.0, as_of="2018-03-03"),
        ]
        write_table(pd.concat(later, ignore_index=True), folder / "later.parquet")
        call(*words(folder, history="later.parquet", out="later-scores.parquet"))
        assert (folder / "later-scores.parquet").read_bytes() == (folder / "with.parquet").read_bytes()

    def test_a_later_day(self, folder: Path) -> None:
        assert call(*words(folder, as_of="2020-05-05"))[0] == 0
        assert set(read_scores(folder / "scores.parquet")["as_of"]) == {"2020-05-05"}

    def test_a_catalogue_that_tells_only_names(self, folder: Path) -> None:
        (folder / "names.csv").write_text("title_id,title,kind\n1,River,film\n2,Солярис,film\n", encoding="utf-8")
        assert call(*words(folder, titles="names.csv"))[0] == 0
        assert set(read_scores(folder / "scores.parquet")["evidence"]) == {"thin"}

    def test_one_is_told_as_one(self, folder: Path) -> None:
        write_table(make_titles(1, start=500), folder / "one.parquet")
        status, said = call(*words(folder, titles="one.parquet", markets="DE"))
        assert status == 0
        assert "1 title scored for 1 market " in said
        assert "1 texts" not in said

    def test_a_catalogue_that_is_at_home_everywhere(self, folder: Path) -> None:
        write_table(make_titles(3, start=500, origins=("CN",)), folder / "home.parquet")
        status, said = call(*words(folder, titles="home.parquet", markets="CN"))
        assert (status, (folder / "scores.parquet").exists()) == (1, False)
        assert "error: no title of the catalogue is foreign to CN" in said
        assert "what to do: Ask for markets where titles do not come from" in said

    def test_a_market_where_all_titles_are_at_home_is_warned_of(self, folder: Path) -> None:
        write_table(make_titles(3, start=500, origins=("CN",)), folder / "home.parquet")
        status, said = call(*words(folder, titles="home.parquet", markets="CN,DE"))
        assert status == 0
        assert "warning: no title of the catalogue is foreign to CN" in said
        assert read_scores(folder / "scores.parquet")["market"].unique().tolist() == ["DE"]
        assert "warning" not in call(*words(folder, titles="home.parquet"))[1]


class TestSameBytes:
    @pytest.mark.parametrize("ending", ["parquet", "csv", "xlsx"])
    def test_the_same_command_twice(self, folder: Path, ending: str) -> None:
        for name in ("one", "two"):
            assert call(*words(folder, out=f"{name}.{ending}", history="history.parquet"))[0] == 0
        assert (folder / f"one.{ending}").read_bytes() == (folder / f"two.{ending}").read_bytes()

    def test_the_order_of_the_catalogue_does_not_matter(self, folder: Path) -> None:
        call(*words(folder))
        shuffled = read_titles(folder / "catalogue.parquet").sample(frac=1, random_state=1)
        write_table(shuffled, folder / "shuffled.parquet")
        call(*words(folder, titles="shuffled.parquet", out="other.parquet"))
        assert (folder / "scores.parquet").read_bytes() == (folder / "other.parquet").read_bytes()

    def test_another_process_that_needs_neither_encoder_nor_tracking_server(self, folder: Path) -> None:
        call(*words(folder))
        code = (
            "import sys; from recommender.cli import main; status = main(sys.argv[1:]);"
            "heavy = {'mlflow', 'sentence_transformers', 'transformers'}; print(sorted(heavy & set(sys.modules)));"
            "sys.exit(status)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *words(folder, out=folder / "other.parquet")],
            env={**os.environ, "PYTHONHASHSEED": "2", "MLFLOW_TRACKING_URI": "http://127.0.0.1:9"},
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("[]\n")
        assert (folder / "scores.parquet").read_bytes() == (folder / "other.parquet").read_bytes()


class TestRefused:
    @pytest.mark.parametrize(
        ("changed", "status", "word"),
        [
            ({"markets": "FR"}, 2, "'FR'"),
            ({"markets": "CN,Narnia"}, 2, "NARNIA"),
            ({"markets": " , "}, 2, "names no market"),
            ({"markets": None}, 2, "--markets"),
            ({"bundle": None}, 2, "--bundle"),
            ({"as_of": "tomorrow"}, 2, "YYYY-MM-DD"),
            ({"as_of": "2018-03-02"}, 2, "2018-03-03"),
            ({"bundle": "nowhere"}, 1, "not a bundle"),
            ({"bundle": "."}, 1, "not a bundle"),
            ({"titles": "nowhere.parquet"}, 1, "nowhere.parquet"),
            ({"titles": "."}, 1, "."),
            ({"titles": "outcomes.parquet"}, 1, "title"),
            ({"history": "titles.parquet"}, 1, "market"),
            ({"history": "nowhere.csv"}, 1, "nowhere.csv"),
        ],
        ids=str,
    )
    def test_what_is_wrong_is_told_and_nothing_written(
        self, folder: Path, changed: dict[str, object], status: int, word: str
    ) -> None:
        (folder / "scores.parquet").write_bytes(b"an earlier file")
        before = content_of_files(folder)
        found, said = call(*words(folder, **changed))
        assert found == status
        assert word in said
        assert content_of_files(folder) == before

    @pytest.mark.parametrize("name", ["ranker.skops", "manifest.json"])
    def test_a_bundle_that_was_changed(self, folder: Path, name: str) -> None:
        file = folder / "bundle" / name
        file.write_bytes(file.read_bytes().replace(b"0", b"1", 1))
        status, said = call(*words(folder))
        assert status == 1
        assert name in said.replace(" ", "")
        assert not (folder / "scores.parquet").exists()

    def test_an_ending_that_no_table_has_is_refused_before_the_work(self, folder: Path) -> None:
        (folder / "catalogue.parquet").unlink()
        status, said = call(*words(folder, out="scores.txt"))
        assert status == 2
        assert "scores.txt" in said
        assert not (folder / "scores.txt").exists()

    def test_a_place_where_nothing_can_be_written(self, folder: Path) -> None:
        status, _ = call(*words(folder, out=folder / "quick.toml" / "scores.parquet"))
        assert status == 1

    def test_duplicate_titles(self, folder: Path) -> None:
        (folder / "twice.csv").write_text("title_id,title,kind\n1,River,film\n1,River,film\n", encoding="utf-8")
        status, said = call(*words(folder, titles="twice.csv"))
        assert (status, (folder / "scores.parquet").exists()) == (1, False)
        assert "row 3" in said


def content_of_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} | content(folder / "bundle")


def test_history_of_the_market_itself_changes_nothing(folder: Path) -> None:
    call(*words(folder, markets="CN"))
    ids = read_titles(folder / "catalogue.parquet")["title_id"]
    own = [(title, "CN", metric, 1e6, "2016-01-01") for title in ids for metric in ("votes", "rating", "released")]
    write_table(outcomes_frame(own), folder / "own.parquet")
    call(*words(folder, markets="CN", history="own.parquet", out="other.parquet"))
    assert (folder / "scores.parquet").read_bytes() == (folder / "other.parquet").read_bytes()
