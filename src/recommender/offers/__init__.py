"""The offer: a brief, the titles that may be offered, the best choice among them, and the files of it.

`load_brief` reads what is asked for, `build_offer` chooses, `write_offer` writes the workbook, the report
and the tables; `screen_first` says which titles somebody should look at before it is signed.
"""

from __future__ import annotations

from recommender.offers._brief import Brief, Share, Shares
from recommender.offers._brief_file import load_brief, new_brief, parse_brief, sample_briefs
from recommender.offers._files import write_offer
from recommender.offers._offer import Offer, build_offer
from recommender.offers._screening import screen_first
from recommender.offers._shortfall import Shortfall

__all__ = [
    "Brief",
    "Offer",
    "Share",
    "Shares",
    "Shortfall",
    "build_offer",
    "load_brief",
    "new_brief",
    "parse_brief",
    "sample_briefs",
    "screen_first",
    "write_offer",
]
