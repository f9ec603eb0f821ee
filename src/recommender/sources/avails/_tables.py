"""Changes made to the tables, as edits of the sheets they came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time
from typing import Any

import pandas as pd

from recommender.errors import DataError
from recommender.schema import license_types
from recommender.sources.avails._edit import Edit
from recommender.sources.avails._sheet import AvailsSheet

__all__ = ["rights_edits", "title_edits"]

_STATUSES = {
    "available": None,
    "negotiating": "Pending",
    "licensed": "Approved",
    "withdrawn": "Revoked",
    "expired": "Expired",
}


def _open(value: Any) -> Any:
    return "Open" if value is None else value


def _licence(value: Any) -> Any:
    written = license_types(str(value))
    if len(written) != 1:
        raise DataError(f"Avails have no LicenseType for the medium {value}", hint="use est, poest, tvod, svod or avod")
    return written[0]


def _status(value: Any) -> Any:
    if value is not None and value not in _STATUSES:
        raise DataError(f"Avails have no TitleStatus for {value}", hint=f"use one of {', '.join(_STATUSES)}")
    return None if value is None else _STATUSES[value]


def _same(value: Any) -> Any:
    return value


_OF_RIGHTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "market": ("Territory", _same),
    "media": ("LicenseType", _licence),
    "language": ("AllowedLanguages", _same),
    "start": ("Start", _open),
    "end": ("End", _open),
    "exclusive": ("Exclusive", _same),
    "licensee": ("Licensee", _same),
    "status": ("TitleStatus", _status),
}
_OF_TITLES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "year": ("ReleaseYear", _same),
    "release_date": ("ReleaseHistoryOriginal", _same),
    "runtime_min": ("TotalRunTime", lambda value: None if value is None else time(value // 60 % 24, value % 60)),
    "age_rating": ("RatingValue", _same),
    "directors": ("Director", lambda value: "; ".join(value) or None),
    "studio": ("CompanyDisplayCredit", _same),
    "episodes": ("EpisodeCount", _same),
}


def rights_edits(before: pd.DataFrame, after: pd.DataFrame, sheets: Sequence[AvailsSheet]) -> list[Edit]:
    """Return the edits that turn one rights table into the other.

    Raises
    ------
    DataError
        Rows that come from one row of the sheet were changed in different ways.
    """
    known = {sheet.name for sheet in sheets}
    old: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in _records(before):
        old.setdefault((row["source_sheet"], int(row["source_row"])), []).append(row)
    new: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in _records(after):
        if row.get("source_sheet") in known and not pd.isna(row.get("source_row")):
            new.setdefault((row["source_sheet"], int(row["source_row"])), []).append(row)
    edits: list[Edit] = []
    for (sheet, number), rows in new.items():
        for name, (field, written) in _OF_RIGHTS.items():
            was = {_plain(row[name]) for row in old.get((sheet, number), [])}
            now = {_plain(row[name]) for row in rows}
            if not was or now <= was:
                continue
            if len(now) > 1 or len(was) > 1:
                raise DataError(
                    f"sheet {sheet}, row {number}: the rights made of this one row were given different {name}",
                    hint="change all of them alike, or change the sheet itself",
                )
            edits.append(Edit(sheet, number, field, written(now.pop())))
    return edits


def title_edits(
    before: pd.DataFrame, after: pd.DataFrame, rows: pd.DataFrame, sheets: Sequence[AvailsSheet]
) -> list[Edit]:
    """Return the edits that turn one titles table into the other, in every row of each title."""
    kinds = {sheet.name: sheet.kind for sheet in sheets}
    old = before.set_index("title_id")
    edits: list[Edit] = []
    for title in _records(after):
        title_id = title["title_id"]
        if title_id not in old.index:
            continue
        own = rows[rows["title_id"] == title_id]
        changed = {
            name: written(_plain(title[name]))
            for name, (_, written) in _OF_TITLES.items()
            if name in title and _plain(title[name]) != _plain(old.at[title_id, name])
        }
        renamed = _plain(title["title"]) != _plain(old.at[title_id, "title"])
        for sheet, number, work in zip(own["sheet"], own["row"], own["WorkType"], strict=True):
            episode = kinds[sheet] == "tv" and str(work).casefold() == "episode"
            for name, value in changed.items():
                # An episode has a year, a running time and a day of its own.
                if not (episode and name in {"year", "release_date", "runtime_min", "age_rating"}):
                    edits.append(Edit(sheet, int(number), _OF_TITLES[name][0], value))
            if renamed:
                edits.append(Edit(sheet, int(number), _title_field(kinds[sheet], str(work)), title["title"]))
    return edits


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _title_field(kind: str, work: str) -> str:
    if kind != "tv":
        return "TitleDisplayUnlimited"
    part = {"series": "Series", "miniseries": "Series", "volume": "Volume"}.get(work.casefold(), "Season")
    return f"{part}TitleDisplayUnlimited"


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if value is None or pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
