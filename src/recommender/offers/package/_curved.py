"""What a choice costs beyond the sum of its titles, as planes from below: near-duplicates and the half-width.

Both costs are convex in the choice, so planes that touch them from below bring a linear program to them exactly
(outer approximation: Duran and Grossmann, Mathematical Programming 36, 1986). A group of near-duplicates costs
``penalty * k * (k - 1) / 2`` for k chosen, a chain of straight lines between whole numbers. For the half-width's
own part, the root of a sum over titles, the planes are those of the extended polymatroid (Atamturk and
Narayanan, Operations Research Letters 36, 2008), which count a title that is not yet chosen too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from recommender.offers.package._problem import Bools, Floats, Problem, Risk

HALF_WIDTH = -1  # the owner of the half-width's planes; groups of near-duplicates own theirs by number


@dataclass(eq=False)
class Cuts:
    """Planes found so far: for each, ``cost of its owner >= row . x + offset``; they hold for every choice."""

    rows: list[Any] = field(default_factory=list)
    offsets: list[float] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    _built: Any = None

    def add(self, owner: int, row: Any, offset: float) -> None:
        """Add one plane; `row` is sparse, shape (1, n)."""
        self.rows.append(row)
        self.offsets.append(offset)
        self.owners.append(owner)
        self._built = None

    def matrix(self, count: int) -> Any:
        """Return all rows, sparse csr."""
        from scipy import sparse

        if self._built is None:
            self._built = sparse.vstack(self.rows, format="csr") if self.rows else sparse.csr_array((0, count))
        return self._built

    def columns(self) -> tuple[list[int], np.ndarray]:
        """Return the owners that have planes, and for each plane the place of its owner among them."""
        known = sorted(set(self.owners))
        place = {owner: index for index, owner in enumerate(known)}
        return known, np.array([place[owner] for owner in self.owners], dtype="int64")


class Curved:
    """The curved costs of a problem, in the unit of the linear program."""

    def __init__(self, problem: Problem, scale: float) -> None:
        self.problem = problem
        self.scale = scale
        self.alike = problem.alike
        self.risk: Risk | None = problem.risk if problem.careful else None

    @classmethod
    def none(cls) -> Curved:
        """Return no curved costs at all."""
        return cls(Problem(np.empty(0), 0), 1.0)

    def __bool__(self) -> bool:
        return self.alike is not None or self.risk is not None

    def worth(self, chosen: Bools) -> float:
        """Return what a choice is truly worth, in the unit of the linear program."""
        return self.problem.objective(chosen) * self.scale

    def violated(self, x: Floats, levels: dict[int, float], merit: Floats, cuts: Cuts, tolerance: float) -> int:
        """Add the planes that a point lies under; return how many.

        Parameters
        ----------
        x : ndarray
            The titles' values, 0 to 1.
        levels : dict
            What the program takes each owner's cost to be.
        merit : ndarray
            The order in which titles that are not chosen would be taken.
        cuts : Cuts
            Receives the planes.
        tolerance : float
        """
        found = 0 if self.alike is None else self._groups(x, levels, cuts, tolerance)
        if self.risk is not None:
            found += self._half_width(self.risk, x, levels.get(HALF_WIDTH, 0.0), merit, cuts, tolerance)
        return found

    def _groups(self, x: Floats, levels: dict[int, float], cuts: Cuts, tolerance: float) -> int:
        held = self.alike @ x
        slope = np.floor(held + 1e-9)
        cost = self.problem.alike_penalty * self.scale * (slope * held - slope * (slope + 1) / 2)
        taken = np.zeros(len(held))
        for owner, level in levels.items():
            if owner != HALF_WIDTH:
                taken[owner] = level
        found = np.flatnonzero(cost > taken + tolerance)
        for group in found:
            row = self.alike[[group], :]
            steps = [slope[group]]
            if slope[group] > 1 and abs(held[group] - slope[group]) < 1e-6:
                steps.append(slope[group] - 1)
            for step in steps:
                price = float(self.problem.alike_penalty[group]) * self.scale
                cuts.add(int(group), row * (price * step), -price * step * (step + 1) / 2)
        return len(found)

    def _half_width(self, risk: Risk, x: Floats, level: float, merit: Floats, cuts: Cuts, tolerance: float) -> int:
        from scipy import sparse

        width = risk.down * self.scale
        own = (1 - risk.rho) * width**2
        order = np.lexsort((-merit, -x))
        roots = np.sqrt(np.concatenate([[0.0], np.cumsum(own[order])]))
        step = np.empty(len(x))
        step[order] = np.diff(roots)
        first = float(step @ x)
        share = risk.rho / max(len(risk.families), 1)
        pull, squares = np.zeros(len(x)), 0.0
        for family in risk.families:
            sums = np.bincount(family, weights=width * x)
            squares += float(np.sum(sums**2))
            pull += sums[family]
        root = float(np.sqrt(first**2 + share * squares))
        if root <= level + tolerance:
            return 0
        row = (first * step + share * width * pull) / root
        cuts.add(HALF_WIDTH, sparse.csr_array(row[None, :]), 0.0)
        return 1
