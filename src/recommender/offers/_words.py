"""How an offer's values read: clean text, comparables, reasons, links, names of markets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from recommender.offers._language import Words

_LINKS: dict[str, tuple[str, str]] = {
    "imdb_id": (r"tt\d{6,10}", "https://www.imdb.com/title/{}/"),
    "kinopoisk_id": (r"\d{1,9}", "https://www.kinopoisk.ru/film/{}/"),
    "douban_id": (r"\d{5,10}", "https://movie.douban.com/subject/{}/"),
}
_KEPT_CONTROLS = {"\n", "\t"}
_INVISIBLE = {"Cc", "Cs", "Co", "Cn"}
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # characters that turn the direction of what follows


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield a frame's rows as named tuples whose cells have no declared type.

    Examples
    --------
    >>> [row.year for row in rows_of(pd.DataFrame({"year": [1957]}))]
    [1957]
    """
    return frame.itertuples(index=False)


def clean(value: object, limit: int = 1_000) -> str:
    r"""Return a value as text that any program shows: no control characters, not longer than `limit`.

    Examples
    --------
    >>> clean("Летят\x00 журавли"), clean(None), clean("abcdef", 4)
    ('Летят журавли', '', 'abc…')
    """
    if is_missing(value):
        return ""
    text = str(value)
    if not text.replace("\n", "").isprintable():
        text = _TURNS.sub("", text)
        text = "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in _INVISIBLE)
    text = text.strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def folded(name: object) -> str:
    """Return a name as names compare: case and the spaces around it do not matter.

    Examples
    --------
    >>> folded(" Larisa SHEPITKO ")
    'larisa shepitko'
    """
    return str(name).strip().casefold()


def joined(values: Iterable[object], limit: int = 300) -> str:
    """Return a list as one line.

    Examples
    --------
    >>> joined(["Drama", "War"])
    'Drama, War'
    """
    return clean(", ".join(filter(None, (clean(value, limit) for value in values))), limit)


def titled(title: object, year: object) -> str:
    """Return a title with its year, where there is one.

    Examples
    --------
    >>> titled("Green Book", 2018), titled("Green Book", None)
    ('Green Book (2018)', 'Green Book')
    """
    return clean(title, 120) + ("" if is_missing(year) else f" ({int(year)})")  # type: ignore[call-overload]


def percentile_words(percentile: object) -> str:
    """Return a percentile, 0 to 1, as people say it.

    Examples
    --------
    >>> percentile_words(0.97), percentile_words(0.2), percentile_words(None)
    ('top 3%', 'bottom 20%', 'outcome not known')
    """
    if is_missing(percentile):
        return "outcome not known"
    value = float(percentile)  # type: ignore[arg-type]
    if value >= 0.5:
        return f"top {max(1, round(100 * (1 - value)))}%"
    return f"bottom {max(1, round(100 * value))}%"


def comparable_line(comparable: Mapping[str, Any], market: str, words: Words | None = None) -> str:
    """Return a comparable as one line, with how it did in the market; in the words' second language, if given.

    Examples
    --------
    >>> comparable_line({"title": "Green Book", "year": 2018, "percentile": 0.97, "why": "same genre"}, "CN")
    'Green Book (2018), CN: top 3% (same genre)'
    """
    name = titled(comparable.get("title") or comparable.get("title_id"), comparable.get("year"))
    place, why = percentile_words(comparable.get("percentile")), clean(comparable.get("why"), 120)
    if words is not None:
        place, why = words.translate(place) or place, words.translate(why) or why
    return f"{name}, {market}: {place}" + (f" ({why})" if why else "")


def reason_line(reason: str) -> tuple[bool, str]:
    """Return whether a reason speaks for the title, and its words.

    Examples
    --------
    >>> reason_line("+ comedies travel"), reason_line("- little is known of it")
    ((True, 'Comedies travel'), (False, 'Little is known of it'))
    """
    text = clean(reason, 300)
    words = re.sub(r"^[+−-]\s*", "", text)
    return not text.startswith(("-", "−")), words[:1].upper() + words[1:]


def split_figure(reason: str) -> tuple[str, str]:
    """Return a reason without the figure in brackets that ends it, and the figure; empty where there is none.

    Examples
    --------
    >>> split_figure("genre: Drama (+5.0)"), split_figure("little is known of it")
    (('genre: Drama', '+5.0'), ('little is known of it', ''))
    """
    words, bracket, figure = reason.rpartition(" (")
    return (words, figure[:-1]) if bracket and figure[:1] in {"+", "-", "−"} else (reason, "")


def link_of(column: str, value: object) -> str | None:
    """Return the page of an identifier, or None where it is not one.

    Examples
    --------
    >>> link_of("imdb_id", "tt0050634"), link_of("imdb_id", "javascript:alert(1)")
    ('https://www.imdb.com/title/tt0050634/', None)
    """
    pattern, address = _LINKS[column]
    text = clean(value)
    return address.format(text) if re.fullmatch(pattern, text, re.ASCII) else None


def market_name(code: str, language: str = "en") -> str:
    """Return the name of a market in a language.

    Examples
    --------
    >>> market_name("RU"), market_name("CN", "ru")
    ('Russia', 'Китай')
    """
    from babel import Locale

    return str(Locale(language).territories.get(code, code))


def is_missing(value: object) -> bool:
    """Return whether a single value is None, NaN or NA.

    Examples
    --------
    >>> is_missing(float("nan")), is_missing(0)
    (True, False)
    """
    return not isinstance(value, str) and (value is None or bool(pd.isna(value)))  # type: ignore[call-overload]
