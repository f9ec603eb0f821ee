"""Bundles: a trained ranker in a folder that is safe to load, whoever sent it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import skops.io
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sklearn.utils.validation import check_is_fitted

from recommender.errors import BundleError, ConfigError
from recommender.ranking._canonical import canonical_archive
from recommender.ranking._card import model_card
from recommender.ranking._config import EncoderConfig, LabelConfig, ModelConfig, TreesConfig
from recommender.ranking._forest import Forest
from recommender.ranking._head import Head
from recommender.ranking._ranker import Ranker
from recommender.sources import atomic_directory, file_sha256

__all__ = ["Manifest", "load_bundle", "read_manifest", "save_bundle"]

_FORMAT = "crossmarket-recommender bundle"
_FORMAT_VERSION = 7
BUNDLE_FILES = _MODEL, _CARD, _MANIFEST = "ranker.skops", "model_card.md", "manifest.json"
_LIBRARIES = (
    "crossmarket-recommender",
    "lightgbm",
    "scikit-learn",
    "numpy",
    "pandas",
    "skops",
    "sentence-transformers",
)

_NOT_KEPT = frozenset({"name_", "out_of_fold_", "version_"})

# Classes beyond skops's own list that a bundle may hold. Everything else in a file is refused before it is loaded.
_ALLOWED = frozenset(
    {
        "recommender.features._closeness.Closeness",
        "recommender.features._content.Content",
        "recommender.features._market.MarketFit",
        "recommender.features._neighbors.Neighbors",
        "recommender.features._performance.Performance",
        "recommender.features._text.TextScore",
        "recommender.features._track_record.TrackRecord",
        "recommender.ranking._comparables.Comparables",
        "recommender.ranking._forest.Forest",
        "recommender.ranking._head.Head",
        "recommender.ranking._intervals.AppealCalibrator",
        "recommender.ranking._intervals.ConformalIntervals",
        "recommender.ranking._ranker.Ranker",
    }
)


class Manifest(BaseModel):
    """What a bundle says of itself.

    Attributes
    ----------
    version : str
        The first twelve characters of the hash of the trained model.
    data : dict of str to str
        SHA-256 of each training table; of the outcomes, that of the rows seen, written as CSV.
    files : dict of str to str
        SHA-256 of each file of the bundle.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["crossmarket-recommender bundle"] = "crossmarket-recommender bundle"
    format_version: Literal[7] = 7
    name: str
    version: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    as_of: str
    markets: tuple[str, ...]
    encoder: str
    features: tuple[str, ...]
    config: ModelConfig
    metrics: dict[str, float]
    data: dict[str, str]
    libraries: dict[str, str]
    files: dict[str, str]


def save_bundle(
    ranker: Ranker,
    directory: str | Path,
    *,
    config: ModelConfig | None = None,
    data: dict[str, str] | None = None,
    metrics: dict[str, float] | None = None,
) -> Manifest:
    """Write a fitted ranker as a bundle: `ranker.skops`, `manifest.json` and `model_card.md`.

    The same ranker gives the same bytes. A folder that holds anything but an earlier bundle is refused.

    Parameters
    ----------
    ranker : Ranker
        Fitted.
    directory : str or Path
        Appears whole or not at all.
    config : ModelConfig or None
        The model's settings as read; those of the ranker otherwise.
    data : dict of str to str or None
        SHA-256 of each training table by role.
    metrics : dict of str to float or None
        Figures for the model card.

    Raises
    ------
    ConfigError
        If no `config` is given and the ranker has settings that a model's TOML may not have.
    NotFittedError
        If the ranker has not learned anything.
    OutputError
        If the folder cannot be written, or holds other files.
    """
    check_is_fitted(ranker)
    config = config or _config_of(ranker)
    archive = canonical_archive(skops.io.dumps(_without_training_rows(ranker)))
    version = hashlib.sha256(archive).hexdigest()[:12]
    with atomic_directory(directory, names=BUNDLE_FILES) as folder:
        (folder / _MODEL).write_bytes(archive)
        card = model_card(ranker, config, version, metrics or {})
        (folder / _CARD).write_text(card, encoding="utf-8")
        manifest = Manifest(
            name=config.name,
            version=version,
            as_of=ranker.as_of_,
            markets=ranker.markets_,
            encoder=ranker.encoder_identity_,
            features=tuple(map(str, ranker.feature_names_)),
            config=config,
            metrics=metrics or {},
            data=data or {},
            libraries={
                "python": platform.python_version(),
                **{name: importlib.metadata.version(name) for name in _LIBRARIES},
            },
            files={name: file_sha256(folder / name) for name in (_MODEL, _CARD)},
        )
        text = json.dumps(manifest.model_dump(mode="json"), indent=2, sort_keys=True, ensure_ascii=False)
        (folder / _MANIFEST).write_text(text + "\n", encoding="utf-8")
    return manifest


