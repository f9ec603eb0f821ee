"""Rights tables from a few words a row, and the answer that a day-by-day reading of them gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from recommender.offers.rights import RightsRequest
from recommender.schema import MEDIA, RIGHTS

COLUMNS = {"exclusive": "boolean"}
ATOMS = [name for name, medium in MEDIA.items() if not medium.group]


def rights_frame(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return a rights table as `read_rights` does, of rows that name only what they say."""
    return pd.DataFrame(
        {
            name: pd.array([row.get(name) for row in rows], dtype=COLUMNS.get(name, "str"))  # type: ignore[call-overload]
            for name in RIGHTS.names
        }
    )


def asked(**changes: Any) -> RightsRequest:
    """Return a request for two years of svod in China, with changes."""
    usual = {"market": "CN", "media": ("svod",), "start": "2027-01-01", "end": "2028-12-31"}
    return RightsRequest(**(usual | changes))


def below(name: str) -> list[str]:
    """Return what a medium stands for: itself and all below it that is no group."""
    found = [] if MEDIA[name].group else [name]
    for child, medium in MEDIA.items():
        if medium.parent == name:
            found += below(child)
    return found


def weight(name: str, atom: str) -> float:
    """Return the part of a medium that one below it makes up."""
    children = [child for child, medium in MEDIA.items() if medium.parent == name]
    parts = len(children) + (not MEDIA[name].group)
    if atom == name:
        return 1 / parts
    return next((weight(child, atom) / parts for child in children if atom in below(child)), 0.0)


def day_by_day(rows: Sequence[Mapping[str, Any]], title: str, request: RightsRequest) -> dict[str, Any]:
    """Answer for one title by looking at each day and medium in turn; the window is closed."""
    assert request.start is not None
    assert request.end is not None
    ours = [row for row in rows if row["title_id"] == title and row["market"] in {request.market, "WW"}]
    window = [request.start + timedelta(days=day) for day in range((request.end - request.start).days + 1)]
    free_days: set[date] = set()
    by_medium = {}
    for medium in request.media:
        share, full, some, begins, unsure = 0.0, True, False, False, False
        for atom in below(medium):
            state = {day: _state(ours, atom, day, request) for day in [window[0] - timedelta(days=1), *window]}
            free = [day for day in window if state[day] == "free"]
            share += weight(medium, atom) * len(free) / len(window)
            full &= len(free) == len(window)
            some |= bool(free)
            begins |= any(state[day] == "free" != state[day - timedelta(days=1)] for day in window)
            unsure |= any(state[day] == "unsure" for day in window)
            free_days.update(free)
        known = any(row["status"] != "expired" for row in ours)
        nothing = "unknown" if not some and (unsure or not known) else "not available"
        if request.match == "cover":
            status = "available" if full else "partly" if some else nothing
        else:
            status = "available" if (some if request.match == "overlap" else begins) else nothing
        by_medium[medium] = (status, share)
    statuses = [status for status, _ in by_medium.values()]
    if all(status == "available" for status in statuses):
        title_status = "available"
    elif any(status in {"available", "partly"} for status in statuses):
        title_status = "partly"
    else:
        title_status = "unknown" if "unknown" in statuses else "not available"
    return {
        "status": title_status,
        "share": sum(share for _, share in by_medium.values()) / len(by_medium),
        "free_from": min(free_days).isoformat() if free_days else None,
        "free_until": max(free_days).isoformat() if free_days else None,
        "by_medium": by_medium,
    }


def _state(rows: Sequence[Mapping[str, Any]], atom: str, day: date, request: RightsRequest) -> str:
    granted = unsure = False
    for row in rows:
        if atom not in below(row["media"] or "all") or not _speaks(row["language"], request.language):
            continue
        if row["holdback_until"] and day.isoformat() < row["holdback_until"]:
            return "barred"
        if (row["start"] and day.isoformat() < row["start"]) or (row["end"] and day.isoformat() > row["end"]):
            continue
        if row["status"] in {"reserved", "withdrawn", "excluded"}:
            return "barred"
        if row["status"] in {"licensed", "negotiating"} and (request.exclusive or row["exclusive"] is not False):
            return "barred"
        if row["status"] in {"available", "owned"}:
            granted |= not request.exclusive or row["exclusive"] is True
            unsure |= request.exclusive and row["exclusive"] is None
    return "free" if granted else "unsure" if unsure else "nothing"


def _speaks(language: str | None, wanted: str | None) -> bool:
    if language is None or wanted is None or language == wanted:
        return True
    return language.startswith(f"{wanted}-") or wanted.startswith(f"{language}-")
