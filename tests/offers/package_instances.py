"""Small random packages, and the same questions answered by trying every choice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import strategies as st

from recommender.offers.package import Problem, Risk


@st.composite
def problems(draw: st.DrawFn, most: int = 8, *, curved: bool = True, easy: bool = False) -> Problem:
    """Draw a problem of a few titles; half of them with ties, costs, near-duplicates or intervals."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return random_problem(rng, draw(st.integers(2, most)), curved=curved, easy=easy)


def random_problem(rng: np.random.Generator, count: int, *, curved: bool = True, easy: bool = False) -> Problem:
    demands = int(rng.integers(0, 5))
    low = rng.integers(0, 2 if easy else 4, demands)
    locked = rng.random(count) < 0.12
    parts: dict[str, object] = {
        "value": rng.integers(0, 11, count) / 10 if rng.random() < 0.5 else rng.random(count),
        "size": int(rng.integers(1, count + 1)),
        "members": rng.random((demands, count)) < 0.45,
        "low": low,
        "high": low + rng.integers(1 if easy else 0, 4, demands),
        "firm": rng.random(demands) < 0.2,
        "locked": locked,
        "banned": (rng.random(count) < 0.12) & ~locked,
    }
    if rng.random() < 0.5:
        parts["cost"] = rng.integers(1, 20, count).astype("float64")
        parts["budget"] = float(rng.integers(40 if easy else 5, 90 if easy else 60))
    if curved and rng.random() < 0.4:
        parts["alike"] = rng.random((2, count)) < 0.4
        parts["alike_penalty"] = rng.random(2) * 0.4
    if curved and rng.random() < 0.5:
        rho = float(rng.choice([0.0, 0.3, 1.0]))
        parts["risk"] = Risk(rng.random(count) * 0.3, rng.random(count) * 0.3, rng.integers(0, 3, (2, count)), rho)
        parts["careful"] = bool(rng.random() < 0.6)
    problem = Problem(**parts)  # type: ignore[arg-type]
    return problem if (~problem.banned).any() else replace(problem, banned=np.zeros(count))


def choices(problem: Problem, sizes: list[int] | None = None) -> Iterator[np.ndarray]:
    """Yield every choice without a banned title, of these sizes or of any."""
    free = np.flatnonzero(~problem.banned)
    for size in range(len(free) + 1) if sizes is None else sizes:
        for some in itertools.combinations(free, size):
            taken = np.zeros(problem.count, dtype=bool)
            taken[list(some)] = True
            yield taken


def keeps(problem: Problem, taken: np.ndarray) -> bool:
    """Return whether a choice keeps everything."""
    return bool(
        taken.sum() == problem.size
        and not (problem.locked & ~taken).any()
        and not (problem.banned & taken).any()
        and not problem.missed(taken).any()
        and (problem.budget is None or problem.total_cost(taken) <= problem.budget + 1e-9)
    )


def best(problem: Problem) -> float | None:
    """Return the greatest worth of a choice that keeps everything, or None where there is none."""
    if not 1 <= problem.size <= problem.count:
        return None
    worths = [problem.objective(taken) for taken in choices(problem, [problem.size]) if keeps(problem, taken)]
    return max(worths, default=None)


def order_of_misses(problem: Problem, taken: np.ndarray) -> tuple[int, int, int]:
    """Return what is missed: firm demands, titles, other demands."""
    missed = np.abs(problem.missed(taken))
    return int(missed[problem.firm].sum()), problem.size - int(taken.sum()), int(missed[~problem.firm].sum())


def best_with_misses(problem: Problem) -> tuple[tuple[int, int, int], float]:
    """Return the least misses in their order, and the greatest worth of a choice with these."""
    problem = problem.fitted()
    budget = None if problem.budget is None else max(problem.budget, problem.total_cost(problem.locked))
    keyed = [
        (order_of_misses(problem, taken), -problem.objective(taken))
        for taken in choices(problem, list(range(problem.size + 1)))
        if not (problem.locked & ~taken).any() and (budget is None or problem.total_cost(taken) <= budget + 1e-9)
    ]
    misses, worth = min(keyed)
    return misses, -worth


class Sides:
    """Whether any set of a problem's demands can be kept, by trying every choice."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        demands = range(len(problem.low))
        self.all = [("minimum", i) for i in demands] + [("maximum", i) for i in demands] + [("size", 0)]
        self.all += [("budget", 0)] if problem.budget is not None else []
        self.all += [("locks", 0)] if problem.locked.any() else []
        self.facts = [self._kept(taken) for taken in choices(problem)]
        self.can = cache(self._can)

    def _kept(self, taken: np.ndarray) -> frozenset[tuple[str, int]]:
        problem, held = self.problem, self.problem.members[:, taken].sum(axis=1)
        kept = {("minimum", i) for i in np.flatnonzero(held >= problem.low)}
        kept |= {("maximum", i) for i in np.flatnonzero(held <= problem.high)}
        kept |= {("size", 0)} if taken.sum() == problem.size else set()
        kept |= {("locks", 0)} if not (problem.locked & ~taken).any() else set()
        if problem.budget is not None and problem.total_cost(taken) <= problem.budget + 1e-9:
            kept.add(("budget", 0))
        return frozenset(kept)

    def _can(self, sides: frozenset[tuple[str, int]]) -> bool:
        return any(sides <= kept for kept in self.facts)
