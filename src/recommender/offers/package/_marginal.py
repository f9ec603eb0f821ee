"""What each chosen title adds to the choice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from recommender.offers.package._linear import Linear
from recommender.offers.package._problem import Bools, Ints, Solution
from recommender.offers.package._relax import Relaxed
from recommender.offers.package._search import bound_without, search
from recommender.offers.package._solve import TIME_LIMIT, State, attempt
from recommender.offers.package._swaps import Swaps, best_of


@dataclass(frozen=True)
class Marginal:
    """What a chosen title adds: the worth of the choice, less that of the best choice without the title.

    Attributes
    ----------
    title : int
        Position.
    value : float or None
        None where no choice without it keeps the demands. Negative for a lock that costs something.
    least : float or None
        What it adds at least; the value itself where that is exact.
    exact : bool
        Whether the value is proven; else it is the most that it can be.
    """

    title: int
    value: float | None
    least: float | None
    exact: bool


def marginal_values(solution: Solution, *, exact: bool = True, time_limit: float = TIME_LIMIT) -> tuple[Marginal, ...]:
    """Return what each chosen title adds.

    The best swap is one choice without the title; the relaxation's prices bound all of them. What lies between
    is searched exactly.

    Parameters
    ----------
    solution : Solution
        As `solve` returns it.
    exact : bool
        False: leave it at the two bounds where there is a swap, which takes no time.
    time_limit : float
        Seconds for all titles; the rest is then only bounded.

    Returns
    -------
    tuple of Marginal
        In the order of `solution.chosen`.

    Examples
    --------
    >>> from recommender.offers.package import Problem, solve
    >>> [marginal.value for marginal in marginal_values(solve(Problem([0.9, 0.8, 0.1], 2)))]
    [0.8, 0.7]
    """
    until = time.monotonic() + time_limit
    state = solution.state
    if state.linear.extra.shape[1]:
        again = attempt(solution.problem, until=until, more=state.more, near=solution, close=state.close)
        assert again is not None
        state = again.state
    return tuple(_marginals(solution, state, exact, until))


def _marginals(solution: Solution, state: State, exact: bool, until: float) -> Iterator[Marginal]:
    swaps = Swaps(solution)
    scale = state.linear.scale
    others_found: list[tuple[float, Ints]] = []
    for title in map(int, solution.chosen):
        start = _start(title, swaps, solution.mask, scale, others_found)
        linear, relaxed = _released(state, title)
        if start is not None and (not exact or time.monotonic() > until):
            worth, bound = state.curved.worth(start), bound_without(linear, relaxed, title)
        else:
            found = search(
                linear,
                state.curved,
                state.cuts,
                relaxed,
                start=start,
                without=title,
                until=until,
                close=state.close,
            )
            if found.taken is None:
                yield Marginal(title, None, None, found.proven)
                continue
            if not any(row.yields for row in state.more):
                # A choice without this title is often the best without another too.
                others_found.append((found.worth, np.flatnonzero(found.taken)))
            worth, bound = found.worth, found.worth if found.proven else found.bound
        value, least = (_plain(solution.objective - one / scale) for one in (worth, max(bound, worth)))
        yield Marginal(title, value, min(value, least), solution.proven and value - least <= 1e-9)


def _plain(change: float) -> float:
    """Return a change without the noise of sums, and without minus zero."""
    return float(np.round(change, 9)) + 0.0


def _start(title: int, swaps: Swaps, mask: Bools, scale: float, others_found: list[tuple[float, Ints]]) -> Bools | None:
    """Return the best choice without a title that is known: a swap, or one found for another title."""
    others, worth = swaps.of(title)
    start, known = None, -np.inf
    if len(worth):
        best = int(best_of(worth, 1)[0])
        known = float(worth[best]) * scale
        start = mask.copy()
        start[[title, others[best]]] = False, True
    for value, chosen in others_found:
        if value > known and title not in chosen:
            known = value
            start = np.zeros_like(mask)
            start[chosen] = True
    return start


def _released(state: State, title: int) -> tuple[Linear, Relaxed]:
    """Return the program in which a title that was to stay may go: its weight no longer counts in such rows."""
    linear, relaxed = state.linear, state.relaxed
    if not any(row.yields for row in state.more):
        return linear, relaxed
    low = linear.low.copy()
    first = len(low) - len(state.more)
    easier = np.array([row.weights[title] * row.yields for row in state.more])
    low[first:] -= easier
    bound = relaxed.bound - float(np.minimum(relaxed.duals[first:], 0.0) @ easier)
    return replace(linear, low=low), replace(relaxed, bound=bound)
