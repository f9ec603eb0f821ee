"""Where the demands cannot all be kept: which give way, by how little, and the nearest brief that works."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recommender.offers.package._classes import Program, Relief
from recommender.offers.package._problem import Bools, Problem


@dataclass(frozen=True, eq=False)
class Settlement:
    """The nearest problem that has a solution.

    Attributes
    ----------
    problem : Problem
        With the size and the budget that can be kept; its demands are still those asked for.
    firm, soft : int
        By how many titles the firm and the other demands must be missed in total.
    relief : Relief
        One way to do so that changes the fewest demands.
    program : Program
        The program over classes, for further questions.
    """

    problem: Problem
    firm: int
    soft: int
    relief: Relief
    program: Program


@dataclass(frozen=True)
class Change:
    """One number of the brief to change.

    Attributes
    ----------
    what : str
        The demand in words, `size` or `budget`.
    side : {"minimum", "maximum", "size", "budget"}
    before, after : float
    text : str
        The change as an imperative.
    """

    what: str
    side: str
    before: float
    after: float
    text: str


def settle(problem: Problem) -> Settlement:
    """Find out by how little the demands must be missed.

    Locked titles stay. A budget is kept unless the locked titles alone cost more; then firm demands are missed
    as little as can be, then as many titles as possible are offered, then the other demands are missed by as few
    titles as possible, and of such ways one that touches the fewest demands is taken.
    """
    problem = problem.fitted()
    if problem.budget is not None:
        needed = problem.total_cost(problem.locked)
        problem = replace(problem, budget=max(problem.budget, needed))
    program = Program(problem)
    demands = len(problem.low)
    firm, soft = problem.firm.astype("float64"), (~problem.firm).astype("float64")
    steps = (
        {"short": firm, "over": firm},
        {"size": np.array([1.0, 0.0])},
        {"short": soft, "over": soft},
        {"eased": np.r_[np.ones(2 * demands), 0.0, 0.0, 0.0]},
    )
    keep = [({"size": np.array([0.0, 1.0])}, 0.0)]
    values = []
    relief: Relief | None = None
    for step in steps:
        relief = program.least(step, hard_sides(program, "budget", "locks"), keep)
        assert relief is not None  # without titles nothing is asked of the budget, and locks are paid for
        value = round(program.value(step, relief))
        values.append(int(value))
        keep.append((step, value + 1e-6))
    assert relief is not None
    return Settlement(replace(problem, size=problem.size - values[1]), values[0], values[2], relief, program)


def nearest(problem: Problem) -> tuple[Change, ...]:
    """Return the least changes of the brief's numbers after which it works; none where it works as it is.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    tuple of Change
        Counted in titles, the least in total, and of those the fewest demands.

    Examples
    --------
    >>> problem = Problem([0.9, 0.8, 0.1], 2, members=[[True, False, False]], low=[2], high=[2], names=["genre War"])
    >>> [change.text for change in nearest(problem)]
    ['lower the minimum of genre War from 2 to 1']
    """
    settlement = settle(problem)
    fitted, relief = settlement.problem, settlement.relief
    changes = []
    if fitted.size != problem.size:
        verb = "lower" if fitted.size < problem.size else "raise"
        text = f"{verb} the size from {problem.size:,} to {fitted.size:,}"
        changes.append(Change("size", "size", problem.size, fitted.size, text))
    if problem.budget is not None and fitted.budget is not None and fitted.budget > problem.budget:
        changes.append(_budget_change(problem, fitted.budget))
    for number in np.flatnonzero(relief.short):
        low = int(problem.low[number])
        after = low - int(relief.short[number])
        text = f"lower the minimum of {problem.names[number]} from {low:,} to {after:,}"
        changes.append(Change(problem.names[number], "minimum", low, after, text))
    for number in np.flatnonzero(relief.over):
        high = int(problem.high[number])
        after = high + int(relief.over[number])
        text = f"raise the maximum of {problem.names[number]} from {high:,} to {after:,}"
        changes.append(Change(problem.names[number], "maximum", high, after, text))
    return tuple(changes)


def budget_needed(problem: Problem) -> Change | None:
    """Return the budget that would keep every demand, or None where none is asked for or no budget would do."""
    problem = problem.fitted()
    if problem.budget is None:
        return None
    program = Program(problem)
    relief = program.least({"budget": 1.0}, hard_sides(program, "minima", "maxima", "size", "locks"), [])
    if relief is None or relief.budget <= 0:
        return None
    return _budget_change(problem, problem.budget + relief.budget)


def _budget_change(problem: Problem, needed: float) -> Change:
    assert problem.budget is not None
    after = float(np.ceil(np.round(needed * 100, 4)) / 100)
    unit = f" {problem.currency}" if problem.currency else ""
    text = f"raise the budget from {problem.budget:,.2f} to {after:,.2f}{unit}"
    return Change("budget", "budget", problem.budget, after, text)


def hard_sides(program: Program, *parts: str) -> Bools:
    """Return the sides of these parts as a mask."""
    demands = len(program.problem.low)
    place = {
        "minima": slice(0, demands),
        "maxima": slice(demands, 2 * demands),
        "size": slice(2 * demands, 2 * demands + 1),
        "budget": slice(2 * demands + 1, 2 * demands + 2),
        "locks": slice(2 * demands + 2, 2 * demands + 3),
    }
    mask = np.zeros(program.sides, dtype=bool)
    for part in parts:
        mask[place[part]] = True
    return mask
