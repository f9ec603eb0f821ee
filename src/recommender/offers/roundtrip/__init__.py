"""The round trip: workbooks that reviewers have edited, read back, and the next version of the offer.

`read_edits` reads the workbooks and refuses, with every place named, what cannot be understood or contradicts
itself; `next_version` chooses again with as few changes as the decisions allow; `apply_workbooks` does both and
writes the new version's folder.
"""

from __future__ import annotations

from recommender.offers.roundtrip._apply import Applied, apply_workbooks
from recommender.offers.roundtrip._edits import Edits, read_edits
from recommender.offers.roundtrip._next import next_version

__all__ = ["Applied", "Edits", "apply_workbooks", "next_version", "read_edits"]
