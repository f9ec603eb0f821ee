"""Two lists chosen at once, so that their totals balance: one program over both sides' titles."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.errors import NotEnoughDataError
from recommender.offers._choice import Choice
from recommender.offers._constraints import percent_above
from recommender.offers.package import Problem
from recommender.offers.package._linear import Row
from recommender.offers.package._solve import attempt

Floats = NDArray[np.float64]
CLOSE = 1e-6
"""The gap, as a share of the total, at which a pair of lists is taken for the best: totals that must meet leave
countless pairs that differ by less."""
_ROOM = 1e-7  # of a total: room for the noise of sums


@dataclass(frozen=True, eq=False)
class Balance:
    """How two lists balance.

    Attributes
    ----------
    ours, theirs : float
        The sides' totals, each times its weight.
    tolerance : float
        As a share of the mean of both.
    low, high : float
        The interval of `difference`. The sides' errors are independent of each other: their titles meet different
        audiences. Within a side titles err together as its brief says.
    gap : float
        By what share of the best possible the total of two other lists within the tolerance could be greater, at
        most; 0 where it is proven that none is.
    cost : float
        What the balance costs: by how much the total of both sides' best lists, each for itself, is greater.
    """

    ours: float
    theirs: float
    tolerance: float
    low: float
    high: float
    gap: float
    cost: float

    @property
    def difference(self) -> float:
        """What we give more (positive) or less (negative) than we receive."""
        return self.ours - self.theirs

    @property
    def proof(self) -> str:
        """How sure it is that no two other lists are better, in words."""
        return f"within {percent_above(self.gap)} of the best possible" if self.gap else "proven to be the best"

    @property
    def share(self) -> float:
        """The difference as a share of the mean of both."""
        mean = (self.ours + self.theirs) / 2
        return self.difference / mean if mean else 0.0


def balanced(
    ours: Choice, theirs: Choice, weights: tuple[float, float], tolerance: float, *, scale: float = 1.0
) -> tuple[Choice, Choice, Balance]:
    """Choose both lists again, so that their totals differ by no more than a tolerance.

    Parameters
    ----------
    ours, theirs : Choice
        Each side's best choice for itself. Demands that a side cannot keep at all stay missed by as little.
    weights : (float, float)
        What one of each side's total counts.
    tolerance : float
        A share of the mean of both totals.
    scale : float
        What totals are multiplied by in a message.

    Returns
    -------
    (Choice, Choice, Balance)
        Of all pairs of lists within the tolerance that keep both sides' demands, one with the greatest sum of both
        totals.

    Raises
    ------
    NotEnoughDataError
        No two lists are within the tolerance; it says which tolerance would do.
    """
    sides = (ours, theirs)
    values = [weight * side.solution.problem.value for side, weight in zip(sides, weights, strict=True)]
    joint, more = _joint(sides, weights)
    solution = attempt(joint, more=[*more, *_balance_rows(values, tolerance)], close=CLOSE)
    if solution is None:
        raise _apart(joint, more, values, tolerance, scale)
    count = len(values[0])
    masks = (solution.mask[:count], solution.mask[count:])
    # Each side is settled with the other's list given, so that what its demands cost can be asked of it alone.
    first = _settled(ours, float(values[1][masks[1]].sum()), weights[0], tolerance)
    given = weights[0] * float(first.solution.problem.value[first.chosen].sum())
    chosen = (first, _settled(theirs, given, weights[1], tolerance))
    totals = [
        weight * float(side.solution.problem.value[side.chosen].sum())
        for side, weight in zip(chosen, weights, strict=True)
    ]
    low, high = _interval(chosen, weights, totals[0] - totals[1])
    best = sum(
        weight * side.solution.problem.objective(side.solution.mask)
        for side, weight in zip(sides, weights, strict=True)
    )
    now = sum(
        weight * side.solution.problem.objective(side.solution.mask)
        for side, weight in zip(chosen, weights, strict=True)
    )
    balance = Balance(
        totals[0],
        totals[1],
        tolerance,
        low,
        high,
        0.0 if solution.proven else max(solution.bound - now, 0.0) / abs(solution.bound),
        max(best - now, 0.0),
    )
    return chosen[0], chosen[1], balance


def _joint(sides: tuple[Choice, Choice], weights: tuple[float, float]) -> tuple[Problem, list[Row]]:
    """Return both sides' problems as one over all titles, and the rows of their budgets."""
    from scipy import sparse

    first, second = (side.solution.problem for side in sides)
    counts = (first.count, second.count)
    members = np.zeros((len(first.low) + len(second.low) + 1, sum(counts)), dtype=bool)
    members[: len(first.low), : counts[0]] = first.members
    members[len(first.low) : -1, counts[0] :] = second.members
    members[-1, : counts[0]] = True  # so many of the titles are ours, and the rest are theirs
    alike, penalties = None, None
    if first.alike is not None or second.alike is not None:
        blocks = [sparse.csr_array((0, p.count)) if p.alike is None else p.alike for p in (first, second)]
        alike = sparse.block_diag(blocks, format="csr")
        penalties = np.concatenate(
            [
                weight * (np.empty(0) if p.alike is None else p.alike_penalty)
                for p, weight in zip((first, second), weights, strict=True)
            ]
        )
    more = []
    for number, problem in enumerate((first, second)):
        if problem.budget is not None:
            unit = max(float(problem.cost.mean()), 1e-9)
            padded = [np.zeros(count) for count in counts]
            padded[number] = problem.cost / unit
            more.append(Row(np.concatenate(padded), -np.inf, problem.budget / unit))
    joint = Problem(
        np.concatenate([weight * p.value for p, weight in zip((first, second), weights, strict=True)]),
        first.size + second.size,
        members,
        np.r_[first.low, second.low, first.size],
        np.r_[first.high, second.high, first.size],
        locked=np.r_[first.locked, second.locked],
        banned=np.r_[first.banned, second.banned],
        alike=alike,
        alike_penalty=penalties,
    )
    return joint, more


