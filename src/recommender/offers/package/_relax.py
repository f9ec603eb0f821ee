"""The relaxation: titles may be taken in part. Solved over few titles at a time, and priced over all of them.

A program over 100,000 titles has a dozen rows, so nearly all titles are plainly in or out. The relaxation is
solved over those that matter (sifting: Bixby and others, Operations Research 40, 1992); the prices of the rows
that come with it give every title its reduced cost, and titles that would gain are added until none is left. The bound on
every choice is computed here from those prices over all titles (Lagrange), not taken from the solver.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from recommender.errors import DataError
from recommender.offers.package._curved import Curved, Cuts
from recommender.offers.package._linear import SIZE_ROW, Linear, positions
from recommender.offers.package._problem import Bools, Floats

_ENTER = 2_000  # titles added at a time
_ROUNDS = 60  # of planes
_BREACH = 1e6  # the price of breaking a row, against gains of at most 1,000


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The solved relaxation.

    Attributes
    ----------
    feasible : bool
        False where even titles in part cannot keep the rows; the rest is then empty.
    x : ndarray, shape (n,)
        The part of each title, 0 to 1.
    duals : ndarray, shape (m,)
        What one more of each row's bound would gain.
    reduced : ndarray, shape (n,)
        What taking each title would gain or lose at those prices.
    bound : float
        No choice is worth more, in the program's unit.
    inside : ndarray of bool, shape (n,)
        The titles that the solver has looked at.
    """

    feasible: bool
    x: Floats
    duals: Floats
    reduced: Floats
    bound: float
    inside: Bools


def relax(
    linear: Linear,
    curved: Curved,
    cuts: Cuts,
    *,
    inside: Bools | None = None,
    until: float = np.inf,
) -> Relaxed:
    """Solve the relaxation exactly; `cuts` receives the planes that it needs.

    Parameters
    ----------
    linear, curved, cuts
        The program.
    inside : ndarray of bool, optional
        The titles to begin with, from an earlier relaxation.
    until : float
        The value of the monotonic clock at which no more planes are looked for.
    """
    inside = _first(linear) if inside is None else inside | linear.fixed_in
    breach, gain = _BREACH, linear.gain
    while True:
        found, broken = _sift(linear, curved, cuts, inside, gain, breach, until)
        if broken <= 1e-7:
            return found
        # Is it the price that is too low, or can the rows not be kept at all?
        flat, missing = _sift(linear, Curved.none(), Cuts(), found.inside, np.zeros_like(gain), 1.0, until)
        if missing > 1e-7 and flat.bound < -1e-7:
            return Relaxed(False, flat.x, flat.duals, flat.reduced, -np.inf, flat.inside)
        if breach > 1e12:
            raise DataError("the relaxation has no stable solution", hint="Bring values and costs nearer together.")
        breach, inside = breach * 100, flat.inside


