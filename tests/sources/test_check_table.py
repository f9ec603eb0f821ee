from __future__ import annotations

import logging

import pandas as pd
import pytest

from recommender.errors import TableError
from recommender.schema import TITLES
from recommender.sources import check_table, read_rights, read_scores, read_titles, write_table
from recommender.sources._check import FAULTS_OF_A_KIND


def csv(tmp_path, text: str):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_frame_in_memory(tmp_path):
    frame = read_titles(csv(tmp_path, "title,extra,kind,title_id\nRed,x,film,7\n"))
    assert tuple(frame.columns) == (*TITLES.names, "extra")
    assert frame.index.equals(pd.RangeIndex(1))
    assert all(frame.loc[0, name] == [] for name in TITLES.list_columns)
    assert {str(frame[name].dtype) for name in ("year", "runtime_min", "seasons", "episodes")} == {"Int64"}
    assert {str(frame[name].dtype) for name in ("title_id", "synopsis", "release_date", "studio")} == {"str"}
    assert {str(frame[name].dtype) for name in ("ask_price", "floor_price")} == {"float64"}
    assert str(frame["me_track"].dtype) == "boolean"
    TITLES.schema.validate(frame)


def test_all_columns_that_are_missing_at_once_with_what_may_be_meant(tmp_path):
    with pytest.raises(TableError) as caught:
        read_titles(csv(tmp_path, "id,name,type\n1,Red,film\n"))
    remedies = {fault.column: fault.remedy for fault in caught.value.faults}
    assert set(remedies) == {"title_id", "title", "kind"}
    assert "'id'" in remedies["title_id"]
    assert "'name'" in remedies["title"]
    assert "'type'" in remedies["kind"]


def test_headers_with_typing_mistakes(tmp_path):
    path = csv(tmp_path, "title_id,kind,title,sinopsis,runtme_min,budget\n1,film,Red,x,90,5\n")
    checked = check_table(path, "titles")
    assert checked.errors == ()
    assert {fault.column: fault.remedy for fault in checked.warnings} == {
        "sinopsis": "did you mean 'synopsis'?",
        "runtme_min": "did you mean 'runtime_min'?",
    }
    assert checked.frame.loc[0, "budget"] == "5"


def test_a_doubled_column(tmp_path):
    (fault,) = check_table(csv(tmp_path, "title_id,kind,title,Title\n1,film,Red,Blue\n"), "titles").errors
    assert "twice" in fault.problem


def test_duplicates_name_the_first_row(tmp_path):
    path = csv(tmp_path, "title_id,kind,title\na,film,Red\nb,film,Blue\na,film,White\n a ,film,Green\n")
    errors = check_table(path, "titles").errors
    assert [fault.row for fault in errors] == [4, 5]
    assert all(fault.remedy.startswith("row 2 has it too") for fault in errors)


def test_what_makes_a_row_unusable_and_what_does_not(tmp_path):
    path = csv(
        tmp_path,
        "title_id,kind,title,year,runtime_min,release_date,ask_price,currency,countries,languages,me_track\n"
        "1,film,Red,1492,0,never,10,EUR,Атлантида|RU,xx-klingon|ru,maybe\n"
        "2,film,Blue,soon,90,2020-01-01,cheap,EUR,RU,ru,yes\n"
        "3,film,White,2020,-5,2020-13-01,10,EUR,RU|Atlantis,,no\n",
    )
    checked = check_table(path, "titles")
    assert [(fault.row, fault.column) for fault in checked.errors] == [
        (2, "year"),
        (3, "year"),
        (3, "ask_price"),
    ]
    warned = {(fault.row, fault.column) for fault in checked.warnings}
    assert warned == {
        (2, "runtime_min"),
        (2, "release_date"),
        (2, "countries"),
        (2, "languages"),
        (2, "me_track"),
        (4, "runtime_min"),
        (4, "release_date"),
    }
    (row,) = checked.frame.to_dict("records")
    assert row["title_id"] == "3"
    assert row["countries"] == ["RU"]
    assert pd.isna(row["runtime_min"])
    assert pd.isna(row["release_date"])


def test_prices_without_a_currency_and_floors_above_asks_are_told_at_once(tmp_path):
    head = "title_id,kind,title,ask_price,floor_price,currency\n"
    path = csv(
        tmp_path,
        f"{head}1,film,Red,10,5,EUR\n2,film,Blue,10,12,USD\n3,film,White,7,6,\n4,film,Grey,,6,\n5,film,Mauve,,,\n",
    )
    checked = check_table(path, "titles")
    assert [(fault.row, fault.column, str(fault.value), fault.problem) for fault in checked.errors] == [
        (3, "floor_price", "12.0", "is above the ask_price"),
        (4, "ask_price", "7.0", "a price without a currency, while other rows state one"),
        (5, "floor_price", "6.0", "a price without a currency, while other rows state one"),
    ]
    assert not checked.warnings
    assert checked.frame["title_id"].tolist() == ["1", "5"]


def test_a_currency_is_a_code_of_iso_4217(tmp_path):
    rows = "1,film,Red,10,eur\n2,film,Blue,10,EURO\n3,film,White,7,$\n4,film,Grey,7,EUR\n"
    checked = check_table(csv(tmp_path, f"title_id,kind,title,ask_price,currency\n{rows}"), "titles")
    assert [(fault.row, fault.column, fault.value, fault.problem, fault.remedy) for fault in checked.faults] == [
        (3, "currency", "EURO", "not a currency", "did you mean 'EUR'?"),
        (4, "currency", "$", "not a currency", "write its three letters (ISO 4217), such as USD, EUR, CNY or RUB"),
    ]
    assert checked.frame["currency"].tolist() == ["EUR", "EUR"]


