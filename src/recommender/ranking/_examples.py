"""The pairs of title and market that a model learns from, with features that have not seen their answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from recommender.features import FeatureGroup, Known, Pairs, TitleFacts
from recommender.ranking._labels import grade, seen_before
from recommender.ranking._origins import Block
from recommender.ranking._unfamiliar import Unfamiliar, leave_origins_out
from recommender.ranking._views import ORIGIN_COUNT

__all__ = ["OF_CATALOGUES", "Examples", "build_examples", "draw_folds", "fold_features", "known_on", "stack_features"]

_LATER_SHARE = 0.2  # the newest tell best what comes next
_LEAST_TRAINED = 200
# Not known of a title only where a whole catalogue lacks them.
OF_CATALOGUES = ("what is told of it: listed by IMDb", "what is told of it: other titles")
# A catalogue may lack these altogether: of one title in five they are hidden, so that a model learns what to say then.
_MAY_LACK = (*OF_CATALOGUES, "release: order of registration")
_MAY_LACK_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class Examples:
    """What a model learns from, row by row.

    Attributes
    ----------
    pairs : Pairs
        Of length n.
    matrix : ndarray, shape (n, n_features), float32
    target, percentile : ndarray, shape (n,), 0 to 1
    weight : ndarray, shape (n,)
    query : ndarray of int, shape (n,)
        Titles that are ranked among one another: those asked of one market as of one day.
    rounds : list of tuple of ndarray of bool, shape (n,)
        What to learn from and what to predict then, so that every row that calibrates is predicted by a model that has
        not seen its answer and, of levels and presences that have days, nothing that was known only later.
    unfamiliar : tuple of Unfamiliar
        What to learn from and to ask so that nothing is known of a title's origin.
    """

    pairs: Pairs
    matrix: NDArray[np.float32]
    target: NDArray[np.float32]
    percentile: NDArray[np.float32]
    weight: NDArray[np.float64]
    query: NDArray[np.intp]
    rounds: list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]
    unfamiliar: tuple[Unfamiliar, ...] = ()

    def with_columns(self, columns: NDArray[np.intp]) -> Examples:
        """Return the same with some of the features."""
        unfamiliar = tuple(replace(some, matrix=some.matrix[:, columns]) for some in self.unfamiliar)
        return replace(self, matrix=self.matrix[:, columns], unfamiliar=unfamiliar)


def known_on(facts: TitleFacts, outcomes: pd.DataFrame, day: str, markets: Sequence[str]) -> Known:
    """Return what is known on a day: outcomes from before it, graded among themselves."""
    seen = seen_before(outcomes, day)
    return Known(facts, tuple(markets), grade(facts, seen, day, markets, eras=True), seen, day)


def build_examples(
    groups: Sequence[FeatureGroup],
    names: NDArray[np.object_],
    facts: TitleFacts,
    outcomes: pd.DataFrame,
    markets: tuple[str, ...],
    blocks: Sequence[Block],
    folds: NDArray[np.intp],
    *,
    half_life_years: float,
    random: np.random.Generator,
) -> Examples:
    """Describe the pairs of each block by what was known on its day.

    Parameters
    ----------
    groups : sequence of FeatureGroup
        Not fitted here: clones are.
    names : ndarray of str, shape (n_features,)
        Of their columns.
    facts : TitleFacts
    outcomes : DataFrame
        Known on the last day.
    markets : tuple of str
    blocks : sequence of Block
        As `ask_the_past` returns them.
    folds : ndarray of int, shape (n_titles,)
    half_life_years : float
        An example so much older than the newest counts half.
    random : numpy.random.Generator
    """
    last = max(block.origin for block in blocks)
    latest = known_on(facts, outcomes, last, markets)
    described = []
    for block in blocks:
        asked = np.full(len(block.title), block.origin, dtype="<U10")
        pairs = Pairs(facts, block.title, block.market, markets, outcomes, block.before, asked)
        known = latest if block.origin == last else known_on(facts, outcomes, block.origin, markets)
        described.append(
            _past_features(groups, known, pairs) if block.dated else fold_features(groups, known, pairs, folds)
        )
    matrix = np.vstack(described)
    title = np.concatenate([block.title for block in blocks])
    origin = np.concatenate([np.full(len(block.title), block.origin, dtype="<U10") for block in blocks])
    pairs = Pairs(
        facts=facts,
        title=title,
        market=np.concatenate([block.market for block in blocks]),
        markets=markets,
        history=outcomes,
        before=np.concatenate([block.before for block in blocks]),
        asked=origin,
    )
    _hide(matrix, names, title, random.random(len(facts)) < _MAY_LACK_SHARE)
    day = origin.astype("M8[D]")
    age = (day.max() - day) / np.timedelta64(1, "D") / 365.25
    weight = np.concatenate([block.weight for block in blocks]) * 0.5 ** (age / half_life_years)
    unfamiliar: tuple[Unfamiliar, ...] = ()
    if ORIGIN_COUNT in names:  # or else nobody will know which origins are unfamiliar
        unfamiliar = leave_origins_out(groups, latest, pairs, weight, np.flatnonzero(_of_one_day(blocks)))
    return Examples(
        pairs=pairs,
        matrix=matrix,
        target=np.concatenate([block.target for block in blocks]),
        percentile=np.concatenate([block.percentile for block in blocks]),
        weight=weight,
        query=np.repeat(np.arange(len(blocks)), [len(block.title) for block in blocks]) * len(markets) + pairs.market,
        rounds=_rounds(blocks, folds),
        unfamiliar=unfamiliar,
    )


def draw_folds(keys: Sequence[str], n_folds: int, seed: int) -> NDArray[np.intp]:
    """Return the fold of each title, drawn from what the title is: neither ids nor the order of rows matter.

    Examples
    --------
    >>> draw_folds(["solaris|1972", "stalker|1979", "solaris|1972"], 2, 0)
    array([1, 0, 1])
    """
    digests = {key: hashlib.sha256(f"{seed}|{key}".encode()).hexdigest() for key in set(keys)}
    order = {key: place for place, key in enumerate(sorted(digests, key=digests.__getitem__))}
    return np.array([order[key] % n_folds for key in keys], dtype=np.intp)


def stack_features(groups: Sequence[FeatureGroup], pairs: Pairs) -> NDArray[np.float32]:
    """Return the columns of all fitted groups side by side, shape (n_pairs, n_features)."""
    return np.hstack([group.transform(pairs) for group in groups])


def _past_features(groups: Sequence[FeatureGroup], known: Known, pairs: Pairs) -> NDArray[np.float32]:
    return stack_features([clone(group).fit(known) for group in groups], pairs)


def fold_features(
    groups: Sequence[FeatureGroup], known: Known, pairs: Pairs, folds: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Return features of pairs, each learned without the outcomes of the pair's own fold; `groups` stay unfitted."""
    matrix: NDArray[np.float32] | None = None
    for fold in np.unique(folds[pairs.title]):
        inside = folds == fold
        rows = np.flatnonzero(inside[pairs.title])
        block = _past_features(groups, known.without(inside), pairs.take(rows))
        if matrix is None:
            matrix = np.empty((len(pairs), block.shape[1]), dtype=np.float32)
        matrix[rows] = block
    assert matrix is not None
    return matrix


