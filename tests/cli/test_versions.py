"""The commands that read reviewed workbooks back and compare offers."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from offer_builders import OFFER_FILES
from review_builders import offer_sheet, save, saved_offer
from typer.testing import CliRunner

from recommender.cli import app, main
from recommender.cli.diff import print_changes
from recommender.offers import SavedOffer, load_offer


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_offer(tmp_path_factory.mktemp("offer") / "v1").folder


@pytest.fixture
def saved(written: Path, tmp_path: Path) -> SavedOffer:
    return load_offer(shutil.copytree(written, tmp_path / "v1"))


def call(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, " ".join(result.output.split())


def reviewed(saved: SavedOffer, path: Path, *decisions: str) -> Path:
    sheet = offer_sheet(saved.folder / "offer.xlsx")
    titles = [title for title in sheet.ids() if title != "t003"]
    for title, decision in zip(titles, decisions, strict=False):
        sheet.set(title, "Decision", decision)
        sheet.set(title, "Reviewer", "Anna")
    return save([sheet], path)


def test_a_reviewed_workbook_becomes_the_next_version(saved: SavedOffer, tmp_path: Path) -> None:
    back = reviewed(saved, tmp_path / "back.xlsx", "accept", "reject", "hold")
    status, said = call("offer", "apply", back, "--offer", saved.folder, "--out", tmp_path / "v2")
    assert status == 0, said
    assert "version 2: 8 titles" in said
    assert "1 accepted, 1 held, 1 rejected; 1 locked, prices of 0 changed" in said
    assert "rejected by Anna" in said
    assert {path.name for path in (tmp_path / "v2").iterdir()} == OFFER_FILES | {
        "decisions.parquet",
        "decisions.csv",
        "changes.csv",
        "extra.csv",
    }
    status, said = call("diff", saved.folder, tmp_path / "v2", "--out", tmp_path / "diff.xlsx")
    assert status == 0
    assert "what differs: brief" in said
    assert "1 came, 1 went" in said
    assert "rejected by Anna" in said
    assert openpyxl.load_workbook(tmp_path / "diff.xlsx").sheetnames == ["Changes"]
    call("diff", tmp_path / "v2", saved.folder, "--out", tmp_path / "back.csv")
    back_again = pd.read_csv(tmp_path / "back.csv")
    assert set(back_again["why"][back_again["change"] == "came"]) == {"was excluded by title before"}


def test_faults_are_listed_and_nothing_is_written(
    saved: SavedOffer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    back = reviewed(saved, tmp_path / "back.xlsx", "acept", "reject!")
    table = tmp_path / "faults.csv"
    words = ["offer", "apply", back, "--offer", saved.folder, "--out", tmp_path / "v2", "--faults", table]
    assert main([str(word) for word in words]) == 1
    assert pd.read_csv(table)[["place", "row", "value"]].to_numpy().tolist() == [
        ["back.xlsx, sheet Offer", 2, "acept"],
        ["back.xlsx, sheet Offer", 3, "reject!"],
    ]
    said = capfd.readouterr().err
    assert "2 faults in the data" in said
    assert re.search(r"back\.xlsx, sheet Offer, row 2, column [A-Z]+ \(Decision\): not a decision \(acept\)", said)
    assert "did you mean 'accept'?" in said
    assert "Traceback" not in said
    assert not (tmp_path / "v2").exists()


def test_an_ending_of_the_faults_that_no_table_has_is_refused(
    saved: SavedOffer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["offer", "apply", tmp_path / "back.xlsx", "--offer", saved.folder, "--out", tmp_path / "v2"]
    assert main([*map(str, words), "--faults", "faults.foo"]) == 2
    assert "--faults faults.foo: its ending names no format" in capfd.readouterr().err


def test_titles_that_only_changed_are_not_all_printed(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("moved", 1, 2, "first"), *(("changed", place, place, f"number {place}") for place in range(3, 33))]
    changes = pd.DataFrame(rows, columns=["change", "position_before", "position_after", "title"]).assign(why="rights")
    print_changes(changes)
    said = capsys.readouterr().out
    assert "1 moved, 30 changed" in said
    assert "number 12" in said
    assert "number 13" not in said
    assert "... and 20 more changed where they stand" in said


@pytest.mark.parametrize(
    "words",
    [
        ["offer", "apply", "x.xlsx"],
        ["offer", "apply", "--out", "y"],
        ["offer", "--brief", "cn-300", "apply", "x.xlsx", "--out", "y"],
        ["offer", "--brief", "cn-300"],
        ["offer", "aply", "x.xlsx"],
        ["diff", "a"],
        ["diff", "a", "a"],
        ["diff", "a", "b", "--out", "c.docx"],
    ],
)
def test_a_wrong_call_ends_with_2(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_that_is_not_there_is_named(saved: SavedOffer, tmp_path: Path) -> None:
    there = saved.folder / "offer.xlsx"
    for words in (
        [tmp_path / "back.xlsx"],
        [there, tmp_path / "back.xlsx"],
        [tmp_path / "back.xlsx", "--offer", tmp_path],
    ):
        status, said = call("offer", "apply", *words, "--out", tmp_path / "v2")
        assert status == 1
        assert "back.xlsx: no such file" in said
        assert "manifest" not in said


@pytest.mark.parametrize("words", [["diff", "a", "b"], ["offer", "apply", "x.xlsx", "--out", "y"]])
def test_a_folder_that_is_no_offer_ends_with_1(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 1
    assert "what to do" in capfd.readouterr().err


def test_the_group_shows_both_its_own_options_and_its_commands() -> None:
    status, said = call("offer", "--help")
    assert status == 0
    assert "--brief" in said
    assert "apply" in said
    assert "recommender offer --brief cn-300 --titles" in said
