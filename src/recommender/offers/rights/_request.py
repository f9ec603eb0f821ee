"""What is asked of a rights table."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from recommender.schema import FIRST_DAY, LAST_DAY, MARKETS, find_medium, medium_remedy

__all__ = ["Day", "Match", "Media", "OnUnknown", "RightsRequest", "window_order"]

OPEN_YEARS = 10
"""An open side of a window is measured over so many years; what lies beyond counts as one day more."""

_EPOCH = date(1970, 1, 1).toordinal()
_BOTH_OPEN = (date(2000, 1, 1), date(2049, 12, 31))

Match = Literal["cover", "overlap", "start"]
OnUnknown = Literal["exclude", "warn"]


def _media(value: object) -> object:
    """Bring each word to the name of its medium."""
    if not isinstance(value, list | tuple):
        return value
    names = []
    for word in value:
        name = find_medium(word) if isinstance(word, str) else None
        if name is None:
            remedy = medium_remedy(word)
            raise PydanticCustomError("medium", "unknown medium {word}; {remedy}", {"word": word, "remedy": remedy})
        names.append(name)
    return tuple(dict.fromkeys(names))


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("day", "not a day; write it as 2027-01-31") from None
    if isinstance(value, datetime):
        raise PydanticCustomError("day", "a day without the hour is meant; write it as 2027-01-31")
    return value


def _market(value: object) -> object:
    if isinstance(value, str) and value not in MARKETS:
        raise PydanticCustomError(
            "market", "unknown market; write one ISO 3166-1 alpha-2 code in capitals, such as CN, or WW"
        )
    return value


Media = Annotated[tuple[str, ...], BeforeValidator(_media)]
Day = Annotated[date, BeforeValidator(_day)]


def window_order(start: date | None, end: date | None) -> None:
    """Refuse a window that ends before it starts."""
    if start is not None and end is not None and end < start:
        raise PydanticCustomError(
            "window",
            "end ({end}) is before start ({start}); exchange or correct them",
            {"start": start.isoformat(), "end": end.isoformat()},
        )


class RightsRequest(BaseModel):
    """What is asked of a rights table.

    Parameters
    ----------
    market : str
        ISO 3166-1 alpha-2 code of the territory; ``WW`` asks for the whole world: only worldwide rows give it,
        and a row of any market bars it.
    media : tuple of str
        Names of `recommender.schema.MEDIA` or their synonyms; each is wanted with all below it.
    language : str, optional
        BCP 47 tag of the version that is wanted. A row for zh-Hans answers zh. Without it rows of every language
        count, so a licence in one language bars the title.
    start, end : date, optional
        First and last day; None: open. An open side is measured over ten years (a window open on both sides from
        2000 to 2049), and all that lies beyond counts as one day more, free if all of it is.
    exclusive : bool
        Whether nobody else may have the same.
    match : {"cover", "overlap", "start"}
        What makes a medium available: free on every day of the window; on any; or a stretch of free days that
        begins within it, so not one that is under way already.
    on_unknown : {"exclude", "warn"}
        What an offer does with a title of which nothing is known.

    Examples
    --------
    >>> asked = RightsRequest(market="CN", media=("tv", "svod"), start="2027-01-01", end="2027-12-31")
    >>> asked.media, asked.measured_days
    (('television', 'svod'), 365)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    market: Annotated[str, BeforeValidator(_market)]
    media: Annotated[Media, Field(min_length=1)]
    language: Annotated[str, Field(min_length=1)] | None = None
    start: Day | None = None
    end: Day | None = None
    exclusive: bool = False
    match: Match = "cover"
    on_unknown: OnUnknown = "exclude"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        window_order(self.start, self.end)
        return self

    @property
    def asked(self) -> tuple[int, int]:
        """First and last day that are asked for, as numbers; open ones as rights tables have them."""
        return (
            FIRST_DAY if self.start is None else self.start.toordinal() - _EPOCH,
            LAST_DAY if self.end is None else self.end.toordinal() - _EPOCH,
        )

    @property
    def measured(self) -> tuple[int, int]:
        """First and last day over which shares are measured, as numbers."""
        first, last = self.start, self.end
        if first is None and last is None:
            first, last = _BOTH_OPEN
        elif first is None and last is not None:
            return last.toordinal() - _EPOCH - _years() + 1, last.toordinal() - _EPOCH
        elif last is None and first is not None:
            return first.toordinal() - _EPOCH, first.toordinal() - _EPOCH + _years() - 1
        assert first is not None
        assert last is not None
        return first.toordinal() - _EPOCH, last.toordinal() - _EPOCH

    @property
    def measured_days(self) -> int:
        """How many days a share is measured over, one for each open side included."""
        first, last = self.measured
        return last - first + 1 + (self.start is None) + (self.end is None)

    @property
    def in_words(self) -> str:
        """Media, window and whether exclusively, as people say it.

        Examples
        --------
        >>> RightsRequest(market="CN", media=("svod",), start="2027-01-01", exclusive=True).in_words
        'svod; from 2027-01-01; exclusively'
        """
        days = " ".join(f"{word} {day}" for word, day in (("from", self.start), ("until", self.end)) if day is not None)
        return f"{', '.join(self.media)}; {days or 'for all time'}{'; exclusively' if self.exclusive else ''}"


def _years() -> int:
    return round(OPEN_YEARS * 365.25)
