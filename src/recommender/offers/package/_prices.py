"""What each demand costs: by how much the choice would gain or lose if its number were one more or one less."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from recommender.offers.package._problem import Problem, Solution
from recommender.offers.package._solve import TIME_LIMIT, attempt

BUDGET_STEP = 0.01  # of the budget


@dataclass(frozen=True)
class Price:
    """What one number of the brief costs.

    Attributes
    ----------
    name : str
        The demand in words; `size`, `budget`.
    side : {"minimum", "maximum", "size", "budget"}
    bound : float
        The number asked for.
    used : float
        What the choice holds of it.
    step : float
        What one more is: 1 title, or a hundredth of the budget.
    shadow : float
        Change of the worth for a step up, while it is small: the price of the relaxation, in which titles
        can be taken in part.
    more, less : float or None
        Exact change of the worth with the bound one step higher and lower, found by solving again; None where
        that cannot be kept.
    exact : bool
        Whether both are proven.
    """

    name: str
    side: str
    bound: float
    used: float
    step: float
    shadow: float
    more: float | None
    less: float | None
    exact: bool


def prices(problem: Problem, solution: Solution, *, time_limit: float = TIME_LIMIT) -> tuple[Price, ...]:
    """Return the price of each demand that binds, of the size, and of the budget.

    A demand that does not bind costs nothing and is left out. Where demands are missed, the numbers that are
    kept in the end are priced.

    Parameters
    ----------
    problem : Problem
        What was asked for.
    solution : Solution
        As `solve` returns it.
    time_limit : float
        Seconds for each solving.

    Examples
    --------
    >>> from recommender.offers.package import solve
    >>> problem = Problem([0.9, 0.8, 0.1], 2, members=[[True, False, True]], low=[2], high=[2], names=["genre War"])
    >>> [(p.name, p.side, p.less) for p in prices(problem, solve(problem)) if p.side == "minimum"]
    [('genre War', 'minimum', 0.7)]
    """
    kept = solution.problem
    held = kept.members[:, solution.mask].sum(axis=1)
    duals = _duals(solution, time_limit)
    found = []
    for number, name in enumerate(problem.names):
        shadow = duals[1 + number]
        low, high = int(kept.low[number]), int(kept.high[number])
        # A demand with one number for both sides is priced by the side that pulls.
        if held[number] == low > 0 and (low != high or shadow <= 0):
            found.append(_ask(solution, name, "minimum", low, held[number], min(shadow, 0.0), number, time_limit))
        if held[number] == high < kept.size and (low != high or shadow > 0):
            found.append(_ask(solution, name, "maximum", high, held[number], max(shadow, 0.0), number, time_limit))
    found.append(_ask(solution, "size", "size", kept.size, len(solution.chosen), duals[0], None, time_limit))
    if kept.budget is not None:
        step = max(round(kept.budget * BUDGET_STEP, 2), 0.01)
        row = 1 + len(kept.low)
        found.append(
            _ask(
                solution,
                "budget",
                "budget",
                kept.budget,
                kept.total_cost(solution.mask),
                duals[row] * step,
                None,
                time_limit,
                step=step,
            )
        )
    return tuple(found)


def _duals(solution: Solution, time_limit: float) -> Any:
    """Return the rows' prices in the unit of the value, of the problem that is kept in the end."""
    state = solution.state
    if state.linear.extra.shape[1]:
        again = attempt(
            solution.problem, until=time.monotonic() + time_limit, more=state.more, near=solution, close=state.close
        )
        assert again is not None
        state = again.state
    duals = state.relaxed.duals / state.linear.scale
    if state.linear.budget_row is not None:
        duals = duals.copy()
        duals[state.linear.budget_row] /= state.linear.money
    return duals


def _ask(
    solution: Solution,
    name: str,
    side: str,
    bound: float,
    used: float,
    shadow: float,
    number: int | None,
    time_limit: float,
    *,
    step: float = 1.0,
) -> Price:
    answers = [_again(solution, side, bound + sign * step, number, time_limit) for sign in (1, -1)]
    changes = [None if answer is None else _rounded(answer.objective - solution.objective) for answer in answers]
    exact = solution.proven and all(answer is None or answer.proven for answer in answers)
    return Price(name, side, float(bound), float(used), step, _rounded(shadow), changes[0], changes[1], exact)


def _again(solution: Solution, side: str, bound: float, number: int | None, time_limit: float) -> Solution | None:
    kept = solution.problem
    if side in {"minimum", "maximum"}:
        assert number is not None
        low, high = kept.low.copy(), kept.high.copy()
        (low if side == "minimum" else high)[number] = int(bound)
        # Raising a minimum above its maximum, or lowering a maximum below its minimum, cannot be kept.
        changed = replace(kept, low=low, high=high)
        if low[number] > high[number] or high[number] < 0:
            return None
    elif side == "size":
        changed = replace(kept, size=int(bound))
        if changed.size < 1 or changed.fitted().size != changed.size:
            return None
    else:
        changed = replace(kept, budget=round(bound, 2))
    state = solution.state
    until = time.monotonic() + time_limit
    return attempt(changed, until=until, more=state.more, near=solution, close=state.close)


def _rounded(change: float) -> float:
    """Return a change without the noise of sums, and without minus zero."""
    return float(np.round(change, 9)) + 0.0
