"""The offer: a brief, the titles that may be offered, the best choice among them, and the files of it.

`load_brief` reads what is asked for, `build_offer` chooses, `write_offer` writes the workbook, the report
and the tables, `load_offer` reads an offer back, `diff_offers` compares two, and `apply_workbooks` makes the next
version from the workbooks that reviewers have edited. `screen_first` says which titles to look at before it is signed.
"""

from __future__ import annotations

from recommender.offers._brief import Brief, Share, Shares
from recommender.offers._brief_file import load_brief, new_brief, parse_brief, sample_briefs
from recommender.offers._choice import Choice
from recommender.offers._diff import diff_offers, what_differs
from recommender.offers._diff_file import write_diff
from recommender.offers._files import check_offer_folder, write_offer
from recommender.offers._language import Words, words_in
from recommender.offers._materials import MaterialsPart, MaterialsReview, review_materials
from recommender.offers._membership import Demand, ExtraDemand
from recommender.offers._offer import Offer, build_offer
from recommender.offers._reading import check_lines
from recommender.offers._replay import Replay, RuleChange, replay
from recommender.offers._saved import SavedOffer, load_offer
from recommender.offers._screening import screen_first
from recommender.offers._shortfall import Shortfall
from recommender.offers.roundtrip import Applied, apply_workbooks

__all__ = [
    "Applied",
    "Brief",
    "Choice",
    "Demand",
    "ExtraDemand",
    "MaterialsPart",
    "MaterialsReview",
    "Offer",
    "Replay",
    "RuleChange",
    "SavedOffer",
    "Share",
    "Shares",
    "Shortfall",
    "Words",
    "apply_workbooks",
    "build_offer",
    "check_lines",
    "check_offer_folder",
    "diff_offers",
    "load_brief",
    "load_offer",
    "new_brief",
    "parse_brief",
    "replay",
    "review_materials",
    "sample_briefs",
    "screen_first",
    "what_differs",
    "words_in",
    "write_diff",
    "write_offer",
]
