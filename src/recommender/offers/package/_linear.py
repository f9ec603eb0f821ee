"""The choice as a linear program over the titles: rows for size, demands and budget; curved costs come as cuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.offers.package._problem import Bools, Floats, Ints, Problem

SIZE_ROW = 0
_TOP = 1000.0  # the greatest gain of a title: keeps small differences well above the solver's tolerances


@dataclass(frozen=True, eq=False)
class Linear:
    """Maximise ``gain . x`` subject to ``low <= rows . x + extra . s <= high``, x binary, s whole and at least 0.

    Attributes
    ----------
    gain : ndarray, shape (n,)
        The titles' values times `scale`.
    rows : sparse csr, shape (m, n)
        Row 0 counts the titles, the next are the demands, then the budget, then what the caller adds.
    low, high : ndarray, shape (m,)
    fixed_in, fixed_out : ndarray of bool, shape (n,)
    extra : sparse csr, shape (m, e)
        Columns of the titles by which demands are missed; empty where they are kept.
    scale : float
        Unit of the gains.
    budget_row : int or None
    money : float
        The costs in the budget's row are divided by it.
    reach : float
        The most by which one demand can be missed.
    """

    gain: Floats
    rows: Any
    low: Floats
    high: Floats
    fixed_in: Bools
    fixed_out: Bools
    extra: Any
    scale: float
    budget_row: int | None = None
    money: float = 1.0
    reach: float = 0.0


@dataclass(frozen=True, eq=False)
class Row:
    """A further demand on the sum of some weights of the chosen titles.

    Attributes
    ----------
    weights : ndarray, shape (n,)
    low, high : float
    yields : bool
        The row asks titles to stay: where one of them falls away it asks for its weight less.
    """

    weights: Floats
    low: float
    high: float
    yields: bool = False


def linear_of(
    problem: Problem,
    *,
    may_miss: tuple[int, int] | None = None,
    more: Sequence[Row] = (),
) -> Linear:
    """Return the linear program of a problem.

    Parameters
    ----------
    problem : Problem
    may_miss : (int, int), optional
        By how many titles the firm and the other demands may be missed in total; not given: they are kept.
    more : sequence of Row
        Further rows over the titles.
    """
    from scipy import sparse

    demands, count = problem.members.shape
    blocks: list[Any] = [np.ones((1, count)), problem.members.astype("float64")]
    low = [np.array([problem.size]), problem.low]
    high = [np.array([problem.size]), problem.high]
    budget_row, money = None, 1.0
    if problem.budget is not None:
        budget_row = 1 + demands
        money = max(float(np.mean(problem.cost)), 1e-9)
        blocks.append(problem.cost[None, :] / money)
        low.append(np.array([-np.inf]))
        high.append(np.array([problem.budget / money]))
    for row in more:
        blocks.append(np.asarray(row.weights, dtype="float64")[None, :])
        low.append(np.array([row.low]))
        high.append(np.array([row.high]))
    rows = sparse.vstack([sparse.csr_array(block) for block in blocks], format="csr")
    extra = sparse.csr_array((rows.shape[0], 0))
    if may_miss is not None:
        rows, extra = _elastic(problem, rows)
        low.append(np.array([-np.inf, -np.inf]))
        high.append(np.array(may_miss))
    scale = _TOP / max(float(np.abs(problem.value).max(initial=0.0)), 1e-12)
    return Linear(
        gain=problem.value * scale,
        rows=rows,
        low=np.concatenate(low).astype("float64"),
        high=np.concatenate(high).astype("float64"),
        fixed_in=problem.locked,
        fixed_out=problem.banned,
        extra=extra,
        scale=scale,
        budget_row=budget_row,
        money=money,
        reach=float(max(problem.size, problem.low.max(initial=0))),
    )


def _elastic(problem: Problem, rows: Any) -> tuple[Any, Any]:
    """Return the rows with one for each sort of miss below, and the columns of the misses."""
    from scipy import sparse

    demands = len(problem.low)
    before = rows.shape[0]
    slack = sparse.eye_array(demands)
    pad_top = sparse.csr_array((1, 2 * demands))
    pad_below = sparse.csr_array((before - 1 - demands, 2 * demands))
    sorts = np.array([problem.firm, ~problem.firm], dtype="float64")
    extra = sparse.vstack([pad_top, sparse.hstack([slack, -slack]), pad_below, np.hstack([sorts, sorts])], format="csr")
    grown = sparse.vstack([rows, sparse.csr_array((2, rows.shape[1]))], format="csr")
    return grown, extra


def keeps(linear: Linear, taken: Bools, extra: Floats | None = None) -> bool:
    """Return whether a choice keeps every row, counted exactly (money to the cent)."""
    held = linear.rows @ taken.astype("float64")
    if extra is not None and linear.extra.shape[1]:
        held = held + linear.extra @ np.round(extra)
    slack = slack_of(linear)
    inside = (held >= linear.low - slack) & (held <= linear.high + slack)
    return bool(inside.all() and taken[linear.fixed_in].all() and not taken[linear.fixed_out].any())


def slack_of(linear: Linear) -> Floats:
    """Return by how much each row may be passed: the noise of sums, and of money half a cent."""
    slack = np.full(len(linear.low), 1e-6)
    if linear.budget_row is not None:
        slack[linear.budget_row] = 0.005 / linear.money
    return slack


def positions(mask: Bools) -> Ints:
    """Return where a mask is true."""
    return np.flatnonzero(mask).astype("int64")
