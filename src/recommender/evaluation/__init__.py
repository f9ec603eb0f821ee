"""How good rankers are: splits, metrics, rankers side by side, and experiments kept as data.

A split divides titles and outcomes into what is learned from and what judges; `evaluate` fits rankers on
the one and judges them by the other; an `ExperimentConfig` says all of it in one TOML.
"""

from __future__ import annotations

from recommender.evaluation._evaluate import RESULT_COLUMNS, TitleRanker, evaluate
from recommender.evaluation._experiment import (
    ExperimentConfig,
    load_experiment,
    run_experiment,
    write_results,
)
from recommender.evaluation._metrics import (
    bootstrap_interval,
    calibration_error,
    interval_coverage,
    ndcg_at_k,
    precision_at_k,
    spearman,
)
from recommender.evaluation._splits import AsOfSplit, Holdout, RandomSplit, Split, YearSplit
from recommender.evaluation._training import training_figures, training_metrics
from recommender.evaluation._truth import Gain, gains

__all__ = [
    "RESULT_COLUMNS",
    "AsOfSplit",
    "ExperimentConfig",
    "Gain",
    "Holdout",
    "RandomSplit",
    "Split",
    "TitleRanker",
    "YearSplit",
    "bootstrap_interval",
    "calibration_error",
    "evaluate",
    "gains",
    "interval_coverage",
    "load_experiment",
    "ndcg_at_k",
    "precision_at_k",
    "run_experiment",
    "spearman",
    "training_figures",
    "training_metrics",
    "write_results",
]
