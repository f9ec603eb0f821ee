"""What is checked of the titles before the choice: rights, the market's rules, materials."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from recommender.errors import DataError, counted
from recommender.offers._brief import Brief
from recommender.offers._materials import MaterialsReview, review_materials
from recommender.offers._membership import ExtraDemand
from recommender.offers._rights_check import RightsReview, check_rights
from recommender.offers.policy import Policy, PolicyReview, load_policy, review_policy
from recommender.offers.rights import RightsRequest

NOT_CHECKED = "not checked"
CHECKED = ("policy", "rights", "materials")
"""The offer's columns that say what was found, or that nobody has looked."""

_log = logging.getLogger("recommender")
_WARNED = frozenset({"expired", "other-market", "unknown-medium", "unmatched-override"})


@dataclass(frozen=True, eq=False)
class Checks:
    """What rights, rules and materials say of a catalogue; None where nobody has asked.

    Attributes
    ----------
    rights : RightsReview or None
    policy : PolicyReview or None
    materials : MaterialsReview or None
    """

    rights: RightsReview | None = None
    policy: PolicyReview | None = None
    materials: MaterialsReview | None = None

    @property
    def frames(self) -> list[pd.DataFrame]:
        """For `judge`, one row a title each: `title_id`, `reason` (why it may not be offered, or empty), and the words."""
        return [review.frame for review in (self.rights, self.policy, self.materials) if review is not None]

    def caps(self, title_ids: pd.Series) -> list[ExtraDemand]:
        """Return the rules' caps as demands on these titles, in their order."""
        if self.policy is None or not self.policy.caps:
            return []
        at = pd.Index(self.policy.judged.title_ids).get_indexer(pd.Index(title_ids))
        return [
            ExtraDemand(f"titles under the rule {cap.rule}", cap.mask[at], high=cap.limit) for cap in self.policy.caps
        ]


def check_titles(
    titles: pd.DataFrame,
    scores: pd.DataFrame,
    brief: Brief,
    *,
    rights: pd.DataFrame | RightsReview | None = None,
    policy: Policy | None = None,
) -> Checks:
    """Check a catalogue's titles as a brief asks.

    Parameters
    ----------
    titles, scores : DataFrame
    brief : Brief
    rights : DataFrame or RightsReview, optional
        The rights table, or what was found in it for the same request; without it rights are not checked.
    policy : Policy, optional
        In place of the packs that the brief names.

    Returns
    -------
    Checks

    Raises
    ------
    DataError
        Nothing says on which day the rules are to be read; or rights were found for another request.
    ConfigError, CallError
        A policy pack cannot be read, or an override does not fit the packs.
    """
    day = day_of(scores, brief.market)
    allowed = None
    if rights is not None:
        request = brief.rights_request(day)
        if isinstance(rights, RightsReview):
            allowed = _as_asked(rights, request, brief.rights.min_share)
        else:
            if not titles["title_id"].isin(rights["title_id"]).any():
                _log.warning("rights: the table names none of the catalogue's titles; are its title_id the same?")
            allowed = check_rights(titles["title_id"].drop_duplicates(), rights, request, brief.rights.min_share)
    reviewed = None
    if policy is not None or brief.policy.packs:
        rules, part = load_policy(brief.policy.packs) if policy is None else policy, brief.policy
        on = brief.policy.on or _stated(day)
        if policy is not None:
            part = part.fitted(policy)
        reviewed = review_policy(titles, rules, part, market=brief.market, media=brief.media, on=on)
        _tell(reviewed)
    return Checks(allowed, reviewed, ready_for(titles, brief))


def _as_asked(found: RightsReview, request: RightsRequest, min_share: float) -> RightsReview:
    """Return what was found of rights, if it was for this request, judged by the least share that must be free."""
    then, now = (one.model_dump(mode="json") for one in (found.request, request))
    differ = [
        f"{name.replace('_', ' ')} {_said(then[name])}, not {_said(now[name])}"
        for name in now
        if then[name] != now[name]
    ]
    if differ:
        raise DataError(
            f"the rights were checked for another request than the brief's: {'; '.join(differ)}",
            hint="Make the offer again with the rights table, or ask for the same in the brief.",
        )
    return replace(found, min_share=min_share)


def _said(value: object) -> str:
    """Return one value of a request in words."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {None: "open", True: "yes", False: "no"}.get(value) or str(value)  # type: ignore[call-overload]


def ready_for(titles: pd.DataFrame, brief: Brief) -> MaterialsReview | None:
    """Review the titles' materials, where the brief asks for any."""
    if not brief.materials.asked:
        return None
    return review_materials(titles, brief.materials, brief.market, brief.language)


def _tell(review: PolicyReview) -> None:
    """Log what a person should know of the packs; the report lists all of it."""
    for notice in review.notices:
        if notice.code in _WARNED:
            _log.warning("policy: %s", notice.text)
    stale = [notice.rule for notice in review.notices if notice.code == "stale"]
    if stale:
        rules = counted(len(stale), "rule has", "rules have")
        _log.warning("policy: %s not been checked for a year: %s", rules, ", ".join(stale))


def day_of(scores: pd.DataFrame, market: str) -> str | None:
    """Return the day of a market's scores; None where they state none."""
    if "as_of" not in scores.columns:
        return None
    days = scores.loc[scores["market"] == market, "as_of"].dropna()
    return None if days.empty else str(days.max())[:10]


def _stated(day: str | None) -> date:
    if day is None:
        raise DataError(
            "nothing says on which day the market's rules are to be read: the scores have no as_of",
            hint="Add the day to the brief: on = 2026-03-01 in [policy].",
        )
    return date.fromisoformat(day)
