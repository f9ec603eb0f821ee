"""The best choice, with the proof that it is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.errors import DataError
from recommender.offers.package._curved import Curved, Cuts
from recommender.offers.package._linear import Linear, Row, linear_of, positions
from recommender.offers.package._problem import Bools, Problem, Solution
from recommender.offers.package._relax import Relaxed, relax
from recommender.offers.package._search import CLOSE, Found, search
from recommender.offers.package._settle import settle

TIME_LIMIT = 300.0


@dataclass(frozen=True, eq=False)
class State:
    """What a solved problem leaves for further questions about it."""

    linear: Linear
    curved: Curved
    cuts: Cuts
    relaxed: Relaxed
    more: tuple[Row, ...] = ()
    close: float = CLOSE


def solve(problem: Problem, *, time_limit: float = TIME_LIMIT, near: Solution | None = None) -> Solution:
    """Choose the titles of the greatest total value that keep every demand.

    Parameters
    ----------
    problem : Problem
    time_limit : float
        Seconds; where they run out, the best choice found is returned with its gap.
    near : Solution, optional
        The solution of a similar problem with the same titles: saves time, changes nothing.

    Returns
    -------
    Solution
        Where the demands cannot all be kept, they are missed by as few titles as possible (see
        `Solution.missed` and `conflict`), and the choice is the best of those that do so.

    Raises
    ------
    DataError
        There is no title to choose, or no choice was found in time.

    Examples
    --------
    >>> problem = Problem([0.9, 0.8, 0.1], 2, members=[[True, False, True]], low=[2], high=[2])
    >>> solution = solve(problem)
    >>> solution.chosen.tolist(), round(solution.objective, 6), solution.proven
    ([0, 2], 1.0, True)
    """
    until = time.monotonic() + time_limit
    fitted = problem.fitted()
    if fitted.size == 0:
        raise DataError("there is no title to choose from", hint="Ban fewer titles, or ask for some.")
    solution = attempt(fitted, until=until, near=near)
    if solution is not None:
        return solution
    settled = settle(fitted)
    solution = attempt(settled.problem, until=until, may_miss=(settled.firm, settled.soft), near=near)
    if solution is None:
        raise DataError("no choice was found in the time allowed", hint="Ask for fewer demands, or allow more time.")
    return solution


def attempt(
    problem: Problem,
    *,
    until: float = np.inf,
    may_miss: tuple[int, int] | None = None,
    more: Sequence[Row] = (),
    near: Solution | None = None,
    close: float = CLOSE,
) -> Solution | None:
    """Return the best choice that keeps the demands (or misses them by so many titles), or None where there is none."""
    linear = linear_of(problem, may_miss=may_miss, more=more)
    curved = Curved(problem, linear.scale)
    cuts, inside = Cuts(), None
    if near is not None and near.problem.count == problem.count:
        inside = near.state.relaxed.inside
        if near.state.linear.scale == linear.scale:
            cuts = near.state.cuts
    relaxed = relax(linear, curved, cuts, inside=inside, until=until)
    if not relaxed.feasible:
        return None
    found = search(linear, curved, cuts, relaxed, until=until, close=close)
    if found.taken is None:
        if not found.proven:
            raise DataError(
                "no choice was found in the time allowed", hint="Ask for fewer demands, or allow more time."
            )
        return None
    return _solution(problem, found, State(linear, curved, cuts, relaxed, tuple(more), close))


def _solution(problem: Problem, found: Found, state: State) -> Solution:
    assert found.taken is not None
    taken = settle_ties(problem, found.taken)
    missed = problem.missed(taken)
    held = problem.members[:, taken].sum(axis=1)
    eased = replace(problem, low=np.minimum(problem.low, held), high=np.maximum(problem.high, held))
    objective = problem.objective(taken)
    return Solution(
        chosen=positions(taken),
        objective=objective,
        bound=max(found.bound / state.linear.scale, objective),
        proven=found.proven,
        missed=missed,
        problem=eased,
        interval=problem.interval(taken),
        state=state,
    )


def settle_ties(problem: Problem, taken: Bools) -> Bools:
    """Return the choice with titles that are alike in everything taken in order: the earlier ones first."""
    parts: list[np.ndarray] = [problem.value, problem.locked.astype("float64")]
    if problem.cost is not None:
        parts.append(problem.cost)
    if problem.careful and problem.risk is not None:
        parts += [problem.risk.down, *problem.risk.families.astype("float64")]
    keys = [np.ascontiguousarray(part + 0.0).view("u1").reshape(problem.count, 8).T for part in parts]
    free = ~problem.banned
    if problem.alike is not None:
        free &= np.diff(problem.alike.tocsc().indptr) == 0
    packed = np.vstack([*keys, np.packbits(problem.members, axis=0)])
    where = np.flatnonzero(free)
    whole = np.ascontiguousarray(packed.T[where]).view(f"V{packed.shape[0]}").ravel()
    _, label = np.unique(whole, return_inverse=True)
    wanted = np.bincount(label, weights=taken[where])
    order = np.argsort(label, kind="stable")
    starts = np.r_[0, np.flatnonzero(np.diff(label[order])) + 1]
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    settled = taken.copy()
    settled[where[order]] = place < wanted[label[order]]
    return settled
