"""What the rules say of each title: hit, clear or unknown; and the same in one word for the offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.offers.policy._evaluate import Doubts, evaluate
from recommender.offers.policy._fields import Fields
from recommender.offers.policy._part import ALL_TITLES, Override
from recommender.offers.policy._policy import Policy
from recommender.offers.policy._rule import Rule
from recommender.offers.policy._truth import CLEAR, HIT, NOT_ASKED, OUTCOME_WORDS, UNKNOWN, Truth, constant, every
from recommender.offers.policy._words import EVERY_MEDIUM, media_group

STATUSES = ("blocked", "needs review", "warn", "unknown", "clear")
"""What the offer's column `policy` begins with, the gravest first."""

FINDINGS = (*("title_id", "rule", "reason_code", "effect", "outcome", "message", "source_url", "why", "override"),)
_STATUS_OF = {"block": "blocked", "needs_review": "needs review", "warn": "warn"}
_MEDIA_UNKNOWN = "the brief does not say for which media"


@dataclass(frozen=True, eq=False)
class Judgement:
    """What the rules about single titles say of each.

    Attributes
    ----------
    title_ids, kinds : ndarray of str, shape (n_titles,)
    rules : tuple of Rule
        Those in force that apply to the market and the media.
    outcomes : ndarray of int8, shape (n_titles, n_rules)
        -1 the rule is not about the title, 0 clear, 1 unknown, 2 hit.
    """

    title_ids: NDArray[np.object_]
    kinds: NDArray[np.object_]
    rules: tuple[Rule, ...]
    outcomes: NDArray[np.int8]
    whys: NDArray[np.int16]
    why_texts: tuple[str, ...]
    overruled: NDArray[np.int16]
    overrides: tuple[Override, ...]

    def findings(self, title_ids: Sequence[str] | None = None) -> pd.DataFrame:
        """Return one row a title and rule.

        Parameters
        ----------
        title_ids : sequence of str, optional
            Of these titles only.

        Returns
        -------
        DataFrame
            `title_id`, `rule`, `reason_code`, `effect`, `outcome` (hit, clear, unknown), `message`,
            `source_url`, `why` (of an unknown: what nobody knows) and `override` (by whom, and why).
        """
        chosen = np.arange(len(self.title_ids))
        if title_ids is not None:
            chosen = np.flatnonzero(pd.Index(self.title_ids).isin(list(title_ids)))
        rows, columns = np.nonzero(self.outcomes[chosen] != NOT_ASKED)
        rows = chosen[rows]
        whys, overruled = self.whys[rows, columns], self.overruled[rows, columns]

        def of_rule(texts: list[str]) -> Any:
            names = list(dict.fromkeys(texts))
            codes = np.array([names.index(text) for text in texts], dtype=np.int16)
            return _coded(codes[columns] if len(codes) else columns, names)

        told = [f"{item.person}: {item.reason}" for item in self.overrides]
        people = list(dict.fromkeys(told))
        places = np.array([people.index(text) for text in told] + [-1], dtype=np.int16)
        return pd.DataFrame(
            {
                "title_id": pd.array(self.title_ids, dtype="str").take(rows),
                "rule": of_rule([rule.id for rule in self.rules]),
                "reason_code": of_rule([rule.reason_code for rule in self.rules]),
                "effect": of_rule([rule.effect for rule in self.rules]),
                "outcome": _coded(self.outcomes[rows, columns], list(OUTCOME_WORDS)),
                "message": of_rule([rule.message for rule in self.rules]),
                "source_url": of_rule([rule.source_url for rule in self.rules]),
                "why": _coded(whys, list(self.why_texts)),
                "override": _coded(places[overruled], people),
            },
            columns=list(FINDINGS),
        )

    def summary(self) -> pd.DataFrame:
        """Return one row a title: its status, the offer's text, and the codes of the rules that block it.

        Returns
        -------
        DataFrame
            `title_id`, `status` (blocked, needs review, warn, unknown, clear), `policy` (the status with the
            reason codes), `blocked_by` (reason codes, else empty).
        """
        states = np.hstack([self.outcomes, (self.overruled >= 0).astype(np.int8)])
        packed = np.ascontiguousarray(states).view(f"V{max(states.shape[1], 1)}").ravel() if states.size else None
        if packed is None:
            statuses = [("clear", "clear", "")] * len(self.title_ids)
        else:
            _, first, places = np.unique(packed, return_index=True, return_inverse=True)
            texts = [self._told(row) for row in first]
            statuses = [texts[place] for place in places]
        columns = list(zip(*statuses, strict=True)) if statuses else [(), (), ()]
        names = ("status", "policy", "blocked_by")
        return pd.DataFrame(
            {
                "title_id": pd.array(self.title_ids, dtype="str"),
                **{name: pd.array(list(values), dtype="str") for name, values in zip(names, columns, strict=True)},
            }
        )

    def _told(self, row: int) -> tuple[str, str, str]:
        codes: dict[str, dict[str, None]] = {status: {} for status in (*STATUSES, "overridden")}
        for rule, outcome, overruled in zip(self.rules, self.outcomes[row], self.overruled[row], strict=True):
            if overruled >= 0:
                codes["overridden"][rule.reason_code] = None
            elif outcome == HIT:
                codes[_STATUS_OF[rule.effect]][rule.reason_code] = None
            elif outcome == UNKNOWN:
                codes["unknown"][rule.reason_code] = None
        # One code may come from the rules of several media: the gravest word is said.
        said: set[str] = set()
        parts = []
        for status in ("blocked", "needs review", "warn", "unknown", "overridden"):
            left = [code for code in codes[status] if code not in said]
            said.update(left)
            if left:
                parts.append((status, f"{status}: {', '.join(left)}"))
        status = next((name for name, _ in parts if name != "overridden"), "clear")
        texts = [text for _, text in parts]
        if status == "clear":
            texts.insert(0, "clear")
        return status, "; ".join(texts), ", ".join(codes["blocked"])


