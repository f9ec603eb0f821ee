"""The answer for intervals equals that of looking at every day, for any rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.offers.rights import RightsRequest, answer_media, answer_rights, free_rights
from recommender.schema import RIGHTS_STATUSES
from tests.offers.rights.rights_builders import below, day_by_day, rights_frame

FIRST = date(2027, 1, 1)
TITLES = ["a", "b", "c", "d", "e"]
MEDIA = ["all", "cinema", "television", "free_tv", "online", "est", "poest", "svod", "avod", "fast", None]


def days(least: int, most: int) -> st.SearchStrategy[str]:
    return st.integers(least, most).map(lambda day: (FIRST + timedelta(days=day)).isoformat())


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    start, end = draw(st.one_of(st.none(), days(-8, 25))), draw(st.one_of(st.none(), days(-8, 25)))
    if start and end and end < start:
        start, end = end, start
    status = draw(st.sampled_from(["available", "owned", "available", "owned", *RIGHTS_STATUSES]))
    return {
        "title_id": draw(st.sampled_from(TITLES)),
        "market": draw(st.sampled_from(["CN", "CN", "CN", "WW", "RU"])),
        "media": draw(st.sampled_from(MEDIA)),
        "language": draw(st.sampled_from([None, None, None, "zh", "zh-Hans", "zh-Hant", "ru"])),
        "start": start,
        "end": end,
        "exclusive": draw(st.sampled_from([True, False, None])),
        "holdback_until": draw(st.one_of(st.none(), st.none(), st.none(), st.none(), days(-8, 25))),
        "licensee": draw(st.sampled_from([None, "Invented A", "Invented B"])),
        "status": status,
    }


@st.composite
def requests(draw: st.DrawFn) -> RightsRequest:
    first = draw(st.integers(0, 10))
    media = draw(st.lists(st.sampled_from([m for m in MEDIA if m]), min_size=1, max_size=3, unique=True))
    return RightsRequest(
        market="CN",
        media=tuple(media),
        language=draw(st.sampled_from([None, "zh", "zh-Hans"])),
        start=FIRST + timedelta(days=first),
        end=FIRST + timedelta(days=draw(st.integers(first, 20))),
        exclusive=draw(st.booleans()),
        match=draw(st.sampled_from(["cover", "overlap", "start"])),
    )


@settings(max_examples=120)
@given(st.lists(rows(), max_size=14), requests())
def test_the_answer_is_that_of_every_day(table: list[dict[str, Any]], request: RightsRequest) -> None:
    answer = answer_rights(TITLES, rights_frame(*table), request).set_index("title_id")
    by_medium = answer_media(TITLES, rights_frame(*table), request).set_index(["title_id", "medium"])
    for title in TITLES:
        expected, found = day_by_day(table, title, request), answer.loc[title]
        assert found["status"] == expected["status"]
        assert found["share"] == pytest.approx(expected["share"], abs=1e-6)
        for column in ("free_from", "free_until"):
            assert (None if pd.isna(found[column]) else found[column]) == expected[column]
        for medium, (status, share) in expected["by_medium"].items():
            assert by_medium.loc[(title, medium), "status"] == status
            assert by_medium.loc[(title, medium), "share"] == pytest.approx(share, abs=1e-6)


@settings(max_examples=60)
@given(st.lists(rows(), max_size=14), requests())
def test_what_is_free_is_what_each_day_says_as_a_rights_table(
    table: list[dict[str, Any]], request: RightsRequest
) -> None:
    free = free_rights(TITLES, rights_frame(*table), request)
    assert not free.duplicated().any()
    media = {atom for medium in request.media for atom in below(medium)}
    for title in TITLES:
        told = free.loc[free["title_id"] == title]
        for atom in (atom for atom in media if below(atom) == [atom]):
            own = request.model_copy(update={"media": (atom,)})
            days_free = {
                day.date()
                for row in told.itertuples()
                if atom in below(row.media)
                for day in pd.date_range(row.start, row.end)
            }
            expected = day_by_day(table, title, own)
            assert len(days_free) == round(expected["share"] * request.measured_days)
            ends = [min(days_free).isoformat(), max(days_free).isoformat()] if days_free else [None, None]
            assert ends == [expected["free_from"], expected["free_until"]]


@settings(max_examples=30)
@given(st.lists(rows(), min_size=2, max_size=8), requests(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_titles_changes_nothing(
    table: list[dict[str, Any]], request: RightsRequest, random
) -> None:
    shuffled, titles = list(table), list(TITLES)
    random.shuffle(shuffled)
    random.shuffle(titles)
    first = answer_rights(TITLES, rights_frame(*table), request)
    second = answer_rights(titles, rights_frame(*shuffled), request)
    pd.testing.assert_frame_equal(first, second.sort_values("title_id", ignore_index=True))


@settings(max_examples=30)
@given(st.lists(rows(), max_size=8), rows(), requests())
def test_a_bar_never_frees_and_a_right_never_bars(
    table: list[dict[str, Any]], more: dict[str, Any], request: RightsRequest
) -> None:
    before = answer_rights(TITLES, rights_frame(*table), request)["share"]
    for status, sign in (("withdrawn", -1), ("owned", 1)):
        row = more | {"status": status, "holdback_until": None}
        after = answer_rights(TITLES, rights_frame(*table, row), request)["share"]
        assert (np.sign((after - before).round(6)) * sign >= 0).all()


@settings(max_examples=30)
@given(st.lists(rows(), max_size=14), requests())
def test_whatever_is_not_free_is_explained(table: list[dict[str, Any]], request: RightsRequest) -> None:
    answer = answer_rights(TITLES, rights_frame(*table), request)
    media = answer_media(TITLES, rights_frame(*table), request)
    assert ((answer["share"] < 1) <= (answer["blocked_by"] != "")).all()
    assert ((media["share"] < 1) <= (media["blocked_by"] != "")).all()
    np.testing.assert_allclose(media[["share", "barred", "unstated"]].sum(axis=1), 1, atol=3e-6)
