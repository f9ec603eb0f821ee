"""Splits by titles: at random, in folds, by year, by origin."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, model_validator

from recommender.evaluation.splits._holdout import Holdout, Split, by_titles
from recommender.features import content_keys
from recommender.schema import COUNTRIES

__all__ = ["FoldSplit", "OriginSplit", "RandomSplit", "RollingYearSplit", "YearSplit", "draw_order"]

# A market with fewer outcomes is not learned.
_LEAST_LEFT = 10
_LEAST_SHARE = 0.5
Seed = Annotated[int, Field(ge=0)]


def _country(text: str) -> str:
    if text not in COUNTRIES:
        raise ValueError("not a country; write an ISO 3166-1 code such as RU, or SU for Soviet titles")
    return text


Country = Annotated[str, AfterValidator(_country)]


class RandomSplit(Split):
    """A random share of the titles judges; the others are learned from.

    Titles are drawn by what they are, not by id or place in the table, so two rows of one film stay together.

    Parameters
    ----------
    share : float, between 0 and 1
    seed : int, default=0
    repeats : int, default=1
        So many holdouts, with the seeds from `seed` on; a title may judge in several of them.

    Examples
    --------
    >>> RandomSplit(share=0.3).label
    'random 30%'
    """

    kind: Literal["random"] = "random"
    share: Annotated[float, Field(gt=0, lt=1)]
    seed: Seed = 0
    repeats: Annotated[int, Field(ge=1, le=100)] = 1

    @property
    def label(self) -> str:
        """What the split is called."""
        return f"random {self.share:.0%}"

    def divide(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> tuple[Holdout, ...]:
        """Divide titles and outcomes."""
        holdouts = []
        for seed in range(self.seed, self.seed + self.repeats):
            place = draw_order(titles, seed)
            judged = place < round(self.share * len(np.unique(place)))
            holdouts.append(by_titles(self, f"seed {seed}", titles, outcomes, ~judged, judged))
        return tuple(holdouts)


class FoldSplit(Split):
    """Titles are dealt into folds; each fold is judged by what was learned from the others.

    Every title judges once. Two rows of one film stay together.

    Parameters
    ----------
    folds : int, 2 to 20
    seed : int, default=0

    Examples
    --------
    >>> FoldSplit(folds=3).label
    '3 folds'
    """

    kind: Literal["folds"] = "folds"
    folds: Annotated[int, Field(ge=2, le=20)]
    seed: Seed = 0

    @property
    def label(self) -> str:
        """What the split is called."""
        return f"{self.folds} folds"

    def divide(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> tuple[Holdout, ...]:
        """Divide titles and outcomes."""
        fold = draw_order(titles, self.seed) % self.folds
        drawn = f", seed {self.seed}" if self.seed else ""
        return tuple(
            by_titles(self, f"fold {number + 1}{drawn}", titles, outcomes, fold != number, fold == number)
            for number in range(self.folds)
        )


class YearSplit(Split):
    """Titles of some years judge; those of earlier years are learned from, later ones are left out.

    Outcomes of earlier titles that came when later ones were judged already are not learned from, unless that would
    take more than half of a market's: tables that were taken down on a few days tell what was known only then.

    Parameters
    ----------
    first, last : int
        Years of the titles that judge, both included.

    Examples
    --------
    >>> YearSplit(first=2016, last=2017).label
    'years 2016 to 2017'
    """

    kind: Literal["years"] = "years"
    first: int
    last: int

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_order(self.first, self.last)
        return self

    @property
    def label(self) -> str:
        """What the split is called."""
        return f"years {self.first} to {self.last}" if self.last > self.first else f"year {self.first}"

    def divide(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> tuple[Holdout, ...]:
        """Divide titles and outcomes."""
        return (_of_years(self, titles, outcomes, self.first, self.last),)


class RollingYearSplit(Split):
    """Several spans of years in a row judge, each by what was learned from the titles of all years before it.

    Each span is divided as a `YearSplit`.

    Parameters
    ----------
    first, last : int
        The years from the first span's first to the last span's last.
    span : int, default=1
        So many years judge together.

    Examples
    --------
    >>> RollingYearSplit(first=2012, last=2017, span=2).label
    'years 2012 to 2017 in spans of 2'
    """

    kind: Literal["rolling_years"] = "rolling_years"
    first: int
    last: int
    span: Annotated[int, Field(ge=1, le=50)] = 1

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_order(self.first, self.last)
        return self

    @property
    def label(self) -> str:
        """What the split is called."""
        return f"years {self.first} to {self.last}" + (f" in spans of {self.span}" if self.span > 1 else ", one by one")

    def divide(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> tuple[Holdout, ...]:
        """Divide titles and outcomes."""
        return tuple(
            _of_years(self, titles, outcomes, year, min(year + self.span - 1, self.last))
            for year in range(self.first, self.last + 1, self.span)
        )


class OriginSplit(Split):
    """All titles of some origins judge, and none of them is learned from.

    It answers what the ranker is worth for a catalogue of a kind that has not been offered before. Calibration and intervals
    are judged by percentiles among all titles known in the market, those learned from included.

    Parameters
    ----------
    origins : sequence of str
        ISO 3166-1 codes (SU for Soviet titles); a title with any of them among its countries judges.

    Examples
    --------
    >>> OriginSplit(origins=("RU", "SU")).label
    'origin RU, SU'
    """

    kind: Literal["origin"] = "origin"
    origins: Annotated[tuple[Country, ...], Field(min_length=1)]

    @property
    def label(self) -> str:
        """What the split is called."""
        return f"origin {', '.join(self.origins)}"

    def divide(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> tuple[Holdout, ...]:
        """Divide titles and outcomes."""
        wanted = set(self.origins)
        judged = np.array([not wanted.isdisjoint(countries) for countries in titles["countries"]], dtype=bool)
        holdout = by_titles(self, ", ".join(self.origins), titles, outcomes, ~judged, judged)
        return (replace(holdout, one_kind=True),)


def draw_order(titles: pd.DataFrame, seed: int) -> NDArray[np.intp]:
    """Return the place of each title in a drawn order; rows of one film have one place."""
    keys = content_keys(titles)
    digests = {key: hashlib.sha256(f"split|{seed}|{key}".encode()).hexdigest() for key in set(keys)}
    place = {key: number for number, key in enumerate(sorted(digests, key=digests.__getitem__))}
    return np.array([place[key] for key in keys], dtype=np.intp)


def _of_years(split: Split, titles: pd.DataFrame, outcomes: pd.DataFrame, first: int, last: int) -> Holdout:
    year = titles["year"].astype("float64").to_numpy()
    name = str(first) if first == last else f"{first} to {last}"
    return _before_judging(by_titles(split, name, titles, outcomes, year < first, (year >= first) & (year <= last)))


def _before_judging(holdout: Holdout) -> Holdout:
    """Learn only from outcomes dated before the first that judges, in each market where enough of them are left."""
    early = (holdout.outcomes["as_of"] < holdout.truth["as_of"].min()).to_numpy(dtype=bool)
    by_market = pd.Series(early).groupby(holdout.outcomes["market"].to_numpy())
    enough = by_market.transform("sum") >= np.maximum(_LEAST_LEFT, _LEAST_SHARE * by_market.transform("size"))
    kept = early | ~enough.to_numpy(dtype=bool)
    return replace(holdout, outcomes=holdout.outcomes[kept].reset_index(drop=True), in_time=True)


def _check_order(first: int, last: int) -> None:
    if last < first:
        raise ValueError(f"the last year ({last}) is before the first ({first})")
