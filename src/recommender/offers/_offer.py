"""The offer: the chosen titles with tier, slot and substitutes, and what was asked, missed and left out."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from recommender.errors import NotEnoughDataError
from recommender.offers._brief import Brief
from recommender.offers._checks import CHECKED, NOT_CHECKED, Checks, check_titles
from recommender.offers._eligible import UNKNOWN, counts, judge
from recommender.offers._select import Demand, Selection, membership, select
from recommender.offers._shortfall import Shortfall, group_words, shortfalls
from recommender.offers._words import rows_of
from recommender.offers.policy import Policy
from recommender.schema import OFFER
from recommender.sources import canonical_genres

TIERS: Mapping[str, float] = {"locomotive": 0.10, "core": 0.60, "library": 1.00}
"""Tiers and the share of the offer, from the top, at which each ends."""

_JUDGEMENT = ["reason", "same_as"]
_RESERVE = 50
_SUBSTITUTES = 3


@dataclass(frozen=True, eq=False)
class Offer:
    """A list of titles chosen for a brief.

    Attributes
    ----------
    frame : DataFrame
        The offer table, best first: `offer_id`, `version`, the scores' columns (`rank` is the place among
        all scored titles of the market), `tier`, `slot`, `status`, `policy`, `rights`, `substitutes` (list
        of `title_id`), then the title's own facts.
    brief : Brief
        What was asked for.
    counts : dict of str to int
        Titles in the catalogue, eligible ones, and those left out by reason code.
    shortfalls : tuple of Shortfall
        What the offer does not fulfill; empty where it keeps the whole brief.
    demands : tuple of Demand
        The brief's shares as counts of this offer.
    reserve : DataFrame
        The next 50 eligible titles by appeal, with `why` they are not offered.
    eligible : DataFrame
        All titles that could be offered, best first: what the offer was chosen from.
    proven : bool
        Whether no other choice of this size has a greater total appeal under the brief.
    checks : Checks
        What the market's rules and the materials say of the catalogue, where the brief asks for it.
    left_out : DataFrame
        The titles that could not be offered: `title_id`, `title`, `kind`, `year`, and the code of why, `left_out`.
    """

    frame: pd.DataFrame
    brief: Brief
    counts: Mapping[str, int]
    shortfalls: tuple[Shortfall, ...]
    demands: tuple[Demand, ...]
    reserve: pd.DataFrame
    eligible: pd.DataFrame
    proven: bool
    checks: Checks = field(default_factory=Checks)
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def offer_id(self) -> str:
        """The offer's id: the brief's name and a digest of the first version; all versions share it."""
        return str(self.frame["offer_id"].iloc[0])

    @property
    def version(self) -> int:
        """The offer's version, from 1."""
        return int(self.frame["version"].iloc[0])

    def fact(self, column: str) -> str:
        """Return the one value of a scores' column that is the same for all titles, such as `model`."""
        return ", ".join(sorted(set(self.frame[column].dropna().astype(str)))) or "not stated"


def build_offer(
    titles: pd.DataFrame,
    scores: pd.DataFrame,
    brief: Brief,
    *,
    rights: pd.DataFrame | None = None,
    policy: Policy | None = None,
) -> Offer:
    """Choose the offer that a brief asks for: the greatest total appeal that keeps its demands.

    Parameters
    ----------
    titles : DataFrame
        The titles table, as `read_titles` returns it.
    scores : DataFrame
        The scores table, as `Ranker.predict`, `score` or `read_scores` return it.
    brief : Brief
        What is asked for, as `load_brief` returns it.
    rights : DataFrame, optional
        The rights table, as `read_rights` returns it: titles that it bars are not offered, and the offer's `rights`
        says in words what it found. Without it rights are not checked.
    policy : Policy, optional
        In place of the packs that the brief names: what if a rule were another.

    Returns
    -------
    Offer
        With fewer titles than asked where fewer are eligible; `shortfalls` says how many and why.

    Raises
    ------
    DataError
        The scores have no rows for the market, or a title stands twice.
    NotEnoughDataError
        No title at all is eligible.
    ConfigError, CallError
        The brief's policy packs cannot be read, or its overrides do not fit them.

    Notes
    -----
    Tiers are a rule of rank within the offer: the top 10% are locomotives, the next 50% core, the rest
    library. The slot is the decade and the first genre (the kind where there is none). Titles whose rights are
    not free as asked, that a rule of the market blocks, or that lack materials which the brief requires, are not
    eligible; caps are demands like the brief's own; where materials cost appeal, the greatest appeal less those
    costs is chosen.
    """
    # A brief says Comedy; catalogues say COM, comedy and комедия.
    titles = titles.assign(genres=titles["genres"].map(canonical_genres))
    checks = check_titles(titles, scores, brief, rights=rights, policy=policy)
    judged = judge(titles, scores, brief, checks.frames)
    found = counts(judged)
    eligible = judged.loc[judged["reason"] == ""].drop(columns=_JUDGEMENT).reset_index(drop=True)
    if eligible.empty:
        reasons = ", ".join(f"{count:,} {code}" for code, count in found.items() if code not in {"titles", "eligible"})
        raise NotEnoughDataError(
            f"none of the {found['titles']:,} titles can be offered for the brief {brief.name} "
            f"({reasons or 'no titles'})",
            hint="Check the brief's market, kinds and exclusions against the catalogue.",
        )
    pool, caps = checks.pool(eligible)
    selection = select(pool, brief.size, brief.shares, brief.lock.title_ids, caps=caps, value="value")
    chosen = pool.iloc[selection.chosen].reset_index(drop=True)
    rest = pool.drop(index=list(selection.chosen)).reset_index(drop=True)
    reserve = _reserve(chosen, rest.head(_RESERVE), selection).drop(columns=["caps", "value"])
    chosen, size = chosen.drop(columns=["caps", "value"]), len(chosen)
    frame = chosen.assign(
        offer_id=_offer_id(brief, chosen, checks),
        version=1,
        tier=[tier(position, size) for position in range(1, size + 1)],
        slot=[slot(row.decade, row.genres, row.kind) for row in rows_of(chosen)],
        status="proposed",
        **{column: chosen.get(column, NOT_CHECKED) for column in CHECKED},
        substitutes=pd.Series(_substitutes(chosen, rest), index=chosen.index, dtype="object"),
    )
    known = [column for column in OFFER.names if column in frame.columns]
    frame = frame[[*known, *(column for column in frame.columns.drop("decade") if column not in OFFER)]]
    return Offer(
        frame=frame.astype({"rank": "int64"}),
        brief=brief,
        counts=found,
        shortfalls=shortfalls(brief, judged, found, selection),
        demands=selection.demands,
        reserve=reserve,
        eligible=eligible,
        proven=selection.proven,
        checks=checks,
        left_out=judged.loc[judged["reason"] != "", ["title_id", "title", "kind", "year", "reason"]]
        .rename(columns={"reason": "left_out"})
        .reset_index(drop=True),
    )


