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


def test_an_error_is_a_fault_where_a_value_is_needed_and_a_warning_elsewhere(tmp_path):
    rows = [
        ["title_id", "kind", "title", "studio", "ask_price", "ours"],
        ["1", "film", "#N/A", "#REF!", None, "#NAME?"],
        ["2", "film", "Red", None, "#DIV/0!", None],
    ]
    checked = check_table(workbook(tmp_path, rows), "titles")
    assert {(fault.severity, fault.row, fault.column, fault.value) for fault in checked.faults} == {
        ("error", 2, "title", "#N/A"),
        ("warning", 2, "studio", "#REF!"),
        ("warning", 2, "ours", "#NAME?"),
        ("error", 3, "ask_price", "#DIV/0!"),
    }
    assert all("an error, not a value" in fault.problem for fault in checked.faults)


@pytest.mark.parametrize(
    "column", ["title_id", "market", "media", "language", "start", "end", "exclusive", "licensee", "status"]
)
@pytest.mark.parametrize("cell", ["#REF!", '="<"&A1'])
def test_no_right_is_read_where_what_bounds_it_has_no_value(tmp_path, column, cell):
    given = {"title_id": "1", "market": "CN", "media": "svod", "status": "owned", "start": "2027-01-01"}
    given |= {"language": "zh", "end": "2027-12-31", "exclusive": True, "licensee": "Invented A", column: cell}
    checked = check_table(workbook(tmp_path, [list(given), list(given.values())]), "rights")
    assert [(fault.row, fault.column, fault.value) for fault in checked.errors] == [(2, column, cell)]
    assert checked.frame.empty


def test_a_row_of_nothing_but_an_error_is_not_passed_over(tmp_path):
    rows = [["title_id", "kind", "title"], ["1", "film", "Red"], ["#REF!", None, None]]
    checked = check_table(workbook(tmp_path, rows), "titles")
    assert {(fault.row, fault.column) for fault in checked.errors} == {(3, "title_id"), (3, "kind"), (3, "title")}


def with_cells(path, cells: str):
    """Put cells, as XML, in the place of the last cell of a workbook's first sheet."""
    changed = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                head, _, tail = content.decode().rpartition("<c ")
                content = (head + cells + tail[tail.index("</row>") :]).encode()
            new.writestr(name, content)
    return changed


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ('<c r="D2" t="str"><f>IF(A1=1,"",1)</f><v></v></c>', None),
        ('<c r="D2" t="str"><f>A1</f><v>Mosfilm</v></c>', None),
        ('<c r="D2"><f t="shared" si="0"/><v>5</v></c>', None),
        ('<c r="D2"><f t="shared" si="0"/></c>', "="),
        ('<c r="D2"><f>A1&amp;"x"</f><v></v></c>', '=A1&"x"'),
        ("<c><f>A1</f></c>", "=A1"),
        ('<c r="D2" t="e"><f>A1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
    ],
)
def test_which_cells_of_a_stored_sheet_have_no_value(tmp_path, cell, fault):
    path = workbook(tmp_path, [["title_id", "kind", "title", "studio"], ["1", "film", "Red", "Mosfilm"]])
    checked = check_table(with_cells(path, cell), "titles")
    assert [(found.column, found.value) for found in checked.faults] == ([("studio", fault)] if fault else [])


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
