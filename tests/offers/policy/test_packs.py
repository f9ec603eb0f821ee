"""The packs that come with the program: sound, honest, and every rule of them can be hit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from recommender.offers.policy import Condition, Pack, Rule, judge_policy, load_policy, policy_caps, shipped_packs
from recommender.offers.policy._condition import FieldType
from recommender.schema import KINDS
from tests.frames import titles_frame

PACKS = {name: load_policy(name).packs[0] for name in shipped_packs()}
RULES = [(pack, rule) for pack in PACKS.values() for rule in pack.rules]
each_rule = pytest.mark.parametrize(("pack", "rule"), RULES, ids=[rule.id for _, rule in RULES])


def test_the_markets_asked_for_are_there_and_named_as_their_files() -> None:
    assert set(PACKS) == {"china-cinema", "china-television", "china-online", "china-formats", "russia", "eu"}
    assert all(pack.name == name for name, pack in PACKS.items())
    assert len(load_policy(list(PACKS)).ids()) == len(RULES) >= 40


@each_rule
def test_no_rule_is_given_out_as_certain(pack: Pack, rule: Rule) -> None:
    assert not rule.verified
    assert rule.source
    assert rule.message.endswith(".")
    assert rule.source_url == "" or rule.source_url.startswith("http")


def hits(condition: Condition, pack: Pack, types: dict[str, FieldType]) -> Iterator[dict[str, Any]]:
    """Yield titles that meet a condition, one for every branch of it."""
    if condition.any_ is not None:
        for part in condition.any_:
            yield from hits(part, pack, types)
    elif condition.all_ is not None:
        merged: dict[str, Any] = {}
        for part in condition.all_:
            merged |= next(hits(part, pack, types))
        yield merged
    elif condition.not_ is not None:
        yield {str(condition.not_.field): opposite(condition.not_, types)}
    else:
        yield {str(condition.field): answer(condition, pack, types)}


def answer(test: Condition, pack: Pack, types: dict[str, FieldType]) -> Any:
    kind = types[str(test.field)]
    if test.filled is not None:
        return "something" if test.filled else None
    if test.is_ is not None:
        return test.is_
    if test.mentions is not None:
        return f"Once there was {test.mentions[-1].rstrip('*')}."
    if test.any_of is not None:
        word = pack.expanded(test.any_of)[0]
        return [word] if kind == "list" else word
    low = test.at_least if test.at_least is not None else (test.more_than or -1) + 1
    number = low if test.less_than is None else min(low, test.less_than - 0.1)
    return f"{number:.0f}+" if kind == "age" else number


def opposite(test: Condition, types: dict[str, FieldType]) -> Any:
    if test.is_ is not None:
        return not test.is_
    return ["US"] if types[str(test.field)] == "list" else "PG-13"


def frame(rows: list[dict[str, Any]], pack: Pack) -> pd.DataFrame:
    made = titles_frame(rows)
    for name, field in pack.fields.items():
        values = [row.get(name) for row in rows]
        made[name] = pd.Series(values, dtype="float64" if field.type == "number" else "object")
    return made


@each_rule
def test_each_rule_can_hit_in_each_of_its_branches(pack: Pack, rule: Rule) -> None:
    kind = (rule.applies_to.kind or KINDS)[0]
    met = list(hits(rule.condition, pack, pack.types())) if rule.condition is not None else [{}]
    rows = [{"title_id": f"t{i}", "title": "x", "kind": kind, **found} for i, found in enumerate(met)]
    titles = frame(rows, pack)
    market = pack.markets(rule)[0]
    day = rule.valid_from or date(2026, 11, 25)
    media = list(rule.applies_to.media) or ["svod"]
    policy = load_policy(pack.name)
    if rule.judges_titles:
        found = judge_policy(titles, policy, market, media, day)
        assert set(found.loc[found["rule"] == rule.id, "outcome"]) == {"hit"}
    elif rule.effect == "cap":
        facts = dict.fromkeys(pack.facts, 10.0)
        [cap] = [
            cap
            for cap in policy_caps(policy, titles, market=market, media=media, on=day, facts=facts)
            if cap.rule == rule.id
        ]
        assert cap.mask.all()
        assert not cap.unknown.any()
    else:
        assert rule.level == "process"
        assert rule.state(day) == "in force"


@each_rule
def test_no_rule_hits_before_it_is_in_force(pack: Pack, rule: Rule) -> None:
    if rule.valid_from is None or not rule.judges_titles:
        return
    titles = frame([{"title_id": "t", "title": "x", "kind": (rule.applies_to.kind or KINDS)[0]}], pack)
    before = rule.valid_from - timedelta(days=1)
    found = judge_policy(titles, load_policy(pack.name), pack.markets(rule)[0], ["all"], before)
    assert rule.id not in set(found["rule"])


def test_a_theme_is_never_cleared_by_a_synopsis() -> None:
    titles = titles_frame(
        [
            {"title_id": "a", "kind": "film", "title": "x", "genres": ["Comedy"], "synopsis": "Two friends laugh."},
            {"title_id": "b", "kind": "film", "title": "x", "genres": ["Comedy"]},
        ]
    )
    for name in ("china-cinema", "china-television", "china-online"):
        found = judge_policy(titles, load_policy(name), "CN", ["all"], date(2026, 3, 1))
        themes = found[found["reason_code"].astype(str).str.startswith("theme-")]
        assert len(themes) == 8
        assert set(themes["outcome"]) == {"unknown"}


def test_european_works_are_told_by_their_countries() -> None:
    titles = titles_frame(
        [
            {"title_id": "fr", "kind": "film", "title": "x", "countries": ["US", "FR"]},
            {"title_id": "ru", "kind": "film", "title": "x", "countries": ["RU"]},
            {"title_id": "who", "kind": "film", "title": "x"},
        ]
    )
    policy = load_policy("eu")
    facts = {"catalogue_titles": 100.0, "catalogue_other_titles": 60.0}
    [cap] = policy_caps(policy, titles, market="DE", media=["svod"], on=date(2026, 3, 1), facts=facts)
    assert (cap.max_count, cap.mask.tolist(), cap.unknown.tolist()) == (10, [False, True, True], [False, False, True])
    assert policy_caps(policy, titles, market="CN", media=["svod"], on=date(2026, 3, 1), facts=facts) == []
