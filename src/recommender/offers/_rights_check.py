"""What a rights table says of the titles of an offer: a reason to leave one out, and words for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from recommender.offers.rights import RightsRequest, answer_with_free

__all__ = ["RightsReview", "check_rights"]


@dataclass(frozen=True, eq=False)
class RightsReview:
    """What a rights table says of a catalogue.

    Attributes
    ----------
    request : RightsRequest
        What was asked of it.
    found : DataFrame
        One row a title: `title_id`, `status` and `share` as `answer_rights` gives them, and `rights`: the answer in
        words, such as ``partly, 60%: svod: licensed to Invented A until 2027-12-31, exclusively``.
    free : DataFrame
        What is free of what was asked, as `free_rights` of `recommender.offers.rights` gives it.
    min_share : float
        The least part of media and window that must be free.
    """

    request: RightsRequest
    found: pd.DataFrame
    free: pd.DataFrame
    min_share: float = 0.0

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a title: `title_id`, `reason` (`rights-none`, `rights-partly`, `rights-unknown` or empty) and `rights`."""
        status = self.found["status"]
        reason = np.select(
            [
                (status == "unknown") & (self.request.on_unknown == "exclude"),
                status == "not available",
                (status != "unknown") & (self.found["share"] < self.min_share),
            ],
            ["rights-unknown", "rights-none", "rights-partly"],
            default="",
        )
        said = {"title_id": self.found["title_id"], "reason": pd.Series(reason, dtype="str")}
        return pd.DataFrame({**said, "rights": self.found["rights"]})

    @property
    def facts(self) -> dict[str, Any]:
        """What the manifest says of them."""
        return self.request.model_dump(mode="json")


def check_rights(title_ids: pd.Series, rights: pd.DataFrame, request: RightsRequest, min_share: float) -> RightsReview:
    """Judge titles by their rights.

    Parameters
    ----------
    title_ids : Series
        The titles, each once.
    rights : DataFrame
        The rights table, as `read_rights` returns it.
    request : RightsRequest
        What is asked.
    min_share : float
        The least part of media and window that must be free.

    Returns
    -------
    RightsReview
    """
    answer, free = answer_with_free(title_ids, rights, request)
    found = answer[["title_id", "status", "share"]].assign(rights=_words(answer))
    return RightsReview(request, found, free, min_share)


def _words(answer: pd.DataFrame) -> pd.Series:
    """Return the answer as one line a title."""
    # A whole number of percent stays one, though a float may lie just below it.
    share = np.floor(answer["share"] * 100 + 1e-6).astype("int64").astype("str")
    some = (answer["status"] == "partly") | ((answer["status"] == "available") & (answer["share"] < 1))
    words = answer["status"].where(~some, answer["status"] + ", " + share + "%")
    words = words.where(answer["blocked_by"] == "", words + ": " + answer["blocked_by"])
    for column, lead in (("shared_with", "; also, not exclusively: "), ("previous_licensees", "; formerly: ")):
        words = words.where(answer[column] == "", words + lead + answer[column])
    return words.astype("str")
