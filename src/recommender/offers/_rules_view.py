"""What the report, the workbook and the manifest say of the market's rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from recommender.offers._checks import NOT_CHECKED
from recommender.offers._offer import Offer
from recommender.offers._words import clean
from recommender.offers.policy import BLOCKED, PolicyReview, RuleLine

STATUS_MEANINGS = {
    "blocked": "A rule bars it; it can be here only where somebody has overridden the rule.",
    "needs review": "A rule may bar it or ask for cuts: somebody must look before it is signed.",
    "warn": "A rule should be known; nothing bars the title.",
    "unknown": "The catalogue does not say what a rule asks: somebody must look.",
    "clear": "Every rule about it was answered, and none is hit.",
}
_GROUPS = (
    ("Of single titles", ("title",)),
    ("Of the list as a whole", ("portfolio",)),
    ("Of contracts", ("deal",)),
    ("Procedures and time: a checklist", ("process",)),
)
_TOGETHER = {"stale": "Not checked for a year", "never-checked": "Never checked"}


@dataclass(frozen=True)
class ViewLine:
    """One row of the report: a rule, or rules of several media that share a reason code and say the same."""

    reason_code: str
    effect: str
    state: str
    media: str
    hits: int | None
    unknown: int | None
    message: str
    detail: str
    sources: list[tuple[str, str, str]]
    rules: list[str]


@dataclass(frozen=True)
class RulesView:
    """The rules as the report shows them: clean text, in groups; `idle` are those about no title of the offer."""

    on: str
    packs: str
    statuses: list[tuple[str, int, str]]
    blocked: list[tuple[str, int]]
    groups: list[tuple[str, list[ViewLine]]]
    idle: list[str]
    notices: list[str]
    overrides: list[str]

    @property
    def blocked_codes(self) -> str:
        """What bars the titles that are left out, in words."""
        return ", ".join(f"{code} ({count:,})" for code, count in self.blocked)


def rules_view(offer: Offer) -> RulesView | None:
    """Return the rules as the report shows them; None where they were not checked."""
    review = offer.checks.policy
    if review is None:
        return None
    offered = offer.frame["title_id"].to_list()
    lines = [line for line in review.lines(offered) if line.state != "other media"]
    busy = [line for line in lines if line.about or line.blocked or line.state == "waived"]
    groups = [(heading, _merged(line for line in busy if line.level in levels)) for heading, levels in _GROUPS]
    return RulesView(
        on=review.on.isoformat(),
        packs=", ".join(review.policy.named()),
        statuses=[(status, count, STATUS_MEANINGS[status]) for status, count in review.statuses(offered).items()],
        blocked=_blocked(offer, review),
        groups=[(heading, found) for heading, found in groups if found],
        idle=list(dict.fromkeys(line.reason_code for line in lines if line not in busy)),
        notices=_notices(review),
        overrides=_overrides(review),
    )


def _blocked(offer: Offer, review: PolicyReview) -> list[tuple[str, int]]:
    """Return how many titles each reason code leaves out that nothing before the rules has left out."""
    barred = offer.left_out.loc[offer.left_out["left_out"] == BLOCKED, "title_id"]
    return sorted(Counter(review.blocked_by[title_id] for title_id in barred).items())


def _merged(lines: Iterable[RuleLine]) -> list[ViewLine]:
    """Return the lines with those that differ in medium and source only made one."""
    found: dict[tuple[object, ...], ViewLine] = {}
    for line in lines:
        key = (line.reason_code, line.effect, line.state, line.hits, line.unknown, line.message, line.detail)
        source = (line.source, line.source_url, line.trust)
        if key in found:
            one = found[key]
            one.rules.append(line.rule)
            if source not in one.sources:
                one.sources.append(source)
            media = ", ".join(dict.fromkeys((*one.media.split(", "), *line.media.split(", "))))
            found[key] = replace(one, media=media)
            continue
        done = line.effect == "to be done"
        found[key] = ViewLine(
            reason_code=line.reason_code,
            effect=line.effect,
            state=line.state,
            media=line.media,
            hits=None if done else line.hits,
            unknown=None if line.level == "process" else line.unknown,
            message=line.message,
            detail=line.detail,
            sources=[source],
            rules=[line.rule],
        )
    return list(found.values())


def _notices(review: PolicyReview) -> list[str]:
    """Return the notices as sentences; those that would fill a page are told together."""
    texts = [clean(notice.text) for notice in review.notices if notice.code not in _TOGETHER]
    for code, words in _TOGETHER.items():
        names = [notice.rule for notice in review.notices if notice.code == code]
        if names:
            texts.append(f"{words}: {', '.join(names)}")
    return [text[:1].upper() + text[1:] + "." for text in texts]


def _overrides(review: PolicyReview) -> list[str]:
    return [
        clean(
            f"{item.rule} for {'all titles' if item.title_id == 'all' else item.title_id}: {item.person}, {item.reason}"
        )
        for item in review.part.overrides
    ]


def policy_facts(offer: Offer) -> Any:
    """Return what the manifest says of the rules: packs, their digest, the day, statuses, caps and overrides."""
    review = offer.checks.policy
    if review is None:
        return NOT_CHECKED
    offered = offer.frame["title_id"].to_list()
    chosen = review.judged.title_ids
    places = {title_id: place for place, title_id in enumerate(chosen)}
    rows = [places[title_id] for title_id in offered]
    return {
        "packs": review.policy.named(),
        "sha256": review.policy.digest(),
        "on": review.on.isoformat(),
        "media": list(review.media),
        "verified": all(rule.verified for _, rule in review.policy.rules()),
        "titles": dict(review.statuses(offered)),
        "blocked": dict(_blocked(offer, review)),
        "caps": [
            {
                "rule": cap.rule,
                "reason_code": cap.reason_code,
                "limit": cap.limit(len(offered)),
                "how": cap.how,
                "offered": int(cap.mask[rows].sum()),
                "unknown": int(cap.unknown[rows].sum()),
            }
            for cap in review.caps
        ],
        "lead_times": [{"rule": lead.rule, "earliest": lead.earliest.isoformat()} for lead in review.leads],
        "notices": [{"code": item.code, "rule": item.rule, "text": item.text} for item in review.notices],
        "overrides": [item.model_dump() for item in review.part.overrides],
    }
