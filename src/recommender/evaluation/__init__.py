"""How good rankers are: splits, metrics, rankers side by side, backtests, and experiments kept as data.

A split divides titles and outcomes into what is learned from and what judges; `evaluate` fits rankers on
the one and judges them by the other; an `ExperimentConfig` says all of it in one TOML.
"""

from __future__ import annotations

from recommender.evaluation._compare import compare
from recommender.evaluation._evaluate import RESULT_COLUMNS, evaluate
from recommender.evaluation._protocol import TitleRanker
from recommender.evaluation._truth import Gain, gains
from recommender.evaluation.metrics import (
    FIGURES,
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
