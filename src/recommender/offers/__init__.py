"""The offer: a brief, the titles that may be offered, the best choice among them, and the files of it.

`load_brief` reads what is asked for, `build_offer` chooses, `write_offer` writes the workbook, the report
and the tables.
"""

from __future__ import annotations

from recommender.offers._brief import Brief, Share, Shares
from recommender.offers._brief_file import load_brief, new_brief, parse_brief, sample_briefs
from recommender.offers._choice import Choice
from recommender.offers._files import write_offer
from recommender.offers._membership import Demand, ExtraDemand
from recommender.offers._offer import Offer, build_offer
from recommender.offers._shortfall import Shortfall

__all__ = [
    "Brief",
    "Choice",
    "Demand",
    "ExtraDemand",
    "Offer",
    "Share",
    "Shares",
    "Shortfall",
    "build_offer",
    "load_brief",
    "new_brief",
    "parse_brief",
    "sample_briefs",
    "write_offer",
]
