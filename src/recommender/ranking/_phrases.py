"""What a topic of features says of one title, in the words of a person who buys films."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from recommender.features import Pairs, written_words

__all__ = ["PairWords", "phrase"]

# A record counts as better or worse than most from a tenth above or below the market's mean on.
_NOTABLE = np.log(1.1)
_SHORT_SYNOPSIS, _LONG_SYNOPSIS = 200, 600
_RARE = 0.5
_SHORT_TITLE, _LONG_TITLE = 8, 30
_TITLE_MARKS = {
    "number": ("title_has_digit", "number"),
    "subtitle": ("title_has_subtitle", "subtitle"),
    "brackets": ("title_has_note", "note in brackets"),
}
_OF_A_WORK = ("franchise", "names")
_AS_WRITTEN = ("directors", "cast", "studios", *_OF_A_WORK)
_LATIN = re.compile(r"[\W\d_]*[A-Za-z\u00c0-\u024f]")
_REGIONS = ("of the same region as the market", "of the same continent as the market", "from another continent")
_CULTURES = ("of a culture like the market's", "of another culture than the market's")


class PairWords:
    """One pair's facts and feature values, for the phrases.

    Parameters
    ----------
    titles : DataFrame
        From which the facts of the pairs were collected.
    pairs : Pairs
    place : int
    values : dict of str to float
        Feature values by name.

    Attributes
    ----------
    lead : str
        The detail that speaks loudest in the topic asked for, such as ``titles known``.
    up : bool
        Whether the topic raises the score.
    """

    def __init__(self, titles: pd.DataFrame, pairs: Pairs, place: int, values: dict[str, float]) -> None:
        self.titles = titles
        self.title = int(pairs.title[place])
        self.facts = pairs.facts
        self.values = values
        self.lead = ""
        self.up = True

    def words(self, field: str, limit: int = 3) -> str:
        """Return the title's first words of a field, as people write them; of several names of one work, an English one."""
        words = self.facts.words[field][self.title]
        if words and field in _AS_WRITTEN:
            words = written_words(self.titles, self.title, field)
        if field in _OF_A_WORK:
            words = sorted(words, key=lambda name: (not _LATIN.match(name), ":" in name))
            words = [word[:1].upper() + word[1:] for word in words]
        return ", ".join(word.title() if word.islower() else word for word in words[:limit])

    def number(self, name: str) -> float | None:
        """Return one of the title's numbers, or None where it is not known."""
        value = float(self.facts.numbers[name].iloc[self.title])
        return None if np.isnan(value) else value

    def value(self, feature: str) -> float | None:
        """Return a feature's value, or None where it is not known."""
        value = self.values.get(feature, np.nan)
        return None if np.isnan(value) else value

    def share(self, feature: str) -> int | None:
        """Return a feature's value of 0 to 1 as a whole number up to 100."""
        value = self.value(feature)
        # A regression may say more than all or less than nothing.
        return None if value is None else round(100 * min(max(value, 0.0), 1.0))

    def known(self, topic: str) -> int:
        """Return how many earlier titles of a topic are known."""
        return int(self.value(f"{topic}: titles known") or 0)

    def record(self, topic: str) -> str:
        """Return how earlier titles did here, empty where that is as usual or not what the topic says."""
        ratio = self.value(f"{topic}: in this market")
        if ratio is None or not self.known(topic) or abs(ratio) < _NOTABLE or (ratio > 0) != self.up:
            return ""
        return "did better here than most" if ratio > 0 else "did less well here than most"


def phrase(topic: str, row: PairWords) -> str:
    """Return what a topic says of a title; the topic's name where it has no phrase."""
    said = _PHRASES.get(topic)
    return said(row) if said else topic


def _genre(row: PairWords) -> str:
    return _with_record("genre", "genres", "genre's record", "such titles", row)


def _origin(row: PairWords) -> str:
    return _with_record("origin", "countries", "origin's record", "titles from there", row)


def _with_record(label: str, field: str, topic: str, which: str, row: PairWords) -> str:
    words = row.words(field)
    if not words:
        return f"{label} not told"
    did = row.record(topic)
    return f"{label}: {words}" + (f", {which} {did}" if did else "")


def _origin_and_genre(row: PairWords) -> str:
    what = f"{row.words('genres', 2) or 'titles'} from {row.words('countries', 2) or 'unknown origin'}"
    if "origin and genre: titles known" in row.values and not row.known("origin and genre"):
        return f"{what}, none known before"
    did = row.record("origin and genre")
    return what + (f", such titles {did}" if did else "")


def _maker(label: str, field: str) -> Callable[[PairWords], str]:
    return lambda row: _known_titles(label, field, 2, row)


def _known_titles(label: str, field: str, limit: int, row: PairWords) -> str:
    who = row.words(field, limit)
    if not who:
        return f"{label} not told"
    known = row.known(label)
    earlier = f"{known or 'no'} earlier title{'s' if known > 1 else ''} known"
    did = row.record(label)
    return f"{label}: {who}, {earlier}" + (f", {'they' if known > 1 else 'it'} {did}" if did else "")


def _franchise(row: PairWords) -> str:
    if row.lead in ("season", "part"):
        number = row.number(row.lead)
        return f"no {row.lead} by its name" if number is None else f"{row.lead} {number:.0f} by its name"
    if row.words("franchise"):
        return _known_titles("franchise", "franchise", 1, row)
    # The first of a franchise is told by titles that came after it.
    return _known_titles("franchise", "names", 1, row) if row.known("franchise") else "franchise not known"


