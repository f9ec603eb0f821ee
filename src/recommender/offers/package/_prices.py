"""What each demand costs: by how much the choice would gain or lose if its number were one more or one less."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from recommender.offers.package._linear import SIZE_ROW, linear_of
from recommender.offers.package._problem import Problem, Solution
from recommender.offers.package._relax import relax
from recommender.offers.package._solve import TIME_LIMIT, attempt

BUDGET_STEP = 0.01  # of the budget
_SMALL = 1e-3  # of a step: well above the solver's tolerances


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
    shadow : float or None
        Change of the worth for a step up in the relaxation, in which titles can be taken in part: the price of a
        small step to the side that asks less, of the size up (down where there are no more titles). None of a
        size that cannot change at all.
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
    shadow: float | None
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
    slopes = _Slopes(solution, time_limit)
    found = []
    for number, name in enumerate(problem.names):
        low, high = int(kept.low[number]), int(kept.high[number])
        lower = upper = 0.0
        if held[number] == low > 0:
            lower = min(slopes.of_row(1 + number, low=-1) or 0.0, 0.0)
        if held[number] == high < kept.size:
            upper = max(slopes.of_row(1 + number, high=1) or 0.0, 0.0)
        # A demand with one number for both sides is priced by the side that pulls.
        if held[number] == low > 0 and (low != high or not upper > 0):
            found.append(_ask(solution, name, "minimum", low, held[number], lower, number, time_limit))
        if held[number] == high < kept.size and (low != high or upper > 0):
            found.append(_ask(solution, name, "maximum", high, held[number], upper, number, time_limit))
    shadow = slopes.of_row(SIZE_ROW, low=1, high=1)
    if shadow is None:
        shadow = slopes.of_row(SIZE_ROW, low=-1, high=-1)
    found.append(_ask(solution, "size", "size", kept.size, len(solution.chosen), shadow, None, time_limit))
    if kept.budget is not None:
        step = max(round(kept.budget * BUDGET_STEP, 2), 0.01)
        shadow = slopes.of_budget(step)
        cost = kept.total_cost(solution.mask)
        found.append(_ask(solution, "budget", "budget", kept.budget, cost, shadow, None, time_limit, step=step))
    return tuple(found)


class _Slopes:
    """How steeply the relaxation's worth, in the unit of the value, changes as one row's bound begins to move.

    A demand kept at its very limit leaves open what breaking it would cost, and the solver then gives any price. So
    the bound is moved a little, to a side where titles can be had, and the price is read there: it is that side's.
    """

    def __init__(self, solution: Solution, time_limit: float) -> None:
        self._state = solution.state
        self._until = time.monotonic() + time_limit
        # Titles that must stay would be left half a title short, which parts of titles would use.
        stay = [replace(row, low=float(np.ceil(row.low))) if row.yields else row for row in solution.state.more]
        self._linear = linear_of(solution.problem, more=stay)

    def of_row(self, row: int, *, low: int = 0, high: int = 0, step: float = 1.0) -> float | None:
        """Return the worth's change for a step up of a row's bound, measured as its ends move to these sides.

        None where not even a part of a title can be had there.
        """
        lows, highs = self._linear.low.copy(), self._linear.high.copy()
        lows[row] += low * step * _SMALL
        highs[row] += high * step * _SMALL
        moved = replace(self._linear, low=lows, high=highs)
        state = self._state
        relaxed = relax(moved, state.curved, state.cuts, inside=state.relaxed.inside, until=self._until)
        return float(relaxed.duals[row]) * step / moved.scale if relaxed.feasible else None

    def of_budget(self, step: float) -> float | None:
        """Return the worth's change for a step of the budget."""
        assert self._linear.budget_row is not None
        return self.of_row(self._linear.budget_row, high=1, step=step / self._linear.money)


def _ask(
    solution: Solution,
    name: str,
    side: str,
    bound: float,
    used: float,
    shadow: float | None,
    number: int | None,
    time_limit: float,
    *,
    step: float = 1.0,
) -> Price:
    answers = [_again(solution, side, bound + sign * step, number, time_limit) for sign in (1, -1)]
    changes = [None if answer is None else _rounded(answer.objective - solution.objective) for answer in answers]
    exact = solution.proven and all(answer is None or answer.proven for answer in answers)
    shadow = None if shadow is None else _rounded(shadow)
    return Price(name, side, float(bound), float(used), step, shadow, changes[0], changes[1], exact)


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
