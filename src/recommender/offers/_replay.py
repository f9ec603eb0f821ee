"""A replay: what would change in an offer if a rule were another, or were not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recommender.errors import DataError
from recommender.offers._diff import diff_offers
from recommender.offers._offer import Offer, offer_of
from recommender.offers._saved import SavedOffer
from recommender.offers._words import titled
from recommender.offers.policy import Policy, PolicyReview

CHANGES = ("title_id", "title", "change", "before", "after", "offered")


@dataclass(frozen=True, eq=False)
class RuleChange:
    """What a changed rule says of titles.

    Attributes
    ----------
    rule : str
        The rule's id.
    changed : DataFrame
        The titles whose status changes: `title_id`, `title`, `change` (newly blocked, freed, otherwise),
        `before` and `after` (the texts of the column `policy`), `offered` (bool).
    caps : tuple of str
        What changes in the caps, in words.
    """

    rule: str
    changed: pd.DataFrame
    caps: tuple[str, ...] = ()

    def count(self, change: str) -> int:
        """Return how many titles change so: `newly blocked`, `freed`, `otherwise`."""
        return int((self.changed["change"] == change).sum())


@dataclass(frozen=True, eq=False)
class Replay:
    """What a changed rule changes in an offer.

    Attributes
    ----------
    said : RuleChange
        What the rule says of the catalogue's titles now.
    offer : Offer
        The offer that would be made under the changed rule.
    changes : DataFrame
        What comes, goes and moves, and why: the table of `diff_offers`.
    """

    said: RuleChange
    offer: Offer
    changes: pd.DataFrame


def replay(saved: SavedOffer, rule: str, change: Callable[[Policy], Policy]) -> Replay:
    """Choose an offer again with a changed rule, from what its folder holds, and say what changes.

    A first version is chosen anew. Of a later one as much stays as the changed rules and the decisions allow.

    Parameters
    ----------
    saved : SavedOffer
        As `load_offer` returns it.
    rule : str
        The id of the rule that changes.
    change : callable
        From the policy that the offer was checked by to the changed one, such as `with_rule` makes it.

    Returns
    -------
    Replay

    Raises
    ------
    DataError
        The rules were not checked for this offer.
    """
    offer = saved.offer
    before = offer.checks.policy
    if before is None:
        raise DataError(
            f"{saved.folder}: the rules were not checked for this offer, so there is nothing to replay",
            hint='Name packs in the brief: packs = ["china-cinema"] in [policy], and make the offer again.',
        )
    candidates = saved.candidates(policy=change(before.policy))
    after = candidates.checks.policy
    assert after is not None
    if offer.version == 1:
        choice = candidates.best()
    else:
        status = dict(zip(offer.frame["title_id"], offer.frame["status"], strict=True))
        accept, hold = ([one for one, said in status.items() if said == word] for word in ("accepted", "held"))
        choice = candidates.again(list(status), accept=accept, hold=hold)
    made = offer_of(candidates, choice)
    said = replay_rule(saved.pool, before, after, rule, frozenset(offer.frame["title_id"]))
    return Replay(said, made, diff_offers(offer, made))


def replay_rule(
    titles: pd.DataFrame,
    before: PolicyReview,
    after: PolicyReview,
    rule: str,
    offered: frozenset[str] = frozenset(),
) -> RuleChange:
    """Compare what the rules say of titles before and after a change.

    Parameters
    ----------
    titles : DataFrame
        The catalogue, or the offered titles alone.
    before, after : PolicyReview
        Of these titles, as `review_policy` gives them.
    rule : str
        The id of the rule that changed.
    offered : frozenset of str
        The titles in the offer.

    Returns
    -------
    RuleChange
    """
    first, second = before.summary, after.summary
    names = {
        title_id: titled(title, year)
        for title_id, title, year in zip(titles["title_id"], titles["title"], _years(titles), strict=True)
    }
    differ = np.flatnonzero(first["policy"].to_numpy(dtype=object) != second["policy"].to_numpy(dtype=object))
    blocked = first["status"].eq("blocked").to_numpy(), second["status"].eq("blocked").to_numpy()
    rows = [
        (
            title_id := str(first["title_id"].iloc[place]),
            names[title_id],
            "newly blocked"
            if blocked[1][place] and not blocked[0][place]
            else "freed"
            if blocked[0][place] and not blocked[1][place]
            else "otherwise",
            first["policy"].iloc[place],
            second["policy"].iloc[place],
            title_id in offered,
        )
        for place in differ
    ]
    changed = pd.DataFrame(rows, columns=list(CHANGES))
    order = changed["change"].map({"newly blocked": 0, "freed": 1, "otherwise": 2})
    changed = changed.assign(order=order).sort_values(["order", "title_id"], ignore_index=True).drop(columns="order")
    return RuleChange(rule, changed, tuple(_cap_changes(before, after, offered)))


def _years(titles: pd.DataFrame) -> list[object]:
    return titles["year"].to_list() if "year" in titles.columns else [None] * len(titles)


def _cap_changes(before: PolicyReview, after: PolicyReview, offered: frozenset[str]) -> list[str]:
    size = len(offered)
    rows = pd.Index(before.judged.title_ids).isin(list(offered))
    texts = [
        {cap.rule: f"{cap.in_words(size)}, {int((cap.mask & rows).sum()):,} offered" for cap in review.caps}
        for review in (before, after)
    ]
    return [
        f"{rule}: {texts[0].get(rule, 'no constraint')} -> {texts[1].get(rule, 'no constraint')}"
        for rule in dict.fromkeys((*texts[0], *texts[1]))
        if texts[0].get(rule) != texts[1].get(rule)
    ]
