"""The six tables: every column's name, type, meaning and checks, in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from recommender.schema import _rules as rule
from recommender.schema._contradictions import Contradiction, rights_contradictions
from recommender.schema._places import COUNTRIES, WORLDWIDE
from recommender.schema._words import DECISION_WORDS, EVIDENCE_WORDS, KINDS, METRICS, RIGHTS_STATUSES

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

__all__ = ["DECISIONS", "OFFER", "OUTCOMES", "RIGHTS", "SCORES", "TABLES", "TITLES", "Column", "Table"]

Type = Literal["text", "integer", "number", "boolean", "date", "list", "records"]
Vocabulary = Literal["kind", "market", "metric", "country", "language", "medium", "rights status", "currency"]


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
    strict : bool
        Whether a cell that cannot be read, or a language that is none, is an error; elsewhere in optional columns
        it is emptied with a warning.
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
    strict: bool = False
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
    row_rules : tuple of RowRule
        What the cells of a row must satisfy together.
    contradictions : callable, optional
        From the frame without unusable rows to what its rows say against each other.

    Examples
    --------
    >>> TITLES.required
    ('title_id', 'kind', 'title')
    >>> TITLES["year"].type
    'integer'
    """

    name: str
    columns: tuple[Column, ...]
    row_rules: tuple[rule.RowRule, ...] = ()
    contradictions: Callable[[pd.DataFrame], list[Contradiction]] | None = None

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
_COUNT = rule.between(1, 100_000, severity="warning")
_MARKET = rule.one_of(sorted(COUNTRIES | {WORLDWIDE}), "market")


def _column(name: str, type_: Type, meaning: str, *rules: rule.Rule, **flags: Any) -> Column:
    if type_ == "text":
        rules = (_NUL, *rules)
    return Column(name, type_, meaning, rules=rules, **flags)


def _title_id(*rules: rule.Rule) -> Column:
    return _column("title_id", "text", "Your key of the title, the same in every table.", *rules, required=True)


def _market(meaning: str) -> Column:
    return _column("market", "text", meaning, _MARKET, required=True, vocabulary="market")


def _languages(name: str, meaning: str) -> Column:
    return _column(name, "list", f"{meaning} (BCP 47: ru, zh-Hans).", vocabulary="language")


_KIND = rule.one_of(KINDS, "kind")
_METRIC = rule.one_of(tuple(METRICS), "metric")

TITLES = Table(
    "titles",
    (
        _title_id(rule.unique()),
        _column("kind", "text", f"What it is: {', '.join(KINDS)}.", _KIND, required=True, vocabulary="kind"),
        _column("title", "text", "The title as you call it.", *rule.no_markup(), required=True),
        _column("original_title", "text", "The title in the language it was made in.", *rule.no_markup()),
        _column("alt_titles", "list", "Other titles it is known by."),
        _column("year", "integer", "Year of first or planned release.", rule.possible_year(), strict=True),
        _column("release_date", "date", "Day of first release (YYYY-MM-DD)."),
        _column("countries", "list", "Origin: ISO 3166-1 codes or names.", vocabulary="country"),
        _languages("languages", "Spoken languages"),
        _column("genres", "list", "Genres, in any vocabulary."),
        _column("synopsis", "text", "What happens, in a few sentences."),
        _column("synopsis_language", "text", "Language of the synopsis (BCP 47).", vocabulary="language"),
        _column("runtime_min", "integer", "Minutes, of the film or of one episode.", _COUNT),
        _column("seasons", "integer", "Number of seasons of a series.", _COUNT),
        _column("episodes", "integer", "Number of episodes in all.", _COUNT),
        _column("age_rating", "text", "Age mark of its home market, such as 12+ or PG-13."),
        _column("directors", "list", "Directors."),
        _column("cast", "list", "Leading cast, the best known first."),
        _column("studio", "text", "Production company or companies."),
        _column("franchise", "text", "The family of works it belongs to."),
        _column("imdb_id", "text", "IMDb identifier (tt0111161)."),
        _column("eidr", "text", "EIDR identifier (10.5240/...)."),
        _column("kinopoisk_id", "text", "Kinopoisk identifier."),
        _column("douban_id", "text", "Douban identifier."),
        _column("resolution", "text", "Best master: SD, HD, 4K."),
        _column("me_track", "boolean", "Whether a music-and-effects track exists, as dubbing needs."),
        _languages("subtitles", "Languages with subtitles"),
        _languages("dubs", "Languages with a dubbed track"),
        _column("screener_url", "text", "Where it can be watched."),
        _column("ask_price", "number", "Asking price, in `currency`.", rule.not_negative(), strict=True),
        _column("floor_price", "number", "Lowest price to accept.", rule.not_negative(), strict=True),
        _column(
            "currency",
            "text",
            "Currency of the prices (ISO 4217).",
            rule.known_currency(),
            vocabulary="currency",
        ),
    ),
    (rule.floor_below_ask(), *rule.priced_in_a_currency()),
)

