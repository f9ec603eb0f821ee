"""An offer as an Avails workbook: what the offer knows, and a plain list of what it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from recommender.errors import CallError, DataError
from recommender.schema import TITLES, license_types
from recommender.sources._readers import read_offer
from recommender.sources._write import save_workbook
from recommender.sources.avails._facts_sheet import KEPT_BACK, write_facts
from recommender.sources.avails._fields import (
    FIELDS,
    SYNONYMS,
    VERSIONS,
    Kind,
    columns_of,
    demand_of,
    normal,
    sheet_name,
)
from recommender.sources.avails._offer_lines import Terms, offer_lines, offer_manifest, offer_terms
from recommender.sources.avails._offer_rights import read_free, rights_notes
from recommender.sources.avails._template import Line, avails_workbook

__all__ = ["Exported", "Missing", "export_offer"]

_REMEDY = {
    "DisplayName": "the name of your company: give it with --licensor",
    "LicenseType": "the brief names no medium that Avails know: give --media est,tvod,svod,avod",
    "Start": "the brief states no window: give --start",
    "End": "the brief states no window: give --end, a day or Open",
    "FormatProfile": "fill in the column resolution of your titles (SD, HD, 4K)",
    "PriceType": "fill in the column ask_price of your titles, or agree on a price",
    "PriceValue": "fill in the column ask_price of your titles, or agree on a price",
    "PriceCurrency": "fill in the column currency of your titles, or name it in the brief's [budget]",
    "WorkType": "Avails have no word for this kind of title",
}
_TOLD_BY = {
    "title_id": "ALID",
    "kind": "WorkType",
    "title": "TitleDisplayUnlimited",
    "year": "ReleaseYear",
    "release_date": "ReleaseHistoryOriginal",
    "runtime_min": "TotalRunTime",
    "age_rating": "RatingValue",
    "directors": "Director",
    "studio": "CompanyDisplayCredit",
    "eidr": "TitleID",
    "resolution": "FormatProfile",
}


@dataclass(frozen=True, slots=True)
class Missing:
    """A required field that the offer does not tell.

    Attributes
    ----------
    sheet, field : str
        Where it is missing.
    rows : int
        In how many rows.
    remedy : str
        Where it could come from.
    """

    sheet: str
    field: str
    rows: int
    remedy: str


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes
    ----------
    path : Path
        The workbook.
    titles, avails : int
        How many titles have avails, and how many rows of avails.
    missing : tuple of Missing
        Required fields that were left empty because the offer does not tell them.
    notes : tuple of str
        Which titles the rights cut or leave out, and what of the offer the version has no place for.
    """

    path: Path
    titles: int
    avails: int
    missing: tuple[Missing, ...]
    notes: tuple[str, ...]