def tier(position: int, size: int) -> str:
    """Return the tier of a position in an offer of `size` titles.

    Examples
    --------
    >>> [tier(position, 10) for position in (1, 2, 6, 7)]
    ['locomotive', 'core', 'core', 'library']
    """
    return next(name for name, end in TIERS.items() if position <= math.ceil(round(end * size, 9)))


def slot(decade: str, genres: list[str], kind: str) -> str:
    """Return the slot of a title.

    Examples
    --------
    >>> slot("1960s", ["Comedy", "Crime"], "film"), slot("unknown", [], "film")
    ('1960s / Comedy', 'year unknown / film')
    """
    return f"{'year unknown' if decade == UNKNOWN else decade} / {genres[0] if genres else kind}"


def _offer_id(brief: Brief, chosen: pd.DataFrame, checks: Checks) -> str:
    columns = ["title_id", "score", "appeal", "model", "model_version", "as_of"]
    columns += [column for column in ("rights",) if column in chosen.columns]
    content = chosen[columns].astype(str).to_csv(index=False)
    text = json.dumps(brief.model_dump(mode="json"), sort_keys=True, ensure_ascii=False) + content
    if checks.policy is not None:
        text += checks.policy.policy.digest()
    return f"{brief.name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _substitutes(chosen: pd.DataFrame, rest: pd.DataFrame) -> list[list[str]]:
    """Return for each chosen title the best ones left over of the same kind that share a genre with it."""
    by_group: dict[tuple[str, str], list[int]] = {}
    for position, (kind, genres) in enumerate(zip(rest["kind"], rest["genres"], strict=True)):
        for genre in dict.fromkeys(name.casefold() for name in genres or [""]):
            by_group.setdefault((kind, genre), []).append(position)
    ids = rest["title_id"].to_list()
    found = []
    for kind, genres in zip(chosen["kind"], chosen["genres"], strict=True):
        near: set[int] = set()
        for genre in genres or [""]:
            near.update(by_group.get((kind, genre.casefold()), [])[:_SUBSTITUTES])
        found.append([ids[position] for position in sorted(near)[:_SUBSTITUTES]])
    return found


def _reserve(chosen: pd.DataFrame, rest: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Say of each title left over why another was taken."""
    last = chosen["appeal"].min()
    demands = selection.demands
    held = membership(chosen, demands).sum(axis=1)
    full = [demand.high <= count and demand.high < len(chosen) for demand, count in zip(demands, held, strict=True)]
    wanted = [0 < count <= demand.low for demand, count in zip(demands, held, strict=True)]
    minima = ", ".join(group_words(d.group, d.name) for d, tight in zip(demands, wanted, strict=True) if tight)
    why = []
    for appeal, row in zip(rest["appeal"], membership(rest, demands).T, strict=True):
        at_most = [d for d, inside, tight in zip(demands, row, full, strict=True) if inside and tight]
        if appeal <= last:
            why.append("Its appeal is not above that of the last title offered.")
        elif at_most:
            names = ", ".join(f"{group_words(d.group, d.name)} (at most {d.high:,})" for d in at_most)
            why.append(f"The offer is already full of {names}.")
        elif minima:
            why.append(f"Its place went to the minimum asked for {minima}, or to a locked title.")
        else:
            why.append("Its place went to a locked title or to the mix that the brief asks for.")
    return rest.assign(why=pd.Series(why, index=rest.index, dtype="str"))