OUTCOMES = Table(
    "outcomes",
    (
        _title_id(),
        _market("Where: ISO 3166-1 code, or WW for worldwide."),
        _column("metric", "text", "What is counted.", _METRIC, required=True, vocabulary="metric"),
        _column("value", "number", "How much.", rule.not_negative(), required=True),
        _column("as_of", "date", "Day on which the value was known (YYYY-MM-DD).", required=True),
        _column("source", "text", "Where the value comes from.", expected=True),
        _column("licence", "text", "Terms under which the source gives it."),
    ),
)

RIGHTS = Table(
    "rights",
    (
        _title_id(),
        _column(
            "market",
            "text",
            "Territory: ISO 3166-1 code, or WW for worldwide; one a row.",
            rule.territory(),
            required=True,
            vocabulary="market",
        ),
        _column(
            "media",
            "text",
            "Medium, with all below it: cinema, television, svod, ...; one a row; empty: all.",
            rule.known_medium(),
            strict=True,
            vocabulary="medium",
        ),
        _column("language", "text", "Language version (BCP 47); empty: every one.", strict=True, vocabulary="language"),
        _column("start", "date", "First day; empty: open.", strict=True),
        _column("end", "date", "Last day; empty: open.", strict=True),
        _column(
            "exclusive",
            "boolean",
            "Of a right: whether it can be given exclusively. Of a licence: whether nobody else may have the same.",
            strict=True,
        ),
        _column("holdback_until", "date", "Nobody may begin with the medium there before this day.", strict=True),
        _column("licensee", "text", "Who has the licence, or had it, or for whom it is kept.", strict=True),
        _column(
            "status",
            "text",
            f"What the row says: {', '.join(RIGHTS_STATUSES)}; empty: licensed where a licensee stands, else available.",
            rule.one_of(tuple(RIGHTS_STATUSES), "status"),
            strict=True,
            vocabulary="rights status",
        ),
    ),
    (rule.ordered("start", "end"), rule.usable_after_holdback()),
    rights_contradictions,
)

SCORES = Table(
    "scores",
    (
        _market("The foreign audience: an ISO 3166-1 territory."),
        _column("rank", "integer", "Place within the market, from 1.", rule.between(1, 1e12), required=True),
        _title_id(),
        _column("score", "number", "What the order is made from, within a market.", required=True),
        _column(
            "appeal",
            "number",
            "Expected percentile among the market's foreign titles, 0 to 1.",
            rule.between(0, 1),
            required=True,
        ),
        _column("low", "number", "Lower end of the interval of `appeal`.", rule.between(0, 1), strict=True),
        _column("high", "number", "Upper end of the interval of `appeal`.", rule.between(0, 1), strict=True),
        _column("evidence", "text", "What the score rests on.", rule.one_of(EVIDENCE_WORDS, "evidence")),
        _column("reasons", "list", "What raised (+) and lowered (-) the score, in words."),
        _column("comparables", "records", "Earlier titles that resemble it, with their outcome there."),
        _column("model", "text", "Name of the model."),
        _column("model_version", "text", "Version of the model."),
        _column("encoder", "text", "Text encoder behind the model."),
        _column("as_of", "date", "Day of the prediction; nothing dated on or after it was seen."),
    ),
    (rule.ordered("low", "high"),),
)

_OFFER_ID = _column("offer_id", "text", "Key of the offer.", required=True)
_VERSION = _column("version", "integer", "Version of the offer, from 1.", rule.between(1, 1e9), required=True)

OFFER = Table(
    "offer",
    (
        _OFFER_ID,
        _VERSION,
        *SCORES.columns,
        _column("tier", "text", "Tier within the package."),
        _column("slot", "text", "Slot that the title fills."),
        _column("status", "text", "Where the title stands: proposed, accepted, held, rejected."),
        _column("policy", "text", "What the market's rules say."),
        _column("rights", "text", "What the rights say."),
        _column("materials", "text", "What is ready to be delivered, what is lacking and what is not known."),
        _column("substitutes", "list", "Titles that could take its place (title_id)."),
        *TITLES.columns[1:],
    ),
    # Not that prices have a currency: a reviewer may state one where the catalogue states none.
    (*SCORES.row_rules, rule.floor_below_ask()),
)

DECISIONS = Table(
    "decisions",
    (
        _OFFER_ID,
        _VERSION,
        _title_id(),
        _market("The market of the offer."),
        _column("reviewer", "text", "Who decided."),
        _column(
            "decision",
            "text",
            "accept, hold or reject.",
            rule.one_of(DECISION_WORDS, "decision"),
            required=True,
        ),
        _column("reason", "text", "Why, in a word."),
        _column("note", "text", "Anything else."),
        _column("decided_at", "text", "When (ISO 8601)."),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in (TITLES, OUTCOMES, RIGHTS, SCORES, OFFER, DECISIONS)}
"""Every table by its name."""
