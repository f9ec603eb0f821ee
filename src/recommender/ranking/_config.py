"""What a model is made of, as data: one TOML a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from recommender.errors import ConfigError
from recommender.features import DEFAULT_GROUPS, GROUPS
from recommender.ranking._forest import DEFAULT_MEMBERS
from recommender.ranking._learners import LEARNERS, Growth
from recommender.ranking._ranker import Ranker
from recommender.sources import read_toml, spelled

__all__ = ["ModelConfig", "ModelName", "load_model_config"]

ModelName = Annotated[
    str, spelled("[a-z0-9][a-z0-9_-]*", "use small letters, digits, - and _, a letter or digit first")
]
"""How a model may be called, and whatever stands beside one: files are named by it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EncoderConfig(_Part):
    """Which sentence-transformers model encodes titles and synopses."""

    model: str = "all-MiniLM-L6-v2"
    revision: str | None = None


class TreesConfig(_Part):
    """Settings of the boosted trees; see `recommender.ranking._forest.Forest`."""

    members: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)] = DEFAULT_MEMBERS
    max_iter: Annotated[int, Field(ge=1, le=5000)] = Growth.max_iter
    learning_rate: Annotated[float, Field(gt=0, le=1)] = Growth.learning_rate
    max_leaf_nodes: Annotated[int, Field(ge=2, le=63)] = Growth.max_leaf_nodes
    max_depth: Annotated[int, Field(ge=1, le=30)] = Growth.max_depth
    min_samples_leaf: Annotated[int, Field(ge=1)] = Growth.min_samples_leaf
    l2_regularization: Annotated[float, Field(ge=0)] = Growth.l2_regularization
    max_features: Annotated[float, Field(gt=0, le=1)] = Growth.max_features


class LabelConfig(_Part):
    """What is learned, and from how far back."""

    emphasis: Annotated[float, Field(ge=1, le=4)] = 2.5
    half_life_years: Annotated[float, Field(gt=0, le=1000)] = 3.0
    n_origins: Annotated[int, Field(ge=1, le=100)] = 12
    most_pairs: Annotated[int, Field(ge=1000)] = 160_000


class ModelConfig(_Part):
    """A model: its encoder, features, trees, label, folds and intervals.

    Examples
    --------
    >>> ModelConfig(n_folds=3).make_ranker().n_folds
    3
    """

    name: ModelName = "default"
    description: str = ""
    groups: Annotated[tuple[str, ...], Field(min_length=1)] = DEFAULT_GROUPS
    n_folds: Annotated[int, Field(ge=2, le=20)] = 5
    coverage: Annotated[float, Field(gt=0, lt=1)] = 0.8
    seed: Annotated[int, Field(ge=0)] = 0
    encoder: EncoderConfig = EncoderConfig()
    trees: TreesConfig = TreesConfig()
    label: LabelConfig = LabelConfig()

    def make_ranker(self, *, cache_dir: str | None = None) -> Ranker:
        """Return a ranker of this make, not fitted.

        Parameters
        ----------
        cache_dir : str or None
            Where embeddings are kept; the user's cache folder by default.
        """
        return Ranker(
            encoder=self.encoder.model,
            revision=self.encoder.revision,
            cache_dir=cache_dir,
            groups=self.groups,
            n_folds=self.n_folds,
            coverage=self.coverage,
            random_state=self.seed,
            **self.trees.model_dump(),
            **self.label.model_dump(),
        )


def load_model_config(path: str | Path) -> ModelConfig:
    """Read a model's TOML.

    Raises
    ------
    UnreadableFileError
        If the file is not there or cannot be read.
    ConfigError
        If it is not TOML, has a key that models do not have, or a value that is not allowed.
    """
    file = Path(path)
    config = read_toml(file, ModelConfig, hint="Compare it with models/default.toml.")
    for key, what, given, known in (
        ("groups", "feature group", config.groups, GROUPS),
        ("trees.members", "learner", config.trees.members, LEARNERS),
    ):
        unknown = [name for name in given if name not in known]
        if unknown:
            raise ConfigError(
                f"{file}: {key}: there is no {what} {', '.join(map(repr, unknown))}",
                hint=f"Choose from {', '.join(known)}.",
            )
    return config
