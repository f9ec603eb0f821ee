"""How good rankers are: splits, metrics, rankers side by side, backtests, and experiments kept as data.

A split divides titles and outcomes into what is learned from and what judges; `evaluate` fits rankers on
the one and judges them by the other, `run_backtest` also compares them and makes a report, and an `ExperimentConfig`
says all of it in one TOML. `check_leakage` and its like ask whether a ranker sees what it must not.
"""

from __future__ import annotations

from recommender.evaluation._backtest import BACKTEST_FILES, Backtest, run_backtest, write_backtest
from recommender.evaluation._canaries import find_canaries, leaking_columns
from recommender.evaluation._choose import choose_splits
from recommender.evaluation._compare import compare
from recommender.evaluation._evaluate import RESULT_COLUMNS, Judging, evaluate
from recommender.evaluation._experiment import ExperimentConfig, load_experiment
from recommender.evaluation._judge import Judgement
from recommender.evaluation._kept import KEPT_COLUMNS
from recommender.evaluation._leakage import check_chance, check_leakage
from recommender.evaluation._protocol import TitleRanker
from recommender.evaluation._rankers import NamedRanker, VariantConfig, find_ranker, unique_rankers
from recommender.evaluation._results import headline
from recommender.evaluation._run import ExperimentRun, run_experiment
from recommender.evaluation._training import training_figures, training_metrics
from recommender.evaluation._truth import Gain, gains
from recommender.evaluation.metrics import (
    FIGURES,
    Figure,
    auc,
    average_precision,
    bootstrap_interval,
    calibration_error,
    catalogue_coverage,
    interval_coverage,
    intra_list_diversity,
    ndcg_at_k,
    popularity_bias,
    precision_at_k,
    recall_at_k,
    spearman,
)
from recommender.evaluation.splits import (
    AsOfSplit,
    FoldSplit,
    Holdout,
    MarketSplit,
    OriginSplit,
    RandomSplit,
    RollingDaySplit,
    RollingYearSplit,
    Split,
    YearSplit,
)

__all__ = [
    "BACKTEST_FILES",
    "FIGURES",
    "KEPT_COLUMNS",
    "RESULT_COLUMNS",
    "AsOfSplit",
    "Backtest",
    "ExperimentConfig",
    "ExperimentRun",
    "Figure",
    "FoldSplit",
    "Gain",
    "Holdout",
    "Judgement",
    "Judging",
    "MarketSplit",
    "NamedRanker",
    "OriginSplit",
    "RandomSplit",
    "RollingDaySplit",
    "RollingYearSplit",
    "Split",
    "TitleRanker",
    "VariantConfig",
    "YearSplit",
    "auc",
    "average_precision",
    "bootstrap_interval",
    "calibration_error",
    "catalogue_coverage",
    "check_chance",
    "check_leakage",
    "choose_splits",
    "compare",
    "evaluate",
    "find_canaries",
    "find_ranker",
    "gains",
    "headline",
    "interval_coverage",
    "intra_list_diversity",
    "leaking_columns",
    "load_experiment",
    "ndcg_at_k",
    "popularity_bias",
    "precision_at_k",
    "recall_at_k",
    "run_backtest",
    "run_experiment",
    "spearman",
    "training_figures",
    "training_metrics",
    "unique_rankers",
    "write_backtest",
]
