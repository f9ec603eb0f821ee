"""Edits through the model go into the right cells, and what cannot be edited is refused as a whole."""

from __future__ import annotations

import datetime as dt
import zipfile

import openpyxl
import pytest
from avails_books import MOVIE, SEASON, episode
from openpyxl.worksheet.formula import ArrayFormula

from recommender.errors import DataError, TableError
from recommender.sources.avails import Edit, read_avails, write_avails
from recommender.sources.avails._fields import columns_of


def cell(path, field, row, sheet=None):
    """Return a cell of the written workbook by its field."""
    book = openpyxl.load_workbook(path)
    found = book[sheet] if sheet else book.worksheets[0]
    place = [head.value for head in found[2]].index(field) + 1
    return found.cell(row, place)


@pytest.fixture
def save(tmp_path):
    """Return a function that writes a workbook and returns its path."""

    def write(avails):
        write_avails(avails, tmp_path / "saved.xlsx")
        return tmp_path / "saved.xlsx"

    return write


def test_the_tables_say_what_the_edited_workbook_says(read, save):
    avails = read([MOVIE]).edited(
        [Edit("Template-Movies", 4, "Territory", "FR"), Edit("Template-Movies", 4, "Exclusive", True)]
    )
    assert list(avails.rights["market"]) == ["FR"]
    back = read_avails(save(avails))
    assert back.rights.equals(avails.rights)
    assert list(back.rights["exclusive"]) == [True]


def test_a_day_goes_in_as_the_column_has_its_days(read, save):
    rows = [{**MOVIE, "Start": dt.datetime(2027, 1, 1)}, {**MOVIE, "ALID": "B"}]
    avails = read(rows)
    day = dt.date(2027, 5, 6)
    edits = [Edit("Template-Movies", row, field, day) for row in (4, 5) for field in ("Start", "End")]
    path = save(avails.edited(edits))
    assert cell(path, "Start", 4).value == dt.datetime(2027, 5, 6)
    assert cell(path, "Start", 5).is_date
    assert cell(path, "End", 4).value == "2027-05-06"


def test_a_row_below_the_last_one_is_added(read, save):
    edits = [Edit("Template-Movies", 9, field, value) for field, value in {**MOVIE, "ALID": "NEW"}.items()]
    back = read_avails(save(read([MOVIE]).edited(edits)))
    assert list(back.titles["title_id"]) == ["CRANES_1957", "NEW"]
    assert back.sheets[0].rows == [4, 9]


def test_a_column_that_the_sheet_lacks_is_added_at_its_end(read, save):
    avails = read([MOVIE, {**MOVIE, "ALID": "B"}], version="1.7.2")
    path = save(avails.edited([Edit("Movies", 5, "Exclusive", False), Edit("Movies", 4, "Licensee", "Them")]))
    assert (cell(path, "Exclusive", 5).value, cell(path, "Licensee", 4).value) == (False, "Them")
    assert cell(path, "Exclusive", 1).value == "AvailTrans"
    assert read_avails(path).rights["exclusive"].isna().tolist() == [True, False]


def test_a_column_of_ours_is_edited_by_its_name(read, save):
    columns = [*columns_of("1.8", "movies"), ("Ours", "Mood")]
    avails = read([{**MOVIE, "Mood": "sad"}], columns=columns, version="1.8")
    assert cell(save(avails.edited([Edit("Template-Movies", 4, "Ours/Mood", "glad")])), "Mood", 4).value == "glad"


def test_changes_of_the_rights_table_go_into_their_cells(read, save):
    rows = [{**MOVIE, "ALID": name, "Start": dt.datetime(2027, 1, 1)} for name in "ABC"]
    avails = read(rows)
    rights = avails.rights.sort_values("title_id", ascending=False, ignore_index=True)
    rights.loc[rights["title_id"] == "B", ["start", "end", "media", "exclusive", "market", "language"]] = [
        "2028-01-01",
        None,
        "avod",
        True,
        "CN",
        "zh",
    ]
    path = save(avails.with_rights(rights))
    assert cell(path, "Start", 5).value == dt.datetime(2028, 1, 1)
    assert [cell(path, name, 5).value for name in ("End", "LicenseType", "Exclusive", "Territory")] == [
        "Open",
        "AVOD",
        True,
        "CN",
    ]
    assert [cell(path, "Territory", row).value for row in (4, 6)] == ["US", "US"]
    assert read_avails(path).rights.loc[1, "language"] == "zh"


