"""The answer: one row a title, or one row a title and medium."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from recommender.offers.rights._cells import NEVER, Measures, Window, measure
from recommender.offers.rights._phrases import bars_in_words, gaps_in_words, joined, licensees, plain_words
from recommender.offers.rights._request import RightsRequest
from recommender.offers.rights._rows import Bearing, bearing_rows
from recommender.schema import FIRST_DAY, LAST_DAY, WORLDWIDE, media_mask, media_weights

__all__ = ["STATUSES", "answer_media", "answer_of", "answer_rights", "days_in_words"]

STATUSES = ("available", "partly", "not available", "unknown")
_AVAILABLE, _PARTLY, _NOT, _UNKNOWN = range(4)

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Medium:
    """What was found of one medium that is asked for, an item a title."""

    name: str
    status: npt.NDArray[np.int8]
    free: Shares
    barred: Shares
    unsure: Shares
    first: Numbers
    last: Numbers
    whole: Flags


@dataclass(frozen=True, eq=False)
class _Found:
    titles: pa.Array
    bearing: Bearing
    window: Window
    parts: list[tuple[int, Measures]]
    media: list[_Medium]


def answer_rights(title_ids: Iterable[str], rights: pd.DataFrame, request: RightsRequest) -> pd.DataFrame:
    """Answer a request with one row a title.

    Parameters
    ----------
    title_ids : iterable of str
        The titles that are asked about, each once.
    rights : DataFrame
        The rights table, as `read_rights` returns it.
    request : RightsRequest
        What is asked.

    Returns
    -------
    DataFrame
        In the order of `title_ids`:

        - `title_id`;
        - `status`: ``available`` (every medium is, by the request's `match`), ``partly``, ``not available``, or
          ``unknown`` (no row of the title in the market, or only past ones; or, where exclusivity is asked for, a right
          of which no row says whether it is exclusive);
        - `share`: the part of media and window that is free, 0 to 1: the mean over the media asked for, in
          each the parts below it count the same;
        - `free_from`, `free_until`: first and last day of the window on which anything of it is free (ISO), empty where
          open or where nothing is;
        - `blocked_by`: what bars the rest, in words: medium, licensee, until when, exclusive, held back, or no right;
        - `media`: the media that are available, separated by commas;
        - `previous_licensees`: who had it before the window begins;
        - `shared_with`: who has it beside, not exclusively, within the window.

    Raises
    ------
    DataError
        A title is asked for twice, or the table holds what `read_rights` would have refused.

    See Also
    --------
    answer_media : One row a title and medium.

    Examples
    --------
    >>> rights = pd.DataFrame({"title_id": ["a", "a"], "market": ["WW", "CN"], "media": ["all", "svod"],
    ...     "exclusive": [True, True], "end": [None, "2026-12-31"], "licensee": [None, "Invented A"],
    ...     "status": ["owned", "licensed"]})
    >>> request = RightsRequest(market="CN", media=("cinema", "svod"), start="2026-01-01", end="2027-12-31")
    >>> answer = answer_rights(["a", "b"], rights, request)
    >>> answer[["title_id", "status", "share", "media"]].to_dict("records")[0]
    {'title_id': 'a', 'status': 'partly', 'share': 0.75, 'media': 'cinema'}
    >>> answer["blocked_by"].tolist()
    ['svod: licensed to Invented A until 2026-12-31, exclusively', 'no row for CN or worldwide']
    """
    return answer_of(*bearing_rows(title_ids, rights, request), request)


def answer_of(titles: pa.Array, bearing: Bearing, request: RightsRequest) -> pd.DataFrame:
    """Answer a request with one row a title from the rows that bear on it; see `answer_rights`."""
    found = _find(titles, bearing, request)
    status, share = _title_status(found), sum(medium.free for medium in found.media) / len(found.media)
    first = np.minimum.reduce([medium.first for medium in found.media])
    last = np.maximum.reduce([medium.last for medium in found.media])
    unheard = ~found.bearing.known
    return pd.DataFrame(
        {
            "title_id": pd.array(found.titles, dtype="str"),
            "status": _status_words(status),
            "share": np.round(share, 6),
            "free_from": days_in_words(first, FIRST_DAY, NEVER),
            "free_until": days_in_words(last, LAST_DAY, FIRST_DAY),
            "blocked_by": _words(found, request, found.bearing.asked, unheard),
            "media": _free_media(found),
            "previous_licensees": licensees(found.bearing, len(found.titles), found.window, past=True),
            "shared_with": licensees(found.bearing, len(found.titles), found.window, past=False),
        }
    )


def answer_media(title_ids: Iterable[str], rights: pd.DataFrame, request: RightsRequest) -> pd.DataFrame:
    """Answer a request with one row a title and medium that is asked for.

    Parameters
    ----------
    title_ids, rights, request
        As in `answer_rights`.

    Returns
    -------
    DataFrame
        `title_id`, `medium`, `status`, `share` (free), `barred` and `unstated` (the shares of the window that somebody
        bars, and of which no row gives a right; the three add up to 1), `free_from`, `free_until`, `blocked_by`.

    Examples
    --------
    >>> rights = pd.DataFrame({"title_id": ["a"], "market": "CN", "media": "online", "status": "owned"})
    >>> request = RightsRequest(market="CN", media=("cinema", "svod"))
    >>> answer = answer_media(["a"], rights, request)
    >>> answer["medium"].tolist(), answer["status"].tolist(), answer["unstated"].tolist()
    (['cinema', 'svod'], ['not available', 'available'], [1.0, 0.0])
    """
    found = _find(*bearing_rows(title_ids, rights, request), request)
    unheard = ~found.bearing.known
    tables = [
        pd.DataFrame(
            {
                "title_id": pd.array(found.titles, dtype="str"),
                "medium": pd.array([medium.name] * len(found.titles), dtype="str"),
                "status": _status_words(medium.status),
                "share": np.round(medium.free, 6),
                "barred": np.round(medium.barred, 6),
                "unstated": np.round(np.maximum(1 - medium.free - medium.barred, 0), 6),
                "free_from": days_in_words(medium.first, FIRST_DAY, NEVER),
                "free_until": days_in_words(medium.last, LAST_DAY, FIRST_DAY),
                "blocked_by": _words(found, request, media_mask(medium.name), unheard),
            }
        )
        for medium in found.media
    ]
    order = np.arange(len(tables) * len(found.titles)).reshape(len(tables), -1).T.ravel()
    return pd.concat(tables, ignore_index=True).iloc[order].reset_index(drop=True)


def _find(titles: pa.Array, bearing: Bearing, request: RightsRequest) -> _Found:
    window = Window(request.asked, request.measured)
    parts = [(mask, measure(bearing.intervals(mask), len(titles), window)) for mask in bearing.parts]
    media = [_medium(name, parts, bearing, request, window.units) for name in request.media]
    return _Found(titles, bearing, window, parts, media)


def _medium(
    name: str, parts: list[tuple[int, Measures]], bearing: Bearing, request: RightsRequest, units: int
) -> _Medium:
    """Put the parts of one medium together."""
    weights = media_weights(name)
    inside = [
        (sum(weight for bit, weight in weights.items() if bit & mask), found)
        for mask, found in parts
        if mask & media_mask(name)
    ]
    free: Shares = sum((weight * found.free for weight, found in inside), np.zeros(len(bearing.known))) / units
    barred: Shares = sum((weight * found.barred for weight, found in inside), np.zeros(len(bearing.known))) / units
    unsure: Shares = sum((weight * found.unsure for weight, found in inside), np.zeros(len(bearing.known))) / units
    first = np.minimum.reduce([found.first for _, found in inside])
    last = np.maximum.reduce([found.last for _, found in inside])
    whole = np.logical_and.reduce([found.whole for _, found in inside])
    some = first < NEVER
    if request.match == "cover":
        status = np.where(whole, _AVAILABLE, np.where(some, _PARTLY, _NOT))
    elif request.match == "overlap":
        status = np.where(some, _AVAILABLE, _NOT)
    else:
        status = np.where(np.logical_or.reduce([found.begins for _, found in inside]), _AVAILABLE, _NOT)
    status = np.where((status == _NOT) & ~some & ((unsure > 0) | ~bearing.known), _UNKNOWN, status).astype(np.int8)
    return _Medium(name, status, np.where(whole, 1.0, free), barred, unsure, first, last, whole)


def _title_status(found: _Found) -> npt.NDArray[np.int8]:
    by_medium = np.stack([medium.status for medium in found.media])
    some = (by_medium <= _PARTLY).any(axis=0)
    none = np.where((by_medium == _UNKNOWN).any(axis=0), _UNKNOWN, _NOT)
    status = np.where((by_medium == _AVAILABLE).all(axis=0), _AVAILABLE, np.where(some, _PARTLY, none))
    return status.astype(np.int8)


def _status_words(status: npt.NDArray[np.int8]) -> pd.Series:
    return pd.Series(np.array(STATUSES, dtype=object)[status], dtype="str")


def days_in_words(days: Numbers, *none: int) -> pd.Series:
    """Return days as ISO text, empty for the numbers that stand for none."""
    real = ~np.isin(days, none)
    words = np.full(len(days), None, dtype=object)
    words[real] = np.datetime_as_string(days[real].astype("datetime64[D]")).astype(object)
    return pd.Series(words, dtype="str")


def _free_media(found: _Found) -> pd.Series:
    places = [np.flatnonzero(medium.status == _AVAILABLE) for medium in found.media]
    names = [np.full(len(place), medium.name, dtype=object) for place, medium in zip(places, found.media, strict=True)]
    return joined(np.concatenate(places), np.concatenate(names), len(found.titles), ", ")


def _words(found: _Found, request: RightsRequest, mask: int, unheard: Flags) -> pd.Series:
    """Say what bars the media of a set of bits, and of what nobody says that it is ours."""
    title, words = bars_in_words(found.bearing, mask, request, found.window)
    more_title, more_words = gaps_in_words(found.parts, mask, request, found.window, unheard)
    titles, texts = [title, more_title], [words, more_words]
    where = "any market" if request.market == WORLDWIDE else f"{request.market} or worldwide"
    for which, text in ((~found.bearing.listed, "no row"), (found.bearing.listed, "only past rows")):
        place = np.flatnonzero(unheard & which)
        titles.append(place)
        texts.append(plain_words(f"{text} for {where}", len(place)))
    if request.match == "start":
        begun = [medium.first < NEVER for medium in found.media if media_mask(medium.name) & mask]
        late = [medium.status > _PARTLY for medium in found.media if media_mask(medium.name) & mask]
        place = np.flatnonzero((np.stack(begun) & np.stack(late)).any(axis=0))
        titles.append(place)
        texts.append(plain_words("free already before the window begins", len(place)))
    return joined(np.concatenate(titles), np.concatenate(texts), len(found.titles), "; ")
