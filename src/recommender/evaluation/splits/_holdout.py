"""What every split gives: titles and outcomes, divided into what is learned from and what judges."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from recommender.errors import NotEnoughDataError
from recommender.schema import METRICS, WORLDWIDE, at_home

__all__ = ["Holdout", "Split", "by_titles", "checked", "find_history", "is_home", "is_worldwide", "rows_of"]


@dataclass(frozen=True, eq=False)
class Holdout:
    """Titles and outcomes, divided.

    Attributes
    ----------
    split, name : str
        Which split it belongs to, and what it is called among that split's holdouts.
    titles, outcomes : DataFrame
        What a ranker is fitted on.
    as_of : str or None
        The day given to it; None: the day after the newest of `outcomes`.
    judged : DataFrame
        The titles that are ranked and judged.
    truth : DataFrame
        Their outcomes in the markets.
    history : DataFrame
        What a ranker may be shown of them: worldwide outcomes, and audiences and ratings at home; those of a market that
        judges them are never among them.
    markets : tuple of str or None
        The markets that judge; None: all.
    one_kind : bool, default=False
        Whether the titles that judge are of one kind, such as an origin, and do not stand for the market's other titles.
    in_time : bool, default=False
        Whether the split is one in time: what judges shall come after what is learned from.
    """

    split: str
    name: str
    titles: pd.DataFrame
    outcomes: pd.DataFrame
    as_of: str | None
    judged: pd.DataFrame
    truth: pd.DataFrame
    history: pd.DataFrame
    markets: tuple[str, ...] | None = None
    one_kind: bool = False
    in_time: bool = False

    @property
    def n_later(self) -> int | None:
        """How many of the outcomes learned from are dated after the first that judges; None where no time divides."""
        if not self.in_time:
            return None
        return int((self.outcomes["as_of"] > self.truth["as_of"].min()).sum())


class Split(BaseModel, ABC):
    """A way to divide titles and outcomes; the same tables are always divided the same way."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    @abstractmethod
    def label(self) -> str:
        """What the split is called in tables and reports."""

    @abstractmethod
    def divide(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> tuple[Holdout, ...]:
        """Divide titles and outcomes into one or more holdouts.

        Raises
        ------
        NotEnoughDataError
            If one side of a holdout has no outcomes.
        """

    def with_seed(self, seed: int) -> Self:
        """Return the same split, drawn anew; where nothing is drawn, the split itself.

        Each of its repeats has a seed of its own, so none of two different seeds is drawn alike.
        """
        own = dict(self)
        return self.model_copy(update={"seed": own["seed"] + seed * own.get("repeats", 1)}) if "seed" in own else self


def by_titles(
    split: Split,
    name: str,
    titles: pd.DataFrame,
    outcomes: pd.DataFrame,
    learned: NDArray[np.bool_],
    judged: NDArray[np.bool_],
) -> Holdout:
    """Divide by titles; a ranker does not even see those that judge: a flow would count 0 for them."""
    world = is_worldwide(outcomes)
    of_learned, of_judged = (rows_of(outcomes, titles, rows) for rows in (learned, judged))
    return checked(
        Holdout(
            split=split.label,
            name=name,
            titles=titles[learned].reset_index(drop=True),
            outcomes=outcomes[of_learned].reset_index(drop=True),
            as_of=None,
            judged=titles[judged].reset_index(drop=True),
            truth=outcomes[of_judged & ~world].reset_index(drop=True),
            history=find_history(titles, outcomes, of_judged),
        )
    )


def find_history(titles: pd.DataFrame, outcomes: pd.DataFrame, judged: NDArray[np.bool_]) -> pd.DataFrame:
    """Return what may be shown of titles that judge: worldwide outcomes, and levels at home of those that judge abroad.

    That a title is shown tells nothing of what it did: where having no outcome judges too (a flow, a market that is not
    listed), those without one are shown as well.

    Parameters
    ----------
    titles, outcomes : DataFrame
    judged : ndarray of bool, shape (n_outcomes,)
        Rows of titles that judge, from when they may be seen.
    """
    home, world = is_home(outcomes, titles), is_worldwide(outcomes)
    nature = np.array([METRICS[metric].nature for metric in outcomes["metric"]], dtype=object)
    judging = outcomes.loc[~world & (~home | (nature == "presence")), "title_id"]
    abroad = outcomes["title_id"].isin(judging).to_numpy(dtype=bool) | bool((~home & ~world & (nature == "flow")).any())
    shown: pd.DataFrame = outcomes[judged & (world | (home & (nature == "level") & abroad))].reset_index(drop=True)
    return shown


def is_home(outcomes: pd.DataFrame, titles: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which rows are of a market that their title comes from."""
    homes = dict(zip(titles["title_id"], map(at_home, titles["countries"]), strict=True))
    rows = zip(outcomes["title_id"], outcomes["market"], strict=True)
    return np.array([market in homes.get(title, ()) for title, market in rows], dtype=bool)


def is_worldwide(outcomes: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which rows are worldwide figures."""
    return np.asarray((outcomes["market"] == WORLDWIDE).to_numpy(), dtype=bool)


def rows_of(outcomes: pd.DataFrame, titles: pd.DataFrame, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which outcomes belong to the chosen titles."""
    return np.asarray(outcomes["title_id"].isin(titles.loc[rows, "title_id"]).to_numpy(), dtype=bool)


def checked(holdout: Holdout) -> Holdout:
    """Return a holdout as it is; refuse one with an empty side."""
    truth = holdout.truth if holdout.markets is None else holdout.truth[holdout.truth["market"].isin(holdout.markets)]
    for outcomes, use in ((holdout.outcomes, "learn from"), (truth, "judge by")):
        if outcomes.empty:
            raise NotEnoughDataError(
                f"{holdout.split}, {holdout.name}: the split leaves no outcomes to {use}",
                hint="Check its years, days, origins, markets or share against the data.",
            )
    return holdout
