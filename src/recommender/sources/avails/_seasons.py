"""The right to a season where the sheet lists its episodes only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from recommender.schema import RIGHTS_STATUSES
from recommender.sources.avails._notes import Note
from recommender.sources.avails._windows import shared_days

__all__ = ["with_seasons"]

_SCOPE = ("title_id", "market", "media", "language", "format_profile")
_BAR = ("title_id", "market", "media", "language", "status", "licensee", "exclusive")

Row = dict[str, Any]
Days = tuple[str, str]


def with_seasons(rows: Sequence[Row], counts: Mapping[str, int], notes: list[Note]) -> list[Row]:
    """Return rights without those of single episodes, which would say too much of their season.

    Where all episodes of a season are to be had in a market, medium, language and format, and the sheet has no avail of
    the season itself there, the season is to be had while all of them are. What bars an episode, or says who has it,
    is said of the season for as long.

    Parameters
    ----------
    rows : list of dict
        Rights as `rights_rows` returns them.
    counts : mapping of str to int
        How many episodes each season has, where that is known; else those that the workbook names.
    notes : list of Note
        Where seasons are added of which episodes are missing.
    """
    whole = [row for row in rows if row["level"] != "episode"]
    single = [row for row in rows if row["level"] == "episode"]
    granting = [row for row in single if RIGHTS_STATUSES[row["status"]].effect == "grants"]
    others = [row for row in single if RIGHTS_STATUSES[row["status"]].effect != "grants"]
    return [*whole, *_granted(granting, whole, _needed(single, counts), notes), *_barred(others, whole)]


def _needed(single: Iterable[Row], counts: Mapping[str, int]) -> dict[str, int]:
    named: dict[str, set[str | None]] = {}
    for row in single:
        named.setdefault(row["title_id"], set()).add(row["episode"])
    return {title_id: counts.get(title_id) or len(episodes) for title_id, episodes in named.items()}


def _granted(
    granting: Iterable[Row], whole: Iterable[Row], needed: Mapping[str, int], notes: list[Note]
) -> Iterator[Row]:
    """Yield the right to each season of which all episodes are to be had; note why there is none of another."""
    have = {(row["title_id"], row["market"], row["media"]) for row in whole}
    missing = [row for row in granting if (row["title_id"], row["market"], row["media"]) not in have]
    for group in _grouped(missing, _SCOPE):
        first = group[0]
        episodes = _grouped(group, ("episode",))
        need = needed[first["title_id"]]
        common = reduce(shared_days, map(_united, episodes), [(_FIRST, _LAST)])
        if len(episodes) >= need and common:
            exclusive = {row["exclusive"] for row in group}
            agreed = exclusive.pop() if len(exclusive) == 1 else None
            yield from (_lifted(first, days, exclusive=agreed) for days in common)
            continue
        problem = "its episodes are never to be had together: no right of the season is made"
        if len(episodes) < need:
            problem = f"{len(episodes)} of {need} episodes are to be had: no right of the season is made"
        value = f"{first['market']} {first['license_type']} {first['format_profile'] or ''}".strip()
        remedy = "add the missing episodes, or a row of the season"
        notes.append(Note("warning", first["source_sheet"], first["source_row"], None, None, value, problem, remedy))


def _barred(others: Iterable[Row], whole: Iterable[Row]) -> Iterator[Row]:
    """Yield what episodes that are not to be had say of their season; a season that says so itself needs no more."""
    said = {tuple(group[0][name] for name in _BAR): _united(group) for group in _grouped(whole, _BAR)}
    for group in _grouped(others, _BAR):
        first = group[0]
        own = said.get(tuple(first[name] for name in _BAR), [])
        for low, high in _united(group):
            if not any(start <= low and high <= end for start, end in own):
                yield _lifted(first, (low, high), exclusive=first["exclusive"])


def _grouped(rows: Iterable[Row], names: tuple[str, ...]) -> list[list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return list(groups.values())


# ISO days sort as text: an open start is before, an open end behind all of them.
_FIRST, _LAST = "", "~"


def _united(rows: Iterable[Row]) -> list[Days]:
    """Return the days of any of the rows, as windows that do not overlap."""
    united: list[Days] = []
    for low, high in sorted((row["start"] or _FIRST, row["end"] or _LAST) for row in rows):
        if united and low <= united[-1][1]:
            united[-1] = (united[-1][0], max(high, united[-1][1]))
        else:
            united.append((low, high))
    return united


def _lifted(episode: Row, days: Days, *, exclusive: bool | None) -> Row:
    start, end = (None if day in {_FIRST, _LAST} else day for day in days)
    season = {"start": start, "end": end, "exclusive": exclusive, "alid": None, "avail_id": None, "level": "season"}
    return {**episode, **season}
