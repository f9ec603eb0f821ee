"""Whether appeal and intervals keep their promise where little is known as where much is, and in each market."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recommender.evaluation._judge import Judgement
from recommender.evaluation.metrics import spearman
from recommender.schema import EVIDENCE_WORDS

__all__ = ["coverage_by_market", "trust_by_evidence"]


def trust_by_evidence(judgements: Sequence[Judgement]) -> pd.DataFrame:
    """Return how far appeal and intervals are to be trusted at each level of evidence, all markets and holdouts together.

    Parameters
    ----------
    judgements : sequence of Judgement
        Rankers that do not weigh evidence, such as baselines, are left out.

    Returns
    -------
    DataFrame
        ``ranker``, ``split``, ``evidence`` (``strong``, ``fair``, ``thin``), ``n_pairs`` (titles in markets),
        ``interval_coverage``, ``interval_width``, ``error`` (mean distance between appeal and the percentile reached, 0 to
        1) and ``spearman`` (of the two).
    """
    rows = []
    for (ranker, split), said in _said(judgements).groupby(["ranker", "split"], sort=False):
        for word in EVIDENCE_WORDS:
            some = said[said["evidence"] == word]
            if len(some):
                rows.append((ranker, split, word, *_figures(some)))
    names = ["ranker", "split", "evidence", "n_pairs", "interval_coverage", "interval_width", "error", "spearman"]
    return pd.DataFrame(rows, columns=names)


def coverage_by_market(judgements: Sequence[Judgement]) -> pd.Series:
    """Return the share of the outcomes within their intervals, by ``ranker``, ``split`` and ``market``."""
    return (
        _with_interval(_said(judgements))
        .groupby(["ranker", "split", "market"])["held"]
        .mean()
        .rename("interval_coverage")
    )


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


def _said(judgements: Sequence[Judgement]) -> pd.DataFrame:
    told = [one.said.assign(ranker=one.ranker, split=one.split) for one in judgements if one.said is not None]
    columns = ["ranker", "split", "market", "evidence", "held", "low", "high", "appeal", "percentile"]
    return pd.concat(told, ignore_index=True) if told else pd.DataFrame(columns=columns)
