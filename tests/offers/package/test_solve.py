from __future__ import annotations

import ctypes
import os
import shlex
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from package_instances import best_with_misses, order_of_misses, problems

import recommender.offers.package
from recommender.errors import DataError
from recommender.offers.package import Problem, Risk, solve
from recommender.offers.package._milp import milp


def test_the_public_names_are_there() -> None:
    names = recommender.offers.package.__all__
    assert sorted(names) == names
    assert all(hasattr(recommender.offers.package, name) for name in names)


def test_the_solver_s_own_lines_are_kept_off_the_standard_output(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    c = ctypes.CDLL(None)
    c.puts(b"before, in a buffer of C")

    def talkative(*args: object, **kwargs: object) -> object:
        c.puts(b"HighsMipSolverData")
        os.write(1, b"HighsMipSolverData\n")
        return args, kwargs

    monkeypatch.setattr("scipy.optimize.milp", talkative)
    assert milp([1.0], options={}) == (([1.0],), {"options": {}})
    c.puts(b"after")
    c.fflush(None)
    assert capfd.readouterr().out == "before, in a buffer of C\nafter\n"


def test_the_solver_works_where_the_standard_output_is_closed() -> None:
    code = "from recommender.offers.package._milp import milp; raise SystemExit(int(milp([1.0]).status))"
    done = subprocess.run(f"{shlex.quote(sys.executable)} -c '{code}' >&-", shell=True, check=False)
    assert done.returncode == 0


@settings(max_examples=160, deadline=None)
@given(problems())
def test_the_choice_is_the_best_of_all(problem: Problem) -> None:
    misses, worth = best_with_misses(problem)
    if misses[1] == problem.fitted().size:
        return  # not even one title can be had for the budget
    made = solve(problem)
    fitted = problem.fitted()
    assert order_of_misses(fitted, made.mask) == misses
    assert made.objective == pytest.approx(worth, abs=1e-7)
    assert made.objective == pytest.approx(problem.objective(made.mask), abs=1e-12)
    assert made.proven
    assert made.gap == 0
    assert made.bound >= made.objective
    assert made.mask[problem.locked].all()
    assert not made.mask[problem.banned].any()
    assert made.missed.tolist() == fitted.missed(made.mask).tolist()
    assert not made.problem.missed(made.mask).any()


def many(count: int = 3_000, seed: int = 5) -> Problem:
    rng = np.random.default_rng(seed)
    genre = rng.random((4, count)) < np.array([0.4, 0.25, 0.15, 0.05])[:, None]
    decade = rng.integers(0, 5, count)
    value = rng.beta(2, 3, count).round(6)
    return Problem(
        value,
        120,
        np.vstack([genre, [decade == number for number in range(4)]]),
        [0, 30, 25, 12, 30, 10, 10, 30],
        [50, 40, 120, 120, 120, 120, 20, 120],
        cost=np.round(np.exp(rng.normal(9, 0.8, count)) * (0.5 + value), 2),
        budget=900_000.0,
        locked=np.arange(count) % 500 == 7,
        banned=np.arange(count) % 50 == 3,
    )


def whole(problem: Problem) -> float:
    """Solve the whole program at once, without classes, prices or cores."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows = np.vstack([np.ones(problem.count), problem.members, problem.cost])
    answer = milp(
        -1000 * problem.value,
        constraints=[
            LinearConstraint(
                rows, np.r_[problem.size, problem.low, -np.inf], np.r_[problem.size, problem.high, problem.budget]
            )
        ],
        bounds=Bounds(problem.locked.astype(float), 1.0 - problem.banned),
        integrality=np.ones(problem.count),
        options={"mip_rel_gap": 0.0},
    )
    return float(-answer.fun / 1000)


@pytest.mark.parametrize("seed", [5, 6])
def test_thousands_of_titles_give_what_the_whole_program_gives(seed: int) -> None:
    problem = many(seed=seed)
    made = solve(problem)
    assert made.proven
    assert made.objective == pytest.approx(whole(problem), abs=2e-6)
    assert made.state.relaxed.inside.sum() < problem.count  # most titles were only priced
    assert problem.total_cost(made.mask) <= 900_000


def test_a_choice_near_another_is_the_same_as_from_the_start() -> None:
    problem = many()
    first = solve(problem)
    moved = replace(problem, budget=850_000.0)
    assert solve(moved, near=first).chosen.tolist() == solve(moved).chosen.tolist()


def test_ties_go_by_place() -> None:
    assert solve(Problem(np.full(6, 0.5), 3)).chosen.tolist() == [0, 1, 2]
    members = [[True, False, True, False, True, False]]
    assert solve(Problem(np.full(6, 0.5), 3, members, [2], [2])).chosen.tolist() == [0, 1, 2]


def test_the_budget_is_kept_to_the_cent_and_may_be_spent_to_the_cent() -> None:
    value, cost = [0.9, 0.8, 0.7], [100.01, 50.0, 49.99]
    assert solve(Problem(value, 2, cost=cost, budget=150.01)).chosen.tolist() == [0, 1]
    assert solve(Problem(value, 2, cost=cost, budget=150.00)).chosen.tolist() == [0, 2]


def test_near_duplicates_push_each_other_out() -> None:
    value, alike = [0.9, 0.89, 0.88, 0.5], [[True, True, True, False]]
    assert solve(Problem(value, 2, alike=alike, alike_penalty=[0.0])).chosen.tolist() == [0, 1]
    assert solve(Problem(value, 2, alike=alike, alike_penalty=[0.5])).chosen.tolist() == [0, 3]
    # Three of a group are three pairs.
    three = Problem(value, 3, alike=alike, alike_penalty=[0.1])
    assert three.objective(np.array([True, True, True, False])) == pytest.approx(2.67 - 0.3)


def test_a_careful_choice_prefers_what_is_known_and_what_errs_apart() -> None:
    alone, together = np.array([[0, 1, 2, 3]]), np.array([[0, 0, 1, 2]])
    wide = Risk(np.array([0.4, 0.1, 0.1, 0.1]), np.zeros(4), alone, 0.0)
    value = [0.6, 0.55, 0.54, 0.5]
    assert solve(Problem(value, 2, risk=wide)).chosen.tolist() == [0, 1]
    assert solve(Problem(value, 2, risk=wide, careful=True)).chosen.tolist() == [1, 2]
    linked = Risk(np.full(4, 0.3), np.full(4, 0.3), together, 1.0)
    assert solve(Problem(value, 2, risk=linked, careful=True)).chosen.tolist() == [0, 2]


def test_the_interval_follows_the_stated_model() -> None:
    down, families = np.array([0.3, 0.4]), np.array([[0, 0], [0, 1]])
    both = np.array([True, True])
    for rho, square in ((0.0, 0.25), (1.0, 0.25 + 2 * 0.5 * 0.12), (0.5, 0.25 + 2 * 0.25 * 0.12)):
        problem = Problem([0.5, 0.5], 2, risk=Risk(down, 2 * down, families, rho))
        low, high = problem.interval(both) or (0, 0)
        assert low == pytest.approx(1 - square**0.5)
        assert high == pytest.approx(1 + 2 * square**0.5)


@pytest.mark.parametrize(
    ("firm", "chosen", "missed"), [([False, True], [0, 2], [1, 0]), ([True, False], [0, 1], [0, -1])]
)
def test_a_firm_demand_is_missed_last(firm: list[bool], chosen: list[int], missed: list[int]) -> None:
    both = [[True, True, False]] * 2
    made = solve(Problem([0.9, 0.8, 0.1], 2, both, [2, 0], [2, 1], names=("genre War", "foreign titles"), firm=firm))
    assert made.chosen.tolist() == chosen
    assert made.missed.tolist() == missed


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"members": [[True]]}, "members has the shape"),
        ({"low": [1], "high": [1, 2], "members": [[True, False]]}, "high has the shape"),
        ({"budget": 3.0}, "a budget without costs"),
        ({"cost": [1.0, np.nan], "budget": 3.0}, "cost has missing"),
        ({"locked": [1, 0], "banned": [1, 0]}, "locked and banned"),
        ({"careful": True}, "needs the titles' intervals"),
        ({"names": ("a", "b")}, "2 names for 0 demands"),
    ],
)
def test_what_does_not_fit_is_named(parts: dict[str, object], said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        Problem([0.5, 0.6], 1, **parts)  # type: ignore[arg-type]
    assert caught.value.hint


def test_nothing_to_choose_from_is_named() -> None:
    with pytest.raises(DataError, match="no title to choose"):
        solve(Problem([0.5], 1, banned=[True]))
