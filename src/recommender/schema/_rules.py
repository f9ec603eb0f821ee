"""What a cell must be beyond its type, and how that becomes a pandera schema."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from recommender.errors import did_you_mean
from recommender.schema._currencies import CURRENCIES
from recommender.schema._media import MEDIA, medium_remedy
from recommender.schema._places import COUNTRIES, MARKETS
from recommender.schema._words import KIND_SYNONYMS, KINDS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RowRule", "Rule"]

FIRST_YEAR = 1880
"""Before the first moving pictures: an earlier year is a mistake."""

YEARS_AHEAD = 10
"""Projects are announced a few years ahead; a later year is a mistake."""

_LISTED = 30  # so many words are all named where none is near

_REGIONS = frozenset(
    {"eu", "europe", "asia", "cis", "emea", "apac", "latam", "mena", "africa", "dach", "снг", "европа", "азия", "欧洲"}
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that every filled cell of a column must satisfy.

    Attributes
    ----------
    problem : str
        What is wrong with a cell that does not, as a phrase.
    remedy : callable
        From the value to what to do about it.
    holds : callable
        From the filled column (Series) to a boolean Series.
    severity : {"error", "warning"}
        An error makes the row unusable.
    empties : bool
        Whether a cell with the warning is emptied rather than kept.
    names_first : bool
        Whether the fault should name the first row that holds the value.
    """

    problem: str
    remedy: Callable[[object], str]
    holds: Callable[[pd.Series[Any]], pd.Series[bool]]
    severity: Literal["error", "warning"] = "error"
    empties: bool = False
    names_first: bool = False


@dataclass(frozen=True, slots=True)
class RowRule:
    """Something that the cells of every row must satisfy together.

    Attributes
    ----------
    column : str
        The column that is named in the fault.
    problem, remedy : str
        What is wrong with a row that does not, and what to do about it.
    holds : callable
        From the frame to a boolean Series; a row with an empty cell holds.
    severity : {"error", "warning"}
        An error makes the row unusable.
    """

    column: str
    problem: str
    remedy: str
    holds: Callable[[pd.DataFrame], pd.Series[bool]]
    severity: Literal["error", "warning"] = "error"


def _say(text: str) -> Callable[[object], str]:
    return lambda _value: text


def one_of(words: Collection[str], what: str) -> Rule:
    """Return the rule that a cell holds one of a few words."""
    listed = ", ".join(words) if len(words) <= _LISTED else ""

    def remedy(value: object) -> str:
        word = str(value).strip().casefold()
        if words is KINDS and word in KIND_SYNONYMS:
            return f"did you mean '{KIND_SYNONYMS[word]}'?"
        return did_you_mean(value, words) or (f"use one of: {listed}" if listed else f"correct the {what}")

    return Rule(f"unknown {what}", remedy, lambda cells: cells.isin(list(words)))


def known_medium() -> Rule:
    """Return the rule that a cell names a medium."""
    return Rule("unknown medium", medium_remedy, lambda cells: cells.isin(list(MEDIA)))


def known_currency() -> Rule:
    """Return the rule that a cell names a currency."""

    def remedy(value: object) -> str:
        near = did_you_mean(str(value).upper(), CURRENCIES)
        return near or "write its three letters (ISO 4217), such as USD, EUR, CNY or RUB"

    return Rule("not a currency", remedy, lambda cells: cells.isin(list(CURRENCIES)))


def territory() -> Rule:
    """Return the rule that a cell is a market of today, or WW."""

    def remedy(value: object) -> str:
        word = str(value).strip()
        if word.upper() in COUNTRIES - MARKETS:
            return "a former country: write today's, one a row"
        if word.casefold() in _REGIONS:
            return "a region: write its markets, one a row (ISO 3166-1)"
        return did_you_mean(word, MARKETS) or "write an ISO 3166-1 code such as CN, or WW for worldwide"

    return Rule("unknown market", remedy, lambda cells: cells.isin(list(MARKETS)))


def unique() -> Rule:
    """Return the rule that no two rows share the value; the first row that has it is right."""
    return Rule(
        "the same value stands in an earlier row",
        _say("give every row its own, or delete one of them"),
        lambda cells: ~cells.duplicated(),
        names_first=True,
    )


def possible_year() -> Rule:
    """Return the rule that a year lies between the first films and ten years from today."""
    last = date.today().year + YEARS_AHEAD
    return Rule(
        "impossible year",
        _say(f"write a year from {FIRST_YEAR} to {last}, or leave the cell empty"),
        lambda cells: cells.between(FIRST_YEAR, last),
    )


