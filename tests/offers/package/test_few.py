"""Where few choices are left open, each is looked at: against every choice there is."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from package_instances import random_problem

from recommender.offers.package import Problem
from recommender.offers.package._few import best_changed, changes_within
from recommender.offers.package._linear import keeps, linear_of

losses_in_quarters = st.lists(st.integers(0, 12).map(lambda value: value / 4), max_size=9)


@given(losses_in_quarters, st.integers(-1, 30).map(lambda value: value / 4))
def test_all_sets_within_the_gap_are_returned_and_no_other(losses: list[float], gap: float) -> None:
    found = changes_within(np.array(losses), gap)
    assert found is not None
    sets = [tuple(np.flatnonzero(change)) for change in found]
    every = itertools.chain.from_iterable(
        itertools.combinations(range(len(losses)), size) for size in range(len(losses) + 1)
    )
    within = {some for some in every if sum(losses[title] for title in some) <= gap}
    assert len(sets) == len(set(sets))
    assert set(sets) == within | {()}  # nothing changed is always among them


@pytest.mark.parametrize(("count", "few"), [(12, True), (13, False)])
def test_many_sets_are_left_to_the_solver(count: int, few: bool) -> None:
    found = changes_within(np.zeros(count), 0.0)
    assert (found is not None) == few
    assert found is None or len(found) == 2**count


def test_many_titles_are_left_to_the_solver() -> None:
    assert changes_within(np.full(64, 9.0), 1.0) is not None
    assert changes_within(np.full(65, 9.0), 1.0) is None


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 8))
def test_the_best_of_the_changed_choices_is_found(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    linear = linear_of(random_problem(rng, count, curved=False, easy=True).fitted())
    linear = replace(linear, fixed_in=np.zeros(count, dtype=bool), fixed_out=np.zeros(count, dtype=bool))
    side = rng.random(count) < 0.5
    open_titles = np.flatnonzero(rng.random(count) < 0.7)
    changes = changes_within(np.zeros(len(open_titles)), 0.0)
    assert changes is not None
    given_side = side.copy()
    found = best_changed(linear, side, open_titles, changes)
    assert (side == given_side).all()

    settled = ~np.isin(np.arange(count), open_titles)
    every = itertools.product([False, True], repeat=count)
    can = [taken for taken in map(np.array, every) if (taken[settled] == side[settled]).all() and keeps(linear, taken)]
    if not can:
        assert found is None
        return
    assert found is not None
    assert any((found == taken).all() for taken in can)
    assert linear.gain[found].sum() == pytest.approx(max(linear.gain[taken].sum() for taken in can), abs=1e-9)


def test_only_the_sets_that_are_given_count() -> None:
    problem = Problem([0.1, 0.2, 0.3, 0.4], 2)
    side = np.array([True, True, False, False])
    swaps = np.array([[True, False, True, False], [False, False, False, False]])
    found = best_changed(linear_of(problem), side, np.arange(4), swaps)
    assert found is not None
    assert found.tolist() == [False, True, True, False]  # 1 and 3 would be better, and are not asked about
    assert best_changed(linear_of(problem), side, np.arange(4), np.array([[True, False, False, False]])) is None
