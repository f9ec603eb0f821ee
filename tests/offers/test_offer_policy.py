"""The market's rules in an offer: what they bar, cap and say, and what a changed rule would change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from offer_builders import appeal_of, assert_prints_in_two_parts, scores_frame
from openpyxl import load_workbook

from recommender.errors import CallError, ConfigError, DataError
from recommender.offers import (
    Brief,
    Offer,
    build_offer,
    check_lines,
    diff_offers,
    load_brief,
    load_offer,
    parse_brief,
    replay,
    sample_briefs,
    write_offer,
)
from recommender.offers.policy import load_policy, with_rule, without_rule
from recommender.sample import load_sample

CHINA = ("china-cinema", "china-television", "china-online")


def with_policy(brief: Brief, **policy: Any) -> Brief:
    return Brief.model_validate(
        brief.model_dump(by_alias=True) | {"policy": {"packs": list(CHINA), **policy}, "media": ["cinema", "online"]}
    )


@pytest.fixture
def marked(titles: pd.DataFrame) -> pd.DataFrame:
    """A catalogue whose best titles are for adults only."""
    marks = ["18+" if i < 5 else "12+" for i in np.argsort(np.argsort(-np.array(appeal_of(len(titles)))))]
    return titles.assign(age_rating=pd.array(marks, dtype="str"), title="Film " + titles["title_id"])


def test_without_packs_nothing_is_checked(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    made = build_offer(titles, scores, brief)
    assert set(made.frame["policy"]) == {"not checked"}
    assert made.checks.policy is None


def test_blocked_titles_are_not_eligible_and_the_column_says_the_rest(
    marked: pd.DataFrame, scores: pd.DataFrame, brief: Brief
) -> None:
    made = build_offer(marked, scores, with_policy(brief))
    adults = set(marked.loc[marked["age_rating"] == "18+", "title_id"])
    assert not adults & set(made.eligible["title_id"])
    assert made.counts["policy-blocked"] == 5
    assert made.frame["policy"].str.match("(needs review|unknown): ").all()
    assert "caps" not in made.frame.columns
    assert "value" not in made.frame.columns
    assert made.checks.policy is not None
    assert made.checks.policy.on.isoformat() == "2026-01-01"  # the day of the scores


@pytest.mark.parametrize(("size", "said"), [(1, "1 needs review"), (4, "4 need review")])
def test_one_title_needs_review_and_several_need_it(
    marked: pd.DataFrame, scores: pd.DataFrame, size: int, said: str
) -> None:
    asked = with_policy(Brief(name="few", market="CN", size=size, kinds=("film", "animation")))
    made = build_offer(marked.assign(age_rating="12+", genres=[["Horror"]] * len(marked)), scores, asked)
    [line] = check_lines(made)
    assert said in line


def test_an_override_lets_a_title_in(marked: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    best = scores["title_id"].iloc[0]
    one = {"rule": "cn-cinema-all-ages", "title_id": best, "person": "A. Person", "reason": "a cut version"}
    made = build_offer(marked, scores, with_policy(brief, override=[one]))
    row = made.frame.set_index("title_id").loc[best]
    assert "overridden: adults-only" in row["policy"]
    assert made.counts["policy-blocked"] == 4


def test_a_locked_title_that_is_blocked_is_named(marked: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    best = scores["title_id"].iloc[0]
    locked = Brief.model_validate(with_policy(brief).model_dump(by_alias=True) | {"lock": {"title_ids": [best]}})
    [shortfall] = build_offer(marked, scores, locked).shortfalls
    assert "cannot be offered: it is blocked by a rule of the market" in shortfall.text


def test_caps_are_kept_or_missed_by_name(titles: pd.DataFrame, scores: pd.DataFrame, tmp_path: Path) -> None:
    brief = Brief(name="capped", market="CN", size=20, kinds=("film", "animation"))
    path = tmp_path / "own.toml"
    text = (
        'name = "own"\ntitle = "Own"\nversion = "1"\n[[rule]]\nid = "few-wars"\nmarket = "CN"\nlevel = "portfolio"\n'
        'effect = "cap"\ncondition = {field = "genres", any_of = ["War"]}\n'
        'parameters = {share = 0.1, basis = "offer", unknown = "leave"}\n'
        'reason_code = "wars"\nmessage = "Few."\nsource = "S"\nconfidence = "low"\n'
    )
    path.write_text(text)
    asked = brief.model_copy(update={"policy": type(brief.policy)(packs=(str(path),))})
    free, kept = build_offer(titles, scores, brief), build_offer(titles, scores, asked)
    wars = [sum("War" in genres for genres in made.frame["genres"]) for made in (free, kept)]
    assert wars[0] > 2 >= wars[1]
    assert not kept.shortfalls
    assert kept.proven
    assert len(kept.frame) == 20
    path.write_text(text.replace('any_of = ["War"]', "filled = true"))
    # A law does not give way: rather fewer titles than more of a group than it allows.
    few = build_offer(titles, scores, asked)
    without = sum(not genres for genres in titles["genres"])
    assert [bool(genres) for genres in few.frame["genres"]] == [False] * without
    [shortfall] = few.shortfalls
    assert shortfall.text == (
        f"Asked for 20 titles, offered {without}: {20 - without} too few under the caps of the market's rules."
    )
    assert few.package.conflicts == (
        "These cannot be kept together: at most 2 of titles under the rule few-wars; exactly 20 titles.",
        f"The nearest brief that works: lower the size from 20 to {without}.",
    )


def test_the_day_must_be_known(marked: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    undated = scores.assign(as_of=pd.array([None] * len(scores), dtype="str"))
    with pytest.raises(DataError, match="nothing says on which day"):
        build_offer(marked, undated, with_policy(brief))
    import datetime

    made = build_offer(marked, undated, with_policy(brief, on=datetime.date(2010, 1, 1)))
    assert "policy-blocked" not in made.counts  # the law on films came later


def test_scores_of_another_market_are_told_before_the_day_of_the_rules(
    marked: pd.DataFrame, scores: pd.DataFrame, brief: Brief
) -> None:
    with pytest.raises(DataError, match=r"no rows for the market CN \(markets found: RU\)"):
        build_offer(marked, scores.assign(market="RU"), with_policy(brief))


def test_what_is_wrong_with_the_packs_is_logged(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief, caplog: pytest.LogCaptureFixture
) -> None:
    one = {"rule": "cn-cinema-older", "title_id": "nowhere", "person": "P", "reason": "R"}
    asked = with_policy(brief, override=[one]).model_copy(update={"media": ("cinma",)})
    build_offer(titles, scores, asked)
    assert "policy: unknown medium cinma; did you mean 'cinema'" in caplog.text
    assert "names the title nowhere, not in the catalogue" in caplog.text
    caplog.clear()
    build_offer(titles, scores.assign(as_of="2028-01-01"), with_policy(brief))
    assert "rules have not been checked for a year: cn-cinema-permit" in caplog.text


def test_bad_packs_stop_the_offer(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read"):
        build_offer(titles, scores, with_policy(brief, packs=["nowhere.toml"]))


@pytest.mark.parametrize(
    ("tail", "said"),
    [
        ("[policy]\npakcs = []\n", "policy.pakcs: unknown key; did you mean 'packs'?"),
        ('[policy]\npacks = ["china-cinma"]\n', "policy.packs.0: no policy pack is called 'china-cinma'; did you mean"),
        (
            '[policy]\npacks = ["china-cinema"]\n[[policy.override]]\nrule = "cn-cinema-older"\ntitle_id = "t"\n'
            'reason = "x"\n',
            "policy.override.0.person: missing; add it",
        ),
        (
            '[policy]\npacks = ["china-cinema"]\n[[policy.override]]\nrule = "cn-cinema-older"\ntitle_id = "t"\n'
            'reason = "x"\npersn = "y"\n',
            "policy.override.0.persn: unknown key; did you mean 'person'?",
        ),
        ('[policy]\npacks = ["eu"]\nfacts = {catalogue = 3}\n', "policy.facts.catalogue: no pack of this brief asks"),
    ],
)
def test_a_bad_part_of_the_brief_is_named(tail: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_brief('name = "a"\nmarket = "CN"\nsize = 10\nkinds = ["film"]\n' + tail, source="my.toml")
    assert f"my.toml: {said}" in str(caught.value)


# --- the founding case ---


@pytest.fixture(scope="module")
def sample() -> tuple[pd.DataFrame, pd.DataFrame]:
    titles = load_sample("ru-to-cn").catalogue
    return titles, scores_frame(titles, np.random.default_rng(7).beta(2, 3, len(titles)).tolist())


@pytest.fixture(scope="module")
def founding(sample: tuple[pd.DataFrame, pd.DataFrame]) -> Offer:
    return build_offer(*sample, load_brief("cn-300"))


def test_the_founding_offer_keeps_its_300_titles_with_the_china_packs(
    founding: Offer, sample: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    assert load_brief("cn-300").policy.packs == CHINA
    assert len(founding.frame) == 300
    assert not founding.shortfalls
    titles = sample[0].set_index("title_id")
    assert "18+" not in set(titles.loc[founding.frame["title_id"], "age_rating"].dropna())
    assert founding.counts["policy-blocked"] == (titles["age_rating"] == "18+").sum() == 22


def test_the_diff_to_an_offer_without_the_packs_names_who_came_and_went(
    founding: Offer, sample: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    without = parse_brief(sample_briefs()["cn-300"].split("# The market's rules")[0])
    free = build_offer(*sample, without)
    changed = diff_offers(free, founding)
    went, came = (changed[changed["change"] == word] for word in ("went", "came"))
    assert len(went) == len(came) > 0
    assert set(went["title_id"]) == set(free.frame["title_id"]) - set(founding.frame["title_id"])
    assert set(came["title_id"]) == set(founding.frame["title_id"]) - set(free.frame["title_id"])
    ages = sample[0].set_index("title_id")["age_rating"]
    adults = ages[went["title_id"]].eq("18+").to_numpy()
    assert adults.any()
    assert (went["why"][adults] == "now blocked by a rule of the market (adults-only)").all()
    assert not (went["why"][~adults].str.contains("blocked")).any()
    assert came["why"].str.endswith("took a place that became free").all()
    assert diff_offers(founding, founding).empty


@pytest.fixture(scope="module")
def folder(founding: Offer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("offer") / "cn"
    write_offer(founding, place)
    return place


def test_the_manifest_holds_packs_statuses_and_caps(folder: Path, founding: Offer) -> None:
    policy = json.loads((folder / "manifest.json").read_text())["policy"]
    assert policy["packs"] == ["china-cinema 2026.1", "china-television 2026.1", "china-online 2026.1"]
    assert policy["sha256"] == load_policy(CHINA).digest()
    assert policy["verified"] is False
    assert sum(policy["titles"].values()) == 300
    [cap] = policy["caps"]
    assert (cap["rule"], cap["limit"], cap["offered"]) == ("cn-online-share", 300, 300)
    assert {lead["rule"] for lead in policy["lead_times"]} == {"cn-tv-window", "cn-online-review"}


def test_the_workbook_and_the_report_list_the_rules(folder: Path, founding: Offer) -> None:
    book = load_workbook(folder / "offer.xlsx", read_only=True)
    cells = [str(value) for row in book["Rules 规则"].iter_rows(values_only=True) for value in row if value is not None]
    text = (folder / "report.html").read_text()
    for words in ("adults-only", "theme-crime", "online-share", "filing-window", "to be done"):
        assert any(words in cell for cell in cells)
        assert words in text
    assert any("to be verified" in cell for cell in cells)
    assert "adults-only (22)" in text
    assert "to be verified" in text
    assert "at most 360 (30% of domestic_purchases_last_year (1,200) = 360" in text
    assert "Policy and rights: not checked" not in text


def test_the_rules_print_in_two_parts_with_their_sentences_whole(folder: Path) -> None:
    sheet = load_workbook(folder / "offer.xlsx")["Rules 规则"]
    assert_prints_in_two_parts(sheet, repeated=1)
    sentences = [cells.coord.split(":")[0] for cells in sheet.merged_cells.ranges]
    assert any(sheet[place].value.startswith("About no title of this offer") for place in sentences)
    assert all(sheet[place].alignment.wrap_text for place in sentences)


def test_what_comes_from_a_pack_or_a_brief_is_escaped(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief, tmp_path: Path
) -> None:
    one = {"rule": "cn-cinema-older", "title_id": "all", "person": "<b>Eve</b>", "reason": "=1+1 <script>"}
    made = build_offer(titles.assign(title="x" + titles["title_id"]), scores, with_policy(brief, override=[one]))
    write_offer(made, tmp_path / "o")
    text = (tmp_path / "o" / "report.html").read_text()
    assert "<script>" not in text
    assert "&lt;b&gt;Eve" in text


def test_the_same_offer_gives_the_same_bytes_and_another_policy_another_id(
    marked: pd.DataFrame, scores: pd.DataFrame, brief: Brief, tmp_path: Path
) -> None:
    asked = with_policy(brief)
    made = [build_offer(marked, scores, asked) for _ in range(2)]
    for number, offer in enumerate(made):
        write_offer(offer, tmp_path / str(number))
    for path in (tmp_path / "0").iterdir():
        assert path.read_bytes() == (tmp_path / "1" / path.name).read_bytes()
    changed = build_offer(marked, scores, asked, policy=without_rule(load_policy(CHINA), "cn-tv-hd"))
    assert changed.offer_id != made[0].offer_id == made[1].offer_id


# --- replays ---


def test_a_replay_names_who_is_freed_and_what_the_choice_would_be(folder: Path) -> None:
    saved = load_offer(folder)
    found = replay(saved, "cn-cinema-all-ages", lambda policy: without_rule(policy, "cn-cinema-all-ages"))
    assert (found.said.count("freed"), found.said.count("newly blocked")) == (22, 0)
    freed = found.said.changed[found.said.changed["change"] == "freed"]
    assert not freed["offered"].any()
    assert freed["before"].str.startswith("blocked: adults-only").all()
    came = found.changes.loc[found.changes["change"] == "came"]
    assert 0 < len(came) <= 22
    assert came["why"].str.contains("was blocked by a rule of the market before (adults-only)", regex=False).any()
    assert set(found.offer.frame["title_id"]) == (
        set(saved.offer.frame["title_id"]) - set(found.changes.loc[found.changes["change"] == "went", "title_id"])
        | set(came["title_id"])
    )


def test_a_replay_with_the_same_rule_changes_nothing(folder: Path) -> None:
    found = replay(load_offer(folder), "cn-cinema-all-ages", lambda policy: policy)
    assert found.said.changed.empty
    assert found.changes.empty


def test_a_replay_says_what_would_be_blocked_and_how_a_cap_would_change(folder: Path) -> None:
    saved = load_offer(folder)
    offered = saved.offer.frame
    stricter = replay(
        saved, "cn-cinema-all-ages", lambda policy: with_rule(policy, "cn-cinema-all-ages", {"at_least": "16"})
    )
    blocked = stricter.said.changed[stricter.said.changed["change"] == "newly blocked"]
    assert blocked["offered"].sum() == (offered["age_rating"] == "16+").sum() > 0
    assert stricter.said.count("freed") == 0
    assert not (stricter.offer.frame["age_rating"] == "16+").any()
    share = replay(saved, "cn-online-share", lambda policy: with_rule(policy, "cn-online-share", {"share": "0.1"}))
    [text] = share.said.caps
    assert "10% of domestic_purchases_last_year (1,200) = 120" in text
    assert any("at most 120 of titles under the rule cn-online-share" in line for line in share.offer.package.conflicts)


def test_an_offer_whose_rules_were_not_checked_is_not_replayed(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief, tmp_path: Path
) -> None:
    write_offer(build_offer(titles, scores, brief), tmp_path / "o")
    with pytest.raises(DataError, match="were not checked"):
        replay(load_offer(tmp_path / "o"), "cn-tv-hd", lambda policy: policy)


def test_an_unknown_rule_is_a_wrong_call() -> None:
    with pytest.raises(CallError, match="no rule is called cn-cinema-all-age"):
        with_rule(load_policy(CHINA), "cn-cinema-all-age", {"effect": "warn"})
