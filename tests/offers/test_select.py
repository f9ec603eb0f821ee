from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.offers import Shares
from recommender.offers._select import Selection, demands_of, membership, select

GENRES = ("Drama", "Comedy", "War")
DECADES = ("1960s", "1980s", "unknown")
KINDS = ("film", "animation")


@st.composite
def pools(draw: st.DrawFn) -> pd.DataFrame:
    count = draw(st.integers(1, 9))
    tenths = st.integers(0, 10).map(lambda n: n / 10)  # many ties
    appeal = draw(st.lists(tenths | st.floats(0, 1), min_size=count, max_size=count))
    return pd.DataFrame(
        {
            "title_id": [f"t{i}" for i in range(count)],
            "appeal": appeal,
            "score": draw(st.lists(tenths, min_size=count, max_size=count)),
            "kind": draw(st.lists(st.sampled_from(KINDS), min_size=count, max_size=count)),
            "decade": draw(st.lists(st.sampled_from(DECADES), min_size=count, max_size=count)),
            "genres": draw(st.lists(st.lists(st.sampled_from(GENRES), unique=True), min_size=count, max_size=count)),
        }
    )


@st.composite
def demands(draw: st.DrawFn) -> Shares:
    def share() -> st.SearchStrategy[dict[str, float]]:
        pair = st.tuples(st.integers(0, 10), st.integers(0, 10)).map(sorted)
        return pair.map(lambda p: {"min": p[0] / 20, "max": 0.3 + 0.7 * p[1] / 10})

    def some(names: tuple[str, ...]) -> dict[str, dict[str, float]]:
        chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=2))
        return {name: draw(share()) for name in chosen}

    return Shares.model_validate({"genre": some(GENRES), "kind": some(KINDS), "decade": some(DECADES)})


def brute_force(pool: pd.DataFrame, size: int, shares: Shares, locks: set[str]) -> tuple[int, float]:
    """Return the least number of titles missed and then the greatest total, over all choices."""
    asked = demands_of(shares, size)
    member = membership(pool, asked)
    locked = {i for i, title_id in enumerate(pool["title_id"]) if title_id in locks}
    best = (10**9, 0.0)
    for choice in itertools.combinations(range(len(pool)), size):
        if not locked <= set(choice):
            continue
        have = member[:, list(choice)].sum(axis=1)
        missed = sum(max(d.low - n, n - d.high, 0) for d, n in zip(asked, have, strict=True))
        total = float(pool["appeal"].round(6).iloc[list(choice)].sum())
        best = min(best, (int(missed), -total))
    return best[0], -best[1]


@settings(max_examples=120, deadline=None)
@given(pools(), demands(), st.data())
def test_the_choice_is_the_best_of_all(pool: pd.DataFrame, shares: Shares, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(pool)))
    locks = set(data.draw(st.lists(st.sampled_from(pool["title_id"].tolist()), unique=True, max_size=size)))
    made = select(pool, size, shares, locks)
    chosen = pool.iloc[made.chosen]
    assert len(chosen) == len(set(made.chosen.tolist())) == size
    assert locks <= set(chosen["title_id"])
    missed, total = brute_force(pool, size, shares, locks)
    assert sum(abs(miss.by) for miss in made.misses) == missed
    assert chosen["appeal"].round(6).sum() == pytest.approx(total, abs=1e-6)
    assert made.proven
    for demand, row in zip(made.demands, membership(pool, made.demands), strict=True):
        kept = demand.low <= row[made.chosen].sum() <= demand.high
        assert kept == (demand not in [miss.demand for miss in made.misses])


@settings(max_examples=60, deadline=None)
@given(pools(), demands(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(pool: pd.DataFrame, shares: Shares, random: object) -> None:
    size = max(1, len(pool) // 2)
    order = list(range(len(pool)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = pool.iloc[order].reset_index(drop=True)
    first, second = select(pool, size, shares), select(shuffled, size, shares)
    assert ids(pool, first) == ids(shuffled, second)


def ids(pool: pd.DataFrame, made: Selection) -> list[str]:
    return pool["title_id"].iloc[made.chosen].tolist()


def test_ties_go_by_score_and_then_by_id() -> None:
    pool = pd.DataFrame(
        {
            "title_id": ["d", "c", "b", "a"],
            "appeal": 0.5,
            "score": [1.0, 1.0, 2.0, 1.0],
            "kind": "film",
            "decade": "1960s",
            "genres": [[], [], [], []],
        }
    )
    assert ids(pool, select(pool, 3, Shares())) == ["b", "a", "c"]


def test_a_thousand_titles_with_many_demands_are_solved_and_proven() -> None:
    rng = np.random.default_rng(7)
    count = 1_000
    pool = pd.DataFrame(
        {
            "title_id": [f"t{i:04d}" for i in range(count)],
            "appeal": rng.beta(2, 3, count).round(3),
            "score": rng.normal(size=count),
            "kind": rng.choice(KINDS, count, p=[0.8, 0.2]),
            "decade": rng.choice(DECADES, count),
            "genres": [list(rng.choice(GENRES, rng.integers(0, 3), replace=False)) for _ in range(count)],
        }
    )
    shares = Shares.model_validate(
        {
            "genre": {"Drama": {"min": 0.4, "max": 0.5}, "War": {"max": 0.1}, "Comedy": {"min": 0.45}},
            "kind": {"animation": {"min": 0.3}},
            "decade": {"1960s": {"min": 0.5}, "unknown": {"max": 0.1}},
        }
    )
    made = select(pool, 300, shares)
    assert made.proven
    assert not made.misses
    assert pool["appeal"].iloc[made.chosen].sum() < pool["appeal"].nlargest(300).sum()
