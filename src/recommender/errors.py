"""Every error the program raises on purpose, in one tree; each says what to do next.

::

    RecommenderError
    ├── DataError                exit status 1: the data is wrong
    │   ├── TableError           rows and columns of a table; holds every Fault
    │   ├── UnreadableFileError  not there, a directory, truncated, empty, undecodable
    │   ├── NotEnoughDataError   too few rows to do what was asked
    │   ├── ConfigError          one of our TOML files: the file, the path of the key
    │   └── BundleError          a model bundle that is foreign, tampered or from another version
    ├── CallError                exit status 2: the call is wrong
    │   └── MissingExtraError    an optional dependency is not installed
    └── OutputError              exit status 1: the result cannot be written there

A mistake of the user's is always one of these and is shown without a traceback; anything else is a bug.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

__all__ = [
    "BundleError",
    "CallError",
    "ConfigError",
    "DataError",
    "Fault",
    "MissingExtraError",
    "NotEnoughDataError",
    "OutputError",
    "RecommenderError",
    "TableError",
    "UnreadableFileError",
    "counted",
    "did_you_mean",
    "nearest",
    "none_can",
    "visible",
]

FAULTS_SHOWN = 200
_SHOWN_LENGTH = 60


def nearest(word: object, choices: Iterable[str], *, limit: int = 3) -> list[str]:
    """Return the choices that resemble a word, most alike first.

    Parameters
    ----------
    word : object
        What was given; compared as text, without regard to case.
    choices : iterable of str
        What would have been right.
    limit : int, default 3
        The most choices to return.

    Returns
    -------
    list of str
        At most `limit` of `choices`; empty where none is near.

    Examples
    --------
    >>> nearest("titel_id", ["title_id", "market", "value"])
    ['title_id']
    """
    from rapidfuzz import fuzz, process

    found = process.extract(
        str(word)[:200],
        list(choices),
        scorer=fuzz.ratio,
        processor=lambda text: text.casefold().replace("-", "_").replace(" ", "_"),
        limit=limit,
        score_cutoff=65,
    )
    return [choice for choice, _, _ in found]


def did_you_mean(word: object, choices: Iterable[str]) -> str:
    """Return a question that suggests the nearest choices, or an empty string.

    Examples
    --------
    >>> did_you_mean("vote", ["votes", "rating"])
    "did you mean 'votes'?"
    >>> did_you_mean("zzz", ["votes", "rating"])
    ''
    """
    found = nearest(word, choices)
    return f"did you mean {' or '.join(map(repr, found))}?" if found else ""


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with the word for what it counts, which is one or many.

    Parameters
    ----------
    number : int
    one : str
    many : str, optional
        `one` with an s where not given.

    Examples
    --------
    >>> counted(1, "market"), counted(1200, "title"), counted(2, "territory", "territories")
    ('1 market', '1,200 titles', '2 territories')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def none_can(number: int, one: str) -> str:
    """Return the start of a sentence that says of all of a number of things what they cannot.

    Examples
    --------
    >>> none_can(1, "title"), none_can(1200, "title")
    ('the only title cannot', 'none of the 1,200 titles can')
    """
    return f"the only {one} cannot" if number == 1 else f"none of the {number:,} {one}s can"


def visible(value: object, *, length: int = _SHOWN_LENGTH) -> str:
    r"""Return a value as a short line that is safe to print on a terminal.

    Control and direction-changing characters are written as escapes, long text is cut in the middle.

    Parameters
    ----------
    value : object
        Any value; None gives an empty string.
    length : int, default 60
        The longest text to return, in characters.

    Examples
    --------
    >>> visible("one\ttwo\x1b[31m")
    'one\\ttwo\\x1b[31m'
    >>> visible("a" * 100, length=11)
    'aaaaa…aaaaa'
    """
    if value is None:
        return ""
    text = str(value)
    half = length // 2
    if len(text) > length:
        text = f"{text[:half]}…{text[-half:]}"
    return "".join(_visible_character(character) for character in text)


def _visible_character(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return character.encode("unicode_escape").decode("ascii")
    return character


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in one file, placed where a person finds it.

    Attributes
    ----------
    file : str
        The path as it was given.
    row : int or None
        The row as a person sees it: in a sheet or a CSV the header is row 1 (a cell with line breaks is one
        row, as in a spreadsheet); in Parquet the first row is 1. None: the whole file or column.
    column : str or None
        The column's name as the file spells it; None: the whole row or file.
    value : object
        What stands there; None where nothing does.
    problem : str
        What is wrong with it, as a phrase.
    remedy : str
        What to do about it, as an imperative.
    severity : {"error", "warning"}
        A warning never stops the program.
    stands_for : int
        How many cells it tells of; more than one where those of a long run are not listed one by one.

    Examples
    --------
    >>> print(Fault("t.csv", 7, "kind", "flim", "unknown kind", "did you mean 'film'?"))
    t.csv, row 7, column kind: unknown kind (flim); did you mean 'film'?
    """

    file: str
    row: int | None
    column: str | None
    value: object
    problem: str
    remedy: str
    severity: Literal["error", "warning"] = "error"
    stands_for: int = 1

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {visible(self.column)}"
        value = f" ({visible(self.value)})" if self.value is not None else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{place}: {self.problem}{value}{remedy}"


