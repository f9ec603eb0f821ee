from __future__ import annotations

import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from recommender.errors import UnreadableFileError
from recommender.sources import check_table, read_outcomes, read_titles


def workbook(tmp_path, rows: list[list[object]], sheet: str = "Sheet1", first: str | None = None):
    book = openpyxl.Workbook()
    target = book.active
    target.title = first or sheet
    if first is not None:
        target.append(["something", "else"])
        target = book.create_sheet(sheet)
    for row in rows:
        target.append(row)
    path = tmp_path / "table.xlsx"
    book.save(path)
    return path


def test_numbers_that_are_ids_and_titles_become_text(tmp_path):
    path = workbook(
        tmp_path,
        [["title_id", "kind", "title", "year"], [123.0, "film", 1917, 2019.0], ["x", "film", 8.5, None]],
    )
    frame = read_titles(path)
    assert list(frame["title_id"]) == ["123", "x"]
    assert list(frame["title"]) == ["1917", "8.5"]
    assert frame["year"].tolist() == [2019, frame["year"].iloc[1]]
    assert frame["year"].isna().tolist() == [False, True]


def test_dates_serial_numbers_and_booleans(tmp_path):
    path = workbook(
        tmp_path,
        [
            ["title_id", "kind", "title", "release_date", "me_track"],
            [1, "film", "a", date(2016, 9, 13), True],
            [2, "film", "b", datetime(2016, 9, 13, 12, 30), "нет"],
            [3, "film", "c", 42626, 1],
            [4, "film", "d", "2016-09-13", None],
        ],
    )
    frame = read_titles(path)
    assert list(frame["release_date"]) == ["2016-09-13"] * 4
    assert frame["me_track"].tolist()[:3] == [True, False, True]
    assert frame["me_track"].isna().tolist() == [False, False, False, True]


def test_the_sheet_with_the_tables_name_is_read(tmp_path):
    path = workbook(tmp_path, [["title_id", "kind", "title"], ["1", "film", "Red"]], sheet="Titles", first="Notes")
    checked = check_table(path, "titles")
    assert list(checked.frame["title"]) == ["Red"]
    assert "Titles" in checked.how["sheet"]


def test_rows_are_those_of_the_sheet_with_a_table_below_a_gap(tmp_path):
    rows = [
        [],
        [None],
        [None, "title_id", "kind", "title"],
        [None, "1", "film", "Red"],
        [],
        [None, "2", "flim", "Blue"],
    ]
    checked = check_table(workbook(tmp_path, rows), "titles")
    assert [(fault.row, fault.column) for fault in checked.errors] == [(6, "kind")]


def test_a_formula_that_gives_an_error_counts_as_empty(tmp_path):
    path = workbook(tmp_path, [["title_id", "kind", "title", "studio"], ["1", "film", "#N/A", "#REF!"]])
    checked = check_table(path, "titles")
    assert [(fault.row, fault.column, fault.problem) for fault in checked.faults] == [(2, "title", "the cell is empty")]


def test_negative_votes_and_words_in_numbers(tmp_path):
    path = workbook(
        tmp_path,
        [
            ["title_id", "market", "metric", "value", "as_of", "source"],
            ["1", "CN", "votes", -5, date(2020, 1, 1), "x"],
            ["2", "CN", "votes", "много", date(2020, 1, 1), "x"],
            ["3", "CN", "votes", 5, date(2020, 1, 1), "x"],
        ],
    )
    assert [(fault.row, fault.column) for fault in check_table(path, "outcomes").errors] == [
        (2, "value"),
        (3, "value"),
    ]


def test_a_stray_cell_in_the_last_corner_is_refused_quickly(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "title_id"
    book.active["XFD1048576"] = "x"
    path = tmp_path / "far.xlsx"
    book.save(path)
    with pytest.raises(UnreadableFileError, match="1,048,576 rows"):
        read_titles(path)


def test_truncated_and_foreign_archives(tmp_path):
    whole = workbook(tmp_path, [["title_id", "kind", "title"], ["1", "film", "Red"]])
    content = whole.read_bytes()
    for size in (len(content) // 2, len(content) - 10, 30):
        whole.write_bytes(content[:size])
        with pytest.raises(UnreadableFileError):
            read_titles(whole)
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(UnreadableFileError, match="not an Excel workbook"):
        read_titles(other)


def test_empty_sheet(tmp_path):
    with pytest.raises(UnreadableFileError, match="empty"):
        read_titles(workbook(tmp_path, []))


def test_outcomes_from_a_workbook(tmp_path):
    path = workbook(
        tmp_path,
        [
            ["Title ID", "Market", "Metric", "Value", "As of", "Source"],
            ["1", "中国", "votes", 5, date(2020, 1, 1), "x"],
        ],
    )
    assert read_outcomes(path).loc[0].to_dict() == {
        "title_id": "1",
        "market": "CN",
        "metric": "votes",
        "value": 5.0,
        "as_of": "2020-01-01",
        "source": "x",
        "licence": pytest.approx(float("nan"), nan_ok=True),
    }
