"""Which demands cannot be kept together: the smallest such set, found exactly.

A smallest unsatisfiable set meets every way of mending the demands. So a smallest set that meets all ways known
so far is tried; where it can be kept, a way of mending the others is found and added, else it is the answer
(Ignatiev, Previti, Liffiton and Marques-Silva, "Smallest MUS extraction with minimal hitting set dualization",
CP 2015). Each question is a small program over classes of titles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.offers.package._classes import Program
from recommender.offers.package._milp import milp
from recommender.offers.package._problem import Bools, Problem


@dataclass(frozen=True)
class Conflict:
    """Demands that cannot be kept together, while any fewer of them can.

    Attributes
    ----------
    sides : tuple of (str, int)
        `("minimum", 3)`: the minimum of demand 3; `("size", 0)`, `("budget", 0)`, `("locks", 0)`.
    parts : tuple of str
        The same in words.
    """

    sides: tuple[tuple[str, int], ...]
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The conflict as a sentence."""
        if len(self.parts) == 1:
            return f"This cannot be kept: {self.parts[0]}."
        return f"These cannot be kept together: {'; '.join(self.parts)}."


def conflict(problem: Problem) -> Conflict | None:
    """Return the smallest set of demands that cannot be kept together, or None where all can.

    No set with fewer demands conflicts, and each of the set's demands is needed for the conflict.

    Examples
    --------
    >>> problem = Problem([0.9, 0.8, 0.1], 2, members=[[True, False, False], [False, True, True]], low=[1, 2],
    ...     high=[2, 2], names=["genre War", "the 1960s"])
    >>> conflict(problem).text
    'These cannot be kept together: at least 1 of genre War; at least 2 of the 1960s; exactly 2 titles.'
    """
    found = conflicts(problem, limit=1)
    return found[0] if found else None


def conflicts(problem: Problem, limit: int = 10) -> tuple[Conflict, ...]:
    """Return conflicts that have no demand in common: the smallest first, then the smallest among the rest, ...

    All conflicts are met by changing one demand of each, unless others overlap with these.
    """
    program = Program(problem)
    asked = _asked(problem)
    found: list[Conflict] = []
    while len(found) < limit:
        sides = _smallest(program, asked)
        if sides is None:
            break
        found.append(Conflict(*_words(problem, np.flatnonzero(sides))))
        asked = asked & ~sides
    return tuple(found)


def _asked(problem: Problem) -> Bools:
    """Return the sides that ask for anything."""
    supply = problem.members.sum(axis=1)
    asked: Bools = np.r_[problem.low > 0, problem.high < supply, True, problem.budget is not None, problem.locked.any()]
    return asked


def _smallest(program: Program, asked: Bools) -> Bools | None:
    ways: list[Bools] = []
    while True:
        tried = _meeting(ways, asked)
        relief = program.least({"eased": asked.astype("float64")}, tried, [])
        if relief is None:
            return tried
        eased = relief.eased & asked
        if not eased.any():
            return None
        ways.append(eased)


def _meeting(ways: list[Bools], asked: Bools) -> Bools:
    """Return a smallest set of sides that meets every way of mending."""
    from scipy.optimize import Bounds, LinearConstraint

    if not ways:
        return np.zeros_like(asked)
    answer = milp(
        np.ones(len(asked)),
        constraints=[LinearConstraint(np.array(ways, dtype="float64"), 1, np.inf)],
        bounds=Bounds(np.zeros(len(asked)), asked.astype("float64")),
        integrality=np.ones(len(asked)),
        options={"mip_rel_gap": 0.0},
    )
    meeting: Bools = np.round(answer.x).astype(bool)
    return meeting


def _words(problem: Problem, sides: np.ndarray) -> tuple[tuple[tuple[str, int], ...], tuple[str, ...]]:
    demands = len(problem.low)
    unit = f" {problem.currency}" if problem.currency else ""
    found, words = [], []
    for side in map(int, sides):
        if side < demands:
            supply = int(problem.members[side, ~problem.banned].sum())
            few = f" (there {'is' if supply == 1 else 'are'} {supply:,})" if supply < problem.low[side] else ""
            found.append(("minimum", side))
            words.append(f"at least {problem.low[side]:,} of {problem.names[side]}{few}")
        elif side < 2 * demands:
            found.append(("maximum", side - demands))
            words.append(f"at most {problem.high[side - demands]:,} of {problem.names[side - demands]}")
        elif side == 2 * demands:
            found.append(("size", 0))
            supply = int((~problem.banned).sum())
            few = f" (there {'is' if supply == 1 else 'are'} {supply:,})" if supply < problem.size else ""
            words.append(f"exactly {problem.size:,} title{'' if problem.size == 1 else 's'}{few}")
        elif side == 2 * demands + 1:
            found.append(("budget", 0))
            words.append(f"a budget of {problem.budget:,.2f}{unit}")
        else:
            count = int(problem.locked.sum())
            found.append(("locks", 0))
            words.append(f"the {count:,} locked title{'' if count == 1 else 's'}")
    return tuple(found), tuple(words)
