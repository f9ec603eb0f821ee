"""Nothing in a sheet is lost: read and written again, every cell is what it was."""

from __future__ import annotations

import copy
import datetime as dt
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from avails_books import MOVIE, SEASON, episode, fill, snapshot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation
from pandas.testing import assert_frame_equal

from recommender.errors import OutputError
from recommender.sources.avails import Edit, read_avails, write_avails


def everything(path: Path) -> Path:
    """Write a workbook with all that a sheet may hold."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Template-Movies"
    fill(sheet, "1.9", "movies", [MOVIE, {**MOVIE, "Territory": "CA"}])
    last = sheet.max_column + 2
    odd = [
        "=1+1",
        "=TRUE()",
        3.5,
        7,
        True,
        dt.datetime(2027, 1, 1, 12, 30),
        dt.date(2027, 1, 1),
        dt.time(1, 35),
        dt.timedelta(hours=50),
        "  blanks  ",
        "line\nbreak",
        'it\'s <b>bold</b> & "quoted"',
        "_x0041_",
        "кино 电影 🎬",
        "#N/A",
    ]
    sheet.cell(2, last).value = "OurOwnColumn"
    for row, value in enumerate(odd, start=4):
        sheet.cell(row, last).value = value
    sheet["A4"].comment = Comment("call them", "me")
    sheet["B4"].value = CellRichText("plain ", TextBlock(InlineFont(b=True), "bold"))
    sheet["C4"].hyperlink = "https://example.org"
    sheet.column_dimensions["A"].width = 33
    sheet.merge_cells("A30:C31")
    sheet["A30"].value = "// end of list"
    sheet.freeze_panes = "B4"
    sheet.auto_filter.ref = "A2:Z20"
    sheet.add_data_validation(DataValidation(type="list", formula1='"US,CA"', sqref="D4:D99"))
    notes = workbook.create_sheet("INFO")
    notes["B7"].value = "anything"
    workbook.create_sheet("Hidden").sheet_state = "hidden"
    tv = workbook.create_sheet("Template-TV")
    fill(tv, "1.9", "tv", [SEASON, episode(1), episode(2)])
    workbook.save(path)
    return path


def again(path: Path, tmp_path: Path) -> Path:
    write_avails(read_avails(path), tmp_path / "again.xlsx")
    return tmp_path / "again.xlsx"


def test_every_real_workbook_comes_back_cell_for_cell(real_snapshots, tmp_path):
    for path, before in real_snapshots.items():
        assert snapshot(again(path, tmp_path)) == before, path.name


def test_everything_that_a_sheet_may_hold_comes_back(tmp_path):
    path = everything(tmp_path / "all.xlsx")
    assert snapshot(again(path, tmp_path)) == snapshot(path)


def test_what_no_cell_holds_comes_back_too(real_books, tmp_path):
    # Drawings, computed values and printer settings are in parts of the archive of their own.
    for path in real_books:
        with zipfile.ZipFile(path) as before, zipfile.ZipFile(again(path, tmp_path)) as after:
            assert {name: before.read(name) for name in before.namelist()} == {
                name: after.read(name) for name in after.namelist()
            }


def test_an_edit_changes_its_cell_and_no_other(real_avails, real_snapshots, tmp_path):
    for path, avails in real_avails.items():
        sheet = avails.sheets[0]
        row = sheet.rows[1]
        place = sheet.header.place("Territory")
        write_avails(avails.edited([Edit(sheet.name, row, "Territory", "JP")]), tmp_path / "again.xlsx")
        before, after = copy.deepcopy(real_snapshots[path]), snapshot(tmp_path / "again.xlsx")
        coordinate = openpyxl.utils.cell.get_column_letter(place + 1) + str(row)
        assert after[sheet.name]["cells"][coordinate][0] == "JP"
        for found in (before, after):
            del found[sheet.name]["cells"][coordinate]
        assert after == before, path.name


def test_the_cells_of_all_sheets_can_be_looked_at(tmp_path):
    grids = {grid.name: grid for grid in read_avails(everything(tmp_path / "all.xlsx")).grids}
    assert list(grids) == ["Template-Movies", "INFO", "Hidden", "Template-TV"]
    assert grids["INFO"].cells[6][1] == "anything"
    assert grids["Hidden"].hidden
    assert grids["Template-Movies"].merged == ((29, 0, 30, 2),)


def test_it_is_written_whole_or_not_at_all(tmp_path):
    avails = read_avails(everything(tmp_path / "all.xlsx"))
    with pytest.raises(OutputError, match=r"\.xlsx"):
        write_avails(avails, tmp_path / "out.csv")
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(OutputError):
        write_avails(avails, tmp_path / "folder.xlsx")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["all.xlsx", "folder.xlsx"]


@pytest.mark.parametrize("change", ["renamed", "inserted", "shuffled"])
def test_a_real_workbook_that_was_worked_on_is_still_understood(real_avails, tmp_path, change):
    for path, before in real_avails.items():
        shutil.copy(path, tmp_path / path.name)
        workbook = openpyxl.load_workbook(tmp_path / path.name)
        sheet = workbook.worksheets[0]
        if change == "renamed":
            sheet.title = "Our list (2)"
        elif change == "inserted":
            sheet.insert_cols(3)
            sheet.cell(2, 3).value = "Remarks"
            sheet.cell(5, 3).value = "ask them"
        else:
            lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
            formats = [[cell.number_format for cell in line] for line in sheet.iter_rows()]
            order = [0, *reversed(range(1, sheet.max_column))]
            for row, line in enumerate(lines):
                for place, other in enumerate(order):
                    sheet.cell(row + 1, place + 1).value = line[other]
                    sheet.cell(row + 1, place + 1).number_format = formats[row][other]
        workbook.save(tmp_path / path.name)
        after = read_avails(tmp_path / path.name)
        assert after.version == before.version
        assert_frame_equal(after.titles, before.titles)
        kept = [name for name in before.rights.columns if name != "source_sheet"]
        assert_frame_equal(after.rights[kept], before.rights[kept])
        said = set(after.not_understood["problem"]) - set(before.not_understood["problem"])
        expected = {"renamed": "no Avails sheet is called so", "inserted": "none of the format's"}
        assert len(said) == (change != "shuffled")
        assert all(expected[change] in problem for problem in said)


@given(
    values=st.lists(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(2**40), 2**40),
            st.floats(allow_nan=False, allow_infinity=False, width=32),
            st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20),
        ),
        min_size=1,
        max_size=20,
    )
)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_put_into_a_cell_is_read_from_it(tmp_path, values):
    path = tmp_path / "any.xlsx"
    if not path.exists():
        workbook = openpyxl.Workbook()
        workbook.active.title = "Movies"
        fill(workbook.active, "1.7.2", "movies", [MOVIE])
        workbook.save(path)
    edits = [Edit("Movies", 4 + place, "Description", value) for place, value in enumerate(values)]
    write_avails(read_avails(path).edited(edits), tmp_path / "put.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "put.xlsx")["Movies"]
    place = [cell.value for cell in sheet[2]].index("Description") + 1
    found = [sheet.cell(4 + row, place).value for row in range(len(values))]
    for value, seen in zip(values, found, strict=True):
        assert seen == (None if value == "" else value) or (value, seen) == ("", "")
        assert isinstance(seen, bool) == isinstance(value, bool)
        assert isinstance(seen, str) == isinstance(value, str) or value == ""
