"""Rights in an offer: who is left out and why, and what the offer says of the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from offer_builders import appeal_of, catalogue, scores_frame

from recommender.errors import NotEnoughDataError
from recommender.offers import Brief, build_offer, write_offer
from tests.frames import titles_frame
from tests.offers.rights.rights_builders import rights_frame

ROWS = [
    {"title_id": "t0", "market": "WW", "status": "owned"},
    {"title_id": "t1", "market": "WW", "status": "owned"},
    {
        "title_id": "t1",
        "market": "CN",
        "media": "svod",
        "end": "2027-06-30",
        "exclusive": True,
        "licensee": "Invented A",
    },
    {"title_id": "t2", "market": "CN", "exclusive": True, "licensee": "Invented B", "status": "licensed"},
    {"title_id": "t3", "market": "CN", "media": "cinema", "status": "owned"},
    {
        "title_id": "t5",
        "market": "CN",
        "media": "svod",
        "end": "2020-01-01",
        "licensee": "Invented C",
        "status": "expired",
    },
]
BASE = {"kind": "film", "countries": ["RU"], "directors": ["A. One"]}


@pytest.fixture
def six() -> pd.DataFrame:
    return titles_frame([{"title_id": f"t{i}", "title": f"Title {i}", **BASE} for i in range(6)])


def brief(**changes: object) -> Brief:
    usual = {
        "name": "x",
        "market": "CN",
        "size": 6,
        "kinds": ["film"],
        "media": ["cinema", "svod"],
        "window": {"start": "2027-01-01", "end": "2027-12-31"},
    }
    return Brief.model_validate(usual | changes)


def offered(titles: pd.DataFrame, **changes: object) -> dict[str, str]:
    scores = scores_frame(titles, [0.9 - i / 10 for i in range(len(titles))])
    made = build_offer(titles, scores, brief(**changes), rights=rights_frame(*ROWS))
    return dict(zip(made.frame["title_id"], made.frame["rights"], strict=True))


def test_titles_that_are_barred_or_unknown_are_left_out_and_the_rest_says_what_is_free(six: pd.DataFrame) -> None:
    assert offered(six) == {
        "t0": "available",
        "t1": "partly, 75%: svod: licensed to Invented A until 2027-06-30, exclusively",
        "t3": "partly, 50%: svod: no right is stated",
    }


@pytest.mark.parametrize(("last", "said"), [("2027-01-29", 29), ("2027-02-26", 57), ("2027-02-27", 58)])
def test_a_whole_number_of_percent_is_told_as_it_is(six: pd.DataFrame, last: str, said: int) -> None:
    rights = rights_frame({"title_id": "t0", "market": "CN", "status": "owned", "end": last})
    hundred_days = brief(size=1, media=["svod"], window={"start": "2027-01-01", "end": "2027-04-10"})
    made = build_offer(six, scores_frame(six, [0.5] * 6), hundred_days, rights=rights)
    assert made.frame["rights"].tolist() == [f"partly, {said}%: svod: no right is stated after {last}"]


def test_unknown_rights_can_be_offered_with_a_warning(six: pd.DataFrame) -> None:
    found = offered(six, rights={"on_unknown": "warn"})
    assert found["t4"] == "unknown: no row for CN or worldwide"
    assert found["t5"] == "unknown: only past rows for CN or worldwide; formerly: Invented C"
    assert "t2" not in found


def test_a_least_share_can_be_asked_for(six: pd.DataFrame) -> None:
    assert set(offered(six, rights={"min_share": 0.7})) == {"t0", "t1"}


def test_each_reason_is_counted_and_told(six: pd.DataFrame) -> None:
    scores = scores_frame(six, [0.5] * 6)
    made = build_offer(six, scores, brief(rights={"min_share": 0.7}), rights=rights_frame(*ROWS))
    assert made.counts == {"titles": 6, "eligible": 2, "rights-none": 1, "rights-partly": 1, "rights-unknown": 2}
    [shortfall] = made.shortfalls
    for words in ("1 without the rights asked for", "1 free for too small a part", "2 of unknown rights"):
        assert words in shortfall.text


def test_a_locked_title_without_rights_is_told_with_who_has_them(six: pd.DataFrame) -> None:
    made = build_offer(
        six, scores_frame(six, [0.5] * 6), brief(size=2, lock={"title_ids": ["t2"]}), rights=rights_frame(*ROWS)
    )
    [shortfall] = made.shortfalls
    assert shortfall.code == "lock"
    assert "without the rights asked for" in shortfall.text
    assert "licensed to Invented B without end, exclusively" in shortfall.text


def test_a_barred_title_gives_way_to_its_double() -> None:
    titles = titles_frame([{"title_id": key, "title": "One", **BASE} for key in ("t2", "t0")])
    scores = scores_frame(titles, [0.9, 0.1])
    found = build_offer(titles, scores, brief(size=1), rights=rights_frame(*ROWS))
    assert found.frame["title_id"].tolist() == ["t0"]
    assert build_offer(titles, scores, brief(size=1)).frame["title_id"].tolist() == ["t2"]


def test_a_window_without_a_start_begins_on_the_day_of_the_scores(six: pd.DataFrame) -> None:
    made = build_offer(six, scores_frame(six, [0.5] * 6), brief(window={}), rights=rights_frame(*ROWS))
    assert made.checks.rights is not None
    assert made.checks.rights.request.start is not None
    assert made.checks.rights.request.start.isoformat() == made.frame["as_of"].iloc[0]
    assert made.checks.rights.request.end is None


def test_nothing_with_rights_says_so(six: pd.DataFrame, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(NotEnoughDataError, match="6 of unknown rights") as caught:
        build_offer(six, scores_frame(six, [0.5] * 6), brief(), rights=rights_frame())
    assert str(caught.value.hint).startswith("Check the rights table")
    assert "names none of the catalogue's titles" in caplog.text


def test_without_a_table_nothing_changes(titles: pd.DataFrame, scores: pd.DataFrame) -> None:
    wide = {"kinds": ["film", "animation"], "size": 20}
    plain = build_offer(titles, scores, brief(**wide, window={}))
    parts = build_offer(titles, scores, brief(**wide, rights={"min_share": 0.9}))
    assert set(parts.frame["rights"]) == {"not checked"}
    assert parts.checks.rights is None
    assert parts.frame["title_id"].tolist() == plain.frame["title_id"].tolist()


def test_the_files_say_what_was_asked_and_found(six: pd.DataFrame, tmp_path: Path) -> None:
    import openpyxl

    made = build_offer(six, scores_frame(six, [0.5] * 6), brief(size=3), rights=rights_frame(*ROWS))
    files = write_offer(made, tmp_path / "out")
    asked = json.loads(files["manifest.json"].read_text("utf-8"))["rights"]
    assert (asked["media"], asked["start"], asked["match"]) == (["cinema", "svod"], "2027-01-01", "cover")
    report = files["report.html"].read_text("utf-8")
    assert "Rights: checked, cinema, svod; from 2027-01-01 until 2027-12-31." in report
    assert "The market&#39;s rules: not checked." in report
    sheet = openpyxl.load_workbook(files["offer.xlsx"])["Offer"]
    heads = [cell.value for cell in sheet[1]]
    column = [row[heads.index("Rights")].value for row in sheet.iter_rows(min_row=2)]
    assert sorted(column) == sorted(made.frame["rights"])


def test_the_order_of_the_rights_changes_nothing() -> None:
    titles = catalogue(40)
    rows = [{"title_id": key, "market": "WW", "status": "owned"} for key in titles["title_id"][:30]]
    rows += [
        {"title_id": key, "market": "CN", "media": "svod", "licensee": "Invented A"} for key in titles["title_id"][::3]
    ]
    scores = scores_frame(titles, appeal_of(40))
    wanted = brief(kinds=["film", "animation"], size=10)
    first = build_offer(titles, scores, wanted, rights=rights_frame(*rows))
    second = build_offer(titles, scores, wanted, rights=rights_frame(*reversed(rows)))
    assert first.offer_id == second.offer_id
    pd.testing.assert_frame_equal(first.frame, second.frame)
    bare = build_offer(titles, scores, wanted)
    assert bare.offer_id != first.offer_id
