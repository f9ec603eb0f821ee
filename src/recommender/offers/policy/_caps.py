"""Caps: rules about the whole list, as constraints of the package."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import counted
from recommender.offers.policy._evaluate import evaluate
from recommender.offers.policy._fields import Fields
from recommender.offers.policy._judge import concerned, media_truth
from recommender.offers.policy._part import ALL_TITLES, Override
from recommender.offers.policy._policy import Policy
from recommender.offers.policy._rule import OFFER_BASIS, Rule
from recommender.offers.policy._truth import CLEAR, HIT, UNKNOWN


@dataclass(frozen=True, eq=False)
class Cap:
    """At most so many titles of a sort: a constraint of the package.

    Attributes
    ----------
    rule, reason_code : str
    name : str
        What is capped, in words.
    mask : ndarray of bool, shape (n_titles,)
        The titles that count. One of which it is not known whether it falls under the rule counts too, unless
        the rule says otherwise.
    unknown : ndarray of bool, shape (n_titles,)
        The titles of which it is not known.
    max_count : int or None
        The greatest number of them.
    max_share : float or None
        Or their greatest share of the offer.
    how : str
        How the limit came about, in words.
    """

    rule: str
    reason_code: str
    name: str
    mask: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    max_count: int | None
    max_share: float | None
    how: str

    def limit(self, size: int) -> int:
        """Return the greatest number of the titles in an offer of `size`.

        Examples
        --------
        >>> none = np.zeros(0, dtype=bool)
        >>> Cap("r", "c", "horror", none, none, None, 0.3, "").limit(299)
        89
        """
        if self.max_count is not None:
            return min(size, self.max_count)
        assert self.max_share is not None
        return min(size, math.floor(self.max_share * size + 1e-9))

    def in_words(self, size: int) -> str:
        """Return the limit and how it came about."""
        most = self.limit(size) if self.max_count is None else self.max_count
        return f"at most {most:,} ({self.how})"


@dataclass(frozen=True)
class Limit:
    """The limit of a cap: a number, a share of the offer, or none where nobody has stated what it rests on."""

    max_count: int | None
    max_share: float | None
    how: str

    @property
    def known(self) -> bool:
        """Whether it can be a constraint."""
        return self.max_count is not None or self.max_share is not None


def policy_caps(
    policy: Policy,
    titles: pd.DataFrame,
    *,
    market: str,
    media: Sequence[str],
    on: date,
    facts: Mapping[str, float] | None = None,
    overrides: Sequence[Override] = (),
) -> list[Cap]:
    """Return the caps that the rules put on an offer of these titles.

    Parameters
    ----------
    policy, market, media, on, overrides
        As `judge_policy` takes them. An override of a title takes it out of the cap; one of all titles lifts it.
    titles : DataFrame
        The titles that the masks are about, in their order.
    facts : mapping of str to float, optional
        What the partner has stated. A cap that rests on a fact that is missing is left out:
        `PolicyReview.lines` says so.

    Returns
    -------
    list of Cap

    Examples
    --------
    >>> from recommender.offers.policy import load_policy
    >>> titles = pd.DataFrame({"title_id": ["a", "b"], "kind": ["film", "sports"], "title": "x"})
    >>> facts = {"domestic_purchases_last_year": 1000}
    >>> caps = policy_caps(load_policy("china-online"), titles, market="CN", media=["svod"], on=date(2026, 3, 1),
    ...     facts=facts)
    >>> [(cap.rule, cap.max_count, cap.mask.tolist()) for cap in caps]
    [('cn-online-share', 300, [True, False])]
    """
    fields = Fields(titles, policy.types())
    kinds, ids = titles["kind"].to_numpy(dtype=object), titles["title_id"].to_numpy(dtype=object)
    found = []
    for expand, rule in _in_force(policy, market, media, on):
        limit = cap_limit(rule, facts or {})
        lifted = {item.title_id for item in overrides if item.rule == rule.id}
        if not limit.known or ALL_TITLES in lifted:
            continue
        outcome = np.where(concerned(rule, kinds), evaluate(rule.condition, fields, expand), CLEAR)
        if media_truth(rule, media) == UNKNOWN:
            outcome = np.minimum(outcome, UNKNOWN)
        outcome[np.isin(ids.astype(str), list(lifted))] = CLEAR
        unknown = outcome == UNKNOWN
        counts = outcome == HIT
        found.append(
            Cap(
                rule=rule.id,
                reason_code=rule.reason_code,
                name=cap_name(rule),
                mask=counts | unknown if rule.parameters.unknown == "count" else counts,
                unknown=unknown,
                max_count=limit.max_count,
                max_share=limit.max_share,
                how=limit.how,
            )
        )
    return found


def _in_force(
    policy: Policy, market: str, media: Sequence[str], on: date
) -> Iterator[tuple[Callable[[Sequence[str]], list[str]], Rule]]:
    for pack, rule in policy.rules():
        if (
            rule.effect == "cap"
            and market in pack.markets(rule)
            and media_truth(rule, media) != CLEAR
            and rule.state(on) == "in force"
        ):
            yield pack.expanded, rule


def cap_name(rule: Rule) -> str:
    """Return what a cap is on, in words."""
    kinds = " and ".join(rule.applies_to.kind) or "all titles"
    return f"{kinds} where {rule.condition.in_words()}" if rule.condition is not None else kinds


def cap_limit(rule: Rule, facts: Mapping[str, float]) -> Limit:
    """Return the limit of a cap under the facts that are stated.

    Examples
    --------
    >>> from recommender.offers.policy import load_policy
    >>> rule = load_policy("china-online").rule("cn-online-share")
    >>> cap_limit(rule, {}).how
    'not known: the brief does not state domestic_purchases_last_year'
    >>> cap_limit(rule, {"domestic_purchases_last_year": 1000, "foreign_titles_this_year": 120}).how
    '30% of domestic_purchases_last_year (1,000) = 300, less foreign_titles_this_year (120) = 180'
    """
    numbers = rule.parameters
    if numbers.basis == OFFER_BASIS and numbers.share is not None:
        return Limit(None, numbers.share, f"{numbers.share:.0%} of the offer")
    if numbers.share is not None or numbers.basis not in {"", OFFER_BASIS}:
        if numbers.basis not in facts:
            return Limit(None, None, f"not known: the brief does not state {numbers.basis}")
        fact = facts[numbers.basis]
        most = math.floor((1 if numbers.share is None else numbers.share) * fact + 1e-9)
        if numbers.count is not None:
            most = min(numbers.count, most)
        part = "" if numbers.share is None else f"{numbers.share:.0%} of "
        how = f"{part}{numbers.basis} ({fact:,.0f}) = {most:,}"
    else:
        assert numbers.count is not None
        most, how = numbers.count, counted(numbers.count, "title")
    if numbers.less:
        if numbers.less in facts:
            most = max(0, math.floor(most - facts[numbers.less] + 1e-9))
            how += f", less {numbers.less} ({facts[numbers.less]:,.0f}) = {most:,}"
        else:
            how += f"; what is used of it is not known ({numbers.less}), so the room may be less"
    return Limit(most, None, how)
