"""What cannot be written is refused before the work: the tables that are named here are not even read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ranking.commands import call

ABSENT = ["--titles", "absent.csv"]
FOLDERS = {
    "train": ["train", *ABSENT, "--outcomes", "absent.csv"],
    "backtest": ["backtest", *ABSENT, "--outcomes", "absent.csv"],
    "offer": ["offer", "--brief", "cn-300", *ABSENT, "--scores", "absent.csv"],
    "demo": ["demo"],
}
TABLES = {
    "score": ["score", "--bundle", "absent", *ABSENT, "--markets", "CN"],
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", FOLDERS)
def test_a_folder_of_somebody_else(command: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    status, said = call(*FOLDERS[command], "--out", "mine")
    assert status != 0
    assert "mine: the folder holds other things, which would be lost (notes.txt)" in said
    assert "reading" not in said
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mine", "notes.txt"]


@pytest.mark.parametrize("out", [".", "..", "/", "{tmp_path}"])
@pytest.mark.parametrize("command", FOLDERS)
def test_the_folder_that_the_command_is_called_in(command: str, out: str, tmp_path: Path) -> None:
    status, said = call(*FOLDERS[command], "--out", out.format(tmp_path=tmp_path))
    assert status == 1
    assert "the program was called inside this folder what to do: give the name of a new folder in it" in said
    assert "reading" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", TABLES)
def test_a_table_where_a_folder_stands(command: str, tmp_path: Path) -> None:
    (tmp_path / "scores.csv").mkdir()
    status, said = call(*TABLES[command], "--out", "scores.csv")
    assert status != 0
    assert "scores.csv: this is a directory" in said


@pytest.mark.parametrize("beside", ["offer-model", "offer-scores.parquet"])
def test_what_the_demo_writes_beside_the_offer(beside: str, tmp_path: Path) -> None:
    (tmp_path / beside).mkdir()
    (tmp_path / beside / "notes.txt").write_text("mine")
    status, said = call("demo", "--out", "offer")
    assert status != 0
    assert f"{beside}: " in said
    assert "reading" not in said
