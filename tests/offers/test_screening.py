"""Which titles to screen first."""

from __future__ import annotations

import io
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from offer_builders import appeal_of, catalogue, scores_frame
from openpyxl import load_workbook

from recommender.offers import Brief, build_offer, screen_first
from recommender.offers._language import words_in
from recommender.offers._report import report_html
from recommender.offers._workbook import workbook_bytes


def small(low: float = 0.0, high: float = 1.0, **brief: object) -> tuple[pd.DataFrame, pd.DataFrame, Brief]:
    titles = catalogue(4).assign(title=["A", "B", "C", "D"])
    scores = scores_frame(titles, [0.8, 0.6, 0.5, 0.1])
    scores = scores.assign(low=low, high=high, evidence="fair")
    return (
        titles,
        scores,
        Brief.model_validate({"name": "two", "market": "CN", "size": 2, "kinds": ["film", "animation"], **brief}),
    )


def test_the_gain_is_what_a_simulation_gives() -> None:
    found = screen_first(build_offer(*small(0.2, 0.9))).set_index("title_id")
    # The weakest offered one (0.6) against the best left out (0.5), of which the known one is drawn.
    spread = (0.6 - 0.2) / NormalDist().inv_cdf(0.9)
    drawn = 0.6 + spread * np.random.default_rng(0).normal(size=400_000)
    assert found.loc["t001", "gain"] == pytest.approx(np.maximum(0.5 - drawn, 0).mean(), rel=0.01)
    assert found.loc["t001", "chance"] == pytest.approx((drawn < 0.5).mean(), rel=0.01)
    assert found.loc["t001", "other_id"] == "t002"


def test_near_the_cut_comes_before_far_from_it() -> None:
    found = screen_first(build_offer(*small()))
    assert found["gain"].is_monotonic_decreasing
    assert found["title_id"].iloc[-1] == "t003"
    assert set(found.loc[found["offered"], "title_id"]) == {"t000", "t001"}


def test_what_is_known_need_not_be_screened() -> None:
    titles, scores, brief = small()
    sure = scores.assign(low=scores["appeal"], high=scores["appeal"])
    assert screen_first(build_offer(titles, sure, brief)).empty
    unknown = scores.assign(low=np.nan, high=np.nan)
    assert screen_first(build_offer(titles, unknown, brief)).empty


def test_locked_titles_stay() -> None:
    found = screen_first(build_offer(*small(lock={"title_ids": ["t003"]}))).set_index("title_id")
    assert "t003" not in found.index
    assert "t003" not in set(found["other_id"])


def test_nothing_to_exchange_with() -> None:
    titles, scores, brief = small(size=4)
    assert screen_first(build_offer(titles, scores, brief)).empty


def test_only_exchanges_that_keep_the_brief_count(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    offer = build_offer(titles, scores, brief)
    found = screen_first(offer)
    pool = offer.eligible.set_index("title_id")
    assert 0 < len(found) <= 20
    for row in found.to_dict("records"):
        goes, comes = (row["title_id"], row["other_id"]) if row["offered"] else (row["other_id"], row["title_id"])
        after = [*(set(offer.frame["title_id"]) - {goes}), comes]
        kinds, genres = pool.loc[after, "kind"], pool.loc[after, "genres"]
        assert (kinds == "animation").sum() <= 4
        assert 4 <= sum("Comedy" in names for names in genres) <= 10


def test_each_title_is_told_by_what_is_different_of_it() -> None:
    titles, scores, brief = small(0.2, 0.9)
    reasons = [
        ["+ genre: War (+3.0)", "- released 1950 (\u22122.0)"],
        ["+ how it is described: short title (+9.0)", "+ director: Ada Moss, 2 earlier titles known (+1.0)"],
        ["- cast: Ada, Ben, no earlier title known (\u22124.0)"],
        [],
    ]
    scores["reasons"] = pd.Series(reasons, dtype="object")
    why = screen_first(build_offer(titles, scores, brief)).set_index("title_id")["why"]
    assert why["t000"].endswith(
        "It may reach only 20, and the exchange would bring 30 points. For it: genre: War; against it: released 1950."
    )
    assert why["t001"].endswith("For it: director: Ada Moss, 2 earlier titles known.")
    assert why["t002"].endswith(
        "It may reach 90, and the exchange would bring 30 points. Against it: cast: Ada, Ben, no earlier title known."
    )
    assert why["t003"].endswith("and the exchange would bring 30 points.")


@pytest.mark.parametrize("language", ["en+ru", "en+zh"])
def test_what_is_different_is_told_in_the_second_language(language: str) -> None:
    said = words_in(language).translate(
        "Not offered; if it is really worth more than 32, it should have the place of The Conductor (2012). "
        "It may reach 79, and the exchange would bring 47 points. "
        "For it: genre: Drama, Romance; against it: cast: Ada Moss, Ben Ray, no earlier title known."
    )
    assert said is not None
    for english in ("genre", "Drama", "earlier", "reach", "against"):
        assert english not in said
    assert "Ada Moss" in said


def test_thin_evidence_is_said() -> None:
    titles, scores, brief = small()
    found = screen_first(build_offer(titles, scores.assign(evidence="thin"), brief))
    assert found["why"].str.endswith("There is not enough evidence to judge it.").all()
    assert not screen_first(build_offer(titles, scores, brief))["why"].str.contains("evidence").any()


def test_report_and_workbook_show_them() -> None:
    titles = catalogue().assign(title=lambda t: t["title"] + " <b>")
    brief = Brief.model_validate({"name": "ten", "market": "CN", "size": 10, "kinds": ["film"]})
    offer = build_offer(titles, scores_frame(titles, appeal_of(len(titles))), brief)
    page = report_html(offer)
    assert "What to screen first" in page
    assert "<b>" not in page.split("What to screen first")[1].split("</table>")[0]
    sheet = load_workbook(io.BytesIO(workbook_bytes(offer)))["Screen first"]
    count = len(screen_first(offer))
    assert [sheet.cell(row, 1).value for row in range(2, count + 2)] == list(range(1, count + 1))
