from __future__ import annotations

import itertools
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from offer_builders import appeal_of, catalogue, scores_frame
from package_instances import keeps, random_problem

import recommender.offers.exchange
from recommender.errors import CallError, ConfigError, DataError, NotEnoughDataError, OutputError
from recommender.offers import Brief, Choice, build_offer, write_offer
from recommender.offers._offer import offer_of
from recommender.offers._rights_check import RightsReview
from recommender.offers.exchange import (
    Exchange,
    build_exchange,
    load_exchange_brief,
    read_side,
    write_exchange,
)
from recommender.offers.exchange._balance import balanced
from recommender.offers.exchange._files import balance_facts, balance_html
from recommender.offers.package import Problem, solve
from recommender.sources import write_table
from tests.offers.rights.rights_builders import rights_frame

SIDE = 'name = "{}"\nmarket = "{}"\nsize = {}\nkinds = ["film", "animation"]\n'


def choice_of(problem: Problem) -> Choice:
    return Choice(pd.DataFrame(), problem, solve(problem), (), problem.members)


def lists(problem: Problem) -> list[np.ndarray]:
    every = itertools.combinations(range(problem.count), problem.size)
    masks = [np.isin(np.arange(problem.count), some) for some in every]
    return [mask for mask in masks if keeps(problem, mask)]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.05, 0.2, 0.5]), st.sampled_from([1.0, 1.7]))
def test_the_pair_is_the_best_of_all_that_balance(seed: int, tolerance: float, weight: float) -> None:
    rng = np.random.default_rng(seed)
    sides = [replace(random_problem(rng, 5, easy=True), careful=False).fitted() for _ in range(2)]
    pairs = [(one, other) for one in lists(sides[0]) for other in lists(sides[1])]
    assume(pairs)

    def totals(pair: tuple[np.ndarray, np.ndarray]) -> tuple[float, float]:
        return float(sides[0].value[pair[0]].sum()), weight * float(sides[1].value[pair[1]].sum())

    def fits(pair: tuple[np.ndarray, np.ndarray], room: float) -> bool:
        ours, theirs = totals(pair)
        return abs(ours - theirs) <= tolerance * (ours + theirs) / 2 + room

    assume(all(fits(pair, 1e-5) == fits(pair, -1e-5) for pair in pairs))
    can = [pair for pair in pairs if fits(pair, 0.0)]
    first, second = map(choice_of, sides)
    if not can:
        with pytest.raises(NotEnoughDataError, match="cannot balance"):
            balanced(first, second, (1.0, weight), tolerance)
        return
    ours, theirs, balance = balanced(first, second, (1.0, weight), tolerance)
    pair = (ours.solution.mask, theirs.solution.mask)
    assert fits(pair, 1e-6)
    assert all(keeps(side, mask) for side, mask in zip(sides, pair, strict=True))
    worths = [sides[0].objective(one) + weight * sides[1].objective(other) for one, other in can]
    assert sides[0].objective(pair[0]) + weight * sides[1].objective(pair[1]) == pytest.approx(max(worths), abs=1e-5)
    assert (balance.ours, balance.theirs) == pytest.approx(totals(pair))
    assert balance.low <= balance.difference <= balance.high
    assert balance.gap <= 1e-5
    assert balance.cost >= 0
    # What could take a title's place keeps the balance too.
    for found in ours.substitutes:
        for other in found.others:
            swapped = pair[0].copy()
            swapped[[found.title, other]] = False, True
            assert fits((swapped, pair[1]), 1e-5)


