"""The commands `recommender import avails` and `recommender export avails`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from avails_books import MOVIE, fill
from offer_builders import appeal_of, catalogue, scores_frame
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from recommender.cli import app
from recommender.offers import Brief, build_offer, write_offer
from recommender.sources import read_rights, read_titles


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    workbook = Workbook()
    workbook.active.title = "Movies"
    fill(workbook.active, "1.7.3", "movies", [MOVIE, {**MOVIE, "ALID": "B", "Territory": "CA-QC"}])
    workbook.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def test_import_writes_the_tables_and_says_where(book: Path, tmp_path: Path) -> None:
    result = call("import", "avails", str(book), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "Avails 1.7.3: Movies (2 rows)" in result.output
    assert "2 titles, 1 right in 1 territory" in result.output
    assert "row 5" in result.output
    assert "CA-QC" in result.output
    for name in ("titles.parquet", "rights.parquet", "rows.parquet", "not_understood.csv"):
        assert str(tmp_path / "out" / name) in result.output.replace("\n", "")
    assert list(read_titles(tmp_path / "out" / "titles.parquet")["title_id"]) == ["CRANES_1957", "B"]
    assert list(read_rights(tmp_path / "out" / "rights.parquet")["market"]) == ["US"]
    listed = pd.read_csv(tmp_path / "out" / "not_understood.csv")
    (error,) = listed[listed["severity"] == "error"].to_dict("records")
    assert (error["sheet"], error["row"], error["field"], error["value"]) == ("Movies", 5, "Territory", "CA-QC")


def test_strict_writes_nothing_where_something_is_left_out(book: Path, tmp_path: Path) -> None:
    result = call("import", "avails", str(book), "--out", str(tmp_path / "out"), "--strict")
    assert result.exit_code == 1
    assert "row 5" in result.output
    assert not (tmp_path / "out").exists()


def test_another_file_ends_with_1_and_writes_nothing(tmp_path: Path) -> None:
    Workbook().save(tmp_path / "other.xlsx")
    result = call("import", "avails", str(tmp_path / "other.xlsx"), "--out", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert "no sheet holds avails" in result.output
    assert not (tmp_path / "out").exists()


def test_an_offer_goes_out_and_comes_back(tmp_path: Path) -> None:
    titles = catalogue(30)
    brief = Brief(name="small", market="CN", size=12, kinds=("film",), media=("svod",))
    write_offer(build_offer(titles, scores_frame(titles, appeal_of(30)), brief), tmp_path / "offer")
    result = call(
        "export", "avails", "--offer", str(tmp_path / "offer"), "--end", "Open", "--out", str(tmp_path / "o.xlsx")
    )
    assert result.exit_code == 0, result.output
    assert "Avails 1.9: 12 titles, 12 avails" in result.output
    assert "give it with --licensor" in result.output
    assert "give --start" in result.output
    result = call("import", "avails", str(tmp_path / "o.xlsx"), "--out", str(tmp_path / "back"))
    assert result.exit_code == 0, result.output
    back = read_titles(tmp_path / "back" / "titles.parquet")
    assert set(back["title_id"]) <= set(titles["title_id"])
    assert len(back) == 12


def test_a_wrong_version_is_a_wrong_call(tmp_path: Path) -> None:
    result = call("export", "avails", "--offer", str(tmp_path), "--version", "3", "--out", str(tmp_path / "o.xlsx"))
    assert result.exit_code == 2
