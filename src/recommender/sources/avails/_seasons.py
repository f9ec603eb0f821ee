"""The right to a season where the sheet lists its episodes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from recommender.sources.avails._notes import Note

__all__ = ["with_seasons"]


def with_seasons(rows: Sequence[dict[str, Any]], counts: Mapping[str, int], notes: list[Note]) -> list[dict[str, Any]]:
    """Return rights without those of single episodes, which would say too much of their season.

    Where all episodes of a season are to be had in a market, medium, language and format, and the sheet has no avail of
    the season itself there, the season is to be had while all of them are.

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
    have = {(row["title_id"], row["market"], row["media"]) for row in whole}
    named: dict[str, set[str | None]] = {}
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if row["level"] == "episode":
            named.setdefault(row["title_id"], set()).add(row["episode"])
            if (row["title_id"], row["market"], row["media"]) not in have:
                key = ("title_id", "market", "media", "language", "format_profile")
                groups.setdefault(tuple(row[name] for name in key), []).append(row)
    for episodes in groups.values():
        first = episodes[0]
        found = {row["episode"] for row in episodes}
        need = counts.get(first["title_id"]) or len(named[first["title_id"]])
        start = max((row["start"] for row in episodes if row["start"]), default=None)
        end = min((row["end"] for row in episodes if row["end"]), default=None)
        if len(found) < need:
            problem = f"{len(found)} of {need} episodes are to be had: no right of the season is made"
        elif start and end and start > end:
            problem = "its episodes are never to be had together: no right of the season is made"
        else:
            exclusive = {row["exclusive"] for row in episodes}
            agreed = exclusive.pop() if len(exclusive) == 1 else None
            lifted = {"start": start, "end": end, "exclusive": agreed, "alid": None, "avail_id": None}
            whole.append({**first, **lifted, "level": "season"})
            continue
        value = f"{first['market']} {first['license_type']} {first['format_profile'] or ''}".strip()
        remedy = "add the missing episodes, or a row of the season"
        notes.append(Note("warning", first["source_sheet"], first["source_row"], None, None, value, problem, remedy))
    return whole
