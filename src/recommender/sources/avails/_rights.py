"""From the rows of avails to rows of the rights table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import pandas as pd

from recommender.schema import RIGHTS, WORLDWIDE, medium_of_license_type
from recommender.sources import _cells
from recommender.sources._cells import Misread
from recommender.sources._columns import empty_column
from recommender.sources.avails import _readers
from recommender.sources.avails._keys import Level
from recommender.sources.avails._reader import SheetReader
from recommender.sources.avails._windows import Window

__all__ = ["EXTRA", "rights_rows", "rights_table"]

EXTRA: dict[str, str] = {
    "alid": "ALID",
    "avail_id": "AvailID",
    "license_type": "LicenseType",
    "format_profile": "FormatProfile",
    "asset_language": "AssetLanguage",
    "holdback_language": "HoldbackLanguage",
    "price_type": "PriceType",
    "price_value": "PriceValue",
    "price_currency": "PriceCurrency",
    "title_status": "TitleStatus",
    "contract_id": "ContractID",
}
"""Columns beyond those of the rights table, each with the field it comes from, as text."""

_NO_RIGHT = "; no right is made of the row"
_PAST = {"revoked": "withdrawn", "expired": "expired"}
_WITH_LICENSEE = {"pending": "negotiating", "approved": "licensed"}


def rights_rows(
    cells: SheetReader, keys: Sequence[str | None], levels: Sequence[Level], windows: Sequence[Window | None]
) -> list[dict[str, Any]]:
    """Return the rights of a sheet's rows; each of one title, market, medium and language."""
    markets = _markets(cells)
    licences = _licences(cells)
    spoken = _languages(cells)
    exclusive = cells.read("Exclusive", _cells.boolean)
    texts = {name: cells.texts(field) for name, field in EXTRA.items()}
    episodes = _episodes(cells)
    licensees, statuses, withdrawn = cells.texts("Licensee"), cells.texts("TitleStatus"), cells.withdrawn()
    doubtful = cells.sheet.doubtful
    rows: list[dict[str, Any]] = []
    for place, key in enumerate(keys):
        if key is None:
            cells.note(place, None, f"nothing names the title{_NO_RIGHT}", "fill in ALID", severity="error")
        if withdrawn[place]:
            problem = "the row withdraws avails; no right is made of it"
            remedy = "take earlier avails of this title and territory out of your tables"
            cells.note(place, "EntryType", problem, remedy)
            continue
        window = windows[place]
        if key is None or window is None or cells.sheet.rows[place] in doubtful:
            continue
        status = _status(statuses[place], licensees[place], exclusive[place])
        scopes = [*((code, status) for code in markets[place][0]), *((code, "excluded") for code in markets[place][1])]
        for (market, says), (word, medium), language in product(scopes, licences[place], spoken[place]):
            rows.append(
                {
                    "title_id": key,
                    "market": market,
                    "media": medium,
                    "language": language,
                    "start": window.start,
                    "end": window.end,
                    "exclusive": exclusive[place],
                    "licensee": licensees[place],
                    "status": says,
                    **{name: column[place] for name, column in texts.items()},
                    "license_type": word,
                    "level": levels[place],
                    "episode": episodes[place],
                    "source_sheet": cells.sheet.name,
                    "source_row": cells.sheet.rows[place],
                }
            )
    return rows


def rights_table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return rights as the project's table, with the columns of `EXTRA` and where each came from behind."""
    frame = pd.DataFrame(list(rows))
    count = len(frame)
    columns: dict[str, Any] = {}
    for column in RIGHTS.columns:
        given = frame[column.name] if column.name in frame.columns else None
        if given is None:
            columns[column.name] = empty_column(column, count)
        else:
            columns[column.name] = given.astype("boolean" if column.type == "boolean" else "str")
    for name in (*EXTRA, "level", "source_sheet"):
        columns[name] = frame[name].astype("str") if name in frame.columns else pd.Series(dtype="str")
    columns["source_row"] = frame["source_row"].astype("Int64") if count else pd.Series(dtype="Int64")
    return pd.DataFrame(columns).reset_index(drop=True)


def _episodes(cells: SheetReader) -> list[str | None]:
    numbers, names, ids = (cells.texts(field) for field in ("EpisodeNumber", "EpisodeTitleInternalAlias", "ALID"))
    return [number or name or key for number, name, key in zip(numbers, names, ids, strict=True)]


