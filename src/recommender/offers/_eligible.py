"""Which titles may be offered, and why the others may not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from recommender.errors import DataError, counted
from recommender.offers._brief import Brief, YearBounds
from recommender.offers._words import folded, is_missing
from recommender.schema import at_home

UNKNOWN = "unknown"

REASONS: dict[str, str] = {
    "not-foreign": "made in the market itself, so not foreign to it",
    "other-kind": "of a kind that the brief does not ask for",
    "excluded-title": "excluded by title",
    "excluded-director": "by an excluded director",
    "excluded-genre": "of an excluded genre",
    "excluded-country": "from an excluded country",
    "excluded-year": "outside the years asked for",
    "no-score": "without a score for this market",
    "rights-none": "without the rights asked for",
    "rights-partly": "free for too small a part of media and window",
    "rights-unknown": "of unknown rights",
    "policy-blocked": "blocked by a rule of the market",
    "materials-lacking": "without materials that the brief requires",
    "materials-unknown": "of unknown readiness in materials that the brief requires",
    "duplicate": "the same title a second time",
}
"""Reason codes, in the order in which they are looked for, and what each says of a title."""


def decade_of(year: object) -> str:
    """Return the decade of a year as the brief writes it.

    Examples
    --------
    >>> decade_of(1968), decade_of(None)
    ('1960s', 'unknown')
    """
    if is_missing(year):
        return UNKNOWN
    return f"{int(year) // 10}0s"  # type: ignore[call-overload]


def judge(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief, checks: Sequence[pd.DataFrame] = ()
) -> pd.DataFrame:
    """Join the titles with their scores in the brief's market and say of each whether it may be offered.

    Parameters
    ----------
    titles : DataFrame
        The titles table, one row a title.
    scores : DataFrame
        The scores table; other markets' rows are left aside.
    brief : Brief
        What is asked for.
    checks : sequence of DataFrame
        What else was looked at: one row a title with `title_id`, `reason` (a code of `REASONS`, empty where
        nothing speaks against the title) and columns to carry along, such as `rights`.

    Returns
    -------
    DataFrame
        The scores' columns, the titles' columns, then `decade` (str), `reason` (a code of `REASONS`, empty
        where the title may be offered), `same_as` (the `title_id` that a duplicate repeats, else empty) and the
        columns of the checks.
        Best first: by appeal, score and `title_id`, titles without a score last, so that the order of the
        input does not matter.

    Raises
    ------
    DataError
        There are no scores for the market, or a title is scored twice in it.
    """
    ours = scores_for(scores, brief.market)
    for frame, name in ((ours, "scores"), (titles, "titles")):
        twice = frame.loc[frame["title_id"].duplicated(), "title_id"]
        if len(twice):
            raise DataError(
                f"{counted(len(twice), 'title stands', 'titles stand')} twice in the {name}, first {twice.iloc[0]!r}",
                hint="Keep one row a title and market; `recommender check` lists them.",
            )
    facts = titles[["title_id", *(column for column in titles.columns if column not in ours.columns)]]
    judged = facts.merge(ours, on="title_id", how="left", sort=False)
    judged = judged[[*ours.columns, *facts.columns.drop("title_id")]]
    judged["market"] = brief.market
    judged["decade"] = pd.Series([decade_of(year) for year in judged["year"]], index=judged.index, dtype="str")
    judged = judged.sort_values(
        ["appeal", "score", "title_id"], ascending=[False, False, True], na_position="last", ignore_index=True
    )
    judged["reason"] = pd.Series([_reason(row, brief) for row in _rows(judged)], index=judged.index, dtype="str")
    judged["same_as"] = pd.Series("", index=judged.index, dtype="str")
    for check in checks:
        looked = check.set_index("title_id").loc[judged["title_id"]].reset_index(drop=True)
        judged["reason"] = judged["reason"].where(judged["reason"] != "", looked["reason"])
        for column in looked.columns.drop("reason"):
            judged[column] = looked[column]
    for double, kept in _duplicates(judged.loc[judged["reason"] == ""], brief.lock.title_ids):
        judged.at[double, "reason"] = "duplicate"
        judged.at[double, "same_as"] = str(judged.at[kept, "title_id"])
    return judged


def scores_for(scores: pd.DataFrame, market: str) -> pd.DataFrame:
    """Return the scores of one market.

    Raises
    ------
    DataError
        There are none; the markets that there are, are named.
    """
    ours = scores.loc[scores["market"] == market]
    if ours.empty:
        found = ", ".join(markets_of(scores)) or "none"
        raise DataError(
            f"the scores have no rows for the market {market} (markets found: {found})",
            hint=f"Score the titles for it: `recommender score --markets {market}`.",
        )
    return ours


def markets_of(scores: pd.DataFrame) -> list[str]:
    """Return the markets of a table of scores, in order."""
    return sorted(set(scores["market"].dropna().astype(str)))


def counts(judged: pd.DataFrame) -> dict[str, int]:
    """Count the titles: all, eligible, and by reason code those that are not."""
    found = judged["reason"].value_counts()
    return {
        "titles": len(judged),
        "eligible": int(found.get("", 0)),
        **{code: int(found[code]) for code in REASONS if code in found.index},
    }


def _rows(judged: pd.DataFrame) -> Iterator[Any]:
    columns = ["title_id", "kind", "countries", "directors", "genres", "year", "appeal", "score"]
    return judged[columns].itertuples(index=False)


def _reason(row: Any, brief: Brief) -> str:
    without = brief.exclude
    found = {
        "not-foreign": brief.market in at_home(row.countries),
        "other-kind": row.kind not in brief.kinds,
        "excluded-title": row.title_id in without.title_ids,
        "excluded-director": _meet(row.directors, without.directors),
        "excluded-genre": _meet(row.genres, without.genres),
        "excluded-country": _meet(row.countries, without.countries),
        "excluded-year": _outside(row.year, without.years),
        "no-score": is_missing(row.appeal) or is_missing(row.score),
    }
    return next((code for code, holds in found.items() if holds), "")


def _outside(year: object, bounds: YearBounds) -> bool:
    if is_missing(year):
        return False
    made = int(year)  # type: ignore[call-overload]
    return (bounds.before is not None and made < bounds.before) or (bounds.after is not None and made > bounds.after)


def _meet(names: Iterable[str], others: Collection[str]) -> bool:
    return bool(others) and not {folded(name) for name in names}.isdisjoint(folded(name) for name in others)


def _duplicates(eligible: pd.DataFrame, locks: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield the rows that repeat a better one: the same title, letter by letter, and a director in common.

    Registers list a film once for every certificate, so the same film comes twice under two ids. Of two
    such rows a locked one stays, else the better one; a title without a director is never taken for a double.
    """
    key = eligible["title"].str.casefold().str.replace(r"[\W_]+", "", regex=True)
    twice = eligible.loc[key.duplicated(keep=False) & (key != "")]
    for _, rows in twice.groupby(key[twice.index], sort=True):
        locked_first = rows.iloc[np.argsort(~rows["title_id"].isin(list(locks)), kind="stable")]
        kept: list[tuple[int, set[str]]] = []
        for index, title_id, directors in zip(
            locked_first.index, locked_first["title_id"], locked_first["directors"], strict=True
        ):
            names = {folded(name) for name in directors}
            same = next((other for other, theirs in kept if names & theirs), None)
            if same is None or title_id in locks:
                kept.append((index, names))
            else:
                yield index, same
