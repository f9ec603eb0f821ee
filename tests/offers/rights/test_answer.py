"""What the answer says of single cases, in words and figures."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import recommender.offers.rights
from recommender.errors import DataError
from recommender.offers.rights import answer_media, answer_rights, answer_with_free, free_rights
from tests.offers.rights.rights_builders import asked, rights_frame

OURS = {"title_id": "a", "market": "WW", "exclusive": True, "status": "owned"}


def taken(**changes: Any) -> dict[str, Any]:
    return {
        "title_id": "a",
        "market": "CN",
        "media": "svod",
        "exclusive": True,
        "licensee": "Invented A",
        "status": "licensed",
    } | changes


def one(*rows: dict[str, Any], **request: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer_rights(["a"], rights_frame(*rows), asked(**request)).to_dict("records")[0]
    return found


def test_the_public_names_are_there() -> None:
    assert sorted(recommender.offers.rights.__all__) == recommender.offers.rights.__all__
    assert all(hasattr(recommender.offers.rights, name) for name in recommender.offers.rights.__all__)


def test_one_search_answers_and_tells_what_is_free() -> None:
    table = rights_frame(OURS, taken(end="2027-12-31"))
    answer, free = answer_with_free(["a", "b"], table, asked())
    assert answer["status"].tolist() == ["partly", "unknown"]
    assert_frame_equal(answer, answer_rights(["a", "b"], table, asked()))
    assert_frame_equal(free, free_rights(["a", "b"], table, asked()))


def test_a_worldwide_right_without_end_is_free_everywhere() -> None:
    found = one(OURS)
    assert (found["status"], found["share"], found["blocked_by"]) == ("available", 1.0, "")
    assert (found["free_from"], found["free_until"], found["media"]) == ("2027-01-01", "2028-12-31", "svod")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (taken(end="2027-12-31"), "svod: licensed to Invented A until 2027-12-31, exclusively"),
        (taken(start="2028-01-01"), "svod: licensed to Invented A from 2028-01-01 without end, exclusively"),
        (taken(end="2027-12-31", market="WW"), "svod: licensed to Invented A until 2027-12-31, exclusively, worldwide"),
        (taken(end="2027-12-31", exclusive=None), "svod: licensed to Invented A until 2027-12-31, perhaps exclusively"),
        (taken(end="2027-12-31", licensee=None), "svod: licensed to somebody until 2027-12-31, exclusively"),
        (taken(end="2027-12-31", media="online"), "online: licensed to Invented A until 2027-12-31, exclusively"),
        (
            taken(end="2027-12-31", status="negotiating"),
            "svod: under negotiation with Invented A until 2027-12-31, exclusively",
        ),
        (taken(end="2027-12-31", status="reserved"), "svod: reserved for Invented A until 2027-12-31"),
        (taken(end="2027-12-31", status="withdrawn"), "svod: withdrawn until 2027-12-31"),
        (taken(end="2027-12-31", status="excluded"), "svod: not ours here until 2027-12-31"),
        (
            taken(end="2027-12-31", language="zh"),
            "svod: licensed to Invented A until 2027-12-31, exclusively, language zh",
        ),
        (
            taken(end="2026-06-30", status="expired", holdback_until="2028-01-01"),
            "svod: held back, not before 2028-01-01, for Invented A",
        ),
    ],
)
def test_what_bars_half_of_the_window_is_said(row: dict[str, Any], words: str) -> None:
    found = one(OURS, row)
    assert (found["status"], found["blocked_by"]) == ("partly", words)
    assert found["share"] == pytest.approx(0.5, abs=0.001)


def test_exclusivity_counts_in_both_directions() -> None:
    shared = taken(exclusive=False)
    assert one(OURS, shared)["status"] == "available"
    assert one(OURS, shared)["shared_with"] == "Invented A"
    assert one(OURS, shared, exclusive=True)["status"] == "not available"
    assert one(OURS | {"exclusive": False}, exclusive=True)["blocked_by"] == "svod: no exclusive right is stated"
    unsaid = one(OURS | {"exclusive": None}, exclusive=True)
    assert (unsaid["status"], unsaid["blocked_by"]) == ("unknown", "svod: not stated whether exclusively")
    assert one(OURS, OURS | {"exclusive": None}, exclusive=True)["status"] == "available"


def test_a_title_nobody_speaks_of_is_unknown_and_one_that_lacks_the_medium_is_not_available() -> None:
    other_market = OURS | {"market": "FR"}
    assert one(other_market)["status"] == "unknown"
    assert one(other_market)["blocked_by"] == "no row for CN or worldwide"
    past = taken(status="expired", end="2020-12-31")
    assert one(past)["status"] == "unknown"
    assert one(past)["blocked_by"] == "only past rows for CN or worldwide"
    assert one(past)["previous_licensees"] == "Invented A"
    assert one(OURS | {"media": "cinema"})["status"] == "not available"
    assert one(OURS | {"media": "cinema"})["blocked_by"] == "svod: no right is stated"


def test_gaps_are_told_with_their_days() -> None:
    media = ("cinema", "television", "svod")
    rows = [OURS | {"media": "cinema", "end": "2027-12-31"}, OURS | {"media": "svod", "end": "2027-12-31"}]
    found = one(*rows, media=media)
    assert found["blocked_by"] == "television: no right is stated; cinema, svod: no right is stated after 2027-12-31"
    inner = OURS | {"media": "svod", "start": "2027-02-01", "end": "2027-12-31"}
    assert one(inner)["blocked_by"] == "svod: no right is stated before 2027-02-01 and after 2027-12-31"
    two = [OURS | {"media": "svod", "end": "2027-01-31"}, OURS | {"media": "svod", "start": "2028-01-01"}]
    assert one(*two)["blocked_by"] == "svod: no right is stated for a part of the window"


def test_a_group_is_asked_for_with_all_below_it_and_its_branches_count_the_same() -> None:
    found = answer_media(["a"], rights_frame(OURS, taken()), asked(media=("online", "cinema")))
    assert found["medium"].tolist() == ["online", "cinema"]
    assert found["status"].tolist() == ["partly", "available"]
    assert found["share"].tolist() == [0.75, 1.0]
    assert found["barred"].tolist() == [0.25, 0.0]
    whole = one(OURS, taken(), media=("online", "cinema"))
    assert (whole["share"], whole["media"]) == (0.875, "cinema")


def test_a_language_may_be_narrower_but_not_another() -> None:
    row = OURS | {"language": "zh-Hans"}
    assert one(row, language="zh")["status"] == "available"
    assert one(row, language="zh-Hans")["status"] == "available"
    assert one(row, language="zh-Hant")["status"] == "not available"
    assert one(OURS, language="zh-Hant")["status"] == "available"
    assert one(OURS, taken(language="ru"), language="zh")["status"] == "available"
    assert one(OURS, taken(language="ru"))["status"] == "not available"


@pytest.mark.parametrize(
    ("start", "end", "cover", "overlap", "begin"),
    [
        ("2020-01-01", "2030-12-31", "available", "available", "not available"),
        ("2027-06-01", "2030-12-31", "partly", "available", "available"),
        ("2027-06-01", "2027-06-01", "partly", "available", "available"),
        ("2020-01-01", "2027-01-01", "partly", "available", "not available"),
        ("2027-01-01", None, "available", "available", "available"),
        ("2028-12-31", None, "partly", "available", "available"),
        ("2029-01-01", None, "not available", "not available", "not available"),
        (None, "2026-12-31", "not available", "not available", "not available"),
    ],
)
def test_match_types(start: str | None, end: str | None, cover: str, overlap: str, begin: str) -> None:
    row = OURS | {"start": start, "end": end}
    assert [one(row, match=match)["status"] for match in ("cover", "overlap", "start")] == [cover, overlap, begin]


def test_a_stretch_begins_where_a_licence_ends() -> None:
    assert one(OURS, taken(end="2027-05-31"), match="start")["status"] == "available"
    late = one(OURS, match="start")
    assert (late["status"], late["blocked_by"]) == ("not available", "free already before the window begins")


@pytest.mark.parametrize(
    ("window", "row", "status", "least", "most"),
    [
        ({"end": None}, {}, "available", 1.0, 1.0),
        ({"end": None}, {"end": "2031-12-31"}, "partly", 0.49, 0.51),
        ({"end": None}, {"end": "2099-12-31"}, "partly", 0.999, 0.99999),
        ({"start": None}, {"start": "2023-12-31"}, "partly", 0.49, 0.51),
        ({"start": None}, {}, "available", 1.0, 1.0),
        ({"start": None, "end": None}, {}, "available", 1.0, 1.0),
        ({"start": None, "end": None}, {"start": "2025-01-01"}, "partly", 0.49, 0.51),
    ],
)
def test_open_windows(window: dict[str, Any], row: dict[str, Any], status: str, least: float, most: float) -> None:
    found = one(OURS | row, **window)
    assert found["status"] == status
    assert least <= found["share"] <= most


def test_a_bar_beyond_the_measured_years_is_seen_too() -> None:
    found = one(OURS, taken(start="2060-01-01", end="2060-12-31"), end=None)
    assert found["status"] == "partly"
    assert 0.999 < found["share"] < 1
    assert "from 2060-01-01 until 2060-12-31" in found["blocked_by"]
    assert pd.isna(found["free_until"])


def test_the_whole_world_needs_a_worldwide_right_and_is_barred_anywhere() -> None:
    assert one(OURS, market="WW")["status"] == "available"
    assert one(OURS | {"market": "CN"}, market="WW")["status"] == "not available"
    assert one(OURS, taken(market="FR"), market="WW")["status"] == "not available"
    hole = {"title_id": "a", "market": "CN", "status": "excluded"}
    assert one(OURS, hole)["status"] == "not available"


def test_more_bars_than_anyone_reads_are_counted() -> None:
    rows = [taken(end=f"2027-0{month}-01") for month in range(1, 10)]
    assert one(OURS, *rows)["blocked_by"].endswith("; and 3 more")


def test_a_row_without_status_is_a_licence_where_a_licensee_stands() -> None:
    assert one(OURS | {"status": None})["status"] == "available"
    assert one(OURS, taken(status=None))["status"] == "not available"


def test_names_cannot_drive_a_terminal() -> None:
    assert "\x1b" not in one(OURS, taken(licensee="A\x1b[31m"))["blocked_by"]


def test_tables_made_by_hand_are_understood() -> None:
    day = datetime.date(2027, 12, 31)
    rights = pd.DataFrame({"title_id": ["a", "a"], "market": "CN", "media": ["SVOD", "Theatrical"], "end": [day, None]})
    found = answer_rights(["a"], rights, asked(media=("cinema", "svod")))
    assert found.loc[0, "blocked_by"] == "svod: no right is stated after 2027-12-31"
    rights["end"] = pd.to_datetime(rights["end"])
    pd.testing.assert_frame_equal(answer_rights(["a"], rights, asked(media=("cinema", "svod"))), found)


def test_no_titles_and_no_rows_are_answered() -> None:
    assert len(answer_rights([], rights_frame(OURS), asked())) == 0
    assert answer_rights(["a"], rights_frame(), asked())["status"].tolist() == ["unknown"]


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pd.DataFrame({"title_id": ["a"]}), "no column market"),
        (
            pd.DataFrame({"title_id": ["a"], "market": "CN", "media": "svodd"}),
            r"unknown medium \(svodd\); did you mean",
        ),
        (pd.DataFrame({"title_id": ["a"], "market": "CN", "status": "sold"}), "unknown status"),
        (pd.DataFrame({"title_id": ["a"], "market": "CN", "start": "soon"}), "not a day"),
    ],
)
def test_a_table_that_was_never_checked_is_refused(frame: pd.DataFrame, said: str) -> None:
    with pytest.raises(DataError, match=said):
        answer_rights(["a"], frame, asked())


def test_a_title_is_asked_for_once() -> None:
    with pytest.raises(DataError, match="asked for twice, first 'a'"):
        answer_rights(["a", "b", "a"], rights_frame(OURS), asked())
