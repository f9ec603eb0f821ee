"""What of an offer's titles is free, as far as the offer's folder tells it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Any

from recommender.errors import TableError
from recommender.schema import RIGHTS, media_mask, media_names
from recommender.sources._check import check_table
from recommender.sources.avails._windows import shared_days

__all__ = ["Days", "Free", "mask_of", "read_free", "rights_notes"]

Days = tuple[date, date]
"""First and last day; `date.min` and `date.max` are open."""

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Free:
    """What is free of the titles of an offer whose rights were checked.

    Attributes
    ----------
    media : tuple of str
        What the check was asked for.
    checked : Days
        The days it was asked for.
    rows : mapping
        By title the media that are free, as bits, each with its days.
    """

    media: tuple[str, ...]
    checked: Days
    rows: Mapping[str, Sequence[tuple[int, Days]]]

    def days(self, title_id: str, mask: int, asked: Days) -> list[Days]:
        """Return the stretches of days within those asked for on which all media of a set of bits are free."""
        free = [asked]
        while mask and free:
            bit = mask & -mask
            free = shared_days(free, [days for media, days in self.rows.get(title_id, ()) if media & bit])
            mask ^= bit
        return free


def mask_of(media: Iterable[str]) -> int:
    """Return media with all below them as bits."""
    return reduce(lambda bits, name: bits | media_mask(name), media, 0)


def read_free(folder: Path, manifest: Mapping[str, Any]) -> Free | None:
    """Return what is free of an offer's titles; None where its rights were not checked, or the folder does not tell."""
    request, path = manifest.get("rights"), folder / "rights.parquet"
    if not isinstance(request, dict) or not path.is_file():
        return None
    checked = check_table(path, RIGHTS)
    if checked.n_rows and checked.errors:
        raise TableError(checked.faults)
    rows: dict[str, list[tuple[int, Days]]] = {}
    table = checked.frame[["title_id", "media", "start", "end"]].astype("object")
    for title_id, medium, start, end in table.where(table.notna(), None).itertuples(index=False):
        rows.setdefault(title_id, []).append((media_mask(medium), _days(start, end)))
    return Free(tuple(request["media"]), _days(request["start"], request["end"]), rows)


def rights_notes(
    manifest: Mapping[str, Any],
    free: Free | None,
    asked: Days,
    mask: int,
    cut: Collection[str],
    left_out: Collection[str],
) -> list[str]:
    """Return what the rights change in an export, and what is not known of them."""
    if free is None:
        if not isinstance(manifest.get("rights"), dict):
            return []
        return [
            "the folder is of an earlier version and does not tell which media and days are free: all that is asked for "
            "is written, whatever the offer's column rights says; make the offer again"
        ]
    notes = []
    if unknown := mask & ~mask_of(free.media):
        notes.append(f"rights were not checked for {', '.join(media_names(unknown))}: no avail of it is written")
    if shared_days([asked], [free.checked]) != [asked]:
        first, last = ("open" if day in {date.min, date.max} else day.isoformat() for day in free.checked)
        notes.append(f"rights were checked from {first} to {last} only: no day outside is written")
    if cut:
        notes.append(f"only the media and days that are free are written of {_some(cut)}")
    if left_out:
        notes.append(f"nothing of what is asked for is free, so nothing is written, of {_some(left_out)}")
    return notes


def _days(start: str | None, end: str | None) -> Days:
    return date.min if start is None else date.fromisoformat(start), date.max if end is None else date.fromisoformat(
        end
    )


def _some(titles: Collection[str]) -> str:
    more = ", ..." if len(titles) > _NAMED else ""
    noun = "title" if len(titles) == 1 else "titles"
    return f"{len(titles):,} {noun} ({', '.join(list(titles)[:_NAMED])}{more})"