@pytest.fixture(scope="module")
def _sides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sides")
    for name, market, countries in (("ours", "CN", ["RU"]), ("theirs", "RU", ["CN"])):
        titles = catalogue()
        titles["title"] = [f"Title {number}" for number in range(len(titles))]
        titles["countries"] = pd.Series([countries] * len(titles), dtype="object")
        appeal = appeal_of(len(titles)) if name == "ours" else [0.8 * value for value in appeal_of(len(titles))]
        (folder / name).mkdir()
        write_table(titles, folder / name / "titles.parquet")
        write_table(scores_frame(titles, appeal, market), folder / name / "scores.csv")
    (folder / "a.toml").write_text(SIDE.format("give", "CN", 12) + "[shares.genre]\nComedy = {min = 0.25}\n")
    (folder / "b.toml").write_text(SIDE.format("take", "RU", 12))
    exchange = 'name = "swap"\ntolerance = 0.02\nours = {brief = "a.toml"}\ntheirs = {brief = "b.toml"}\n'
    (folder / "x.toml").write_text(exchange)
    return folder


@pytest.fixture
def sides(_sides: Path, tmp_path: Path) -> Path:
    """Return a folder with both sides' folders, their briefs and the exchange brief."""
    return shutil.copytree(_sides, tmp_path, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def found(_sides: Path) -> Exchange:
    """Return the exchange of these sides."""
    return made(_sides)


@pytest.fixture(scope="module")
def _written(_sides: Path, found: Exchange, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "out"
    write_exchange(found, folder, inputs={"brief": _sides / "x.toml"})
    return folder


@pytest.fixture
def written(_written: Path, sides: Path) -> Path:
    """Return the folder of this exchange, beside the sides."""
    return shutil.copytree(_written, sides / "out")


@pytest.fixture(scope="module")
def _written_with_rights(_sides: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(_sides, tmp_path_factory.mktemp("rights"), dirs_exist_ok=True)
    for name, market in (("ours", "CN"), ("theirs", "RU")):
        ids = read_side(folder / name).titles["title_id"]
        write_table(pd.DataFrame({"title_id": ids, "market": market, "status": "owned"}), folder / name / "rights.csv")
    write_exchange(made(folder), folder / "out")
    return folder


@pytest.fixture
def sides_with_rights(_written_with_rights: Path, tmp_path: Path) -> Path:
    """Return such a folder in which both sides own what they have, and their exchange is written."""
    return shutil.copytree(_written_with_rights, tmp_path, dirs_exist_ok=True)


def made(sides: Path) -> Exchange:
    brief = load_exchange_brief(sides / "x.toml")
    return build_exchange(read_side(sides / "ours"), read_side(sides / "theirs"), brief)


def test_the_public_names_are_there() -> None:
    names = recommender.offers.exchange.__all__
    assert sorted(names) == names
    assert all(hasattr(recommender.offers.exchange, name) for name in names)


def test_both_lists_keep_their_briefs_and_balance(found: Exchange) -> None:
    assert len(found.ours.frame) == len(found.theirs.frame) == 12
    assert sum("Comedy" in genres for genres in found.ours.frame["genres"]) >= 3
    assert found.ours.frame["appeal"].sum() == pytest.approx(found.balance.ours)
    assert abs(found.balance.share) <= 0.02 + 1e-6
    assert found.balance.cost > 0  # ours alone would have been the stronger
    assert found.balance.low < found.balance.difference < found.balance.high
    assert not found.ours.shortfalls


def test_the_files_say_the_balance_and_its_interval(sides: Path, found: Exchange, written: Path) -> None:
    facts = json.loads((written / "balance.json").read_text("utf-8"))
    assert facts["difference"] == pytest.approx(found.balance.difference, abs=1e-6)
    assert facts["interval"] == pytest.approx([found.balance.low, found.balance.high], abs=1e-6)
    assert facts["inputs"]["brief"]["file"] == "x.toml"
    page = (written / "balance.html").read_text("utf-8")
    assert f"interval {100 * found.balance.low:+,.1f} to {100 * found.balance.high:+,.1f}" in page
    assert "<script>" not in page
    for value in (found.balance.low, found.balance.difference, found.balance.high):
        assert re.search(rf'<(?:b|span) style="left: [\d.]+%">{re.escape(f"{100 * value:+,.1f}")}</', page)
    assert "header { background: none; color: var(--ink);" in page.split("@media print")[-1]  # no white on white
    assert (written / "ours" / "offer.xlsx").is_file() and (written / "theirs" / "offer.xlsx").is_file()
    first = {path.name: path.read_bytes() for path in written.iterdir() if path.is_file()}
    write_exchange(made(sides), written, inputs={"brief": sides / "x.toml"})
    assert first == {path.name: path.read_bytes() for path in written.iterdir() if path.is_file()}


def test_the_page_is_in_the_languages_of_both_sides(sides: Path, found: Exchange) -> None:
    page = balance_html(found, "en+zh")
    for text in ("We give", "我方给出", "China receives ours, Russia theirs", "中国接收我方影片，俄罗斯接收对方影片"):
        assert text in page
    assert f"区间{100 * found.balance.low:+,.1f}至{100 * found.balance.high:+,.1f}" in page
    assert not re.search("[\u4e00-\u9fff]", balance_html(found))
    files = write_exchange(found, sides / "out", language="en+ru")
    assert "Мы даём" in files["balance.html"].read_text("utf-8")
    assert "рынок" in (files["theirs"] / "report.html").read_text("utf-8").casefold()


def test_lists_that_are_all_but_proven_are_no_shortfall(sides: Path, found: Exchange) -> None:
    solution = found.ours.choice.solution  # type: ignore[union-attr]

    def offer_with(gap: float) -> Any:
        bound = solution.objective * (1 + gap)
        choice = replace(found.ours.choice, solution=replace(solution, proven=False, bound=bound))  # type: ignore[type-var]
        return offer_of(read_side(sides / "ours").candidates(found.brief.ours), choice)

    near, far = offer_with(9e-7), offer_with(1e-4)
    assert not near.proven and not near.shortfalls
    assert "within 0.00009% of the best possible" in near.package.facts[0]
    assert [shortfall.code for shortfall in far.shortfalls] == ["unproven"]
    unsure = replace(found, balance=replace(found.balance, gap=4e-7))
    assert "total more than 0.00004% above these" in balance_html(unsure)
    assert "0.00004%" in unsure.balance.proof
    assert balance_facts(unsure)["proven_optimum"] is False


def test_what_a_person_keeps_in_the_folder_is_left_alone(written: Path, found: Exchange) -> None:
    (written / "ours" / "mine.txt").write_text("x")
    with pytest.raises(OutputError, match=r"mine\.txt"):
        write_exchange(found, written)
    assert (written / "ours" / "mine.txt").is_file()
    # What a desktop leaves there may go with the folder.
    (written / "ours" / "mine.txt").rename(written / "ours" / ".DS_Store")
    write_exchange(found, written)
    assert not (written / "ours" / ".DS_Store").exists()


def test_an_offer_or_one_table_is_a_side(sides: Path, found: Exchange, written: Path) -> None:
    side = read_side(written / "ours")
    assert set(side.titles["title_id"]) == set(read_side(sides / "ours").titles["title_id"])
    table = read_side(written / "ours" / "offer.parquet")
    ids = found.ours.frame["title_id"].tolist()
    assert table.titles["title_id"].tolist() == table.scores["title_id"].tolist() == ids
    brief = load_exchange_brief(sides / "x.toml")
    again = build_exchange(side, read_side(written / "theirs"), brief)
    assert again.ours.frame["title_id"].tolist() == ids


def test_swapped_sides_are_told_with_both_markets(sides_with_rights: Path) -> None:
    sides = sides_with_rights
    brief = load_exchange_brief(sides / "x.toml")
    told = "the sides are swapped: ours is scored for RU, its brief is for CN; theirs is scored for CN, its brief is for RU"
    for ours, theirs in ((sides / "theirs", sides / "ours"), (sides / "out" / "theirs", sides / "out" / "ours")):
        with pytest.raises(DataError, match=told) as caught:
            build_exchange(read_side(ours), read_side(theirs), brief)
        assert "Exchange --ours and --theirs" in str(caught.value.hint)
    with pytest.raises(DataError, match="theirs is scored for CN, its brief is for RU\n"):
        build_exchange(read_side(sides / "ours"), read_side(sides / "ours"), brief)


def test_rights_and_rules_bar_titles_of_an_exchange_too(sides: Path, found: Exchange) -> None:
    best = found.ours.frame["title_id"].iloc[0]
    ids = read_side(sides / "ours").titles["title_id"]
    rights = pd.DataFrame({"title_id": ids, "market": "CN", "status": "owned"})
    rights.loc[len(rights)] = [best, "CN", "withdrawn"]
    write_table(rights, sides / "ours" / "rights.csv")
    (sides / "b.toml").write_text((sides / "b.toml").read_text() + '[policy]\npacks = ["russia"]\n')
    found = made(sides)
    assert best not in set(found.ours.frame["title_id"])
    assert set(found.ours.frame["rights"]) == {"available"}
    assert found.ours.counts["rights-none"] == 1
    assert set(found.theirs.frame["rights"]) == {"not checked"}
    assert "not checked" not in set(found.theirs.frame["policy"])
    files = write_exchange(found, sides / "out")
    (sides / "a.toml").write_text('media = ["cinema"]\n' + (sides / "a.toml").read_text())
    with pytest.raises(DataError, match="checked for another request"):
        build_exchange(read_side(files["ours"]), read_side(sides / "theirs"), load_exchange_brief(sides / "x.toml"))
    side = read_side(files["ours"])
    assert isinstance(side.rights, RightsReview)
    other = side.rights.request.model_copy(update={"market": "RU", "language": "zh"})
    wrong = replace(side, rights=replace(side.rights, request=other))
    (sides / "a.toml").write_text((sides / "a.toml").read_text().replace('media = ["cinema"]\n', ""))
    with pytest.raises(DataError, match="brief's: market RU, not CN; language zh, not open\n"):
        build_exchange(wrong, read_side(sides / "theirs"), load_exchange_brief(sides / "x.toml"))


def test_an_offer_without_some_titles_still_knows_that_their_rights_are_sold(tmp_path: Path) -> None:
    titles = catalogue(24)
    kinds = titles.set_index("title_id")["kind"]
    sold = kinds.index[kinds == "animation"]
    rows = [{"title_id": key, "market": "CN", "status": "owned", "end": "2027-01-31"} for key in kinds.index]
    rows += [{"title_id": key, "market": "CN", "status": "withdrawn"} for key in sold]
    narrow: dict[str, Any] = {
        **{"name": "x", "market": "CN", "size": 6, "kinds": ["film"], "media": ["svod"]},
        "window": {"start": "2027-01-01", "end": "2027-12-31"},
    }
    scores = scores_frame(titles, appeal_of(24))
    write_offer(build_offer(titles, scores, Brief.model_validate(narrow), rights=rights_frame(*rows)), tmp_path / "v1")
    side = read_side(tmp_path / "v1")
    wide = narrow | {"kinds": ["film", "animation"]}
    assert side.candidates(Brief.model_validate(wide)).counts["rights-none"] == len(sold)
    stricter = Brief.model_validate(wide | {"rights": {"min_share": 0.5}})
    with pytest.raises(NotEnoughDataError, match="20 free for too small a part"):
        side.candidates(stricter)


def test_an_offer_that_does_not_tell_the_rights_of_each_title_is_no_side(sides_with_rights: Path) -> None:
    folder = sides_with_rights / "out" / "ours"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    del manifest["files"]["rights.parquet"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(DataError, match="does not tell what was found") as caught:
        read_side(folder)
    assert "made again" in str(caught.value.hint)


def test_values_balance_in_one_currency(sides: Path) -> None:
    for name, price in (("ours", 100.0), ("theirs", 130.0)):
        titles = read_side(sides / name).titles
        write_table(titles.assign(ask_price=price, currency="EUR"), sides / name / "titles.parquet")
    brief = (sides / "x.toml").read_text() + 'measure = "value"\n'
    (sides / "x.toml").write_text(brief.replace("ours =", 'measure = "value"\nours =', 1).rpartition("measure")[0])
    with pytest.raises(ConfigError, match="needs one currency in both briefs"):
        load_exchange_brief(sides / "x.toml")
    for name in ("a.toml", "b.toml"):
        (sides / name).write_text((sides / name).read_text() + '[budget]\ncurrency = "EUR"\n')
    text = (sides / "a.toml").read_text()
    (sides / "a.toml").write_text(text + '[materials]\nme_track = "cost"\ncosts = {me_track = 1.0}\nunit = "USD"\n')
    with pytest.raises(ConfigError, match="materials in give do not count") as caught:
        load_exchange_brief(sides / "x.toml")
    assert "no rate for USD" in str(caught.value.hint)
    (sides / "a.toml").write_text(text)
    found = made(sides)
    assert found.balance.ours == pytest.approx(100 * found.ours.frame["appeal"].sum())
    assert found.balance.theirs == pytest.approx(130 * found.theirs.frame["appeal"].sum())
    assert abs(found.balance.share) <= 0.02 + 1e-6


def test_sides_that_cannot_come_together_are_told_what_would_do(sides: Path) -> None:
    text = (sides / "x.toml").read_text().replace('"b.toml"', '"b.toml", weight = 10.0')
    (sides / "x.toml").write_text(text)
    with pytest.raises(NotEnoughDataError, match=r"cannot balance within 2\.0%") as caught:
        made(sides)
    assert re.search(r"ours comes to at \w+ [\d,]{3,}\.\d, theirs to at \w+ [\d,]{3,}\.\d, ", str(caught.value))
    tolerance = float(str(caught.value.hint).split("tolerance of ")[1].split(",")[0])
    for allowed, can in ((tolerance, True), (tolerance - 0.002, False)):
        (sides / "x.toml").write_text(text.replace("0.02", str(round(allowed, 3))))
        if can:
            assert abs(made(sides).balance.share) <= allowed
        else:
            with pytest.raises(NotEnoughDataError):
                made(sides)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tolerance", "tolerace", "tolerace: unknown key; did you mean 'tolerance'?"),
        ("0.02", "2", "tolerance: input should be less than or equal to 1"),
        ('"a.toml"', '"b.toml"', "both sides' briefs are for the market RU"),
        ("name =", "name = =", "not TOML"),
    ],
)
def test_a_wrong_exchange_brief_is_named(sides: Path, old: str, new: str, said: str) -> None:
    path = sides / "x.toml"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_exchange_brief(path)
    assert said in str(caught.value)
    assert caught.value.hint


def test_what_is_not_there_is_named(sides: Path) -> None:
    with pytest.raises(CallError, match="no such file"):
        load_exchange_brief(sides / "none.toml")
    with pytest.raises(CallError, match="not there"):
        read_side(sides / "nowhere")
    (sides / "ours" / "scores.csv").unlink()
    with pytest.raises(CallError, match="no scores in this folder"):
        read_side(sides / "ours")


def test_the_command_prints_the_balance(sides: Path) -> None:
    from typer.testing import CliRunner

    from recommender.cli import app

    text = (sides / "x.toml").read_text().replace('"b.toml"', '"b.toml", weight = 1.01')
    (sides / "x.toml").write_text(text)
    words: list[Any] = ["exchange", "--ours", sides / "ours", "--theirs", sides / "theirs"]
    words += ["--brief", sides / "x.toml", "--out", sides / "out"]
    shown = CliRunner().invoke(app, list(map(str, words)))
    assert shown.exit_code == 0, shown.output
    assert "interval" in shown.output
    total = 100 * made(sides).balance.theirs
    assert f"they give {total:,.1f} (1.01 times {total / 1.01:,.1f})" in " ".join(shown.output.split())
    assert {path.name for path in (sides / "out").iterdir()} == {"ours", "theirs", "balance.html", "balance.json"}
