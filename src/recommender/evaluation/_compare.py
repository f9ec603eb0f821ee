"""Two rankings of the same titles: which is better, by how much, and whether that could be chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import CallError
from recommender.evaluation._judge import COMPARED, WITH_HISTORY, Judgement
from recommender.evaluation._results import mean_figure
from recommender.evaluation.metrics import FIGURES, interval_of

__all__ = ["COMPARISON_COLUMNS", "compare", "comparisons", "sign_flip_p"]

COMPARISON_COLUMNS = ("ranker", "other", "split", "figure", "difference", "low", "high", "p_value", "n_titles")
N_FLIPS = 9_999
_CHUNK = 1_000
Floats = NDArray[np.float64]


def compare(one: Sequence[Judgement], other: Sequence[Judgement], *, random_state: int = 0) -> pd.DataFrame:
    """Compare two rankers judged on the same holdouts, titles paired.

    The interval is a paired bootstrap: both rankings are judged on the same resamples of the titles, and it is the
    difference that is drawn. The p-value is that of a sign-flip permutation over titles: were the two equally good, a
    title would speak for the one as readily as for the other. What a title says is its pseudo-value of the jackknife,
    that is how the difference changes without it, scaled to the spread of the resamples; so places that titles take
    from each other are accounted for, and the p-value agrees with the interval. p-values are not adjusted for how many
    comparisons are made.

    Parameters
    ----------
    one, other : sequence of Judgement
        Of one split, by holdout.
    random_state : int, default=0

    Returns
    -------
    DataFrame
        One row for ``ndcg`` and one for ``spearman``, where both have the figure: ``ranker``, ``other``, ``split``,
        ``figure``, ``difference``
        (positive where `one` is better) with ``low`` and ``high`` (95%), ``p_value`` (two-sided), ``n_titles``.

    Raises
    ------
    CallError
        If the two were not judged on the same holdouts.
    """
    if not one or [(j.split, j.holdout) for j in one] != [(j.split, j.holdout) for j in other]:
        raise CallError("two rankers are compared on the same holdouts", hint="Judge both by the same splits.")
    rows = []
    for name in COMPARED:
        pairs = [
            (a, b) for a, b in zip(one, other, strict=True) if np.isfinite([a.figures[name], b.figures[name]]).all()
        ]
        if not pairs:
            continue
        first, second = mean_figure([a for a, _ in pairs], name), mean_figure([b for _, b in pairs], name)
        difference, drawn = first[0] - second[0], first[1] - second[1]
        widest = FIGURES[name].most - FIGURES[name].least
        low, high = interval_of(difference, drawn, least=-widest, most=widest)
        effect = pd.Series(dtype="float64")
        for a, b in pairs:
            less = (pd.Series(a.effects[name]) - pd.Series(b.effects[name])) / len(pairs)
            effect = effect.add(less, fill_value=0)
        said = _pseudo_values(effect.to_numpy(dtype=np.float64), difference, drawn)
        rows.append(
            {
                "ranker": one[0].ranker,
                "other": other[0].ranker,
                "split": one[0].split,
                "figure": name,
                "difference": difference,
                "low": low,
                "high": high,
                "p_value": sign_flip_p(said, random_state=random_state),
                "n_titles": len(effect),
            }
        )
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))


def _pseudo_values(effect: Floats, difference: float, drawn: Floats) -> Floats:
    """Return what each title says for the difference: their mean is the difference, their spread that of the resamples.

    Taking a title out of the top moves all that follow, and overstates by a quarter how much a top-heavy figure varies;
    the resamples do not.
    """
    apart = effect - effect.mean()
    known = drawn[np.isfinite(drawn)]
    spread = float(np.sqrt((apart**2).sum()))
    scale = float(known.std()) / spread if len(known) and spread > 0 else 1.0
    values: Floats = difference + len(effect) * scale * apart
    return values


def comparisons(judgements: Sequence[Judgement], reference: str, *, random_state: int = 0) -> pd.DataFrame:
    """Compare one ranker with every other, split by split, as `compare` does.

    Like is compared with like: a ranker that was shown history with the reference that was, where it was.

    Parameters
    ----------
    judgements : sequence of Judgement
    reference : str
        The name of the one ranker.
    random_state : int, default=0
    """
    splits: dict[str, dict[str, list[Judgement]]] = {}
    for judgement in judgements:
        splits.setdefault(judgement.split, {}).setdefault(judgement.ranker, []).append(judgement)
    tables = []
    for by_ranker in splits.values():
        for other, judged in by_ranker.items():
            one = opposite(reference, other)
            against = by_ranker.get(one, by_ranker.get(reference, []))
            if other not in {one, reference} and [j.holdout for j in against] == [j.holdout for j in judged]:
                tables.append(compare(against, judged, random_state=random_state))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COMPARISON_COLUMNS))


def opposite(reference: str, other: str) -> str:
    """Return the name of the reference that stands against another ranker: with history where that one has it.

    Examples
    --------
    >>> opposite("default", "catboost_text + history")
    'default + history'
    """
    return f"{reference}{WITH_HISTORY}" if other.endswith(WITH_HISTORY) else reference


def sign_flip_p(difference: Floats, *, n_flips: int = N_FLIPS, random_state: int = 0) -> float:
    """Return how often a sum as far from 0 comes about when the signs of its parts are chance.

    Parameters
    ----------
    difference : ndarray, shape (n,)
        What each title says for the one and against the other; zeros change nothing.
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
