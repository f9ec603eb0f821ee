"""One title for another: substitutes that keep every demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.offers.package._problem import Bools, Floats, Ints, Solution


@dataclass(frozen=True, eq=False)
class Substitutes:
    """The best titles that could take a chosen title's place, with every demand kept.

    Attributes
    ----------
    title : int
        The chosen title's position.
    others : ndarray of int
        Positions outside the choice, best first.
    changes : ndarray of float
        Change of the worth with each in its place.
    """

    title: int
    others: Ints
    changes: Floats


def substitutes(solution: Solution, *, count: int = 3) -> tuple[Substitutes, ...]:
    """Return for each chosen title the best titles that could take its place alone.

    A swap keeps the size, every demand (one that is missed is missed by no more), the locks of the other
    titles, the bans and the budget.

    Parameters
    ----------
    solution : Solution
        As `solve` returns it.
    count : int
        The most substitutes for a title.

    Returns
    -------
    tuple of Substitutes
        In the order of `solution.chosen`.

    Examples
    --------
    >>> from recommender.offers.package import Problem, solve
    >>> problem = Problem([0.9, 0.8, 0.1, 0.7], 1, members=[[True, False, True, False]], low=[1], high=[1])
    >>> substitutes(solve(problem))[0].others.tolist()
    [2]
    """
    swaps = Swaps(solution)
    found = []
    for title in solution.chosen:
        others, worth = swaps.of(int(title))
        best = best_of(worth, count)
        found.append(Substitutes(int(title), others[best], np.round(worth[best] - solution.objective, 9) + 0.0))
    return tuple(found)


def best_of(worth: Floats, count: int) -> Ints:
    """Return the places of the greatest; of equal ones the first."""
    if len(worth) > 8 * count:
        edge = np.partition(worth, len(worth) - count)[len(worth) - count]
        some = np.flatnonzero(worth >= edge)
        return some[np.argsort(-worth[some], kind="stable")[:count]].astype("int64")
    return np.argsort(-worth, kind="stable")[:count].astype("int64")


class Swaps:
    """All choices that differ from one in a single title."""

    def __init__(self, solution: Solution) -> None:
        self.problem = problem = solution.problem
        self.mask = mask = solution.mask
        self.worth = solution.objective
        self.outside = np.flatnonzero(~mask & ~problem.banned).astype("int64")
        self.held = problem.members[:, mask].sum(axis=1)
        packed = np.packbits(problem.members[:, self.outside], axis=0)
        if len(problem.low) and len(self.outside):
            keys = np.ascontiguousarray(packed.T).view(f"V{packed.shape[0]}").ravel()
            _, first, self.label = np.unique(keys, return_index=True, return_inverse=True)
            self.classes = problem.members[:, self.outside[first]]
        else:
            self.label = np.zeros(len(self.outside), dtype="int64")
            self.classes = np.zeros((len(problem.low), 1), dtype=bool)
        self.spent = problem.total_cost(mask)
        self.alike = None if problem.alike is None else problem.alike.tocsc()
        if self.alike is not None:
            self.near = self.alike @ mask.astype("float64")
        self.rows = [row for row in solution.state.more if not row.yields]
        self.sums = self._sums(mask)

    def _sums(self, mask: Bools) -> list[Floats]:
        risk = self.problem.risk
        if not self.problem.careful or risk is None:
            return []
        sums: list[Floats] = [
            np.bincount(family, weights=np.where(mask, risk.down, 0.0), minlength=int(family.max()) + 1).astype(
                "float64"
            )
            for family in risk.families
        ]
        return sums

    def of(self, title: int) -> tuple[Ints, Floats]:
        """Return the titles that can replace one, and the worth of the choice with each."""
        problem = self.problem
        held = self.held - problem.members[:, title]
        after = held[:, None] + self.classes
        fits = ((after >= problem.low[:, None]) & (after <= problem.high[:, None])).all(axis=0)
        can = fits[self.label]
        if problem.budget is not None:
            room = problem.budget - self.spent + problem.cost[title]
            can = can & (problem.cost[self.outside] <= room + 0.005)
        for row in self.rows:
            sums = float(row.weights[self.mask].sum() - row.weights[title]) + row.weights[self.outside]
            can = can & (sums >= row.low - 1e-6) & (sums <= row.high + 1e-6)
        others = self.outside[can]
        worth = self.worth - problem.value[title] + problem.value[others]
        if self.alike is not None:
            worth = worth - self._nearness(title, others)
        if self.sums:
            worth = worth - self._half_width(title, others)
        return others, worth

    def _nearness(self, title: int, others: Ints) -> Floats:
        """Return by how much the penalty for near-duplicates changes."""
        problem, alike = self.problem, self.alike
        assert alike is not None
        own = alike[:, [title]].toarray()[:, 0]
        less = float(problem.alike_penalty @ (own * (self.near - 1)))
        left = self.near - own
        more = alike[:, others].T @ (problem.alike_penalty * left)
        change: Floats = more - less
        return change

    def _half_width(self, title: int, others: Ints) -> Floats:
        """Return by how much the half-width changes."""
        risk = self.problem.risk
        assert risk is not None
        share = risk.rho / max(len(risk.families), 1)
        before = risk.half_width(risk.down, self.mask)
        own = (1 - risk.rho) * float(np.sum(risk.down[self.mask] ** 2) - risk.down[title] ** 2)
        square = own + (1 - risk.rho) * risk.down[others] ** 2
        for family, sums in zip(risk.families, self.sums, strict=True):
            left = sums.copy()
            left[family[title]] -= risk.down[title]
            cross = 2 * left[family[others]] * risk.down[others] + risk.down[others] ** 2
            square = square + share * (float(np.sum(left**2)) + cross)
        change: Floats = np.sqrt(np.maximum(square, 0.0)) - before
        return change
