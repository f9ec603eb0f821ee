"""Everything that the rules say of a catalogue for a brief, gathered for the offer and its files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from recommender.offers.policy._caps import Cap, cap_limit, policy_caps
from recommender.offers.policy._judge import Judgement, concerned, judgement, media_truth, status_counts
from recommender.offers.policy._part import ALL_TITLES, PolicyPart
from recommender.offers.policy._policy import Policy
from recommender.offers.policy._process import LeadTime, Notice, lead_times, policy_notices
from recommender.offers.policy._rule import EFFECT_WORDS, Rule
from recommender.offers.policy._truth import CLEAR, HIT, UNKNOWN

BLOCKED = "policy-blocked"
"""The reason code of titles that a rule of the market bars from the offer."""


@dataclass(frozen=True)
class RuleLine:
    """A rule as the report and the workbook list it.

    Attributes
    ----------
    pack, rule, reason_code, level, effect, media : str
        `effect` and `media` in words.
    state : str
        `in force`, `expired`, `not yet in force`, `waived`, `other media`.
    about, hits, unknown, blocked : int
        Offered titles of the kinds that it is about, those that it meets and may meet, and titles of the
        catalogue that it bars.
    detail : str
        A cap's limit and what is used of it, the earliest day on air, who has waived it.
    message, source, source_url, trust : str
        `trust` is the confidence, whether verified, and when last checked.
    """

    pack: str
    rule: str
    reason_code: str
    level: str
    effect: str
    media: str
    state: str
    about: int
    hits: int
    unknown: int
    blocked: int
    detail: str
    message: str
    source: str
    source_url: str
    trust: str


@dataclass(frozen=True, eq=False)
class PolicyReview:
    """What the rules say of a catalogue.

    Attributes
    ----------
    policy : Policy
    part : PolicyPart
        The brief's part `[policy]`.
    market : str
    media : tuple of str
    on : date
        The day on which the rules were read.
    judged : Judgement
        The rules about single titles.
    caps : tuple of Cap
    leads : tuple of LeadTime
    notices : tuple of Notice
    """

    policy: Policy
    part: PolicyPart
    market: str
    media: tuple[str, ...]
    on: date
    judged: Judgement
    caps: tuple[Cap, ...]
    leads: tuple[LeadTime, ...]
    notices: tuple[Notice, ...]

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a title: `title_id`, `status`, `policy`, `blocked_by`."""
        return self.judged.summary()

    @property
    def frame(self) -> pd.DataFrame:
        """One row a title: `title_id`, `reason` (a reason code of `offers`, or empty) and `policy`, in words."""
        reason = np.where(self.summary["status"] == "blocked", BLOCKED, "")
        return self.summary[["title_id", "policy"]].assign(reason=pd.array(reason, dtype="str"))

    @cached_property
    def barred(self) -> Mapping[str, str]:
        """The titles that a rule blocks, each with the reason code of `offers`."""
        blocked = self.summary.loc[self.summary["status"] == "blocked", "title_id"]
        return dict.fromkeys(blocked, BLOCKED)

    @cached_property
    def blocked_by(self) -> Mapping[str, str]:
        """The titles that a rule blocks, each with the rules' own reason codes."""
        blocked = self.summary.loc[self.summary["status"] == "blocked"]
        return dict(zip(blocked["title_id"], blocked["blocked_by"], strict=True))

    def statuses(self, title_ids: Collection[str]) -> Mapping[str, int]:
        """Return how many of the titles have each status, the gravest first."""
        return status_counts(self.summary.loc[self.summary["title_id"].isin(list(title_ids))])

    def capped(self, title_ids: Sequence[str]) -> list[list[str]]:
        """Return for each title the caps (ids of rules) that it counts towards."""
        places = {title_id: place for place, title_id in enumerate(self.judged.title_ids)}
        rows = np.array([places[title_id] for title_id in title_ids], dtype=np.intp)
        masks = [(cap.rule, cap.mask[rows]) for cap in self.caps]
        return [[rule for rule, mask in masks if mask[place]] for place in range(len(rows))]

    def earliest(self, title_ids: Sequence[str]) -> list[date | None]:
        """Return for each title the earliest day on which it can be shown in all the media."""
        places = {title_id: place for place, title_id in enumerate(self.judged.title_ids)}
        return [
            max((lead.earliest for lead in self.leads if lead.mask[places[title_id]]), default=None)
            for title_id in title_ids
        ]

    def lines(self, offered: Collection[str]) -> list[RuleLine]:
        """Return every rule for the market as it stands for an offer of these titles."""
        chosen = pd.Index(self.judged.title_ids).isin(list(offered))
        return [
            self._line(pack.name, rule, chosen)
            for pack, rule in self.policy.rules()
            if self.market in pack.markets(rule)
        ]

    def _line(self, pack: str, rule: Rule, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> RuleLine:
        state = "other media" if media_truth(rule, self.media) == CLEAR else str(rule.state(self.on))
        waivers = [item for item in self.part.overrides if item.rule == rule.id and item.title_id == ALL_TITLES]
        if waivers and state == "in force":
            state = "waived"
        hits = unknown = blocked = 0
        detail = [f"waived by {item.person}: {item.reason}" for item in waivers]
        single = [item for item in self.part.overrides if item.rule == rule.id and item.title_id != ALL_TITLES]
        detail += [f"{item.title_id} overridden by {item.person}: {item.reason}" for item in single[:5]]
        if len(single) > 5:
            detail.append(f"{len(single) - 5} more overridden")
        ids = [other.id for other in self.judged.rules]
        if rule.id in ids:
            column = self.judged.outcomes[:, ids.index(rule.id)]
            hits, unknown = int((column[chosen] == HIT).sum()), int((column[chosen] == UNKNOWN).sum())
            blocked = int((column == HIT).sum()) if rule.effect == "block" else 0
        elif state == "in force" and rule.effect == "cap":
            hits, unknown, text = self._cap_use(rule, chosen)
            detail.append(text)
        elif state == "in force" and rule.effect == "lead_time":
            lead = next(lead for lead in self.leads if lead.rule == rule.id)
            hits = int((lead.mask & chosen).sum())
            began = "" if lead.begins == self.on else f"to be begun from {lead.begins}, "
            detail.append(f"{began}on air from {lead.earliest} at the earliest")
        return RuleLine(
            pack=pack,
            rule=rule.id,
            reason_code=rule.reason_code,
            level=rule.level,
            effect=EFFECT_WORDS[rule.effect] if rule.level != "process" or rule.effect != "warn" else "to be done",
            media=", ".join(rule.applies_to.media) or "all",
            state=state,
            about=int((concerned(rule, self.judged.kinds) & chosen).sum()),
            hits=hits,
            unknown=unknown,
            blocked=blocked,
            detail="; ".join(detail),
            message=rule.message,
            source=rule.source,
            source_url=rule.source_url,
            trust=_trust(rule),
        )

    def _cap_use(self, rule: Rule, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[int, int, str]:
        cap = next((cap for cap in self.caps if cap.rule == rule.id), None)
        if cap is None:
            # Whether the rule is kept is not known of any title that it is about.
            about = int((concerned(rule, self.judged.kinds) & chosen).sum())
            return 0, about, f"limit {cap_limit(rule, self.part.facts).how}; not a constraint of this offer"
        used, unknown = int((cap.mask & chosen).sum()), int((cap.unknown & chosen).sum())
        counted = f", {unknown:,} of them not known to fall under it" if unknown and cap.mask[cap.unknown].any() else ""
        return used, unknown, f"{cap.in_words(int(chosen.sum()))}; {used:,} offered{counted}"


def review_policy(
    titles: pd.DataFrame, policy: Policy, part: PolicyPart, *, market: str, media: Sequence[str], on: date
) -> PolicyReview:
    """Judge a catalogue by the rules of a market, for a brief.

    Parameters
    ----------
    titles : DataFrame
        The titles table.
    policy : Policy
        As `load_policy` returns it.
    part : PolicyPart
        The brief's part `[policy]`: facts and overrides.
    market : str
        ISO 3166-1 alpha-2 code.
    media : sequence of str
        Where the titles will be shown.
    on : date
        The day on which the rules are read.

    Returns
    -------
    PolicyReview

    Raises
    ------
    ConfigError
        The part names a rule or a fact that the packs do not have.
    """
    part.check(policy)
    overrides = part.overrides
    judged = judgement(titles, policy, market, media, on, overrides)
    ids = [str(title_id) for title_id in judged.title_ids]
    caps = policy_caps(policy, titles, market=market, media=media, on=on, facts=part.facts, overrides=overrides)
    leads = lead_times(policy, titles, market=market, media=media, on=on, overrides=overrides)
    notices = policy_notices(policy, market=market, media=media, on=on, overrides=overrides, title_ids=ids)
    return PolicyReview(policy, part, market, tuple(media), on, judged, tuple(caps), tuple(leads), tuple(notices))


def _trust(rule: Rule) -> str:
    verified = "verified" if rule.verified else "to be verified"
    checked = f"checked on {rule.last_checked}" if rule.last_checked else "never checked"
    return f"{rule.confidence} confidence, {verified}, {checked}"
