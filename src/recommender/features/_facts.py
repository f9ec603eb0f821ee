"""What is known of titles themselves, whatever the market: words, numbers and vectors, ready for features."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.features._foreign import foreign_to
from recommender.features._genres import canonical_genres
from recommender.features._installments import Installment, local_name_columns, names_of, read_installment
from recommender.schema import at_home

if TYPE_CHECKING:
    from recommender.features._encoder import TextEncoder

__all__ = ["TitleFacts", "collect_facts", "each_company", "exact_years"]

_COMPANY_SEPARATORS = re.compile(r"[,;|]")
_COMPANY_NOISE = re.compile(r"[\"'«»“”()]|\b(ооо|зао|оао|ао|фгуп|inc|ltd|llc|gmbh)\b\.?", re.IGNORECASE)
_AGE = re.compile(r"\d+")
_AGE_WORDS = {
    "g": 0,
    "tv-g": 0,
    "tv-y": 0,
    "tv-y7": 7,
    "pg": 8,
    "tv-pg": 8,
    "tv-14": 14,
    "r": 17,
    "tv-ma": 17,
}
_SCRIPTS = {
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f]"),
    "han": re.compile(r"[\u3400-\u9fff]"),
    "kana": re.compile(r"[\u3040-\u30ff]"),
    "hangul": re.compile(r"[\uac00-\ud7af]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
}
# Before the name of a title that tells no franchise.
_ALONE = "~"
_IMDB_NUMBER = re.compile(r"tt(\d+)")
_SPELLING = re.compile(r"[\[\]'\"“”«»]")
_NOTE = re.compile(r"\(.*?\)|\[.*?\]|/.*?/")
_NAME_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, eq=False)
class TitleFacts:
    """Facts of `n` titles; nothing here comes from an outcome.

    Attributes
    ----------
    title_ids : ndarray of str, shape (n,)
    words : dict of str to list of lists
        ``genres``, ``countries``, ``directors``, ``cast``, ``studios``, ``franchise``, ``languages``: the words of each
        title, lower case except codes; ``franchise`` as the catalogue or the names say it, and ``names`` of a title whose
        names tell none; ``spellings``: its genres as the catalogue spells them; ``entry``: one word of name and directors,
        alike for all entries of one work.
    numbers : DataFrame, shape (n, n_numbers), float64
        ``year``, ``released`` (the day as a year with a fraction), ``runtime_min``, ``seasons``, ``age_rating``, counts,
        flags and shares of scripts; NaN where unknown.
    kinds : list of str
    vectors : ndarray, shape (n, dimension), float32
        Embedding of the synopsis, a zero row where there is none.
    title_vectors : ndarray, shape (n, dimension), float32
        Embedding of the title.
    """

    title_ids: NDArray[np.str_]
    words: dict[str, list[list[str]]]
    numbers: pd.DataFrame
    kinds: list[str]
    vectors: NDArray[np.float32]
    title_vectors: NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of titles."""
        return len(self.title_ids)

    @cached_property
    def synopsis_share(self) -> float:
        """The part of the titles that have a synopsis."""
        return float((self.numbers["synopsis_length"] > 0).mean())

    def origins(self) -> list[frozenset[str]]:
        """Return the countries of each title, the Soviet Union counted as Russia too."""
        return [at_home(cell) for cell in self.words["countries"]]

    def foreign(self, markets: Sequence[str]) -> NDArray[np.bool_]:
        """Return, by title and market, whether the title is foreign to the market, shape (n, n_markets)."""
        return foreign_to(self.words["countries"], markets)

    def franchise_words(self) -> list[list[str]]:
        """Return the words under which each title is remembered: its franchises, and by itself its own names."""
        rows = zip(self.words["franchise"], self.words["names"], strict=True)
        return [[*told, *(_ALONE + name for name in names)] for told, names in rows]

    def franchise_lookups(self) -> list[list[str]]:
        """Return the words under which the franchise of each title is looked up among remembered ones.

        Two titles of one name are of one franchise if one of them tells a franchise: "Toy Story" and "Toy Story 2", and
        not "Home" and "Home".
        """
        rows = zip(self.words["franchise"], self.words["names"], strict=True)
        return [[*told, *(_ALONE + name for name in told), *names] for told, names in rows]


def collect_facts(titles: pd.DataFrame, encoder: TextEncoder) -> TitleFacts:
    """Collect the facts of a titles table.

    Parameters
    ----------
    titles : DataFrame, shape (n, n_columns)
        As `recommender.sources.read_titles` returns it.
    encoder : TextEncoder
        Encodes titles and synopses; texts met before come from its cache.
    """
    titles = titles.reset_index(drop=True)  # of a chosen few, the labels have gaps
    columns: dict[str, Callable[[Any], list[str]]] = {
        "genres": canonical_genres,
        "countries": list,
        "directors": _names,
        "cast": _names,
        "languages": list,
    }
    words = {name: [read(cell) for cell in titles[name]] for name, read in columns.items()}
    words["spellings"] = [_spellings(cell) for cell in titles["genres"]]
    words["studios"] = [_companies(cell) for cell in titles["studio"]]
    installments = [read_installment(names) for names in names_of(titles)]
    words["franchise"] = [
        list(dict.fromkeys([*([cell.casefold()] if isinstance(cell, str) else []), *installment.works]))
        for cell, installment in zip(titles["franchise"], installments, strict=True)
    ]
    words["names"] = [list(installment.names) for installment in installments]
    words["entry"] = [
        _entry(title, directors) for title, directors in zip(titles["title"], words["directors"], strict=True)
    ]
    synopsis = titles["synopsis"]
    texts = [*titles["title"].tolist(), *synopsis.tolist()]
    vectors = encoder.fit_transform(texts)
    return TitleFacts(
        title_ids=titles["title_id"].to_numpy(dtype=str),
        words=words,
        numbers=_numbers(titles, words, installments),
        kinds=titles["kind"].tolist(),
        vectors=vectors[len(titles) :],
        title_vectors=vectors[: len(titles)],
    )


