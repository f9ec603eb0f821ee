from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from offer_builders import appeal_of, catalogue, scores_frame

from recommender.offers import Brief, Offer, build_offer, diff_offers, what_differs, write_diff
from recommender.offers._diff import read_changes
from recommender.offers._words import clean
from recommender.sources import write_table


@pytest.fixture
def titles() -> pd.DataFrame:
    return catalogue(30)


@pytest.fixture
def scores(titles: pd.DataFrame) -> pd.DataFrame:
    return scores_frame(titles, appeal_of(30))


def offer(titles: pd.DataFrame, scores: pd.DataFrame, **asked: Any) -> Offer:
    basis = {"name": "pilot", "market": "CN", "size": 10, "kinds": ["film", "animation"]}
    return build_offer(titles, scores, Brief.model_validate(basis | asked))


def told(changes: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    return {row.title_id: (row.change, row.why, row.causes) for row in changes.itertuples()}


def test_equal_offers_do_not_differ(titles: pd.DataFrame, scores: pd.DataFrame) -> None:
    one, other = offer(titles, scores), offer(titles, scores)
    assert diff_offers(one, other).empty
    assert what_differs(one, other) == []


def test_a_score_that_fell(titles: pd.DataFrame, scores: pd.DataFrame) -> None:
    best, third = scores["title_id"].iloc[[0, 2]]
    new = scores.copy()
    new.loc[new["title_id"] == best, "appeal"] = 0.01
    one, other = offer(titles, scores), offer(titles, new)
    found = told(diff_offers(one, other))
    assert found[best] == ("went", "appeal 92.0 to 1.0; its place went to another title", "score|others")
    came = [title for title, (change, _, _) in found.items() if change == "came"]
    assert found[came[0]] == ("came", "took a place that became free", "others")
    assert third not in found  # its place number is another only because one above it went
    assert what_differs(one, other) == ["scores"]


def test_a_price_that_rose_and_places_that_nobody_takes(titles: pd.DataFrame, scores: pd.DataFrame) -> None:
    budget = {"total": 1000.0, "currency": "EUR"}
    priced = titles.assign(ask_price=100.0, currency="EUR")
    one = offer(priced, scores, budget=budget)
    best, second = one.frame["title_id"].iloc[[0, 1]]
    dear = priced.assign(ask_price=priced["ask_price"].mask(priced["title_id"] == best, 950.0))
    other = offer(dear, scores, budget=budget)
    found = told(diff_offers(one, other))
    assert what_differs(one, other) == ["prices"]  # of a title that only one of them offers
    assert found[best] == ("went", "ask price 100 to 950; its place went to another title", "price|others")
    locked = told(diff_offers(one, offer(dear, scores, budget=budget, lock={"title_ids": [best]})))
    assert locked[second] == ("went", "its place is left empty", "others")
    fewer = told(diff_offers(one, offer(priced, scores, budget=budget, size=1)))
    assert fewer[second] == ("went", "the brief changed: size", "brief")


def test_a_score_that_rose_moves_a_title(titles: pd.DataFrame, scores: pd.DataFrame) -> None:
    one = offer(titles, scores)
    last = one.frame["title_id"].iloc[-1]
    new = scores.copy()
    new.loc[new["title_id"] == last, "appeal"] = 0.99
    found = told(diff_offers(one, offer(titles, new)))
    change, why, causes = found[last]
    assert change == "moved"
    assert "tier library to locomotive" in why
    assert "place 10 to 1" in why
    assert "appeal" in why
    assert causes == "tier|place|score"


def test_a_brief_that_excludes_and_locks(titles: pd.DataFrame, scores: pd.DataFrame) -> None:
    first, worst = scores["title_id"].iloc[0], scores["title_id"].iloc[-1]
    one = offer(titles, scores)
    other = offer(titles, scores, exclude={"title_ids": [first]}, lock={"title_ids": [worst]}, size=11)
    found = told(diff_offers(one, other))
    assert found[first] == ("went", "now excluded by title", "brief")
    assert found[worst] == ("came", "locked; the brief changed: size", "lock|brief")
    assert what_differs(one, other) == ["brief"]
    assert told(diff_offers(other, one))[first][:2] == ("came", "was excluded by title before")


@pytest.mark.parametrize(
    ("reviewer", "reason", "said"),
    [
        ("Anna", "rights", "rejected by Anna: rights"),
        ("Anna", None, "rejected by Anna"),
        (None, "rights", "rejected: rights"),
        (None, None, "rejected"),
    ],
)
def test_a_decision_is_told_by_whom_and_why_as_far_as_it_says(
    titles: pd.DataFrame, scores: pd.DataFrame, reviewer: str | None, reason: str | None, said: str
) -> None:
    first = scores["title_id"].iloc[0]
    one, other = offer(titles, scores), offer(titles, scores, exclude={"title_ids": [first]})
    row = {"title_id": first, "decision": "reject", "reviewer": reviewer, "reason": reason, "note": None}
    assert told(diff_offers(one, other, pd.DataFrame([row])))[first] == ("went", said, "decision")


def test_a_catalogue_that_lost_and_gained_a_title(titles: pd.DataFrame, scores: pd.DataFrame) -> None:
    first = scores["title_id"].iloc[0]
    one = offer(titles, scores)
    other = offer(titles[titles["title_id"] != first].reset_index(drop=True), scores)
    assert told(diff_offers(one, other))[first] == ("went", "no longer in the catalogue", "catalogue")
    assert told(diff_offers(other, one))[first] == ("came", "new in the catalogue", "catalogue")
    assert what_differs(one, other) == ["catalogue"]


def test_prices_rules_and_rights(titles: pd.DataFrame, scores: pd.DataFrame) -> None:
    import dataclasses

    one = offer(titles, scores)
    frame = one.frame.assign(ask_price=[100.0, *one.frame["ask_price"].iloc[1:]])
    frame["policy"] = ["not checked", "needs review", *["not checked"] * 8]
    frame["rights"] = ["not checked", "not checked", "available", *["not checked"] * 7]
    other = dataclasses.replace(one, frame=frame)
    found = diff_offers(one, other)
    assert [(row.change, row.why, row.causes) for row in found.itertuples()] == [
        ("changed", "ask price (empty) to 100", "price"),
        ("changed", "policy not checked to needs review", "policy"),
        ("changed", "rights not checked to available", "rights"),
    ]
    assert what_differs(one, other) == ["prices", "policy", "rights"]


@pytest.mark.parametrize("language", ["en", "en+ru", "en+zh"])
def test_the_table_is_written_as_a_sheet_and_read_back(
    titles: pd.DataFrame, scores: pd.DataFrame, tmp_path: Path, language: str
) -> None:
    changes = diff_offers(offer(titles, scores), offer(titles, scores, exclude={"genres": ["War"]}))
    assert len(changes)
    write_table(changes, tmp_path / "c.csv")
    pd.testing.assert_frame_equal(read_changes(tmp_path / "c.csv"), changes)
    write_diff(changes, tmp_path / "c.xlsx", language=language)
    [sheet] = openpyxl.load_workbook(tmp_path / "c.xlsx").worksheets
    assert sheet.max_row == len(changes) + 1
    assert sheet["A1"].value.startswith("Change")
    assert sheet["B2"].value == clean(changes["title"].iloc[0])
    if language == "en+zh":
        assert sheet.title == "Changes 变更"
        assert "现在属于被排除的类型" in sheet["C2"].value
