"""Whether appeal and intervals keep their promise where little is known as where much is, and in each market."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recommender.evaluation._judge import Judgement
from recommender.evaluation.metrics import spearman
from recommender.schema import EVIDENCE_WORDS

__all__ = ["coverage_by_market", "said_together", "trust_by_evidence"]

_BY = ["ranker", "split"]


def said_together(judgements: Sequence[Judgement]) -> pd.DataFrame:
    """Return what rankers that give appeal said of each title beside what came of it: `Judgement.said`, named by holdout."""
    tables = [
        pd.DataFrame({"ranker": one.ranker, "split": one.split, "holdout": one.holdout}, index=one.said.index).join(
            one.said
        )
        for one in judgements
        if one.said is not None
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"ranker": [], "title_id": []}, dtype="str")


def trust_by_evidence(said: pd.DataFrame) -> pd.DataFrame:
    """Return how far appeal and intervals are to be trusted at each level of evidence, all markets and holdouts together.

    Parameters
    ----------
    said : DataFrame
        As `said_together` returns it. Rankers that do not weigh evidence are left out.

    Returns
    -------
    DataFrame
        ``ranker``, ``split``, ``evidence`` (``strong``, ``fair``, ``thin``), ``n_pairs`` (titles in markets),
        ``interval_coverage``, ``interval_width``, ``error`` (mean distance between appeal and the percentile reached, 0 to
        1) and ``spearman`` (of the two).
    """
    rows = []
    for (ranker, split), of_ranker in said.groupby(_BY, sort=False) if len(said) else ():
        for word in EVIDENCE_WORDS:
            some = of_ranker[of_ranker["evidence"] == word]
            if len(some):
                rows.append((ranker, split, word, *_figures(some)))
    names = [*_BY, "evidence", "n_pairs", "interval_coverage", "interval_width", "error", "spearman"]
    return pd.DataFrame(rows, columns=names)


def coverage_by_market(said: pd.DataFrame) -> pd.Series:
    """Return the share of the outcomes within their intervals, by ``ranker``, ``split`` and ``market``."""
    if said.empty:
        said = pd.DataFrame(columns=[*_BY, "market", "low", "high", "held"])
    return _with_interval(said).groupby([*_BY, "market"])["held"].mean().rename("interval_coverage")


def _figures(some: pd.DataFrame) -> tuple[int, float, float, float, float]:
    return (
        len(some),
        float(_with_interval(some)["held"].mean()),
        float((some["high"] - some["low"]).mean()),
        float((some["appeal"] - some["percentile"]).abs().mean()),
        spearman(some["appeal"], some["percentile"]),
    )


def _with_interval(said: pd.DataFrame) -> pd.DataFrame:
    return said[said["low"].notna() & said["high"].notna()]
