"""A market's rules as data: policy packs, what they say of titles, and what they ask of an offer.

`load_policy` reads packs, `judge_policy` says of every title and rule whether it is hit, clear or unknown,
`policy_caps` turns rules about the whole list into constraints of the package, and `review_policy` gathers all
of it for an offer. Nothing here is legal advice: every rule carries its source, how far it can be trusted, and
whether somebody has verified it.
"""

from __future__ import annotations

from recommender.offers.policy._caps import Cap, policy_caps
from recommender.offers.policy._change import with_rule, without_rule
from recommender.offers.policy._condition import Condition
from recommender.offers.policy._judge import STATUSES, Judgement, judge_policy, judgement
from recommender.offers.policy._matches import RuleMatch, rule_matches
from recommender.offers.policy._pack import Pack
from recommender.offers.policy._part import Override, PolicyPart
from recommender.offers.policy._policy import Policy, load_policy, parse_pack, policy_of, shipped_packs
from recommender.offers.policy._process import LeadTime, Notice, lead_times, policy_notices
from recommender.offers.policy._review import BLOCKED, PolicyReview, RuleLine, review_policy
from recommender.offers.policy._rule import Rule

__all__ = [
    "BLOCKED",
    "STATUSES",
    "Cap",
    "Condition",
    "Judgement",
    "LeadTime",
    "Notice",
    "Override",
    "Pack",
    "Policy",
    "PolicyPart",
    "PolicyReview",
    "Rule",
    "RuleLine",
    "RuleMatch",
    "judge_policy",
    "judgement",
    "lead_times",
    "load_policy",
    "parse_pack",
    "policy_caps",
    "policy_notices",
    "policy_of",
    "review_policy",
    "rule_matches",
    "shipped_packs",
    "with_rule",
    "without_rule",
]
