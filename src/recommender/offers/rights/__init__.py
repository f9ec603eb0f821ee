"""Rights: whether a title's rights are free for what is asked, for which part, and who has the rest.

`answer_rights` answers a `RightsRequest` from a rights table with one row a title, `answer_media` with one row
a title and medium; `free_rights` gives what is free as a rights table. `WindowPart` and `RightsPart` are the parts of a
brief that ask.

What is free
------------
A medium is free on a day if some row gives the right (``available``, ``owned``) and no row bars it. What bars:

- ``reserved``, ``withdrawn``, ``excluded`` rows: everybody, on their days;
- ``licensed`` and ``negotiating`` rows: everybody where the licence is exclusive or does not say, and only who asks
  for exclusivity where it is not;
- ``holdback_until`` of any row, past ones included: everybody, on all days before it.

What bars wins over what gives, so a contradiction never makes a title free. ``WW`` rows count in every market, a
row for a medium counts for all below it (see `recommender.schema.MEDIA`), a row without language for every
language. First and last day are both included; an empty one is open. A right that says it is not exclusive does
not answer a request for exclusivity; one that does not say leaves it unknown.

A title without rows in the market, or with past ones only, is unknown. A title with any other row is taken to be
listed completely: what no row gives is not ours to offer.
"""

from __future__ import annotations

from recommender.offers.rights._answer import answer_media, answer_rights
from recommender.offers.rights._free import answer_with_free, free_rights
from recommender.offers.rights._part import RightsPart, WindowPart
from recommender.offers.rights._request import Media, RightsRequest

__all__ = [
    "Media",
    "RightsPart",
    "RightsRequest",
    "WindowPart",
    "answer_media",
    "answer_rights",
    "answer_with_free",
    "free_rights",
]
