from __future__ import annotations

import pandas as pd
import pytest
from offer_builders import scores_frame

from recommender.errors import DataError, NotEnoughDataError
from recommender.offers import Brief, build_offer
from recommender.offers._eligible import REASONS, counts, judge
from tests.frames import titles_frame

BASE = {"kind": "film", "countries": ["RU"], "directors": ["A. One"], "genres": ["Drama"], "year": 1980}


def frame(*changes: dict[str, object]) -> pd.DataFrame:
    return titles_frame([{"title_id": f"t{i}", "title": f"Title {i}", **BASE, **c} for i, c in enumerate(changes)])


def reasons(titles: pd.DataFrame, **brief: object) -> dict[str, str]:
    wanted = Brief.model_validate({"name": "x", "market": "CN", "size": 5, "kinds": ["film"], **brief})
    judged = judge(titles, scores_frame(titles, [0.5] * len(titles), wanted.market), wanted)
    return dict(zip(judged["title_id"], judged["reason"], strict=True))


def test_each_reason_is_given_and_counted() -> None:
    titles = frame(
        {},
        {"countries": ["RU", "CN"]},
        {"kind": "series"},
        {},
        {"directors": ["b. TWO"]},
        {"genres": ["Drama", "HORROR"]},
        {"countries": ["RU", "US"]},
        {"year": 1940},
        {"year": 2000},
        {},
        {"title": "title  0!"},
        {"year": None},
        {"title": "Blocked"},
        {"title": "No track"},
        {"title": "Who knows"},
        {"title": "Sold"},
        {"title": "Half sold"},
        {"title": "No papers"},
    )
    exclude = {
        "title_ids": ["t3"],
        "directors": ["B. Two"],
        "genres": ["horror"],
        "countries": ["US"],
        "years": {"before": 1950, "after": 1999},
    }
    brief = Brief.model_validate({"name": "x", "market": "CN", "size": 5, "kinds": ["film"], "exclude": exclude})
    scores = scores_frame(titles, [0.9 - i / 100 for i in range(len(titles))])
    rights = pd.DataFrame({"title_id": titles["title_id"], "reason": "", "rights": "free"})
    for place, code in ((15, "rights-none"), (16, "rights-partly"), (17, "rights-unknown")):
        rights.loc[place, "reason"] = code
    rights.loc[2, "reason"] = "rights-none"  # what was found before counts
    rules = pd.DataFrame({"title_id": titles["title_id"], "reason": ""})
    for place, code in (
        (1, "policy-blocked"),
        (12, "policy-blocked"),
        (13, "materials-lacking"),
        (14, "materials-unknown"),
    ):
        rules.loc[place, "reason"] = code
    judged = judge(titles, scores[scores["title_id"] != "t9"], brief, [rights, rules])
    assert set(judged["rights"]) == {"free"}
    found = judged.set_index("title_id")["reason"]
    expected = ["", *list(REASONS)[:7], "excluded-year", "no-score", "duplicate", ""]
    expected += ["policy-blocked", "materials-lacking", "materials-unknown"]
    expected += ["rights-none", "rights-partly", "rights-unknown"]
    assert [found[f"t{i}"] for i in range(18)] == expected
    assert judged.set_index("title_id").at["t10", "same_as"] == "t0"
    assert counts(judged) == {"titles": 18, "eligible": 2, **dict.fromkeys(REASONS, 1), "excluded-year": 2}


def test_a_soviet_title_is_at_home_in_russia_and_foreign_elsewhere() -> None:
    titles = frame({"countries": ["SU"]}, {"countries": []}, {"countries": ["CN"]})
    assert reasons(titles, market="RU") == {"t0": "not-foreign", "t1": "", "t2": ""}
    assert reasons(titles, market="FR") == {"t0": "", "t1": "", "t2": ""}


def test_the_same_title_by_another_director_is_another_title() -> None:
    titles = frame(
        {"title": "Жить", "directors": ["Ю. Быков"]},
        {"title": "ЖИТЬ", "directors": ["В. Сигарев"]},
        {"title": "Жить!", "directors": ["ю. быков"]},
        {"title": "Жить", "directors": []},
    )
    found = reasons(titles)
    assert found == {"t0": "", "t1": "", "t2": "duplicate", "t3": ""}
    assert reasons(titles, lock={"title_ids": ["t2"]}) == {"t0": "duplicate", "t1": "", "t2": "", "t3": ""}
    assert reasons(titles, lock={"title_ids": ["t0", "t2"]})["t2"] == ""


def test_scores_of_other_markets_are_no_scores() -> None:
    titles = frame({}, {})
    brief = Brief(name="x", market="CN", size=1, kinds=("film",))
    with pytest.raises(DataError, match=r"no rows for the market CN \(markets found: FR\)"):
        build_offer(titles, scores_frame(titles, [0.1, 0.2], "FR"), brief)
    both = pd.concat([scores_frame(titles, [0.1, 0.2], "FR"), scores_frame(titles, [0.9, 0.3], "CN")])
    assert build_offer(titles, both, brief).frame["title_id"].tolist() == ["t0"]


@pytest.mark.parametrize("which", ["titles", "scores"])
def test_a_title_that_stands_twice_is_refused(which: str) -> None:
    titles = frame({}, {})
    scores = scores_frame(titles, [0.1, 0.2])
    if which == "titles":
        titles = pd.concat([titles, titles.head(1)], ignore_index=True)
    else:
        scores = pd.concat([scores, scores.head(1)], ignore_index=True)
    with pytest.raises(DataError, match=f"^1 title stands twice in the {which}"):
        build_offer(titles, scores, Brief(name="x", market="CN", size=1, kinds=("film",)))


def test_nothing_eligible_says_why() -> None:
    titles = frame({"countries": ["CN"]}, {"kind": "series"})
    with pytest.raises(NotEnoughDataError, match="1 made in the market itself, so not foreign to it; 1 of a kind"):
        build_offer(titles, scores_frame(titles, [0.1, 0.2]), Brief(name="x", market="CN", size=1, kinds=("film",)))