def _balance_rows(values: list[Floats], tolerance: float) -> list[Row]:
    """Return the rows that hold each side's total to no more than the other's by the tolerance."""
    unit = max(float(np.abs(np.concatenate(values)).max()), 1e-12)
    more, less = (1 - tolerance / 2) / unit, -(1 + tolerance / 2) / unit
    return [
        Row(np.concatenate([more * values[0], less * values[1]]), -np.inf, 0.0),
        Row(np.concatenate([less * values[0], more * values[1]]), -np.inf, 0.0),
    ]


def _apart(joint: Problem, more: list[Row], values: list[Floats], tolerance: float, scale: float) -> NotEnoughDataError:
    """Return the error of sides that cannot come together, with the least difference that they can have."""
    free = attempt(joint, more=more, close=CLOSE)
    assert free is not None  # each side for itself keeps everything
    signed = np.concatenate([values[0], -values[1]])
    sign = 1.0 if signed[free.chosen].sum() > 0 else -1.0
    nearest = attempt(replace(joint, value=-sign * signed, alike=None, alike_penalty=None), more=more, close=CLOSE)
    assert nearest is not None
    count = len(values[0])
    ours = float(values[0][nearest.mask[:count]].sum())
    theirs = float(values[1][nearest.mask[count:]].sum())
    least = abs(ours - theirs) / ((ours + theirs) / 2)
    allow = f"Allow a tolerance of {np.ceil(least * 1000) / 1000:.3f}, or " if least < 1 else ""
    bounds = ("at least", "at most") if sign > 0 else ("at most", "at least")
    return NotEnoughDataError(
        f"the two sides cannot balance within {tolerance:.1%}: ours comes to {bounds[0]} {scale * ours:,.1f}, theirs "
        f"to {bounds[1]} {scale * theirs:,.1f}, which differ by {least:.1%}",
        hint=allow + "change the sizes or the weights of the sides." if allow else "Change the sizes or the weights.",
    )


def _settled(side: Choice, other: float, weight: float, tolerance: float) -> Choice:
    """Return a side's best choice whose total balances with the other side's."""
    problem = replace(side.solution.problem, careful=False)
    value = problem.value * weight
    unit = max(float(np.abs(value).max()), 1e-12)
    less, more = 1 - tolerance / 2, 1 + tolerance / 2
    room = _ROOM * max(abs(other), unit)
    row = Row(value / unit, (other * less / more - room) / unit, (other * more / less + room) / unit)
    again = attempt(problem, more=[row], close=CLOSE)
    assert again is not None
    return replace(side, solution=again)


def _interval(sides: tuple[Choice, Choice], weights: tuple[float, float], difference: float) -> tuple[float, float]:
    widths = []
    for side, weight in zip(sides, weights, strict=True):
        problem, mask = side.solution.problem, side.solution.mask
        risk = problem.risk
        down, up = (0.0, 0.0) if risk is None else (risk.half_width(risk.down, mask), risk.half_width(risk.up, mask))
        widths.append((weight * down, weight * up))
    (our_down, our_up), (their_down, their_up) = widths
    return difference - float(np.hypot(our_down, their_up)), difference + float(np.hypot(our_up, their_down))
