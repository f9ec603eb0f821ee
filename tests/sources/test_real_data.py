"""The real packs beside the project, and real files as people receive them."""

from __future__ import annotations

import pandas as pd
import pytest

from recommender.sources import check_table, read_outcomes, read_titles, write_table

PACKS = ("china", "russia", "europe", "streaming")


@pytest.mark.parametrize("pack", PACKS)
def test_packs_are_read_without_errors(shared_data, pack):
    titles = read_titles(shared_data / pack / "titles.parquet")
    outcomes = read_outcomes(shared_data / pack / "outcomes.parquet")
    assert set(outcomes["title_id"]) <= set(titles["title_id"])
    given = pd.read_parquet(shared_data / pack / "titles.parquet")
    assert len(titles) == len(given)
    assert (outcomes["value"] >= 0).all()


def test_russian_countries_are_understood(shared_data):
    checked = check_table(shared_data / "russia" / "titles.parquet", "titles")
    given = pd.read_parquet(shared_data / "russia" / "titles.parquet")["countries"].explode()
    odd = given[given.str.len() > 2]
    assert len(odd) > 300
    (fault,) = checked.warnings
    left_out = int(fault.problem.split()[0])
    assert left_out < 0.06 * len(odd)
    catalogue = check_table(shared_data / "russia" / "russian_catalogue.parquet", "titles")
    assert catalogue.faults == ()


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_the_russian_catalogue_reads_back_equal(shared_data, tmp_path, suffix):
    frame = read_titles(shared_data / "russia" / "russian_catalogue.parquet")
    write_table(frame, tmp_path / f"titles.{suffix}")
    pd.testing.assert_frame_equal(read_titles(tmp_path / f"titles.{suffix}"), frame)


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter", "rows"),
    [
        ("justwatch_netflix_titles.csv", "UTF-8", "comma", 5850),
        ("kinopoisk_cp1251.csv", "Windows-1251", "semicolon", 6703),
        ("mkrf_movies.csv", "UTF-8 with BOM", "comma", 7479),
        ("netflix_all_weeks_countries.tsv", "UTF-8", "tab", 65800),
    ],
)
def test_foreign_files_are_understood_as_far_as_they_go(shared_data, name, encoding, delimiter, rows):
    checked = check_table(shared_data / "raw" / name, "titles")
    assert checked.how == {"format": "CSV", "encoding": encoding, "delimiter": delimiter}
    assert checked.n_rows == rows
    assert {"title_id", "kind"} <= {fault.column for fault in checked.errors if fault.row is None}


def test_avails_workbooks_give_errors_and_no_traceback(shared_data):
    for path in sorted((shared_data / "avails").glob("*.xlsx")):
        assert {"title_id", "kind", "title"} <= {fault.column for fault in check_table(path, "titles").errors}
