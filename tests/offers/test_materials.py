from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from offer_builders import scores_frame
from pydantic import ValidationError

from recommender.errors import ConfigError
from recommender.offers import Brief, MaterialsPart, MaterialsReview, build_offer, parse_brief, review_materials
from recommender.offers._materials import ITEM_WORDS
from tests.frames import titles_frame

READY: dict[str, Any] = {
    "resolution": "4K",
    "me_track": True,
    "subtitles": ["en", "zh-Hans"],
    "dubs": ["zh"],
    "age_rating": "12+",
    "screener_url": "https://example.org/watch",
}


def review(*rows: dict[str, Any], market: str = "CN", language: str | None = None, **part: Any) -> MaterialsReview:
    frame = titles_frame([{"title_id": f"t{i}", "kind": "film", "title": "x", **row} for i, row in enumerate(rows)])
    return review_materials(frame, MaterialsPart.model_validate(part), market, language)


def words(*rows: dict[str, Any], **part: Any) -> list[str]:
    return [str(text) for text in review(*rows, **part).summary["words"]]


ALL = dict.fromkeys(ITEM_WORDS, "warn")


def test_a_title_is_ready_lacks_or_is_not_known() -> None:
    assert words(READY, {}, {"me_track": False, "resolution": "DVD", "subtitles": ["en"], "dubs": ["en"]}, **ALL) == [
        "ready",
        "unknown: master, M&E track, subtitles (zh), dub (zh), age mark, screener",
        "lacking: master, M&E track, subtitles (zh), dub (zh); unknown: age mark, screener",
    ]
    found = review(READY, {}, {"me_track": False}, me_track="warn").summary
    assert found["status"].tolist() == ["ready", "unknown", "lacking"]
    assert found["lacking"].tolist() == [[], [], ["me_track"]]
    assert found["unknown"].tolist() == [[], ["me_track"], []]


@pytest.mark.parametrize(
    ("resolution", "least", "status"),
    [
        ("HD", "HD", "ready"),
        ("1080p ProRes", "HD", "ready"),
        ("UHD", "4K", "ready"),
        ("HD", "4K", "lacking"),
        ("SD", "SD", "ready"),
        ("PAL", "HD", "lacking"),
        ("35 mm print", "SD", "unknown"),
        (None, "SD", "unknown"),
    ],
)
def test_a_master_is_measured_by_the_least_one(resolution: str | None, least: str, status: str) -> None:
    found = review({"resolution": resolution}, resolution="warn", least_resolution=least)
    assert found.summary["status"].tolist() == [status]


@pytest.mark.parametrize(
    ("row", "market", "language", "status"),
    [
        ({"subtitles": ["fr"]}, "BE", None, "ready"),
        ({"subtitles": ["fr"]}, "BE", "nl", "lacking"),
        ({"subtitles": ["zh-Hant"]}, "CN", None, "ready"),
        ({"languages": ["ru", "zh"]}, "CN", None, "ready"),
        ({"languages": ["ru"]}, "CN", None, "unknown"),
        ({"subtitles": ["en"]}, "CN", "en", "ready"),
    ],
)
def test_the_markets_languages_count_or_the_briefs(
    row: dict[str, Any], market: str, language: str | None, status: str
) -> None:
    found = review(row, market=market, language=language, subtitles="warn")
    assert found.summary["status"].tolist() == [status]


def test_a_silent_title_needs_no_dub_but_may_need_subtitles() -> None:
    found = review({"languages": ["zxx"]}, dubs="warn", subtitles="warn")
    assert {item: state.tolist() for item, state in found.states.items()} == {"subtitles": [1], "dubs": [0]}


def test_a_gate_bars_what_lacks_and_what_is_unknown_only_where_the_brief_says() -> None:
    rows = (READY, {}, {"me_track": False})
    assert review(*rows, me_track="gate").barred == {"t2": "materials-lacking"}
    assert review(*rows, me_track="gate", unknown="exclude").barred == {
        "t1": "materials-unknown",
        "t2": "materials-lacking",
    }
    assert words(*rows, me_track="gate")[1] == "unknown: M&E track (required)"
    assert review(*rows, me_track="warn", unknown="exclude").barred == {}


