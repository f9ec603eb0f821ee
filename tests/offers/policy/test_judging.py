"""Judging titles: media, kinds, days, overrides, caps, lead times, notices."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from offer_builders import catalogue
from pydantic import ValidationError

import recommender.offers.policy
from recommender.errors import CallError, ConfigError
from recommender.offers.policy import (
    Cap,
    Override,
    Policy,
    PolicyPart,
    judge_policy,
    judgement,
    lead_times,
    load_policy,
    parse_pack,
    policy_caps,
    policy_notices,
    review_policy,
    rule_matches,
    with_rule,
    without_rule,
)
from recommender.offers.policy._process import first_begin
from tests.frames import titles_frame

DAY = date(2026, 3, 1)
CINEMA = load_policy("china-cinema")


def titles(*rows: dict[str, object]) -> pd.DataFrame:
    return titles_frame([{"title_id": f"t{i}", "kind": "film", "title": "x", **row} for i, row in enumerate(rows)])


def pack(*rules: str) -> Policy:
    head = 'name = "mine"\ntitle = "Mine"\nversion = "1"\n[facts]\nslots = "Slots."\n'
    common = 'market = "CN"\nmessage = "Told."\nsource = "S"\nconfidence = "low"\nlast_checked = 2026-01-01\n'
    return Policy((parse_pack(head + "".join(f"[[rule]]\n{common}{rule}\n" for rule in rules)),))


def rule(id_: str, effect: str = "block", level: str = "title", more: str = "") -> str:
    return f'id = "{id_}"\nreason_code = "code-{id_}"\neffect = "{effect}"\nlevel = "{level}"\n{more}'


def test_the_public_names_are_there() -> None:
    names = recommender.offers.policy.__all__
    assert len(set(names)) == len(names)
    assert all(hasattr(recommender.offers.policy, name) for name in names)


def test_findings_are_one_row_a_title_and_rule_that_is_about_it() -> None:
    frame = titles({"age_rating": "18+"}, {"kind": "series"}, {"kind": "coproduction"})
    found = judge_policy(frame, CINEMA, "CN", ["theatrical"], DAY)
    assert found.columns[:7].tolist() == [
        *("title_id", "rule", "reason_code", "effect", "outcome", "message", "source_url"),
    ]
    assert set(found["title_id"]) == {"t0", "t2"}
    assert not found.duplicated(["title_id", "rule"]).any()
    assert "cn-cinema-treaty-shares" in set(found.loc[found["title_id"] == "t2", "rule"])
    assert set(found.loc[found["outcome"] == "unknown", "why"].isna()) == {False}
    assert set(found.loc[found["outcome"] != "unknown", "why"].isna()) == {True}


def test_of_an_unknown_it_is_said_what_nobody_knows() -> None:
    frame = titles({"synopsis": "Calm."}, {})
    found = judge_policy(frame, CINEMA, "CN", ["cinema"], DAY).set_index(["title_id", "rule"])["why"]
    assert found["t0", "cn-cinema-older"] == "age_rating is empty"
    assert found["t0", "cn-cinema-horror"] == "genres is empty; synopsis does not mention it, which proves nothing"
    assert found["t1", "cn-cinema-horror"] == "genres is empty; synopsis is empty"


@pytest.mark.parametrize(
    ("media", "outcome"),
    [(["cinema"], "hit"), (["all"], "hit"), (["svod"], None), ([], "unknown"), (["carrier pigeon"], "unknown")],
)
def test_a_rule_about_a_medium_hits_only_where_the_medium_is_known(media: list[str], outcome: str | None) -> None:
    found = judge_policy(titles({"age_rating": "18+"}), CINEMA, "CN", media, DAY)
    of_rule = found.loc[found["rule"] == "cn-cinema-all-ages", "outcome"].tolist()
    assert of_rule == ([] if outcome is None else [outcome])


def test_other_markets_rules_are_left_aside() -> None:
    assert judge_policy(titles({}), CINEMA, "RU", ["cinema"], DAY).empty
    assert judgement(titles({}), CINEMA, "RU", ["cinema"], DAY).summary()["policy"].tolist() == ["clear"]


def test_the_gravest_word_comes_first_and_a_code_is_said_once() -> None:
    policy = pack(
        rule("a", more='condition = {field = "year", less_than = 1950}'),
        rule("b", "needs_review", more='condition = {field = "year", less_than = 1960}'),
        rule("c", "warn", more='condition = {field = "year", less_than = 1970}'),
        rule("d", "warn", more='condition = {field = "episodes", at_least = 3}'),
    )
    frame = titles({"year": 1940}, {"year": 1955}, {"year": 1965}, {"year": 1980}, {"year": 1980, "episodes": 1}, {})
    found = judgement(frame, policy, "CN", [], DAY).summary()
    assert found["status"].tolist() == ["blocked", "needs review", "warn", "unknown", "clear", "unknown"]
    assert found["policy"].tolist() == [
        "blocked: code-a; needs review: code-b; warn: code-c; unknown: code-d",
        "needs review: code-b; warn: code-c; unknown: code-d",
        "warn: code-c; unknown: code-d",
        "unknown: code-d",
        "clear",
        "unknown: code-a, code-b, code-c, code-d",
    ]
    assert found["blocked_by"].tolist() == ["code-a", "", "", "", "", ""]


def test_an_override_clears_one_title_or_all_and_says_by_whom() -> None:
    policy = pack(rule("a"), rule("b", "warn"))
    one = Override(rule="a", title_id="t1", person="A. Person", reason="screened")
    found = judgement(titles({}, {}), policy, "CN", [], DAY, [one])
    assert found.summary()["policy"].tolist() == ["blocked: code-a; warn: code-b", "warn: code-b; overridden: code-a"]
    rows = found.findings(["t1"]).set_index("rule")
    assert rows.loc["a", ["outcome", "override"]].tolist() == ["clear", "A. Person: screened"]
    every = [one.model_copy(update={"title_id": "all", "rule": name}) for name in ("a", "b")]
    assert judgement(titles({}, {}), policy, "CN", [], DAY, every).summary()["policy"].tolist() == [
        "clear; overridden: code-a, code-b",
        "clear; overridden: code-a, code-b",
    ]


def test_an_override_of_what_is_clear_says_nothing() -> None:
    policy = pack(rule("a", more='condition = {field = "year", less_than = 1950}'))
    one = Override(rule="a", title_id="t0", person="P", reason="R")
    assert judgement(titles({"year": 1980}), policy, "CN", [], DAY, [one]).summary()["policy"].tolist() == ["clear"]


@pytest.mark.parametrize("missing", ["rule", "title_id", "person", "reason"])
def test_an_override_needs_a_person_and_a_reason(missing: str) -> None:
    whole = {"rule": "cn-cinema-older", "title_id": "t1", "person": "P", "reason": "R"}
    for value in (None, " "):
        given = {key: text for key, text in whole.items() if key != missing} | ({missing: value} if value else {})
        with pytest.raises(ValidationError, match=missing):
            PolicyPart.model_validate({"packs": ["china-cinema"], "override": [given]})


def test_overrides_and_facts_must_fit_the_packs() -> None:
    whole = {"rule": "cn-cinema-oldr", "title_id": "t1", "person": "P", "reason": "R"}
    with pytest.raises(ValidationError, match="did you mean 'cn-cinema-older'"):
        PolicyPart.model_validate({"packs": ["china-cinema"], "override": [whole]})
    with pytest.raises(ValidationError, match="did you mean 'revenue_share_slots'"):
        PolicyPart.model_validate({"packs": ["china-cinema"], "facts": {"revenue_slots": 3}})
    with pytest.raises(ValidationError, match="no packs are named"):
        PolicyPart.model_validate({"override": [whole]})
    part = PolicyPart.model_validate({"packs": ["mine.toml"], "override": [whole], "facts": {"slot": 1}})
    with pytest.raises(ConfigError) as caught:
        part.check(pack(rule("a")))
    assert "policy.override.0.rule: no pack of this brief has the rule 'cn-cinema-oldr'" in str(caught.value)
    assert "policy.facts.slot: no pack of this brief asks for it; did you mean 'slots'?" in str(caught.value)
    assert part.fitted(pack(rule("a"))).overrides == ()


CAP = rule("cap", "cap", "portfolio", 'condition = {field = "genres", any_of = ["Horror"]}\n')


def caps(policy: Policy, frame: pd.DataFrame, **more: object) -> list[Cap]:
    return policy_caps(policy, frame, market="CN", media=["cinema"], on=DAY, **more)  # type: ignore[arg-type]


def test_a_cap_counts_what_is_not_known_unless_it_says_otherwise() -> None:
    frame = titles({"genres": ["Horror"]}, {"genres": ["War"]}, {})
    [cap] = caps(pack(CAP + "parameters = {count = 5}"), frame)
    assert cap.mask.tolist() == [True, False, True]
    assert cap.unknown.tolist() == [False, False, True]
    [left] = caps(pack(CAP + 'parameters = {count = 5, unknown = "leave"}'), frame)
    assert left.mask.tolist() == [True, False, False]


@given(st.integers(0, 500), st.floats(0, 1), st.integers(0, 400))
def test_the_limits_of_caps_hold(size: int, share: float, slots: int) -> None:
    frame = titles({})
    [of_offer] = caps(pack(CAP + f'parameters = {{share = {share}, basis = "offer"}}'), frame)
    assert of_offer.limit(size) <= share * size + 1e-6
    assert of_offer.limit(size) > share * size - 1 - 1e-6
    [of_fact] = caps(pack(CAP + f'parameters = {{share = {share}, basis = "slots"}}'), frame, facts={"slots": slots})
    assert of_fact.limit(size) <= min(size, share * slots + 1e-6)
    [both] = caps(pack(CAP + 'parameters = {count = 34, basis = "slots"}'), frame, facts={"slots": slots})
    assert both.max_count == min(34, slots)


def test_a_cap_without_its_fact_is_no_constraint_and_says_so() -> None:
    policy = pack(CAP + 'parameters = {share = 0.3, basis = "slots"}')
    assert caps(policy, titles({})) == []
    part = PolicyPart.model_validate({"packs": ["mine.toml"]})
    review = review_policy(titles({}), policy, part, market="CN", media=["cinema"], on=DAY)
    [line] = review.lines(["t0"])
    assert line.detail == "limit not known: the brief does not state slots; not a constraint of this offer"
    assert line.unknown == 1


def test_an_override_takes_a_title_out_of_a_cap_or_lifts_it() -> None:
    policy = pack(CAP + "parameters = {count = 1}")
    frame = titles({"genres": ["Horror"]}, {"genres": ["Horror"]})
    one = Override(rule="cap", title_id="t1", person="P", reason="R")
    assert caps(policy, frame, overrides=[one])[0].mask.tolist() == [True, False]
    assert caps(policy, frame, overrides=[one.model_copy(update={"title_id": "all"})]) == []


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.sets(st.integers(1, 12)))
def test_a_procedure_begins_in_the_first_month_that_is_open(day: date, months: set[int]) -> None:
    begins = first_begin(day, sorted(months))
    assert begins >= day
    assert not months or begins.month in months
    assert begins == day or begins.day == 1
    months_between = {
        (day.month + step - 1) % 12 + 1 for step in range((begins.year - day.year) * 12 + begins.month - day.month)
    }
    assert not months & months_between


def test_lead_times_give_the_earliest_day() -> None:
    policy = pack(
        rule(
            "slow", "lead_time", "process", 'parameters = {days = 90, months = [7]}\napplies_to = {kind = ["series"]}'
        ),
        rule("fast", "lead_time", "process", "parameters = {days = 10}"),
    )
    frame = titles({}, {"kind": "series"})
    slow, fast = lead_times(policy, frame, market="CN", media=[], on=DAY)
    assert (slow.begins, slow.earliest, slow.mask.tolist()) == (date(2026, 7, 1), date(2026, 9, 29), [False, True])
    assert (fast.earliest, fast.mask.tolist()) == (date(2026, 3, 11), [True, True])
    part = PolicyPart.model_validate({"packs": ["mine.toml"]})
    review = review_policy(frame, policy, part, market="CN", media=[], on=DAY)
    assert review.earliest(["t1", "t0"]) == [slow.earliest, fast.earliest]
    waived = Override(rule="slow", title_id="all", person="P", reason="R")
    assert [lead.rule for lead in lead_times(policy, frame, market="CN", media=[], on=DAY, overrides=[waived])] == [
        "fast"
    ]


def test_expired_early_and_stale_rules_are_said_and_not_applied() -> None:
    policy = pack(
        rule("old", more="valid_to = 2026-02-28"),
        rule("new", more="valid_from = 2026-03-02"),
        rule("now", more="valid_from = 2026-03-01\nvalid_to = 2026-03-01"),
    )
    found = judge_policy(titles({}), policy, "CN", [], DAY)
    assert found["rule"].tolist() == ["now"]
    notices = {notice.rule: notice for notice in policy_notices(policy, market="CN", media=["tv"], on=DAY)}
    assert {name: notice.code for name, notice in notices.items()} == {"old": "expired", "new": "not-yet-in-force"}
    assert "expired on 2026-02-28" in notices["old"].text
    assert "comes into force on 2026-03-02" in notices["new"].text
    later = policy_notices(policy, market="CN", media=["tv"], on=date(2027, 1, 2))
    assert [(notice.rule, notice.code) for notice in later] == [
        ("old", "expired"),
        ("new", "stale"),
        ("now", "expired"),
    ]


def test_what_does_not_fit_the_brief_is_said() -> None:
    one = Override(rule="cn-cinema-older", title_id="nowhere\x1b", person="P", reason="R")
    notices = policy_notices(CINEMA, market="CN", media=["cinma"], on=DAY, overrides=[one], title_ids=["t0"])
    texts = {notice.code: notice.text for notice in notices}
    assert "did you mean 'cinema'" in texts["unknown-medium"]
    assert (
        texts["unmatched-override"]
        == "the override of cn-cinema-older names the title nowhere\\x1b, not in the catalogue"
    )
    none = policy_notices(CINEMA, market="FR", media=[], on=DAY)
    assert [notice.code for notice in none] == ["other-market", "unknown-medium"]


def test_a_changed_rule_is_checked_like_a_pack() -> None:
    policy = load_policy(["china-cinema", "china-online"])
    changed = with_rule(policy, "cn-cinema-all-ages", {"at_least": "16", "effect": "needs_review"})
    found = changed.rule("cn-cinema-all-ages")
    assert (found.effect, found.condition.at_least if found.condition else None) == ("needs_review", 16)
    assert changed.rule("cn-online-share") == policy.rule("cn-online-share")
    deep = with_rule(policy, "cn-cinema-horror", {"condition.any.0.any_of": '["War"]'})
    assert deep.rule("cn-cinema-horror").condition.any_[0].any_of == ("War",)  # type: ignore[union-attr, index]
    assert policy.digest() != changed.digest() != deep.digest()
    with pytest.raises(ConfigError, match="input should be 'block'"):
        with_rule(policy, "cn-cinema-all-ages", {"effect": "forbid"})
    with pytest.raises(CallError, match="a rule has no key efect"):
        with_rule(policy, "cn-cinema-all-ages", {"efect": "warn"})
    with pytest.raises(CallError, match=r"there is no condition\.any\.7"):
        with_rule(policy, "cn-cinema-horror", {"condition.any.7.any_of": '["War"]'})
    with pytest.raises(CallError, match="no rule is called nonsense"):
        without_rule(policy, "nonsense")
    assert "cn-online-share" not in without_rule(policy, "cn-online-share").ids()
    assert without_rule(pack(rule("a")), "a").ids() == []


def test_rules_that_match_nothing_in_a_catalogue_are_found() -> None:
    found = {match.rule: match for match in rule_matches(catalogue(), CINEMA)}
    assert found["cn-cinema-horror"].hits == 0
    assert found["cn-cinema-horror"].unknown == found["cn-cinema-horror"].concerned == 60
    assert found["cn-cinema-coproduction"].concerned == 0


def test_the_order_of_the_titles_changes_nothing(shared_data: Path) -> None:
    frame = pd.read_parquet(shared_data / "russia" / "russian_catalogue.parquet").head(300)
    policy = load_policy(["china-cinema", "china-television", "china-online"])
    one = judgement(frame, policy, "CN", ["all"], DAY).summary().set_index("title_id")
    turned = (
        judgement(frame.iloc[::-1].reset_index(drop=True), policy, "CN", ["all"], DAY).summary().set_index("title_id")
    )
    pd.testing.assert_frame_equal(one, turned.loc[one.index])
    assert set(one["status"]) >= {"blocked", "needs review", "unknown"}
