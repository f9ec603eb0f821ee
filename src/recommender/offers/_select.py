"""The exact choice: the titles with the greatest total appeal that keep the brief's shares and locks.

A binary program, solved and proven by HiGHS through `scipy.optimize.milp`. Titles that are alike in every
demand are interchangeable, so of each such class only the best can be chosen: the class order (appeal,
score, `title_id`) settles ties, and the pool's own order is fixed before solving, so that the order of the
input rows does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.offers._brief import Shares

_INFEASIBLE = 2
_DECIMALS = 6  # the resolution of appeal: differences below a millionth are ties
_SCALE = 1000.0  # keeps a millionth of appeal well above the solver's absolute tolerances


@dataclass(frozen=True)
class Demand:
    """A least and a greatest number of titles of one group, such as genre Comedy.

    Attributes
    ----------
    group : {"genre", "kind", "decade", "rule"}
    name : str
    low, high : int
        Counts in the offer, both allowed.
    """

    group: str
    name: str
    low: int
    high: int


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
class Selection:
    """What was chosen.

    Attributes
    ----------
    chosen : ndarray of int64, shape (n,)
        Positions in the pool, best first.
    demands : tuple of Demand
        The demands as counts of the final size.
    misses : tuple of Miss
        The demands that could not be kept; together they are missed by as few titles as possible.
    proven : bool
        Whether the choice is proven to be the best; False only where the time limit ended the search.
    """

    chosen: NDArray[np.int64]
    demands: tuple[Demand, ...]
    misses: tuple[Miss, ...]
    proven: bool


def select(
    pool: pd.DataFrame,
    size: int,
    shares: Shares,
    locks: Collection[str] = (),
    *,
    caps: Mapping[str, Callable[[int], int]] | None = None,
    value: str = "appeal",
    time_limit: float = 300.0,
) -> Selection:
    """Choose `size` titles of greatest total appeal under the shares, with every locked title among them.

    Parameters
    ----------
    pool : DataFrame
        The eligible titles: `title_id`, `appeal` (0 to 1), `score`, `kind`, `decade`, `genres` (lists of
        str).
    size : int
        How many; where the pool is smaller, all are chosen.
    shares : Shares
        Demands, as shares of the final size.
    locks : collection of str
        Ids that must be chosen; those not in the pool are passed over. More than `size` of them: all are
        chosen.
    caps : mapping of str to callable, optional
        By rule, from the size of the offer to the greatest number of the titles that name the rule in the
        pool's column `caps` (lists of str).
    value : str
        The column that is summed and made greatest.
    time_limit : float
        Seconds for each solve.

    Returns
    -------
    Selection
        Where the demands cannot all be kept, first the number of titles by which they are missed is made
        least, then the total appeal greatest.

    Examples
    --------
    >>> pool = pd.DataFrame({"title_id": ["a", "b", "c"], "appeal": [0.9, 0.8, 0.1], "score": [3.0, 2.0, 1.0],
    ...     "kind": "film", "decade": ["1960s", "1960s", "1970s"], "genres": [["Drama"], [], ["Drama"]]})
    >>> from recommender.offers import Share, Shares
    >>> select(pool, 2, Shares(decade={"1970s": Share(min=0.5)})).chosen.tolist()
    [0, 2]
    """
    order = pool.reset_index(drop=True).sort_values(
        [value, "score", "title_id"], ascending=[False, False, True], kind="stable"
    )
    locked = order["title_id"].isin(list(locks)).to_numpy()
    size = max(min(size, len(order)), int(locked.sum()))
    demands = demands_of(shares, size)
    demands += tuple(Demand("rule", rule, 0, limit(size)) for rule, limit in (caps or {}).items())
    member = membership(order, demands)
    if size in {len(order), int(locked.sum())}:  # nothing is left to choose
        taken, proven = locked | (size == len(order)), True
    else:
        appeal = order[value].to_numpy(dtype="float64").round(_DECIMALS)
        taken, proven = _solve(appeal, member, locked, demands, size, time_limit)
    misses = [
        Miss(demand, have, int(row.sum()))
        for demand, row in zip(demands, member, strict=True)
        if not demand.low <= (have := int(row[taken].sum())) <= demand.high
    ]
    chosen = order.index.to_numpy(dtype="int64")[taken]
    if value != "appeal":
        chosen = np.sort(chosen)
    return Selection(chosen, demands, tuple(misses), proven)


def demands_of(shares: Shares, size: int) -> tuple[Demand, ...]:
    """Return the shares as counts of an offer of `size` titles, by group and name."""
    return tuple(
        Demand(group, name, *share.counts(size))
        for group in ("genre", "kind", "decade")
        for name, share in sorted(getattr(shares, group).items())
    )


def membership(pool: pd.DataFrame, demands: Collection[Demand]) -> NDArray[np.bool_]:
    """Return which titles count for which demand; shape (demands, titles). Genres compare without case."""
    genres = [{genre.casefold() for genre in names} for names in pool["genres"]]
    rows = [
        np.fromiter((demand.name in rules for rules in pool["caps"]), dtype=bool, count=len(pool))
        if demand.group == "rule"
        else np.fromiter((demand.name.casefold() in names for names in genres), dtype=bool, count=len(pool))
        if demand.group == "genre"
        else (pool[demand.group] == demand.name).to_numpy(dtype=bool)
        for demand in demands
    ]
    return np.array(rows, dtype=bool).reshape(len(demands), len(pool))


def _solve(
    appeal: NDArray[np.float64],
    member: NDArray[np.bool_],
    locked: NDArray[np.bool_],
    demands: tuple[Demand, ...],
    size: int,
    time_limit: float,
) -> tuple[NDArray[np.bool_], bool]:
    """Solve for the titles taken, which stand best first; return them and whether the optimum is proven."""
    # Titles alike in every demand form a class; no more than `size` of a class can ever be chosen.
    classes = pd.Series(list(map(bytes, np.packbits(member, axis=0).T)), dtype="object")
    free_rank = (~locked).astype("int64")
    place = pd.Series(free_rank).groupby(classes, sort=False).cumsum().to_numpy()
    kept = np.flatnonzero(locked | (place <= size))
    low = np.array([demand.low for demand in demands], dtype="float64")
    high = np.array([demand.high for demand in demands], dtype="float64")
    x, proven = _milp(appeal[kept], member[:, kept], locked[kept], low, high, size, time_limit)
    taken = locked.copy()
    # Within a class the first free titles are taken: the same total, and ties by score and title_id.
    quota = pd.Series(x & ~locked[kept]).groupby(classes.iloc[kept].to_numpy(), sort=False).sum()
    taken |= ~locked & (place <= classes.map(quota).fillna(0).to_numpy())
    return taken, proven


def _milp(
    appeal: NDArray[np.float64],
    member: NDArray[np.bool_],
    locked: NDArray[np.bool_],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    size: int,
    time_limit: float,
) -> tuple[NDArray[np.bool_], bool]:
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    count, demands = len(appeal), len(low)
    options = {"mip_rel_gap": 0.0, "time_limit": time_limit}
    exact_size = LinearConstraint(np.ones((1, count)), size, size)
    whole = Bounds(locked.astype("float64"), np.ones(count))
    groups = sparse.csr_array(member.astype("float64"))
    quotas = [LinearConstraint(groups, low, high)] if demands else []
    answer = milp(
        -_SCALE * appeal,
        constraints=[exact_size, *quotas],
        bounds=whole,
        integrality=np.ones(count),
        options=options,
    )
    if answer.status != _INFEASIBLE:
        return _taken(answer, count)

    # The demands conflict. Each may now be missed at a price: `short` titles too few, `over` too many.
    slack = sparse.eye_array(demands)
    bounds = Bounds(
        np.concatenate([whole.lb, np.zeros(2 * demands)]),
        np.concatenate([whole.ub, np.full(2 * demands, size)]),
    )
    soft = [
        LinearConstraint(np.r_[np.ones(count), np.zeros(2 * demands)][None, :], size, size),
        LinearConstraint(sparse.hstack([groups, slack, -slack], format="csr"), low, high),
    ]
    missed = np.r_[np.zeros(count), np.ones(2 * demands)]
    integrality = np.r_[np.ones(count), np.zeros(2 * demands)]
    least = milp(missed, constraints=soft, bounds=bounds, integrality=integrality, options=options)
    soft.append(LinearConstraint(missed[None, :], 0, round(least.fun)))
    gain = np.r_[-_SCALE * appeal, np.zeros(2 * demands)]
    answer = milp(gain, constraints=soft, bounds=bounds, integrality=integrality, options=options)
    taken, proven = _taken(answer if answer.x is not None else least, count)
    return taken, proven and least.status == 0


def _taken(answer: object, count: int) -> tuple[NDArray[np.bool_], bool]:
    solution = getattr(answer, "x", None)
    if solution is None:
        from recommender.errors import DataError

        raise DataError(
            f"the solver found no offer: {getattr(answer, 'message', '')}",
            hint="Ask for fewer demands or titles.",
        )
    return np.asarray(solution[:count] > 0.5, dtype=bool), getattr(answer, "status", 1) == 0
