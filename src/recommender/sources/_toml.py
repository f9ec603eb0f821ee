"""Our TOML files: read into a model, with every fault named by file and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from recommender.errors import ConfigError, UnreadableFileError, did_you_mean, visible

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["check_config", "describe_fault", "parse_toml", "read_toml", "spelled"]

Model = TypeVar("Model", bound=BaseModel)


def spelled(pattern: str, words: str) -> AfterValidator:
    """Return what lets a text through that a pattern matches as a whole, and refuses any other in words.

    Examples
    --------
    >>> from typing import Annotated
    >>> class Wanted(BaseModel):
    ...     code: Annotated[str, spelled("[a-z]+", "use small letters only")]
    >>> try:
    ...     Wanted.model_validate({"code": "B 1"})
    ... except ValidationError as error:
    ...     describe_fault(error.errors()[0], Wanted)
    "code: use small letters only (got 'B 1')"
    """

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise PydanticCustomError("string_pattern_mismatch", "{words}", {"words": words})
        return value

    return AfterValidator(check)


def read_toml(path: str | Path, model: type[Model], *, hint: str) -> Model:
    """Read a TOML file into a model.

    Parameters
    ----------
    path : str or Path
    model : type of BaseModel
        It says which keys there are and which values they take.
    hint : str
        What to do where the file is wrong.

    Raises
    ------
    UnreadableFileError
        If the file is not there or cannot be read.
    ConfigError
        If it is not TOML, has an unknown key, or a value that is not allowed: every fault, one a line.
    """
    file = Path(path)
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UnreadableFileError(
            f"{file}: {error.strerror or error}", hint=f"Check the path. {hint}".strip()
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"not TOML: {error}", file=file, hint=hint) from error
    return check_config(parse_toml(text, source=file, hint=hint), model, source=file, hint=hint)


def parse_toml(text: str, *, source: str | Path, hint: str) -> dict[str, Any]:
    """Return what a TOML text holds.

    Raises
    ------
    ConfigError
        If it is not TOML, or nested beyond sense.

    Examples
    --------
    >>> parse_toml("size = 5", source="brief.toml", hint="")
    {'size': 5}
    """
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"not TOML: {error}{_unquoted(text, str(error))}", file=source, hint=hint) from error


def _unquoted(text: str, problem: str) -> str:
    """Return what to say of a line that goes wrong because its key needs quotes; nothing of any other."""
    place = re.search(r"at line (\d+)", problem)
    lines = text.replace("\r\n", "\n").split("\n")
    line = lines[int(place[1]) - 1] if place is not None and int(place[1]) <= len(lines) else ""
    key = re.match(r"""\s*([^="'\[\]{}#]*[^="'\[\]{}#\s])\s*=""", line)
    if key is None or re.fullmatch(r"[\w-]+(\s*\.\s*[\w-]+)*", key[1], re.ASCII):
        return ""
    return f'; a name with spaces or letters beyond A to Z stands in quotes: "{visible(key[1])}"'


def check_config(data: Any, model: type[Model], *, source: str | Path, hint: str) -> Model:
    """Return data as a model.

    Raises
    ------
    ConfigError
        If it has an unknown key or a value that is not allowed: every fault, one a line.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        # What is wrong with a whole because a part of it is wrong is said once, at the part.
        inner = {fault["loc"][:end] for fault in found for end in range(len(fault["loc"]))}
        faults = [describe_fault(fault, model) for fault in found if fault["loc"] not in inner]
    # One fault stands beside the file's name, several below it.
    raise ConfigError(
        "\n  ".join([f"{len(faults)} faults", *faults]) if len(faults) > 1 else faults[0], file=source, hint=hint
    )


def describe_fault(fault: ErrorDetails, model: type[BaseModel]) -> str:
    """Return what pydantic found as ``key: what is wrong; what would be right``."""
    key = visible(".".join(str(part) for part in fault["loc"]), length=120) or "the file"
    given = fault["input"]
    if fault["type"] == "extra_forbidden":
        known = sorted(known_keys(model, fault["loc"]))
        return f"{key}: unknown key; {did_you_mean(fault['loc'][-1], known) or 'known here: ' + ', '.join(known)}"
    if fault["type"] == "missing":
        return f"{key}: missing; add it"
    if fault["type"] == "too_short":
        return f"{key}: too few; give at least {fault['ctx']['min_length']}"
    message = fault["msg"].removeprefix("Value error, ")
    told = f" (got {visible(repr(given))})" if isinstance(given, str | int | float) and fault["loc"] else ""
    return f"{key}: {message[0].lower()}{message[1:]}{told}"


def known_keys(model: type[BaseModel], path: tuple[int | str, ...]) -> set[str]:
    """Return the keys that may stand where the last of a path does."""
    models = {model}
    for part in path[:-1]:
        below = {inner for outer in models if part in _fields(outer) for inner in _models_of(_fields(outer)[str(part)])}
        # Places in a list, and the kind that tells one table from another, are steps of the path but no keys.
        models = below or models
    return {name for found in models for name in _fields(found)}


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """Return the types that may stand under each key, as it is written in a file."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models_of(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_of(inner)
