"""The condition of a rule: a small language of tables, checked when it is read, and never run as code.

A test names a field and asks one thing or several of it (then all of them); `all`, `any` and `not` join tests::

    { field = "genres", any_of = ["Horror"] }
    { field = "episodes", more_than = 50 }
    { any = [ { field = "age_rating", at_least = 18 }, { not = { field = "me_track", is = true } } ] }
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from recommender.errors import did_you_mean
from recommender.offers._toml import Part, Text, Texts, as_tuple, told
from recommender.offers.policy._words import quoted
from recommender.schema import TITLES

FieldType = Literal["list", "text", "number", "boolean", "age", "date"]

ASKED = ("any_of", "all_of", "mentions", "more_than", "less_than", "at_least", "at_most", "is", "filled")
"""What a test may ask of a field."""

_NUMBERS = frozenset({"more_than", "less_than", "at_least", "at_most", "filled"})
FITTING: Mapping[FieldType, frozenset[str]] = {
    "list": frozenset({"any_of", "all_of", "mentions", "filled"}),
    "text": frozenset({"any_of", "mentions", "filled"}),
    "number": _NUMBERS,
    "age": _NUMBERS | {"any_of"},
    "boolean": frozenset({"is", "filled"}),
    "date": frozenset({"filled"}),
}
"""Which questions fit which type of field."""

_WORDS = {
    "any_of": "is one of",
    "all_of": "holds all of",
    "mentions": "mentions",
    "more_than": "is more than",
    "less_than": "is less than",
    "at_least": "is at least",
    "at_most": "is at most",
}
Amount = Annotated[float, Field(allow_inf_nan=False)]


def title_fields() -> dict[str, FieldType]:
    """Return the fields of the titles table that conditions may name, with their types."""
    types: dict[str, FieldType] = {}
    for column in TITLES.columns:
        match column.type:
            case "integer" | "number":
                types[column.name] = "number"
            case "list" | "text" | "boolean" | "date":
                types[column.name] = column.type
    return types | {"age_rating": "age"}


class Condition(Part):
    """A test of one field, or tests joined by `all`, `any` or `not`.

    Attributes
    ----------
    field : str
        A column of the titles table, or a field that the pack declares.
    any_of, all_of : tuple of str
        Words of a list, or whole text; case does not matter. `@NAME` stands for a group of the pack.
    mentions : tuple of str
        Words looked for in a text. A text that mentions none of them is *unknown*, never clear: a
        synopsis does not tell everything that a title shows.
    more_than, less_than, at_least, at_most : float
        Bounds of a number, or of the age in an age mark.
    is_ : bool
        Written `is`.
    filled : bool
        Whether the field holds anything: the only question that is never unknown.
    all_, any_, not_
        Written `all`, `any`, `not`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_by_name=True, validate_by_alias=True)

    field: Text | None = None
    any_of: Annotated[Texts, Field(min_length=1)] | None = None
    all_of: Annotated[Texts, Field(min_length=1)] | None = None
    mentions: Annotated[Texts, Field(min_length=1)] | None = None
    more_than: Amount | None = None
    less_than: Amount | None = None
    at_least: Amount | None = None
    at_most: Amount | None = None
    is_: bool | None = Field(default=None, alias="is")
    filled: bool | None = None
    all_: Annotated[tuple[Condition, ...], BeforeValidator(as_tuple), Field(min_length=1)] | None = Field(
        default=None, alias="all"
    )
    any_: Annotated[tuple[Condition, ...], BeforeValidator(as_tuple), Field(min_length=1)] | None = Field(
        default=None, alias="any"
    )
    not_: Condition | None = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        shapes = [name for name in ("field", "all", "any", "not") if self._value(name) is not None]
        if len(shapes) != 1:
            given = f"got {' and '.join(shapes)}" if shapes else "got none of them"
            raise told(f"a condition is a test of one field, or one of all, any and not; {given}")
        asked = self.asked()
        if shapes == ["field"] and not asked:
            raise told(f"asks nothing of {self.field}; add one of {', '.join(ASKED)}")
        if shapes != ["field"] and asked:
            raise told(f'{", ".join(asked)} without a field; add field = "..."')
        low = max((v for v in (self.more_than, self.at_least) if v is not None), default=None)
        high = min((v for v in (self.less_than, self.at_most) if v is not None), default=None)
        open_end = self.more_than == low or self.less_than == high
        if low is not None and high is not None and (low > high or (low == high and open_end)):
            raise told(f"matches nothing: no number lies between {low:g} and {high:g}")
        return self

    def _value(self, name: str) -> Any:
        return getattr(self, f"{name}_" if name in {"is", "all", "any", "not"} else name)

    def asked(self) -> dict[str, Any]:
        """Return what is asked of the field, by the question's name."""
        return {name: value for name in ASKED if (value := self._value(name)) is not None}

    def parts(self) -> Iterator[tuple[tuple[int | str, ...], Condition]]:
        """Yield the joined conditions, each with its path."""
        for name in ("all", "any"):
            for index, part in enumerate(self._value(name) or ()):
                yield (name, index), part
        if self.not_ is not None:
            yield ("not",), self.not_

    def tests(self, path: tuple[int | str, ...] = ()) -> Iterator[tuple[tuple[int | str, ...], Condition]]:
        """Yield every test of a field, with its path."""
        if self.field is not None:
            yield path, self
        for step, part in self.parts():
            yield from part.tests((*path, *step))

    def in_words(self) -> str:
        """Return the condition as people read it.

        Examples
        --------
        >>> Condition(field="episodes", more_than=50).in_words()
        'episodes is more than 50'
        """
        if self.field is not None:
            return " and ".join(f"{self.field} {_asked_words(name, value)}" for name, value in self.asked().items())
        if self.not_ is not None:
            return f"not ({self.not_.in_words()})"
        word = " and " if self.all_ is not None else " or "
        parts = [part for _, part in self.parts()]
        texts = [f"({part.in_words()})" if part.field is None else part.in_words() for part in parts]
        return word.join(texts)


def _asked_words(name: str, value: Any) -> str:
    if name == "is":
        return "is yes" if value else "is no"
    if name == "filled":
        return "is filled" if value else "is empty"
    return f"{_WORDS[name]} {quoted(value)}" if isinstance(value, tuple) else f"{_WORDS[name]} {value:g}"


def unknown_field(name: str, types: Mapping[str, FieldType]) -> str:
    """Return what is wrong with a field that nobody declares."""
    guess = did_you_mean(name, types)
    return f"unknown field; {guess or 'name a column of the titles table, or declare it in [fields]'}"
