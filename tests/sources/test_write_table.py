from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.errors import OutputError
from recommender.schema import KINDS, METRICS, TITLES
from recommender.sources import (
    file_sha256,
    read_outcomes,
    read_titles,
    save_workbook,
    set_text,
    write_table,
)
from recommender.sources._cells import BLANKS, join_list, split_list
from recommender.sources._columns import empty_column

FORMATS = ("parquet", "csv", "tsv", "xlsx")

# What a table in memory may hold: no NUL, no carriage return, no blank ends.
texts = (
    st.text(st.characters(exclude_characters="\x00\r", exclude_categories=("Cs",)), min_size=1, max_size=30)
    .map(lambda text: text.strip(BLANKS))
    .filter(bool)
)
plain_texts = (
    st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs"), include_characters="\n\t"), min_size=1)
    .map(lambda text: text[:30].strip(BLANKS))
    .filter(bool)
)
tricky = st.sampled_from(
    [
        *[
            "=1+1",
            "+7",
            "-",
            "@x",
            '"',
            '""',
            "a,b;c\td",
            "a|b",
            "a\\|b",
            "a\\",
            "\\",
            "#N/A",
            "NA",
            "null",
            "nan",
        ],
        *[
            "None",
            "1917",
            "007",
            "1e5",
            "TRUE",
            "_x0041_",
            "'quoted",
            "две\nстроки",
            "霸王别姬",
            "<b>x</b>",
            "1,5",
        ],
    ]
)
dates = st.dates().map(lambda day: day.isoformat())


def optional(strategy):
    return st.none() | strategy


@st.composite
def titles_tables(draw, words=plain_texts | tricky):
    n = draw(st.integers(1, 5))

    def column(strategy):
        return draw(st.lists(strategy, min_size=n, max_size=n))

    frame = {column.name: empty_column(column, n) for column in TITLES.columns}
    frame["title_id"] = pd.Series(draw(st.lists(words, min_size=n, max_size=n, unique=True)), dtype="str")
    frame["kind"] = pd.Series(column(st.sampled_from(KINDS)), dtype="str")
    frame["title"] = pd.Series(column(words), dtype="str")
    frame["synopsis"] = pd.Series(column(optional(words)), dtype="str")
    frame["year"] = pd.Series(column(optional(st.integers(1880, 2030))), dtype="Int64")
    frame["release_date"] = pd.Series(column(optional(dates)), dtype="str")
    frame["me_track"] = pd.Series(column(optional(st.booleans())), dtype="boolean")
    frame["ask_price"] = pd.Series(column(optional(st.floats(0, 1e12))), dtype="float64")
    frame["countries"] = pd.Series(column(st.lists(st.sampled_from(["RU", "CN", "SU"]), unique=True)), dtype="object")
    for name in ("genres", "cast", "alt_titles"):
        frame[name] = pd.Series(column(st.lists(words, max_size=3)), dtype="object")
    return pd.DataFrame(frame)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(frame=titles_tables(), suffix=st.sampled_from(FORMATS))
def test_titles_read_back_equal(tmp_path_factory, frame, suffix):
    path = tmp_path_factory.mktemp("table") / f"titles.{suffix}"
    write_table(frame, path)
    pd.testing.assert_frame_equal(read_titles(path), frame)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(frame=titles_tables(words=texts), suffix=st.sampled_from(("parquet", "csv")))
def test_control_characters_survive_parquet_and_csv(tmp_path_factory, frame, suffix):
    path = tmp_path_factory.mktemp("table") / f"titles.{suffix}"
    write_table(frame, path)
    pd.testing.assert_frame_equal(read_titles(path), frame)


@settings(max_examples=15, deadline=None)
@given(
    values=st.lists(st.floats(0, 1e300), min_size=1, max_size=20),
    suffix=st.sampled_from(FORMATS),
)
def test_every_float_of_an_outcome_survives(tmp_path_factory, values, suffix):
    frame = pd.DataFrame(
        {
            "title_id": pd.Series([str(i) for i in range(len(values))], dtype="str"),
            "market": "CN",
            "metric": next(iter(METRICS)),
            "value": values,
            "as_of": "2020-01-01",
            "source": "x",
            "licence": pd.Series([None] * len(values), dtype="str"),
        }
    )
    path = tmp_path_factory.mktemp("table") / f"outcomes.{suffix}"
    write_table(frame, path)
    # A workbook keeps 16 significant digits.
    wanted = [float(f"{value:.16g}") for value in values] if suffix == "xlsx" else values
    assert read_outcomes(path)["value"].tolist() == wanted


