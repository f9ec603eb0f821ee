from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from package_instances import best, keeps, problems

from recommender.offers.package import (
    Decisions,
    Problem,
    Solution,
    marginal_values,
    prices,
    resolve,
    solve,
    substitutes,
)
from recommender.offers.package._curved import Curved, Cuts
from recommender.offers.package._linear import linear_of
from recommender.offers.package._relax import relax


def solved(problem: Problem) -> Solution:
    assume(best(problem.fitted()) is not None)
    return solve(problem)


def moved(problem: Problem, side: str, name: str, bound: float) -> Problem | None:
    if side == "size":
        return replace(problem, size=int(bound))
    if side == "budget":
        return replace(problem, budget=round(bound, 2))
    low, high = problem.low.copy(), problem.high.copy()
    (low if side == "minimum" else high)[problem.names.index(name)] = int(bound)
    return replace(problem, low=low, high=high)


def relaxation(problem: Problem) -> float | None:
    linear = linear_of(problem)
    found = relax(linear, Curved(problem, linear.scale), Cuts())
    return found.bound / linear.scale if found.feasible else None


@settings(max_examples=50, deadline=None)
@given(problems(8, easy=True))
def test_one_more_and_one_less_change_what_is_said(problem: Problem) -> None:
    made = solved(problem)
    for price in prices(problem, made):
        for change, sign in ((price.more, 1), (price.less, -1)):
            other = moved(made.problem, price.side, price.name, price.bound + sign * price.step)
            assert other is not None
            worth = best(other)
            if worth is None:
                assert change is None
            else:
                assert change == pytest.approx(worth - made.objective, abs=1e-6)
        assert price.exact
        if price.side == "minimum":
            assert price.shadow is not None and price.shadow <= 0
            assert (price.more or 0) <= 1e-9 and (price.less or 0) >= -1e-9
        if price.side in {"maximum", "budget"}:
            assert price.shadow is not None and price.shadow >= 0
            assert (price.more or 0) >= -1e-9 and (price.less or 0) <= 1e-9


@settings(max_examples=30, deadline=None)
@given(problems(8, easy=True, curved=False))
def test_shadow_prices_are_slopes_of_the_relaxation(problem: Problem) -> None:
    """The relaxation's worth is concave in every bound, and the shadow price touches it from above."""
    made = solved(problem)
    here = relaxation(made.problem)
    assert here is not None
    for price in prices(problem, made):
        for sign in (1, -1):
            there = moved(made.problem, price.side, price.name, price.bound + sign * price.step)
            worth = None if there is None or not 1 <= there.size <= there.count else relaxation(there)
            if worth is not None:
                assert price.shadow is not None
                assert worth <= here + sign * price.shadow + 1e-6


def test_a_later_choice_prices_no_part_of_a_title_that_stays() -> None:
    problem = Problem([0.9, 0.8, 0.5], 2, [[True, True, False]], [0], [1], names=("genre War",))
    again = resolve(problem, [0, 2], Decisions()).solution
    found = {(price.name, price.side): price for price in prices(problem, again)}
    assert found["genre War", "maximum"].more == 0
    assert found["genre War", "maximum"].shadow == pytest.approx(0, abs=1e-9)


def test_prices_of_a_demand_that_costs() -> None:
    problem = Problem([0.9, 0.8, 0.5, 0.3], 2, [[False, False, True, True]], [1], [2], names=("genre War",))
    found = {(price.name, price.side): price for price in prices(problem, solve(problem))}
    minimum = found["genre War", "minimum"]
    assert (minimum.shadow, minimum.more, minimum.less) == pytest.approx((-0.3, -0.6, 0.3))
    size = found["size", "size"]
    assert (size.more, size.less) == pytest.approx((0.8, -0.9))
    assert set(found) == {("genre War", "minimum"), ("size", "size")}


