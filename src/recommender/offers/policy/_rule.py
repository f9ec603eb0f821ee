"""A rule of a market, as data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from recommender.errors import did_you_mean
from recommender.offers._toml import Part, Text, as_tuple, fault, raise_all
from recommender.offers.policy._condition import Condition
from recommender.offers.policy._words import MEDIA
from recommender.schema import KINDS
from recommender.sources import spelled

Effect = Literal["block", "warn", "needs_review", "cap", "lead_time"]
Level = Literal["title", "portfolio", "deal", "process"]

EFFECT_WORDS: dict[str, str] = {
    "block": "blocks",
    "needs_review": "needs review",
    "warn": "warns",
    "cap": "caps",
    "lead_time": "takes time",
}
_LEVELS: dict[str, tuple[str, ...]] = {
    "block": ("title", "deal"),
    "needs_review": ("title", "deal"),
    "warn": ("title", "deal", "process"),
    "cap": ("portfolio",),
    "lead_time": ("process",),
}
OFFER_BASIS = "offer"
"""The basis of a cap that counts within the offer itself."""


def _word(what: str, words: tuple[str, ...]) -> BeforeValidator:
    def check(value: object) -> object:
        if isinstance(value, str) and value not in words:
            guess = did_you_mean(value, words) or f"use one of {', '.join(words)}"
            text = f"matches nothing: unknown {what} {value!r}; {guess}"
            raise PydanticCustomError("demand", "{text}", {"text": text})
        return value

    return BeforeValidator(check)


Kinds = Annotated[tuple[Annotated[str, _word("kind", KINDS)], ...], BeforeValidator(as_tuple)]
Media = Annotated[tuple[Annotated[str, _word("medium", MEDIA)], ...], BeforeValidator(as_tuple)]
Code = Annotated[
    str, spelled("[a-z0-9][a-z0-9-]{0,63}", "use small letters, digits and -, a letter or digit first, at most 64")
]


class AppliesTo(Part):
    """Which titles and media a rule is about; empty: all."""

    kind: Kinds = ()
    media: Media = ()


class Parameters(Part):
    """The numbers of a rule.

    Attributes
    ----------
    share : float, optional
        Part of `basis`, 0 to 1.
    count : int, optional
        A number of titles.
    days : int, optional
        Days that a procedure takes.
    months : tuple of int
        The months in which it can be begun; empty: any.
    basis : str
        What a cap is a share or a number of: `offer`, or a fact of the pack that the brief states. For other
        rules it is told, not computed.
    less : str
        A fact that is taken off a cap: what is used already.
    unknown : {"count", "leave"}
        Whether titles of which it is not known whether they fall under a cap count towards it.
    """

    share: Annotated[float, Field(ge=0, le=1)] | None = None
    count: Annotated[int, Field(ge=0)] | None = None
    days: Annotated[int, Field(ge=0, le=3650)] | None = None
    months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], BeforeValidator(as_tuple)] = ()
    basis: str = ""
    less: str = ""
    unknown: Literal["count", "leave"] = "count"


class Rule(Part):
    """One rule of a market: to what it applies, what it asks, what follows, and how far it can be trusted.

    Attributes
    ----------
    id : str
        Unique among all packs that are used together.
    market : str
        ISO 3166-1 alpha-2 code, or a group of the pack, such as `EU`.
    applies_to : AppliesTo
    level : {"title", "portfolio", "deal", "process"}
        Of each title, of the whole list, of the contract about a title, or of the procedure.
    condition : Condition, optional
        Where there is none the rule meets every title that it applies to.
    effect : {"block", "warn", "needs_review", "cap", "lead_time"}
    parameters : Parameters
    reason_code : str
        What the offer calls it; rules of several packs may share one.
    message : str
        What a reader should know, in a sentence.
    source, source_url : str
        The authority and the text; the address only where it is known.
    valid_from, valid_to : date, optional
        First and last day in force.
    confidence : {"high", "medium", "low"}
    last_checked : date, optional
        When somebody last compared it with its source.
    verified : bool
        Whether a lawyer of the market has confirmed it; false reads "to be verified".
    """

    id: Code
    market: Text
    applies_to: AppliesTo = AppliesTo()
    level: Level
    condition: Condition | None = None
    effect: Effect
    parameters: Parameters = Parameters()
    reason_code: Code
    message: Text
    source: Text
    source_url: Annotated[str, spelled(r"(https?://[^\s<>\"]+)?", "no address; begin it with https:// or http://")] = ""
    valid_from: date | None = None
    valid_to: date | None = None
    confidence: Literal["high", "medium", "low"]
    last_checked: date | None = None
    verified: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        return raise_all(self, self._faults())

    def _faults(self) -> list[InitErrorDetails]:
        found = []
        if self.level not in _LEVELS[self.effect]:
            levels = " or ".join(_LEVELS[self.effect])
            found.append(fault(("level",), f"a rule that {EFFECT_WORDS[self.effect]} is of level {levels}", self.level))
        if self.valid_from is not None and self.valid_to is not None and self.valid_from > self.valid_to:
            text = f"{self.valid_to} is before valid_from ({self.valid_from}); exchange or correct them"
            found.append(fault(("valid_to",), text, self.valid_to))
        numbers = self.parameters
        if self.effect == "lead_time" and numbers.days is None:
            found.append(fault(("parameters", "days"), "missing; a rule that takes time says how many days", None))
        if self.effect == "cap":
            if (numbers.share is None) == (numbers.count is None):
                found.append(fault(("parameters",), "a cap has either a share or a count", None))
            if numbers.share is not None and not numbers.basis:
                found.append(
                    fault(("parameters", "basis"), 'missing; say of what it is a share, such as "offer"', None)
                )
        elif numbers.less or numbers.unknown != "count":
            name = "less" if numbers.less else "unknown"
            found.append(fault(("parameters", name), "has a meaning for caps only; take it out", None))
        return found

    @property
    def judges_titles(self) -> bool:
        """Whether it says something of single titles."""
        return self.level in {"title", "deal"}

    def state(self, on: date) -> Literal["in force", "expired", "not yet in force"]:
        """Return where the rule stands on a day; both ends of its validity are in force."""
        if self.valid_to is not None and self.valid_to < on:
            return "expired"
        if self.valid_from is not None and self.valid_from > on:
            return "not yet in force"
        return "in force"
