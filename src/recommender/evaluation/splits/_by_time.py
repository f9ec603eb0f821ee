"""Splits at a day, the same for all titles and markets: one day, or several in a row."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
from pydantic import AfterValidator, Field, model_validator

from recommender.errors import CallError, counted
from recommender.evaluation.splits._holdout import Holdout, Split, checked, find_history, is_worldwide, rows_of
from recommender.schema import WORLDWIDE, iso_day

__all__ = ["AsOfSplit", "RollingDaySplit"]


def _day(text: str) -> str:
    try:
        return iso_day(text, "")
    except CallError:
        raise ValueError("not a day; write YYYY-MM-DD") from None


Day = Annotated[str, AfterValidator(_day)]


class AsOfSplit(Split):
    """What was known on a day is learned from; titles without an outcome by then are judged by what came.

    For chart points and other outcomes that add up over time. A title that had charted in any market by then
    is not judged in the others.

    Parameters
    ----------
    day : str
        ISO date: outcomes dated before it are learned from.
    until : str or None
        ISO date: outcomes dated on or after it do not judge either.
    last_year : int or None
        Titles of later years do not judge: where a catalogue was taken down long after the day, no one had them then.

    Examples
    --------
    >>> AsOfSplit(day="2022-01-01").label
    'as of 2022-01-01'
    """

    kind: Literal["as_of"] = "as_of"
    day: Day
    until: Day | None = None
    last_year: int | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until <= self.day:
            raise ValueError(f"until ({self.until}) is not after day ({self.day})")
        return self

    @property
    def label(self) -> str:
        """What the split is called."""
        until = f" until {self.until}" if self.until else ""
        return f"as of {self.day}{until}" + (f", titles until {self.last_year}" if self.last_year is not None else "")

    def divide(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> tuple[Holdout, ...]:
        """Divide titles and outcomes."""
        return (_at_day(self, titles, outcomes, self.day, self.until, self.last_year),)


class RollingDaySplit(Split):
    """Several days in a row, each asked what comes until a horizon; see `AsOfSplit`.

    Parameters
    ----------
    days : sequence of str
        ISO dates in ascending order.
    months : int or None, default=None
        The horizon of each day; by default until the next day, and for the last to the end of the outcomes.

    Examples
    --------
    >>> RollingDaySplit(days=("2021-10-01", "2022-01-01"), months=3).label
    '2 days from 2021-10-01, 3 months each'
    """

    kind: Literal["rolling_days"] = "rolling_days"
    days: Annotated[tuple[Day, ...], Field(min_length=1)]
    months: Annotated[int, Field(ge=1, le=120)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(later <= earlier for earlier, later in pairwise(self.days)):
            raise ValueError(f"the days are not in ascending order: {', '.join(self.days)}")
        return self

    @property
    def label(self) -> str:
        """What the split is called."""
        each = " each" if len(self.days) > 1 else ""
        horizon = f", {counted(self.months, 'month')}{each}" if self.months else ""
        return f"{counted(len(self.days), 'day')} from {self.days[0]}{horizon}"

    def divide(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> tuple[Holdout, ...]:
        """Divide titles and outcomes."""
        following: tuple[str | None, ...] = (*self.days[1:], None)
        ends = following if self.months is None else tuple(_months_after(day, self.months) for day in self.days)
        return tuple(_at_day(self, titles, outcomes, day, until) for day, until in zip(self.days, ends, strict=True))


def _months_after(day: str, months: int) -> str:
    """Return the day so many months later, at the end of a month that is too short."""
    return str((pd.Timestamp(day) + pd.DateOffset(months=months)).date())


def _at_day(
    split: Split,
    titles: pd.DataFrame,
    outcomes: pd.DataFrame,
    day: str,
    until: str | None,
    last_year: int | None = None,
) -> Holdout:
    before = (outcomes["as_of"] < day).to_numpy(dtype=bool)
    known = outcomes[before]
    local = known["market"] != WORLDWIDE
    judged = ~titles["title_id"].isin(known.loc[local, "title_id"]).to_numpy(dtype=bool)
    if last_year is not None:
        judged &= ~(titles["year"].astype("float64").to_numpy() > last_year)
    after = ~before if until is None else ~before & (outcomes["as_of"] < until).to_numpy(dtype=bool)
    is_judged, world = rows_of(outcomes, titles, np.asarray(judged)), is_worldwide(outcomes)
    return checked(
        Holdout(
            split=split.label,
            name=day,
            titles=titles,
            outcomes=known.reset_index(drop=True),
            as_of=day,
            judged=titles[judged].reset_index(drop=True),
            truth=outcomes[after & is_judged & ~world].reset_index(drop=True),
            history=find_history(titles, outcomes, before & is_judged),
            in_time=True,
        )
    )
