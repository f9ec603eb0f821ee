from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from recommender.errors import CallError, ConfigError
from recommender.offers import Brief, Share, load_brief, new_brief, parse_brief, sample_briefs

GOOD = 'name = "a"\nmarket = "CN"\nsize = 10\nkinds = ["film", "animation"]\n'


def faults(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_brief(text, source="my.toml")
    assert caught.value.exit_status == 1
    assert caught.value.hint
    return str(caught.value)


def test_a_brief_holds_what_the_file_says() -> None:
    brief = parse_brief(
        GOOD
        + '[shares.genre]\nComedy = {min = 0.15, max = 0.35}\n[shares.decade]\n"1960s" = {min = 0.1}\n'
        + '[exclude]\ndirectors = ["X"]\nyears = {before = 1950}\n[lock]\ntitle_ids = ["t1"]\n'
    )
    assert brief.kinds == ("film", "animation")
    assert brief.shares.genre["Comedy"] == Share(min=0.15, max=0.35)
    assert brief.shares.decade["1960s"].max == 1
    assert brief.exclude.years.before == 1950
    assert brief.lock.title_ids == ("t1",)


def test_all_faults_come_at_once_with_file_and_key() -> None:
    text = faults(
        'nam = "x"\nmarket = "china"\nsize = "3"\nkinds = ["flim"]\n'
        "[shares.genre]\nA = {min = 0.5, max = 0.2}\n"
        'B = {mim = 1}\n[shares.decade]\n1965 = {min = 0.1}\n[lock]\ntitle_ids = ["a"]\n'
        '[exclude]\ntitle_ids = ["a"]\nyears = {befor = 1}\n'
    )
    for line in (
        "my.toml: name: missing",
        "my.toml: nam: unknown key; did you mean 'name'?",
        "my.toml: market: unknown market",
        "my.toml: size: input should be a valid integer",
        "my.toml: kinds.0: unknown kind; did you mean 'film'?",
        "my.toml: shares.genre.A: min (0.5) is greater than max (0.2)",
        "my.toml: shares.genre.B.mim: unknown key; did you mean 'min'?",
        "my.toml: shares.decade.1965: not a decade",
        "my.toml: exclude.years.befor: unknown key; did you mean 'before'?",
        "my.toml: lock.title_ids: also excluded: a",
    ):
        assert line in text
    assert "10 faults" in text


@pytest.mark.parametrize(
    ("tail", "said"),
    [
        (
            "[shares.kind]\nfilm = {min = 0.7}\nanimation = {min = 0.5}\n",
            "shares.kind: the minima add up to 1.2",
        ),
        (
            '[shares.decade]\n"1960s" = {min = 0.7}\nunknown = {min = 0.4}\n',
            "shares.decade: the minima add up to 1.1",
        ),
        (
            "[shares.kind]\nfilm = {max = 0.5}\nanimation = {max = 0.3}\n",
            "shares.kind: the maxima of all kinds add up to 0.8",
        ),
        ("[shares.kind]\nseries = {max = 0.5}\n", "shares.kind.series: not among kinds"),
        ("[shares.genre]\nWar = {min = 0.1}\nwar = {max = 0.5}\n", "shares.genre: named twice: war"),
        (
            '[shares.genre]\nWar = {min = 0.1}\n[exclude]\ngenres = ["war"]\n',
            "shares.genre.War: a minimum is asked",
        ),
        ("[lock]\ntitle_ids = " + str([f"t{i}" for i in range(11)]), "lock.title_ids: 11 titles are locked"),
        ("[exclude]\nyears = {before = 1990, after = 1980}\n", "exclude.years: before 1990 and after 1980"),
        ('[exclude]\ndirectors = [" "]\n', "exclude.directors.0: empty; write something"),
        ('[shares.studio]\n"" = {max = 0.5}\n', "shares.studio.: empty; write something"),
        ('[exclude]\ncountries = "RU"\n', "exclude.countries: input should be a valid tuple (got 'RU')"),
        ("[shares.director]\nA = {min = 0.1}\na = {max = 0.5}\n", "shares.director: named twice: a"),
        ("[shares.tier]\ncore = {min = 0.1}\n", "shares.tier: tiers go by place; say at which appeal each begins"),
        ("[shares.tier]\nlocomotiv = {min = 0.1}\n", "shares.tier.locomotiv: unknown tier; did you mean 'locomotive'?"),
        ("[package]\ntiers = {core = 0.5}\n", "package: name both: tiers = { locomotive = 0.75, core = 0.5 }"),
        ("[package]\ntiers = {core = 0.7, locomotive = 0.5}\n", "package: locomotives begin at 0.5, below core"),
        ("[package]\nrho = 1.5\n", "package.rho: input should be less than or equal to 1"),
        ("[package]\nobjectiv = 'value'\n", "package.objectiv: unknown key; did you mean 'objective'?"),
        ("[package]\nobjective = 'value'\n", "package.objective: value is appeal times price: say in which currency"),
        ("[budget]\ntotal = 100\n", 'budget: no currency; add one, such as currency = "EUR"'),
        ("[budget]\ntotal = 100\ncurrency = 'euro'\n", "budget.currency: not a currency; write its ISO 4217 code"),
        ("[budget]\ntotal = 100\ncurrency = 'EUX'\n", "budget.currency: not a currency; write its ISO 4217 code"),
        ("[budget]\ntotal = -1\ncurrency = 'EUR'\n", "budget.total: input should be greater than 0"),
        ("[budget]\ncurrency = 'EUR'\nrates = {EUR = 2}\n", "budget: a rate for the budget's own currency"),
        (
            "[budget]\ncurrency = 'EUR'\nfees = {core = 2}\n",
            "budget: no fee for the tiers: locomotive, library; name all three",
        ),
        (
            "[budget]\ncurrency = 'EUR'\nfees = {core = 2, library = 1, locomotive = 3}\n",
            "budget.fees: fees of tiers need [package] tiers",
        ),
        ('[exclude]\ncountries = ["FR", "Atlantis"]\n', "exclude.countries.1: no one country; write its ISO 3166-1"),
        ('[exclude]\ngenres = ["Drama/Horror"]\n', "exclude.genres.0: several genres in one; write them apart: Drama"),
        ("[shares.genre]\nHorror = {max = 0.1}\n'ужасы' = {max = 0.2}\n", "shares.genre: named twice: horror"),
        (
            '[shares.genre]\nHorror = {min = 0.1}\n[exclude]\ngenres = ["恐怖"]\n',
            "shares.genre.Horror: a minimum is asked",
        ),
        (
            "[package]\nobjective = 'value'\n[budget]\ncurrency = 'EUR'\nrates = {CNY = 0.1}\n"
            "[materials]\nme_track = 'cost'\ncosts = {me_track = 10.0}\nunit = 'USD'\n",
            "materials.unit: value is counted in EUR, and there is no rate for USD; add one to budget.rates",
        ),
        (
            "[shares.genre]\nWar = {min = 1.5}\n",
            "shares.genre.War.min: input should be less than or equal to 1",
        ),
    ],
)
def test_contradictions_are_named(tail: str, said: str) -> None:
    assert f"my.toml: {said}" in faults(GOOD + tail)


def test_words_are_brought_to_the_spelling_of_the_tables() -> None:
    brief = parse_brief(
        'language = "Chinese"\n'
        + GOOD
        + "[shares.genre]\n'ужасы' = {max = 0.1}\nPeplum = {max = 0.2}\n"
        + '[exclude]\ngenres = ["драма"]\ncountries = ["Soviet Union", "fr"]\n'
    )
    assert list(brief.shares.genre) == ["Horror", "Peplum"]
    assert brief.exclude.genres == ("Drama",)
    assert brief.exclude.countries == ("SU", "FR")
    assert brief.language == "zh"
    assert Brief.model_validate_json(brief.model_dump_json()) == brief
    assert "language: no one language; write its BCP 47 code" in faults('language = "Klingonese"\n' + GOOD)


@pytest.mark.parametrize("unit", ["appeal", "EUR", "CNY"])
def test_materials_may_cost_what_the_budget_can_count(unit: str) -> None:
    tail = "[package]\nobjective = 'value'\n[budget]\ncurrency = 'EUR'\nrates = {CNY = 0.1}\n[materials]\n"
    brief = parse_brief(GOOD + tail + f"me_track = 'cost'\ncosts = {{me_track = 1.0}}\nunit = '{unit}'\n")
    assert brief.materials.unit == unit


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in faults(GOOD.replace('"CN"', '"\\u001b[31m"') + '"\\u001b" = 1')


@pytest.mark.parametrize("market", ["WW", "cn", "XX", "China"])
def test_only_a_territory_is_a_market(market: str) -> None:
    assert "market: unknown market" in faults(GOOD.replace("CN", market))


def test_broken_toml_names_the_line() -> None:
    assert "at line 2" in faults('name = "a"\nmarket = CN')


def test_a_brief_cannot_be_changed() -> None:
    brief = parse_brief(GOOD)
    with pytest.raises(ValidationError):
        brief.size = 3  # type: ignore[misc]
    assert not dataclasses.is_dataclass(brief)


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read"), (b"name = \xff", "not UTF-8"), ("folder", "a folder, not a brief")],
)
def test_unreadable_files_are_named(tmp_path: Path, content: object, said: str) -> None:
    path = tmp_path / "brief.toml"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "folder":
        path.mkdir()
    with pytest.raises(ConfigError, match=said):
        load_brief(path)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "brief.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load_brief(path).size == 10


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(CallError, match="no brief is called cn300") as caught:
        load_brief("cn300")
    assert caught.value.exit_status == 2
    assert "Did you mean cn-300?" in str(caught.value.hint)


