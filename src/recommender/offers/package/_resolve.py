"""The choice after decisions: as much of it as can stay, then the best."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np

from recommender.errors import DataError
from recommender.offers.package._classes import Program
from recommender.offers.package._linear import Row
from recommender.offers.package._problem import Ints, Problem, Solution
from recommender.offers.package._settle import hard_sides, settle
from recommender.offers.package._solve import TIME_LIMIT, attempt


@dataclass(frozen=True)
class Decisions:
    """What people decided of titles, by position.

    Attributes
    ----------
    accept : collection of int
        They must stay (or come).
    reject : collection of int
        They must go.
    hold : collection of int
        They stay where that is possible; they are the last to go.
    """

    accept: Collection[int] = field(default_factory=tuple)
    reject: Collection[int] = field(default_factory=tuple)
    hold: Collection[int] = field(default_factory=tuple)


@dataclass(frozen=True, eq=False)
class Resolved:
    """The choice after decisions.

    Attributes
    ----------
    solution : Solution
    kept, dropped, added : ndarray of int
        Positions: of the choice before those that stay and those that go, and the new ones.
    """

    solution: Solution
    kept: Ints
    dropped: Ints
    added: Ints


def resolve(
    problem: Problem,
    before: Collection[int] | Ints,
    decisions: Decisions,
    *,
    time_limit: float = TIME_LIMIT,
    near: Solution | None = None,
) -> Resolved:
    """Choose again after decisions with the fewest changes.

    First the demands are kept (or missed as little as can be), then as many held titles stay as can, then as
    few of the others go as can, then the worth is greatest.

    Parameters
    ----------
    problem : Problem
        What is asked for, without the decisions.
    before : collection of int
        Positions chosen before.
    decisions : Decisions
    time_limit : float
        Seconds.
    near : Solution, optional
        The solution before: saves time, changes nothing.

    Raises
    ------
    DataError
        A title is both accepted and rejected, or accepted although it cannot be offered.

    Examples
    --------
    >>> problem = Problem([0.9, 0.8, 0.7, 0.6], 2)
    >>> again = resolve(problem, [0, 2], Decisions(reject=[0]))
    >>> again.solution.chosen.tolist(), again.dropped.tolist(), again.added.tolist()
    ([1, 2], [0], [1])
    """
    until = time.monotonic() + time_limit
    decided = _decided(problem, decisions).fitted()
    weights = np.zeros(problem.count)
    weights[np.asarray(list(before), dtype="int64")] = 1.0
    held = np.asarray(list(decisions.hold), dtype="int64")
    weights[held] *= decided.size + 1.0
    may_miss = None
    target, program = decided, Program(decided, weights)
    keep = [({"size": np.array([0.0, 1.0])}, 0.0)]
    most = {"counts": -program.classes.weight}
    relief = program.least(most, hard_sides(program, "minima", "maxima", "size", "budget", "locks"), keep)
    if relief is None:
        settled = settle(decided)
        may_miss, target = (settled.firm, settled.soft), settled.problem
        program = Program(target, weights)
        most = {"counts": -program.classes.weight}
        for sort, allowed in ((target.firm, settled.firm), (~target.firm, settled.soft)):
            sides = sort.astype("float64")
            keep.append(({"short": sides, "over": sides}, allowed + 1e-6))
        relief = program.least(most, hard_sides(program, "size", "budget", "locks"), keep)
    assert relief is not None
    stay = float(program.classes.weight @ relief.counts)
    stays = Row(weights, stay - 0.5, np.inf, yields=True)
    solution = attempt(target, until=until, may_miss=may_miss, more=[stays], near=near)
    if solution is None:
        raise DataError("no choice was found in the time allowed", hint="Allow more time.")
    was, now = weights > 0, solution.mask
    return Resolved(
        solution=solution,
        kept=np.flatnonzero(was & now).astype("int64"),
        dropped=np.flatnonzero(was & ~now).astype("int64"),
        added=np.flatnonzero(now & ~was).astype("int64"),
    )


def _decided(problem: Problem, decisions: Decisions) -> Problem:
    accept = np.zeros(problem.count, dtype=bool)
    reject = np.zeros(problem.count, dtype=bool)
    accept[np.asarray(list(decisions.accept), dtype="int64")] = True
    reject[np.asarray(list(decisions.reject), dtype="int64")] = True
    if (accept & reject).any():
        first = int(np.flatnonzero(accept & reject)[0])
        raise DataError(f"title {first} is both accepted and rejected", hint="Decide one way.")
    if (accept & problem.banned).any():
        first = int(np.flatnonzero(accept & problem.banned)[0])
        raise DataError(
            f"title {first} is accepted, but must not be offered", hint="Lift the ban, or do not accept it."
        )
    # A rejection weighs more than a lock of the brief: it is the later word.
    return replace(problem, locked=(problem.locked | accept) & ~reject, banned=problem.banned | reject)
