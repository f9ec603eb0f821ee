"""Languages as catalogues write them, in English, Russian and Chinese, brought to BCP 47 tags."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["find_languages", "official_languages"]

_ALIASES: dict[str, str] = {
    "mandarin": "zh",
    "mandarin chinese": "zh",
    "chinese": "zh",
    "普通话": "zh",
    "国语": "zh",
    "汉语": "zh",
    "汉语普通话": "zh",
    "китайский": "zh",
    "мандарин": "zh",
    "粤语": "yue",
    "кантонский": "yue",
    "simplified chinese": "zh-Hans",
    "chinese (simplified)": "zh-Hans",
    "简体中文": "zh-Hans",
    "traditional chinese": "zh-Hant",
    "chinese (traditional)": "zh-Hant",
    "繁体中文": "zh-Hant",
    "farsi": "fa",
    "iw": "he",
    "in": "id",
    "no dialogue": "zxx",
    "silent": "zxx",
    "none": "zxx",
    "немой": "zxx",
    "默片": "zxx",
}
_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?((?:[-_][a-z0-9]{4,8})*)", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s*[/;,+&、，；]\s*")


def find_languages(cell: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the BCP 47 tags of the languages named in a cell, and the parts that name none.

    Examples
    --------
    >>> find_languages("RU"), find_languages("zh_hans"), find_languages("русский, 英语")
    ((('ru',), ()), (('zh-Hans',), ()), (('ru', 'en'), ()))
    """
    if (tag := _one(cell)) is not None:
        return (tag,), ()
    found: list[str] = []
    strange: list[str] = []
    for part in filter(None, _SEPARATORS.split(cell)):
        tag = _one(part)
        if tag is None:
            strange.append(part)
        else:
            found.append(tag)
    return tuple(dict.fromkeys(found)), tuple(strange)


def _one(name: str) -> str | None:
    plain = re.sub(r"\s+", " ", name.casefold()).strip()
    return _ALIASES.get(plain) or _tag(plain) or _names().get(plain) or _names().get(plain.removesuffix(" язык"))


def _tag(plain: str) -> str | None:
    import pycountry

    parts = _TAG.fullmatch(plain)
    if parts is None:
        return None
    language, script, region, variants = parts.groups()
    known = (
        pycountry.languages.get(alpha_2=language)
        if len(language) == 2
        else pycountry.languages.get(alpha_3=language) or pycountry.languages.get(bibliographic=language)
    )
    if known is None:
        return None
    tag = str(getattr(known, "alpha_2", known.alpha_3))
    if script:
        if pycountry.scripts.get(alpha_4=script.title()) is None:
            return None
        tag += f"-{script.title()}"
    if region:
        if not region.isdigit() and pycountry.countries.get(alpha_2=region.upper()) is None:
            return None
        tag += f"-{region.upper()}"
    return tag + variants.replace("_", "-")


@cache
def _names() -> dict[str, str]:
    from babel import Locale

    names: dict[str, str] = {}
    for code in ("zh_Hant", "zh", "ru", "en"):
        for tag, name in Locale.parse(code).languages.items():
            if "_" not in tag:
                names[name.casefold()] = tag
    return names


@cache
def official_languages(territory: str) -> frozenset[str]:
    """Return the official and de facto official languages of a territory.

    Examples
    --------
    >>> sorted(official_languages("BE"))
    ['de', 'fr', 'nl']
    """
    from babel.languages import get_official_languages

    historic = {"SU": "RU", "DD": "DE", "CS": "CZ", "YU": "RS"}
    found = get_official_languages(historic.get(territory, territory), regional=False, de_facto=True)
    return frozenset(language.split("_")[0] for language in found)
