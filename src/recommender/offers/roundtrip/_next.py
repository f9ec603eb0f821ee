"""The next version of an offer: chosen again after decisions, with as few changes as they and the brief allow."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

import pandas as pd

from recommender.errors import DataError
from recommender.offers._brief import Brief, Share, Shares
from recommender.offers._offer import Offer, build_offer
from recommender.offers._saved import SavedOffer
from recommender.offers._select import Selection, select
from recommender.offers.roundtrip._edits import Edits
from recommender.schema import SCORES

_STATUS = {"accept": "accepted", "hold": "held"}
_STABLE = "Its place stays with a title of the version before: as little as possible was changed."
_KEPT = "\x00kept"  # a genre that no catalogue has


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
    rejected = {title_id for title_id, decision in decided.items() if decision == "reject"}
    must = {title_id for title_id, decision in decided.items() if decision == "accept"} | set(edits.locks)
    eligible = _priced(before.eligible, edits)
    must &= set(eligible["title_id"])
    if len(must) > before.brief.size:
        raise DataError(
            f"{len(must):,} titles are accepted or locked, and the offer has {before.brief.size:,} places",
            hint="Unlock some, or ask for more titles in a new brief.",
        )
    brief = _with(
        before.brief,
        locks=edits.locks,
        bans=[*before.brief.exclude.title_ids, *(title_id for title_id in decided if title_id in rejected)],
    )
    pool = eligible.loc[~eligible["title_id"].isin(rejected)].reset_index(drop=True)
    kept = [title_id for title_id in before.frame["title_id"] if title_id not in rejected]
    chosen, proven = rechoose(pool, brief.size, brief.shares, kept, must)
    made = _rebuilt(eligible, brief, chosen)
    frame = made.frame.assign(
        offer_id=before.offer_id,
        version=before.version + 1,
        status=[_STATUS.get(decided.get(title_id, ""), "proposed") for title_id in made.frame["title_id"]],
    )
    return dataclasses.replace(
        made,
        frame=frame,
        brief=brief,
        counts=_counts(saved, made),
        reserve=made.reserve.assign(
            why=made.reserve["why"].mask(made.reserve["why"].str.startswith("Its place went"), _STABLE)
        ),
        proven=proven and made.proven,
        left_out=pd.concat([before.left_out, made.left_out], ignore_index=True).drop_duplicates("title_id"),
    )


def rechoose(
    pool: pd.DataFrame, size: int, shares: Shares, kept: Collection[str], must: Collection[str]
) -> tuple[list[str], bool]:
    """Choose again with as few changes as possible.

    Parameters
    ----------
    pool : DataFrame
        What may be offered now, as `select` takes it.
    size : int
        How many titles.
    shares : Shares
        The demands.
    kept : collection of str
        The titles of the version before that may stay.
    must : collection of str
        The titles that have to be in.

    Returns
    -------
    chosen : list of str
        Their ids, best first. First the demands are missed by as few titles as possible, then as many titles of
        `kept` stay as can, then the total appeal is greatest.
    proven : bool
    """
    first = select(pool, size, shares, {*kept, *must})
    if not first.misses and len(first.chosen) <= size:
        return _ids(pool, first), first.proven
    old = pool["title_id"].isin(list(kept))
    stay = select(pool.assign(appeal=old.astype("float64")), size, shares, must)
    count = int(old.iloc[stay.chosen].sum())
    marked = pd.Series([[*names, _KEPT] if mark else names for names, mark in zip(pool["genres"], old, strict=True)])
    least = Share(min=count / len(stay.chosen))
    asked = shares.model_copy(update={"genre": {**shares.genre, _KEPT: least}})
    last = select(pool.assign(genres=marked), size, asked, must)
    return _ids(pool, last), stay.proven and last.proven


def _ids(pool: pd.DataFrame, selection: Selection) -> list[str]:
    return list(pool["title_id"].iloc[selection.chosen])


def _rebuilt(eligible: pd.DataFrame, brief: Brief, chosen: list[str]) -> Offer:
    """Return the offer of exactly these titles, with tiers, slots, substitutes and shortfalls."""
    titles = eligible[["title_id", *(name for name in eligible.columns if name not in SCORES)]]
    return build_offer(titles, eligible[list(SCORES.names)], _with(brief, locks=chosen, bans=brief.exclude.title_ids))


def _with(brief: Brief, *, locks: Collection[str], bans: Collection[str]) -> Brief:
    """Return a brief with other locked and excluded titles."""
    fields: dict[str, Any] = {
        "lock": brief.lock.model_copy(update={"title_ids": tuple(dict.fromkeys(locks))}),
        "exclude": brief.exclude.model_copy(update={"title_ids": tuple(dict.fromkeys(bans))}),
    }
    return brief.model_copy(update=fields)


def _priced(eligible: pd.DataFrame, edits: Edits) -> pd.DataFrame:
    """Return the pool with the prices that people wrote."""
    places = {title_id: place for place, title_id in enumerate(eligible["title_id"])}
    changed = eligible.copy()
    for title_id, cells in edits.prices.items():
        for name, value in cells.items():
            changed.loc[places[title_id], name] = value
    return changed


def _counts(saved: SavedOffer, made: Offer) -> dict[str, int]:
    """Return the counts of the whole catalogue: those of the first version, less what was rejected since."""
    counts = dict(saved.offer.counts)
    counts["eligible"] = made.counts["eligible"]
    counts["excluded-title"] = counts.get("excluded-title", 0) + made.counts.get("excluded-title", 0)
    return {code: count for code, count in counts.items() if count or code in {"titles", "eligible"}}
