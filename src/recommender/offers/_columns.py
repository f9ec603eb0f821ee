"""The columns of the workbook's sheets of titles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from recommender.offers import _style as style
from recommender.offers._language import Words
from recommender.offers._sheet_table import Column
from recommender.offers._title_names import MARK
from recommender.offers._words import clean, comparable_line, is_missing, joined, reason_line, split_figure

EDITABLE: tuple[str, ...] = (
    "decision",
    "reason",
    "reviewer",
    "note",
    "lock",
    "ask_price",
    "floor_price",
    "currency",
)
"""The columns in which reviewers work; everything else is read back only to see whether it was changed."""

_RESERVE = (
    "position",
    "title",
    "english_title",
    "partner_title",
    "original_title",
    "transliteration",
    "year",
    "kind",
    "countries",
    "genres",
    "directors",
    "appeal",
    "low",
    "high",
    "evidence",
    "why_not",
    "comparables",
    "comparables_second",
    "lock",
    "note",
    "rank",
    "title_id",
    "row_id",
)
_APART = ("why", "comparables")
_IN_ORDER = ("available", "clear", "ready")
_OURS = "FFFDF3"
_BELOW_EACH_OTHER = "\n"
_LONGEST = 32_767  # what a cell of Excel holds


def offer_columns(words: Words, names: Mapping[str, str]) -> list[Column]:
    """Return the columns of the offer sheet.

    Parameters
    ----------
    words : Words
        The language of the heads and of the words in cells.
    names : mapping of str to str
        How the titles that may stand as substitutes are called, by `title_id`.
    """
    make = _Maker(words)
    return [
        make("position", 5.5, lambda row: row.position, number="0", center=True),
        make("tier", 11.5, make.word("tier")),
        make("title", 34, _text("title", 200)),
        *_names(make),
        make("year", 6.5, _whole("year"), number="0", center=True),
        make("kind", 10.5, make.word("kind")),
        make("countries", 10.5, _list("countries")),
        make("genres", 18, make.words_of("genres"), optional=True),
        make("directors", 20, _list("directors"), optional=True),
        *_scores(make),
        make("why", 58, _reasons, "why"),
        make("why_second", 44, make.reasons_second, "why", optional=True),
        make("comparables", 52, _comparables, "comparables"),
        make("comparables_second", 44, make.comparables_second, "comparables", optional=True),
        make("decision", 13 if words.other else 11, make.word("decision", " ")),
        make("reason", 18, _text("decision_reason", _LONGEST), limit=_LONGEST),
        make("reviewer", 14, _text("reviewer", _LONGEST), limit=_LONGEST),
        make("note", 28, _text("note", _LONGEST), limit=_LONGEST),
        make("lock", 9, make.word("lock", " "), center=True),
        make("ask_price", 11, _number("ask_price"), number="#,##0.##"),
        make("floor_price", 11, _number("floor_price"), number="#,##0.##"),
        make("currency", 9.5, _text("currency"), center=True),
        make("synopsis", 64, _text("synopsis", 600), optional=True),
        make("runtime_min", 9, _whole("runtime_min"), number="0", center=True, optional=True),
        make("age_rating", 9.5, _text("age_rating"), center=True, optional=True),
        make("cast", 26, _list("cast"), optional=True),
        make("studio", 22, _text("studio"), optional=True),
        make("slot", 20, make.word("slot")),
        make(
            "substitutes",
            40,
            lambda row: "\n".join(f"{names.get(other, other)} [{clean(other, 60)}]" for other in row.substitutes),
        ),
        make("policy", 30, make.parts("policy")),
        make("rights", 44, make.parts("rights", 600)),
        make("materials", 24, make.parts("materials")),
        make("status", 11, make.word("status")),
        make("imdb_id", 12, _text("imdb_id"), optional=True, link="imdb_id"),
        make("kinopoisk_id", 11, _text("kinopoisk_id"), optional=True, link="kinopoisk_id"),
        make("douban_id", 11, _text("douban_id"), optional=True, link="douban_id"),
        *_keys(make),
    ]


def reserve_columns(words: Words) -> list[Column]:
    """Return the columns of the sheet of the next titles, which are not offered."""
    make = _Maker(words)
    found = {column.key: column for column in offer_columns(words, {})}
    found["why_not"] = make("why_not", 52, make.word("why"))
    return [found[key] for key in _RESERVE if key in found]


def _names(make: _Maker) -> list[Column]:
    partner = {"ru": "russian_title", "zh": "chinese_title"}.get(make.words.other or "", "")
    target = [make("partner_title", 30, lambda row: row.names.partner, partner, optional=True)] if partner else []
    return [
        make("english_title", 28, lambda row: row.names.english, optional=True),
        *target,
        make("original_title", 28, _text("original_title"), optional=True),
        make("transliteration", 26, lambda row: row.names.latin, optional=True),
    ]


def _scores(make: _Maker) -> list[Column]:
    return [
        make("appeal", 8.5, _hundred("appeal"), number="0", center=True),
        make("low", 6, _hundred("low"), number="0", center=True),
        make("high", 6, _hundred("high"), number="0", center=True),
        make("evidence", 10, make.word("evidence")),
    ]


def _keys(make: _Maker) -> list[Column]:
    return [
        make("rank", 9, _whole("rank"), number="#,##0", center=True),
        make("title_id", 16, _text("title_id")),
        make("row_id", 16, lambda row: row.row_id, limit=_LONGEST),
    ]


class _Maker:
    """Makes columns whose heads, meanings and words are in the workbook's language."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def __call__(
        self,
        key: str,
        width: float,
        value: Callable[[Any], object],
        said: str = "",
        **more: Any,
    ) -> Column:
        said = said or key
        if key.endswith("_second"):
            # The same once more, in the second language.
            head = self.words.second(f"column.{said}") or ""
            meaning = self.words.second(f"meaning.{said}") or ""
        elif key in _APART:
            # Prose: the second language has a column of its own.
            head, meaning = self.words.english(f"column.{said}"), self.words.english(f"meaning.{said}")
        else:
            head, meaning = self.words.both(f"column.{said}"), self.words.both(f"meaning.{said}")
        return Column(head, width, meaning, value, look=_LOOKS.get(key), key=key, **more)

    def word(self, name: str, sep: str = _BELOW_EACH_OTHER) -> Callable[[Any], str]:
        return lambda row: self.words.told(clean(getattr(row, name), 300), sep)

    def parts(self, name: str, limit: int = 300) -> Callable[[Any], str]:
        """Return what makes cells of phrases, separated by semicolons, which a check has composed."""
        return lambda row: told_parts(self.words, clean(getattr(row, name), limit))

    def words_of(self, name: str) -> Callable[[Any], str]:
        return lambda row: self.words.told(joined(getattr(row, name)), _BELOW_EACH_OTHER)

    def reasons_second(self, row: Any) -> str:
        lines = [reason_line(reason) for reason in row.reasons] if self.words.other else []
        return "\n".join(f"{'▲' if good else '▼'} {reason_second(self.words, said) or said}" for good, said in lines)

    def comparables_second(self, row: Any) -> str:
        if not self.words.other:
            return ""
        return "\n".join(comparable_line(comparable, row.market, self.words) for comparable in row.comparables)


