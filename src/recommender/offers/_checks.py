"""What is checked of the titles before the choice: the market's rules and the materials."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from recommender.errors import DataError
from recommender.offers._brief import Brief
from recommender.offers._materials import APPEAL_UNIT, MaterialsReview, review_materials
from recommender.offers.policy import Policy, PolicyReview, load_policy, review_policy

NOT_CHECKED = "not checked"

_log = logging.getLogger("recommender")
_WARNED = frozenset({"expired", "other-market", "unknown-medium", "unmatched-override"})


@dataclass(frozen=True, eq=False)
class Checks:
    """What rules and materials say of a catalogue; None where the brief does not ask.

    Attributes
    ----------
    policy : PolicyReview or None
    materials : MaterialsReview or None
    """

    policy: PolicyReview | None = None
    materials: MaterialsReview | None = None

    @property
    def barred(self) -> Mapping[str, str]:
        """The titles that may not be offered, each with its reason code; a rule goes before materials."""
        found = dict(self.materials.barred) if self.materials is not None else {}
        return found | (dict(self.policy.barred) if self.policy is not None else {})

    def pool(self, eligible: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Callable[[int], int]]]:
        """Return the eligible titles with `caps` (rules that each counts towards) and `value`, and the caps' limits.

        `value` is the appeal less what the materials cost, where they cost appeal; costs in a currency are for
        a package that counts in it.
        """
        ids = eligible["title_id"].to_list()
        capped = self.policy.capped(ids) if self.policy is not None else [[] for _ in ids]
        value = eligible["appeal"]
        if self.materials is not None and self.materials.part.unit == APPEAL_UNIT:
            value = value - self.materials.costs_of(ids)
        limits: dict[str, Callable[[int], int]] = {}
        if self.policy is not None:
            limits.update({cap.rule: cap.limit for cap in self.policy.caps})
        caps = pd.Series(capped, index=eligible.index, dtype="object")
        return eligible.assign(caps=caps, value=value), limits

    def policy_words(self, title_ids: Iterable[str]) -> list[str]:
        """Return the offer's column `policy`."""
        words = None if self.policy is None else self.policy.words
        return [NOT_CHECKED if words is None else words[title_id] for title_id in title_ids]

    def materials_words(self, title_ids: Iterable[str]) -> list[str]:
        """Return the offer's column `materials`."""
        words = None if self.materials is None else self.materials.words
        return [NOT_CHECKED if words is None else words[title_id] for title_id in title_ids]


def check_titles(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief, policy: Policy | None = None) -> Checks:
    """Check a catalogue's titles as a brief asks.

    Parameters
    ----------
    titles, scores : DataFrame
    brief : Brief
    policy : Policy, optional
        In place of the packs that the brief names.

    Returns
    -------
    Checks

    Raises
    ------
    DataError
        Nothing says on which day the rules are to be read.
    ConfigError, CallError
        A policy pack cannot be read, or an override does not fit the packs.
    """
    reviewed = None
    if policy is not None or brief.policy.packs:
        rules, part = load_policy(brief.policy.packs) if policy is None else policy, brief.policy
        day = brief.policy.on or _day_of(scores, brief.market)
        if policy is not None:
            part = part.fitted(policy)
        reviewed = review_policy(titles, rules, part, market=brief.market, media=brief.media, on=day)
        _tell(reviewed)
    ready = None
    if brief.materials.asked:
        ready = review_materials(titles, brief.materials, brief.market, brief.language)
    return Checks(reviewed, ready)


def _tell(review: PolicyReview) -> None:
    """Log what a person should know of the packs; the report lists all of it."""
    for notice in review.notices:
        if notice.code in _WARNED:
            _log.warning("policy: %s", notice.text)
    stale = [notice.rule for notice in review.notices if notice.code == "stale"]
    if stale:
        _log.warning("policy: %d rules have not been checked for a year: %s", len(stale), ", ".join(stale))


def _day_of(scores: pd.DataFrame, market: str) -> date:
    days = scores.loc[scores["market"] == market, "as_of"].dropna() if "as_of" in scores.columns else pd.Series()
    if days.empty:
        raise DataError(
            "nothing says on which day the market's rules are to be read: the scores have no as_of",
            hint="Add the day to the brief: on = 2026-03-01 in [policy].",
        )
    return date.fromisoformat(str(days.max())[:10])
