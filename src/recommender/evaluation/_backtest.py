"""A backtest: rankers on several holdouts, compared, as tables and as a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recommender.errors import CallError
from recommender.evaluation._compare import comparisons
from recommender.evaluation._evaluate import Judging, judge_rankers, make_yardsticks
from recommender.evaluation._judge import Judgement
from recommender.evaluation._protocol import TitleRanker
from recommender.evaluation._results import tabulate
from recommender.evaluation._trust import coverage_by_market, said_together, trust_by_evidence
from recommender.evaluation.splits import Split
from recommender.sources import atomic_directory, write_table

__all__ = ["BACKTEST_FILES", "Backtest", "run_backtest", "write_backtest"]

BACKTEST_FILES = (
    "results.csv",
    "results.parquet",
    "comparisons.csv",
    "by_market.csv",
    "by_evidence.csv",
    "holdouts.csv",
    "predictions.parquet",
    "report.html",
)


@dataclass(frozen=True, eq=False)
class Backtest:
    """What a backtest gave.

    Attributes
    ----------
    name : str
    reference : str
        The ranker that the others are compared with.
    judging : Judging
    judgements : tuple of Judgement
    results : DataFrame
        As `evaluate` returns it.
    comparisons : DataFrame
        As `compare` returns it, of the reference with every other.
    by_market : DataFrame
        ``ranker``, ``split``, ``market``, ``n_titles``, ``n_positives``, ``ndcg``, ``precision``, ``spearman``,
        ``interval_coverage``: sums, means over the holdouts, and the share of all outcomes.
    by_evidence : DataFrame
        How far appeal and intervals are to be trusted at each level of evidence: ``ranker``, ``split``, ``evidence``,
        ``n_pairs``, ``interval_coverage``, ``interval_width``, ``error`` and ``spearman`` of appeal and the percentile
        reached.
    holdouts : DataFrame
        ``split``, ``holdout``, ``learned`` and ``judged`` (titles), ``outcomes`` (rows learned from), ``later`` (those of
        them dated after the first that judges), ``markets``, ``as_of``.
    """

    name: str
    reference: str
    judging: Judging
    judgements: tuple[Judgement, ...]
    results: pd.DataFrame
    comparisons: pd.DataFrame
    by_market: pd.DataFrame
    by_evidence: pd.DataFrame
    holdouts: pd.DataFrame


def run_backtest(
    rankers: Mapping[str, TitleRanker],
    titles: pd.DataFrame,
    outcomes: pd.DataFrame,
    splits: Sequence[Split],
    judging: Judging,
    *,
    name: str = "backtest",
    around: Callable[[str], AbstractContextManager[None]] = lambda _doing: nullcontext(),
) -> Backtest:
    """Fit rankers on several holdouts, judge them, and compare the first with the others.

    Parameters
    ----------
    rankers : mapping of str to TitleRanker
        By the name to show; the first is the one that the others are compared with.
    titles, outcomes : DataFrame
        As `read_titles` and `read_outcomes` return them.
    splits : sequence of Split
    judging : Judging
    name : str, default="backtest"
        The heading of the report.
    around : callable
        Takes what is about to be done, and gives a context in which to do it: for progress.

    Raises
    ------
    CallError
        If no ranker or no split is given, or `k` is not positive.
    NotEnoughDataError
        If a holdout has nothing to learn from or judge by.

    Examples
    --------
    >>> from recommender.evaluation import RandomSplit
    >>> from recommender.ranking import OriginGenreRanker, ShuffleRanker
    >>> from recommender.sample import load_sample
    >>> sample = load_sample()
    >>> rankers, split = {"origin and genre": OriginGenreRanker(), "chance": ShuffleRanker()}, RandomSplit(share=0.3)
    >>> backtest = run_backtest(rankers, sample.training, sample.outcomes, [split], Judging(k=50))
    >>> bool(backtest.comparisons["difference"][0] > 0)
    True
    """
    if not rankers or not splits or judging.k < 1:
        raise CallError("a backtest takes at least one ranker, at least one split, and a k of at least 1")
    yardsticks = make_yardsticks(titles, outcomes, splits, judging)
    judgements = tuple(judge_rankers(rankers, yardsticks, around))
    reference = next(iter(rankers))
    said = said_together(judgements)
    holdouts = [
        {
            "split": one.holdout.split,
            "holdout": one.holdout.name,
            "learned": one.holdout.outcomes["title_id"].nunique(),
            "outcomes": len(one.holdout.outcomes),
            "later": one.holdout.n_later,
            "judged": int(np.isfinite(one.truth.value).any(axis=1).sum()),
            "markets": len(one.truth.markets),
            "as_of": one.holdout.as_of or "",
        }
        for one in yardsticks
    ]
    return Backtest(
        name=name,
        reference=reference,
        judging=judging,
        judgements=judgements,
        results=tabulate(judgements),
        comparisons=comparisons(judgements, reference, random_state=judging.seed),
        by_market=_by_market(judgements, said),
        by_evidence=trust_by_evidence(said),
        holdouts=pd.DataFrame(holdouts).astype({"later": "Int64"}),
    )


def write_backtest(backtest: Backtest, folder: str | Path) -> dict[str, Path]:
    """Write a backtest's tables and its report into a folder, all or none.

    Returns
    -------
    dict of str to Path
        By the names of the files: results as CSV and Parquet, comparisons, markets, evidence and holdouts as CSV, the
        report, and what rankers that give appeal said of each title beside what came of it.
    """
    from recommender.evaluation._report import report_html

    tables = {
        "results": backtest.results,
        "comparisons": backtest.comparisons,
        "by_market": backtest.by_market,
        "by_evidence": backtest.by_evidence,
        "holdouts": backtest.holdouts,
    }
    with atomic_directory(folder, names=BACKTEST_FILES) as path:
        for name, table in tables.items():
            table.to_csv(path / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
        write_table(backtest.results, path / "results.parquet")
        write_table(said_together(backtest.judgements), path / "predictions.parquet")
        (path / "report.html").write_text(report_html(backtest), encoding="utf-8", newline="\n")
    return {name: Path(folder) / name for name in BACKTEST_FILES}


def _by_market(judgements: Sequence[Judgement], said: pd.DataFrame) -> pd.DataFrame:
    tables = [one.by_market.assign(ranker=one.ranker, split=one.split) for one in judgements]
    whole = pd.concat(tables, ignore_index=True)
    grouped = whole.groupby(["ranker", "split", "market"], sort=False)
    sums = grouped[["n_titles", "n_positives"]].sum()
    means = grouped[["ndcg", "precision", "spearman"]].mean()
    return sums.join(means).join(coverage_by_market(said)).reset_index()
