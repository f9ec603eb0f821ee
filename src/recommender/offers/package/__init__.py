"""The package: the best titles under a brief's demands, proven, with what every demand and every title costs.

Plain arrays in, plain arrays out; `recommender.offers` fills them from tables and briefs.

- `Problem`, `solve`: exact size, greatest value, demands, budget, locks, near-duplicates, uncertainty;
- `conflict`, `conflicts`, `nearest`, `budget_needed`: where the demands cannot all be kept;
- `prices`: what one more or one less of each demand would change;
- `marginal_values`, `substitutes`: what each title adds, and who could take its place;
- `resolve`: the choice after decisions, with the fewest changes;
- `allocate_fees`: a total allocated to titles.
"""

from __future__ import annotations

from recommender.offers.package._conflict import Conflict, conflict, conflicts
from recommender.offers.package._fees import Fees, allocate_fees
from recommender.offers.package._marginal import Marginal, marginal_values
from recommender.offers.package._prices import Price, prices
from recommender.offers.package._problem import Problem, Risk, Solution
from recommender.offers.package._resolve import Decisions, Resolved, resolve
from recommender.offers.package._settle import Change, budget_needed, nearest
from recommender.offers.package._solve import solve
from recommender.offers.package._swaps import Substitutes, substitutes

__all__ = [
    "Change",
    "Conflict",
    "Decisions",
    "Fees",
    "Marginal",
    "Price",
    "Problem",
    "Resolved",
    "Risk",
    "Solution",
    "Substitutes",
    "allocate_fees",
    "budget_needed",
    "conflict",
    "conflicts",
    "marginal_values",
    "nearest",
    "prices",
    "resolve",
    "solve",
    "substitutes",
]
