"""Which outcomes a ranker may learn from, and which judge it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from recommender.errors import NotEnoughDataError
from recommender.features import content_keys
from recommender.schema import WORLDWIDE

__all__ = ["AsOfSplit", "Holdout", "RandomSplit", "Split", "YearSplit"]

Day = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


@dataclass(frozen=True, eq=False)
class Holdout:
    """Titles and outcomes, divided.

    Attributes
    ----------
    titles, outcomes : DataFrame
        What a ranker is fitted on.
    as_of : str or None
        The day given to it; None: the day after the newest of `outcomes`.
    judged : DataFrame
        The titles that are ranked and judged.
    truth : DataFrame
        Their outcomes in the markets.
    history : DataFrame
        Their worldwide outcomes, which a ranker may be shown; a market's own are never among them.
    """

    titles: pd.DataFrame
    outcomes: pd.DataFrame
    as_of: str | None
    judged: pd.DataFrame
    truth: pd.DataFrame
    history: pd.DataFrame


class _Split(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RandomSplit(_Split):
    """A random share of the titles judges; the others are learned from.

    Titles are drawn by what they are, not by id or place in the table, so two rows of one film stay together.

    Parameters
    ----------
    share : float, between 0 and 1
    seed : int, default=0

    Examples
    --------
    >>> RandomSplit(share=0.3).seed
    0
    """

    kind: Literal["random"] = "random"
    share: Annotated[float, Field(gt=0, lt=1)]
    seed: Annotated[int, Field(ge=0)] = 0

    def divide(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> Holdout:
        """Divide titles and outcomes; NotEnoughDataError where one side has no outcomes."""
        keys = content_keys(titles)
        digests = {key: hashlib.sha256(f"split|{self.seed}|{key}".encode()).hexdigest() for key in set(keys)}
        chosen = set(sorted(digests, key=digests.__getitem__)[: round(self.share * len(digests))])
        judged = np.array([key in chosen for key in keys], dtype=bool)
        return _by_titles(titles, outcomes, ~judged, judged)


class YearSplit(_Split):
    """Titles of some years judge; those of earlier years are learned from, later ones are left out.

    Parameters
    ----------
    first, last : int
        Years of the titles that judge, both included.

    Examples
    --------
    >>> YearSplit(first=2016, last=2017).first
    2016
    """

    kind: Literal["years"] = "years"
    first: int
    last: int

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the last year ({self.last}) is before the first ({self.first})")
        return self

    def divide(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> Holdout:
        """Divide titles and outcomes; NotEnoughDataError where one side has no outcomes."""
        year = titles["year"].astype("float64").to_numpy()
        return _by_titles(titles, outcomes, year < self.first, (year >= self.first) & (year <= self.last))


class AsOfSplit(_Split):
    """What was known on a day is learned from; titles without an outcome by then are judged by what came.

    For chart points and other outcomes that add up over time. A title that had charted in any market by then
    is not judged in the others.

    Parameters
    ----------
    day : str
        ISO date: outcomes dated before it are learned from.
    until : str or None
        ISO date: outcomes dated on or after it do not judge either.

    Examples
    --------
    >>> AsOfSplit(day="2022-01-01").until is None
    True
    """

    kind: Literal["as_of"] = "as_of"
    day: Day
    until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until <= self.day:
            raise ValueError(f"until ({self.until}) is not after day ({self.day})")
        return self

    def divide(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> Holdout:
        """Divide titles and outcomes; NotEnoughDataError where one side has no outcomes."""
        before = (outcomes["as_of"] < self.day).to_numpy()
        known = outcomes[before]
        local = known["market"] != WORLDWIDE
        judged = ~titles["title_id"].isin(known.loc[local, "title_id"]).to_numpy()
        after = ~before if self.until is None else ~before & (outcomes["as_of"] < self.until).to_numpy()
        is_judged = _rows_of(outcomes, titles, judged)
        world = (outcomes["market"] == WORLDWIDE).to_numpy()
        return _checked(
            Holdout(
                titles=titles,
                outcomes=known.reset_index(drop=True),
                as_of=self.day,
                judged=titles[judged].reset_index(drop=True),
                truth=outcomes[after & is_judged & ~world].reset_index(drop=True),
                history=outcomes[before & is_judged & world].reset_index(drop=True),
            )
        )


Split = RandomSplit | YearSplit | AsOfSplit


def _by_titles(
    titles: pd.DataFrame, outcomes: pd.DataFrame, learned: NDArray[np.bool_], judged: NDArray[np.bool_]
) -> Holdout:
    """Divide by titles; a ranker does not even see those that judge: a flow would count 0 for them."""
    world = (outcomes["market"] == WORLDWIDE).to_numpy()
    of_learned, of_judged = (_rows_of(outcomes, titles, rows) for rows in (learned, judged))
    return _checked(
        Holdout(
            titles=titles[learned].reset_index(drop=True),
            outcomes=outcomes[of_learned].reset_index(drop=True),
            as_of=None,
            judged=titles[judged].reset_index(drop=True),
            truth=outcomes[of_judged & ~world].reset_index(drop=True),
            history=outcomes[of_judged & world].reset_index(drop=True),
        )
    )


def _rows_of(outcomes: pd.DataFrame, titles: pd.DataFrame, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(outcomes["title_id"].isin(titles.loc[rows, "title_id"]).to_numpy(), dtype=bool)


def _checked(holdout: Holdout) -> Holdout:
    for outcomes, use in ((holdout.outcomes, "learn from"), (holdout.truth, "judge by")):
        if outcomes.empty:
            raise NotEnoughDataError(
                f"the split leaves no outcomes to {use}",
                hint="Check its years, days or share against the data.",
            )
    return holdout