class RecommenderError(Exception):
    """The root of all errors that the program raises on purpose.

    Parameters
    ----------
    message : str
        What is wrong.
    hint : str, optional
        What to do next.

    Attributes
    ----------
    message, hint : str, str or None
        As given; ``str(error)`` is both, on two lines.
    exit_status : int
        The status with which a command ends: 1 the data is wrong, 2 the call is wrong.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class DataError(RecommenderError):
    """The data is wrong."""


class TableError(DataError):
    """A table has rows or columns that cannot be used.

    Parameters
    ----------
    faults : iterable of Fault
        Everything that was found, warnings included.
    hint : str, optional
        What to do next.

    Attributes
    ----------
    faults : tuple of Fault
        As given. ``str(error)`` lists the errors among them: the first 200, then a count.
    """

    def __init__(self, faults: Iterable[Fault], *, hint: str | None = None) -> None:
        self.faults = tuple(faults)
        errors = [fault for fault in self.faults if fault.severity == "error"]
        lines = [str(fault) for fault in errors[:FAULTS_SHOWN]]
        if len(errors) > FAULTS_SHOWN:
            lines.append(f"... and {len(errors) - FAULTS_SHOWN:,} more")
        super().__init__("\n".join(lines), hint=hint)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.faults,), self.__dict__)


class UnreadableFileError(DataError):
    """A file cannot be read at all: not there, a directory, truncated, empty or undecodable."""


class NotEnoughDataError(DataError):
    """There are too few usable rows for what was asked."""


class ConfigError(DataError):
    """One of our TOML files holds an unknown key or a bad value.

    Parameters
    ----------
    message : str
        What is wrong.
    file : str or Path, optional
        The TOML file.
    key : str, optional
        The path of the key, such as ``ranker.learning_rate``.
    hint : str, optional
        What to do next.

    Examples
    --------
    >>> print(ConfigError("unknown key", file="cn-300.toml", key="quotas.gnre", hint="did you mean 'genre'?"))
    cn-300.toml, quotas.gnre: unknown key
    did you mean 'genre'?
    """

    def __init__(
        self, message: str, *, file: str | Path | None = None, key: str | None = None, hint: str | None = None
    ) -> None:
        place = ", ".join(str(part) for part in (file, key) if part is not None)
        super().__init__(f"{place}: {message}" if place else message, hint=hint)
        self.file = file
        self.key = key


class BundleError(DataError):
    """A model bundle is foreign, tampered with, or from another version."""


class CallError(RecommenderError):
    """The call is wrong: a flag's value, an unknown market, the name of a brief that does not exist."""

    exit_status: ClassVar[int] = 2


class MissingExtraError(CallError):
    """An optional dependency is asked for and not installed.

    Parameters
    ----------
    extra : str
        The extra of this distribution that brings it.
    need : str
        What needs it, as the start of a sentence.

    Examples
    --------
    >>> print(MissingExtraError("catboost", "The learner catboost"))
    The learner catboost needs the optional dependencies 'catboost', which are not installed.
    Install them: pip install 'crossmarket-recommender[catboost]'
    """

    def __init__(self, extra: str, need: str = "This") -> None:
        super().__init__(
            f"{need} needs the optional dependencies '{extra}', which are not installed.",
            hint=f"Install them: pip install 'crossmarket-recommender[{extra}]'",
        )
        self.extra = extra

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.extra,), {"args": self.args, **self.__dict__})


class OutputError(RecommenderError):
    """The result cannot be written there."""
