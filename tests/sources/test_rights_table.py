"""Rights tables: every fault named by file, row and column, contradictions with both rows."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.errors import TableError
from recommender.schema import MEDIA, RIGHTS_STATUSES, media_mask
from recommender.schema._contradictions import rights_contradictions
from recommender.sources import check_table, read_rights, write_table

HEAD = "title_id,market,media,language,start,end,exclusive,holdback_until,licensee,status"


def csv(tmp_path, *rows: str):
    path = tmp_path / "rights.csv"
    path.write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    return path


def said(tmp_path, *rows: str) -> list[str]:
    found = check_table(csv(tmp_path, *rows), "rights").faults
    return [str(fault).removeprefix(f"{tmp_path}/rights.csv, ") for fault in found]


def test_words_are_brought_to_one_spelling(tmp_path):
    frame = read_rights(
        csv(
            tmp_path,
            "a,Китай,Theatrical,,2027-01-01,,да,,,Held",
            "b,worldwide,付费电视,Chinese,2027-01-01,2030-12-31,no,,X,sold",
        )
    )
    assert frame["market"].tolist() == ["CN", "WW"]
    assert frame["media"].tolist() == ["cinema", "pay_tv"]
    assert frame["language"].fillna("").tolist() == ["", "zh"]
    assert frame["status"].tolist() == ["owned", "licensed"]
    assert frame["exclusive"].tolist() == [True, False]


def test_what_was_written_is_read_again(tmp_path):
    path = csv(tmp_path, "a,CN,svod,zh,2027-01-01,2027-12-31,yes,2027-02-01,X,licensed", "b,WW,,,,,,,,")
    frame = read_rights(path)
    for name in ("again.parquet", "again.csv", "again.xlsx"):
        write_table(frame, tmp_path / name)
        pd.testing.assert_frame_equal(read_rights(tmp_path / name), frame)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("a,SU,svod,,,,,,,", "row 2, column market: unknown market (SU); a former country: write today's, one a row"),
        (
            "a,CIS,svod,,,,,,,",
            "row 2, column market: unknown market (CIS); a region: write its markets, one a row (ISO 3166-1)",
        ),
        ("a,,svod,,,,,,,", "row 2, column market: the cell is empty; fill it, or delete the row"),
        ("a,CN,svood,,,,,,,", "row 2, column media: unknown medium (svood); did you mean 'svod' or 'tvod' or 'pvod'?"),
        (
            'a,CN,"svod, avod",,,,,,,',
            "row 2, column media: unknown medium (svod, avod); one medium a row: write a row for each",
        ),
        (
            "a,CN,VOD,,,,,,,",
            "row 2, column media: unknown medium (VOD); in an Avails workbook it is a rental, elsewhere all of online: "
            "write tvod, svod, avod or online",
        ),
        (
            "a,CN,svod,Elvish,,,,,,",
            "row 2, column language: unknown language (Elvish); write a BCP 47 tag such as zh or zh-Hans, one a row",
        ),
        (
            "a,CN,svod,,2027-01-01,2026-12-31,,,,",
            "row 2, column end: is before the start (2026-12-31); exchange or correct start and end",
        ),
        (
            "a,CN,svod,,2027-02-30,,,,,",
            "row 2, column start: there is no such day (2027-02-30); correct it (YYYY-MM-DD)",
        ),
        (
            "a,CN,svod,,,,perhaps,,,",
            "row 2, column exclusive: neither yes nor no (perhaps); write yes or no, or leave the cell empty",
        ),
        ("a,CN,svod,,,,,,X,lisenced", "row 2, column status: unknown status (lisenced); did you mean 'licensed'?"),
    ],
)
def test_each_fault_is_named(tmp_path, row, fault):
    assert said(tmp_path, row) == [fault]
    with pytest.raises(TableError, match="row 2"):
        read_rights(tmp_path / "rights.csv")


def test_all_faults_at_once_and_contradictions_only_among_sound_rows(tmp_path):
    faults = said(
        tmp_path,
        "a,CN,svod,,2027-01-01,2027-12-31,yes,,X,licensed",
        "a,ZZ,svodd,,2027-01-01,2026-12-31,yes,,Y,licensed",
        "a,CN,online,,2027-06-01,,no,,Y,licensed",
    )
    assert len(faults) == 4
    assert sum(fault.startswith("row 3") for fault in faults) == 3
    assert faults[-1].startswith("row 4, column licensee: two licences at once")
    assert "row 2 licenses the same" in faults[-1]


X = "a,CN,svod,,2027-01-01,2027-12-31,yes,,X,licensed"


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        ((X, X.replace("X,", "Y,").replace("yes", "no")), ["row 3, column licensee: two licences at once"]),
        ((X, X.replace("X,", "Y,").replace("2027-01", "2027-03").replace("CN", "WW")), ["row 3, column licensee: two"]),
        ((X, X.replace("X,", "Y,").replace("svod", "all")), ["row 3, column licensee: two licences at once"]),
        ((X.replace("CN", "WW"), X.replace("X,", "Y,").replace("CN", "WW")), ["row 3, column licensee: two"]),
        ((X, X.replace("X,", "Y,").replace("2027", "2028")), []),
        ((X, X.replace("X,", "Y,").replace("CN", "RU")), []),
        ((X, X.replace("X,", "Y,").replace("svod", "cinema")), []),
        ((X, X.replace("a,CN", "b,CN").replace("X,", "Y,")), []),
        ((X.replace("svod,", "svod,zh"), X.replace("svod,", "svod,ru").replace("X,", "Y,")), []),
        (
            (X.replace("svod,", "svod,zh"), X.replace("svod,", "svod,zh-Hans").replace("X,", "Y,")),
            ["row 3, column licensee"],
        ),
        ((X.replace("yes", "no"), X.replace("X,", "Y,").replace("yes", "no")), []),
        ((X, X.replace("2027-01", "2027-03")), ["row 3, column start: its days overlap"]),
        ((X, X), ["row 3, column title_id: the same row a second time (a); row 2 is the same: delete one"]),
        (
            ("a,CN,svod,,2027-02-01,2027-03-01,,,,available", X),
            ["row 2, column status: called available, and never is"],
        ),
        (("a,CN,svod,,2027-02-01,2027-03-01,,,,owned", X), []),
        (("a,CN,svod,,2027-02-01,2028-03-01,,,,available", X), []),
        (
            ("a,CN,svod,,,,,,,available", "a,WW,,,,,,,,withdrawn"),
            ["row 2, column status: called available, and never is"],
        ),
        (("a,WW,svod,,,,,,,available", "a,CN,,,,,,,,excluded"), []),
        (
            ("a,CN,svod,,,,yes,,,owned", "a,CN,svod,,2027-01-01,,no,,,owned"),
            ["row 3, column exclusive: exclusive in one row"],
        ),
        (("a,CN,svod,,,2027-01-01,,2027-06-01,,owned",), ["row 2, column holdback_until: is after the end"]),
        (("a,CN,svod,,,2027-01-01,,2027-06-01,X,expired",), []),
    ],
)
def test_contradictions_are_warnings_that_name_both_rows(tmp_path, rows, problems):
    faults = said(tmp_path, *rows)
    assert len(faults) == len(problems), faults
    assert all(fault.startswith(problem) for fault, problem in zip(faults, problems, strict=True))
    assert len(read_rights(tmp_path / "rights.csv")) == len(rows)


def test_rows_are_numbered_as_in_the_file_also_where_others_are_bad(tmp_path):
    faults = said(tmp_path, "a,ZZ,svod,,,,,,,", X, "a,QQ,svod,,,,,,,", X.replace("X,", "Y,"))
    assert faults[-1].startswith("row 5, column licensee")
    assert "row 3 licenses" in faults[-1]


days = st.one_of(st.none(), st.integers(1, 28).map(lambda day: f"2027-01-{day:02}"))


@st.composite
def licences(draw):
    start, end = draw(days), draw(days)
    if start and end and end < start:
        start, end = end, start
    return {
        "title_id": draw(st.sampled_from("ab")),
        "market": draw(st.sampled_from(["CN", "RU", "WW"])),
        "media": draw(st.sampled_from(["all", "online", "svod", "cinema"])),
        "start": start,
        "end": end,
        "exclusive": draw(st.booleans()),
        "licensee": draw(st.sampled_from("XYZ")),
        "status": draw(st.sampled_from(["licensed", "licensed", *RIGHTS_STATUSES])),
    }


@settings(max_examples=80)
@given(st.lists(licences(), max_size=8))
def test_two_licences_at_once_are_found_where_a_look_at_every_pair_finds_them(rows):
    columns = ["title_id", "market", "media", "start", "end", "exclusive", "licensee", "status"]
    frame = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype="object") for name in columns})
    frame = frame.astype({name: "str" for name in columns if name != "exclusive"} | {"exclusive": "boolean"})
    [found] = [item for item in rights_contradictions(frame) if item.column == "licensee"]
    assert set(found.places.tolist()) == {
        later for later in range(len(rows)) for earlier in range(later) if clash(rows[earlier], rows[later])
    }
    assert all(clash(rows[a], rows[b]) for a, b in zip(found.others, found.places, strict=True))


def clash(one, other) -> bool:
    return (
        one["status"] == other["status"] == "licensed"
        and one["title_id"] == other["title_id"]
        and (one["market"] == other["market"] or "WW" in {one["market"], other["market"]})
        and bool(media_mask(one["media"]) & media_mask(other["media"]))
        and (one["start"] or "") <= (other["end"] or "9")
        and (other["start"] or "") <= (one["end"] or "9")
        and (one["exclusive"] or other["exclusive"])
        and one["licensee"] != other["licensee"]
    )


def test_every_medium_is_read_by_its_own_name(tmp_path):
    path = csv(tmp_path, *(f"{name},CN,{name},,,,,,," for name in MEDIA))
    assert read_rights(path)["media"].tolist() == list(MEDIA)
