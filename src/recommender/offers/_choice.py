"""The exact choice for a brief among the titles that may be offered, and what it says about itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import NotEnoughDataError, none_can
from recommender.offers._brief import Brief
from recommender.offers._membership import Demand, ExtraDemand, demands_of, membership
from recommender.offers._money import Priced, price_titles, refuse_accepted
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
_NEAR = 2e-6  # of the worth: a better choice that is not better by more makes no difference to anybody
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
    again : bool
        Whether it was chosen after decisions, with the fewest changes of the choice before.
    notes : tuple of str
        How money was counted.
    wanted : int
        The size that the brief asks for, where more are asked for than can be offered; else 0.
    """

    pool: pd.DataFrame
    asked: Problem
    solution: Solution
    demands: tuple[Demand, ...]
    members: NDArray[np.bool_]
    priced: Priced | None = None
    again: bool = False
    notes: tuple[str, ...] = ()
    wanted: int = 0

    @property
    def chosen(self) -> NDArray[np.int64]:
        """The places of the chosen titles in the pool, best first."""
        return self.solution.chosen

    @property
    def proven(self) -> bool:
        """Whether no better choice exists."""
        return self.solution.proven

    @property
    def near(self) -> bool:
        """Whether no choice exists that is better by more than a few millionths."""
        return self.solution.gap <= _NEAR * abs(self.solution.objective)

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
        return marginal_values(self.solution, exact=exact)

    @cached_property
    def substitutes(self) -> tuple[Substitutes, ...]:
        """Who could take each chosen title's place alone, in the order of `chosen`."""
        return substitutes(self.solution)

    @property
    def _whole(self) -> Problem:
        """What the brief asks, with the size that it asks for."""
        return replace(self.asked, size=max(self.asked.size, self.wanted))

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The smallest sets of demands that cannot be kept together; none where the brief is kept."""
        kept = not self.misses and len(self.chosen) == self.asked.size
        if kept:
            return ()
        found = conflicts(self._whole)
        # A size beyond what there is conflicts by itself; what else the titles that there are fail, is told too.
        told = {one.sides for one in found}
        more = conflicts(self.asked) if self.wanted else ()
        return (*found, *(one for one in more if one.sides not in told))

    @cached_property
    def nearest(self) -> tuple[Change, ...]:
        """The least changes of the brief's numbers after which all of it can be kept."""
        changes = nearest(self._whole) if self.conflicts else ()
        # Shares and caps are parts of the size: with fewer titles fewer of a group are allowed.
        least = len(self.chosen)
        return tuple(
            replace(one, after=least, text=f"lower the size from {self._whole.size:,} to {least:,}")
            if one.side == "size" and least < one.after
            else one
            for one in changes
        )

    @cached_property
    def budget_needed(self) -> Change | None:
        """The budget with which all else could be kept, where the budget stands in the way."""
        return budget_needed(self.asked) if self.conflicts else None

    @cached_property
    def budget_binds(self) -> bool:
        """Whether without the budget more titles could be offered."""
        if self.asked.budget is None:
            return False
        changes = nearest(replace(self.asked, budget=None))
        most = next((change.after for change in changes if change.side == "size"), self.asked.size)
        return most > len(self.chosen)


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
    return _chosen(pool, brief, extra, penalty)


def rechoose(
    pool: pd.DataFrame,
    brief: Brief,
    before: Collection[str],
    *,
    accept: Collection[str] = (),
    reject: Collection[str] = (),
    hold: Collection[str] = (),
    extra: Sequence[ExtraDemand] = (),
    penalty: NDArray[np.float64] | None = None,
) -> Choice:
    """Choose again after decisions: with the fewest changes that they and the demands allow, then the best.

    Parameters
    ----------
    pool, brief, extra, penalty
        As in `choose`.
    before : collection of str
        The titles of the choice before.
    accept, reject, hold : collection of str
        Titles that must be in, that must not, and that are the last to go. Ids that are not in the pool are passed
        over.

    Raises
    ------
    NotEnoughDataError, DataError
        As in `choose`; or a title is both accepted and rejected, or accepted although its price bars it.
    """
    return _chosen(pool, brief, extra, penalty, (before, accept, reject, hold))


def _chosen(
    pool: pd.DataFrame,
    brief: Brief,
    extra: Sequence[ExtraDemand],
    penalty: NDArray[np.float64] | None,
    decided: tuple[Collection[str], ...] | None = None,
) -> Choice:
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
            f"{none_can(len(order), 'eligible title')} be offered under the budget",
            hint=" ".join(priced.notes) or "Raise the budget.",
        )
    counted = order
    if brief.shares.tier:
        counted = order.assign(tier=[brief.package.tier_of(float(appeal)) for appeal in order["appeal"]])
    at = {title_id: number for number, title_id in enumerate(order["title_id"])}
    places = None if decided is None else [[at[one] for one in ids if one in at] for ids in decided]
    if places is not None:
        accepted = np.array(places[1], dtype="int64")
        refuse_accepted(order, brief, accepted[base.banned[accepted]])
    size = base.fitted().size
    asked: Problem | None = None
    while True:
        demands = (*demands_of(brief.shares, size), *(one.demand(size) for one in extra))
        problem = _with_demands(base, size, counted, demands, extra)
        asked = asked or problem
        if places is None:
            solution = solve(problem, time_limit=brief.package.time_limit)
        else:
            before, *others = places
            solution = resolve(problem, before, Decisions(*others), time_limit=brief.package.time_limit).solution
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
    return Choice(
        order,
        asked,
        solution,
        demands,
        problem.members,
        priced,
        again=places is not None,
        notes=notes,
        wanted=brief.size if brief.size > asked.size else 0,
    )


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
