"""From judgements to the table of results, and who is better than whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.evaluation._judge import COMPARED, Judgement
from recommender.evaluation.metrics import FIGURES, interval_of

__all__ = ["ALL", "RESULT_COLUMNS", "headline", "mean_figure", "tabulate"]

ALL = "all"
RESULT_COLUMNS: tuple[str, ...] = (
    "ranker",
    "split",
    "holdout",
    *(column for name in FIGURES for column in (name, f"{name}_low", f"{name}_high")),
    "n_markets",
    "n_titles",
    "seconds",
)
Floats = NDArray[np.float64]


def tabulate(judgements: Sequence[Judgement]) -> pd.DataFrame:
    """Return one row a ranker and holdout, and one, ``all``, a ranker and split of several holdouts.

    Parameters
    ----------
    judgements : sequence of Judgement
    """
    rows = []
    groups: dict[tuple[str, str], list[Judgement]] = {}
    for judgement in judgements:
        groups.setdefault((judgement.ranker, judgement.split), []).append(judgement)
    for (ranker, split), some in groups.items():
        if len(some) > 1:
            rows.append(_row(ranker, split, ALL, some))
        rows += [_row(ranker, split, one.holdout, [one]) for one in some]
    table = pd.DataFrame(rows, columns=list(RESULT_COLUMNS))
    return table.astype({"ranker": "str", "split": "str", "holdout": "str"})


def headline(results: pd.DataFrame) -> pd.DataFrame:
    """Return one row a ranker and split: that of all its holdouts, or of its only one."""
    several = results.groupby(["ranker", "split"])["holdout"].transform("size") > 1
    return results[~several | (results["holdout"] == ALL)].reset_index(drop=True)


def mean_figure(judgements: Sequence[Judgement], name: str) -> tuple[float, Floats]:
    """Return a figure's mean over holdouts where it is known, and that of every resample."""
    known = [one for one in judgements if np.isfinite(one.figures[name])]
    if not known:
        return float("nan"), np.empty(0)
    return (
        float(np.mean([one.figures[name] for one in known])),
        np.mean([one.draws[name] for one in known], axis=0),
    )


def _row(ranker: str, split: str, holdout: str, judgements: Sequence[Judgement]) -> dict[str, object]:
    row: dict[str, object] = {"ranker": ranker, "split": split, "holdout": holdout}
    for name, figure in FIGURES.items():
        whole, drawn = mean_figure(judgements, name)
        low, high = interval_of(whole, drawn, least=figure.least, most=figure.most)
        row |= {name: whole, f"{name}_low": low, f"{name}_high": high}
    return row | {
        "n_markets": len({market for one in judgements for market in one.by_market["market"]}),
        # A title that judges in several holdouts is one.
        "n_titles": len({title for one in judgements for title in one.effects[COMPARED[0]]}),
        "seconds": round(sum(one.seconds for one in judgements), 1),
    }
