"""The exact search: titles that reduced costs settle are left alone, the few others are solved as a binary program."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.offers.package._curved import Curved, Cuts
from recommender.offers.package._few import best_changed, changes_within
from recommender.offers.package._linear import Linear, keeps, positions
from recommender.offers.package._milp import milp
from recommender.offers.package._problem import Bools, Floats
from recommender.offers.package._relax import Relaxed

_FIRST = 150  # titles in the first core, and for each row
_A_ROW = 10
_NODES = 200_000
_TIES = 1e-6  # in the program's unit, in which the best title gains 1,000
_PLANES = 400
_SMALL_CORE = 60  # titles up to which every plane is worth its time
_NEAR = 1e-5  # of the worth: a gap at which a larger core with curved costs is left as it is
_BETTER = 1e-9  # in the program's unit: less is the noise of sums
CLOSE = 1e-9  # of the worth: a gap that is none, far below a millionth of appeal


@dataclass(frozen=True, eq=False)
class Found:
    """The best choice found, or none; `bound` is what no choice can pass, in the program's unit."""

    taken: Bools | None
    worth: float
    bound: float

    @property
    def proven(self) -> bool:
        """Whether nothing better exists (where nothing was found: whether nothing exists)."""
        if self.taken is None:
            return self.bound == -np.inf
        return self.bound - self.worth <= max(10 * _TIES, 2 * CLOSE * abs(self.worth))


def search(
    linear: Linear,
    curved: Curved,
    cuts: Cuts,
    relaxed: Relaxed,
    *,
    start: Bools | None = None,
    without: int | None = None,
    until: float = np.inf,
    close: float = CLOSE,
) -> Found:
    """Find the best choice and prove it.

    A title whose reduced cost is greater than the gap between the bound and the best choice known stands in
    every better choice as it does in the relaxation. All others form the core, which is solved whole; where a good
    choice is known, few choices may be left, and each is looked at.

    Parameters
    ----------
    linear, curved, cuts, relaxed
        The program and its solved relaxation.
    start : ndarray of bool, optional
        A choice that keeps the rows.
    without : int, optional
        A title that must not be taken, although the relaxation allowed it.
    until : float
        The value of the monotonic clock at which to stop.
    close : float
        The gap, as a share of the worth, at which to stop.
    """
    reduced, bound = relaxed.reduced, relaxed.bound
    free = ~linear.fixed_in & ~linear.fixed_out
    taken_in, taken_out = linear.fixed_in, linear.fixed_out
    if without is not None:
        bound = bound_without(linear, relaxed, without)
        free, taken_in, taken_out = free.copy(), taken_in.copy(), taken_out.copy()
        free[without], taken_in[without], taken_out[without] = False, False, True
    best, worth = start, -np.inf if start is None else curved.worth(start)
    if best is not None and bound - worth <= _BETTER:
        return Found(best, worth, max(bound, worth))
    sure = np.abs(reduced)
    if best is not None and not curved and not linear.extra.shape[1]:
        near = positions(free & (sure <= bound - worth + _TIES))
        changes = changes_within(sure[near], bound - worth + _TIES)
        if changes is not None:
            taken = best_changed(linear, np.where(free, reduced > 0, taken_in), near, changes)
            if taken is not None and (true := curved.worth(taken)) > worth + _BETTER:
                best, worth = taken, true
            return Found(best, worth, worth)
    width = _FIRST + _A_ROW * linear.rows.shape[0]
    core = free & (relaxed.x > 1e-9) & (relaxed.x < 1 - 1e-9)
    open_still = free & (sure <= bound - worth + _TIES)
    if open_still.sum() > 4 * width:
        open_still = _surest(sure, free, width)
    core = (core | open_still) & free
    while True:
        side = np.where(taken_in, True, np.where(taken_out, False, reduced > 0))
        best, worth, inner = _solve_core(
            linear, curved, cuts, core, side, (taken_in, taken_out), best, worth, until, close
        )
        gap = bound - worth
        needed = free & (sure <= gap + _TIES) if best is not None else free
        if not (needed & ~core).any():
            return Found(best, worth, inner if best is None else max(min(bound, inner), worth))
        if time.monotonic() > until:
            return Found(best, worth, bound)
        if best is not None and needed.sum() <= 4 * core.sum():
            core = core | needed
        else:
            width *= 4
            core = core | _surest(sure, free, width)


def bound_without(linear: Linear, relaxed: Relaxed, title: int) -> float:
    """Return what no choice without a title can pass, in the program's unit."""
    lost = relaxed.reduced[title]
    return float(relaxed.bound - (lost if linear.fixed_in[title] else max(lost, 0.0)))


