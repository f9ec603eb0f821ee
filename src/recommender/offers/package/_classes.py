"""Which demands can be kept at all: a small program over classes of titles that are alike in every demand.

Whether demands can be kept does not depend on what titles are worth. Titles that count for the same demands are
interchangeable, so a few hundred whole numbers, how many of each class, decide it; with a budget the cheapest of
each class come first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from recommender.errors import DataError
from recommender.offers.package._milp import milp
from recommender.offers.package._problem import Bools, Floats, Ints, Problem


@dataclass(frozen=True, eq=False)
class Classes:
    """Classes of titles that may be chosen.

    Attributes
    ----------
    label : ndarray of int, shape (n,)
        The class of each title; -1 where it is banned.
    members : ndarray of bool, shape (demands, classes)
    sizes, locked : ndarray of int, shape (classes,)
    weight : ndarray of float, shape (classes,)
    """

    label: Ints
    members: Bools
    sizes: Ints
    locked: Ints
    weight: Floats


def classes_of(problem: Problem, weights: Floats | None = None) -> Classes:
    """Return the classes; titles of different weight are never in one class."""
    free = ~problem.banned
    weight = np.zeros(problem.count) if weights is None else weights
    _, code = np.unique(weight, return_inverse=True)
    keys = np.vstack([np.packbits(problem.members, axis=0), code.astype(">i4").view("u1").reshape(-1, 4).T])
    bytes_of = np.ascontiguousarray(keys.T[free]).view(f"V{keys.shape[0]}").ravel()
    _, first, label = np.unique(bytes_of, return_index=True, return_inverse=True)
    every = np.full(problem.count, -1, dtype="int64")
    every[free] = label
    at = np.flatnonzero(free)[first]
    return Classes(
        label=every,
        members=problem.members[:, at],
        sizes=np.bincount(label, minlength=len(first)).astype("int64"),
        locked=np.bincount(label, weights=problem.locked[free], minlength=len(first)).astype("int64"),
        weight=weight[at],
    )


@dataclass(frozen=True, eq=False)
class Relief:
    """How far the demands are eased in one solution: titles short of a minimum and over a maximum, and the like."""

    short: Ints
    over: Ints
    size: int
    budget: float
    counts: Ints
    eased: Bools


@dataclass(eq=False)
class Program:
    """The program over classes. Each demand's side may be eased; what that costs is the caller's objective.

    The sides, in the order of `Relief.eased`: the minima, the maxima, the size, the budget, the locks.
    """

    problem: Problem
    weights: Floats | None = None
    classes: Classes = field(init=False)

    def __post_init__(self) -> None:
        self.classes = classes_of(self.problem, self.weights)
        self._build()

    @property
    def sides(self) -> int:
        """How many sides of demands there are."""
        return 2 * len(self.problem.low) + 3

    def _build(self) -> None:
        """Lay out the columns: counts, short, over, size under and over, over budget, costs' titles, sides eased."""
        problem, classes = self.problem, self.classes
        demands, kinds = classes.members.shape
        self.cheap: list[Ints] = []
        if problem.budget is not None:
            most = int(max(problem.size, problem.low.sum()))
            for number in range(kinds):
                titles = np.flatnonzero(classes.label == number)
                ordered = titles[np.lexsort((problem.cost[titles], ~problem.locked[titles]))]
                self.cheap.append(ordered[: most + int(classes.locked[number])].astype("int64"))
        self.bought = np.concatenate(self.cheap) if self.cheap else np.empty(0, dtype="int64")
        widths = {
            "counts": kinds,
            "short": demands,
            "over": demands,
            "size": 2,
            "budget": 1,
            "bought": len(self.bought),
            "eased": self.sides,
        }
        ends = np.cumsum(list(widths.values()))
        self.part = {
            name: slice(int(end) - width, int(end)) for (name, width), end in zip(widths.items(), ends, strict=True)
        }
        self.width = int(ends[-1])
        self._rows()

    def _rows(self) -> None:
        from scipy import sparse

        problem, classes, part = self.problem, self.classes, self.part
        demands, kinds = classes.members.shape
        rows: list[Any] = []
        low: list[Floats] = []
        high: list[Floats] = []

        def put(height: int, least: Any, most: Any, **blocks: Any) -> None:
            parts = []
            for name, block in blocks.items():
                entries = sparse.coo_array(block)
                at, to = entries.coords
                parts.append((at, to + part[name].start, entries.data))
            at, to, data = (np.concatenate(pieces) for pieces in zip(*parts, strict=True))
            rows.append(sparse.csr_array((data, (at, to)), shape=(height, self.width)))
            low.append(np.broadcast_to(np.asarray(least, dtype="float64"), (height,)))
            high.append(np.broadcast_to(np.asarray(most, dtype="float64"), (height,)))

        eye = np.eye(demands)
        size = problem.size
        put(1, size, size, counts=np.ones((1, kinds)), size=np.array([[1.0, -1.0]]))
        if demands:
            members = classes.members.astype("float64")
            put(demands, problem.low, np.inf, counts=members, short=eye)
            put(demands, -np.inf, problem.high, counts=members, over=-eye)
        count = problem.count
        reach = np.r_[problem.low, np.full(demands, count), count, 1e15, 0].astype("float64")
        sides = np.eye(self.sides)
        # A side that is not marked as eased is kept.
        if demands:
            put(demands, -np.inf, 0, short=eye, eased=-sides[:demands] * reach[:demands, None])
            put(demands, -np.inf, 0, over=eye, eased=-sides[demands : 2 * demands] * reach[demands : 2 * demands, None])
        put(1, -np.inf, 0, size=np.ones((1, 2)), eased=-sides[[2 * demands]] * max(count, size))
        held = classes.locked > 0
        if held.any():
            pick = np.eye(kinds)[held]
            lock = np.tile(sides[-1], (int(held.sum()), 1)) * classes.locked[held][:, None]
            put(int(held.sum()), classes.locked[held], np.inf, counts=pick, eased=lock)
        if problem.budget is not None:
            self._money(put)
        self.body = sparse.vstack(rows, format="csr")
        self.low, self.high = np.concatenate(low), np.concatenate(high)

    def _money(self, put: Any) -> None:
        from scipy import sparse

        problem, demands = self.problem, len(self.problem.low)
        money = max(float(np.mean(problem.cost)), 1e-9)
        costs = problem.cost[self.bought] / money
        self.money = money
        put(1, -np.inf, (problem.budget or 0.0) / money, bought=costs[None, :], budget=np.array([[-1.0]]))
        most = float(costs.sum()) + 1
        sides = np.eye(self.sides)
        put(1, -np.inf, 0, budget=np.ones((1, 1)), eased=-sides[[2 * demands + 1]] * most)
        kinds = len(self.cheap)
        owner = np.repeat(np.arange(kinds), [len(titles) for titles in self.cheap])
        link = sparse.coo_array((np.ones(len(owner)), (owner, np.arange(len(owner)))), shape=(kinds, len(owner)))
        put(kinds, 0, 0, counts=-np.eye(kinds), bought=link)
        held = problem.locked[self.bought]
        if held.any():
            at = np.flatnonzero(held)
            pick = sparse.coo_array((np.ones(len(at)), (np.arange(len(at)), at)), shape=(len(at), len(held)))
            put(len(at), 1, np.inf, bought=pick, eased=np.tile(sides[-1], (int(held.sum()), 1)))

    def least(self, cost: dict[str, Any], hard: Bools, keep: list[tuple[dict[str, Any], float]]) -> Relief | None:
        """Minimise a cost over the parts with some sides hard; None where that cannot be.

        Parameters
        ----------
        cost : dict of part to weights
        hard : ndarray of bool, shape (sides,)
            Sides that must be kept.
        keep : list of (cost, value)
            Costs found before, that must not be exceeded.
        """
        from scipy import sparse
        from scipy.optimize import Bounds, LinearConstraint

        problem, part = self.problem, self.part
        most = np.full(self.width, np.inf)
        most[part["counts"]] = self.classes.sizes
        most[part["bought"]] = 1
        most[part["eased"]] = ~hard
        whole = np.ones(self.width)
        whole[part["budget"]] = whole[part["bought"]] = 0
        rows = [LinearConstraint(self.body, self.low, self.high)]
        rows += [LinearConstraint(sparse.csr_array(self._vector(one)[None, :]), -np.inf, value) for one, value in keep]
        answer = milp(
            self._vector(cost),
            constraints=rows,
            bounds=Bounds(np.zeros(self.width), most),
            integrality=whole,
            options={"mip_rel_gap": 0.0},
        )
        if answer.x is None:
            if answer.status != 2:
                raise DataError(
                    f"whether the demands can be kept was not found out: {answer.message}",
                    hint="Ask for fewer demands.",
                )
            return None
        x = answer.x
        counts = np.round(x[part["counts"]]).astype("int64")
        over = float(x[part["budget"]][0]) * (self.money if problem.budget is not None else 0.0)
        under, above = np.round(x[part["size"]])
        held = self.classes.members @ counts
        return Relief(
            short=np.maximum(problem.low - held, 0),
            over=np.maximum(held - problem.high, 0),
            size=int(above - under),
            budget=over if over > 1e-6 * max(abs(problem.budget or 0.0), 1.0) else 0.0,
            counts=counts,
            eased=np.round(x[part["eased"]]).astype(bool),
        )

    def value(self, cost: dict[str, Any], relief: Relief) -> float:
        """Return what a solution costs, for costs of whole titles."""
        whole = {
            "counts": relief.counts,
            "short": relief.short,
            "over": relief.over,
            "size": np.array([max(-relief.size, 0), max(relief.size, 0)]),
            "eased": relief.eased,
        }
        return float(sum(np.sum(np.asarray(weights) * whole[name]) for name, weights in cost.items()))

    def _vector(self, cost: dict[str, Any]) -> Floats:
        vector = np.zeros(self.width)
        for name, weights in cost.items():
            vector[self.part[name]] = weights
        return vector
