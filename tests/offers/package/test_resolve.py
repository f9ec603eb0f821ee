from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from package_instances import choices, order_of_misses, problems

from recommender.errors import DataError
from recommender.offers.package import Decisions, Problem, marginal_values, prices, resolve, solve


@settings(max_examples=90, deadline=None)
@given(problems(7), st.data())
def test_the_fewest_changes_come_first_and_then_the_worth(problem: Problem, data: st.DataObject) -> None:
    # So that the size can always be had.
    problem = replace(problem, budget=None, firm=np.zeros(len(problem.low)))
    free = np.flatnonzero(~problem.banned).tolist()
    before = data.draw(st.lists(st.sampled_from(free), unique=True, min_size=1))
    kinds = {title: data.draw(st.sampled_from(["accept", "reject", "hold", "", ""])) for title in free}
    decisions = Decisions(
        accept=[title for title in free if kinds[title] == "accept"],
        reject=[title for title in free if kinds[title] == "reject"],
        hold=[title for title in before if kinds[title] == "hold"],
    )
    locked, banned = problem.locked.copy(), problem.banned.copy()
    locked[list(decisions.accept)] = True
    locked[list(decisions.reject)], banned[list(decisions.reject)] = False, True
    decided = replace(problem, locked=locked, banned=banned).fitted()
    if decided.size == 0:
        return
    again = resolve(problem, before, decisions)

    def key(taken: np.ndarray) -> tuple[object, ...]:
        held = sum(not taken[title] for title in decisions.hold)
        gone = sum(not taken[title] for title in before)
        return order_of_misses(decided, taken), held, gone

    every = [taken for taken in choices(decided, [decided.size]) if not (decided.locked & ~taken).any()]
    least = min(map(key, every))
    made = again.solution
    assert key(made.mask) == least
    worth = max(decided.objective(taken) for taken in every if key(taken) == least)
    assert made.objective == pytest.approx(worth, abs=1e-7)
    assert made.proven
    assert sorted([*again.kept, *again.dropped]) == sorted(before)
    assert sorted([*again.kept, *again.added]) == made.chosen.tolist()


def test_questions_about_a_choice_after_decisions_are_answered() -> None:
    problem = Problem([0.9, 0.8, 0.7, 0.6, 0.5], 2, [[True, False, True, False, True]], [1], [1])
    again = resolve(problem, [2, 3], Decisions(hold=[3]))
    assert again.solution.chosen.tolist() == [2, 3]
    assert [price.name for price in prices(problem, again.solution)] == ["demand 1", "size"]
    # Without 2 title 0 comes in its place, without 3 title 1.
    assert [found.value for found in marginal_values(again.solution)] == pytest.approx([-0.2, -0.2])


def test_nothing_decided_changes_nothing_where_the_choice_is_kept() -> None:
    problem = Problem([0.9, 0.8, 0.7, 0.6], 2)
    again = resolve(problem, [2, 3], Decisions(), near=solve(problem))
    assert again.kept.tolist() == [2, 3]
    assert again.dropped.size == again.added.size == 0


@pytest.mark.parametrize(
    ("decisions", "said"),
    [
        (Decisions(accept=[1], reject=[1]), "title 1 is both accepted and rejected"),
        (Decisions(accept=[0]), "title 0 is accepted, but must not be offered"),
    ],
)
def test_contradictions_are_named(decisions: Decisions, said: str) -> None:
    with pytest.raises(DataError, match=said):
        resolve(Problem([0.9, 0.8, 0.7], 1, banned=[True, False, False]), [1], decisions)
