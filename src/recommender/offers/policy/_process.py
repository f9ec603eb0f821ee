"""What the rules ask of people: procedures, the earliest day on air, and notices about the packs themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import visible
from recommender.offers.policy._evaluate import evaluate
from recommender.offers.policy._fields import Fields
from recommender.offers.policy._judge import concerned, media_truth
from recommender.offers.policy._part import ALL_TITLES, Override
from recommender.offers.policy._policy import Policy
from recommender.offers.policy._rule import Rule
from recommender.offers.policy._truth import CLEAR
from recommender.offers.policy._words import media_group
from recommender.schema import medium_remedy

STALE_DAYS = 365
"""A rule that nobody has compared with its source for longer is said to be stale."""


@dataclass(frozen=True)
class Notice:
    """Something to know of the packs, or of how they fit the brief.

    Attributes
    ----------
    code : str
        `expired`, `not-yet-in-force`, `stale` (not checked for a year), `never-checked`, `other-market`,
        `unknown-medium` or `unmatched-override`.
    rule : str
        The rule's id, or the pack's name.
    text : str
    """

    code: str
    rule: str
    text: str


@dataclass(frozen=True, eq=False)
class LeadTime:
    """How long a procedure takes.

    Attributes
    ----------
    rule, reason_code : str
    begins, earliest : date
        When it can begin, and the earliest day on air after it.
    mask : ndarray of bool, shape (n_titles,)
        The titles that must pass through it, or may have to.
    """

    rule: str
    reason_code: str
    begins: date
    earliest: date
    mask: NDArray[np.bool_]


def first_begin(on: date, months: Sequence[int]) -> date:
    """Return the first day, from `on`, in one of the months; any month where none is named.

    Examples
    --------
    >>> first_begin(date(2026, 3, 5), [1, 7]), first_begin(date(2026, 7, 9), [1, 7])
    (datetime.date(2026, 7, 1), datetime.date(2026, 7, 9))
    """
    if not months or on.month in months:
        return on
    later = [month for month in months if month > on.month]
    return date(on.year, min(later), 1) if later else date(on.year + 1, min(months), 1)


def lead_times(
    policy: Policy,
    titles: pd.DataFrame,
    *,
    market: str,
    media: Sequence[str],
    on: date,
    overrides: Sequence[Override] = (),
) -> list[LeadTime]:
    """Return the procedures that take time, with the earliest day on air after each.

    Parameters are those of `policy_caps`. Procedures of several media run beside each other; the earliest day
    of a title in all media is the latest of them.

    Examples
    --------
    >>> from recommender.offers.policy import load_policy
    >>> titles = pd.DataFrame({"title_id": ["a"], "kind": "format", "title": "x"})
    >>> [lead] = lead_times(load_policy("china-formats"), titles, market="CN", media=["tv"], on=date(2026, 3, 1))
    >>> lead.earliest
    datetime.date(2026, 4, 30)
    """
    fields = Fields(titles, policy.types())
    kinds = titles["kind"].to_numpy(dtype=object)
    waived = {item.rule for item in overrides if item.title_id == ALL_TITLES}
    found = []
    for pack, rule in policy.rules():
        if (
            rule.effect != "lead_time"
            or rule.id in waived
            or market not in pack.markets(rule)
            or media_truth(rule, media) == CLEAR
            or rule.state(on) != "in force"
        ):
            continue
        asked = evaluate(rule.condition, fields, pack.expanded) != CLEAR
        spared = np.isin(
            titles["title_id"].to_numpy(dtype=object).astype(str),
            [item.title_id for item in overrides if item.rule == rule.id],
        )
        begins = first_begin(on, rule.parameters.months)
        earliest = begins + timedelta(days=rule.parameters.days or 0)
        mask = concerned(rule, kinds) & asked & ~spared
        found.append(LeadTime(rule.id, rule.reason_code, begins, earliest, mask))
    return found


def policy_notices(
    policy: Policy,
    *,
    market: str,
    media: Sequence[str],
    on: date,
    overrides: Sequence[Override] = (),
    title_ids: Sequence[str] | None = None,
) -> list[Notice]:
    """Return what is to be said of the packs: expired, early and stale rules, and what does not fit the brief.

    Examples
    --------
    >>> from recommender.offers.policy import load_policy
    >>> found = policy_notices(load_policy("eu"), market="CN", media=["svod"], on=date(2026, 3, 1))
    >>> found[0].text
    'no rule of the pack eu is for the market CN'
    """
    return [
        *(notice for pack, rule in policy.rules() if market in pack.markets(rule) for notice in _aged(rule, on)),
        *_misfits(policy, market, media),
        *_strangers(overrides, title_ids),
    ]


def _aged(rule: Rule, on: date) -> Iterator[Notice]:
    match rule.state(on):
        case "expired":
            text = f"{rule.id} expired on {rule.valid_to} and is not applied on {on}; look for what replaces it"
            yield Notice("expired", rule.id, text)
        case "not yet in force":
            text = f"{rule.id} comes into force on {rule.valid_from} and is not applied on {on}"
            yield Notice("not-yet-in-force", rule.id, text)
        case _ if rule.last_checked is None:
            yield Notice("never-checked", rule.id, f"{rule.id} has never been checked")
        case _ if (on - rule.last_checked).days > STALE_DAYS:
            text = f"{rule.id} was last checked on {rule.last_checked}, more than a year before {on}"
            yield Notice("stale", rule.id, text)


def _misfits(policy: Policy, market: str, media: Sequence[str]) -> Iterator[Notice]:
    for pack in policy.packs:
        if not any(market in pack.markets(rule) for rule in pack.rules):
            yield Notice("other-market", pack.name, f"no rule of the pack {pack.name} is for the market {market}")
    if not media:
        text = "the brief names no media, so what rules about single media say is unknown"
        yield Notice("unknown-medium", "media", text)
    for word in media:
        if media_group(word) is None:
            yield Notice("unknown-medium", word, f"unknown medium {visible(word)}; {medium_remedy(word)}")


def _strangers(overrides: Sequence[Override], title_ids: Sequence[str] | None) -> Iterator[Notice]:
    known = None if title_ids is None else set(title_ids)
    for item in overrides:
        if known is not None and item.title_id != ALL_TITLES and item.title_id not in known:
            text = f"the override of {item.rule} names the title {visible(item.title_id)}, not in the catalogue"
            yield Notice("unmatched-override", item.rule, text)
