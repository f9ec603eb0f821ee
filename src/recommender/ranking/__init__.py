"""Labels, the ranker, its intervals, comparables and reasons, and the bundles that keep it.

`Ranker` learns and scores; `save_bundle` and `load_bundle` keep it in a folder that is safe to load; `load_model_config`
reads a model's TOML. `what_if` asks for the score of the same title told otherwise, `needs_screening` which titles cannot
be judged.

Everything is loaded when it is first asked for: an offer needs a rule of this room, not the trees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.lazy import lazy_names

if TYPE_CHECKING:
    from recommender.ranking._bundle import BUNDLE_FILES, Manifest, load_bundle, read_manifest, save_bundle
    from recommender.ranking._config import ModelConfig, ModelName, load_model_config
    from recommender.ranking._evidence import needs_screening
    from recommender.ranking._labels import percentile_of, spread_percentiles
    from recommender.ranking._ranker import Ranker
    from recommender.ranking._what_if import what_if
    from recommender.ranking.baselines import (
        BASELINES,
        Baseline,
        CatBoostTextRanker,
        HomePopularityRanker,
        MeanEmbeddingRanker,
        NewestRanker,
        OriginGenreRanker,
        RidgeEmbeddingsRanker,
        ShuffleRanker,
        TfidfKnnRanker,
    )

__all__ = [
    "BASELINES",
    "BUNDLE_FILES",
    "Baseline",
    "CatBoostTextRanker",
    "HomePopularityRanker",
    "Manifest",
    "MeanEmbeddingRanker",
    "ModelConfig",
    "ModelName",
    "NewestRanker",
    "OriginGenreRanker",
    "Ranker",
    "RidgeEmbeddingsRanker",
    "ShuffleRanker",
    "TfidfKnnRanker",
    "load_bundle",
    "load_model_config",
    "needs_screening",
    "percentile_of",
    "read_manifest",
    "save_bundle",
    "spread_percentiles",
    "what_if",
]

_HOMES = {
    "_bundle": ("BUNDLE_FILES", "Manifest", "load_bundle", "read_manifest", "save_bundle"),
    "_config": ("ModelConfig", "ModelName", "load_model_config"),
    "_evidence": ("needs_screening",),
    "_labels": ("percentile_of", "spread_percentiles"),
    "_ranker": ("Ranker",),
    "_what_if": ("what_if",),
    "baselines": (
        "BASELINES",
        "Baseline",
        "CatBoostTextRanker",
        "HomePopularityRanker",
        "MeanEmbeddingRanker",
        "NewestRanker",
        "OriginGenreRanker",
        "RidgeEmbeddingsRanker",
        "ShuffleRanker",
        "TfidfKnnRanker",
    ),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(__name__, __all__, _HOMES)
