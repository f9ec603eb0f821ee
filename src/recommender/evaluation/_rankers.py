"""From names in a TOML or on the command line to rankers: baselines, models' files, and variants of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict
from sklearn.base import clone

from recommender.errors import CallError, ConfigError, did_you_mean, visible
from recommender.evaluation._protocol import TitleRanker
from recommender.ranking import BASELINES, ModelConfig, ModelName, load_model_config
from recommender.sources import check_config

__all__ = ["NamedRanker", "VariantConfig", "find_ranker", "make_variant", "unique_rankers"]


class VariantConfig(BaseModel):
    """A model that differs from another in some settings: one line of an ablation.

    Parameters
    ----------
    name : str
    base : str
        The path of a model's TOML file, or the name of a baseline.
    set : dict
        What is different: keys of the model's TOML, those of its tables as ``"trees.max_iter"`` or as tables; of a
        baseline its parameters.
    without : sequence of str
        Groups of features to leave out.

    Examples
    --------
    >>> VariantConfig(name="chance-7", base="shuffle", set={"random_state": 7}).without
    ()
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ModelName
    base: str
    set: dict[str, Any] = {}
    without: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class NamedRanker:
    """A ranker that is not fitted, with its name and what it is made of.

    Attributes
    ----------
    name : str
    ranker : TitleRanker
    made_of : dict
        Everything that decides what it predicts: for digests and for the tracking of runs.
    """

    name: str
    ranker: TitleRanker
    made_of: dict[str, Any]

    def with_seed(self, seed: int) -> NamedRanker:
        """Return the same with its own seed moved by so much; where it has none, the same."""
        params = self.ranker.get_params() if hasattr(self.ranker, "get_params") else {}
        if not seed or not isinstance(params.get("random_state"), int):
            return self
        moved = clone(self.ranker).set_params(random_state=params["random_state"] + seed)
        return replace(self, ranker=moved, made_of={**self.made_of, "random_state": params["random_state"] + seed})


def find_ranker(model: str, *, seed: int = 0) -> NamedRanker:
    """Return the ranker that a path of a TOML file or the name of a baseline stands for.

    Parameters
    ----------
    model : str
    seed : int, default=0
        Of ``shuffle``.

    Raises
    ------
    CallError
        If it is neither.
    UnreadableFileError, ConfigError
        If a model's file cannot be read or is wrong.

    Examples
    --------
    >>> find_ranker("newest").ranker
    NewestRanker()
    """
    if model in BASELINES:
        return _baseline(model, model, {"random_state": seed} if model == "shuffle" else {})
    if model.endswith(".toml"):
        return _of_config(load_model_config(model))
    raise CallError(
        f"there is no model {visible(model)!r}",
        hint=did_you_mean(model, BASELINES)
        or f"Give the path of a model's TOML file, or one of {', '.join(BASELINES)}.",
    )


def make_variant(variant: VariantConfig, *, source: str) -> NamedRanker:
    """Return the ranker of a variant.

    Raises
    ------
    CallError
        If the base is neither a baseline nor the path of a TOML file.
    ConfigError
        If it sets what the base does not have, or leaves out a group that the base has not.
    """
    where = f"variants.{variant.name}"
    if variant.base in BASELINES:
        known = BASELINES[variant.base]().get_params()
        for key in variant.set:
            if key not in known:
                raise ConfigError(
                    f"{variant.base} has no parameter {key!r}",
                    file=source,
                    key=f"{where}.set",
                    hint=did_you_mean(key, known) or f"It has {', '.join(known) or 'none'}.",
                )
        if variant.without:
            raise ConfigError("a baseline has no groups of features", file=source, key=f"{where}.without")
        return _baseline(variant.name, variant.base, variant.set)
    if not variant.base.endswith(".toml"):
        return replace(find_ranker(variant.base), name=variant.name)
    settings = load_model_config(variant.base).model_dump(mode="json")
    for group in variant.without:
        if group not in settings["groups"]:
            raise ConfigError(
                f"{variant.base} has no group {group!r} to leave out",
                file=source,
                key=f"{where}.without",
                hint=did_you_mean(group, settings["groups"]) or f"It has {', '.join(settings['groups'])}.",
            )
    settings["groups"] = [group for group in settings["groups"] if group not in variant.without]
    for key, value in variant.set.items():
        _put(settings, key.split("."), value)
    settings["name"] = variant.name
    config = check_config(settings, ModelConfig, source=f"{source}, {where}", hint=f"Compare it with {variant.base}.")
    return _of_config(config)


def unique_rankers(rankers: list[NamedRanker], *, source: str) -> dict[str, NamedRanker]:
    """Return rankers by name.

    Raises
    ------
    CallError
        If two have one name.
    """
    by_name: dict[str, NamedRanker] = {}
    for ranker in rankers:
        if ranker.name in by_name:
            raise CallError(f"{source}: two models are called {ranker.name!r}", hint="Change the name of one of them.")
        by_name[ranker.name] = ranker
    return by_name


def _baseline(name: str, base: str, params: Mapping[str, Any]) -> NamedRanker:
    ranker = BASELINES[base](**params)
    # How many threads compute it decides nothing.
    made_of = {key: value for key, value in ranker.get_params().items() if key != "n_threads"}
    return NamedRanker(name, ranker, {"baseline": base, **made_of})


def _of_config(config: ModelConfig) -> NamedRanker:
    made_of = config.model_dump(mode="json", exclude={"name", "description"})
    return NamedRanker(config.name, config.make_ranker(), made_of)


def _put(settings: dict[str, Any], path: list[str], value: Any) -> None:
    """Set what stands at a path; of a table, only the keys that are given."""
    first, *rest = path
    if rest:
        inner = settings.setdefault(first, {})
        if isinstance(inner, dict):
            _put(inner, rest, value)
            return
        value = {".".join(rest): value}
    if isinstance(value, dict) and isinstance(settings.get(first), dict):
        for key, inner in value.items():
            _put(settings[first], [key], inner)
    else:
        settings[first] = value
