"""The offer: the chosen titles with tier, slot and substitutes, and what was asked, missed and left out."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from recommender.offers._brief import Brief
from recommender.offers._candidates import Candidates, candidates_of
from recommender.offers._checks import CHECKED, NOT_CHECKED, Checks
from recommender.offers._choice import Choice
from recommender.offers._constraints import PackageView, package_view
from recommender.offers._eligible import UNKNOWN
from recommender.offers._membership import Demand
from recommender.offers._money import package_fees
from recommender.offers._shortfall import Shortfall, shortfalls
from recommender.offers._words import rows_of
from recommender.offers.policy import Policy
from recommender.schema import OFFER

TIERS: Mapping[str, float] = {"locomotive": 0.10, "core": 0.60, "library": 1.00}
"""Tiers and the share of the offer, from the top, at which each ends."""

_RESERVE = 50


@dataclass(frozen=True, eq=False)
class Offer:
    """A list of titles chosen for a brief.

    Attributes
    ----------
    frame : DataFrame
        The offer table, best first: `offer_id`, `version`, the scores' columns (`rank` is the place among
        all scored titles of the market), `tier`, `slot`, `status`, `policy`, `rights`, `materials`, `substitutes`
        (list of `title_id`), then the title's own facts.
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
    left_out : DataFrame
        The titles that could not be offered, with the code of why as `left_out`.
    proven : bool
        Whether no other choice of this size is better under the brief.
    checks : Checks
        What rights, the market's rules and materials say of the catalogue, where somebody asked.
    choice : Choice or None
        How it was chosen; None where the offer was read back from its files.
    notes : tuple of str
        How money was counted, where the brief asks about it.
    saved_package : PackageView or None
        Of an offer that was read back: what its files say of the package.
    """

    frame: pd.DataFrame
    brief: Brief
    counts: Mapping[str, int]
    shortfalls: tuple[Shortfall, ...]
    demands: tuple[Demand, ...]
    reserve: pd.DataFrame
    eligible: pd.DataFrame
    left_out: pd.DataFrame
    proven: bool
    checks: Checks = field(default_factory=Checks)
    choice: Choice | None = None
    notes: tuple[str, ...] = ()
    saved_package: PackageView | None = None

    @property
    def offer_id(self) -> str:
        """The offer's id: the brief's name and a digest of the first version; all versions share it."""
        return str(self.frame["offer_id"].iloc[0])

    @property
    def version(self) -> int:
        """The offer's version, from 1."""
        return int(self.frame["version"].iloc[0])

    @cached_property
    def package(self) -> PackageView:
        """What each demand costs, what each title adds, who could take its place; computed when first asked for."""
        if self.saved_package is not None:
            return self.saved_package
        assert self.choice is not None
        return package_view(self.choice, self.brief, self.notes)

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
        No title at all is eligible, or none within the budget.
    ConfigError, CallError
        The brief's policy packs cannot be read, or its overrides do not fit them.

    Notes
    -----
    Tiers are a rule of rank within the offer: the top 10% are locomotives, the next 50% core, the rest
    library; unless the brief says at which appeal each begins. The slot is the decade and the first genre (the
    kind where there is none). Titles whose rights are not free as asked, that a rule of the market blocks, or that
    lack materials which the brief requires, are not eligible. Caps are demands that give way last. What materials
    cost is taken off a title's worth.
    """
    candidates = candidates_of(titles, scores, brief, rights=rights, policy=policy)
    return offer_of(candidates, candidates.best())


def offer_of(candidates: Candidates, choice: Choice) -> Offer:
    """Return the offer of a choice among the candidates."""
    brief, eligible = candidates.brief, choice.pool
    chosen = eligible.iloc[choice.chosen].reset_index(drop=True)
    rest = eligible.drop(index=list(choice.chosen)).reset_index(drop=True)
    frame = chosen.assign(
        offer_id=_offer_id(candidates, chosen),
        version=1,
        tier=_tiers(chosen, brief),
        slot=[slot(row.decade, row.genres, row.kind) for row in rows_of(chosen)],
        status="proposed",
        **{column: chosen.get(column, NOT_CHECKED) for column in CHECKED},
        substitutes=pd.Series(_substitutes(choice), index=chosen.index, dtype="object"),
    )
    notes = choice.notes
    if choice.priced is not None:
        frame["price"] = choice.priced.shown(choice.chosen, brief)
        if brief.budget.package_fee is not None:
            frame["fee"], said = package_fees(frame, choice.priced, choice.chosen.tolist(), brief)
            notes += said
    known = [column for column in OFFER.names if column in frame.columns]
    frame = frame[[*known, *(column for column in frame.columns.drop("decade") if column not in OFFER)]]
    return Offer(
        frame=frame.astype({"rank": "int64"}),
        brief=brief,
        counts=candidates.counts,
        shortfalls=shortfalls(brief, candidates.judged, candidates.counts, choice),
        demands=choice.demands,
        reserve=_reserve(chosen, rest.head(_RESERVE), choice),
        eligible=eligible,
        left_out=candidates.left_out,
        proven=choice.proven,
        checks=candidates.checks,
        choice=choice,
        notes=notes,
    )


def _tiers(chosen: pd.DataFrame, brief: Brief) -> list[str]:
    """Return the tiers of the offered titles, which stand best first."""
    if brief.package.tiers:
        return [brief.package.tier_of(float(appeal)) for appeal in chosen["appeal"]]
    return [tier(position, len(chosen)) for position in range(1, len(chosen) + 1)]


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


def _offer_id(candidates: Candidates, chosen: pd.DataFrame) -> str:
    brief, policy = candidates.brief, candidates.checks.policy
    columns = ["title_id", "score", "appeal", "model", "model_version", "as_of"]
    columns += [column for column in ("rights",) if column in chosen.columns]
    content = chosen[columns].astype(str).to_csv(index=False)
    text = json.dumps(brief.model_dump(mode="json"), sort_keys=True, ensure_ascii=False) + content
    if policy is not None:
        text += policy.policy.digest()
    return f"{brief.name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _substitutes(choice: Choice) -> list[list[str]]:
    """Return for each chosen title the ids of the best ones that could take its place with every demand kept."""
    ids = choice.pool["title_id"].to_numpy()
    return [[str(title_id) for title_id in ids[found.others]] for found in choice.substitutes]


def _reserve(chosen: pd.DataFrame, rest: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Say of each title left over why another was taken."""
    last = chosen["appeal"].min()
    demands, taken = choice.demands, choice.solution.mask
    held = choice.members[:, taken].sum(axis=1)
    full = [demand.high <= count and demand.high < len(chosen) for demand, count in zip(demands, held, strict=True)]
    wanted = [0 < count <= demand.low for demand, count in zip(demands, held, strict=True)]
    minima = ", ".join(demand.words for demand, tight in zip(demands, wanted, strict=True) if tight)
    places = np.flatnonzero(~taken)[: len(rest)]
    budget = choice.solution.problem.budget
    room = np.inf if budget is None or choice.cost is None else budget - choice.cost
    why = []
    for place, appeal in zip(places, rest["appeal"], strict=True):
        at_most = [
            d for d, inside, tight in zip(demands, choice.members[:, place], full, strict=True) if inside and tight
        ]
        if choice.priced is not None and choice.priced.barred[place]:
            why.append("It has no price, or a floor above its tier's fee.")
        elif appeal <= last:
            why.append("Its appeal is not above that of the last title offered.")
        elif at_most:
            names = ", ".join(f"{d.words} (at most {d.high:,})" for d in at_most)
            why.append(f"The offer is already full of {names}.")
        elif choice.priced is not None and choice.priced.cost[place] > room:
            why.append("For its price the budget buys more elsewhere.")
        elif minima:
            why.append(f"Its place went to the minimum asked for {minima}, or to a locked title.")
        else:
            why.append("Its place went to a locked title or to the mix that the brief asks for.")
    return rest.assign(why=pd.Series(why, index=rest.index, dtype="str"))
