"""The offer: a brief, the titles that may be offered, the best choice among them, and the files of it.

`load_brief` reads what is asked for, `build_offer` chooses, `write_offer` writes the workbook, the report
and the tables.
"""

from __future__ import annotations

from recommender.offers._brief import Brief, Share, Shares
from recommender.offers._brief_file import load_brief, new_brief, parse_brief, sample_briefs
from recommender.offers._files import write_offer
from recommender.offers._materials import MaterialsPart, MaterialsReview, review_materials
from recommender.offers._offer import Offer, build_offer
from recommender.offers._replay import Replay, compare_offers, offer_brief, replay_offer, replay_rule
from recommender.offers._shortfall import Shortfall

__all__ = [
    "Brief",
    "MaterialsPart",
    "MaterialsReview",
    "Offer",
    "Replay",
    "Share",
    "Shares",
    "Shortfall",
    "build_offer",
    "compare_offers",
    "load_brief",
    "new_brief",
    "offer_brief",
    "parse_brief",
    "replay_offer",
    "replay_rule",
    "review_materials",
    "sample_briefs",
    "write_offer",
]