def _hide(
    matrix: NDArray[np.float32], names: NDArray[np.object_], title: NDArray[np.intp], hidden: NDArray[np.bool_]
) -> None:
    """Empty, for some titles, what a catalogue may lack altogether."""
    columns = np.array([str(name).startswith(_MAY_LACK) for name in names])
    matrix[np.ix_(hidden[title], columns)] = np.nan


def _of_one_day(blocks: Sequence[Block]) -> NDArray[np.bool_]:
    """Return which rows are of outcomes without a past, shape (n,): all known on one day."""
    last = max(block.origin for block in blocks)
    return np.concatenate(
        [np.full(len(block.title), not block.dated and block.calibrates and block.origin == last) for block in blocks]
    )


def _rounds(blocks: Sequence[Block], folds: NDArray[np.intp]) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Return which rows to learn from and to predict: later days from earlier ones; one day's titles and flows by folds."""
    sizes = [len(block.title) for block in blocks]
    number = np.repeat(np.arange(len(blocks)), sizes)
    settled = np.concatenate([block.settled for block in blocks])
    fold = folds[np.concatenate([block.title for block in blocks])]
    growing = np.repeat([block.growing for block in blocks], sizes)
    by_day = [block.dated and not block.growing for block in blocks]
    from_past = sum(size for size, asked in zip(sizes, by_day, strict=True) if asked)
    calibrates = np.repeat([block.calibrates for block in blocks], sizes)
    rounds = []
    later = 0
    for place in reversed(range(len(blocks))):
        if not by_day[place] or later >= _LATER_SHARE * from_past:
            continue
        learned = calibrates & (number != place) & (settled < blocks[place].origin)
        if learned.sum() >= _LEAST_TRAINED:
            rounds.append((learned, number == place))
            later += sizes[place]
    # Out of fold where there is no past: outcomes of one day, or growing, or no later slice that had enough to learn from.
    rest = _of_one_day(blocks) | growing if rounds else calibrates
    return rounds + [(fold != one, rest & (fold == one)) for one in np.unique(fold[rest])]
