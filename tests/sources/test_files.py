"""Files that are not what they should be."""

from __future__ import annotations

import os
import sys

import pandas as pd
import pytest

from recommender.errors import TableError, UnreadableFileError
from recommender.sources import check_table, read_outcomes, read_titles, write_table


@pytest.fixture
def titles() -> pd.DataFrame:
    return pd.DataFrame({"title_id": ["1", "2"], "kind": "film", "title": ["Red", "Blue"]})


def test_missing_file_suggests_the_one_beside_it(tmp_path, titles):
    write_table(titles, tmp_path / "titles.parquet")
    with pytest.raises(UnreadableFileError, match="no such file") as caught:
        read_titles(tmp_path / "title.parquet")
    assert "titles.parquet" in caught.value.hint


def test_missing_folder(tmp_path):
    with pytest.raises(UnreadableFileError, match="no such file"):
        read_titles(tmp_path / "nowhere" / "title.parquet")


def test_a_directory(tmp_path):
    with pytest.raises(UnreadableFileError, match="directory"):
        read_titles(tmp_path)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_permission_denied(tmp_path, titles):
    path = tmp_path / "titles.csv"
    write_table(titles, path)
    path.chmod(0)
    with pytest.raises(UnreadableFileError, match="permission"):
        read_titles(path)


def test_name_too_long_or_with_a_nul():
    for name in ("x" * 5000 + ".csv", "a\x00b.csv"):
        with pytest.raises(UnreadableFileError):
            read_titles(name)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".xlsx"])
@pytest.mark.parametrize("content", [b"", b"\x00" * 100])
def test_empty_files(tmp_path, suffix, content):
    path = tmp_path / f"titles{suffix}"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match="empty"):
        read_titles(path)


@pytest.mark.parametrize("keep", [4, 10, 0.3, 0.9, -1])
def test_truncated_parquet(tmp_path, titles, keep):
    path = tmp_path / "titles.parquet"
    write_table(titles, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)] if isinstance(keep, float) else content[:keep])
    with pytest.raises(UnreadableFileError, match="cannot be read") as caught:
        read_titles(path)
    assert "export it again" in caught.value.hint


def test_damaged_parquet_raises_nothing_but_our_errors(tmp_path, titles):
    path = tmp_path / "titles.parquet"
    write_table(titles, path)
    content = path.read_bytes()
    for place in range(4, len(content), 23):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        try:
            check_table(path, "titles")
        except (UnreadableFileError, TableError) as error:
            assert str(path) in str(error)


@pytest.mark.parametrize(("written", "named"), [(".csv", ".xlsx"), (".xlsx", ".parquet"), (".parquet", ".csv")])
def test_suffix_and_content_disagree(tmp_path, titles, written, named):
    write_table(titles, tmp_path / f"titles{written}")
    path = (tmp_path / f"titles{written}").rename(tmp_path / f"other{named}")
    with pytest.raises(UnreadableFileError) as caught:
        read_titles(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_a_file_without_suffix_is_read_by_its_content(tmp_path, titles, suffix):
    write_table(titles, tmp_path / f"titles{suffix}")
    path = (tmp_path / f"titles{suffix}").rename(tmp_path / "titles")
    assert list(read_titles(path)["title"]) == ["Red", "Blue"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "password"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"SQLite format 3\x00", "SQLite"),
    ],
)
def test_foreign_files_are_named(tmp_path, content, what):
    for suffix in (".xlsx", ".csv", ""):
        path = tmp_path / f"titles{suffix}"
        path.write_bytes(content)
        with pytest.raises(UnreadableFileError, match=what):
            read_titles(path)


def test_parquet_types_that_others_write(tmp_path):
    import datetime as dt
    from decimal import Decimal

    import pyarrow as pa
    import pyarrow.parquet as pq

    day = dt.date(2016, 9, 13)
    table = pa.table(
        {
            "title_id": pa.array([27060077123456789, 2], pa.int64()),
            "kind": pa.array(["film", "series"]).dictionary_encode(),
            "title": pa.array(["Red", "Blue"], pa.large_string()),
            "year": pa.array([2019.0, None], pa.float64()),
            "release_date": pa.array([day, None], pa.date32()),
            "countries": pa.array([["ru", "США-Канада"], None], pa.list_(pa.large_string())),
            "genres": pa.array(["Drama|War", "Comedy"]),
            "ask_price": pa.array([Decimal("10.50"), None], pa.decimal128(10, 2)),
            "me_track": pa.array([True, None]),
            "seen": pa.array([dt.datetime(2020, 1, 1, 12), None], pa.timestamp("us", tz="UTC")),
        }
    )
    pq.write_table(table, tmp_path / "titles.parquet")
    frame = read_titles(tmp_path / "titles.parquet")
    assert list(frame["title_id"]) == ["27060077123456789", "2"]
    assert list(frame["kind"]) == ["film", "series"]
    assert frame["year"].tolist()[0] == 2019
    assert frame["release_date"].tolist()[0] == "2016-09-13"
    assert frame["countries"].tolist() == [["RU", "US", "CA"], []]
    assert frame["genres"].tolist() == [["Drama", "War"], ["Comedy"]]
    assert frame["ask_price"].tolist()[0] == 10.5
    assert frame.columns[-1] == "seen"


def test_parquet_rows_are_counted_from_one(tmp_path):
    frame = pd.DataFrame({"title_id": ["1", "2"], "market": ["CN", "QQ"], "metric": "votes", "value": 1.0})
    frame["as_of"] = pd.to_datetime(["2020-01-01", "2020-01-02"])
    frame.to_parquet(tmp_path / "outcomes.parquet")
    with pytest.raises(TableError) as caught:
        read_outcomes(tmp_path / "outcomes.parquet")
    errors = [fault for fault in caught.value.faults if fault.severity == "error"]
    assert [(fault.row, fault.column, fault.value) for fault in errors] == [(2, "market", "QQ")]