def export_offer(
    directory: str | Path,
    path: str | Path,
    *,
    version: str = "1.9",
    licensor: str | None = None,
    licensee: str | None = None,
    media: Sequence[str] | None = None,
    start: str | None = None,
    end: str | None = None,
    facts: bool = True,
) -> Exported:
    """Write an offer as an Avails workbook, one row a title and medium; whole or not at all.

    Where the offer's rights were checked, only the media and days that are free are written, a row a stretch of days. What
    the offer does not tell is left empty and listed, never invented. A sheet `Titles` beside the avails holds the
    facts for which Avails have no column (genres, cast, countries, ...), never the lowest price.

    Parameters
    ----------
    directory : str or Path
        The offer's folder: `offer.parquet` and `manifest.json`.
    path : str or Path
        The workbook, ending with ``.xlsx``.
    version : {"1.7.2", "1.7.3", "1.8", "1.9"}
    licensor, licensee : str, optional
        Your company's name, and the partner's.
    media : sequence of str, optional
        Media in the words of a rights table; those of the brief where not given.
    start, end : str, optional
        First and last day, or ``Open``; those of the brief where not given.
    facts : bool, default True
        Whether to add the sheet `Titles`.

    Raises
    ------
    CallError
        The version, a medium or a day is not one.
    DataError
        The folder holds no offer, or nothing of it is free for these media and days.
    OutputError
        The workbook cannot be written there.
    """
    if version not in VERSIONS:
        raise CallError(f"version {version!r} cannot be written", hint=f"use one of {', '.join(VERSIONS)}")
    folder, path = Path(directory), Path(path)
    if path.suffix.lower() != ".xlsx":
        raise CallError(f"--out {path}: an Avails workbook ends with .xlsx", hint="name it so")
    offer = read_offer(folder / "offer.parquet")
    manifest = offer_manifest(folder)
    brief, free = manifest.get("brief", {}), read_free(folder, manifest)
    terms = offer_terms(offer, brief, free, media, start, end, licensor, licensee)
    lines = offer_lines(offer, terms, free)
    sheets = lines.sheets
    if not sheets:
        raise DataError(
            f"{folder}: nothing of the offer's titles is free for these media and days, so there is nothing to write",
            hint="ask for other --media, --start or --end, or make the offer again with the rights table of today",
        )
    workbook = avails_workbook(version, sheets)
    written = offer.loc[~offer["title_id"].isin(lines.left_out)]
    titles = written[[name for name in TITLES.names if name in offer.columns]]
    if facts:
        write_facts(workbook, titles)
    save_workbook(workbook, path)
    return Exported(
        path,
        len(written),
        sum(map(len, sheets.values())),
        tuple(missing for kind, own in sheets.items() for missing in _missing(version, kind, own)),
        (
            *rights_notes(manifest, free, terms.days(free), terms.mask, lines.cut, lines.left_out),
            *_notes(version, sheets, titles, terms, brief if media is None else {}, facts),
        ),
    )


def _missing(version: str, kind: Kind, lines: Sequence[Line]) -> list[Missing]:
    has = {SYNONYMS[normal(header)] for _, header in columns_of(version, kind)}
    found = []
    for field in FIELDS:
        demand = demand_of(kind, field)
        if (demand == "optional" and field != "PriceCurrency") or field not in has:
            continue
        rows = sum(_lacks(line, field, demand) for line in lines)
        if rows:
            found.append(
                Missing(sheet_name(version, kind), field, rows, _REMEDY.get(field, "fill it in before you send it"))
            )
    return found


def _lacks(line: Line, field: str, demand: str) -> bool:
    """Return whether a row must fill a field and does not; a currency where it has a price."""
    if line.get(field) is not None:
        return False
    if field == "PriceCurrency":
        return line.get("PriceValue") is not None
    return not (demand == "unless SVOD" and line.get("LicenseType") == "SVOD")


def _notes(
    version: str,
    sheets: Mapping[Kind, Sequence[Line]],
    titles: pd.DataFrame,
    terms: Terms,
    brief: Mapping[str, Any],
    facts: bool,
) -> list[str]:
    notes = []
    without = [word for word in brief.get("media") or () if not license_types(str(word))]
    if without:
        notes.append(f"Avails have no LicenseType for the brief's {', '.join(map(str, without))}")
    has = {SYNONYMS[normal(header)] for kind in sheets for _, header in columns_of(version, kind)}
    lost = sorted({field for own in sheets.values() for line in own for field in line if line[field] is not None} - has)
    told_elsewhere = {"TitleInternalAlias", "TitleDisplayUnlimited", "ContentID", "TitleID", "AltID", "ALID"}
    if lost := [field for field in lost if field not in told_elsewhere]:
        notes.append(f"version {version} has no column {', '.join(lost)}")
    if not facts:
        left = [
            name
            for name in titles.columns
            if name not in _TOLD_BY and name not in KEPT_BACK and titles[name].map(_told).any()
        ]
        if left:
            notes.append(f"Avails have no column for {', '.join(left)}; the sheet Titles would hold them")
    if terms.exclusive and "Exclusive" not in has:
        notes.append(f"version {version} cannot say that the offer is exclusive")
    return notes


def _told(value: Any) -> bool:
    return len(value) > 0 if isinstance(value, list) else not pd.isna(value)
