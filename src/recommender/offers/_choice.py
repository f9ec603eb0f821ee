"""The exact choice for a brief among the titles that may be offered, and what it says about itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import NotEnoughDataError
from recommender.offers._brief import Brief
from recommender.offers._membership import Demand, ExtraDemand, demands_of, membership
from recommender.offers._money import Priced, price_titles
from recommender.offers._pool import near_duplicates, risk_of
from recommender.offers.package import (
    Change,
    Conflict,
    Decisions,
    Marginal,
    Price,
    Problem,
    Solution,
    Substitutes,
    budget_needed,
    conflicts,
    marginal_values,
    nearest,
    prices,
    resolve,
    solve,
    substitutes,
)

_EXACT_POOL = 20_000  # titles up to which what each title adds is searched exactly
_DECIMALS = 6  # the resolution of appeal: differences below a millionth are ties


@dataclass(frozen=True)
class Miss:
    """A demand that the offer does not keep.

    Attributes
    ----------
    demand : Demand
    chosen : int
        Titles of the group in the offer.
    supply : int
        Eligible titles of the group.
    """

    demand: Demand
    chosen: int
    supply: int

    @property
    def by(self) -> int:
        """How many titles are missing (positive) or too many (negative)."""
        if self.chosen < self.demand.low:
            return self.demand.low - self.chosen
        return self.demand.high - self.chosen


@dataclass(frozen=True, eq=False)
class Choice:
    """The best choice for a brief.

    Attributes
    ----------
    pool : DataFrame
        The titles that may be offered, in the order of the problem: best first.
    asked : Problem
        What the brief asks of them, at the size asked for.
    solution : Solution
        Over the pool's places.
    demands : tuple of Demand
        The demands as counts of the final size, in the problem's order.
    members : ndarray of bool, shape (demands, titles)
    priced : Priced or None
        The titles' prices where the brief asks about money.
    dropped, added : tuple of str
        After decisions: titles of the choice before that went, and new ones.
    """

    pool: pd.DataFrame
    asked: Problem
    solution: Solution
    demands: tuple[Demand, ...]
    members: NDArray[np.bool_]
    priced: Priced | None = None
    dropped: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def chosen(self) -> NDArray[np.int64]:
        """The places of the chosen titles in the pool, best first."""
        return self.solution.chosen

    @property
    def proven(self) -> bool:
        """Whether no better choice exists."""
        return self.solution.proven

    @property
    def cost(self) -> float | None:
        """What the choice costs in the budget's currency; None where the brief does not ask."""
        return None if self.priced is None else round(float(self.priced.cost[self.chosen].sum()), 2)

    @cached_property
    def misses(self) -> tuple[Miss, ...]:
        """The demands that could not be kept; together they are missed by as few titles as possible."""
        held = self.members[:, self.chosen].sum(axis=1)
        return tuple(
            Miss(demand, int(have), int(row.sum()))
            for demand, have, row in zip(self.demands, held, self.members, strict=True)
            if not demand.low <= have <= demand.high
        )

    @cached_property
    def prices(self) -> tuple[Price, ...]:
        """What one more or one less of each demand would change."""
        return prices(self.asked, self.solution)

    @cached_property
    def marginal_values(self) -> tuple[Marginal, ...]:
        """What each chosen title adds, in the order of `chosen`; only bounded in a very large pool or an exchange."""
        exact = len(self.pool) <= _EXACT_POOL and all(row.yields for row in self.solution.state.more)
        return marginal_values(self.asked, self.solution, exact=exact)

    @cached_property
    def substitutes(self) -> tuple[Substitutes, ...]:
        """Who could take each chosen title's place alone, in the order of `chosen`."""
        return substitutes(self.asked, self.solution)

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The smallest sets of demands that cannot be kept together; none where the brief is kept."""
        kept = not self.misses and len(self.chosen) == self.asked.size
        return () if kept else conflicts(self.asked)

    @cached_property
    def nearest(self) -> tuple[Change, ...]:
        """The least changes of the brief's numbers after which all of it can be kept."""
        return nearest(self.asked) if self.conflicts else ()

    @cached_property
    def budget_needed(self) -> Change | None:
        """The budget with which all else could be kept, where the budget stands in the way."""
        return budget_needed(self.asked) if self.conflicts else None

    def resolved(self, accept: Collection[str], reject: Collection[str], hold: Collection[str] = ()) -> Choice:
        """Return the choice after decisions, by `title_id`, with the fewest changes.

        Ids that are not in the pool are passed over.
        """
        places = {title_id: place for place, title_id in enumerate(self.pool["title_id"])}
        decided = Decisions(*([places[one] for one in ids if one in places] for ids in (accept, reject, hold)))
        again = resolve(self.solution.problem, self.chosen, decided, near=self.solution)
        ids = self.pool["title_id"].to_numpy()
        return Choice(
            pool=self.pool,
            asked=self.asked,
            solution=again.solution,
            demands=self.demands,
            members=self.members,
            priced=self.priced,
            dropped=tuple(ids[again.dropped]),
            added=tuple(ids[again.added]),
            notes=self.notes,
        )