def _status(title: str | None, licensee: str | None, exclusive: bool | None) -> str:
    """Return what an avail says in the words of the rights table.

    An avail is an offer of its licensor. What is meant for one licensee alone is kept for it; what a licensee has, or
    is about to, is a licence.
    """
    word = (title or "").casefold()
    if word in _PAST:
        return _PAST[word]
    if licensee is None:
        return "available"
    return _WITH_LICENSEE.get(word, "reserved" if exclusive else "available")


def _markets(cells: SheetReader) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the markets of each row, and those that are holes in a world."""
    found = cells.read("Territory", _readers.territories, severity="error", also=_NO_RIGHT)
    excluded = cells.read("TerritoryExclusion", _readers.territories)
    given, without = cells.cells("Territory"), cells.cells("TerritoryExclusion")
    withdrawn = cells.withdrawn()
    result: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for place, named in enumerate(found):
        if given[place] is None and cells.has("Territory") and not withdrawn[place]:
            cells.note(
                place, "Territory", f"without a territory{_NO_RIGHT[1:]}", "write its ISO code", severity="error"
            )
        codes, strange = named or ((), ())
        if strange:
            problem = f"no known territory: {', '.join(strange)}{'' if codes else _NO_RIGHT}"
            cells.note(place, "Territory", problem, "write an ISO 3166-1 code, such as US", severity="error")
        out, odd = excluded[place] or ((), ())
        if odd or (without[place] is not None and not out):
            problem = f"parts of the exclusion are no territories ({', '.join(odd)}): the right reaches too far there"
            cells.note(place, "TerritoryExclusion", problem, "write ISO 3166-1 codes", severity="error")
        holes = out if WORLDWIDE in codes else ()
        result.append((tuple(code for code in codes if code not in out), holes))
    return result


def _licences(cells: SheetReader) -> list[list[tuple[str, str]]]:
    found = cells.read("LicenseType", _media, severity="error", also=_NO_RIGHT)
    withdrawn = cells.withdrawn()
    for place, cell in enumerate(cells.cells("LicenseType")):
        if cell is None and cells.has("LicenseType") and not withdrawn[place]:
            remedy = "write one of EST, VOD, SVOD, AVOD, POEST"
            cells.note(place, "LicenseType", f"without a licence type{_NO_RIGHT[1:]}", remedy, severity="error")
    return [pairs or [] for pairs in found]


def _media(cell: Any) -> list[tuple[str, str]]:
    words = [word.strip() for word in (_cells.text(cell) or "").replace(";", ",").replace("|", ",").split(",")]
    pairs = [(word.upper(), medium) for word in words if (medium := medium_of_license_type(word)) is not None]
    if len(pairs) < len(words):
        raise Misread("no known licence type", "write one of EST, VOD, SVOD, AVOD or POEST")
    return pairs


def _languages(cells: SheetReader) -> list[tuple[str | None, ...]]:
    """Return the languages of each row; a None among them is all.

    AllowedLanguages bind, AssetLanguage does not; but where languages are held back, only the asset's own is sure.
    """
    allowed = cells.read("AllowedLanguages", _readers.languages)
    held = cells.read("HoldbackLanguage", _readers.languages)
    assets = cells.read("AssetLanguage", _readers.languages)
    result: list[tuple[str | None, ...]] = []
    for place, tags in enumerate(allowed):
        for field, found in (("AllowedLanguages", tags), ("HoldbackLanguage", held[place])):
            if found is not None and found[1]:
                problem = f"no known language: {', '.join(found[1])}"
                cells.note(place, field, problem, "write BCP 47 tags, such as en or zh-Hans")
        back = set((held[place] or ((), ()))[0])
        own: tuple[str, ...] = (tags or ((), ()))[0]
        if back and not own:
            own = (assets[place] or ((), ()))[0]
            if not own:
                problem = "the rights table cannot hold back a language; the right reaches too far there"
                cells.note(place, "HoldbackLanguage", problem, "fill in AllowedLanguages", severity="error")
        if tags is not None and not tags[0]:
            # Which language is allowed is not known, so it must not become all.
            cells.note(place, "AllowedLanguages", _NO_RIGHT[2:], "write BCP 47 tags", severity="error")
            result.append(())
            continue
        kept = tuple(tag for tag in own if tag not in back)
        result.append(kept if own else (None,))
    return result
