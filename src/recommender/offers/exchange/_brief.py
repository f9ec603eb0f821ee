"""The brief of an exchange: both sides' briefs, and how their values are to balance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from recommender.errors import CallError, ConfigError
from recommender.offers._brief import Brief
from recommender.offers._brief_file import load_brief
from recommender.offers._brief_words import Name
from recommender.offers._toml import Part, read_text
from recommender.sources import check_config, parse_toml

_HINT = (
    'It needs name, tolerance, [ours] and [theirs], each with brief = "NAME or FILE.toml"; '
    "`recommender exchange --help` shows one."
)


class SidePart(Part):
    """One side of an exchange brief.

    Attributes
    ----------
    brief : str
        Name of a sample brief, or the path of a TOML file, seen from the exchange brief's folder.
    weight : float
        What one of this side's total counts in the balance: the size of the market it goes to, or 1.
    """

    brief: Annotated[str, Field(min_length=1)]
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0


class ExchangePart(Part):
    """An exchange brief as it is written.

    Attributes
    ----------
    name : str
        Short name. Letters, digits, `-` and `_`.
    tolerance : float
        By how much the sides' totals may differ, as a share of the mean of both; 0 to 1.
    measure : {"appeal", "value"}
        What is balanced: the total appeal, or appeal times price (then both briefs name one currency).
    ours, theirs : SidePart
        What we give, and what they give.
    """

    name: Name
    tolerance: Annotated[float, Field(ge=0, le=1)] = 0.05
    measure: Literal["appeal", "value"] = "appeal"
    ours: SidePart
    theirs: SidePart


@dataclass(frozen=True)
class ExchangeBrief:
    """What is asked of an exchange.

    Attributes
    ----------
    name : str
    tolerance : float
        A share of the mean of both sides' totals.
    measure : {"appeal", "value"}
    ours, theirs : Brief
    weights : (float, float)
    """

    name: str
    tolerance: float
    measure: str
    ours: Brief
    theirs: Brief
    weights: tuple[float, float] = (1.0, 1.0)


def load_exchange_brief(path: str | Path) -> ExchangeBrief:
    """Read an exchange brief from a TOML file, and the two briefs that it names.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    ExchangeBrief

    Raises
    ------
    CallError
        There is no such file.
    ConfigError
        Keys or values are wrong, or the two briefs do not fit each other.
    """
    file = Path(path)
    if not file.is_file():
        raise CallError(f"{file}: no such file", hint="Give the path of a TOML file.")
    text = read_text(file, "exchange brief", _HINT)
    part = check_config(parse_toml(text, source=file.name, hint=_HINT), ExchangePart, source=file.name, hint=_HINT)
    ours, theirs = (_side(side, file) for side in (part.ours, part.theirs))
    _fit(file, part, ours, theirs)
    return ExchangeBrief(part.name, part.tolerance, part.measure, ours, theirs, (part.ours.weight, part.theirs.weight))


def _side(side: SidePart, file: Path) -> Brief:
    beside = file.parent / side.brief
    return load_brief(beside if side.brief.endswith(".toml") else side.brief)


def _fit(file: Path, part: ExchangePart, ours: Brief, theirs: Brief) -> None:
    if ours.market == theirs.market:
        raise ConfigError(
            f"{file.name}: both sides' briefs are for the market {ours.market}",
            hint="Ours is for the partner's market, theirs for our own.",
        )
    if part.measure == "appeal":
        odd = [brief.name for brief in (ours, theirs) if brief.package.objective == "value"]
        if odd:
            raise ConfigError(
                f"{file.name}: {', '.join(odd)} counts value, the exchange counts appeal",
                hint='Write measure = "value" in the exchange brief, or another objective there.',
            )
        return
    currencies = {brief.budget.currency for brief in (ours, theirs)}
    if None in currencies or len(currencies) > 1:
        found = ", ".join(f"{brief.name}: {brief.budget.currency or 'none'}" for brief in (ours, theirs))
        raise ConfigError(
            f'{file.name}: measure = "value" needs one currency in both briefs ({found})',
            hint="Name the same budget.currency in both, with rates for others.",
        )
    for brief in (ours, theirs):
        if brief.uncounted is not None:
            raise ConfigError(
                f"{file.name}: the costs of materials in {brief.name} do not count in a value",
                hint=f"In {brief.name}, {brief.uncounted}.",
            )
