"""What an offer says, as avails: the terms that hold for all of it, and the rows of each title."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import pandas as pd

from recommender.errors import CallError, UnreadableFileError
from recommender.schema import find_medium, license_types, media_mask, medium_of_license_type
from recommender.sources.avails._facts_sheet import PROFILES
from recommender.sources.avails._fields import Kind
from recommender.sources.avails._ids import read_identifier
from recommender.sources.avails._offer_rights import Days, Free, mask_of
from recommender.sources.avails._template import Line

__all__ = ["Lines", "Terms", "offer_lines", "offer_manifest", "offer_terms"]

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
    """What holds for the whole offer; a LicenseType goes with the media that it stands for, as bits."""

    market: str
    licences: tuple[tuple[str | None, int], ...]
    language: str | None
    start: str | None
    end: str | None
    exclusive: bool | None
    licensor: str | None
    licensee: str | None
    currency: str | None = None

    def days(self, free: Free | None) -> Days:
        """Return first and last day; where none is stated that for which rights were checked, else open."""
        first, last = (date.min, date.max) if free is None else free.checked
        return _bound(self.start, date.min, first), _bound(self.end, date.max, last)

    @property
    def mask(self) -> int:
        """All media, as bits."""
        return reduce(or_, (mask for _, mask in self.licences), 0)


@dataclass(frozen=True, slots=True)
class Lines:
    """The avails of an offer by the sheet they go to, the titles of which something is cut, and those without any."""

    sheets: dict[Kind, list[Line]]
    cut: list[str]
    left_out: list[str]


def offer_manifest(folder: Path) -> Mapping[str, Any]:
    """Return the manifest of an offer, and of its brief nothing where it holds none."""
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UnreadableFileError(f"{path}: it cannot be read ({error})", hint="write the offer again") from None
    if not isinstance(manifest, dict):
        return {}
    return manifest if isinstance(manifest.get("brief"), dict) else {**manifest, "brief": {}}


def offer_terms(
    offer: pd.DataFrame,
    brief: Mapping[str, Any],
    free: Free | None,
    media: Sequence[str] | None,
    start: str | None,
    end: str | None,
    licensor: str | None,
    licensee: str | None,
) -> Terms:
    """Return the terms of an offer: those that are given, else those of its brief, else the media that were checked."""
    parts = [part for name in ("window", "rights") if isinstance(part := brief.get(name), dict)]

    def stated(key: str) -> Any:
        return next((part[key] for part in parts if part.get(key) is not None), None)

    if media is not None and (strange := [word for word in media if not license_types(word)]):
        raise CallError(
            f"Avails have no LicenseType for {', '.join(strange)}",
            hint="use est, tvod, svod, avod or online; cinema and television are licensed otherwise",
        )
    wanted = media if media is not None else brief.get("media") or stated("media") or (free.media if free else ())
    exclusive = stated("exclusive")
    language = brief.get("language") or stated("language")
    first = _day("--start", start) if start is not None else stated("start")
    last = _day("--end", end) if end is not None else stated("end")
    if _bound(last, date.max, date.max) < _bound(first, date.min, date.min):
        raise CallError(f"the window ends ({last}) before it begins ({first})", hint="give --start and --end in order")
    return Terms(
        market=str(offer["market"].iloc[0]),
        licences=_licences([str(word) for word in wanted]),
        language=None if language is None else str(language),
        start=first,
        end=last,
        exclusive=exclusive if isinstance(exclusive, bool) else None,
        licensor=licensor,
        licensee=licensee,
        currency=_currency(offer, brief),
    )


def _currency(offer: pd.DataFrame, brief: Mapping[str, Any]) -> str | None:
    """Return the currency of prices that state none: the budget's, where none of the offer does."""
    budget = brief.get("budget")
    code = budget.get("currency") if isinstance(budget, dict) and offer["currency"].isna().all() else None
    return None if code is None else str(code)


def _licences(media: Sequence[str]) -> tuple[tuple[str | None, int], ...]:
    """Return the LicenseTypes of media, each with those that it stands for; one without where Avails have no word."""
    mask = mask_of(name for word in media if (name := find_medium(word)))
    words = dict.fromkeys(word for medium in media for word in license_types(medium))
    return tuple((word, mask & media_mask(str(medium_of_license_type(word)))) for word in words) or ((None, mask),)


def _day(option: str, text: str) -> str:
    if text.casefold() == "open":
        return "Open"
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise CallError(f"{option} {text!r} is not a day", hint="write it as YYYY-MM-DD, or Open") from None


def offer_lines(offer: pd.DataFrame, terms: Terms, free: Free | None) -> Lines:
    """Return the avails of an offer, in its order: one row a title and medium, or one a stretch of days that are free."""
    lines: dict[Kind, list[Line]] = {"movies": [], "tv": []}
    made, asked = Lines(lines, [], []), terms.days(free)
    for record in offer.to_dict("records"):
        title = {str(name): _plain(value) for name, value in record.items()}
        title_id = str(title["title_id"])
        kind: Kind = "tv" if _is_series(title) else "movies"
        days = [[asked] if free is None else free.days(title_id, mask, asked) for _, mask in terms.licences]
        if not any(days):
            made.left_out.append(title_id)
        elif any(stretches != [asked] for stretches in days):
            made.cut.append(title_id)
        rows = [
            {"LicenseType": licence, **_window(terms, asked, stretch)}
            for (licence, _), stretches in zip(terms.licences, days, strict=True)
            for stretch in stretches
        ]
        lines[kind].extend(_lines(title, terms, kind, rows))
    return dataclasses.replace(made, sheets={kind: own for kind, own in lines.items() if own})


def _window(terms: Terms, asked: Days, days: Days) -> Line:
    """Return Start and End of a row; an end that nobody has stated, and that nothing cuts, stays empty."""
    said = [
        None if stated is None and day == end else "Open" if day in {date.min, date.max} else day
        for stated, end, day in zip((terms.start, terms.end), asked, days, strict=True)
    ]
    return {"Start": said[0], "End": said[1]}


def _is_series(title: Mapping[str, Any]) -> bool:
    return title["kind"] == "series" or any(title.get(name) is not None for name in ("seasons", "episodes"))


def _lines(title: Mapping[str, Any], terms: Terms, kind: Kind, rows: Sequence[Line]) -> list[Line]:
    """Return the avails of one title: what holds for it in every row, with what each row has of its own."""
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
        "PriceType": None if price is None else "LicenseFee",
        "PriceValue": price,
        "PriceCurrency": None if price is None else title.get("currency") or terms.currency,
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
    return [{**common, **row} for row in rows]


def _content_id(title: Mapping[str, Any]) -> str:
    identifier = read_identifier(str(title.get("eidr") or ""))
    if identifier is not None and identifier.problem is None:
        return f"md:cid:eidr-s:{identifier.value.removeprefix('10.5240/')}"
    return str(title["title_id"])


def _bound(text: str | None, is_open: date, unstated: date) -> date:
    if text is None:
        return unstated
    return is_open if text == "Open" else date.fromisoformat(text)


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
