"""The titles that may be offered for a brief, why the others may not, and what rules and materials ask of the choice."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import NotEnoughDataError, none_can
from recommender.offers._brief import Brief
from recommender.offers._checks import Checks, check_titles
from recommender.offers._choice import Choice, choose, rechoose
from recommender.offers._eligible import REASONS, counts, judge, scores_for
from recommender.offers._materials import APPEAL_UNIT
from recommender.offers._membership import ExtraDemand
from recommender.offers._money import price_titles
from recommender.offers._rights_check import RightsReview
from recommender.offers._unmatched import unmatched
from recommender.offers.policy import Policy
from recommender.sources import canonical_genres

_log = logging.getLogger("recommender")
_JUDGEMENT = ["reason", "same_as"]


@dataclass(frozen=True, eq=False)
class Candidates:
    """The titles of a catalogue, judged for a brief.

    Attributes
    ----------
    brief : Brief
    judged : DataFrame
        All titles, best first: the scores' columns, the titles', and `reason`: why it may not be offered, or empty.
    checks : Checks
        What rights, rules and materials say of them.

    Raises
    ------
    NotEnoughDataError
        None may be offered.
    """

    brief: Brief
    judged: pd.DataFrame
    checks: Checks = field(default_factory=Checks)

    def __post_init__(self) -> None:
        if self.eligible.empty:
            left = {code: count for code, count in self.counts.items() if code in REASONS}
            reasons = "; ".join(f"{count:,} {REASONS[code]}" for code, count in left.items()) or "there are none"
            most = max(left, key=lambda code: left[code], default="")
            raise NotEnoughDataError(
                f"{none_can(len(self.judged), 'title')} be offered for the brief {self.brief.name}: {reasons}",
                hint="Check the rights table against catalogue and brief: title_id, market, media and window."
                if most.startswith("rights-")
                else "Check the brief's market, kinds and exclusions against the catalogue.",
            )

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """All titles, eligible ones, and those left out by reason code."""
        return counts(self.judged)

    @cached_property
    def eligible(self) -> pd.DataFrame:
        """The titles that may be offered."""
        free = self.judged["reason"] == ""
        return self.judged.loc[free].drop(columns=_JUDGEMENT, errors="ignore").reset_index(drop=True)

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """The titles that may not, with the code of why as `left_out`."""
        barred = self.judged.loc[self.judged["reason"] != ""].rename(columns={"reason": "left_out"})
        return barred.drop(columns="same_as", errors="ignore").reset_index(drop=True)

    def best(self) -> Choice:
        """Return the best choice for the brief."""
        return choose(self.eligible, self.brief, extra=self._caps, penalty=self._penalty())

    def again(
        self,
        before: Collection[str],
        *,
        accept: Collection[str] = (),
        reject: Collection[str] = (),
        hold: Collection[str] = (),
    ) -> Choice:
        """Return the choice after decisions on titles, by `title_id`, with the fewest changes of the choice before."""
        return rechoose(
            self.eligible,
            self.brief,
            before,
            accept=accept,
            reject=reject,
            hold=hold,
            extra=self._caps,
            penalty=self._penalty(),
        )

    @property
    def _caps(self) -> list[ExtraDemand]:
        return self.checks.caps(self.eligible["title_id"])

    def _penalty(self) -> NDArray[np.float64] | None:
        """Return what the titles' materials cost, in the unit of what is made greatest; None where that is nothing.

        Costs in money do not lower an appeal: then they are only told.
        """
        review = self.checks.materials
        if review is None or not review.cost.any():
            return None
        cost = review.costs_of(self.eligible["title_id"].to_list())
        worth = self.brief.package.objective == "value"
        if review.part.unit == APPEAL_UNIT:
            priced = price_titles(self.eligible, self.brief) if worth else None
            return cost if priced is None else cost * priced.cost
        if not worth:
            return None
        rate = self.brief.budget.rate(review.part.unit)
        assert rate is not None  # the brief is refused otherwise
        return cost * rate


def candidates_of(
    titles: pd.DataFrame,
    scores: pd.DataFrame,
    brief: Brief,
    *,
    rights: pd.DataFrame | RightsReview | None = None,
    policy: Policy | None = None,
) -> Candidates:
    """Judge a catalogue for a brief; see `build_offer`."""
    scores_for(scores, brief.market)  # scores of another market: nothing else is worth a word before that
    # A brief says Comedy; catalogues say COM, comedy and комедия.
    titles = titles.assign(genres=titles["genres"].map(canonical_genres))
    for said in unmatched(titles, brief):
        _log.warning("brief %s: %s", brief.name, said)
    checks = check_titles(titles, scores, brief, rights=rights, policy=policy)
    return Candidates(brief, judge(titles, scores, brief, checks.frames), checks)
