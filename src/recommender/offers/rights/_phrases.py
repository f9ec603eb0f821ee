"""What bars a title, in words: made once for each distinct phrase, then put together by title."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from recommender.errors import visible
from recommender.offers.rights._cells import BAR, Measures, Window
from recommender.offers.rights._request import RightsRequest
from recommender.offers.rights._rows import Bearing
from recommender.schema import FIRST_DAY, LAST_DAY, MEDIA, RIGHTS_STATUSES, WORLDWIDE, media_names

__all__ = ["bars_in_words", "gaps_in_words", "joined", "licensees", "plain_words"]

MOST_PHRASES = 6
"""A title with more phrases has the first ones, and how many more there are."""

Numbers = npt.NDArray[np.int64]
Words = npt.NDArray[np.object_]
_MEDIA, _STATUSES = tuple(MEDIA), tuple(RIGHTS_STATUSES)
_HELD_BACK = len(_STATUSES)
_NEVER_STATED, _BEFORE, _AFTER, _BOTH, _SCATTERED, _UNSURE = range(6)


def bars_in_words(bearing: Bearing, mask: int, request: RightsRequest, window: Window) -> tuple[Numbers, Words]:
    """Return the titles and words of every row and holdback that bars a part of the window.

    Returns
    -------
    titles : array of int64
        A title stands as often as something bars it.
    words : array of object
        Such as ``svod: licensed to Invented A until 2027-12-31, exclusively``.
    """
    rows = bearing.rows
    bears = bearing.bears & ((rows.mask & mask) != 0)
    first, last = window.asked
    place = np.flatnonzero(bears & (bearing.effect == BAR) & (rows.low <= last) & (rows.high >= first))
    held = np.flatnonzero(bears & (rows.holdback > max(first, FIRST_DAY)))
    every = np.concatenate([place, held])
    world = rows.markets.index(WORLDWIDE) if WORLDWIDE in rows.markets else -1
    licence = np.concatenate([rows.has("licensed", "negotiating")[place], np.zeros(len(held), dtype=bool)])
    low = np.where(rows.low[every] > first, rows.low[every], FIRST_DAY)
    low[len(place) :] = FIRST_DAY
    keys = [
        rows.medium[every],
        np.concatenate([rows.status[place], np.full(len(held), _HELD_BACK)]),
        rows.licensee[every],
        low,
        np.concatenate([rows.high[place], rows.holdback[held]]),
        np.where(licence, rows.exclusive[every], 0).astype(np.int64),
        rows.language[every],
        (rows.market[every] == world).astype(np.int64),
    ]

    names = cache(lambda licensee: visible(rows.licensees[licensee]))

    def say(key: Sequence[int]) -> str:
        medium, status, licensee, low, high, exclusive, language, worldwide = key
        who = names(licensee) if licensee >= 0 else ""
        extent = (f", language {rows.languages[language]}" if language >= 0 else "") + (
            ", worldwide" if worldwide and request.market != WORLDWIDE else ""
        )
        if status == _HELD_BACK:
            return f"{_MEDIA[medium]}: held back, not before {_iso(high)}{f', for {who}' if who else ''}{extent}"
        name = _STATUSES[status]
        end = f" until {_iso(high)}" if high != LAST_DAY else "" if name == "excluded" else " without end"
        days = (f" from {_iso(low)}" if low != FIRST_DAY else "") + end
        said = {
            "licensed": f"licensed to {who or 'somebody'}",
            "negotiating": f"under negotiation with {who or 'somebody'}",
            "reserved": f"reserved{f' for {who}' if who else ''}",
            "withdrawn": "withdrawn",
            "excluded": "not ours here",
        }[name]
        kind = {1: ", exclusively", 0: ", not exclusively", -1: ", perhaps exclusively"}[exclusive]
        return f"{_MEDIA[medium]}: {said}{days}{kind if name in {'licensed', 'negotiating'} else ''}{extent}"

    return _said(bearing.title[every], keys, say)


def gaps_in_words(
    parts: list[tuple[int, Measures]],
    mask: int,
    request: RightsRequest,
    window: Window,
    unheard: npt.NDArray[np.bool_],
) -> tuple[Numbers, Words]:
    """Return the titles and words of what no row gives; media with the same gap are told together."""
    titles: list[Numbers] = []
    media: list[Numbers] = []
    cases: list[Numbers] = []
    lows: list[Numbers] = []
    highs: list[Numbers] = []
    for part, found in parts:
        if not part & mask:
            continue
        case, low, high = _gap(found, window)
        place = np.flatnonzero((case >= 0) & ~unheard)
        titles.append(place)
        media.append(np.full(len(place), part & mask, dtype=np.int64))
        cases.append(case[place])
        lows.append(low[place])
        highs.append(high[place])
        place = np.flatnonzero(found.unsure > 0)
        titles.append(place)
        media.append(np.full(len(place), part & mask, dtype=np.int64))
        cases.append(np.full(len(place), _UNSURE, dtype=np.int64))
        lows.append(np.zeros(len(place), dtype=np.int64))
        highs.append(np.zeros(len(place), dtype=np.int64))
    title, medium, case, low, high = map(np.concatenate, (titles, media, cases, lows, highs))
    # The same gap in several parts of a title is one phrase: their bits are added up.
    order = np.lexsort((high, low, case, title))
    title, medium, case, low, high = (column[order] for column in (title, medium, case, low, high))
    new = np.ones(len(title), dtype=bool)
    same = (title[1:] == title[:-1]) & (case[1:] == case[:-1]) & (low[1:] == low[:-1]) & (high[1:] == high[:-1])
    new[1:] = ~same
    starts = np.flatnonzero(new)
    bits = np.add.reduceat(medium, starts) if len(starts) else medium
    right = "exclusive right" if request.exclusive else "right"

    def say(key: Sequence[int]) -> str:
        bits, case, low, high = key
        text = {
            _NEVER_STATED: f"no {right} is stated",
            _BEFORE: f"no {right} is stated before {_iso(low)}",
            _AFTER: f"no {right} is stated after {_iso(high)}",
            _BOTH: f"no {right} is stated before {_iso(low)} and after {_iso(high)}",
            _SCATTERED: f"no {right} is stated for a part of the window",
            _UNSURE: "not stated whether exclusively",
        }[case]
        return f"{', '.join(media_names(bits))}: {text}"

    return _said(title[starts], [bits, case[starts], low[starts], high[starts]], say)


def _gap(found: Measures, window: Window) -> tuple[Numbers, Numbers, Numbers]:
    """Return for each title the kind of gap (-1: none), and the days between which something is stated."""
    low, high = found.stated_first, found.stated_last
    never = low > high
    before, after = low > window.asked[0], high < window.asked[1]
    case = np.select(
        [never, found.gap, before & after, before, after],
        [_NEVER_STATED, _SCATTERED, _BOTH, _BEFORE, _AFTER],
        default=-1,
    )
    low = np.where(np.isin(case, [_BEFORE, _BOTH]), low, 0)
    return case.astype(np.int64), low, np.where(np.isin(case, [_AFTER, _BOTH]), high, 0)


def plain_words(text: str, count: int) -> Words:
    """Return a phrase so many times."""
    return np.full(count, text, dtype=object)


def licensees(bearing: Bearing, n_titles: int, window: Window, *, past: bool) -> pd.Series:
    """Name who had the media before the window begins, or who has them beside within it."""
    rows = bearing.rows
    first, last = window.asked
    named = bearing.bears & (rows.licensee >= 0)
    if past:
        over = rows.has("expired") | (rows.has("licensed") & (rows.high < first))
        which = named & over
    else:
        which = named & rows.has("licensed") & (bearing.effect != BAR) & (rows.low <= last) & (rows.high >= first)
    pairs = np.unique(bearing.title[which] * (len(rows.licensees) + 1) + rows.licensee[which])
    names = np.array([visible(name) for name in rows.licensees] + [""], dtype=object)
    return joined(pairs // (len(rows.licensees) + 1), names[pairs % (len(rows.licensees) + 1)], n_titles, ", ")


def joined(titles: Numbers, words: Words, n_titles: int, between: str) -> pd.Series:
    """Put the words of each title together, in the order given; at most `MOST_PHRASES`, each once."""
    order = np.argsort(titles, kind="stable")
    titles, words = titles[order], words[order]
    counts = np.bincount(titles, minlength=n_titles)
    kept = _rank(titles) < MOST_PHRASES if len(titles) else np.empty(0, dtype=bool)
    full = np.flatnonzero(counts > MOST_PHRASES)
    kept_titles = np.concatenate([titles[kept], full])
    kept_words = np.concatenate([words[kept], [f"and {count - MOST_PHRASES:,} more" for count in counts[full]]])
    order = np.argsort(kept_titles, kind="stable")
    ends = np.cumsum(np.bincount(kept_titles, minlength=n_titles))
    offsets = pa.array(np.concatenate([[0], ends]), type=pa.int32())
    lists = pa.ListArray.from_arrays(offsets, pa.array(kept_words[order], type=pa.string()))
    return pd.Series(pc.binary_join(lists, between).to_pandas(), dtype="str")


def _said(title: Numbers, keys: list[Numbers], say: Callable[[Sequence[int]], str]) -> tuple[Numbers, Words]:
    """Make each distinct phrase once; return titles and phrases sorted by title, then by what they say."""
    if not len(title):
        return title.astype(np.int64), np.empty(0, dtype=object)
    code = np.zeros(len(title), dtype=np.int64)
    for column in keys:
        _, inverse = np.unique(column, return_inverse=True)
        _, code = np.unique(code * (inverse.max() + 1) + inverse, return_inverse=True)
    n_codes = int(code.max()) + 1
    titles, codes = np.divmod(np.unique(title * n_codes + code), n_codes)
    # Only what will be shown is put into words.
    used = np.unique(codes[_rank(titles) < MOST_PHRASES])
    sample = np.empty(n_codes, dtype=np.int64)
    sample[code] = np.arange(len(code))
    phrases = np.full(n_codes, "", dtype=object)
    phrases[used] = [say(key) for key in zip(*(column[sample[used]].tolist() for column in keys), strict=True)]
    return titles, phrases[codes]


def _rank(titles: Numbers) -> Numbers:
    """Return for each item its place, from 0, among those of its title; titles are sorted."""
    new = np.concatenate([[True], titles[1:] != titles[:-1]])
    starts: Numbers = np.flatnonzero(new)[np.cumsum(new) - 1]
    return np.arange(len(titles)) - starts


@lru_cache(maxsize=100_000)
def _iso(day: int) -> str:
    return str(np.datetime64(day, "D"))
