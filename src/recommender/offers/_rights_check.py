"""What a rights table says of the titles of an offer: a reason to leave one out, and words for the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.offers._brief import Brief
from recommender.offers.rights import RightsRequest, answer_rights

__all__ = ["check_rights", "rights_request"]


def rights_request(brief: Brief, scores: pd.DataFrame) -> RightsRequest:
    """Return what a brief asks of a rights table; without a first day the window begins on that of the scores."""
    days = (
        scores.loc[scores["market"] == brief.market, "as_of"].dropna() if "as_of" in scores else pd.Series(dtype="str")
    )
    return brief.rights_request(None if days.empty else str(days.max()))


def check_rights(title_ids: pd.Series, rights: pd.DataFrame, request: RightsRequest, min_share: float) -> pd.DataFrame:
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
    DataFrame
        `title_id`, `reason` (`rights-none`, `rights-partly`, `rights-unknown` or empty) and `rights`: the answer in
        words, such as ``partly, 60%: svod: licensed to Invented A until 2027-12-31, exclusively``.
    """
    answer = answer_rights(title_ids, rights, request)
    status = answer["status"]
    reason = np.select(
        [
            (status == "unknown") & (request.on_unknown == "exclude"),
            status == "not available",
            (status != "unknown") & (answer["share"] < min_share),
        ],
        ["rights-unknown", "rights-none", "rights-partly"],
        default="",
    )
    return pd.DataFrame(
        {"title_id": answer["title_id"], "reason": pd.Series(reason, dtype="str"), "rights": _words(answer)}
    )


def _words(answer: pd.DataFrame) -> pd.Series:
    """Return the answer as one line a title."""
    share = (answer["share"] * 100).clip(upper=100).astype("int64").astype("str")
    some = (answer["status"] == "partly") | ((answer["status"] == "available") & (answer["share"] < 1))
    words = answer["status"].where(~some, answer["status"] + ", " + share + "%")
    words = words.where(answer["blocked_by"] == "", words + ": " + answer["blocked_by"])
    for column, lead in (("shared_with", "; also, not exclusively: "), ("previous_licensees", "; formerly: ")):
        words = words.where(answer[column] == "", words + lead + answer[column])
    return words.astype("str")
