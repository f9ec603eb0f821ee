"""Experiments as data: one TOML says what is compared on what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from recommender.errors import CallError, did_you_mean, visible
from recommender.evaluation._evaluate import Judging
from recommender.evaluation._rankers import NamedRanker, VariantConfig, find_ranker, make_variant, unique_rankers
from recommender.evaluation._truth import Gain
from recommender.evaluation.splits import AnySplit
from recommender.ranking import ModelName
from recommender.sample import load_sample, sample_path
from recommender.sources import read_outcomes, read_titles, read_toml

__all__ = ["DataConfig", "ExperimentConfig", "load_experiment"]

Seeds = Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataConfig(_Part):
    """The tables; paths are relative to the folder that the command is called in."""

    titles: Path
    outcomes: Path


class ExperimentConfig(_Part):
    """An experiment: rankers, compared on titles that they have not seen.

    Parameters
    ----------
    name : str
        Lower case letters, digits, ``-`` and ``_``; the results' files are called so.
    description : str
        The question, in a sentence.
    data : {"sample"} or table
        The bundled sample, or the paths ``titles`` and ``outcomes``.
    models : sequence of str
        Paths of models' TOML files, and names of baselines. The first of all is the one that the others are compared
        with.
    variants : sequence of VariantConfig
        Models that differ from another in some settings, for ablations.
    splits : sequence of splits
        By their ``kind``; a single one may stand as ``split``.
    seeds : sequence of int
        Everything is done once for each: what a split draws and what a model draws is drawn anew.
    k : int
        The figures of a list's top look at the best so many titles.
    gain : {"percentile_cubed", "binary", "log_points"}
    resamples : int
        Of the bootstrap over titles.
    seed : int
        Of the bootstrap and of ``shuffle``.

    Examples
    --------
    >>> config = ExperimentConfig(name="quick", models=("shuffle",), split={"kind": "random", "share": 0.3})
    >>> config.splits[0].label
    'random 30%'
    """

    name: ModelName
    description: str = ""
    data: Literal["sample"] | DataConfig = "sample"
    models: tuple[str, ...] = ()
    variants: tuple[VariantConfig, ...] = ()
    splits: Annotated[tuple[AnySplit, ...], Field(min_length=1)]
    seeds: Seeds = (0,)
    k: Annotated[int, Field(ge=1)] = 100
    gain: Gain = "percentile_cubed"
    resamples: Annotated[int, Field(ge=20, le=10_000)] = 200
    seed: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="before")
    @classmethod
    def _one_split(cls, data: Any) -> Any:
        if isinstance(data, dict) and "split" in data and "splits" not in data:
            return {**{key: value for key, value in data.items() if key != "split"}, "splits": (data["split"],)}
        return data

    @model_validator(mode="after")
    def _something_to_compare(self) -> ExperimentConfig:
        if not self.models and not self.variants:
            raise ValueError("no model is named; give models, variants or both")
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("a seed stands twice in seeds")
        labels = [split.label for split in self.splits]
        if len(set(labels)) < len(labels):
            raise ValueError("two splits are the same but for their seeds; use seeds, or repeats")
        return self

    @property
    def judging(self) -> Judging:
        """How rankings are judged."""
        return Judging(self.k, self.gain, n_resamples=self.resamples, seed=self.seed)

    def input_paths(self) -> dict[str, Path]:
        """Return the tables' paths by their role; none where the sample is used."""
        return {} if self.data == "sample" else {"titles": self.data.titles, "outcomes": self.data.outcomes}

    def table_paths(self) -> dict[str, Path]:
        """Return the tables' paths by their role, the sample's too."""
        sample = {"titles": sample_path("titles_foreign"), "outcomes": sample_path("outcomes")}
        return self.input_paths() or sample

    def make_rankers(self, only: tuple[str, ...] = ()) -> dict[str, NamedRanker]:
        """Return the rankers, not fitted, by the name to show.

        A baseline is called by its own name, a model as its TOML says, a variant as it is called here.

        Parameters
        ----------
        only : tuple of str
            The names of those that are wanted; all by default.

        Raises
        ------
        CallError
            If a model is neither a path of a TOML file nor a baseline, two have one name, or one that is wanted is
            not among them.
        UnreadableFileError, ConfigError
            If a model's file cannot be read, or it or a variant is wrong.
        """
        made = [find_ranker(model, seed=self.seed) for model in self.models]
        made += [make_variant(variant, source=self.name) for variant in self.variants]
        rankers = unique_rankers(made, source=self.name)
        for name in only:
            if name not in rankers:
                raise CallError(
                    f"{self.name} has no model {visible(name)!r}",
                    hint=did_you_mean(name, rankers) or f"It has {', '.join(rankers)}.",
                )
        return rankers

    def read_data(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Read titles and outcomes."""
        if self.data == "sample":
            sample = load_sample()
            return sample.training, sample.outcomes
        return read_titles(self.data.titles), read_outcomes(self.data.outcomes)


def load_experiment(path: str | Path) -> ExperimentConfig:
    """Read an experiment's TOML.

    Raises
    ------
    UnreadableFileError
        If the file is not there or cannot be read.
    ConfigError
        If it is not TOML, has a key that experiments do not have, or a value that is not allowed.
    """
    return read_toml(path, ExperimentConfig, hint="Compare it with experiments/sample.toml.")