def _coded(codes: NDArray[Any], names: list[str]) -> Any:
    return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="str"))


def judge_policy(
    titles: pd.DataFrame,
    policy: Policy,
    market: str,
    media: Sequence[str],
    on: date,
    overrides: Sequence[Override] = (),
) -> pd.DataFrame:
    """Judge titles by the rules of a market.

    Parameters
    ----------
    titles : DataFrame
        The titles table; columns that are missing are unknown.
    policy : Policy
        As `load_policy` returns it.
    market : str
        ISO 3166-1 alpha-2 code.
    media : sequence of str
        Where the titles will be shown; empty: not known, and no rule about single media is then a hit.
    on : date
        The day on which the rules are read.
    overrides : sequence of Override
        What people have overruled: those outcomes are clear, and say by whom.

    Returns
    -------
    DataFrame
        One row a title and rule that applies to it, as `Judgement.findings` describes it.

    Examples
    --------
    >>> from recommender.offers.policy import load_policy
    >>> titles = pd.DataFrame({"title_id": ["a", "b"], "kind": "film", "title": "x", "age_rating": ["18+", None]})
    >>> found = judge_policy(titles, load_policy("china-cinema"), "CN", ["cinema"], date(2026, 3, 1))
    >>> found.loc[found["rule"] == "cn-cinema-all-ages", "outcome"].tolist()
    ['hit', 'unknown']
    """
    return judgement(titles, policy, market, media, on, overrides).findings()


def judgement(
    titles: pd.DataFrame,
    policy: Policy,
    market: str,
    media: Sequence[str],
    on: date,
    overrides: Sequence[Override] = (),
) -> Judgement:
    """Judge titles as `judge_policy` does, and return the outcomes as a matrix."""
    fields = Fields(titles, policy.types())
    ids = titles["title_id"].to_numpy(dtype=object)
    rules: list[Rule] = []
    columns: list[Truth] = []
    whys: list[NDArray[np.int16]] = []
    texts: dict[str, int] = {}
    for rule, outcome, doubts in _outcomes(titles, fields, policy, market, media, on):
        rules.append(rule)
        columns.append(outcome)
        said, places = doubts.texts(outcome == UNKNOWN)
        codes = np.array([texts.setdefault(text, len(texts)) for text in said] + [-1], dtype=np.int16)
        whys.append(codes[places])
    shape = (len(titles), len(rules))
    outcomes = np.column_stack(columns) if columns else np.zeros(shape, dtype=np.int8)
    overruled = np.full(shape, -1, dtype=np.int16)
    for number, override in enumerate(overrides):
        rows = np.ones(len(ids), dtype=bool) if override.title_id == ALL_TITLES else ids == override.title_id
        for place, rule in enumerate(rules):
            if rule.id == override.rule:
                met = rows & np.isin(outcomes[:, place], (HIT, UNKNOWN))
                outcomes[met, place], overruled[met, place] = CLEAR, number
    return Judgement(
        title_ids=ids,
        kinds=titles["kind"].to_numpy(dtype=object),
        rules=tuple(rules),
        outcomes=outcomes,
        whys=np.where(outcomes == UNKNOWN, np.column_stack(whys), -1) if whys else np.zeros(shape, dtype=np.int16),
        why_texts=tuple(texts),
        overruled=overruled,
        overrides=tuple(overrides),
    )


def _outcomes(
    titles: pd.DataFrame, fields: Fields, policy: Policy, market: str, media: Sequence[str], on: date
) -> Iterator[tuple[Rule, Truth, Doubts]]:
    kinds = titles["kind"].to_numpy(dtype=object)
    for pack, rule in policy.rules():
        shown = media_truth(rule, media)
        if not rule.judges_titles or market not in pack.markets(rule) or shown == CLEAR or rule.state(on) != "in force":
            continue
        doubts = Doubts()
        outcome = evaluate(rule.condition, fields, pack.expanded, doubts)
        if shown == UNKNOWN:
            outcome = every([outcome, constant(UNKNOWN, fields.size)])
            doubts.add(_MEDIA_UNKNOWN, outcome == UNKNOWN)
        yield rule, np.where(concerned(rule, kinds), outcome, NOT_ASKED).astype(np.int8), doubts


def concerned(rule: Rule, kinds: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which titles are of a kind that the rule is about."""
    if not rule.applies_to.kind:
        return np.ones(len(kinds), dtype=bool)
    return np.isin(kinds.astype(str), list(rule.applies_to.kind))


def media_truth(rule: Rule, media: Sequence[str]) -> int:
    """Return whether the rule is about one of the media: hit, clear, or unknown where the media are not known."""
    if not rule.applies_to.media:
        return HIT
    groups = [media_group(word) for word in media]
    if set(groups) & {*rule.applies_to.media, EVERY_MEDIUM}:
        return HIT
    return UNKNOWN if not groups or None in groups else CLEAR


def status_counts(summary: pd.DataFrame) -> Mapping[str, int]:
    """Return how many titles have each status, the gravest first."""
    found = summary["status"].value_counts()
    return {status: int(found[status]) for status in STATUSES if status in found.index}