def exact_years(days: pd.Series[Any]) -> pd.Series[Any]:
    """Return days as years with fractions, each day its own, NaN where there is none.

    Examples
    --------
    >>> exact_years(pd.to_datetime(pd.Series(["2022-01-01", "2022-07-03"]))).tolist()
    [2022.0, 2022.5]
    """
    years: pd.Series[Any] = (days.dt.year + (days.dt.day_of_year - 1) / 366).astype("float64")
    return years


def _names(cell: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name.casefold().strip() for name in cell if name.strip()))


def _entry(title: str, directors: Sequence[str]) -> list[str]:
    """Return a word that entries of one work share; none without directors, for a name alone is of many works."""
    name = " ".join(_NAME_WORD.findall(_NOTE.sub(" ", title.casefold().replace("ё", "е"))))
    return [f"{name}|{'|'.join(sorted(directors))}"] if name and directors else []


def _companies(cell: object) -> list[str]:
    return list(dict.fromkeys(name.casefold() for name in each_company(cell)))


def each_company(cell: object) -> Iterator[str]:
    """Yield the companies of a cell as it writes them, without signs and forms of company."""
    for part in _COMPANY_SEPARATORS.split(cell) if isinstance(cell, str) else ():
        if name := " ".join(_COMPANY_NOISE.sub(" ", part).split()):
            yield name


def _spellings(cell: Sequence[str]) -> list[str]:
    parts = (part.strip() for word in cell for part in _SPELLING.sub("", word).split(","))
    return list(dict.fromkeys(part for part in parts if part))


def _age(cell: object) -> float:
    if not isinstance(cell, str):
        return np.nan
    word = cell.strip().casefold()
    if word in _AGE_WORDS:
        return float(_AGE_WORDS[word])
    digits = _AGE.search(word)
    return float(digits.group()) if digits else np.nan


def _where_kept(counts: pd.Series[Any]) -> pd.Series[Any]:
    """Return what a catalogue keeps of its titles; NaN where it keeps it of none, for then it does not tell them apart."""
    return counts.astype("float64") if counts.any() else pd.Series(np.nan, index=counts.index)


def _numbers(
    titles: pd.DataFrame, words: dict[str, list[list[str]]], installments: Sequence[Installment]
) -> pd.DataFrame:
    release = pd.to_datetime(titles["release_date"], errors="coerce")
    title, synopsis = titles["title"].fillna(""), titles["synopsis"].fillna("")
    other_names = [" ".join(names) for names in titles["alt_titles"]]
    # Names in the market's script stand in columns such as `title_zh` in many catalogues: evidence of a local release.
    extra = local_name_columns(titles)
    local = titles[extra].notna().sum(axis=1) if extra else pd.Series(0, index=titles.index)
    imdb = titles["imdb_id"]
    names = local + titles["original_title"].notna() + pd.Series([bool(n) for n in other_names])
    numbers: dict[str, pd.Series[Any]] = {
        "year": titles["year"].astype("float64"),
        "released": exact_years(release).fillna(titles["year"].astype("float64")),
        "release_month": release.dt.month.astype("float64"),
        "runtime_min": titles["runtime_min"].astype("float64"),
        "seasons": titles["seasons"].astype("float64"),
        "season": pd.Series([installment.season for installment in installments]),
        "part": pd.Series([installment.part for installment in installments]),
        "age_rating": titles["age_rating"].map(_age).astype("float64"),
        "n_genres": pd.Series([len(c) for c in words["genres"]]),
        "n_countries": pd.Series([len(c) for c in words["countries"]]),
        "n_directors": pd.Series([len(c) for c in words["directors"]]),
        "n_studios": pd.Series([len(c) for c in words["studios"]]),
        "n_names": _where_kept(names),
        "has_imdb_id": _where_kept(imdb.notna()),
        "imdb_number": imdb.astype("str").str.extract(_IMDB_NUMBER)[0].astype("float64"),
        "title_is_original": (title.str.casefold() == titles["original_title"].str.casefold())
        .astype("float64")
        .where(titles["original_title"].notna()),
        "title_length": title.str.len(),
        "synopsis_length": synopsis.str.len(),
        "title_has_digit": title.str.contains(r"\d"),
        "title_has_subtitle": title.str.contains(r"\w(?:：|[:.]\s+)\w"),
        "title_has_note": title.str.contains(r"\("),
    }
    for script, letters in _SCRIPTS.items():
        numbers[f"title_{script}"] = title.str.count(letters.pattern) / title.str.len().clip(lower=1)
        numbers[f"synopsis_{script}"] = (synopsis.str.count(letters.pattern) / synopsis.str.len().clip(lower=1)).where(
            synopsis != ""
        )
    return pd.DataFrame({name: column.to_numpy(dtype="float64") for name, column in numbers.items()})
