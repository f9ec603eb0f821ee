"""Reading briefs: from a TOML file or from the package, with every fault named by file and key."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from recommender.errors import CallError, ConfigError, did_you_mean, nearest, visible
from recommender.offers._brief import Brief, Share
from recommender.schema import KINDS

_SAMPLES = "recommender.sample"


def sample_briefs() -> dict[str, str]:
    """Return the names of the briefs that come with the package, each with its TOML text.

    Examples
    --------
    >>> sorted(sample_briefs())
    ['cn-300', 'ru-60']
    """
    folder = resources.files(_SAMPLES) / "briefs"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return {entry.name.removesuffix(".toml"): entry.read_text("utf-8") for entry in found}


def load_brief(name_or_path: str | Path) -> Brief:
    """Read a brief from a TOML file, or one that comes with the package by its name.

    Parameters
    ----------
    name_or_path : str or Path
        A path (it ends with `.toml` or exists) or a name such as `cn-300`.

    Returns
    -------
    Brief

    Raises
    ------
    CallError
        No file and no sample brief is called so.
    ConfigError
        The file cannot be read, or keys or values are wrong: every fault is listed with file and key.

    Examples
    --------
    >>> load_brief("cn-300").size
    300
    """
    path = Path(name_or_path)
    if path.suffix.lower() == ".toml" or path.exists() or path.name != str(name_or_path):
        return parse_brief(_read(path), source=path.name)
    samples = sample_briefs()
    if str(name_or_path) not in samples:
        near = nearest(name_or_path, samples, limit=1)
        guess = f"Did you mean {near[0]}? " if near else ""
        raise CallError(
            f"no brief is called {visible(name_or_path)}",
            hint=f"{guess}Sample briefs: {', '.join(samples)}; or give the path of a TOML file "
            "(`recommender brief new` writes one).",
        )
    return parse_brief(samples[str(name_or_path)], source=f"{name_or_path}.toml")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name}: not UTF-8 text", hint="Save the brief as UTF-8.") from error
    except IsADirectoryError as error:
        raise ConfigError(f"{path}: a folder, not a brief", hint="Give the path of a TOML file.") from error
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror})",
            hint="Check the path, or write a new one with `recommender brief new NAME --out FILE`.",
        ) from error


def parse_brief(text: str, *, source: str = "brief") -> Brief:
    r"""Check the TOML text of a brief.

    Parameters
    ----------
    text : str
        TOML.
    source : str
        What to call it in errors, usually the file's name.

    Raises
    ------
    ConfigError
        Every fault, one a line, with the path of its key and what to do.

    Examples
    --------
    >>> parse_brief('name = "a"\nmarket = "CN"\nsize = 5\nkinds = ["film"]').market
    'CN'
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{source}: not valid TOML: {error}", hint="Mend the line, or start from `recommender brief new`."
        ) from error
    try:
        return Brief.model_validate(raw)
    except ValidationError as error:
        faults = dict.fromkeys(_lines(error))
        faults.update(dict.fromkeys(_hidden(raw, error)))
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = "\n".join(f"  {source}: {fault}" for fault in faults)
    raise ConfigError(
        f"the brief {source} has {count}:\n{lines}",
        hint=f"`recommender brief check {source}` checks it again.",
    )


def _hidden(raw: dict[str, Any], error: ValidationError) -> Iterator[str]:
    """Yield the contradictions that pydantic does not reach while single values are wrong."""
    rest = copy.deepcopy(raw)
    for fault in error.errors(include_url=False, include_input=False):
        _prune(rest, fault["loc"])
    rest = {"name": "x", "market": "CN", "size": 100_000, "kinds": list(KINDS)} | rest
    try:
        Brief.model_validate(rest)
    except ValidationError as second:
        yield from _lines(second)


def _prune(tree: Any, path: tuple[int | str, ...]) -> None:
    """Take what stands at a path, or as near to it as there is anything, out of a TOML tree."""
    path = tuple(key for key in path if key != "[key]")
    for key in path:
        inner = tree.get(key) if isinstance(tree, dict) else None
        if not isinstance(inner, dict) or key == path[-1]:
            tree.pop(key, None)
            return
        tree = inner


def _lines(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        key = visible(".".join(str(part) for part in fault["loc"]), length=120) or "brief"
        value = fault["input"]
        match fault["type"]:
            case "extra_forbidden":
                yield f"{key}: unknown key; {_nearest_key(fault['loc'])}"
            case "missing":
                yield f"{key}: missing; add it"
            case "demand" | "share_order" | "years":
                yield f"{key}: {fault['msg']}"
            case "market" | "kind" | "decade" | "tier" | "currency":
                # A key that is wrong is reported by pydantic at `<key>.[key]`.
                yield f"{key.removesuffix('.[key]')}: {fault['msg']} (got {visible(repr(value))})"
            case "string_pattern_mismatch":
                yield f"{key}: use letters, digits, - and _ only, at most 64 (got {visible(repr(value))})"
            case _:
                yield f"{key}: {fault['msg'][0].lower()}{fault['msg'][1:]} (got {visible(repr(value))})"


def _nearest_key(path: tuple[int | str, ...]) -> str:
    model: Any = Brief
    for part in path[:-1]:
        field = getattr(model, "model_fields", {}).get(part)
        annotation = field.annotation if field is not None else Share
        model = annotation if hasattr(annotation, "model_fields") else Share
    known = list(model.model_fields)
    return did_you_mean(path[-1], known) or f"known keys here: {', '.join(known)}"


def new_brief(name: str = "my-offer", *, market: str = "CN", size: int = 300) -> str:
    """Return the text of a fully commented brief, ready to be edited.

    Examples
    --------
    >>> parse_brief(new_brief("pilot", market="RU", size=60)).size
    60
    """
    template = resources.files("recommender.offers") / "templates" / "brief.toml"
    text = template.read_text("utf-8")
    for key, value in (("@NAME@", name), ("@MARKET@", market), ("@SIZE@", str(size))):
        text = text.replace(key, value)
    return text