def between(low: float, high: float, *, severity: Literal["error", "warning"] = "error") -> Rule:
    """Return the rule that a number lies in a closed range; a warning empties the cell."""
    remedy = f"write a number from {low:g} to {high:g}"
    if severity == "warning":
        remedy += "; the cell is left out"
    return Rule(
        f"not between {low:g} and {high:g}",
        _say(remedy),
        lambda cells: cells.between(low, high),
        severity,
        empties=severity == "warning",
    )


def not_negative(*, severity: Literal["error", "warning"] = "error") -> Rule:
    """Return the rule that a number is finite and at least 0; a warning empties the cell."""
    remedy = "write a number of at least 0"
    if severity == "warning":
        remedy += "; the cell is left out"
    return Rule(
        "negative or infinite",
        _say(remedy),
        lambda cells: (cells >= 0) & (cells < float("inf")),
        severity,
        empties=severity == "warning",
    )


def no_markup() -> tuple[Rule, Rule]:
    """Return the rules that a name holds no HTML and does not begin as a formula does; it is kept as text."""
    return (
        Rule(
            "looks like HTML",
            _say("kept as plain text; write the bare words if they are not meant"),
            lambda cells: ~cells.str.contains(r"<[/!]?[A-Za-z][^<>]*>", regex=True),
            "warning",
        ),
        Rule(
            "begins like a spreadsheet formula",
            _say("kept as plain text, never computed"),
            lambda cells: ~cells.str.contains(r"\A[=+\-@]", regex=True),
            "warning",
        ),
    )


def no_nul() -> Rule:
    """Return the rule that a text holds no NUL character, which no writer of text means."""
    return Rule(
        "holds a NUL character",
        _say("the file is damaged or not text: export it again"),
        lambda cells: ~cells.str.contains("\x00", regex=False),
    )


def floor_below_ask() -> RowRule:
    """Return the rule that the lowest price to accept is not above the one that is asked."""
    return RowRule(
        "floor_price",
        "is above the ask_price",
        "exchange or correct ask_price and floor_price",
        lambda frame: ~(frame["floor_price"] > frame["ask_price"]).fillna(False).astype(bool),
    )


def priced_in_a_currency() -> tuple[RowRule, ...]:
    """Return the rules that prices have a currency.

    Where some rows state one, a price without it is an error. Where none does, the first price is a warning: a brief's
    budget may still say it. A row with both prices is told by the one that is asked.
    """
    return tuple(rule for price in ("ask_price", "floor_price") for rule in _in_a_currency(price))


def _in_a_currency(price: str) -> tuple[RowRule, RowRule]:
    def bare(frame: pd.DataFrame) -> pd.Series[bool]:
        priced = frame[price].notna()
        if price == "floor_price":
            priced &= frame["ask_price"].isna()
        return priced & frame["currency"].isna()

    def holds_where_stated(frame: pd.DataFrame) -> pd.Series[bool]:
        return ~bare(frame) if frame["currency"].notna().any() else frame[price].notna() | True

    def holds_where_none_is(frame: pd.DataFrame) -> pd.Series[bool]:
        found = bare(frame)
        told_by_ask = price == "floor_price" and frame["ask_price"].notna().any()
        if told_by_ask or frame["currency"].notna().any():
            return found | True
        return ~(found & (found.cumsum() == 1))

    return (
        RowRule(
            price,
            "a price without a currency, while other rows state one",
            "write it into the column currency, such as USD",
            holds_where_stated,
        ),
        RowRule(
            price,
            "a price without a currency, and no row states one",
            "fill the column currency; without it prices count in the currency of a brief's budget",
            holds_where_none_is,
            "warning",
        ),
    )


def usable_after_holdback() -> RowRule:
    """Return the rule, a warning only, that a right of ours does not end before its holdback does."""
    return RowRule(
        "holdback_until",
        "is after the end, so that the right can never be used",
        "correct holdback_until or end",
        lambda frame: (
            ~(
                (frame["holdback_until"] > frame["end"]).fillna(False).astype(bool)
                & frame["status"].isin(["available", "owned"])
            )
        ),
        "warning",
    )


def ordered(first: str, second: str) -> RowRule:
    """Return the rule that one column's cell is not above another's in the same row."""
    return RowRule(
        second,
        f"is before the {first}",
        f"exchange or correct {first} and {second}",
        lambda frame: ~(frame[first] > frame[second]).fillna(False).astype(bool),
    )