def test_a_share_at_its_very_limit_has_the_price_of_asking_less() -> None:
    """All titles of the group are in: one more cannot be had, and what breaking the demand would cost is no price."""
    war = Problem([0.9, 0.8, 0.1], 2, [[True, False, True]], [2], [2], names=("genre War",))
    short = Problem([0.9, 0.8, 0.7, 0.2], 2, [[True, False, False, True]], [3], [4], names=("genre War",))
    for problem, worth in ((war, 0.7), (short, 0.6)):
        minimum, size = prices(problem, solve(problem))
        assert (minimum.shadow, minimum.more, minimum.less) == (pytest.approx(-worth), None, pytest.approx(worth))
        assert (size.shadow, size.more, size.less) == (pytest.approx(0.8), pytest.approx(0.8), None)


def test_a_size_at_its_very_limit_has_the_price_of_fewer_titles_or_none() -> None:
    every = Problem([0.9, 0.8, 0.7, 0.2], 4)
    (size,) = prices(every, solve(every))
    assert (size.shadow, size.more, size.less) == (pytest.approx(0.2), None, pytest.approx(-0.2))
    locked = Problem([0.9, 0.8], 2, locked=[True, True])
    (size,) = prices(locked, solve(locked))
    assert (size.shadow, size.more, size.less) == (None, None, None)


@settings(max_examples=60, deadline=None)
@given(problems(8, curved=False))
def test_no_shadow_price_is_what_breaking_a_demand_would_cost(problem: Problem) -> None:
    made = solve(problem)
    for price in prices(problem, made):
        if price.side != "budget" and price.shadow is not None:
            assert abs(price.shadow) <= 10 * np.abs(problem.value).sum()


@settings(max_examples=90, deadline=None)
@given(problems(8))
def test_substitutes_are_the_best_valid_swaps(problem: Problem) -> None:
    made = solved(problem)
    for found in substitutes(made):
        swaps = {}
        for other in np.flatnonzero(~made.mask & ~problem.banned):
            taken = made.mask
            taken[[found.title, other]] = False, True
            if keeps(replace(made.problem, locked=made.problem.locked & taken), taken):
                swaps[int(other)] = problem.objective(taken) - made.objective
        ranked = sorted(swaps.values(), reverse=True)[:3]
        assert found.changes.tolist() == pytest.approx(ranked, abs=1e-7)
        assert [swaps[int(other)] for other in found.others] == pytest.approx(ranked, abs=1e-7)
        assert len(set(found.others.tolist())) == len(found.others)


@settings(max_examples=80, deadline=None)
@given(problems(8))
def test_marginal_values_are_those_of_solving_without(problem: Problem) -> None:
    made = solved(problem)
    for found in marginal_values(made):
        locked, banned = problem.locked.copy(), problem.banned.copy()
        locked[found.title], banned[found.title] = False, True
        without = best(replace(made.problem, locked=locked, banned=banned))
        assert found.exact
        if without is None:
            assert found.value is None
        else:
            assert found.value == found.least == pytest.approx(made.objective - without, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(problems(8))
def test_bounds_hold_the_marginal_values(problem: Problem) -> None:
    made = solved(problem)
    exact = marginal_values(made)
    for found, true in zip(marginal_values(made, exact=False), exact, strict=True):
        if true.value is None:
            assert found.value is None
        else:
            assert found.least is not None and found.value is not None
            assert found.least - 1e-6 <= true.value <= found.value + 1e-6


def test_what_is_missed_is_missed_by_no_more_after_a_swap() -> None:
    problem = Problem([0.9, 0.8, 0.7, 0.2], 2, [[True, False, False, True]], [3], [4])
    made = solve(problem)
    assert made.chosen.tolist() == [0, 3]
    assert made.missed.tolist() == [1]
    assert [found.others.tolist() for found in substitutes(made)] == [[], []]
    assert [found.value for found in marginal_values(made)] == [None, None]
    assert [price.less for price in prices(problem, made) if price.side == "minimum"] == pytest.approx([0.6])