def read_manifest(directory: str | Path) -> Manifest:
    """Read what a bundle says of itself, and check that its files are what it says.

    Raises
    ------
    BundleError
        If it is not a bundle, is of another version of the format, or a file was changed.
    """
    folder = Path(directory)
    again = "Train it again with `recommender train`, or get the bundle anew from where it was trained."
    if not (folder / _MANIFEST).is_file():
        raise BundleError(f"{folder} is not a bundle: it has no {_MANIFEST}", hint=again)
    try:
        raw = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(raw, dict) or raw.get("format") != _FORMAT:
            raise BundleError(f"{folder / _MANIFEST} is not the manifest of a bundle", hint=again)
        if raw.get("format_version") != _FORMAT_VERSION:
            raise BundleError(
                f"{folder} is a bundle of format {raw.get('format_version')}; this program reads {_FORMAT_VERSION}",
                hint=again,
            )
        manifest = Manifest.model_validate(raw)
    except (OSError, ValueError, RecursionError) as error:
        reason = f"{error.error_count()} wrong entries" if isinstance(error, ValidationError) else str(error)
        raise BundleError(f"{folder / _MANIFEST} cannot be read: {reason}", hint=again) from error
    for name in (_MODEL, _CARD):
        if not (folder / name).is_file():
            raise BundleError(f"{folder} lacks {name}", hint=again)
        if file_sha256(folder / name) != manifest.files.get(name):
            raise BundleError(f"{folder / name} is not the file that the manifest names: it was changed", hint=again)
    if not manifest.files[_MODEL].startswith(manifest.version):
        raise BundleError(f"{folder / _MANIFEST} was changed: its version is not the model's", hint=again)
    return manifest


def load_bundle(directory: str | Path, *, cache_dir: str | None = None) -> Ranker:
    """Load a bundle's ranker; nothing but known classes is ever built from the file.

    Parameters
    ----------
    directory : str or Path
    cache_dir : str or None
        Where embeddings are kept; the user's cache folder by default.

    Raises
    ------
    BundleError
        If it is not a bundle, was changed, or holds anything that a ranker does not.
    """
    manifest = read_manifest(directory)
    path = Path(directory) / _MODEL
    try:
        unknown = sorted(set(skops.io.get_untrusted_types(file=path)) - _ALLOWED)
        ranker = None if unknown else skops.io.load(path, trusted=sorted(_ALLOWED))
    except Exception as error:
        # Whatever a foreign file makes skops, zipfile or numpy raise, it means the same.
        reason = str(error) or type(error).__name__
        raise BundleError(f"{path} cannot be loaded: {reason}", hint="Train the model again.") from error
    if unknown:
        raise BundleError(
            f"{path} holds what no bundle holds: {', '.join(unknown)}",
            hint="Do not use this bundle: it was not written by this program.",
        )
    if not isinstance(ranker, Ranker):
        raise BundleError(f"{path} holds a {type(ranker).__name__}, not a ranker", hint="Train the model again.")
    if not _is_sound(ranker, manifest):
        raise BundleError(
            f"{path} is not a ranker that this program could have written, or not the one that {_MANIFEST} describes",
            hint="Do not use this bundle: it was changed, or not written by this program.",
        )
    ranker.cache_dir = cache_dir
    ranker.name_, ranker.version_ = manifest.name, manifest.version
    return ranker


def _is_sound(ranker: Ranker, manifest: Manifest) -> bool:
    """Return whether a loaded ranker is what the manifest says, with forests that could have been grown here."""
    try:
        told = (manifest.as_of, manifest.markets, manifest.encoder, manifest.features)
        if told != (
            ranker.as_of_,
            tuple(ranker.markets_),
            ranker.encoder_identity_,
            tuple(map(str, ranker.feature_names_)),
        ):
            return False
        heads = list(ranker.heads_.values())
        return bool(heads) and all(_is_sound_head(head, len(ranker.columns_)) for head in heads)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return False


def _is_sound_head(head: Head, n_features: int) -> bool:
    columns = np.asarray(head.columns_)
    inside = columns.ndim == 1 and bool(((columns >= 0) & (columns < n_features)).all())
    forest: Forest = head.forest_
    return inside and forest.is_sound(len(columns))


def _config_of(ranker: Ranker) -> ModelConfig:
    """Return the settings of a ranker that was not made from a TOML."""
    settings = ranker.get_params(deep=False)
    groups = settings.pop("groups")
    try:
        return ModelConfig(
            name=getattr(ranker, "name_", "default"),
            groups=tuple(groups),
            n_folds=settings["n_folds"],
            coverage=settings["coverage"],
            seed=settings["random_state"],
            encoder=EncoderConfig(model=settings["encoder"], revision=settings["revision"]),
            trees=TreesConfig(**{name: settings[name] for name in TreesConfig.model_fields}),
            label=LabelConfig(**{name: settings[name] for name in LabelConfig.model_fields}),
        )
    except ValidationError as error:
        names = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
        raise ConfigError(
            f"a model may not have these settings: {names}", hint="Compare them with models/default.toml."
        ) from error


def _without_training_rows(ranker: Ranker) -> Ranker:
    """Return the ranker less what only its trainer needs: the rows it learned from, and where texts were cached."""
    bare = Ranker(**{**ranker.get_params(deep=False), "cache_dir": None})
    kept = {name: value for name, value in vars(ranker).items() if name.endswith("_") and name not in _NOT_KEPT}
    for name in sorted(kept):
        setattr(bare, name, kept[name])
    return bare
