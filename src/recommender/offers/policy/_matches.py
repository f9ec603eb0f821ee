"""How often each rule of a policy meets the titles of a catalogue: rules that match nothing are named by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recommender.offers.policy._evaluate import evaluate
from recommender.offers.policy._fields import Fields
from recommender.offers.policy._judge import concerned
from recommender.offers.policy._policy import Policy
from recommender.offers.policy._truth import HIT, UNKNOWN


@dataclass(frozen=True)
class RuleMatch:
    """How often a rule meets a catalogue.

    Attributes
    ----------
    rule : str
        The rule's id.
    concerned : int
        Titles of the kinds that it is about.
    hits, unknown : int
        Titles among them that its condition meets, and of which it cannot be said.
    """

    rule: str
    concerned: int
    hits: int
    unknown: int


def rule_matches(titles: pd.DataFrame, policy: Policy) -> list[RuleMatch]:
    """Count for every rule the titles that it meets, whatever the market, the media and the day.

    Examples
    --------
    >>> from recommender.offers.policy import load_policy
    >>> titles = pd.DataFrame({"title_id": ["a"], "kind": "series", "title": "x", "episodes": [40]})
    >>> [found] = [m for m in rule_matches(titles, load_policy("china-television")) if m.rule == "cn-tv-length"]
    >>> found
    RuleMatch(rule='cn-tv-length', concerned=1, hits=0, unknown=0)
    """
    fields = Fields(titles, policy.types())
    kinds = titles["kind"].to_numpy(dtype=object)
    found = []
    for pack, rule in policy.rules():
        about = concerned(rule, kinds)
        outcome = evaluate(rule.condition, fields, pack.expanded)[about]
        counts = [int(np.count_nonzero(outcome == value)) for value in (HIT, UNKNOWN)]
        found.append(RuleMatch(rule.id, int(about.sum()), *counts))
    return found
