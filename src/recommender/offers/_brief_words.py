"""The words of a brief: each refused where nothing is called so, and brought to the spelling that the tables keep."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Annotated, LiteralString, TypeVar

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from recommender.errors import did_you_mean
from recommender.offers._toml import Text, told
from recommender.offers.package._demands import TIER_NAMES
from recommender.schema import KINDS, MARKETS, WORLDWIDE
from recommender.sources import canonical_genres, find_countries, find_languages

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_DECADE = re.compile(r"\d{3}0s|unknown")


def _market(value: object) -> object:
    if isinstance(value, str) and value not in MARKETS - {WORLDWIDE}:
        raise PydanticCustomError(
            "market", "unknown market; write one ISO 3166-1 alpha-2 code in capitals, such as CN or RU"
        )
    return value


def _name(value: object) -> object:
    if isinstance(value, str) and not _NAME.fullmatch(value):
        raise PydanticCustomError("name", "use letters, digits, - and _ only, at most 64")
    return value


def _one_of(words: Collection[str], what: LiteralString) -> BeforeValidator:
    """Return what refuses a word that is none of some, with the nearest of them."""

    def check(value: object) -> object:
        if isinstance(value, str) and value not in words:
            guess = did_you_mean(value, words) or f"use one of {', '.join(words)}"
            raise PydanticCustomError(what, "unknown {what}; {guess}", {"what": what, "guess": guess})
        return value

    return BeforeValidator(check)


def _decade(value: object) -> object:
    if isinstance(value, str) and not _DECADE.fullmatch(value):
        raise PydanticCustomError("decade", 'not a decade; write it as "1960s", or "unknown"')
    return value


def _genre(value: str) -> str:
    """Bring a genre to the vocabulary that the titles' genres are brought to; a word that it lacks stays."""
    found = canonical_genres([value]) or [value]
    if len(found) > 1:
        raise told(f"several genres in one; write them apart: {', '.join(found)}")
    return found[0]


def _country(value: str) -> str:
    found, strange = find_countries(value)
    if len(found) != 1 or strange:
        raise told("no one country; write its ISO 3166-1 alpha-2 code, such as FR, or SU for the Soviet Union")
    return found[0]


def _language(value: str) -> str:
    found, strange = find_languages(value)
    if len(found) != 1 or strange:
        raise told("no one language; write its BCP 47 code, such as zh or zh-Hans")
    return found[0]


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that stand more than once, whatever their case."""
    counted = Counter(name.casefold() for name in names)
    return sorted(name for name, count in counted.items() if count > 1)


def _apart(value: object) -> object:
    """Refuse a table that names one genre in two spellings: the later would silently take the other's place."""
    if isinstance(value, dict) and (same := repeated(one for key in value for one in canonical_genres([str(key)]))):
        raise told(f"named twice: {', '.join(same)}; keep one")
    return value


Name = Annotated[str, BeforeValidator(_name)]
Kind = Annotated[str, _one_of(KINDS, "kind")]
Decade = Annotated[str, BeforeValidator(_decade)]
Market = Annotated[str, BeforeValidator(_market)]
Tier = Annotated[str, _one_of(TIER_NAMES, "tier")]
Genre = Annotated[Text, AfterValidator(_genre)]
Country = Annotated[Text, AfterValidator(_country)]
Language = Annotated[Text, AfterValidator(_language)]
Asked = TypeVar("Asked")
ByGenre = Annotated[dict[Genre, Asked], BeforeValidator(_apart)]