def _surest(sure: Floats, free: Bools, width: int) -> Bools:
    """Return the free titles that are nearest to being indifferent."""
    order = np.argsort(np.where(free, sure, np.inf), kind="stable")[:width]
    chosen = np.zeros_like(free)
    chosen[order] = True
    return chosen & free


def _solve_core(
    linear: Linear,
    curved: Curved,
    cuts: Cuts,
    core: Bools,
    side: Bools,
    fixed: tuple[Bools, Bools],
    best: Bools | None,
    worth: float,
    until: float,
    close: float,
) -> tuple[Bools | None, float, float]:
    """Solve the core with all others as they are; return the best known choice, its worth, and the core's bound."""
    inside = positions(core)
    standing = side & ~core
    inner = np.inf
    for planes in range(_PLANES):
        answer = _milp(linear, cuts, inside, standing, until, close)
        if answer.x is None:
            return best, worth, -np.inf if answer.status == 2 else inner
        inner = min(inner, -float(answer.mip_dual_bound))
        taken = standing.copy()
        taken[inside] = answer.x[: len(inside)] > 0.5
        extra = answer.x[len(inside) : len(inside) + linear.extra.shape[1]]
        if _kept(linear, taken, extra, fixed):
            true = curved.worth(taken)
            if true > worth + _BETTER:
                best, worth = taken, true
        if not curved or inner <= worth + _TIES or time.monotonic() > until:
            break
        if planes > 2 and len(inside) > _SMALL_CORE and inner - worth <= _NEAR * abs(worth):
            break
        owners, _ = cuts.columns()
        at = len(inside) + linear.extra.shape[1]
        levels = {owner: float(answer.x[at + index]) for index, owner in enumerate(owners)}
        if not curved.violated(taken.astype("float64"), levels, side.astype("float64"), cuts, _TIES / 10):
            break
    return best, worth, inner


def _kept(linear: Linear, taken: Bools, extra: Floats, fixed: tuple[Bools, Bools]) -> bool:
    from dataclasses import replace

    return keeps(replace(linear, fixed_in=fixed[0], fixed_out=fixed[1]), taken, extra)


def _milp(linear: Linear, cuts: Cuts, inside: np.ndarray, standing: Bools, until: float, close: float) -> Any:
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint

    count = len(linear.gain)
    owners, place = cuts.columns()
    curves, extras, rows = len(owners), linear.extra.shape[1], linear.rows.shape[0]
    held = linear.rows @ standing.astype("float64")
    body = sparse.hstack([linear.rows[:, inside], linear.extra, sparse.csr_array((rows, curves))], format="csr")
    low, high = linear.low - held, linear.high - held
    if curves:
        planes = len(cuts.owners)
        matrix = cuts.matrix(count)
        pick = sparse.csr_array((np.ones(planes), (np.arange(planes), place)), shape=(planes, curves))
        body = sparse.vstack(
            [body, sparse.hstack([matrix[:, inside], sparse.csr_array((planes, extras)), -pick])], format="csr"
        )
        low = np.r_[low, np.full(planes, -np.inf)]
        high = np.r_[high, -np.array(cuts.offsets) - matrix @ standing.astype("float64")]
    gain = np.concatenate([linear.gain[inside], np.zeros(extras), -np.ones(curves)])
    base = float(linear.gain[standing].sum())
    most = np.concatenate([np.ones(len(inside)), np.full(extras, linear.reach), np.full(curves, np.inf)])
    if len(gain) == 0:
        return _Nothing(base, bool(((low <= 1e-7) & (high >= -1e-7)).all()))
    answer = milp(
        -gain,
        constraints=[LinearConstraint(body, low, high)],
        bounds=Bounds(np.zeros(len(gain)), most),
        integrality=np.concatenate([np.ones(len(inside) + extras), np.zeros(curves)]),
        options={
            "mip_rel_gap": close,
            "node_limit": _NODES,
            "time_limit": float(min(max(until - time.monotonic(), 0.1), 1e6)),
        },
    )
    if answer.x is not None:
        # Without a whole number left it is solved as a linear program, and has no bound of its own.
        answer.mip_dual_bound = (answer.fun if answer.mip_dual_bound is None else answer.mip_dual_bound) - base
    return answer


class _Nothing:
    """The answer of a core without titles."""

    def __init__(self, base: float, kept: bool) -> None:
        self.x = np.empty(0) if kept else None
        self.status = 0 if kept else 2
        self.mip_dual_bound = -base
