"""From the rows of avails to the titles they are of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import pandas as pd

from recommender.schema import KINDS, TITLES
from recommender.sources import _cells
from recommender.sources._cells import Misread
from recommender.sources._columns import empty_column
from recommender.sources._vocabulary import translator
from recommender.sources.avails import _readers
from recommender.sources.avails._ids import read_identifier
from recommender.sources.avails._keys import Level
from recommender.sources.avails._notes import Note
from recommender.sources.avails._reader import SheetReader

__all__ = ["note_identifiers", "title_facts", "titles_table"]

_KIND_OF: dict[str, str] = {
    "movie": "film",
    "feature": "film",
    "featurefilm": "film",
    "film": "film",
    "short": "short",
    "documentary": "documentary",
    "nonepisodicshow": "other",
}
_KIND_OF_LEVEL: dict[Level, str] = {
    "series": "series",
    "season": "series",
    "volume": "series",
    "episode": "series",
    "bonus": "other",
    "bundle": "other",
}
_RESOLUTIONS = {"SD": "SD", "HD": "HD", "UHD": "4K", "4K": "4K"}
_IDENTIFIERS = (
    *("TitleID", "EditID", "ContentID", "ALID", "ReportingID", "AltID"),
    *("SeriesID", "SeasonID", "VolumeID", "EpisodeID", "EpisodeTitleID"),
    *("SeriesContentID", "SeasonContentID", "VolumeContentID", "EpisodeContentID"),
)
_TOLD = {"year": "ReleaseYear", "eidr": "TitleID", "kind": "WorkType", "runtime_min": "TotalRunTime"}
_CURRENCY = translator("currency")
_LISTS = ("directors", "dubs", "subtitles", "names")
_NAMES = re.compile(r"\s*[;|\n]\s*")


def note_identifiers(cells: SheetReader) -> None:
    """Note EIDR and ISAN whose check character is wrong, and placeholders; nothing is rejected for it."""
    for field in _IDENTIFIERS:
        for place, text in enumerate(cells.texts(field)):
            identifier = read_identifier(text) if text else None
            if identifier is not None and identifier.problem is not None:
                cells.note(place, field, identifier.problem, "check the identifier")


def title_facts(cells: SheetReader, keys: Sequence[str | None], levels: Sequence[Level]) -> pd.DataFrame:
    """Return what each row says of its title, one row each."""
    profiles = [_RESOLUTIONS.get(re.sub(r"^3D", "", (text or "").upper())) for text in cells.texts("FormatProfile")]
    localized, assets = cells.texts("LocalizationType"), cells.read("AssetLanguage", _readers.languages)
    prices = [
        price if (kind or "").casefold() == "licensefee" else None
        for kind, price in zip(cells.texts("PriceType"), _quietly(cells, "PriceValue", _cells.number), strict=True)
    ]
    shown, internal = _titles(cells, levels)
    facts: dict[str, list[Any]] = {
        "title_id": list(keys),
        "level": list(levels),
        "shown": list(shown),
        "internal": list(internal),
        "names": [list(dict.fromkeys(name for name in pair if name)) for pair in zip(shown, internal, strict=True)],
        "kind": _kinds(cells, levels),
        "year": cells.read("ReleaseYear", _year),
        "release_date": cells.read("ReleaseHistoryOriginal", partial(_readers.day, from_1904=cells.from_1904)),
        "runtime_min": cells.read("TotalRunTime", _readers.minutes),
        "seasons": [
            count if level == "series" else 1 if level in {"season", "episode"} else None
            for count, level in zip(cells.read("SeasonCount", _cells.whole), levels, strict=True)
        ],
        "episodes": cells.read("EpisodeCount", _cells.whole),
        "age_rating": cells.texts("RatingValue"),
        "directors": [_NAMES.split(text) if text else [] for text in cells.texts("Director")],
        "studio": cells.texts("CompanyDisplayCredit"),
        "franchise": [
            series if level in {"season", "episode", "volume"} else None
            for series, level in zip(cells.texts("SeriesTitleInternalAlias"), levels, strict=True)
        ],
        "eidr": _eidrs(cells, levels),
        "resolution": list(profiles),
        "dubs": _localized(localized, assets, {"dub", "subdub"}),
        "subtitles": _localized(localized, assets, {"sub", "subdub"}),
        "ask_price": list(prices),
        "currency": _currencies(cells, prices),
        "content_id": cells.texts(_content_field(cells)),
        "source_sheet": [cells.sheet.name] * len(cells),
        "source_row": list(cells.sheet.rows),
    }
    return pd.DataFrame({name: pd.Series(column, dtype="object") for name, column in facts.items()})


def titles_table(facts: Iterable[pd.DataFrame], notes: list[Note]) -> pd.DataFrame:
    """Return the titles table: of each fact what the first row says that says something of it.

    What is said of a season counts more than what is said of one of its episodes, except for the running time.
    """
    rows = pd.concat([pd.DataFrame(columns=["title_id"]), *facts], ignore_index=True)
    rows = rows[rows["title_id"].notna()]
    if rows.empty:
        return _as_titles(pd.DataFrame(), [])
    order = list(dict.fromkeys(rows["title_id"]))
    _note_contradictions(rows, notes)
    weighed = rows.assign(_late=rows["level"] == "episode").sort_values("_late", kind="stable")
    first = weighed.groupby("title_id", sort=False).first().reindex(order)
    first["runtime_min"] = rows.groupby("title_id", sort=False)["runtime_min"].agg(_middle).reindex(order)
    first["resolution"] = rows.groupby("title_id", sort=False)["resolution"].agg(_best).reindex(order)
    for name in _LISTS:
        first[name] = weighed.groupby("title_id", sort=False)[name].agg(_union).reindex(order)
    first["title"] = first["shown"].where(first["shown"].notna(), first["internal"])
    first["title"] = first["title"].where(first["title"].notna(), pd.Series(order, index=order))
    first["alt_titles"] = [
        [name for name in names if name != title] for names, title in zip(first["names"], first["title"], strict=True)
    ]
    return _as_titles(first, order)


def _as_titles(first: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    dtypes = {"integer": "Int64", "number": "float64", "boolean": "boolean"}
    columns: dict[str, Any] = {}
    for column in TITLES.columns:
        if column.name == "title_id":
            columns[column.name] = pd.Series(order, dtype="str")
        elif column.name not in first.columns:
            columns[column.name] = empty_column(column, len(order))
        elif column.type == "list":
            columns[column.name] = pd.Series(list(first[column.name]), dtype="object")
        else:
            cells = [None if pd.isna(cell) else cell for cell in first[column.name]]
            columns[column.name] = pd.Series(cells, dtype=dtypes.get(column.type, "str"))
    content = list(first["content_id"]) if "content_id" in first.columns else []
    columns["content_id"] = pd.Series([None if pd.isna(cell) else cell for cell in content], dtype="str")
    return pd.DataFrame(columns)


def _note_contradictions(rows: pd.DataFrame, notes: list[Note]) -> None:
    """Note where rows of one title contradict each other; the first row counts."""
    whole = rows[rows["level"] != "episode"]
    for name, field in _TOLD.items():
        said = whole[whole[name].notna()]
        first = said.groupby("title_id", sort=False)[name].transform("first")
        for place in said.index[said[name] != first][~said.loc[said[name] != first, "title_id"].duplicated()]:
            row = {str(key): value for key, value in said.loc[place].items()}
            if name == "eidr" and row["level"] in {"season", "volume"}:
                field = "SeasonID"  # noqa: PLW2901 - what stands for it in a sheet of television
            problem = f"an earlier row of the title {row['title_id']} says otherwise ({first[place]}), which counts"
            sheet, number = row["source_sheet"], int(row["source_row"])
            notes.append(Note("warning", sheet, number, None, field, row[name], problem, "correct one"))


def _titles(cells: SheetReader, levels: Sequence[Level]) -> tuple[list[str | None], list[str | None]]:
    """Return the title to show and the one to work with, of each row; of an episode those of its season."""
    if cells.sheet.kind != "tv":
        return cells.texts("TitleDisplayUnlimited"), cells.texts("TitleInternalAlias")
    result: list[list[str | None]] = []
    for ending in ("TitleDisplayUnlimited", "TitleInternalAlias"):
        texts = {part: cells.texts(f"{part}{ending}") for part in ("Series", "Season", "Volume", "Episode")}
        texts[""] = cells.texts(ending)
        numbers = {part: cells.texts(f"{part}Number") for part in ("Season", "Volume")}
        column: list[str | None] = []
        for place, level in enumerate(levels):
            series = texts["Series"][place]
            if level in {"season", "episode"}:
                column.append(_part_title(series, texts["Season"][place], "season", numbers["Season"][place]))
            elif level == "volume":
                column.append(_part_title(series, texts["Volume"][place], "volume", numbers["Volume"][place]))
            elif level == "series":
                column.append(series)
            else:
                column.append(texts[""][place] or texts["Episode"][place] or series)
        result.append(column)
    return result[0], result[1]


def _part_title(series: str | None, part: str | None, word: str, number: str | None) -> str | None:
    if part is None:
        return f"{series}, {word} {number}" if series and number else series
    return part if not series or series.casefold() in part.casefold() else f"{series}: {part}"


def _kinds(cells: SheetReader, levels: Sequence[Level]) -> list[str | None]:
    kinds: list[str | None] = []
    for place, (level, word) in enumerate(zip(levels, cells.texts("WorkType"), strict=True)):
        kind = _KIND_OF_LEVEL.get(level) or ("film" if word is None else None)
        plain = re.sub(r"[^a-z]", "", (word or "").casefold())
        kind = kind or _KIND_OF.get(plain) or (plain if plain in KINDS else None)
        if kind is None:
            cells.note(place, "WorkType", "no known work type; read as other", "write Movie, Short, Season or Episode")
        kinds.append(kind or "other")
    return kinds


def _content_field(cells: SheetReader) -> str:
    return "SeasonContentID" if cells.sheet.kind == "tv" else "ContentID"


def _currencies(cells: SheetReader, prices: Sequence[float | None]) -> list[str | None]:
    """Return the currency of each row that has a price; note where there is none."""
    found: list[str | None] = []
    for place, (code, price) in enumerate(zip(cells.texts("PriceCurrency"), prices, strict=True)):
        known = None if code is None or price is None else next(iter(_CURRENCY(code)[0]), None)
        if price is not None and known is None:
            problem = "a price without a currency" if code is None else "not a currency; left out of the titles"
            remedy = "write its three letters (ISO 4217), or fill the column currency of the titles before an offer"
            cells.note(place, "PriceCurrency", problem, remedy)
        found.append(known)
    return found


def _eidrs(cells: SheetReader, levels: Sequence[Level]) -> list[str | None]:
    """Return the EIDR of each row's title: that of the work, else the one in the content's id, else of the edit."""
    if cells.sheet.kind == "tv":
        of_level = {
            "series": ("SeriesID", "SeriesContentID"),
            "season": ("SeasonID", "SeasonContentID"),
            "episode": ("SeasonID", "SeasonContentID"),
            "volume": ("VolumeID", "VolumeContentID"),
        }
        return [
            next((value for field in of_level.get(level, ()) if (value := _eidr(texts[field][place]))), None)
            for texts in [{field: cells.texts(field) for fields in of_level.values() for field in fields}]
            for place, level in enumerate(levels)
        ]
    columns = [cells.texts(field) for field in ("TitleID", "ContentID", "EditID")]
    return [next((value for text in texts if (value := _eidr(text))), None) for texts in zip(*columns, strict=True)]


def _eidr(text: str | None) -> str | None:
    identifier = read_identifier(text) if text else None
    return identifier.value if identifier is not None and identifier.kind == "EIDR" else None


def _localized(
    kinds: Sequence[str | None], assets: Sequence[tuple[tuple[str, ...], tuple[str, ...]] | None], meant: set[str]
) -> list[list[str]]:
    return [
        list(asset[0]) if asset and (kind or "").casefold() in meant else []
        for kind, asset in zip(kinds, assets, strict=True)
    ]


def _year(cell: Any) -> int:
    if not isinstance(cell, int | float | str):
        return int(_readers.day(cell)[:4])
    if isinstance(cell, str) and re.fullmatch(r"\d{4}-\d{2}(-\d{2}.*)?", cell.strip()):
        return int(cell.strip()[:4])
    year = _cells.whole(cell)
    if year > 20_000:
        return int(_readers.day(float(year))[:4])
    for rule in TITLES["year"].rules:
        if not rule.holds(pd.Series([year])).all():
            raise Misread(rule.problem, rule.remedy(year))
    return year


def _quietly(cells: SheetReader, field: str, understand: Any) -> list[Any]:
    return SheetReader(cells.sheet, [], from_1904=cells.from_1904).read(field, understand)


def _middle(minutes: pd.Series[Any]) -> Any:
    known = sorted(int(value) for value in minutes if value is not None and value == value)  # noqa: PLR0124
    return known[len(known) // 2] if known else None


def _best(resolutions: pd.Series[Any]) -> Any:
    found = set(resolutions.dropna())
    return next((name for name in ("4K", "HD", "SD") if name in found), None)


def _union(lists: pd.Series[Any]) -> list[str]:
    return list(dict.fromkeys(item for items in lists for item in items))
