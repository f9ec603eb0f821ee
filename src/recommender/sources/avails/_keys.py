"""Which title an avail is of.

Movies and collections: the ALID, which every version requires and partners' systems go by. Television: one title a
season, because seasons are what is licensed; an episode's row belongs to its season, a row for a whole series is a
title of its own, and so is one for a volume.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from recommender.sources.avails._reader import SheetReader

__all__ = ["Level", "keys_and_levels", "levels_of"]

Level = Literal["title", "series", "season", "volume", "episode", "bonus", "bundle"]

_LEVELS: dict[str, Level] = {
    "season": "season",
    "episode": "episode",
    "series": "series",
    "miniseries": "series",
    "volume": "volume",
    "supplement": "bonus",
    "bonus": "bonus",
    "promotion": "bonus",
    "trailer": "bonus",
    "collection": "bundle",
    "bundle": "bundle",
}


def levels_of(cells: SheetReader) -> list[Level]:
    """Return what each row is about."""
    words = [re.sub(r"[^a-z]", "", (text or "").casefold()) for text in cells.texts("WorkType")]
    if cells.sheet.kind != "tv":
        return [_LEVELS.get(word, "title") for word in words]
    episodes, seasons = cells.texts("EpisodeNumber"), cells.texts("SeasonNumber")
    return [
        _LEVELS.get(word) or ("episode" if episode else "season" if season else "series")
        for word, episode, season in zip(words, episodes, seasons, strict=True)
    ]


def keys_and_levels(cells: SheetReader) -> tuple[list[str | None], list[Level]]:
    """Return for each row the title's id, None where nothing names one, and what the row is about."""
    levels = levels_of(cells)
    movies = _first(cells, ("ALID", "ContentID", "TitleID", "EditID", "AltID", "AvailID"))
    titles = _first(cells, ("TitleInternalAlias", "TitleDisplayUnlimited"))
    years = cells.texts("ReleaseYear")
    named = [_joined(title, year) for title, year in zip(titles, years, strict=True)]
    plain = [key or name for key, name in zip(movies, named, strict=True)]
    if cells.sheet.kind != "tv":
        return plain, levels
    series = _first(
        cells, ("SeriesContentID", "SeriesAltID", "SeriesTitleInternalAlias", "SeriesTitleDisplayUnlimited", "SeriesID")
    )
    seasons = _seasons(cells, series)
    volumes = _first(cells, ("VolumeContentID", "VolumeAltID", "VolumeID"))
    numbers = cells.texts("VolumeNumber")
    keys: list[str | None] = []
    for place, level in enumerate(levels):
        match level:
            case "season" | "episode":
                keys.append(seasons[place])
            case "series":
                keys.append(series[place] or plain[place])
            case "volume":
                keys.append(volumes[place] or _joined(seasons[place], numbers[place], "volume "))
            case _:
                keys.append(plain[place])
    return keys, levels


def _first(cells: SheetReader, fields: Iterable[str]) -> list[str | None]:
    found: list[str | None] = [None] * len(cells)
    for field in fields:
        if cells.has(field):
            found = [have or text for have, text in zip(found, cells.texts(field), strict=True)]
    return found


def _seasons(cells: SheetReader, series: list[str | None]) -> list[str | None]:
    """Return each row's season, also where only another row of that season names its id."""
    own = _first(cells, ("SeasonContentID", "SeasonAltID"))
    numbers = cells.texts("SeasonNumber")
    places = list(zip(series, numbers, strict=True))
    known: dict[tuple[str | None, str | None], str] = {}
    for place, key in zip(places, own, strict=True):
        if key is not None and place[1] is not None:
            known.setdefault(place, key)
    ids = _first(cells, ("SeasonID",))
    return [
        key or known.get(place) or (_joined(place[0], place[1], "season ") if place[1] else given or place[0])
        for key, place, given in zip(own, places, ids, strict=True)
    ]


def _joined(name: str | None, number: str | None, word: str = "") -> str | None:
    if name is None:
        return None
    return f"{name} ({word}{number})" if number else name
