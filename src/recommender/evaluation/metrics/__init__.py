"""How good a ranking is, in single figures, and how sure they are.

One module a kind: the top of the list, the whole order, calibration, and what lies beyond hits. Every figure is
computed by a function that takes weights too: a bootstrap resample is a whole number of copies of each title, so 200
resamples are 200 rows of one matrix.

Rules that hold for all: greater scores rank higher; titles with equal scores share what their places are worth; a figure
that cannot be known is NaN.
"""

from __future__ import annotations

from recommender.evaluation.metrics._beyond import catalogue_coverage, intra_list_diversity, popularity_bias
from recommender.evaluation.metrics._bootstrap import bootstrap_interval, draw_weights, interval_of
from recommender.evaluation.metrics._calibration import calibration_error, interval_coverage
from recommender.evaluation.metrics._names import FIGURES, Figure
from recommender.evaluation.metrics._order import auc, spearman
from recommender.evaluation.metrics._ranked import Ranked
from recommender.evaluation.metrics._top import average_precision, ndcg_at_k, precision_at_k, recall_at_k

__all__ = [
    "FIGURES",
    "Figure",
    "Ranked",
    "auc",
    "average_precision",
    "bootstrap_interval",
    "calibration_error",
    "catalogue_coverage",
    "draw_weights",
    "interval_coverage",
    "interval_of",
    "intra_list_diversity",
    "ndcg_at_k",
    "popularity_bias",
    "precision_at_k",
    "recall_at_k",
    "spearman",
]
