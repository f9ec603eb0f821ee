from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.errors import DataError, NotEnoughDataError
from recommender.offers import Brief, Choice, ExtraDemand
from recommender.offers._choice import choose, rechoose
from recommender.offers._membership import Demand, membership

GENRES = ("Drama", "Comedy", "War")
DECADES = ("1960s", "1980s", "unknown")
KINDS = ("film", "animation")


def brief_of(size: int, **parts: Any) -> Brief:
    return Brief.model_validate({"name": "x", "market": "CN", "size": size, "kinds": list(KINDS), **parts})


def pool_of(count: int = 6, **columns: Any) -> pd.DataFrame:
    plain = {
        "title_id": [f"t{i}" for i in range(count)],
        "title": [f"Title {i}" for i in range(count)],
        "appeal": [round(0.9 - 0.1 * i, 2) for i in range(count)],
        "score": 0.0,
        "low": 0.0,
        "high": 1.0,
        "kind": "film",
        "decade": "1960s",
        "genres": [[] for _ in range(count)],
        "directors": [[] for _ in range(count)],
        "countries": [[] for _ in range(count)],
        "year": 1965,
    }
    return pd.DataFrame(plain | columns)


def ids(made: Choice) -> list[str]:
    return made.pool["title_id"].iloc[made.chosen].tolist()


@st.composite
def pools(draw: st.DrawFn) -> pd.DataFrame:
    count = draw(st.integers(1, 8))
    tenths = st.integers(0, 10).map(lambda n: n / 10)  # many ties

    def some(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=count, max_size=count))

    return pool_of(
        count,
        appeal=some(tenths),
        score=some(tenths),
        kind=some(st.sampled_from(KINDS)),
        decade=some(st.sampled_from(DECADES)),
        genres=some(st.lists(st.sampled_from(GENRES), unique=True)),
    )


@st.composite
def shares(draw: st.DrawFn) -> dict[str, Any]:
    pair = st.tuples(st.integers(0, 10), st.integers(0, 10)).map(sorted)
    share = pair.map(lambda p: {"min": p[0] / 20, "max": 0.3 + 0.7 * p[1] / 10})
    return {
        group: draw(st.dictionaries(st.sampled_from(names), share, max_size=2))
        for group, names in (("genre", GENRES), ("kind", KINDS), ("decade", DECADES))
    }


@settings(max_examples=40, deadline=None)
@given(pools(), shares(), st.data())
def test_the_choice_is_the_best_of_all(pool: pd.DataFrame, asked: dict[str, Any], data: st.DataObject) -> None:
    try:
        brief = brief_of(data.draw(st.integers(1, len(pool))), shares=asked)
    except ValueError:
        return  # minima that add up to more than the offer
    made = choose(pool, brief)
    member = membership(pool, made.demands)
    best = (10**9, 0.0)
    for some in itertools.combinations(range(len(pool)), brief.size):
        held = member[:, list(some)].sum(axis=1)
        missed = sum(max(d.low - n, n - d.high, 0) for d, n in zip(made.demands, held, strict=True))
        best = min(best, (int(missed), -float(pool["appeal"].iloc[list(some)].sum())))
    assert sum(abs(miss.by) for miss in made.misses) == best[0]
    assert made.solution.objective == pytest.approx(-best[1], abs=1e-6)
    assert made.proven
    assert bool(made.conflicts) == bool(made.misses) == bool(made.nearest)


