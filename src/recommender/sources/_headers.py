"""Which column of a file is which column of a table."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal

from recommender.errors import Fault

if TYPE_CHECKING:
    from recommender.schema import Table

__all__ = ["match_headers", "normal_name"]

# What other people call the columns that we cannot do without: suggested, never assumed.
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "title_id": ("id", "titleid", "item_id", "content_id", "show_id", "movie_id", "punumber", "sku", "key"),
    "title": ("name", "show_title", "film", "movie", "название", "title_name", "片名", "名称"),
    "kind": ("type", "worktype", "work_type", "category", "content_type", "тип", "类型"),
    "market": ("country", "territory", "country_code", "country_iso2", "region", "страна"),
    "metric": ("measure", "indicator", "kpi"),
    "value": ("amount", "score", "number", "count", "gross"),
    "as_of": ("date", "week", "day", "asof", "observed", "дата"),
    "source": ("provider", "origin", "источник"),
    "decision": ("verdict", "status"),
}


def normal_name(name: str) -> str:
    """Return a column name without case, spaces and dashes.

    Examples
    --------
    >>> normal_name(" Title-ID ")
    'title_id'
    """
    folded = unicodedata.normalize("NFKC", name).strip().casefold()
    return re.sub(r"[\s\-.]+", "_", folded)


def match_headers(table: Table, headers: list[str], file: str) -> tuple[dict[str, str], list[Fault]]:
    """Return which header is which of the table's columns, and what is wrong with the headers.

    Parameters
    ----------
    table : Table
        The table that the file should hold.
    headers : list of str
        The header as the file spells it.
    file : str
        The path, for the faults.

    Returns
    -------
    matched : dict of str to str
        The table's column name to the file's.
    faults : list of Fault
        Missing and doubled columns, and headers that look like a typing mistake.
    """
    matched: dict[str, str] = {}
    faults: list[Fault] = []
    strangers: list[str] = []
    for header in headers:
        name = normal_name(header)
        if name not in table:
            strangers.append(header)
        elif name in matched:
            problem = f"the column {name} is there twice"
            faults.append(Fault(file, None, header, None, problem, "delete or rename one of them"))
        else:
            matched[name] = header
    absent = [name for name in table.names if name not in matched]
    named: set[str | None] = set()
    for column in table.columns:
        if column.name in absent and (column.required or column.expected):
            other = _stand_in(column.name, strangers)
            named.add(other)
            remedy = "add it" if other is None else f"add it, or rename the column '{other}' if that is it"
            severity: Literal["error", "warning"] = "error" if column.required else "warning"
            faults.append(Fault(file, None, column.name, None, "the column is missing", remedy, severity))
    for header in strangers:
        meant = _typing_mistake(normal_name(header), absent)
        if meant is not None and header not in named:
            faults.append(Fault(file, None, header, None, "unknown column", f"did you mean '{meant}'?", "warning"))
    return matched, faults


def _stand_in(name: str, strangers: list[str]) -> str | None:
    """Return the unknown column that probably is the missing one, under another name."""
    by_name = {normal_name(header): header for header in reversed(strangers)}
    words = [word for word in _SYNONYMS.get(name, ()) if word in by_name]
    words += [word for word in by_name if _typing_mistake(word, [name])]
    return by_name[words[0]] if words else None


def _typing_mistake(word: str, names: list[str]) -> str | None:
    from rapidfuzz.distance import OSA

    best, nearest = 3, None
    for name in names:
        allowed = 1 if len(name) <= 5 else 2
        distance = OSA.distance(word, name, score_cutoff=allowed)
        if 0 < distance <= allowed and distance < best and word[:1] == name[:1]:
            best, nearest = distance, name
        elif word.replace("_", "") == name.replace("_", ""):
            return name
    return nearest
