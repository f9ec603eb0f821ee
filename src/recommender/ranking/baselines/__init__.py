"""What a ranking must beat, behind the ranker's own interface: from chance to CatBoost with text."""

from __future__ import annotations

from recommender.ranking.baselines._base import Baseline
from recommender.ranking.baselines._catboost_text import CatBoostTextRanker
from recommender.ranking.baselines._home_popularity import HomePopularityRanker
from recommender.ranking.baselines._mean_embedding import MeanEmbeddingRanker
from recommender.ranking.baselines._newest import NewestRanker
from recommender.ranking.baselines._origin_genre import OriginGenreRanker
from recommender.ranking.baselines._ridge_embeddings import RidgeEmbeddingsRanker
from recommender.ranking.baselines._shuffle import ShuffleRanker
from recommender.ranking.baselines._tfidf_knn import TfidfKnnRanker

BASELINES: dict[str, type[Baseline]] = {
    "shuffle": ShuffleRanker,
    "newest": NewestRanker,
    "home_popularity": HomePopularityRanker,
    "origin_genre": OriginGenreRanker,
    "tfidf_knn": TfidfKnnRanker,
    "ridge_embeddings": RidgeEmbeddingsRanker,
    "mean_embedding": MeanEmbeddingRanker,
    "catboost_text": CatBoostTextRanker,
}
"""The baselines by the names that experiments use."""

__all__ = [
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
]
