"""Two rankings of the same titles: which is better, by how much, and whether that could be chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import CallError
from recommender.evaluation._judge import PARTED, Judgement
from recommender.evaluation._results import mean_figure
from recommender.evaluation.metrics import interval_of

__all__ = ["COMPARISON_COLUMNS", "compare", "comparisons", "sign_flip_p"]

COMPARISON_COLUMNS = ("ranker", "other", "split", "figure", "difference", "low", "high", "p_value", "n_titles")
N_FLIPS = 9_999
_CHUNK = 1_000
Floats = NDArray[np.float64]


def compare(one: Sequence[Judgement], other: Sequence[Judgement], *, random_state: int = 0) -> pd.DataFrame:
    """Compare two rankers judged on the same holdouts, titles paired.

    The interval is a paired bootstrap: both rankings are judged on the same resamples of the titles, and it is the
    difference that is drawn. The p-value is that of a sign-flip permutation: were the two rankers equally good, what a
    title adds to the one figure and to the other could be exchanged. What a title adds is its share of the sum over all
    places that the figure is, added up over the holdouts in which it judges. p-values are not adjusted for how many
    comparisons are made.

    Parameters
    ----------
    one, other : sequence of Judgement
        Of one split, by holdout.
    random_state : int, default=0

    Returns
    -------
    DataFrame
        One row for ``ndcg`` and one for ``spearman``: ``ranker``, ``other``, ``split``, ``figure``, ``difference``
        (positive where `one` is better) with ``low`` and ``high`` (95%), ``p_value`` (two-sided), ``n_titles``.

    Raises
    ------
    CallError
        If the two were not judged on the same holdouts.
    """
    if not one or [(j.split, j.holdout) for j in one] != [(j.split, j.holdout) for j in other]:
        raise CallError("two rankers are compared on the same holdouts", hint="Judge both by the same splits.")
    rows = []
    for name in PARTED:
        pairs = [(a, b) for a, b in zip(one, other, strict=True) if np.isfinite([a.figures[name], b.figures[name]]).all()]
        first, second = mean_figure([a for a, _ in pairs], name), mean_figure([b for _, b in pairs], name)
        difference, drawn = first[0] - second[0], first[1] - second[1]
        low, high = interval_of(difference, drawn)
        added = pd.Series(dtype="float64")
        for a, b in pairs:
            added = added.add(pd.Series(a.parts[name]) - pd.Series(b.parts[name]), fill_value=0)
        rows.append(
            {
                "ranker": one[0].ranker,
                "other": other[0].ranker,
                "split": one[0].split,
                "figure": name,
                "difference": difference,
                "low": low,
                "high": high,
                "p_value": sign_flip_p(added.to_numpy(dtype=np.float64), random_state=random_state),
                "n_titles": len(added),
            }
        )
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))


def comparisons(judgements: Sequence[Judgement], *, random_state: int = 0) -> pd.DataFrame:
    """Compare every ranker with every later one, split by split, as `compare` does."""
    splits: dict[str, dict[str, list[Judgement]]] = {}
    for judgement in judgements:
        splits.setdefault(judgement.split, {}).setdefault(judgement.ranker, []).append(judgement)
    tables = [
        compare(by_ranker[one], by_ranker[other], random_state=random_state)
        for by_ranker in splits.values()
        for place, one in enumerate(by_ranker)
        for other in list(by_ranker)[place + 1 :]
        if [j.holdout for j in by_ranker[one]] == [j.holdout for j in by_ranker[other]]
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COMPARISON_COLUMNS))


def sign_flip_p(difference: Floats, *, n_flips: int = N_FLIPS, random_state: int = 0) -> float:
    """Return how often a sum as far from 0 comes about when the signs of its parts are chance.

    Parameters
    ----------
    difference : ndarray, shape (n,)
        Of each title, what it adds to one figure less what it adds to the other; zeros change nothing.
    n_flips : int, default=9999
    random_state : int, default=0

    Returns
    -------
    float
        Two-sided, from 1 / (n_flips + 1) to 1; NaN without titles.

    Examples
    --------
    >>> sign_flip_p(np.ones(30))
    0.0001
    >>> sign_flip_p(np.zeros(30))
    1.0
    """
    if not len(difference):
        return float("nan")
    parts = difference[difference != 0]
    reached = abs(parts.sum()) - 1e-12
    random = np.random.default_rng(random_state)
    greater = 0
    for start in range(0, n_flips, _CHUNK):
        signs = random.integers(2, size=(min(_CHUNK, n_flips - start), len(parts)), dtype=np.int8) * 2 - 1
        greater += int((np.abs(signs @ parts) >= reached).sum())
    return (greater + 1) / (n_flips + 1)