def test_changes_of_the_titles_table_go_into_all_its_rows(read, save):
    avails = read([MOVIE, {**MOVIE, "Territory": "CA"}, {**MOVIE, "ALID": "OTHER"}])
    titles = avails.titles.copy()
    titles.loc[0, ["year", "title", "runtime_min"]] = [1958, "Letyat zhuravli", 97]
    path = save(avails.with_titles(titles))
    assert [cell(path, "ReleaseYear", row).value for row in (4, 5, 6)] == [1958, 1958, 1957]
    assert read_avails(path).titles.loc[0, ["title", "runtime_min"]].tolist() == ["Letyat zhuravli", 97]


def test_a_title_of_television_keeps_its_episodes_own_facts(read, save):
    avails = read([SEASON, episode(1, ReleaseYear=2005)], kind="tv")
    titles = avails.titles.assign(year=2006, title="The Detectives: first season")
    path = save(avails.with_titles(titles))
    assert [cell(path, "ReleaseYear", row).value for row in (4, 5)] == [2006, 2005]
    assert read_avails(path).titles.loc[0, "title"] == "The Detectives: first season"


def test_tables_without_a_change_change_nothing(real_avails):
    for avails in real_avails.values():
        assert avails.with_rights(avails.rights).with_titles(avails.titles) is avails


def test_one_row_of_the_sheet_cannot_become_two(read):
    avails = read([{**MOVIE, "Territory": "US, CA"}])
    rights = avails.rights.copy()
    rights.loc[0, "start"] = "2028-01-01"
    with pytest.raises(DataError, match="row 4"):
        avails.with_rights(rights)


def test_a_medium_without_licence_type_is_refused(read):
    avails = read([MOVIE])
    with pytest.raises(DataError, match="cinema"):
        avails.with_rights(avails.rights.assign(media="cinema"))
    with pytest.raises(DataError, match="reserved"):
        avails.with_rights(avails.rights.assign(status="reserved"))


def test_a_status_is_written_in_the_words_of_avails(read, save):
    avails = read([MOVIE])
    path = save(avails.with_rights(avails.rights.assign(status="withdrawn")))
    assert cell(path, "TitleStatus", 4).value == "Revoked"
    assert list(read_avails(path).rights["status"]) == ["withdrawn"]


def test_all_impossible_edits_are_named_at_once(read):
    avails = read([MOVIE], change=lambda sheet: sheet.merge_cells("A4:A5"))
    edits = [
        Edit("Template-Moves", 4, "Start", "2027-01-01"),
        Edit("Template-Movies", 4, "Teritory", "US"),
        Edit("Template-Movies", 2, "Start", "2027-01-01"),
        Edit("Template-Movies", 5, "DisplayName", "Us"),
    ]
    with pytest.raises(TableError) as raised:
        avails.edited(edits)
    assert len(raised.value.faults) == 4
    assert "did you mean 'Template-Movies'?" in str(raised.value)
    assert "did you mean 'Territory'" in str(raised.value)


def test_a_formula_goes_and_those_that_share_one_stay(read, save, build):
    avails = read([{**MOVIE, "Description": '="a"&"b"'}])
    path = save(avails.edited([Edit("Template-Movies", 4, "Description", "ab")]))
    assert cell(path, "Description", 4).value == "ab"
    columns = [header for _, header in columns_of("1.9", "movies")]
    letters = openpyxl.utils.get_column_letter(columns.index("Description") + 1)

    def share(sheet):
        sheet[f"{letters}4"] = ArrayFormula(f"{letters}4:{letters}5", "=A4:A5")

    with pytest.raises(TableError, match="shared"):
        read([MOVIE], change=share).edited([Edit("Template-Movies", 4, "Description", "x")])


def test_formulas_are_computed_anew_when_it_is_opened(real_avails, save):
    avails = next(avails for path, avails in real_avails.items() if path.stem.endswith("1.9"))
    path = save(avails.edited([Edit(avails.sheets[0].name, 4, "Exclusive", False)]))
    with zipfile.ZipFile(path) as archive:
        assert b'fullCalcOnLoad="1"' in archive.read("xl/workbook.xml")
    assert cell(path, "Exclusive", 4).value is False
    assert cell(path, "BrandingRights", 4).value == "=TRUE()"
