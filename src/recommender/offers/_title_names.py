"""What a title is called: in the catalogue, in the original, in English, in the partner's language, in other letters.

A name in another language is only ever taken from the catalogue; nothing is translated here. Where the partner's
language has no name, the original may be written in other letters: a transliteration, and it is marked as one.

- Russian in Latin letters: BGN/PCGN (1947), by iuliia;
- Chinese in Latin letters: Hanyu Pinyin (ISO 7098) without tones, syllable by syllable, by pypinyin;
- Chinese in Cyrillic letters: the Palladius system, syllable by syllable, by pypinyin.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from recommender.offers._words import clean

MARK = "≈ "
"""Stands before a transliteration where a translation would stand."""

_LIMIT = 200
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA_HANGUL = re.compile("[\u3040-\u30ff\u1100-\u11ff\uac00-\ud7af]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_RUSSIAN = re.compile("[а-яёА-ЯЁ]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class TitleNames:
    """The names of one title; an empty text where there is none.

    Attributes
    ----------
    english : str
        A name in Latin letters, where the catalogue's own is not in them.
    partner : str
        The name in the partner's language that the catalogue knows, or, after `MARK`, a transliteration.
    latin : str
        The original in Latin letters, where it is written in others: a transliteration.
    """

    english: str
    partner: str
    latin: str


def script_of(text: str) -> str:
    """Return the script of a title: `latin`, `russian`, `chinese`, or empty where it is another, or several.

    Examples
    --------
    >>> [script_of(text) for text in ("Green Book", "Летят журавли", "流浪地球", "千と千尋", "Їжак", "1917")]
    ['latin', 'russian', 'chinese', '', '', '']
    """
    if _KANA_HANGUL.search(text):
        return ""
    if _HAN.search(text):
        return "chinese"
    if _CYRILLIC.search(text):
        return "russian" if len(_CYRILLIC.findall(text)) == len(_RUSSIAN.findall(text)) else ""
    letters = _LETTER.findall(text)
    return "latin" if letters and len(_LATIN.findall(text)) == len(letters) else ""


def title_names(row: Any, partner: str | None) -> TitleNames:
    """Return the names of a title.

    Parameters
    ----------
    row : named tuple
        A row of the offer: `title`, `original_title`, `alt_titles`, `languages`; a column `title_en`, `title_ru`
        or `title_zh` of the catalogue's own goes before them.
    partner : {"ru", "zh"} or None
        The partner's language.
    """
    title, original = clean(row.title, _LIMIT), clean(row.original_title, _LIMIT)
    english = ""
    if script_of(title) != "latin":
        english = clean(getattr(row, "title_en", None), _LIMIT) or _first(row.alt_titles, "latin")
    source = next((name for name in (original, title) if script_of(name) in {"russian", "chinese"}), "")
    latin = latin_letters(source)
    script = {"ru": "russian", "zh": "chinese"}.get(partner or "")
    if script is None:
        return TitleNames(english, "", latin)
    known = clean(getattr(row, f"title_{partner}", None), _LIMIT) or _known((original, title), row, script)
    if known:
        return TitleNames(english, known, latin)
    other = cyrillic_letters(source) if partner == "ru" else latin
    return TitleNames(english, MARK + other if other else "", latin)


def _known(names: Iterable[str], row: Any, script: str) -> str:
    """Return the first name in a script; han signs in a title from Japan are not taken for Chinese."""
    spoken = {str(language).split("-")[0] for language in row.languages}
    for name in names:
        if script_of(name) == script and (not spoken or script != "chinese" or spoken & {"zh", "cmn", "yue"}):
            return name
    return _first(row.alt_titles, script)


def _first(names: Iterable[object], script: str) -> str:
    return next((text for name in names if script_of(text := clean(name, _LIMIT)) == script), "")


@lru_cache(maxsize=50_000)
def latin_letters(text: str) -> str:
    """Return a Russian or Chinese text in Latin letters; empty where it is neither.

    Examples
    --------
    >>> latin_letters("Летят журавли"), latin_letters("天下无贼"), latin_letters("Їжак")
    ('Letyat zhuravli', 'Tian xia wu zei', '')
    """
    match script_of(text):
        case "russian":
            import iuliia

            # The scheme's table holds a Cyrillic letter that looks like the Latin one which it means.
            return str(iuliia.BGN_PCGN.translate(text)).replace("ё", "ë").replace("Ё", "Ë")
        case "chinese":
            from pypinyin import lazy_pinyin

            return _spaced(lazy_pinyin(_narrow(text), v_to_u=True), text)
    return ""


@lru_cache(maxsize=50_000)
def cyrillic_letters(text: str) -> str:
    """Return a Chinese text in Cyrillic letters (Palladius); empty where it is not Chinese.

    Examples
    --------
    >>> cyrillic_letters("天下无贼"), cyrillic_letters("西安2"), cyrillic_letters("Green Book")
    ('Тянь ся у цзэй', 'Си ань 2', '')
    """
    if script_of(text) != "chinese":
        return ""
    from pypinyin import Style, lazy_pinyin

    return _spaced(
        [re.sub(r"(?<=[а-я])\d$", "", part) for part in lazy_pinyin(_narrow(text), style=Style.CYRILLIC)], text
    )


def _narrow(text: str) -> str:
    """Return a text with the signs of Chinese print (：（）《》) as those of Latin print."""
    return unicodedata.normalize("NFKC", text).replace("《", "«").replace("》", "»")


def _spaced(parts: Iterable[str], text: str) -> str:
    """Join syllables, and what stands between them, with single spaces; begin with a capital."""
    joined = " ".join(" ".join(parts).split())
    joined = re.sub(r"\s+([,.!?:;)\]”»、。])", r"\1", joined)
    joined = re.sub(r"([(\[“«])\s+", r"\1", joined)
    return joined[:1].upper() + joined[1:] if _HAN.match(text) else joined
