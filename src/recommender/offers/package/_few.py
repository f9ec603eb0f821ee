"""Every choice that the bound leaves open, one by one, where they are few."""

from __future__ import annotations

import numpy as np

from recommender.offers.package._linear import Linear, slack_of
from recommender.offers.package._problem import Bools, Floats, Ints

_MOST = 4_096  # choices up to which looking at each is quicker than a solver's start
_MOST_TITLES = 64


def changes_within(losses: Floats, gap: float) -> Bools | None:
    """Return every set of titles whose losses come to no more than the gap, shape (sets, titles); None where many.

    A choice that differs from the relaxation in some titles is worth their losses less than the bound, or even
    less; so no other choice can pass one that is worth `gap` less than the bound.

    Examples
    --------
    >>> changes_within(np.array([1.0, 2.0]), 2.5).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1]]
    >>> changes_within(np.zeros(20), 0.0) is None
    True
    """
    if len(losses) > _MOST_TITLES:
        return None
    sums = np.zeros(1)
    changes = np.zeros((1, len(losses)), dtype=bool)
    for title, loss in enumerate(losses):
        more = sums + loss <= gap
        with_it = changes[more]
        with_it[:, title] = True
        sums, changes = np.r_[sums, sums[more] + loss], np.vstack([changes, with_it])
        if len(sums) > _MOST:
            return None
    return changes


def best_changed(linear: Linear, side: Bools, titles: Ints, changes: Bools) -> Bools | None:
    """Return the best choice that keeps every row, of those that differ from `side` in a set of changes.

    Parameters
    ----------
    linear : Linear
        Without columns of missed titles.
    side : ndarray of bool, shape (n,)
        The choice that is changed.
    titles : ndarray of int
        The titles that the columns of `changes` stand for.
    changes : ndarray of bool, shape (sets, titles)
        As `changes_within` returns it.

    Returns
    -------
    ndarray of bool or None
        None where no such choice keeps the rows.
    """
    sign = np.where(side[titles], -1.0, 1.0)
    held = linear.rows @ side.astype("float64") + changes @ (linear.rows[:, titles].toarray() * sign).T
    slack = slack_of(linear)
    kept = ((held >= linear.low - slack) & (held <= linear.high + slack)).all(axis=1)
    if not kept.any():
        return None
    gain = changes[kept] @ (linear.gain[titles] * sign)
    taken = side.copy()
    taken[titles[changes[kept][gain.argmax()]]] ^= True
    return taken