@given(st.lists(texts | tricky, max_size=4))
def test_lists_join_and_split(items):
    assert split_list(join_list(items)) == items


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_frame_gives_the_same_bytes(tmp_path, suffix, monkeypatch):
    frame = pd.DataFrame({"title_id": ["1"], "kind": "film", "title": "=1", "genres": [["a", "b"]], "x": [1.5]})
    write_table(frame, tmp_path / f"a.{suffix}")
    import time

    monkeypatch.setattr(time, "time", lambda: 2e9)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2e9))
    write_table(frame.copy(), tmp_path / f"b.{suffix}")
    assert file_sha256(tmp_path / f"a.{suffix}") == file_sha256(tmp_path / f"b.{suffix}")


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_index_does_not_matter(tmp_path, suffix):
    frame = pd.DataFrame({"title_id": ["1", "2"], "kind": "film", "title": "x"}, index=[7, 3])
    write_table(frame, tmp_path / f"a.{suffix}")
    write_table(frame.reset_index(drop=True), tmp_path / f"b.{suffix}")
    assert file_sha256(tmp_path / f"a.{suffix}") == file_sha256(tmp_path / f"b.{suffix}")


def test_no_cell_of_a_workbook_is_a_formula(tmp_path):
    titles = ["=1+1", "+7", "-7", "@SUM(A1)", "\t=1", "#N/A", "=cmd|'/c calc'!A0", "plain"]
    frame = pd.DataFrame({"title_id": [str(i) for i in range(8)], "kind": "film", "title": titles})
    write_table(frame, tmp_path / "titles.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "titles.xlsx")["titles"]
    cells = [row[2] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert [cell.value for cell in cells] == titles
    assert [bool(cell.quotePrefix) for cell in cells] == [True] * 5 + [False, True, False]


def test_long_and_unprintable_text_in_a_workbook(tmp_path, caplog):
    frame = pd.DataFrame(
        {
            "title_id": ["1", "2"],
            "kind": "film",
            "title": ["bell\x07 \x1b[2J", "x"],
            "synopsis": ["a" * 40_000, "b"],
        }
    )
    with caplog.at_level(logging.WARNING, logger="recommender"):
        write_table(frame, tmp_path / "titles.xlsx")
    again = read_titles(tmp_path / "titles.xlsx")
    assert again["title"].tolist()[0] == "bell␇ ␛[2J"
    assert len(again["synopsis"].iloc[0]) == 32_767
    assert "32767" in caplog.text


def test_comparables_in_a_sheet_are_json(tmp_path):
    frame = pd.DataFrame({"title_id": ["1"], "comparables": [[{"title": "Red", "year": np.int64(2000)}]]})
    write_table(frame, tmp_path / "x.csv")
    cell = (tmp_path / "x.csv").read_text(encoding="utf-8-sig").splitlines()[1].split(",", 1)[1]
    assert json.loads(cell.strip('"').replace('""', '"')) == [{"title": "Red", "year": 2000}]


def test_csv_opens_in_excel(tmp_path):
    write_table(pd.DataFrame({"title_id": ["1"], "title": ["Сталкер"]}), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbftitle_id,title\r\n")


@pytest.mark.parametrize("name", ["x.json", "x", "x.xls", "x.xlsm"])
def test_unknown_suffix(tmp_path, name):
    with pytest.raises(OutputError, match="suffix"):
        write_table(pd.DataFrame({"a": [1]}), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_earlier_file(tmp_path):
    path = tmp_path / "x.parquet"
    write_table(pd.DataFrame({"a": [1]}), path)
    before = file_sha256(path)
    with pytest.raises(Exception, match="object"):
        write_table(pd.DataFrame({"a": [object()]}).assign(comparables=[[{"x": object()}]]), path)
    assert file_sha256(path) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.parquet"]


def test_a_workbook_is_made_in_the_one_file_that_the_next_run_would_sweep(tmp_path: Path):
    seen: list[list[str]] = []
    workbook = openpyxl.Workbook()
    save = workbook.save

    def watched(target: object) -> None:
        save(target)
        seen.append([entry.name for entry in tmp_path.iterdir()])

    workbook.save = watched
    save_workbook(workbook, tmp_path / "a.xlsx")
    ((name,),) = seen
    assert name.endswith(".partial")


def test_workbooks_of_others_can_be_saved_deterministically(tmp_path: Path):
    for name in ("a.xlsx", "b.xlsx"):
        workbook = openpyxl.Workbook()
        set_text(workbook.active["A1"], "=1")
        save_workbook(workbook, tmp_path / name)
    assert file_sha256(tmp_path / "a.xlsx") == file_sha256(tmp_path / "b.xlsx")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["A1"].value == "=1"