def choose(
    pool: pd.DataFrame,
    brief: Brief,
    *,
    extra: Sequence[ExtraDemand] = (),
    penalty: NDArray[np.float64] | None = None,
) -> Choice:
    """Choose the titles that a brief asks for, proven to be the best.

    Parameters
    ----------
    pool : DataFrame
        The eligible titles: `title_id`, `appeal` (0 to 1), `score`, `kind`, `decade`, `genres` (lists of str),
        and what else the brief's demands look at.
    brief : Brief
        Size, shares, locks, package and budget.
    extra : sequence of ExtraDemand
        Further demands, with masks in the pool's order; they are firm: missed only where nothing else helps.
    penalty : ndarray of float, optional
        What each title's materials cost, in the unit of the objective, in the pool's order.

    Returns
    -------
    Choice
        Where the demands cannot all be kept, first the number of titles by which they are missed is made
        least, then the objective greatest. Where the budget is too small for the size, fewer are chosen.

    Raises
    ------
    NotEnoughDataError
        No title can be offered within the budget.
    DataError
        Currencies are mixed, or prices contradict each other.

    Examples
    --------
    >>> from recommender.offers import Share, Shares
    >>> pool = pd.DataFrame({"title_id": ["a", "b", "c"], "appeal": [0.9, 0.8, 0.1], "score": [3.0, 2.0, 1.0],
    ...     "low": 0.0, "high": 1.0, "kind": "film", "decade": ["1960s", "1960s", "1970s"], "genres": [[], [], []]})
    >>> brief = Brief(name="pilot", market="CN", size=2, kinds=("film",), shares=Shares(decade={"1970s": Share(min=0.5)}))
    >>> choose(pool, brief).chosen.tolist()
    [0, 2]
    """
    order = pool.reset_index(drop=True).sort_values(
        ["appeal", "score", "title_id"], ascending=[False, False, True], kind="stable"
    )
    place = order.index.to_numpy()
    order = order.reset_index(drop=True)
    extra = [ExtraDemand(one.name, np.asarray(one.mask, dtype=bool)[place], one.low, one.high) for one in extra]
    priced = price_titles(order, brief)
    base = _base(order, brief, priced, None if penalty is None else np.asarray(penalty)[place])
    if base.banned.all():
        assert priced is not None
        raise NotEnoughDataError(
            f"none of the {len(order):,} eligible titles can be offered under the budget",
            hint=" ".join(priced.notes) or "Raise the budget.",
        )
    counted = order
    if brief.shares.tier:
        counted = order.assign(tier=[brief.package.tier_of(float(appeal)) for appeal in order["appeal"]])
    size = base.fitted().size
    asked: Problem | None = None
    while True:
        demands = (*demands_of(brief.shares, size), *(one.demand(size) for one in extra))
        problem = _with_demands(base, size, counted, demands, extra)
        asked = asked or problem
        solution = solve(problem, time_limit=brief.package.time_limit)
        if len(solution.chosen) == size:
            break
        # The budget does not reach that far: the shares are then those of fewer titles.
        size = len(solution.chosen)
        if size == 0:
            raise NotEnoughDataError(
                f"not one title can be had for the budget of {base.budget:,.2f} {base.currency}",
                hint="Raise the budget, or offer other titles.",
            )
    notes = () if priced is None else priced.notes
    return Choice(order, asked, solution, demands, problem.members, priced, notes=notes)


def _base(order: pd.DataFrame, brief: Brief, priced: Priced | None, penalty: NDArray[np.float64] | None) -> Problem:
    """Return the problem without the demands on the mix."""
    package = brief.package
    locked = order["title_id"].isin(list(brief.lock.title_ids)).to_numpy()
    weight = np.ones(len(order))
    if package.objective == "value":
        assert priced is not None
        weight = priced.cost
    value = order["appeal"].to_numpy(dtype="float64").round(_DECIMALS) * weight
    unit = float(value.mean()) if package.objective == "value" else 1.0
    if penalty is not None:
        value = value - penalty
    alike, parts = near_duplicates(order) if package.diversity else (None, None)
    budget = brief.budget
    return Problem(
        value.round(_DECIMALS),
        brief.size,
        locked=locked,
        banned=None if priced is None else priced.barred & ~locked,
        cost=None if priced is None or budget.total is None else priced.cost,
        budget=budget.total,
        currency=budget.currency or "",
        alike=alike,
        alike_penalty=None if parts is None else parts * package.diversity * unit,
        risk=risk_of(order, package.rho, weight),
        careful=package.objective == "careful",
    )


def _with_demands(
    base: Problem, size: int, order: pd.DataFrame, demands: tuple[Demand, ...], extra: Sequence[ExtraDemand]
) -> Problem:
    own = len(demands) - len(extra)
    members = np.vstack([membership(order, demands[:own]), *(one.mask[None, :] for one in extra)])
    return replace(
        base,
        size=size,
        members=members,
        low=[demand.low for demand in demands],
        # What asks for no maximum has none, whatever the size.
        high=[demand.high if demand.high < size else len(order) for demand in demands],
        names=tuple(demand.words for demand in demands),
        firm=np.arange(len(demands)) >= own,
    )