@settings(max_examples=20, deadline=None)
@given(pools(), shares(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(pool: pd.DataFrame, asked: dict[str, Any], random: Any) -> None:
    try:
        brief = brief_of(max(1, len(pool) // 2), shares=asked)
    except ValueError:
        return
    order = list(range(len(pool)))
    random.shuffle(order)
    assert ids(choose(pool, brief)) == ids(choose(pool.iloc[order].reset_index(drop=True), brief))


def test_ties_go_by_score_and_then_by_id() -> None:
    pool = pool_of(4, title_id=["d", "c", "b", "a"], appeal=0.5, score=[1.0, 1.0, 2.0, 1.0])
    assert ids(choose(pool, brief_of(3))) == ["b", "a", "c"]


def test_demands_by_director_studio_and_age_mark() -> None:
    pool = pool_of(
        4,
        directors=[["A", "B"], ["b"], [], ["C"]],
        studio=["Mosfilm; Lenfilm", "МОСФИЛЬМ", None, "mosfilm"],
        age_rating=["18+", "12+", None, "12+ "],
    )
    demands = [
        Demand("director", "B", 0, 1),
        Demand("studio", "Mosfilm", 0, 1),
        Demand("studio", "Мосфильм", 0, 1),
        Demand("age_mark", "12+", 0, 1),
    ]
    assert membership(pool, demands).astype(int).tolist() == [[1, 1, 0, 0], [1, 0, 0, 1], [0, 1, 0, 0], [0, 1, 0, 1]]
    made = choose(pool, brief_of(2, shares={"director": {"B": {"max": 0.5}}, "age_mark": {"12+": {"min": 0.5}}}))
    assert ids(made) == ["t0", "t3"]


def test_tiers_by_appeal_are_demands() -> None:
    package = {"tiers": {"locomotive": 0.8, "core": 0.6}}
    made = choose(pool_of(), brief_of(3, package=package, shares={"tier": {"library": {"min": 0.5}}}))
    assert ids(made) == ["t0", "t4", "t5"]


def test_a_budget_is_kept_and_what_it_costs_is_said() -> None:
    pool = pool_of(4, ask_price=[100.0, 60.0, 50.0, 40.0], currency="EUR")
    made = choose(pool, brief_of(2, budget={"total": 110, "currency": "EUR"}))
    assert ids(made) == ["t1", "t2"]
    assert made.cost == 110
    assert {price.side for price in made.prices} == {"size", "budget"}
    assert made.prices[-1].shadow is not None and made.prices[-1].shadow > 0


def test_too_small_a_budget_gives_fewer_titles_with_the_shares_of_these() -> None:
    pool = pool_of(6, ask_price=50.0, currency="EUR", genres=[["War"]] * 3 + [["Drama"]] * 3)
    brief = brief_of(6, budget={"total": 100, "currency": "EUR"}, shares={"genre": {"Drama": {"min": 0.5}}})
    made = choose(pool, brief)
    assert ids(made) == ["t0", "t3"]
    assert not made.misses
    assert made.budget_needed is not None
    assert made.budget_needed.after == 300
    with pytest.raises(NotEnoughDataError, match="not one title"):
        choose(pool, brief_of(1, budget={"total": 49, "currency": "EUR"}))


def test_titles_without_a_price_are_named_and_treated_as_said() -> None:
    pool = pool_of(3, ask_price=[None, None, 10.0], floor_price=[None, 8.0, 5.0], currency="EUR")
    left_out = choose(pool, brief_of(2, budget={"total": 100, "currency": "EUR"}))
    assert ids(left_out) == ["t1", "t2"]
    assert any("1 title (t0) has no price and cannot be offered" in note for note in left_out.notes)
    assert any("1 title (t1) has only a floor price" in note for note in left_out.notes)
    assumed = choose(pool, brief_of(2, budget={"total": 100, "currency": "EUR", "assume": 20}))
    assert ids(assumed) == ["t0", "t1"]
    assert assumed.cost == 28
    assert any("taken to cost 20.00 EUR" in note for note in assumed.notes)
    with pytest.raises(NotEnoughDataError, match="none of the 3 eligible"):
        choose(pool.drop(columns=["ask_price", "floor_price"]), brief_of(2, budget={"total": 9, "currency": "EUR"}))

    with pytest.raises(NotEnoughDataError, match="the only eligible title cannot be offered under the budget"):
        choose(pool_of(1), brief_of(1, budget={"total": 9, "currency": "EUR"}))


def test_a_locked_title_without_a_price_is_not_said_to_be_left_out() -> None:
    pool = pool_of(3, ask_price=[10.0, None, None], currency="EUR")
    made = choose(pool, brief_of(2, budget={"total": 100, "currency": "EUR"}, lock={"title_ids": ["t2"]}))
    assert ids(made) == ["t0", "t2"]
    refused, kept = made.notes
    assert "1 title (t1) has no price and cannot be offered" in refused
    assert "1 title (t2) has no price, but a lock: offered, and counted as nothing" in kept


def test_currencies_are_converted_or_named() -> None:
    pool = pool_of(3, ask_price=[10.0, 10.0, 10.0], currency=["EUR", "usd ", "CNY"])
    with pytest.raises(DataError) as caught:
        choose(pool, brief_of(2, budget={"total": 100, "currency": "EUR", "rates": {"USD": 0.5}}))
    assert "1 title (t2) has prices in CNY" in str(caught.value)
    assert "rates" in str(caught.value.hint)
    rates = {"USD": 0.5, "CNY": 0.1}
    assert choose(pool, brief_of(3, budget={"total": 100, "currency": "EUR", "rates": rates})).cost == 16
    with pytest.raises(DataError, match="1 title \\(t1\\) has a price without a currency"):
        choose(pool.assign(currency=["EUR", None, "EUR"]), brief_of(2, budget={"total": 100, "currency": "EUR"}))
    unstated = choose(pool.drop(columns="currency"), brief_of(3, budget={"total": 100, "currency": "EUR"}))
    assert unstated.cost == 30
    with pytest.raises(DataError, match="floor price above the asking price"):
        choose(pool.assign(currency="EUR", floor_price=11.0), brief_of(2, budget={"total": 100, "currency": "EUR"}))


def test_fees_of_tiers_stand_in_for_prices() -> None:
    pool = pool_of(4, ask_price=[90.0, 90, 90, 5], floor_price=[70.0, 10, 10, 1], currency="EUR")
    parts = {
        "package": {"tiers": {"locomotive": 0.8, "core": 0.7}},
        "budget": {"total": 1000, "currency": "EUR", "fees": {"locomotive": 60, "core": 30, "library": 20}},
    }
    made = choose(pool, brief_of(3, **parts))
    assert ids(made) == ["t1", "t2", "t3"]  # t0 asks 70 at least, its tier pays 60
    assert made.cost == 60 + 30 + 5
    assert any("t0" in note and "above the fee of the tier" in note for note in made.notes)
    locked = choose(pool, brief_of(3, **parts, lock={"title_ids": ["t0"]}))
    assert ids(locked) == ["t0", "t1", "t2"]
    assert locked.cost == 60 + 60 + 30
    assert any("(t0)" in note and "offered at the fee" in note for note in locked.notes)
    assert not any("cannot be offered" in note for note in locked.notes)
    bare = choose(pool.assign(ask_price=[90.0, None, 90, 5]), brief_of(3, **parts))
    assert bare.cost == made.cost
    assert not any("counts in place" in note for note in bare.notes)  # the fee counts


def test_value_is_appeal_times_price_less_materials() -> None:
    pool = pool_of(4, ask_price=[10.0, 10, 100, 40], currency="EUR")
    parts = {"package": {"objective": "value"}, "budget": {"currency": "EUR"}}
    made = choose(pool, brief_of(2, **parts))
    assert ids(made) == ["t2", "t3"]
    assert made.solution.objective == pytest.approx(0.7 * 100 + 0.6 * 40)
    dear = choose(pool, brief_of(2, **parts), penalty=np.array([0.0, 0, 0, 20]))
    assert ids(dear) == ["t0", "t2"]


def test_a_careful_choice_counts_the_lower_ends() -> None:
    pool = pool_of(3, low=[0.1, 0.75, 0.65], high=[1.0, 0.85, 0.75], countries=[["RU"], ["FR"], []])
    assert ids(choose(pool, brief_of(2))) == ["t0", "t1"]
    assert ids(choose(pool, brief_of(2, package={"objective": "careful"}))) == ["t1", "t2"]


def test_near_duplicates_are_titles_franchises_and_hands() -> None:
    pool = pool_of(
        4, title=["Duel", "Duel!", "Other", "Last"], franchise=None, directors=[["A"], ["B"], ["a"], ["C"]]
    ).assign(genres=[["War"], ["War"], ["War"], ["War"]])
    assert ids(choose(pool, brief_of(2))) == ["t0", "t1"]
    assert ids(choose(pool, brief_of(2, package={"diversity": 0.3}))) == ["t1", "t2"]
    # Title and director's genre of the first three: a whole penalty and a half.
    three = choose(pool, brief_of(3, package={"diversity": 0.1}))
    assert ids(three) == ["t0", "t1", "t2"]
    assert three.solution.objective == pytest.approx(2.4 - 0.15)


def test_caps_from_elsewhere_are_firm_and_follow_the_size() -> None:
    pool = pool_of(6, genres=[["War"]] * 4 + [["Drama"]] * 2)
    cap = ExtraDemand("titles of cinema", np.array([1, 1, 1, 0, 0, 0], dtype=bool), high=lambda size: size // 4)
    made = choose(pool, brief_of(4, shares={"genre": {"War": {"min": 0.75}}}), extra=[cap])
    assert made.demands[-1] == Demand("rule", "titles of cinema", 0, 1)
    assert ids(made) == ["t0", "t3", "t4", "t5"]
    assert [miss.demand.name for miss in made.misses] == ["War"]
    assert "at most 1 of titles of cinema" in made.conflicts[0].text


def test_masks_and_penalties_follow_their_titles_whatever_the_order() -> None:
    pool = pool_of(4)
    turned = pool.iloc[::-1].reset_index(drop=True)
    cap = ExtraDemand("first", (turned["title_id"] == "t0").to_numpy(), high=0)
    penalty = np.where(turned["title_id"] == "t1", 0.5, 0.0)
    assert ids(choose(turned, brief_of(2), extra=[cap], penalty=penalty)) == ["t2", "t3"]


def test_after_decisions_as_little_changes_as_can() -> None:
    pool = pool_of(6)
    made = choose(pool, brief_of(3))
    again = rechoose(pool, brief_of(3), ids(made), accept=["t5"], reject=["t0"], hold=["t2"])
    assert ids(again) == ["t1", "t2", "t5"]
    assert again.again
    assert ids(rechoose(pool, brief_of(3), ids(made), reject=["nowhere"])) == ids(made)


def test_choices_of_a_thousand_titles_are_proven() -> None:
    rng = np.random.default_rng(7)
    count = 1_000
    pool = pool_of(
        count,
        appeal=rng.beta(2, 3, count).round(3),
        score=rng.normal(size=count),
        kind=rng.choice(KINDS, count, p=[0.8, 0.2]),
        decade=rng.choice(DECADES, count),
        genres=[list(rng.choice(GENRES, rng.integers(0, 3), replace=False)) for _ in range(count)],
    )
    asked = {
        "genre": {"Drama": {"min": 0.4, "max": 0.5}, "War": {"max": 0.1}, "Comedy": {"min": 0.45}},
        "kind": {"animation": {"min": 0.3}},
        "decade": {"1960s": {"min": 0.5}, "unknown": {"max": 0.1}},
    }
    made = choose(pool, brief_of(300, shares=asked))
    assert made.proven
    assert not made.misses
    assert pool["appeal"].nlargest(300).sum() > made.solution.objective
    assert sum(len(found.others) == 3 for found in made.substitutes) > 250
