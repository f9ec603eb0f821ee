"""What is free of what is asked, title by title, as a rights table of its own."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa

from recommender.offers.rights._answer import answer_of, days_in_words
from recommender.offers.rights._cells import Window, free_stretches
from recommender.offers.rights._request import RightsRequest
from recommender.offers.rights._rows import Bearing, bearing_rows
from recommender.schema import FIRST_DAY, LAST_DAY, MEDIA, media_names

__all__ = ["answer_with_free", "free_rights"]


def free_rights(title_ids: Iterable[str], rights: pd.DataFrame, request: RightsRequest) -> pd.DataFrame:
    """Return what is free of what is asked, one row a title, medium and stretch of days.

    Parameters
    ----------
    title_ids, rights, request
        As in `answer_rights`.

    Returns
    -------
    DataFrame
        A rights table of rows that give a right (``available``), by the order of the titles: `title_id`, `market`,
        `media`, `language`, `start`, `end`, `exclusive`, `status`. The days lie within the request's window; an empty
        one is open. A medium stands for all below it, so one of which a part is barred has no row of its own. A title of
        which nothing is free, or nothing is known, has none at all.

    Examples
    --------
    >>> rights = pd.DataFrame({"title_id": ["a", "a"], "market": "CN", "media": ["online", "svod"],
    ...     "start": [None, "2027-03-01"], "end": [None, "2027-06-30"], "status": ["owned", "reserved"]})
    >>> request = RightsRequest(market="CN", media=("svod", "avod"), start="2027-01-01", end="2027-12-31")
    >>> free_rights(["a"], rights, request)[["media", "start", "end"]].to_numpy().tolist()
    [['svod', '2027-01-01', '2027-02-28'], ['avod', '2027-01-01', '2027-12-31'], ['svod', '2027-07-01', '2027-12-31']]
    """
    return _free(*bearing_rows(title_ids, rights, request), request)


def answer_with_free(
    title_ids: Iterable[str], rights: pd.DataFrame, request: RightsRequest
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what `answer_rights` and what `free_rights` return; the table is searched once for both."""
    titles, bearing = bearing_rows(title_ids, rights, request)
    return answer_of(titles, bearing, request), _free(titles, bearing, request)


def _free(titles: pa.Array, bearing: Bearing, request: RightsRequest) -> pd.DataFrame:
    window = Window(request.asked, request.measured)
    found = [(mask, *free_stretches(bearing.intervals(mask), window)) for mask in bearing.parts]
    title, low, high = (np.concatenate([part[place] for part in found]) for place in (1, 2, 3))
    mask = np.concatenate([np.full(len(part[1]), part[0], dtype=np.int64) for part in found])
    order = np.lexsort([high, low, title])
    title, low, high, mask = title[order], low[order], high[order], mask[order]
    if len(title):
        # Media that are free on the same days are told together.
        new = np.r_[True, (title[1:] != title[:-1]) | (low[1:] != low[:-1]) | (high[1:] != high[:-1])]
        first = np.flatnonzero(new)
        title, low, high, mask = title[first], low[first], high[first], np.bitwise_or.reduceat(mask, first)
    named = {bits: [name for name in media_names(bits) if name in MEDIA] for bits in np.unique(mask).tolist()}
    media = [named[bits] for bits in mask.tolist()]
    row = np.repeat(np.arange(len(mask)), [len(names) for names in media])
    return pd.DataFrame(
        {
            "title_id": pd.array(titles.take(title[row]), dtype="str"),
            "market": pd.array([request.market] * len(row), dtype="str"),
            "media": pd.array([name for names in media for name in names], dtype="str"),
            "language": pd.array([request.language] * len(row), dtype="str"),
            "start": days_in_words(low[row], FIRST_DAY),
            "end": days_in_words(high[row], LAST_DAY),
            "exclusive": pd.array([True if request.exclusive else None] * len(row), dtype="boolean"),
            "status": pd.array(["available"] * len(row), dtype="str"),
        }
    )
