"""The next version of an offer: chosen again after decisions, with as few changes as they and the brief allow."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

import pandas as pd

from recommender.errors import DataError, counted
from recommender.offers._brief import Brief
from recommender.offers._offer import Offer, offer_of
from recommender.offers._saved import SavedOffer
from recommender.offers.roundtrip._edits import Edits

_STATUS = {"accept": "accepted", "hold": "held"}
_STABLE = "Its place stays with a title of the version before: as little as possible was changed."


def next_version(saved: SavedOffer, edits: Edits) -> Offer:
    """Choose the next version of an offer.

    Parameters
    ----------
    saved : SavedOffer
        The version on which people have decided.
    edits : Edits
        What they decided, as `read_edits` returns it.

    Returns
    -------
    Offer
        The same `offer_id`, the version after. Accepted and locked titles are in, rejected ones out for good; of the
        others as many stay as the brief allows, and what is new has the greatest total appeal. Its brief is that of
        the version before with the locks and bans that people made.

    Raises
    ------
    DataError
        More titles are accepted and locked than the brief asks for.
    NotEnoughDataError
        Nothing is left to offer.
    """
    before = saved.offer
    decided = dict(zip(edits.decisions["title_id"], edits.decisions["decision"], strict=True))
    accepted, held, rejected = (
        {title_id for title_id, decision in decided.items() if decision == word}
        for word in ("accept", "hold", "reject")
    )
    brief = _with(before.brief, locks=edits.locks, bans=[*before.brief.exclude.title_ids, *sorted(rejected)])
    candidates = saved.candidates(brief, pool=_priced(saved.pool, edits))
    must = (accepted | set(edits.locks)) & set(candidates.eligible["title_id"])
    if len(must) > brief.size:
        raise DataError(
            f"{len(must):,} titles are accepted or locked, and the offer has {counted(brief.size, 'place')}",
            hint="Unlock some, or ask for more titles in a new brief.",
        )
    made = offer_of(candidates, candidates.again(list(before.frame["title_id"]), accept=accepted, hold=held))
    frame = made.frame.assign(
        offer_id=before.offer_id,
        version=before.version + 1,
        status=[_STATUS.get(decided.get(title_id, ""), "proposed") for title_id in made.frame["title_id"]],
    )
    why = made.reserve["why"]
    return dataclasses.replace(
        made,
        frame=frame,
        reserve=made.reserve.assign(why=why.mask(why.str.startswith("Its place went"), _STABLE)),
    )


def _with(brief: Brief, *, locks: Collection[str], bans: Collection[str]) -> Brief:
    """Return a brief with other locked and excluded titles."""
    fields: dict[str, Any] = {
        "lock": brief.lock.model_copy(update={"title_ids": tuple(dict.fromkeys(locks))}),
        "exclude": brief.exclude.model_copy(update={"title_ids": tuple(dict.fromkeys(bans))}),
    }
    return brief.model_copy(update=fields)


def _priced(pool: pd.DataFrame, edits: Edits) -> pd.DataFrame:
    """Return the pool with the prices that people wrote."""
    places = {title_id: place for place, title_id in enumerate(pool["title_id"])}
    changed = pool.copy()
    for title_id, cells in edits.prices.items():
        for name, value in cells.items():
            changed.loc[places[title_id], name] = value
    return changed