def _release(row: PairWords) -> str:
    year = row.number("year")
    when = "year not told" if year is None else f"released {year:.0f}"
    if "first entry" in row.lead and row.value(f"release: {row.lead}"):
        return f"{when}, and entered before under the same name"
    return f"{when}, by the order in which IMDb listed it" if "registration" in row.lead else when


def _length(row: PairWords) -> str:
    seasons, minutes = row.number("seasons"), row.number("runtime_min")
    if row.lead == "seasons":
        return "number of seasons not told" if seasons is None else _counted(seasons, "season")
    return "running time not told" if minutes is None else f"{minutes:.0f} minutes"


def _age_mark(row: PairWords) -> str:
    age = row.number("age_rating")
    return "age mark not told" if age is None else f"age mark {age:.0f}+"


def _credits(row: PairWords) -> str:
    name, what = ("n_studios", "studio") if "compan" in row.lead else ("n_directors", "director")
    return f"{_counted(row.number(name) or 0, what)} credited"


def _description(row: PairWords) -> str:
    of_entry = row.lead.startswith(("listed by", "other titles", "synopsis", "length of the synopsis"))
    return f"how it is described: {_told(row) if of_entry else _title(row)}"


def _told(row: PairWords) -> str:
    if "IMDb" in row.lead:
        return "listed by IMDb" if row.number("has_imdb_id") else "not listed by IMDb"
    if "other titles" in row.lead:
        return f"{_counted(row.number('n_names') or 0, 'other name')} on record"
    length = row.number("synopsis_length") or 0
    if not length:
        return "no synopsis"
    if row.facts.synopsis_share < _RARE:
        return f"has a synopsis ({length:.0f} characters), where most titles have none"
    if "script" in row.lead:
        return row.lead
    size = "short" if length < _SHORT_SYNOPSIS else "long" if length > _LONG_SYNOPSIS else "usual"
    return f"synopsis of {size} length ({length:.0f} characters)"


def _title(row: PairWords) -> str:
    if "original" in row.lead:
        original = row.number("title_is_original")
        if original is None:
            return "original title not told"
        return "under its original title" if original else "under a translated title"
    for word, (flag, what) in _TITLE_MARKS.items():
        if word in row.lead:
            return f"{'a' if row.number(flag) else 'no'} {what} in the title"
    if "script" in row.lead:
        return f"title {row.lead}" if row.value(f"title: {row.lead}") else f"title not {row.lead}"
    length = row.number("title_length") or 0
    return f"{'short' if length < _SHORT_TITLE else 'long' if length > _LONG_TITLE else 'neither short nor long'} title"


def _similar(row: PairWords) -> str:
    mean = row.share("similar stories: in this market")
    if mean is None:
        return "no similar story known"
    return f"similar stories reached {mean} of 100 here on average"


def _story(row: PairWords) -> str:
    mean = row.share("story: in this market")
    return "no synopsis" if mean is None else f"what the story is about (by itself {mean} of 100)"


def _nearness(row: PairWords) -> str:
    distance = row.value(f"distance: {row.lead}")
    if row.lead.startswith("region"):
        return "region of origin not known" if distance is None else _REGIONS[int(distance)]
    if row.lead.startswith("culture"):
        return "culture of origin not known" if distance is None else _CULTURES[int(distance)]
    shared = row.value(f"language: {row.lead}")
    if shared is None:
        return "language not told"
    whose = "its language is" if row.lead.startswith("shared") else "a language of its origin is"
    return f"{whose}{'' if shared else ' not'} spoken in the market"


def _worldwide(row: PairWords) -> str:
    return _ahead(row, "worldwide", "worldwide audience", "worldwide rating")


def _at_home(row: PairWords) -> str:
    return _ahead(row, "at home", "audience at home", "rating at home")


def _ahead(row: PairWords, topic: str, audience: str, rating: str) -> str:
    rated = row.lead == "rating"
    share = row.share(f"{topic}: {row.lead}")
    share = row.share(f"{topic}: audience") if share is None else share
    label = rating if rated else audience
    return f"{label} not known" if share is None else f"{label}: ahead of {share}% of titles"


def _abroad(row: PairWords) -> str:
    took = row.value("abroad: other markets that took it")
    if took is not None and "took" in row.lead:
        return f"taken by {_counted(took, 'other market')}"
    label = "rating in other markets" if row.lead.startswith("rating") else "audience in other markets"
    share = row.share(f"abroad: {row.lead}")
    return f"{label} not known" if share is None else f"{label}: ahead of {share}% of titles"


def _counted(number: float, what: str) -> str:
    return f"{number:.0f} {what}{'' if number == 1 else 's'}" if number else f"no {what}"


_PHRASES: dict[str, Callable[[PairWords], str]] = {
    "genre": _genre,
    "origin": _origin,
    "origin and genre": _origin_and_genre,
    "kind": lambda row: f"kind: {row.facts.kinds[row.title]}",
    "release": _release,
    "length": _length,
    "age mark": _age_mark,
    "credits": _credits,
    "description": _description,
    "similar stories": _similar,
    "story": _story,
    "nearness": _nearness,
    "director": _maker("director", "directors"),
    "studio": _maker("studio", "studios"),
    "cast": _maker("cast", "cast"),
    "franchise": _franchise,
    "worldwide": _worldwide,
    "at home": _at_home,
    "abroad": _abroad,
}
