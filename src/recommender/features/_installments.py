"""What names tell of a title's place in a larger work: which season or part it is, and of which work."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

__all__ = ["Installment", "local_name_columns", "names_of", "read_installment", "write_works"]

_HAN = "一二三四五六七八九十"
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_HALVES = {"上": 1, "前": 1, "下": 2, "后": 2, "後": 2}
_NUMBER = rf"(\d{{1,2}}\b|(?:[ivx]+|{'|'.join(_ENGLISH)})\b)"
_SEASON_WORDS = "season|series|staffel|saison|temporada|stagione|sesong|säsong|sæson|sezon|сезон"
_PART_WORDS = "part|chapter|vol|volume|episode|teil|partie|parte|część|часть|глава|фильм|том"
_SEASON = re.compile(
    rf"第\s*([{_HAN}\d]+)\s*[季期]|시즌\s*(\d+)|シーズン\s*(\d+)|\b(?:{_SEASON_WORDS})\.?\s+{_NUMBER}"
    rf"|\b(\d{{1,2}})(?:st|nd|rd|th|\.|-?[йя])?\s+(?:{_SEASON_WORDS})\b(?!\.?\s+{_NUMBER})",
    re.IGNORECASE,
)
_PART = re.compile(
    rf"第\s*([{_HAN}\d]+)\s*[部集章]|\b(?:{_PART_WORDS})\.?\s*{_NUMBER}|\(([上下前后後])\)", re.IGNORECASE
)
# A number that ends a name, or stands before what the part itself is called: "Rocky II", "Cars 3: ...".
_LAST_NUMBER = re.compile(
    r"(?<=\w)(?:\s+(II|III|IV|V|VI|VII|VIII|IX)|(?<!\d)\s*([2-9]|1[0-2]))(?=\s*(?:$|[:(]|[-–—]\s))"
)
_OWN_NAME = re.compile(r":|\s[-–—]\s")
_EAST_ASIAN = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
# Catalogues write the local and the original name into one cell: "钢铁侠2 Iron Man 2".
_SCRIPT_BORDER = re.compile(rf"(?:(?<={_EAST_ASIAN})|(?<={_EAST_ASIAN}[\d)]))\s+(?=[A-Za-z\u00c0-\u024f'\"])")
_WORD = re.compile(r"[^\W_]+")
_OPEN_END = " ,:;([-–—"  # what stood before a mark and belongs to it


@dataclass(frozen=True)
class Installment:
    """A title's place in a larger work, as its names tell it.

    Attributes
    ----------
    season, part : float
        NaN where no name tells it. At most one of each, of the first name that does.
    works : tuple of str
        What the larger works are called, in lower case: of each name what stands before a mark, and before a colon.
    names : tuple of str
        Where no mark was found, what the title itself is called: it may be the first of a work, or stand alone.
    """

    season: float
    part: float
    works: tuple[str, ...]
    names: tuple[str, ...]


def read_installment(names: Sequence[str]) -> Installment:
    """Read which season or part a title is from its names, in English, Chinese, Russian and a few languages more.

    Examples
    --------
    >>> read_installment(["The West Wing", "白宫风云 第二季 The West Wing Season 2"])
    Installment(season=2.0, part=nan, works=('the west wing', '白宫风云'), names=())
    >>> read_installment(["Cars 3: Driven to Win"])
    Installment(season=nan, part=3.0, works=('cars',), names=())
    >>> read_installment(["Blade Runner 2049"])
    Installment(season=nan, part=nan, works=(), names=('blade runner 2049',))
    """
    told = {"season": math.nan, "part": math.nan}
    whole: dict[str, None] = {}
    before_colon: dict[str, None] = {}
    for base, first, marks in _each_piece(names):
        for kind, number in marks:
            told[kind] = number if math.isnan(told[kind]) else told[kind]
        whole[_spelled(base)] = None
        if first is not None:
            before_colon[_spelled(first)] = None
    kept = tuple(name for name in whole if name)
    works = tuple(name for name in before_colon if name)
    if math.isnan(told["season"]) and math.isnan(told["part"]):
        return Installment(told["season"], told["part"], works, tuple(name for name in kept if name not in works))
    return Installment(told["season"], told["part"], tuple(dict.fromkeys((*kept, *works))), ())


def write_works(names: Sequence[str]) -> dict[str, str]:
    """Return how the works and names that `read_installment` finds are written, by what it finds.

    Examples
    --------
    >>> write_works(["Die Hard 2: Die Harder", "安娜·卡列尼娜 第一季"])
    {'die hard': 'Die Hard', '安娜 卡列尼娜': '安娜·卡列尼娜'}
    """
    written: dict[str, str] = {}
    for base, first, _ in _each_piece(names):
        for name in (base,) if first is None else (base, first):
            written.setdefault(_spelled(name), " ".join(name.split()).rstrip(_OPEN_END))
    return {work: name for work, name in written.items() if work}


def local_name_columns(titles: pd.DataFrame) -> list[str]:
    """Return the columns in which a catalogue keeps names for one language or market, such as `title_zh`."""
    return [name for name in titles.columns if name.startswith("title_") and name != "title_id"]


def names_of(titles: pd.DataFrame) -> list[list[str]]:
    """Return all names of each title: the one it goes by, the original one, those of columns such as `title_zh`, others."""
    kept = [name for name in ("title", "original_title", *local_name_columns(titles)) if name in titles.columns]
    rows = titles[kept].itertuples(index=False, name=None)
    others = titles["alt_titles"] if "alt_titles" in titles.columns else [()] * len(titles)
    return [
        list(dict.fromkeys(name for name in (*row, *more) if isinstance(name, str) and name.strip()))
        for row, more in zip(rows, others, strict=True)
    ]


def _each_piece(names: Sequence[str]) -> Iterator[tuple[str, str | None, list[tuple[str, float]]]]:
    """Yield of each name in each script what stands before a mark, what of it before a colon, and what the marks tell."""
    for name in names:
        for piece in _SCRIPT_BORDER.split(unicodedata.normalize("NFKC", name)):
            base, told = piece, []
            marks = [("season", _SEASON), ("part", _PART)]
            # "Inside No. 9 Season 1" is no ninth part.
            for kind, pattern in marks if _SEASON.search(piece) else [*marks, ("part", _LAST_NUMBER)]:
                if mark := pattern.search(base):
                    told.append((kind, _number(next(group for group in mark.groups() if group))))
                    base = base[: mark.start()]
            first, *rest = _OWN_NAME.split(base)
            yield base, first if rest else None, told


def _spelled(name: str) -> str:
    """Return a name as its words in lower case; empty for figures alone, which name no work."""
    words = _WORD.findall(name.casefold())
    return "" if all(word.isdecimal() for word in words) else " ".join(words)


def _number(told: str) -> float:
    """Return a number in figures, Roman or Chinese numerals, or English words."""
    word = told.casefold()
    if word in _HALVES:
        return float(_HALVES[word])
    for numerals in (_ROMAN, _ENGLISH):
        if word in numerals:
            return float(numerals.index(word) + 1)
    if word.isdecimal():
        return float(word)
    tens, ten, units = word.rpartition("十")
    if not ten:
        return float(_HAN.find(word[0]) + 1) or math.nan
    return 10.0 * (_HAN.find(tens) + 1 if tens else 1) + (_HAN.find(units) + 1 if units else 0)
