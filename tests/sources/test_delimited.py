from __future__ import annotations

import pytest

from recommender.errors import TableError, UnreadableFileError
from recommender.sources import check_table, read_outcomes, read_titles

HEADER = "title_id,kind,title\n"


def write(tmp_path, text: str):
    path = tmp_path / "titles.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_quotes_hide_delimiters_and_line_breaks(tmp_path):
    path = write(tmp_path, 'title_id;kind;title\r\n1;film;"Red; ""White""\r\nBlue"\r\n2;film;Next\r\n')
    assert list(read_titles(path)["title"]) == ['Red; "White"\nBlue', "Next"]


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path):
    path = write(tmp_path, HEADER + '1,film,"two\nlines"\n\n2,flim,Blue\n')
    (fault,) = check_table(path, "titles").errors
    assert (fault.row, fault.column, fault.value) == (4, "kind", "flim")
    assert "film" in fault.remedy


def test_sep_line_of_excel_names_the_delimiter(tmp_path):
    path = write(tmp_path, "sep=;\ntitle_id;kind;title\n1;film;a, b, c\n")
    assert list(read_titles(path)["title"]) == ["a, b, c"]


def test_headers_are_matched_without_case_spaces_and_dashes(tmp_path):
    path = write(tmp_path, " Title-ID ,KIND,Title,Original Title\n1,film,Red,Rouge\n")
    assert read_titles(path).loc[0, "original_title"] == "Rouge"


def test_a_50_megabyte_cell_is_named_and_neither_hangs_nor_is_kept(tmp_path):
    path = write(tmp_path, HEADER + "1,film,Red\n2,film," + "x" * 50_000_000 + "\n3,film,Blue\n")
    checked = check_table(path, "titles")
    (fault,) = checked.errors
    assert (fault.row, fault.column) == (3, "title")
    assert "50,000,000 characters" in fault.problem
    assert len(str(fault)) < 500
    assert list(checked.frame["title_id"]) == ["1", "3"]


def test_endless_cells_in_parquet_and_workbooks(tmp_path):
    import openpyxl
    import pandas as pd

    frame = pd.DataFrame({"title_id": ["1", "2"], "kind": "film", "title": ["Red", "x" * 1_500_000]})
    frame.to_parquet(tmp_path / "titles.parquet")
    book = openpyxl.Workbook()
    for row in [list(frame.columns), *frame.itertuples(index=False)]:
        book.active.append(list(row))
    # openpyxl cuts text as Excel does; other writers do not.
    book.active["C3"]._value = "x" * 1_500_000
    book.save(tmp_path / "titles.xlsx")
    for name, row in (("titles.parquet", 2), ("titles.xlsx", 3)):
        (fault,) = check_table(tmp_path / name, "titles").errors
        assert (fault.row, fault.column) == (row, "title")
        assert "1,500,000 characters" in fault.problem


def test_a_quote_that_is_never_closed_is_named(tmp_path):
    path = write(tmp_path, HEADER + '1,film,Red\n2,film,"Blue\n3,film,White\n')
    problems = [(fault.row, fault.problem) for fault in check_table(path, "titles").errors]
    assert problems == [(3, "a quote is opened and never closed")]


def test_rows_of_unequal_length(tmp_path):
    path = write(
        tmp_path,
        HEADER + "1,film,Red\n2,film,Blue,and,more\n3,film\n4,film,Green,,\n5,film,White\n6,film,Black\n",
    )
    checked = check_table(path, "titles")
    found = [(fault.row, fault.severity) for fault in checked.faults if "cells" in fault.problem]
    assert found == [(3, "error"), (4, "warning")]
    assert list(checked.frame["title"]) == ["Red", "Green", "White", "Black"]


def test_a_table_whose_rows_all_misfit_is_one_fault(tmp_path):
    path = write(tmp_path, HEADER + "".join(f'"{i},film,Red"\n' for i in range(500)))
    structural = [fault for fault in check_table(path, "titles").faults if "cells" in fault.problem]
    assert len(structural) == 1
    assert "500 of 500" in structural[0].problem


def test_nul_is_named(tmp_path):
    path = write(tmp_path, HEADER + "1,film,Red\n2,film,Bl\x00ue\n")
    (fault,) = check_table(path, "titles").errors
    assert (fault.row, fault.column) == (3, "title")
    assert "NUL" in fault.problem
    assert "\x00" not in str(fault)


@pytest.mark.parametrize("text", ["", "\n\n", "   \n", "\ufeff"])
def test_empty_files(tmp_path, text):
    with pytest.raises(UnreadableFileError, match="empty"):
        read_titles(write(tmp_path, text))


def test_a_header_alone_has_no_rows(tmp_path):
    with pytest.raises(TableError, match="no rows"):
        read_titles(write(tmp_path, HEADER))


def test_numbers_as_people_write_them(tmp_path):
    path = write(
        tmp_path,
        "title_id;market;metric;value;as_of;source\n"
        "1;RU;admissions;1 234 567;2020-01-31;x\n"
        "2;ru;admissions;1234,5;2020-01-31 00:00:00;x\n"
        "3;Россия;Admissions;1,234,567.5;2020-01-31T10:00:00Z;x\n"
        "4;WW;box-office;1e6;2020-02-29;x\n",
    )
    frame = read_outcomes(path)
    assert list(frame["value"]) == [1234567, 1234.5, 1234567.5, 1e6]
    assert list(frame["market"]) == ["RU", "RU", "RU", "WW"]
    assert list(frame["metric"]) == ["admissions", "admissions", "admissions", "box_office"]
    assert list(frame["as_of"]) == ["2020-01-31"] * 3 + ["2020-02-29"]


def test_every_outcome_fault_at_once(tmp_path):
    path = write(
        tmp_path,
        "title_id,market,metric,value,as_of,source\n"
        ",CN,votes,1,2020-01-01,x\n"
        "2,QZ,votes,1,2020-01-01,x\n"
        "3,CN,imdb_vots,1,2020-01-01,x\n"
        '4,CN,votes,"1,234",2020-01-01,x\n'
        "5,CN,votes,many,2020-01-01,x\n"
        "6,CN,votes,-1,2020-01-01,x\n"
        "7,CN,votes,inf,2020-01-01,x\n"
        "8,CN,votes,1,2020-02-30,x\n"
        "9,CN,votes,1,31.01.2020,x\n"
        "10,CN,votes,,2020-01-01,x\n"
        "11,CN,votes,1,2020-01-01,x\n",
    )
    checked = check_table(path, "outcomes")
    assert [(fault.row, fault.column) for fault in checked.errors] == [
        (2, "title_id"),
        (3, "market"),
        (4, "metric"),
        (5, "value"),
        (6, "value"),
        (7, "value"),
        (8, "value"),
        (9, "as_of"),
        (10, "as_of"),
        (11, "value"),
    ]
    assert "imdb_votes" in checked.errors[2].remedy
    assert list(checked.frame["title_id"]) == ["11"]
