"""One cell of a person's table, understood: numbers, dates, yes and no, lists.

Each function takes a cell that is not empty and returns what it means, or raises `Misread` with the problem
and the remedy. They are applied once to every distinct cell of a column, so they may be thorough.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

__all__ = [
    "BLANKS",
    "Misread",
    "boolean",
    "iso_date",
    "join_list",
    "number",
    "records",
    "split_list",
    "text",
    "whole",
]


class Misread(Exception):  # noqa: N818 - a signal between two modules, never seen by a caller
    """A cell that cannot be understood: ``args`` are the problem and the remedy."""


BLANKS = "\ufeff \t\n\x0b\x0c\r\u00a0\u2009\u202f\u3000"
"""Characters that are taken off both ends of a cell."""

_YES = frozenset({"true", "yes", "y", "1", "да", "是"})
_NO = frozenset({"false", "no", "n", "0", "нет", "否"})
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f']+")
_GROUPS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?", re.DOTALL)
_EPOCH = date(1899, 12, 30)
_LAST_SERIAL = 2_958_465


def text(cell: object) -> str | None:  # noqa: PLR0911 - one branch a type
    """Return a cell as text: whole numbers without ``.0``, dates as ISO; None where nothing is left.

    Examples
    --------
    >>> text(123.0), text("  a ")
    ('123', 'a')
    """
    if isinstance(cell, str):
        if "\r" in cell:
            cell = cell.replace("\r\n", "\n").replace("\r", "\n")
        return cell.strip(BLANKS) or None
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bytes | Mapping):
        raise Misread("not text", "write plain text")
    if isinstance(cell, Iterable):
        return ", ".join(filter(None, (text(item) for item in cell))) or None
    return str(cell).strip(BLANKS) or None


def number(cell: object) -> float:
    """Return a cell as a number; a decimal comma and spaces between thousands are understood.

    Examples
    --------
    >>> number("1 234,5"), number("1,234,567.8")
    (1234.5, 1234567.8)
    """
    if isinstance(cell, bool | int | float):
        return float(cell)
    if isinstance(cell, str):
        bare = _SPACES.sub("", cell)
        if _NUMBER.fullmatch(bare):
            return float(bare)
        if bare.casefold() in {"inf", "+inf", "-inf", "infinity"}:
            return math.inf
        grouped = _GROUPS.fullmatch(bare)
        if grouped and (bare.count(",") > 1 or "." in bare):
            return float(bare.replace(",", ""))
        if grouped:
            raise Misread("ambiguous number", "write it without the comma, or with a decimal point")
        if _DECIMAL_COMMA.fullmatch(bare):
            return float(bare.replace(",", "."))
    raise Misread("not a number", "write digits only, such as 1234.5, or leave the cell empty")


def whole(cell: object) -> int:
    """Return a cell as a whole number.

    Examples
    --------
    >>> whole("2016.0")
    2016
    """
    if isinstance(cell, int):
        return int(cell)
    value = number(cell)
    if not math.isfinite(value) or value != int(value) or abs(value) >= 2**53:
        raise Misread("not a whole number", "write digits only, such as 2016, or leave the cell empty")
    return int(value)


def boolean(cell: object) -> bool:
    """Return a cell as yes or no.

    Examples
    --------
    >>> boolean("да"), boolean("No")
    (True, False)
    """
    word = (text(cell) or "").casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Misread("neither yes nor no", "write yes or no, or leave the cell empty")


def iso_date(cell: object) -> str:
    """Return a cell as an ISO date; a time of day is cut off, an Excel serial number understood.

    Examples
    --------
    >>> iso_date("2016-09-13T12:00:00.000Z"), iso_date(42626)
    ('2016-09-13', '2016-09-13')
    """
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if 1 <= cell <= _LAST_SERIAL:
            return (_EPOCH + timedelta(days=int(cell))).isoformat()
    elif isinstance(cell, str) and (found := _DAY.fullmatch(cell.strip())):
        try:
            return date.fromisoformat(found[1]).isoformat()
        except ValueError:
            raise Misread("there is no such day", "correct it (YYYY-MM-DD)") from None
    raise Misread("not a date", "write it as YYYY-MM-DD, such as 2016-09-13")


def split_list(cell: str) -> list[str]:
    r"""Return the items of a ``|``-separated cell; ``\|`` is a bar within an item.

    Examples
    --------
    >>> split_list("Drama | War"), split_list(r"either\|or")
    (['Drama', 'War'], ['either|or'])
    """
    if "\\" not in cell:
        return [item for part in cell.split("|") if (item := part.strip(BLANKS))]
    parts = [""]
    for run, bar, other in re.findall(r"(\\*)(\||$)|([^\\|]+|\\)", cell):
        if other:
            parts[-1] += other
            continue
        parts[-1] += "\\" * (len(run) // 2)
        if bar and len(run) % 2:
            parts[-1] += "|"
        elif bar:
            parts.append("")
        elif len(run) % 2:
            parts[-1] += "\\"
    return [item for part in parts if (item := part.strip(BLANKS))]


def join_list(items: Iterable[str]) -> str:
    r"""Return a list as the ``|``-separated cell that `split_list` understands.

    Examples
    --------
    >>> join_list(["Drama", "either|or"])
    'Drama|either\\|or'
    """
    return "|".join(
        re.sub(r"(\\*)(\||$)", lambda found: found[1] * 2 + (r"\|" if found[2] else ""), item) for item in items
    )


def records(cell: object) -> list[dict[str, object]]:
    """Return a cell as a list of mappings, from JSON text or from such a list.

    Examples
    --------
    >>> records('[{"title_id": "a"}]')
    [{'title_id': 'a'}]
    """
    if isinstance(cell, str):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            raise Misread("not JSON", "write a JSON list of objects, or leave the cell empty") from None
    if isinstance(cell, Iterable) and not isinstance(cell, Mapping | str | bytes):
        found = list(cell)
        if all(isinstance(item, Mapping) for item in found):
            return [dict(item) for item in found]
    raise Misread("not a list of records", "write a JSON list of objects, or leave the cell empty")