def test_a_table_whose_prices_have_no_currency_at_all_is_warned_of_once(tmp_path):
    path = csv(tmp_path, "title_id,kind,title,ask_price,floor_price\n1,film,Red,,\n2,film,Blue,10,5\n3,film,White,7,\n")
    checked = check_table(path, "titles")
    [fault] = checked.faults
    assert (fault.severity, fault.row, fault.column) == ("warning", 3, "ask_price")
    assert fault.problem == "a price without a currency, and no row states one"
    assert len(checked.frame) == 3
    path = csv(tmp_path, "title_id,kind,title,floor_price\n1,film,Red,\n2,film,Blue,5\n")
    assert [(fault.severity, fault.row) for fault in check_table(path, "titles").faults] == [("warning", 3)]


def test_unknown_countries_are_counted_and_named_once(tmp_path):
    rows = "".join(f"{i},film,Red,{country}\n" for i, country in enumerate(["Атлантида", "RU", "Мордор", "Атлантида"]))
    checked = check_table(csv(tmp_path, "title_id,kind,title,countries\n" + rows), "titles")
    (fault,) = checked.warnings
    assert fault.row == 2
    assert fault.value == "Атлантида (2), Мордор"
    assert fault.problem.startswith("3 unknown countries")


def test_a_long_list_of_unknown_countries_is_shown_by_whole_names(tmp_path):
    names = "Narnia|Gondor|RU|Middle-earth kingdom of Rohan|Atlantis|The Kingdom of the Two Sicilies and of Jerusalem"
    checked = check_table(csv(tmp_path, f"title_id,kind,title,countries\n1,film,Red,{names}\n"), "titles")
    (fault,) = checked.warnings
    assert fault.value == "Narnia, Gondor, Middle-earth kingdom of Rohan and 3 more"
    assert "(Narnia, Gondor, Middle-earth kingdom of Rohan and 3 more)" in str(fault)


def test_html_and_formulas_in_titles_are_kept_as_text(tmp_path):
    titles = ["<b>Red</b>", "=1+1", "@SUM(A1)", "+7", "a < b > c"]
    path = csv(tmp_path, "title_id,kind,title\n" + "".join(f"{i},film,{title}\n" for i, title in enumerate(titles)))
    checked = check_table(path, "titles")
    assert checked.errors == ()
    assert [fault.row for fault in checked.warnings] == [2, 3, 4, 5]
    assert list(checked.frame["title"]) == titles


def test_rights_that_end_before_they_start(tmp_path):
    path = csv(
        tmp_path,
        "title_id,market,media,start,end,exclusive\n1,CN,tv,2020-01-02,2020-01-01,yes\n2,CN,tv,,2020-01-01,нет\n",
    )
    checked = check_table(path, "rights")
    assert [(fault.row, fault.column) for fault in checked.errors] == [(2, "end")]
    with pytest.raises(TableError, match="before the start"):
        read_rights(path)


def test_scores_keep_reasons_and_comparables(tmp_path):
    comparable = {
        "title_id": "x",
        "title": "Y",
        "year": 2000,
        "similarity": 0.5,
        "metric": "votes",
        "value": 3.0,
        "percentile": 0.9,
        "why": "both are dramas",
    }
    frame = pd.DataFrame(
        {
            "market": ["CN", "CN"],
            "rank": [1, 2],
            "title_id": ["1", "2"],
            "score": [0.9, 0.1],
            "appeal": [0.9, 0.1],
            "low": [0.8, 0.0],
            "high": [0.95, 0.3],
            "evidence": ["strong", "thin"],
            "reasons": [["+ drama", "- old | slow"], []],
            "comparables": [[comparable], []],
        }
    )
    for suffix in ("parquet", "csv", "xlsx"):
        write_table(frame, tmp_path / f"scores.{suffix}")
        again = read_scores(tmp_path / f"scores.{suffix}")
        assert again["reasons"].tolist() == frame["reasons"].tolist()
        assert again["comparables"].tolist() == frame["comparables"].tolist()
        assert again["appeal"].tolist() == frame["appeal"].tolist()


def test_appeal_lies_between_zero_and_one(tmp_path):
    path = csv(tmp_path, "market,rank,title_id,score,appeal,low,high\nCN,1,a,5,1.5,0.2,0.1\n")
    assert {(fault.column) for fault in check_table(path, "scores").errors} == {"appeal", "high"}


def test_a_million_faults_are_a_thousand_and_a_count(tmp_path):
    frame = pd.DataFrame({"title_id": [str(i) for i in range(50_000)], "kind": "flim", "title": "Red"})
    write_table(frame, tmp_path / "titles.parquet")
    checked = check_table(tmp_path / "titles.parquet", "titles")
    assert len(checked.errors) == FAULTS_OF_A_KIND + 1
    assert any("49,000 more rows" in fault.problem for fault in checked.errors)
    assert checked.frame.empty


def test_warnings_go_to_the_projects_logger(tmp_path, caplog):
    path = csv(tmp_path, "title_id,kind,title,countries\n1,film,Red,Атлантида\n")
    with caplog.at_level(logging.WARNING, logger="recommender"):
        read_titles(path)
    (record,) = caplog.records
    assert "Атлантида" in record.getMessage()
    assert "row 2" in record.getMessage()


def test_a_missing_source_is_a_warning(tmp_path):
    checked = check_table(csv(tmp_path, "title_id,market,metric,value,as_of\n1,CN,votes,5,2020-01-01\n"), "outcomes")
    assert checked.errors == ()
    assert [fault.column for fault in checked.warnings] == ["source"]
