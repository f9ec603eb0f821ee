"""The rows of a rights table that bear on a request, and what each does to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from recommender.errors import DataError, counted, visible
from recommender.offers.rights._cells import BAR, GRANT, UNSURE, Intervals
from recommender.offers.rights._request import RightsRequest
from recommender.schema import (
    FIRST_DAY,
    RIGHTS,
    WORLDWIDE,
    RightsArrays,
    languages_meet,
    media_mask,
    rights_arrays,
)

__all__ = ["Bearing", "bearing_rows"]

_NOTHING = np.int8(-1)


@dataclass(frozen=True, eq=False)
class Bearing:
    """The rows of the request's titles in its market, and what they do.

    Attributes
    ----------
    rows : RightsArrays
        All of them, those of other media and languages too.
    title : array of int64
        Of each the place of its title among those asked for.
    effect : array of int8
        `GRANT`, `BAR`, `UNSURE`, or -1 where the row does nothing by its status.
    bears : array of bool
        Whether its medium and language are asked for.
    asked : int
        All media asked for, as bits.
    known : array of bool, shape (n_titles,)
        Whether a title has any row in the market that is not past.
    listed : array of bool, shape (n_titles,)
        Whether a title has any row in the market.
    """

    rows: RightsArrays
    title: npt.NDArray[np.int64]
    effect: npt.NDArray[np.int8]
    bears: npt.NDArray[np.bool_]
    asked: int
    known: npt.NDArray[np.bool_]
    listed: npt.NDArray[np.bool_]

    @property
    def parts(self) -> list[int]:
        """The media asked for as sets of bits: as few as the rows tell apart."""
        told_apart = np.unique(self.rows.mask[self.bears]).tolist()
        parts: dict[tuple[bool, ...], int] = {}
        bit = 1
        while bit <= self.asked:
            if self.asked & bit:
                key = tuple(bool(mask & bit) for mask in told_apart)
                parts[key] = parts.get(key, 0) | bit
            bit <<= 1
        return list(parts.values())

    def intervals(self, mask: int) -> Intervals:
        """Return what rows and holdbacks do to the media of a set of bits."""
        rows = self.rows
        bears = self.bears & ((rows.mask & mask) != 0)
        acts = np.flatnonzero(bears & (self.effect != _NOTHING))
        held = np.flatnonzero(bears & (rows.holdback > FIRST_DAY))
        return Intervals(
            title=np.concatenate([self.title[acts], self.title[held]]),
            low=np.concatenate([rows.low[acts], np.full(len(held), FIRST_DAY, dtype=np.int64)]),
            high=np.concatenate([rows.high[acts], rows.holdback[held] - 1]),
            effect=np.concatenate([self.effect[acts], np.full(len(held), BAR, dtype=np.int8)]),
        )


def bearing_rows(title_ids: Iterable[str], rights: pd.DataFrame, request: RightsRequest) -> tuple[pa.Array, Bearing]:
    """Return the titles, and the rows that bear on them.

    Raises
    ------
    DataError
        A title is asked for twice, or the table lacks a column or holds what `read_rights` would have refused.
    """
    titles = pa.array(list(title_ids), type=pa.large_string())
    _refuse_doubles(titles)
    missing = [name for name in ("title_id", "market") if name not in rights.columns]
    if missing:
        raise DataError(
            f"the rights table has no column {' and no column '.join(missing)}", hint="Read the table with read_rights."
        )
    near = rights[[name for name in RIGHTS.names if name in rights.columns]]
    if request.market != WORLDWIDE:
        near = near[near["market"].isin([request.market, WORLDWIDE]).to_numpy()]
    rows = rights_arrays(near)
    found = pc.index_in(rows.titles, value_set=titles).fill_null(-1)
    title = found.to_numpy(zero_copy_only=False).astype(np.int64)
    ours = title >= 0
    wanted = np.array([languages_meet(request.language, word) for word in [*rows.languages, None]], dtype=bool)
    asked = 0
    for medium in request.media:
        asked |= media_mask(medium)
    known, listed = np.zeros(len(titles), dtype=bool), np.zeros(len(titles), dtype=bool)
    known[title[ours & ~rows.has("expired")]] = True
    listed[title[ours]] = True
    bears = ours & ((rows.mask & asked) != 0) & wanted[rows.language]
    bears &= ~(rows.low > rows.high) | (rows.holdback > FIRST_DAY)
    return titles, Bearing(rows, title, _effects(rows, request), bears, asked, known, listed)


def _refuse_doubles(titles: pa.Array) -> None:
    counts = pc.value_counts(titles)
    twice = [item["values"] for item in counts.filter(pc.greater(counts.field("counts"), 1)).to_pylist()]
    if twice:
        raise DataError(
            f"{counted(len(twice), 'title is', 'titles are')} asked for twice, first {visible(twice[0])!r}",
            hint="Ask for each title once.",
        )


def _effects(rows: RightsArrays, request: RightsRequest) -> npt.NDArray[np.int8]:
    """Say what each row does by its status and exclusivity."""
    effect = np.full(len(rows.status), _NOTHING, dtype=np.int8)
    effect[rows.has("reserved", "withdrawn", "excluded")] = BAR
    licence = rows.has("licensed", "negotiating")
    effect[licence & (request.exclusive | (rows.exclusive != 0))] = BAR
    grants = rows.has("available", "owned")
    if request.market == WORLDWIDE:
        world = rows.markets.index(WORLDWIDE) if WORLDWIDE in rows.markets else -1
        grants &= rows.market == world
    if request.exclusive:
        effect[grants & (rows.exclusive == 1)] = GRANT
        effect[grants & (rows.exclusive == -1)] = UNSURE
    else:
        effect[grants] = GRANT
    return effect