def told_parts(words: Words, english: str, sep: str = _BELOW_EACH_OTHER) -> str:
    """Return phrases separated by semicolons, with their translations after `sep`, as far as they are known.

    Examples
    --------
    >>> from recommender.offers._language import words_in
    >>> told_parts(words_in("en+ru"), "needs review: cn-horror; unknown: cn-age", " / ")
    'needs review: cn-horror; unknown: cn-age / нужна проверка: cn-horror; неизвестно: cn-age'
    """
    if not words.other:
        return english
    parts = english.split("; ")
    said = [words.translate(part) or part for part in parts]
    return english if said == parts else f"{english}{sep}{('；' if words.other == 'zh' else '; ').join(said)}"


def reason_second(words: Words, said: str) -> str | None:
    """Return a reason's words in the second language, with the figure that ends them; None where not known.

    Examples
    --------
    >>> from recommender.offers._language import words_in
    >>> reason_second(words_in("en+zh"), "Genre: Drama (+5.0)")
    '类型：剧情 (+5.0)'
    >>> reason_second(words_in("en+ru"), "Genre: Drama (+5.0)")
    'Жанр: драма (+5,0)'
    """
    text, figure = split_figure(said)
    told = words.translate(text)
    return f"{told} ({words.figure(figure)})" if told is not None and figure else told


def _tier_look(value: object) -> Mapping[str, Any]:
    return {"background": style.TIER_FILLS.get(str(value).partition("\n")[0])}


def _partner_look(value: object) -> Mapping[str, Any]:
    """Print a transliteration that stands where a translation would in another look."""
    return {"color": style.MUTED, "italic": True} if clean(value).startswith(MARK.strip()) else {}


def _check_look(value: object) -> Mapping[str, Any]:
    """Print what is not plainly in order in another look."""
    return {} if str(value).partition("\n")[0] in _IN_ORDER else {"color": style.WARM, "italic": True}


def _always(**look: Any) -> Callable[[object], Mapping[str, Any]]:
    return lambda _value: look


_LOOKS: dict[str, Callable[[object], Mapping[str, Any]]] = {
    "tier": _tier_look,
    "title": _always(size=11, bold=True),
    "partner_title": _partner_look,
    "low": _always(color=style.MUTED),
    "high": _always(color=style.MUTED),
    **dict.fromkeys(("policy", "rights", "materials"), _check_look),
    "row_id": _always(size=7, color=style.REST, wrap=False),
    **dict.fromkeys(EDITABLE, _always(background=_OURS)),
}


def _text(name: str, limit: int = 300) -> Callable[[Any], str]:
    return lambda row: clean(getattr(row, name), limit)


def _list(name: str) -> Callable[[Any], str]:
    return lambda row: joined(getattr(row, name))


def _whole(name: str) -> Callable[[Any], int | None]:
    return lambda row: None if is_missing(getattr(row, name)) else int(getattr(row, name))


def _number(name: str) -> Callable[[Any], float | None]:
    return lambda row: None if is_missing(getattr(row, name)) else float(getattr(row, name))


def _hundred(name: str) -> Callable[[Any], float | None]:
    return lambda row: None if is_missing(getattr(row, name)) else round(100 * float(getattr(row, name)), 1)


def _reasons(row: Any) -> str:
    lines = [reason_line(reason) for reason in row.reasons]
    return "\n".join(f"{'▲' if good else '▼'} {words}" for good, words in lines)


def _comparables(row: Any) -> str:
    return "\n".join(comparable_line(comparable, row.market) for comparable in row.comparables)
