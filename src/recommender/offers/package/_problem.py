"""What is chosen from and under which demands, and what was chosen: plain arrays, no tables."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import DataError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Risk:
    """How uncertain each title is, and which titles err together.

    A title's outcome is its value plus an error. Each family (director, genre, origin, ...) puts every title
    into one group; two titles' errors correlate by ``rho / families`` for each family in which they share a
    group. So for the half-widths d of the titles' intervals the package's own half-width is the root of
    ``(1 - rho) * sum(d^2) + rho / families * sum over all groups of (sum of d in the group)^2``, at the level
    of the titles' intervals. `rho` 0 lets errors cancel out; with `rho` 1 and one group for all they add up.

    Attributes
    ----------
    down, up : ndarray of float, shape (n,)
        From the value down to the interval's lower end, and up to its upper end.
    families : ndarray of int, shape (families, n)
        The number of each title's group.
    rho : float
        0 to 1.
    """

    down: Floats
    up: Floats
    families: Ints
    rho: float

    def half_width(self, widths: Floats, chosen: Bools) -> float:
        """Return the package's half-width for the titles' half-widths."""
        own = (1 - self.rho) * float(np.sum(widths[chosen] ** 2))
        sums = [np.bincount(family[chosen], weights=widths[chosen]) for family in self.families]
        share = self.rho / max(len(sums), 1)
        return float(np.sqrt(own + share * sum(float(np.sum(part**2)) for part in sums)))


@dataclass(frozen=True, eq=False)
class Problem:
    """Which titles to choose: exactly `size` of them, of the greatest value under the demands.

    Where two choices are worth the same, titles that stand earlier are preferred, so put them in a fixed order.

    Parameters
    ----------
    value : array of float, shape (n,)
        What each title adds: appeal, or appeal times price, less what its materials cost.
    size : int
        How many titles.
    members : array of bool or sparse matrix, shape (demands, n)
        Which titles count for which demand.
    low, high : array of int, shape (demands,)
        The least and the greatest number of titles of each demand.
    names : sequence of str
        The demands in words: `genre Comedy`.
    firm : array of bool, shape (demands,), optional
        Demands that may be missed only where nothing else helps, such as a law's caps.
    locked, banned : array of bool, shape (n,), optional
        Titles that must and must not be chosen.
    cost : array of float, shape (n,), optional
        What each title costs, in the budget's currency.
    budget : float, optional
        The greatest total cost.
    currency : str
        Only for words.
    alike : sparse matrix or array of bool, shape (groups, n), optional
        Groups of near-duplicates: every two titles of a group that are both chosen cost its penalty. A pair is
        a group of two.
    alike_penalty : array of float, shape (groups,), optional
        In the unit of `value`.
    risk : Risk, optional
        How uncertain the titles are.
    careful : bool
        Maximise the lower end of the package's interval in place of its middle.

    Raises
    ------
    DataError
        Shapes do not fit, or numbers are missing.

    Examples
    --------
    >>> problem = Problem([0.9, 0.8, 0.1], 2, members=[[True, False, True]], low=[2], high=[2], names=["genre War"])
    >>> problem.count, problem.low.tolist()
    (3, [2])
    """

    value: Any
    size: int
    members: Any = None
    low: Any = ()
    high: Any = ()
    names: tuple[str, ...] = ()
    firm: Any = None
    locked: Any = None
    banned: Any = None
    cost: Any = None
    budget: float | None = None
    currency: str = ""
    alike: Any = None
    alike_penalty: Any = None
    risk: Risk | None = None
    careful: bool = False

    def __post_init__(self) -> None:
        value = np.asarray(self.value, dtype="float64")
        count, demands = len(value), len(np.atleast_1d(self.low))
        put = {
            "value": value,
            "size": int(self.size),
            "members": _matrix(self.members, (demands, count), "members"),
            "low": _vector(self.low, demands, "int64", "low"),
            "high": _vector(self.high, demands, "int64", "high"),
            "names": tuple(self.names) or tuple(f"demand {number}" for number in range(1, demands + 1)),
            "firm": _vector(np.zeros(demands) if self.firm is None else self.firm, demands, "bool", "firm"),
            "locked": _vector(np.zeros(count) if self.locked is None else self.locked, count, "bool", "locked"),
            "banned": _vector(np.zeros(count) if self.banned is None else self.banned, count, "bool", "banned"),
            "cost": None if self.cost is None else _vector(self.cost, count, "float64", "cost"),
        }
        for name, one in put.items():
            object.__setattr__(self, name, one)
        if len(self.names) != demands:
            raise DataError(f"{len(self.names)} names for {demands} demands", hint="Name every demand once.")
        if self.budget is not None and self.cost is None:
            raise DataError("a budget without costs", hint="Give the cost of every title, or no budget.")
        for name in ("value", "cost"):
            array = getattr(self, name)
            if array is not None and not np.isfinite(array).all():
                raise DataError(f"{name} has missing or infinite numbers", hint="Leave such titles out, or ban them.")
        if (self.locked & self.banned).any():
            raise DataError("a title is locked and banned at once", hint="Take it out of one of them.")
        if self.careful and self.risk is None:
            raise DataError("a careful choice needs the titles' intervals", hint="Give `risk`.")
        if self.alike is not None:
            from scipy import sparse

            alike = sparse.csr_array(self.alike, dtype="float64")
            penalty = _vector(self.alike_penalty, alike.shape[0], "float64", "alike_penalty")
            object.__setattr__(self, "alike", alike)
            object.__setattr__(self, "alike_penalty", penalty)

    @property
    def count(self) -> int:
        """How many titles there are to choose from."""
        return len(self.value)

    def fitted(self) -> Problem:
        """Return the problem with a size that can be had: no more than there are, no fewer than are locked."""
        size = max(min(self.size, int((~self.banned).sum())), int(self.locked.sum()))
        return self if size == self.size else replace(self, size=size)

    def objective(self, chosen: Bools) -> float:
        """Return what a choice is worth: values, less near-duplicates, less the half-width where careful."""
        worth = float(self.value[chosen].sum())
        if self.alike is not None:
            held = self.alike @ chosen.astype("float64")
            worth -= float(self.alike_penalty @ (held * (held - 1) / 2))
        if self.careful and self.risk is not None:
            worth -= self.risk.half_width(self.risk.down, chosen)
        return worth

    def interval(self, chosen: Bools) -> tuple[float, float] | None:
        """Return the interval of the package's total value, or None where the titles' intervals are not known."""
        if self.risk is None:
            return None
        total = float(self.value[chosen].sum())
        return (
            total - self.risk.half_width(self.risk.down, chosen),
            total + self.risk.half_width(self.risk.up, chosen),
        )

    def missed(self, chosen: Bools) -> Ints:
        """Return by how many titles each demand is missed: positive too few, negative too many."""
        held = self.members[:, chosen].sum(axis=1)
        short: Ints = np.maximum(self.low - held, 0) - np.maximum(held - self.high, 0)
        return short

    def total_cost(self, chosen: Bools) -> float:
        """Return what a choice costs, to the cent; 0 without costs."""
        return 0.0 if self.cost is None else round(float(self.cost[chosen].sum()), 2)


@dataclass(frozen=True, eq=False)
class Solution:
    """What was chosen, and how sure it is that nothing better exists.

    Attributes
    ----------
    chosen : ndarray of int, shape (size,)
        Positions, ascending.
    objective : float
        What the choice is worth.
    bound : float
        No choice that misses the demands by as little is worth more.
    proven : bool
        Whether the choice is proven to be the best: the bound is reached.
    missed : ndarray of int, shape (demands,)
        By how many titles each demand is missed: positive too few, negative too many.
    problem : Problem
        The problem that was solved in the end: where the demands could not all be kept, with the size, the
        bounds and the budget that are kept.
    interval : (float, float) or None
        The interval of the package's total value.
    """

    chosen: Ints
    objective: float
    bound: float
    proven: bool
    missed: Ints
    problem: Problem
    interval: tuple[float, float] | None = None
    state: Any = field(default=None, repr=False)

    @property
    def gap(self) -> float:
        """By how much a better choice could beat this one at most; 0 where it is proven to be the best."""
        return 0.0 if self.proven else max(0.0, self.bound - self.objective)

    @property
    def mask(self) -> Bools:
        """The choice as a mask over all titles."""
        taken = np.zeros(self.problem.count, dtype=bool)
        taken[self.chosen] = True
        return taken


def _vector(values: Any, length: int, kind: str, name: str) -> NDArray[Any]:
    array = np.atleast_1d(np.asarray(values, dtype=kind))
    if array.shape != (length,):
        raise DataError(f"{name} has the shape {array.shape}, ({length},) is needed", hint="Give one number for each.")
    return array


def _matrix(values: Any, shape: tuple[int, int], name: str) -> Bools:
    if values is None:
        return np.zeros(shape, dtype=bool)
    dense = np.asarray(values.toarray() if hasattr(values, "toarray") else values, dtype=bool)
    if dense.size == 0:
        dense = dense.reshape(shape) if 0 in shape else dense
    if dense.shape != shape:
        raise DataError(f"{name} has the shape {dense.shape}, {shape} is needed", hint="Give demands x titles.")
    return dense
