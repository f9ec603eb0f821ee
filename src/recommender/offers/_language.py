"""The languages of an offer's files: English alone, or English with Russian or Chinese beside it.

All texts are data, one TOML a language in `languages/`, with the same keys. A text is asked for by its key
(`both`), or, where some other part of the program has composed it in English already, by itself (`told`):
it is then found by the English pattern and said again in the other language.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

from recommender.errors import CallError, did_you_mean, visible

LANGUAGES: tuple[str, ...] = ("en", "en+ru", "en+zh")
"""What `--language` may be."""

# Places in a sentence that hold words of ours; every other place holds somebody's own text, or a number.
_WORDS = frozenset(
    {
        "name",
        "names",
        "items",
        "media",
        "terms",
        "detail",
        "unit",
        "proof",
        "demands",
        "counted",
        "genre",
        "genres",
        "reason",
        "reasons",
        "words",
        "why",
        "titles",
        "wanted",
        "group",
        "period",
        "places",
        "evidence",
        "role",
        "before",
        "after",
        "cost",
    }
)
_NUMBERS = frozenset(
    {
        "n",
        "total",
        "count",
        "low",
        "high",
        "by",
        "asked",
        "offered",
        "eligible",
        "supply",
        "missing",
        "size",
        "year",
        "minutes",
        "share",
        "age",
        "decade",
        "day",
        "end",
    }
)
_NUMBER = r"[\d.,%+±−–-]+"
# Places of numbers that are written the language's way; years and days read the same in all.
_FIGURES = _NUMBERS - {"year", "decade", "age", "day", "end"} | {"titles", "before", "after", "mean", "cost"}
_FIGURE = re.compile(r"(?P<number>[+±−–-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?P<unit>%?|(?: [A-Z]{3})?)")
NO_BREAK = "\N{NO-BREAK SPACE}"
_RUSSIAN_FIGURES = str.maketrans({",": NO_BREAK, ".": ","})
# Texts whose places hold phrases, with commas of their own, rather than lists.
_OF_PHRASES = ("rights.", "phrase.record.", "phrase.package.", "phrase.change.", "phrase.screening.")
_PATTERN_PARTS = ("phrase.", "rights.", "piece.", "left_out.", "summary.at_")


def check_language(language: str) -> str:
    """Return a language of the offer's files as it is; refuse any other.

    Raises
    ------
    CallError
        It is not one of `LANGUAGES`.
    """
    if language not in LANGUAGES:
        guess = did_you_mean(language, LANGUAGES) or f"use one of {', '.join(LANGUAGES)}"
        raise CallError(f"the offer's files cannot be in {visible(language)!r}", hint=guess)
    return language


def language_for(code: str | None) -> str:
    """Return the language of the files for a partner who speaks `code` (BCP 47).

    Examples
    --------
    >>> language_for("zh-Hans"), language_for("ru"), language_for("fr"), language_for(None)
    ('en+zh', 'en+ru', 'en', 'en')
    """
    spoken = f"en+{(code or '').split('-')[0].casefold()}"
    return spoken if spoken in LANGUAGES else "en"


@lru_cache
def words_in(language: str) -> Words:
    """Return the words of a language of the files, one of `LANGUAGES`.

    Examples
    --------
    >>> words_in("en+zh").both("column.decision", " ")
    'Decision 决定'
    >>> words_in("en+ru").told("Genre: Comedy, War", sep=" / ")
    'Genre: Comedy, War / Жанр: комедия, военный'
    """
    return Words(check_language(language))


class Words:
    """The texts of an offer's files in one language, or in two.

    Parameters
    ----------
    language : str
        One of `LANGUAGES`.

    Attributes
    ----------
    language : str
    other : {"ru", "zh"} or None
        The second language.
    """

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self.other = language.removeprefix("en+") if language != "en" else None
        self._english = catalogue("en")
        self._second = catalogue(self.other) if self.other else {}
        self._told: dict[str, str | None] = {}

    def english(self, key: str, **values: object) -> str:
        """Return a text in English."""
        return self._english[key].format(**values)

    def second(self, key: str, **values: object) -> str | None:
        """Return a text in the second language; None where there is none. Words among the values are translated."""
        if self.other is None:
            return None
        said = {name: self._piece(str(value)) if name in _WORDS else str(value) for name, value in values.items()}
        return self._second[key].format(**{name: self._figure(name, value) for name, value in said.items()})

    def both(self, key: str, sep: str = "\n", **values: object) -> str:
        """Return a text in English and, after `sep`, in the second language, where there is one."""
        return _paired(self.english(key, **values), self.second(key, **values), sep)

    def told(self, english: str, sep: str = "\n") -> str:
        """Return a text that was composed in English with its translation after `sep`, where it is known."""
        return _paired(english, self.translate(english), sep)

    def figure(self, text: str) -> str:
        """Return a number as the second language writes it."""
        return self._figure("n", text)

    def told_figure(self, text: str, sep: str = "\n") -> str:
        """Return a number, an amount of money, or else words, with what the second language makes of it after `sep`."""
        figure = self.figure(text)
        return self.told(text, sep) if figure == text else _paired(text, figure, sep)

    def translate(self, english: str) -> str | None:
        """Return the translation of a text composed in English; None where no text or pattern is like it.

        A text of several sentences is translated sentence by sentence; one that is not known stays English.
        """
        if self.other is None:
            return None
        if english not in self._told:
            self._told[english] = self._whole(english)
        return self._told[english]

    def _whole(self, english: str) -> str | None:
        parts = re.split(r"(?<=[.!?]) (?=[A-Z])", english)
        said = [self._sentence(part) for part in parts]
        if None in said and (whole := self._sentence(english) or self._list(english)) is not None:
            return whole
        if all(part is None for part in said):
            return None
        return ("" if self.other == "zh" else " ").join(one or part for one, part in zip(said, parts, strict=True))

    def _sentence(self, english: str) -> str | None:
        found = self._vocabulary(english)
        if found is None:
            for key, pattern, template in self._patterns:
                match = pattern.fullmatch(english)
                # What follows a count is a reason of ours: an amount of money is none.
                if match is not None and self._knows(match.groupdict().get("reason")):
                    said = {name: self._placed(key, name, text) for name, text in match.groupdict().items()}
                    found = template.format(**said)
                    break
        if found is None:
            return None
        return found[:1].upper() + found[1:] if english[:1].isupper() else found

    def _placed(self, key: str, name: str, english: str) -> str:
        """Return what stands at a place of a pattern: translated as its name says, or as it is."""
        if name == "demands":  # a list of phrases, each with words that other patterns have too
            return ("；" if self.other == "zh" else "; ").join(map(self._phrase, english.split("; ")))
        if name not in _WORDS:
            return self._figure(name, english)
        found = self._phrase(english) if key.startswith(_OF_PHRASES) else self._piece(english)
        return self._figure(name, english) if found == english else found

    def _knows(self, reason: str | None) -> bool:
        return reason is None or self._phrase(reason) != reason

    def _figure(self, name: str, text: str) -> str:
        """Return a number that stands at a place as the second language writes it; any other text as it is."""
        match = _FIGURE.fullmatch(text) if self.other == "ru" and name in _FIGURES else None
        if match is None:
            return text
        return match["number"].translate(_RUSSIAN_FIGURES) + match["unit"].replace(" ", NO_BREAK)

    def _list(self, english: str) -> str | None:
        """Return a list of words or short sentences, translated as far as they are known."""
        for sign in ("; ", ", "):
            parts = english.split(sign)
            said = [self._sentence(part) or self._list(part) for part in parts] if len(parts) > 1 else []
            if any(part is not None for part in said):
                between = {"; ": "；", ", ": "、"}[sign] if self.other == "zh" else sign
                told = [part if one is None else _lower(one) for one, part in zip(said, parts, strict=True)]
                return between.join([said[0] or parts[0], *told[1:]])
        return None

    def _piece(self, english: str) -> str:
        """Return a part of a sentence, translated as far as it is known."""
        found = self._vocabulary(english) or self._list(english) or self._sentence(english)
        return english if found is None else _lower(found)

    def _phrase(self, english: str) -> str:
        """Return a part of a sentence that is a phrase rather than a list, translated as far as it is known."""
        found = self._vocabulary(english) or self._sentence(english) or self._list(english)
        return english if found is None else _lower(found)

    def _vocabulary(self, english: str) -> str | None:
        exact, folded = self._exact
        return exact.get(english) or folded.get(english.casefold())

    @cached_property
    def _exact(self) -> tuple[dict[str, str], dict[str, str]]:
        """Every English text without places, and what it is in the second language; as written, and in small."""
        keys = sorted(self._english, key=lambda key: not key.startswith(_PATTERN_PARTS))
        exact: dict[str, str] = {}
        for key in keys:
            if not _places(self._english[key]):
                exact.setdefault(self._english[key], self._second[key])
        folded: dict[str, str] = {}
        for text, other in exact.items():
            folded.setdefault(text.casefold(), other)
        return exact, folded

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str], str]]:
        """Every pattern with its key and what it is in the second language, the most specific first."""
        texts = [(text, key) for key, text in self._english.items() if _places(text) and key.startswith(_PATTERN_PARTS)]
        texts.sort(key=lambda item: (-_literal_length(item[0]), -_numbers(item[0]), item[1]))
        return [(key, _compiled(text), self._second[key]) for text, key in texts]


def catalogue(language: str) -> Mapping[str, str]:
    """Return the texts of one language by key, such as `column.decision`.

    Examples
    --------
    >>> catalogue("zh")["sheet.offer"]
    '报价片单'
    """
    return _catalogue(language)


@lru_cache
def _catalogue(language: str) -> dict[str, str]:
    text = (resources.files("recommender.offers") / "languages" / f"{language}.toml").read_text("utf-8")
    return dict(_flat(tomllib.loads(text)))


def _flat(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def _paired(english: str, other: str | None, sep: str) -> str:
    return english if not other or other == english else f"{english}{sep}{other}"


def _lower(text: str) -> str:
    """Return a translation as it stands within a sentence; an abbreviation keeps its capitals."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _places(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name]


def _numbers(text: str) -> int:
    return sum(name in _NUMBERS for name in _places(text))


def _literal_length(text: str) -> int:
    return sum(len(literal) for literal, _, _, _ in string.Formatter().parse(text))


def _compiled(text: str) -> re.Pattern[str]:
    parts = []
    for literal, name, _, _ in string.Formatter().parse(text):
        parts.append(re.escape(literal))
        if name:
            parts.append(f"(?P<{name}>{_NUMBER if name in _NUMBERS else '.+?'})")
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
