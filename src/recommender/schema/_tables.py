"""The six tables: every column's name, type, meaning and checks, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from recommender.schema import _rules as rule
from recommender.schema._places import COUNTRIES, WORLDWIDE
from recommender.schema._words import DECISION_WORDS, EVIDENCE_WORDS, KINDS, METRICS

if TYPE_CHECKING:
    import pandera.pandas as pa

__all__ = ["DECISIONS", "OFFER", "OUTCOMES", "RIGHTS", "SCORES", "TABLES", "TITLES", "Column", "Table"]

Type = Literal["text", "integer", "number", "boolean", "date", "list", "records"]
Vocabulary = Literal["kind", "market", "metric", "country", "language"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Its name in every file.
    type : str
        ``text``, ``integer``, ``number``, ``boolean``, ``date`` (ISO text), ``list`` (of text) or ``records``
        (a list of mappings).
    meaning : str
        A sentence for the people who fill or read it.
    required : bool
        Whether the column must be there and every cell filled.
    expected : bool
        Whether a table without the column draws a warning.
    vocabulary : str or None
        The words it is brought to on reading: "Россия" becomes RU, "Film" becomes film.
    rules : tuple of Rule
        What its filled cells must satisfy.
    """

    name: str
    type: Type
    meaning: str
    required: bool = False
    expected: bool = False
    vocabulary: Vocabulary | None = None
    rules: tuple[rule.Rule, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table: its columns in order.

    Attributes
    ----------
    name : str
        ``titles``, ``outcomes``, ``rights``, ``scores``, ``offer`` or ``decisions``.
    columns : tuple of Column
        In the order in which they are kept.

    Examples
    --------
    >>> TITLES.required
    ('title_id', 'kind', 'title')
    >>> TITLES["year"].type
    'integer'
    """

    name: str
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        """Return the column of that name; KeyError where there is none."""
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        """Return whether the table has a column of that name."""
        return name in self._by_name

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The names of the columns that must be there and filled."""
        return tuple(column.name for column in self.columns if column.required)

    @cached_property
    def list_columns(self) -> tuple[str, ...]:
        """The names of the columns whose cells are lists."""
        return tuple(column.name for column in self.columns if column.type in {"list", "records"})

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema of the table in memory; a failed check's name is the rule's problem."""
        from recommender.schema._pandera import build_schema

        return build_schema(self)


_NUL = rule.no_nul()
_AT_LEAST_ONE = rule.between(1, 100_000, severity="warning")
_PRICE = rule.not_negative(severity="warning")
_MARKET = rule.one_of(sorted(COUNTRIES | {WORLDWIDE}), "market")


def _text(name: str, meaning: str, *rules: rule.Rule) -> Column:
    return Column(name, "text", meaning, rules=(_NUL, *rules))


_TITLE_ID = Column(
    "title_id", "text", "Your key of the title; outcomes, rights and scores refer to it.", True
)
_TARGET_MARKET = Column(
    "market", "text", "The foreign audience: an ISO 3166-1 territory.", True, False, "market"
)

TITLES = Table(
    "titles",
    (
        Column("title_id", "text", _TITLE_ID.meaning, True, rules=(_NUL, rule.unique())),
        Column(
            "kind",
            "text",
            "What it is: " + ", ".join(KINDS) + ".",
            True,
            False,
            "kind",
            (rule.one_of(KINDS, "kind"),),
        ),
        Column("title", "text", "The title as you call it.", True, rules=(_NUL, *rule.no_markup())),
        _text("original_title", "The title in the language it was made in.", *rule.no_markup()),
        Column("alt_titles", "list", "Other titles it is known by."),
        Column(
            "year", "integer", "Year of first release, or planned release.", rules=(rule.possible_year(),)
        ),
        Column("release_date", "date", "Day of first release (YYYY-MM-DD)."),
        Column("countries", "list", "Origin: ISO 3166-1 codes or names.", vocabulary="country"),
        Column("languages", "list", "Spoken languages (BCP 47: ru, zh-Hans).", vocabulary="language"),
        Column("genres", "list", "Genres, in any vocabulary."),
        _text("synopsis", "What happens, in a few sentences."),
        Column("synopsis_language", "text", "Language of the synopsis (BCP 47).", vocabulary="language"),
        Column("runtime_min", "integer", "Minutes, of the film or of one episode.", rules=(_AT_LEAST_ONE,)),
        Column("seasons", "integer", "Number of seasons of a series.", rules=(_AT_LEAST_ONE,)),
        Column("episodes", "integer", "Number of episodes in all.", rules=(_AT_LEAST_ONE,)),
        _text("age_rating", "Age mark of its home market, such as 12+ or PG-13."),
        Column("directors", "list", "Directors."),
        Column("cast", "list", "Leading cast, the best known first."),
        _text("studio", "Production company or companies."),
        _text("franchise", "The series of works it belongs to."),
        _text("imdb_id", "IMDb identifier (tt0111161)."),
        _text("eidr", "EIDR identifier (10.5240/...)."),
        _text("kinopoisk_id", "Kinopoisk identifier."),
        _text("douban_id", "Douban identifier."),
        _text("resolution", "Best master: SD, HD, 4K."),
        Column("me_track", "boolean", "Whether a music-and-effects track exists, as dubbing needs."),
        Column("subtitles", "list", "Languages with subtitles (BCP 47).", vocabulary="language"),
        Column("dubs", "list", "Languages with a dubbed track (BCP 47).", vocabulary="language"),
        _text("screener_url", "Where it can be watched."),
        Column("ask_price", "number", "Asking price, in `currency`.", rules=(_PRICE,)),
        Column("floor_price", "number", "Lowest acceptable price, in `currency`.", rules=(_PRICE,)),
        _text("currency", "Currency of the prices (ISO 4217)."),
    ),
)

OUTCOMES = Table(
    "outcomes",
    (
        Column("title_id", "text", "Key of the title.", True, rules=(_NUL,)),
        Column(
            "market",
            "text",
            "Where: ISO 3166-1 code, or WW for worldwide.",
            True,
            False,
            "market",
            (_MARKET,),
        ),
        Column(
            "metric",
            "text",
            "What is counted.",
            True,
            False,
            "metric",
            (rule.one_of(tuple(METRICS), "metric"),),
        ),
        Column("value", "number", "How much.", True, rules=(rule.not_negative(),)),
        Column("as_of", "date", "Day on which the value was known (YYYY-MM-DD).", True),
        Column("source", "text", "Where the value comes from.", expected=True, rules=(_NUL,)),
        _text("licence", "Terms under which the source gives it."),
    ),
)

RIGHTS = Table(
    "rights",
    (
        Column("title_id", "text", "Key of the title.", True, rules=(_NUL,)),
        Column("market", "text", "Territory of the right.", True, False, "market", (_MARKET,)),
        _text("media", "Medium: theatrical, tv, svod, ..."),
        Column("language", "text", "Language version (BCP 47); empty: all.", vocabulary="language"),
        Column("start", "date", "First day; empty: open."),
        Column("end", "date", "Last day; empty: open."),
        Column("exclusive", "boolean", "Whether nobody else may have it."),
        Column("holdback_until", "date", "Not before this day."),
        _text("licensee", "Who holds it."),
        _text("status", "Where the negotiation stands."),
    ),
)

SCORES = Table(
    "scores",
    (
        Column("market", "text", _TARGET_MARKET.meaning, True, False, "market", (_MARKET,)),
        Column("rank", "integer", "Place within the market, from 1.", True, rules=(rule.between(1, 1e12),)),
        Column("title_id", "text", "Key of the title.", True, rules=(_NUL,)),
        Column("score", "number", "What the order is made from; compares within a market only.", True),
        Column(
            "appeal",
            "number",
            "Expected percentile among the market's foreign titles.",
            True,
            rules=(rule.between(0, 1),),
        ),
        Column("low", "number", "Lower end of the interval of `appeal`.", rules=(rule.between(0, 1),)),
        Column("high", "number", "Upper end of the interval of `appeal`.", rules=(rule.between(0, 1),)),
        Column(
            "evidence",
            "text",
            "How much the score rests on: strong, fair or thin.",
            rules=(rule.one_of(EVIDENCE_WORDS, "evidence"),),
        ),
        Column("reasons", "list", "What raised (+) and lowered (-) the score, in words."),
        Column(
            "comparables", "records", "Earlier titles that resemble it, with their outcome in the market."
        ),
        _text("model", "Name of the model."),
        _text("model_version", "Version of the model."),
        _text("encoder", "Text encoder behind the model."),
        Column("as_of", "date", "Day of the prediction; nothing dated on or after it was seen."),
    ),
)

OFFER = Table(
    "offer",
    (
        Column("offer_id", "text", "Key of the offer.", True, rules=(_NUL,)),
        Column("version", "integer", "Version of the offer, from 1.", True, rules=(rule.between(1, 1e9),)),
        *SCORES.columns,
        _text("tier", "Tier within the package."),
        _text("slot", "Slot that the title fills."),
        _text("status", "Where the title stands: proposed, accepted, held, rejected."),
        _text("policy", "What the market's rules say."),
        _text("rights", "What the rights say."),
        Column("substitutes", "list", "Titles that could take its place (title_id)."),
        *(column for column in TITLES.columns if column.name != "title_id"),
    ),
)

DECISIONS = Table(
    "decisions",
    (
        Column("offer_id", "text", "Key of the offer.", True, rules=(_NUL,)),
        Column("version", "integer", "Version of the offer.", True, rules=(rule.between(1, 1e9),)),
        Column("title_id", "text", "Key of the title.", True, rules=(_NUL,)),
        Column("market", "text", _TARGET_MARKET.meaning, True, False, "market", (_MARKET,)),
        _text("reviewer", "Who decided."),
        Column(
            "decision",
            "text",
            "accept, hold or reject.",
            True,
            rules=(rule.one_of(DECISION_WORDS, "decision"),),
        ),
        _text("reason", "Why, in a word."),
        _text("note", "Anything else."),
        _text("decided_at", "When (ISO 8601)."),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table for table in (TITLES, OUTCOMES, RIGHTS, SCORES, OFFER, DECISIONS)
}
"""Every table by its name."""
