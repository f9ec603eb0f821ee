"""Labels, the ranker, its intervals, comparables and reasons, and the bundles that keep it.

`Ranker` learns and scores; `save_bundle` and `load_bundle` keep it in a folder that is safe to load; `load_model_config`
reads a model's TOML.
"""

from __future__ import annotations

from recommender.ranking._baselines import BASELINES, Baseline, NewestRanker, OriginGenreRanker, ShuffleRanker
from recommender.ranking._bundle import Manifest, load_bundle, read_manifest, save_bundle
from recommender.ranking._config import ModelConfig, load_model_config
from recommender.ranking._ranker import Ranker

__all__ = [
    "BASELINES",
    "Baseline",
    "Manifest",
    "ModelConfig",
    "NewestRanker",
    "OriginGenreRanker",
    "Ranker",
    "ShuffleRanker",
    "load_bundle",
    "load_model_config",
    "read_manifest",
    "save_bundle",
]