@pytest.mark.parametrize(("name", "size", "market"), [("cn-300", 300, "CN"), ("ru-60", 60, "RU")])
def test_the_sample_briefs_are_sound(name: str, size: int, market: str) -> None:
    assert name in sample_briefs()
    brief = load_brief(name)
    assert (brief.name, brief.size, brief.market) == (name, size, market)


def test_a_new_brief_is_sound_and_its_remarks_too() -> None:
    text = new_brief("pilot", market="FR", size=20)
    assert parse_brief(text) == Brief(name="pilot", market="FR", size=20, kinds=("film", "animation"))
    lines = [line.removeprefix("# ") if "= " in line and line.startswith("# ") else line for line in text.splitlines()]
    switched_on = parse_brief("\n".join(lines))
    assert switched_on.media
    assert switched_on.shares.genre
    assert switched_on.exclude.years.before
    assert switched_on.package.tiers and switched_on.shares.tier
    assert switched_on.budget.fees and switched_on.budget.rates


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 500))
def test_counts_keep_the_shares(one: float, other: float, size: int) -> None:
    share = Share(min=min(one, other), max=max(one, other))
    low, high = share.counts(size)
    assert 0 <= low <= high <= size
    assert low >= share.min * size - 1e-6
    assert low < share.min * size + 1
    assert high <= share.max * size + 1e-6 or high == low
