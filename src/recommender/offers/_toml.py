"""Our TOML files as checked models: the models' base, and their faults in words, each with the path of its key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from recommender.errors import ConfigError, did_you_mean, visible
from recommender.sources import describe_fault

KeyPath = Sequence[int | str]


def as_tuple(value: object) -> object:
    """Let a TOML list stand for a tuple, and nothing else: a bare string is a mistake, not a list.

    Examples
    --------
    >>> as_tuple(["a"]), as_tuple("a")
    (('a',), 'a')
    """
    return tuple(value) if isinstance(value, list) else value


Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Texts = Annotated[tuple[Text, ...], BeforeValidator(as_tuple)]


class Part(BaseModel):
    """A table of one of our TOML files: it cannot be changed, and it refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Model = TypeVar("Model", bound=Part)


def fault(path: KeyPath, text: str, value: object = None) -> InitErrorDetails:
    """Return a fault of the value at a path, told as it stands."""
    return InitErrorDetails(type=told(text), loc=tuple(path), input=value)


def told(text: str) -> PydanticCustomError:
    """Return an error that says just this."""
    return PydanticCustomError("demand", "{text}", {"text": text})


def raise_all(model: Model, faults: Iterable[InitErrorDetails]) -> Model:
    """Raise the faults of a model, all at once; return the model where there are none."""
    found = list(faults)
    if found:
        raise ValidationError.from_exception_data(type(model).__name__, found)
    return model


def read_text(path: Path, what: str, hint: str) -> str:
    """Return the text of a TOML file; `what` is the word for it in errors, such as `policy pack`.

    Raises
    ------
    ConfigError
        It is not there, a folder, or no UTF-8 text.
    """
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name}: not UTF-8 text", hint=f"Save the {what} as UTF-8.") from error
    except IsADirectoryError as error:
        raise ConfigError(f"{path}: a folder, not a {what}", hint="Give the path of a TOML file.") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})", hint=hint) from error


def fault_lines(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    """Yield each fault of a validation as one line: the path of the key, what is wrong, what to do.

    Examples
    --------
    >>> class Wanted(Part):
    ...     size: int
    >>> try:
    ...     Wanted.model_validate({"size": "3", "sise": 3})
    ... except ValidationError as error:
    ...     list(fault_lines(error, Wanted))
    ["size: input should be a valid integer (got '3')", "sise: unknown key; did you mean 'size'?"]
    """
    for item in error.errors(include_url=False):
        # A key that is wrong is reported by pydantic at `<key>.[key]`.
        path = item["loc"] = tuple(part for part in item["loc"] if part != "[key]")
        key = visible(".".join(map(str, path)), length=120) or "the file"
        match item["type"]:
            case "demand":
                yield f"{key}: {item['msg']}"
            case "string_too_short" | "string_pattern_mismatch" if not str(item["input"]).strip():
                yield f"{key}: empty; write something"
            case "literal_error":
                guess = did_you_mean(item["input"], _literals(item.get("ctx")))
                yield describe_fault(item, model) + (f"; {guess}" if guess else "")
            case "date_type":
                yield f"{key}: not a date; write it without quotes: 2026-03-01 (got {visible(repr(item['input']))})"
            case _:
                yield describe_fault(item, model)


def _literals(context: Any) -> list[str]:
    return str((context or {}).get("expected", "")).replace(" or ", ", ").replace("'", "").split(", ")
