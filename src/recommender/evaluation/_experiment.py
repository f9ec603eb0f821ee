"""Experiments as data: one TOML says what is compared on what, and the results stand beside it."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from recommender.errors import CallError, ConfigError, UnreadableFileError, did_you_mean, visible
from recommender.evaluation._evaluate import TitleRanker, evaluate
from recommender.evaluation._splits import AsOfSplit, RandomSplit, YearSplit
from recommender.evaluation._truth import Gain
from recommender.ranking import BASELINES, ShuffleRanker, load_model_config
from recommender.sample import load_sample
from recommender.sources import atomic_output, read_outcomes, read_titles

__all__ = ["ExperimentConfig", "load_experiment", "run_experiment", "write_results"]


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
        Paths of models' TOML files, and names of baselines: ``shuffle``, ``newest``, ``origin_genre``.
    split : RandomSplit, YearSplit or AsOfSplit
        By its ``kind``: ``random``, ``years`` or ``as_of``.
    k : int
        NDCG and precision look at the best so many titles.
    gain : {"percentile_cubed", "binary", "log_points"}
    seed : int
        Of the bootstrap and of ``shuffle``.

    Examples
    --------
    >>> config = ExperimentConfig(name="quick", models=("shuffle",), split={"kind": "random", "share": 0.3})
    >>> config.split
    RandomSplit(kind='random', share=0.3, seed=0)
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    description: str = ""
    data: Literal["sample"] | DataConfig = "sample"
    models: Annotated[tuple[str, ...], Field(min_length=1)]
    split: Annotated[RandomSplit | YearSplit | AsOfSplit, Field(discriminator="kind")]
    k: Annotated[int, Field(ge=1)] = 100
    gain: Gain = "percentile_cubed"
    seed: Annotated[int, Field(ge=0)] = 0

    def input_paths(self) -> dict[str, Path]:
        """Return the tables' paths by their role; none where the sample is used."""
        return {} if self.data == "sample" else {"titles": self.data.titles, "outcomes": self.data.outcomes}

    def make_rankers(self) -> dict[str, TitleRanker]:
        """Return the rankers, not fitted, by the name to show: a baseline's own, or that of the model's TOML.

        Raises
        ------
        CallError
            If a model is neither a path of a TOML file nor a baseline, or two have one name.
        UnreadableFileError, ConfigError
            If a model's file cannot be read or is wrong.
        """
        rankers: dict[str, TitleRanker] = {}
        for model in self.models:
            if model == "shuffle":
                name, ranker = model, ShuffleRanker(random_state=self.seed)
            elif model in BASELINES:
                name, ranker = model, BASELINES[model]()
            elif model.endswith(".toml"):
                config = load_model_config(model)
                name, ranker = config.name, config.make_ranker()
            else:
                raise CallError(
                    f"{self.name}: there is no model {visible(model)!r}",
                    hint=did_you_mean(model, BASELINES)
                    or f"Give the path of a model's TOML file, or one of {', '.join(BASELINES)}.",
                )
            if name in rankers:
                raise CallError(
                    f"{self.name}: two models are called {name!r}",
                    hint="Change the name in one of the files.",
                )
            rankers[name] = ranker
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
    file = Path(path)
    hint = "Compare it with experiments/sample.toml."
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnreadableFileError(
            f"{file}: {error.strerror or error}", hint="Check the path of the experiment."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not TOML: {error}", file=file, hint=hint) from error
    try:
        return ExperimentConfig.model_validate(data)
    except ValidationError as error:
        raise ConfigError("\n".join(_faults(error)), file=file, hint=hint) from error


def run_experiment(config: ExperimentConfig) -> pd.DataFrame:
    """Run an experiment.

    Returns
    -------
    DataFrame
        As `evaluate` returns it.
    """
    rankers = config.make_rankers()
    titles, outcomes = config.read_data()
    return evaluate(rankers, titles, outcomes, config.split, config.k, config.gain, seed=config.seed)


def write_results(results: pd.DataFrame, config: ExperimentConfig, folder: str | Path) -> dict[str, Path]:
    """Write results as ``NAME.results.csv``, for programs, and ``NAME.results.md``, for people.

    Parameters
    ----------
    results : DataFrame
        As `run_experiment` returns it.
    config : ExperimentConfig
    folder : str or Path
        Made where it is not there.

    Returns
    -------
    dict of str to Path
        ``csv`` and ``md``.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {suffix: folder / f"{config.name}.results.{suffix}" for suffix in ("csv", "md")}
    with atomic_output(files["csv"]) as path:
        results.to_csv(path, index=False, float_format="%.4f", lineterminator="\n")
    with atomic_output(files["md"]) as path:
        Path(path).write_text(_markdown(results, config), encoding="utf-8", newline="\n")
    return files


def _markdown(results: pd.DataFrame, config: ExperimentConfig) -> str:
    split = ", ".join(f"{key} {value}" for key, value in config.split.model_dump(exclude_none=True).items())
    first = results.iloc[0]
    heads = {
        "ranker": "ranker",
        "ndcg": f"NDCG@{config.k}",
        "interval": "95% interval",
        "precision": f"precision@{config.k}",
        "spearman": "Spearman",
        "coverage": "coverage",
        "calibration_error": "calibration error",
        "seconds": "seconds",
    }
    lines = [
        f"# {config.name}",
        "",
        *([config.description, ""] if config.description else []),
        f"Split: {split}. Gain: {config.gain.replace('_', ' ')}. "
        f"Judged: {first['n_titles']:,} titles in {first['n_markets']:,} markets.",
        "",
        f"| {' | '.join(heads.values())} |",
        f"| --- |{' ---: |' * (len(heads) - 1)}",
    ]
    for row in results.to_dict("records"):
        cells = row | {"interval": f"{row['ndcg_low']:.3f} to {row['ndcg_high']:.3f}"}
        lines.append(f"| {' | '.join(_cell(cells[name]) for name in heads)} |")
    return "\n".join([*lines, ""])


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.1f}" if value >= 10 else f"{value:.3f}"
    return str(value)


def _faults(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        key = ".".join(str(part) for part in fault["loc"]) or "the file"
        if fault["type"] == "extra_forbidden":
            guess = did_you_mean(fault["loc"][-1], _known_keys()) or "remove it"
            yield f"{visible(key)}: unknown key; {guess}"
        else:
            yield f"{visible(key)}: {fault['msg'][0].lower()}{fault['msg'][1:]}"


def _known_keys() -> list[str]:
    parts: tuple[type[BaseModel], ...] = (ExperimentConfig, DataConfig, RandomSplit, YearSplit, AsOfSplit)
    return sorted({name for part in parts for name in part.model_fields})