def _first(linear: Linear) -> Bools:
    """Return titles to begin with: the best of all, and the best for each row, plain and for the money."""
    count, rows = len(linear.gain), linear.rows.shape[0]
    want = int(2 * max(linear.high[SIZE_ROW], 50))
    free = ~linear.fixed_out
    inside = linear.fixed_in.copy()
    worth = np.where(free, linear.gain, -np.inf)
    _take(inside, worth, want)
    if linear.budget_row is not None:
        costs = linear.rows[[linear.budget_row], :].toarray()[0]
        _take(inside, np.where(free, -costs, -np.inf), want // 2)
        _take(inside, np.where(free, linear.gain / np.maximum(costs, 1e-9), -np.inf), want // 2)
    if count > want:
        for row in range(1, rows):
            members = linear.rows.indices[linear.rows.indptr[row] : linear.rows.indptr[row + 1]]
            if len(members) < count:
                some = np.full(count, -np.inf)
                some[members] = worth[members]
                _take(inside, some, want // 4)
    return inside


def _take(inside: Bools, worth: Floats, want: int) -> None:
    if want >= len(worth):
        inside |= np.isfinite(worth)
        return
    best = np.argpartition(-worth, want)[:want]
    inside[best[np.isfinite(worth[best])]] = True


def _sift(
    linear: Linear, curved: Curved, cuts: Cuts, inside: Bools, gain: Floats, breach: float, until: float
) -> tuple[Relaxed, float]:
    inside = inside.copy()
    scale = max(float(np.abs(gain).max(initial=0.0)), 1.0)
    rounds = 0
    while True:
        x, duals, weights, levels, broken = _master(linear, cuts, positions(inside), gain, breach)
        reduced, bound = price(linear, cuts, gain, duals, weights)
        enter = positions((reduced > 1e-9 * scale) & ~inside & ~linear.fixed_out)
        if len(enter) > _ENTER:
            enter = enter[np.argpartition(-reduced[enter], _ENTER)[:_ENTER]]
        inside[enter] = True
        planes = 0
        if curved and rounds < _ROUNDS and time.monotonic() < until and not len(enter):
            rounds += 1
            planes = curved.violated(x, levels, reduced, cuts, 1e-7 * max(scale, abs(bound)))
        if not len(enter) and not planes:
            return Relaxed(True, x, duals, reduced, bound, inside), broken


def price(linear: Linear, cuts: Cuts, gain: Floats, duals: Floats, weights: Floats) -> tuple[Floats, float]:
    """Return every title's reduced cost at the rows' prices, and the bound that they prove.

    Any prices prove a bound (weak duality); here are the best ones.
    """
    duals = np.where((duals > 0) & np.isinf(linear.high), 0.0, duals)
    duals = np.where((duals < 0) & np.isinf(linear.low), 0.0, duals)
    reduced = gain - linear.rows.T @ duals
    with np.errstate(invalid="ignore"):
        bound = float(np.sum(np.where(duals == 0, 0.0, duals * np.where(duals > 0, linear.high, linear.low))))
    if len(weights):
        reduced -= cuts.matrix(len(gain)).T @ weights
        bound -= float(weights @ np.array(cuts.offsets))
    most = np.where(linear.fixed_in, reduced, np.maximum(reduced, 0.0))
    bound += float(most[~linear.fixed_out].sum())
    if linear.extra.shape[1]:
        slack = -(linear.extra.T @ duals)
        bound += float(np.maximum(slack, 0.0).sum() * linear.reach)
    return reduced, bound


def _master(
    linear: Linear, cuts: Cuts, taken: np.ndarray, gain: Floats, breach: float
) -> tuple[Floats, Floats, Floats, dict[int, float], float]:
    """Solve over some titles; return their parts, the rows' and planes' prices, the curved costs, and the breach."""
    from scipy import sparse
    from scipy.optimize import linprog

    count, rows = len(gain), linear.rows.shape[0]
    owners, place = cuts.columns()
    curves, extras = len(owners), linear.extra.shape[1]
    eye = sparse.eye_array(rows)
    body = sparse.hstack(
        [linear.rows[:, taken], linear.extra, sparse.csr_array((rows, curves)), eye, -eye], format="csr"
    )
    low, high = linear.low, linear.high
    if len(cuts.owners):
        planes = len(cuts.owners)
        pick = sparse.csr_array((np.ones(planes), (np.arange(planes), place)), shape=(planes, curves))
        below = sparse.hstack(
            [
                cuts.matrix(count)[:, taken],
                sparse.csr_array((planes, extras)),
                -pick,
                sparse.csr_array((planes, 2 * rows)),
            ]
        )
        body = sparse.vstack([body, below], format="csr")
        low = np.r_[low, np.full(planes, -np.inf)]
        high = np.r_[high, -np.array(cuts.offsets)]
    worth = np.concatenate([gain[taken], np.zeros(extras), -np.ones(curves), np.full(2 * rows, -breach)])
    least = np.zeros(len(worth))
    most = np.concatenate([np.ones(len(taken)), np.full(extras, linear.reach), np.full(curves + 2 * rows, np.inf)])
    least[: len(taken)] = linear.fixed_in[taken]
    most[: len(taken)] = ~linear.fixed_out[taken]
    same = low == high
    upper, lower = ~same & np.isfinite(high), ~same & np.isfinite(low)
    answer = linprog(
        -worth,
        A_ub=sparse.vstack([body[upper], -body[lower]], format="csr") if (upper | lower).any() else None,
        b_ub=np.r_[high[upper], -low[lower]] if (upper | lower).any() else None,
        A_eq=body[same],
        b_eq=low[same],
        bounds=np.column_stack([least, most]),
        method="highs",
    )
    if answer.x is None:
        raise DataError(f"the solver could not solve the relaxation: {answer.message}", hint="Ask for fewer demands.")
    prices = np.zeros(len(low))
    prices[same] = -answer.eqlin.marginals
    if (upper | lower).any():
        split = int(upper.sum())
        prices[upper] -= answer.ineqlin.marginals[:split]
        prices[lower] += answer.ineqlin.marginals[split:]
    x = np.zeros(count)
    x[taken] = answer.x[: len(taken)]
    start = len(taken) + extras
    levels = {owner: float(answer.x[start + index]) for index, owner in enumerate(owners)}
    weights = np.maximum(prices[rows:], 0.0)
    if len(weights):
        total = np.bincount(place, weights=weights, minlength=curves)
        weights = weights / np.maximum(total, 1.0)[place]
    return x, prices[:rows], weights, levels, float(answer.x[start + curves :].sum())
