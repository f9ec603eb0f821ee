"""Bad packs: every fault is named with the path of its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.errors import CallError, ConfigError
from recommender.offers.policy import load_policy, parse_pack

HEAD = 'name = "mine"\ntitle = "Mine"\nversion = "1"\n'
RULE = """
[[rule]]
id = "r1"
market = "CN"
level = "title"
effect = "warn"
reason_code = "code"
message = "Told."
source = "Somebody"
confidence = "low"
"""


def faults(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_pack(text, source="mine.toml")
    assert caught.value.exit_status == 1
    assert caught.value.hint
    return str(caught.value)


def test_a_small_pack_is_sound() -> None:
    pack = parse_pack(HEAD + RULE)
    assert pack.rules[0].state.__self__ is pack.rules[0]
    assert pack.rules[0].condition is None


@pytest.mark.parametrize(
    ("tail", "said"),
    [
        ("efect = 1\n", "rule.0.efect: unknown key; did you mean 'effect'?"),
        ("[rule.condition]\nfeild = 'x'\n", "rule.0.condition.feild: unknown key; did you mean 'field'"),
        ("[rule.parameters]\ndasy = 3\n", "rule.0.parameters.dasy: unknown key; did you mean 'days'?"),
        ("[[rule.condition.any]]\nfiel = 'x'\n", "rule.0.condition.any.0.fiel: unknown key; did you mean 'field'"),
        ("condition = {}\n", "rule.0.condition: a condition is a test of one field"),
        ("condition = {field = 'year'}\n", "rule.0.condition: asks nothing of year"),
        ("condition = {any_of = ['x']}\n", "rule.0.condition: a condition is a test of one field"),
        ("condition = {field = 'yaer', at_least = 3}\n", "rule.0.condition.field: unknown field; did you mean 'year'?"),
        ("condition = {field = 'year', any_of = ['3']}\n", "rule.0.condition.any_of: cannot be asked of year (number)"),
        (
            "condition = {field = 'genres', at_least = 3}\n",
            "rule.0.condition.at_least: cannot be asked of genres (list)",
        ),
        (
            "condition = {field = 'genres', any_of = ['Horor']}\n",
            "rule.0.condition.any_of.0: matches nothing: 'Horor' is not in the vocabulary; did you mean 'Horror'?",
        ),
        (
            "condition = {any = [{field = 'genres', any_of = ['War']}, {field = 'countries', any_of = ['RU', 'XQ']}]}\n",
            "rule.0.condition.any.1.any_of.1: matches nothing: 'XQ' is not in the vocabulary",
        ),
        (
            "condition = {field = 'kind', any_of = ['flim']}\n",
            "matches nothing: 'flim' is not in the vocabulary; did you",
        ),
        (
            "condition = {field = 'dubs', any_of = ['xq']}\n",
            "rule.0.condition.any_of.0: matches nothing: 'xq' is no language",
        ),
        (
            "condition = {field = 'episodes', more_than = 50, less_than = 10}\n",
            "rule.0.condition: matches nothing: no number lies between 50 and 10",
        ),
        (
            "condition = {field = 'countries', any_of = ['@EU']}\n",
            "any_of.0: unknown group '@EU'; declare it in [groups]",
        ),
        (
            "applies_to = {kind = ['flim']}\n",
            "rule.0.applies_to.kind.0: matches nothing: unknown kind 'flim'; did you mean",
        ),
        (
            "applies_to = {media = ['cinma']}\n",
            "rule.0.applies_to.media.0: matches nothing: unknown medium 'cinma'; did",
        ),
        ("valid_from = '2020-01-01'\n", "rule.0.valid_from: not a date; write it without quotes"),
        ("valid_from = 2020-01-02\nvalid_to = 2020-01-01\n", "rule.0.valid_to: 2020-01-01 is before valid_from"),
        ("source_url = 'javascript:alert(1)'\n", "rule.0.source_url: "),
        ("verified = 'no'\n", "rule.0.verified: "),
        ("parameters = {less = 'x'}\n", "rule.0.parameters.less: has a meaning for caps only"),
    ],
)
def test_each_fault_is_named_with_its_path(tail: str, said: str) -> None:
    text = faults(HEAD + RULE + tail)
    assert said in text
    assert "1 fault:" in text
    assert text.splitlines()[1].startswith("  mine.toml: rule.0.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('effect = "warn"', 'effect = "wran"', "rule.0.effect: input should be 'block', 'warn'"),
        ('market = "CN"', 'market = "china"', "rule.0.market: unknown market 'china'"),
        ('message = "Told."', 'message = " "', "rule.0.message: empty; write something"),
        ('id = "r1"', 'id = "R 1"', "rule.0.id: use small letters, digits and -, a letter or digit first, at most 64"),
        ('id = "r1"', f'id = "{"r" * 65}"', "rule.0.id: use small letters, digits and -"),
        (
            'source = "Somebody"',
            'source = "S"\nsource_url = "www.a.ru"',
            "rule.0.source_url: no address; begin it with",
        ),
        ('effect = "warn"', 'effect = "cap"', "rule.0.level: a rule that caps is of level portfolio"),
        ('effect = "warn"', 'effect = "cap"', "rule.0.parameters: a cap has either a share or a count"),
        ('effect = "warn"', 'effect = "lead_time"', "rule.0.parameters.days: missing; a rule that takes time"),
        ('source = "Somebody"\n', "", "rule.0.source: missing; add it"),
    ],
)
def test_wrong_values_are_named(old: str, new: str, said: str) -> None:
    assert f"mine.toml: {said}" in faults(HEAD + RULE.replace(old, new))


def test_a_cap_rests_on_facts_that_the_pack_declares() -> None:
    cap = RULE.replace('"title"', '"portfolio"').replace('"warn"', '"cap"')
    head = HEAD + '[facts]\nbought = "What was bought."\n'
    assert "rule.0.parameters.basis: missing" in faults(head + cap + "parameters = {share = 0.3}\n")
    text = faults(head + cap + 'parameters = {share = 0.3, basis = "bougth", less = "sold"}\n')
    assert "rule.0.parameters.basis: unknown fact 'bougth'; did you mean 'bought'?" in text
    assert "rule.0.parameters.less: unknown fact 'sold'" in text
    assert parse_pack(head + cap + 'parameters = {share = 0.3, basis = "bought"}\n').rules


def test_all_faults_come_at_once_also_those_between_sound_rules() -> None:
    second = RULE.replace('"low"', '"certain"')
    third = RULE + "condition = {field = 'genres', any_of = ['Horor']}\n"
    text = faults('nam = "x"\n' + HEAD + RULE + second + third)
    for line in (
        "mine.toml: nam: unknown key; did you mean 'name'?",
        "mine.toml: rule.1.confidence: ",
        "mine.toml: rule.2.id: also the id of rule.0",
        "mine.toml: rule.2.condition.any_of.0: matches nothing: 'Horor'",
    ):
        assert line in text
    assert "4 faults" in text


def test_an_own_genre_can_be_declared() -> None:
    rule = RULE + "condition = {field = 'genres', any_of = ['Peplum', 'комедия']}\n"
    assert "'Peplum' is not in the vocabulary" in faults(HEAD + rule)
    assert parse_pack(HEAD + '[words]\ngenres = ["Peplum"]\n' + rule).rules


def test_a_field_of_ones_own_can_be_declared_but_not_redefined() -> None:
    field = '{type = "number", meaning = "Part of the budget."}'
    rule = RULE + "condition = {field = 'share_xx', less_than = 0.2}\n"
    assert parse_pack(HEAD + f"[fields]\nshare_xx = {field}\n" + rule).rules
    assert "fields.year: is a column of the titles table already" in faults(HEAD + f"[fields]\nyear = {field}\n" + RULE)


def test_what_is_no_toml_or_nested_beyond_sense_is_named() -> None:
    assert "not TOML" in faults("name = ")
    deep = "{not = " * 400 + "{field = 'year', at_least = 3}" + "}" * 400
    with pytest.raises(ConfigError, match=r"mine\.toml"):
        parse_pack(HEAD + RULE + f"condition = {deep}\n", source="mine.toml")


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in faults(HEAD + RULE + '"\\u001b[31m" = 1\n')
    assert "\x1b" not in faults(HEAD + RULE.replace('"CN"', '"\\u001b[31m"'))


def test_packs_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("\ufeff" + HEAD + RULE, encoding="utf-8")
    assert load_policy([path, "eu"]).named() == ["mine 1", "eu 2026.1"]
    assert load_policy(str(path)).ids() == ["r1"]
    with pytest.raises(CallError, match="no policy pack is called china-cinma") as caught:
        load_policy("china-cinma")
    assert "did you mean 'china-cinema'" in str(caught.value.hint)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_policy(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigError, match="a folder, not a policy pack"):
        load_policy(tmp_path)
    (tmp_path / "bad.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_policy(tmp_path / "bad.toml")


def test_two_packs_may_not_have_the_same_rule(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(HEAD.replace("mine", name) + RULE)
    with pytest.raises(ConfigError, match="the rule r1 stands in the packs one and two"):
        load_policy([tmp_path / "one.toml", tmp_path / "two.toml"])


def test_the_digest_follows_what_the_packs_say() -> None:
    assert load_policy("eu").digest() == load_policy("eu").digest() != load_policy("russia").digest()
