from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from package_instances import Sides, best, problems

from recommender.offers.package import Problem, budget_needed, conflict, conflicts, nearest, solve


def changed(problem: Problem) -> Problem:
    """Return the problem with the changes that `nearest` names."""
    low, high, size, budget = problem.low.copy(), problem.high.copy(), problem.size, problem.budget
    for change in nearest(problem):
        if change.side == "size":
            size = int(change.after)
        elif change.side == "budget":
            budget = change.after
        else:
            (low if change.side == "minimum" else high)[problem.names.index(change.what)] = int(change.after)
    return replace(problem, low=low, high=high, size=size, budget=budget)


@settings(max_examples=90, deadline=None)
@given(problems(6, curved=False))
def test_the_conflict_is_the_smallest_of_all(problem: Problem) -> None:
    sides = Sides(problem)
    found = conflict(problem)
    if sides.can(frozenset(sides.all)):
        assert found is None
        assert nearest(problem) == ()
        return
    assert found is not None
    assert not sides.can(frozenset(found.sides))
    for size in range(len(found.sides)):
        assert all(sides.can(frozenset(fewer)) for fewer in itertools.combinations(sides.all, size))
    assert len(found.parts) == len(found.sides)


def test_a_size_beyond_all_titles_is_the_conflict() -> None:
    found = conflict(Problem([0.3, 0.2, 0.1], 50))
    assert found is not None
    assert found.text == "This cannot be kept: exactly 50 titles (there are 3)."


@settings(max_examples=40, deadline=None)
@given(problems(6, curved=False))
def test_the_nearest_brief_works_and_no_nearer_does(problem: Problem) -> None:
    mended = changed(problem)
    assert conflict(mended) is None
    made = solve(problem) if mended.size else None
    if made is not None:
        # As many titles are changed in the numbers as the offer misses.
        moved = np.abs(mended.low - problem.low).sum() + np.abs(mended.high - problem.high).sum()
        assert moved == np.abs(made.missed).sum()


@settings(max_examples=40, deadline=None)
@given(problems(6, curved=False))
def test_the_budget_needed_is_the_least(problem: Problem) -> None:
    problem = problem.fitted()
    needed = budget_needed(problem)
    if problem.budget is None:
        assert needed is None
    elif needed is not None:
        assert best(replace(problem, budget=needed.after)) is not None
        assert best(replace(problem, budget=needed.after - 0.01)) is None
    elif best(problem) is None:
        assert best(replace(problem, budget=1e9)) is None


def test_conflicts_without_a_demand_in_common_are_all_found() -> None:
    value = np.linspace(0.9, 0.1, 10)
    comedy, war, old = value > 0.6, value < 0.3, value > 0
    members = [comedy, war, old, old & comedy]
    problem = Problem(value, 6, members, [5, 4, 0, 0], [10, 10, 2, 10], names=("Comedy", "War", "old", "old comedy"))
    texts = [found.text for found in conflicts(problem)]
    assert {*texts[:2]} == {
        "This cannot be kept: at least 5 of Comedy (there are 4).",
        "This cannot be kept: at least 4 of War (there are 3).",
    }
    assert texts[2:] == [
        "These cannot be kept together: at most 2 of old; exactly 6 titles.",
    ]


def test_a_conflict_of_locks_names_them() -> None:
    problem = Problem([0.9, 0.8, 0.7, 0.6], 2, [[True, True, False, False]], [0], [1], names=("Horror",))
    found = conflict(replace(problem, locked=np.array([True, True, False, False])))
    assert found is not None
    assert found.text == "These cannot be kept together: at most 1 of Horror; the 2 locked titles."


def test_a_budget_conflict_says_what_would_do() -> None:
    problem = Problem(
        [0.9, 0.8, 0.7], 2, [[True, True, False]], [2], [2], names=("War",), cost=[5, 5.5, 1], budget=8, currency="EUR"
    )
    found = conflict(problem)
    assert found is not None
    assert found.text == "These cannot be kept together: at least 2 of War; a budget of 8.00 EUR."
    assert [change.text for change in nearest(problem)] == ["lower the minimum of War from 2 to 1"]
    needed = budget_needed(problem)
    assert needed is not None
    assert needed.text == "raise the budget from 8.00 to 10.50 EUR"


@pytest.mark.parametrize("size", [3, 4])
def test_more_titles_than_there_are_is_a_conflict_of_the_size_alone(size: int) -> None:
    found = conflict(Problem([0.5, 0.4], size))
    assert found is not None
    assert found.text == f"This cannot be kept: exactly {size} titles (there are 2)."
