"""What an offer says, as avails: the terms that hold for all of it, and the rows of each title."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from recommender.errors import CallError, UnreadableFileError
from recommender.schema import license_types
from recommender.sources.avails._facts_sheet import PROFILES
from recommender.sources.avails._fields import Kind
from recommender.sources.avails._ids import read_identifier
from recommender.sources.avails._template import Line

__all__ = ["Terms", "offer_brief", "offer_lines", "offer_terms"]

_WORK_TYPE = {
    "film": "Movie",
    "documentary": "Movie",
    "animation": "Movie",
    "coproduction": "Movie",
    "short": "Short",
    "series": "Series",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the whole offer."""

    market: str
    media: tuple[str, ...]
    language: str | None
    start: str | None
    end: str | None
    exclusive: bool | None
    licensor: str | None
    licensee: str | None


def offer_brief(folder: Path) -> Mapping[str, Any]:
    """Return the brief of an offer, as its manifest holds it; nothing where it holds none."""
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UnreadableFileError(f"{path}: it cannot be read ({error})", hint="write the offer again") from None
    brief = manifest.get("brief") if isinstance(manifest, dict) else None
    return brief if isinstance(brief, dict) else {}


def offer_terms(
    offer: pd.DataFrame,
    brief: Mapping[str, Any],
    media: Sequence[str] | None,
    start: str | None,
    end: str | None,
    licensor: str | None,
    licensee: str | None,
) -> Terms:
    """Return the terms of an offer: those that are given, else those of its brief."""
    parts = [part for name in ("window", "rights") if isinstance(part := brief.get(name), dict)]

    def stated(key: str) -> Any:
        return next((part[key] for part in parts if part.get(key) is not None), None)

    if media is not None and (strange := [word for word in media if not license_types(word)]):
        raise CallError(
            f"Avails have no LicenseType for {', '.join(strange)}",
            hint="use est, tvod, svod, avod or online; cinema and television are licensed otherwise",
        )
    wanted = media if media is not None else brief.get("media") or stated("media") or ()
    exclusive = stated("exclusive")
    language = brief.get("language") or stated("language")
    return Terms(
        market=str(offer["market"].iloc[0]),
        media=tuple(dict.fromkeys(word for medium in wanted for word in license_types(str(medium)))),
        language=None if language is None else str(language),
        start=_day("--start", start) if start is not None else stated("start"),
        end=_day("--end", end) if end is not None else stated("end"),
        exclusive=exclusive if isinstance(exclusive, bool) else None,
        licensor=licensor,
        licensee=licensee,
    )


def _day(option: str, text: str) -> str:
    if text.casefold() == "open":
        return "Open"
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise CallError(f"{option} {text!r} is not a day", hint="write it as YYYY-MM-DD, or Open") from None


def offer_lines(offer: pd.DataFrame, terms: Terms) -> dict[Kind, list[Line]]:
    """Return the avails of an offer by the sheet they go to: one row a title and medium, in the offer's order."""
    lines: dict[Kind, list[Line]] = {}
    for record in offer.to_dict("records"):
        title = {str(name): _plain(value) for name, value in record.items()}
        kind: Kind = "tv" if _is_series(title) else "movies"
        lines.setdefault(kind, []).extend(_lines(title, terms, kind))
    return {kind: lines[kind] for kind in ("movies", "tv") if kind in lines}


def _is_series(title: Mapping[str, Any]) -> bool:
    return title["kind"] == "series" or any(title.get(name) is not None for name in ("seasons", "episodes"))


def _lines(title: Mapping[str, Any], terms: Terms, kind: Kind) -> list[Line]:
    """Return the avails of one title: one a medium, or one without where none is known."""
    title_id, name = str(title["title_id"]), str(title["title"])
    content = _content_id(title)
    price = title.get("ask_price")
    common: dict[str, Any] = {
        "DisplayName": terms.licensor,
        "Licensee": terms.licensee,
        "AssetLanguage": next(iter(title.get("languages") or []), None),
        "Territory": terms.market,
        "WorkType": "Series" if kind == "tv" else _WORK_TYPE.get(str(title["kind"])),
        "EntryType": "Full Extract",
        "CompanyDisplayCredit": title.get("studio"),
        "Director": "; ".join(title.get("directors") or []) or None,
        "FormatProfile": PROFILES.get(str(title.get("resolution")).casefold()),
        "Start": _moment(terms.start),
        "End": _moment(terms.end),
        "PriceType": None if price is None else "LicenseFee",
        "PriceValue": price,
        "PriceCurrency": None if price is None else title.get("currency"),
        "ALID": title_id,
        "AltID": title_id,
        "TitleID": title.get("eidr"),
        "ContentID": content,
        "ReleaseYear": title.get("year"),
        "ReleaseHistoryOriginal": _moment(title.get("release_date")),
        "RatingValue": title.get("age_rating"),
        "Exclusive": terms.exclusive,
        "TotalRunTime": None if title.get("runtime_min") is None else timedelta(minutes=int(title["runtime_min"])),
        "AllowedLanguages": terms.language,
        "TitleInternalAlias": name,
        "TitleDisplayUnlimited": name,
    }
    if kind == "tv":
        common |= {
            "SeriesTitleInternalAlias": name,
            "SeriesTitleDisplayUnlimited": name,
            "SeriesContentID": title_id,
            "SeriesAltID": title_id,
            "SeriesID": title.get("eidr"),
            "SeasonCount": title.get("seasons"),
            "EpisodeCount": title.get("episodes"),
        }
    return [{**common, "LicenseType": licence} for licence in terms.media or (None,)]


def _content_id(title: Mapping[str, Any]) -> str:
    identifier = read_identifier(str(title.get("eidr") or ""))
    if identifier is not None and identifier.problem is None:
        return f"md:cid:eidr-s:{identifier.value.removeprefix('10.5240/')}"
    return str(title["title_id"])


def _moment(text: Any) -> Any:
    """Return a day as a date cell; words such as Open stay."""
    if text is None:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return str(text)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return value
    if value is None or pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
