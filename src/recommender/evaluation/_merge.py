"""The tables of an experiment after some of it was judged: new rows where there are, else those that were kept."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from recommender.evaluation._compare import comparisons
from recommender.evaluation._judge import Judgement
from recommender.evaluation._kept import Kept, model_of, of_model
from recommender.evaluation._results import tabulate
from recommender.evaluation.metrics import FIGURES

__all__ = ["merge", "warn_of_gaps"]

logger = logging.getLogger("recommender")
Keys = Mapping[tuple[str, str], str]

_WRITTEN = 6e-5
"""How far a figure may be from the one kept: tables are written with four decimals."""


def merge(
    names: Sequence[str], judged: Mapping[str, Sequence[Judgement]], keys: Keys, kept: Kept, *, seed: int
) -> Kept:
    """Return the tables with what was judged, in the order of the models and splits.

    A comparison that cannot be made again, as the raw judgements of a side are gone, stays while both sides are what
    they were: the same settings, the same figures, and the one model still the first.

    Parameters
    ----------
    names : sequence of str
        The experiment's models; the first is the one that the others are compared with.
    judged : mapping of str to sequence of Judgement
        Raw judgements by model, as far as there are any.
    keys : mapping of (model, split) to str
        The digests of all models and splits of the experiment.
    kept : Kept
        The tables so far.
    seed : int
        Of the p-values.
    """
    tables = []
    for name in names:
        new = tabulate(judged.get(name, []))
        new["key"] = [keys[name, split] for split in new["split"]]
        old = kept.results[of_model(kept.results["ranker"], name) & ~kept.results["split"].isin(new["split"].unique())]
        tables += [table for table in (new, old) if len(table)]
    results = pd.concat(tables, ignore_index=True) if tables else kept.results
    order = {split: place for place, split in enumerate(dict.fromkeys(split for _, split in keys))}
    results = results[results["split"].isin(order)]
    results = results.sort_values("split", key=lambda column: column.map(order), kind="stable").reset_index(drop=True)
    fresh = comparisons([one for some in judged.values() for one in some], names[0], random_state=seed)
    stays = _still_true(kept, results, keys, fresh, names[0])
    both = [table for table in (fresh, kept.comparisons[np.array(stays, dtype=bool)]) if len(table)]
    compared = pd.concat(both, ignore_index=True) if both else fresh
    rows = [(order[split], names.index(model_of(other))) for other, split in _pairs(compared, "other", "split")]
    return Kept(results, compared.iloc[sorted(range(len(rows)), key=rows.__getitem__)].reset_index(drop=True))


def warn_of_gaps(
    names: Sequence[str], judged: Mapping[str, Sequence[Judgement]], keys: Keys, kept: Kept, *, folder: str
) -> None:
    """Say which models have results and no comparison, because raw judgements are not in the folder of the runs."""
    raw = {(name, one.split) for name, some in judged.items() for one in some}
    compared = {(model_of(other), split) for other, split in _pairs(kept.comparisons, "other", "split")}
    first = names[0]
    for split in dict.fromkeys(split for _, split in keys):
        here = [name for name in names if kept.has(name, split, keys[name, split])]
        others = [name for name in here if name != first and (name, split) not in compared]
        lost = [name for name in others if first in here and not {(first, split), (name, split)} <= raw]
        if lost:
            gone = [name for name in (first, *lost) if (name, split) not in raw]
            logger.warning(
                "%s: %s is not compared with %s, as %s has no raw judgements of %s; judge anew: %s",
                split,
                first,
                ", ".join(lost),
                folder,
                ", ".join(gone),
                " ".join(["--again", *(f"--only {name}" for name in gone)]),
            )


def _still_true(kept: Kept, results: pd.DataFrame, keys: Keys, fresh: pd.DataFrame, reference: str) -> list[bool]:
    """Return of each comparison kept whether it is not made afresh, both sides are what they were, and it is wanted."""
    made = set(_pairs(fresh, "ranker", "other", "split"))
    same = {
        (name, split): kept.has(name, split, key) and _same_figures(kept.results, results, name, split)
        for (name, split), key in keys.items()
    }
    return [
        (one, other, split) not in made
        and model_of(one) == reference
        and all(same.get((model_of(side), split), False) for side in (one, other))
        for one, other, split in _pairs(kept.comparisons, "ranker", "other", "split")
    ]


def _same_figures(before: pd.DataFrame, after: pd.DataFrame, name: str, split: str) -> bool:
    old, new = (
        rows[of_model(rows["ranker"], name) & (rows["split"] == split)].set_index(["ranker", "holdout"])[list(FIGURES)]
        for rows in (before, after)
    )
    if not old.index.equals(new.index):
        return False
    was, now = old.to_numpy(dtype=np.float64), new.to_numpy(dtype=np.float64)
    return bool(np.allclose(was, now, rtol=0, atol=_WRITTEN, equal_nan=True))


def _pairs(table: pd.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    return list(zip(*(table[column] for column in columns), strict=True))