items = st.sampled_from(list(ITEM_WORDS))
actions = st.fixed_dictionaries({item: st.sampled_from(["gate", "cost", "warn", "ignore"]) for item in ITEM_WORDS})
cells = st.fixed_dictionaries(
    {
        "resolution": st.sampled_from([None, "SD", "HD", "4K"]),
        "me_track": st.sampled_from([None, True, False]),
        "subtitles": st.sampled_from([[], ["en"], ["zh"]]),
        "dubs": st.sampled_from([[], ["en"], ["zh"]]),
        "age_rating": st.sampled_from([None, "12+"]),
        "screener_url": st.sampled_from([None, "https://example.org"]),
    }
)


@given(actions, st.lists(cells, min_size=1, max_size=5), st.floats(0, 1))
def test_costs_and_gates_add_up(asked: dict[str, str], rows: list[dict[str, Any]], part_of: float) -> None:
    costs = {item: float(10**place) for place, item in enumerate(ITEM_WORDS) if asked[item] == "cost"}
    found = review(*rows, **asked, costs=costs, unknown_cost=part_of, unit="EUR")
    for place, title_id in enumerate(found.title_ids):
        states = {item: int(state[place]) for item, state in found.states.items()}
        assert set(states) == {item for item, action in asked.items() if action != "ignore"}
        due = sum(costs[item] * {0: 0.0, 1: part_of, 2: 1.0}[states[item]] for item in costs)
        assert found.cost[place] == pytest.approx(due)
        gates = [states[item] for item, action in asked.items() if action == "gate"]
        assert (title_id in found.barred) == (2 in gates)
    assert found.costs_of(found.title_ids[::-1].tolist()).tolist() == found.cost[::-1].tolist()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('me_track = "gat"', "materials.me_track: input should be 'gate', 'cost', 'warn' or 'ignore' (got 'gat')"),
        ('me_trak = "gate"', "materials.me_trak: unknown key; did you mean 'me_track'?"),
        ('me_track = "cost"', 'materials.costs.me_track: missing; me_track = "cost" needs what it costs'),
        ("costs = {me_track = 3}", "materials.costs.me_track: me_track is not a cost"),
        ('unit = "euro"', "materials.unit: "),
    ],
)
def test_a_bad_part_is_named(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_brief(f'name = "a"\nmarket = "CN"\nsize = 3\nkinds = ["film"]\n[materials]\n{text}\n', source="b.toml")
    assert f"b.toml: {said}" in str(caught.value)
    with pytest.raises(ValidationError):
        MaterialsPart(costs={"me_track": float("nan")}, me_track="cost")


def offer_of(frame: pd.DataFrame, appeal: list[float], **materials: Any) -> Any:
    brief = {"name": "m", "market": "CN", "size": 2, "kinds": ["film"], "materials": materials}
    return build_offer(frame, scores_frame(frame, appeal), Brief.model_validate(brief))


def test_the_offer_weighs_costs_keeps_gates_and_says_both() -> None:
    rows = [{"me_track": True}, {"me_track": False}, {"me_track": True}, {}]
    frame = titles_frame([{"title_id": f"t{i}", "kind": "film", "title": f"x{i}", **row} for i, row in enumerate(rows)])
    appeal = [0.5, 0.9, 0.8, 0.85]
    assert set(offer_of(frame, appeal).frame["materials"]) == {"not checked"}
    gated = offer_of(frame, appeal, me_track="gate")
    assert gated.frame["title_id"].tolist() == ["t3", "t2"]
    assert gated.frame["materials"].tolist() == ["unknown: M&E track (required)", "ready"]
    assert gated.counts["materials-lacking"] == 1
    strict = offer_of(frame, appeal, me_track="gate", unknown="exclude")
    assert strict.frame["title_id"].tolist() == ["t2", "t0"]
    dear = offer_of(frame, appeal, me_track="cost", costs={"me_track": 0.2}, unknown_cost=0.1)
    assert dear.frame["title_id"].tolist() == ["t3", "t2"]
    assert dear.frame["appeal"].is_monotonic_decreasing
    cheap = offer_of(frame, appeal, me_track="cost", costs={"me_track": 0.01})
    assert cheap.frame["title_id"].tolist() == ["t1", "t3"]
    other_unit = offer_of(frame, appeal, me_track="cost", costs={"me_track": 4000}, unit="EUR")
    assert other_unit.frame["title_id"].tolist() == ["t1", "t3"]
    assert other_unit.frame["materials"].tolist()[0] == "lacking: M&E track; cost 4,000 EUR"
    assert np.isfinite(other_unit.checks.materials.cost).all()
