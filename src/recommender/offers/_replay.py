"""A replay: what would change in an offer if a rule were another, or were not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from pydantic import ValidationError

from recommender.errors import UnreadableFileError
from recommender.offers._brief import Brief
from recommender.offers._offer import Offer, build_offer
from recommender.offers._words import titled
from recommender.offers.policy import Policy, PolicyReview, load_policy

CHANGES = ("title_id", "title", "change", "before", "after", "offered")


@dataclass(frozen=True, eq=False)
class Replay:
    """What a changed rule changes.

    Attributes
    ----------
    rule : str
        The rule's id.
    changed : DataFrame
        The titles whose status changes: `title_id`, `title`, `change` (newly blocked, freed, otherwise),
        `before` and `after` (the texts of the column `policy`), `offered` (bool).
    caps : tuple of str
        What changes in the caps, in words.
    meetings : DataFrame or None
        The titles that come into the offer and go out of it where it is chosen again, as `compare_offers` gives
        them; None where it was not.
    """

    rule: str
    changed: pd.DataFrame
    caps: tuple[str, ...] = ()
    meetings: pd.DataFrame | None = field(default=None)

    def count(self, change: str) -> int:
        """Return how many titles change so: `newly blocked`, `freed`, `otherwise`."""
        return int((self.changed["change"] == change).sum())


def compare_offers(before: Offer, after: Offer) -> pd.DataFrame:
    """List the titles that came and went between two offers of one catalogue.

    Parameters
    ----------
    before, after : Offer

    Returns
    -------
    DataFrame
        `title_id`, `title`, `change` (came, went), `appeal`, `reason`: for a title that went, the rule that
        blocks it, what it lacks, or that others were better; for one that came, whether it was barred before.
    """
    rows = []
    for change, here, there in (("went", before, after), ("came", after, before)):
        gone = here.frame.loc[~here.frame["title_id"].isin(there.frame["title_id"])]
        for title_id, title, year, appeal in zip(
            gone["title_id"], gone["title"], gone["year"], gone["appeal"], strict=True
        ):
            rows.append((title_id, titled(title, year), change, float(appeal), _why(title_id, change, there)))
    frame = pd.DataFrame(rows, columns=["title_id", "title", "change", "appeal", "reason"])
    return frame.sort_values(["change", "appeal", "title_id"], ascending=[False, False, True], ignore_index=True)


def _why(title_id: str, change: str, there: Offer) -> str:
    """Return why a title is not in the other offer."""
    word = "is" if change == "went" else "was"
    checks = there.checks
    if checks.policy is not None and title_id in checks.policy.blocked_by:
        return f"{word} blocked: {checks.policy.blocked_by[title_id]}"
    barred = {code for frame in checks.frames for code in frame.loc[frame["title_id"] == title_id, "reason"] if code}
    if barred:
        return f"{word} barred: {', '.join(sorted(barred))}"
    if title_id in set(there.eligible["title_id"]):
        return "others were better, or the mix changed" if change == "went" else "a place became free"
    return f"{word} not eligible"


def replay_rule(
    titles: pd.DataFrame,
    before: PolicyReview,
    after: PolicyReview,
    rule: str,
    offered: frozenset[str] = frozenset(),
) -> Replay:
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
    Replay
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
    return Replay(rule, changed, tuple(_cap_changes(before, after, offered)))


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


def replay_offer(
    titles: pd.DataFrame,
    scores: pd.DataFrame,
    brief: Brief,
    change: Callable[[Policy], Policy],
    rule: str,
    rebuild: Callable[..., Offer] = build_offer,
) -> Replay:
    """Choose an offer again with a changed policy, and say what changes.

    Parameters
    ----------
    titles, scores : DataFrame
    brief : Brief
        Names the packs.
    change : callable
        From the policy to the changed one.
    rule : str
        The id of the rule that changes.
    rebuild : callable
        From titles, scores, brief and ``policy=`` to an offer.

    Returns
    -------
    Replay
        With `meetings`.
    """
    policy = load_policy(brief.policy.packs)
    first = rebuild(titles, scores, brief, policy=policy)
    second = rebuild(titles, scores, brief, policy=change(policy))
    assert first.checks.policy is not None
    assert second.checks.policy is not None
    offered = frozenset(first.frame["title_id"])
    found = replay_rule(titles, first.checks.policy, second.checks.policy, rule, offered)
    return Replay(rule, found.changed, found.caps, compare_offers(first, second))


class Asked(NamedTuple):
    """What an offer was made for: the brief, the day on which the rules were read, and the packs' digest.

    The last two are None where the rules were not checked.
    """

    brief: Brief
    on: str | None
    digest: str | None


def offer_brief(directory: str | Path) -> Asked:
    """Read from an offer's folder the brief it was made for, and the rules that it was checked by.

    Parameters
    ----------
    directory : str or Path
        As `write_offer` wrote it.

    Returns
    -------
    Asked
        `brief`, `on` (ISO date) and `digest`.

    Raises
    ------
    UnreadableFileError
        There is no manifest of an offer, or its brief is of another version of the program.
    """
    path = Path(directory) / "manifest.json"
    hint = "Give the folder that `recommender offer` wrote."
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        checked = manifest["policy"] if isinstance(manifest["policy"], dict) else {"on": None, "sha256": None}
        return Asked(Brief.model_validate_json(json.dumps(manifest["brief"])), checked["on"], checked["sha256"])
    except OSError as error:
        raise UnreadableFileError(f"{path}: cannot be read ({error.strerror})", hint=hint) from error
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise UnreadableFileError(f"{path}: not the manifest of an offer", hint=hint) from error
