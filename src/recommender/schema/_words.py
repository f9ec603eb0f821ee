"""The words that tables may use: kinds, metrics, and the values of small fixed columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "DECISION_WORDS",
    "EVIDENCE_WORDS",
    "GENRES",
    "KINDS",
    "KIND_SYNONYMS",
    "METRICS",
    "RIGHTS_STATUSES",
    "Metric",
    "RightsStatus",
]

KINDS: tuple[str, ...] = (
    "film",
    "series",
    "documentary",
    "animation",
    "short",
    "format",
    "coproduction",
    "sports",
    "news",
    "archive",
    "other",
)

KIND_SYNONYMS: dict[str, str] = {
    "movie": "film",
    "feature": "film",
    "feature film": "film",
    "фильм": "film",
    "художественный": "film",
    "电影": "film",
    "show": "series",
    "tv": "series",
    "tv show": "series",
    "tv series": "series",
    "serial": "series",
    "сериал": "series",
    "电视剧": "series",
    "doc": "documentary",
    "документальный": "documentary",
    "纪录片": "documentary",
    "cartoon": "animation",
    "anime": "animation",
    "анимационный": "animation",
    "мультфильм": "animation",
    "动画": "animation",
    "short film": "short",
    "короткометражный": "short",
    "co-production": "coproduction",
    "co_production": "coproduction",
    "co production": "coproduction",
    "sport": "sports",
    "прочий": "other",
}
"""What catalogues call our kinds, lower case: only ever suggested, because `tv` can be several of them."""

GENRES: tuple[str, ...] = (
    "Action",
    "Adventure",
    "Animation",
    "Biography",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Family",
    "Fantasy",
    "History",
    "Horror",
    "Music",
    "Musical",
    "Mystery",
    "Reality",
    "Romance",
    "Sci-Fi",
    "Short",
    "Sport",
    "Thriller",
    "War",
    "Western",
)
"""The genre words that every vocabulary is brought to (see `recommender.sources.canonical_genres`)."""

EVIDENCE_WORDS: tuple[str, ...] = ("strong", "fair", "thin")
DECISION_WORDS: tuple[str, ...] = ("accept", "hold", "reject")


@dataclass(frozen=True, slots=True)
class Metric:
    """What an outcome's number means.

    Attributes
    ----------
    nature : {"level", "flow", "presence"}
        level: the latest row counts and a missing one is unknown; flow: rows add up, none means zero so far;
        presence: a title with any row of the metric has a 0 in the markets not listed.
    role : {"audience", "rating", "entry"}
        Audience is the target; rating refines it; entry says whether the market takes the title at all.
    unit : str
        The unit of `value`.
    """

    nature: Literal["level", "flow", "presence"]
    role: Literal["audience", "rating", "entry"]
    unit: str


_VOTES = ("votes", "douban_votes", "imdb_votes", "kinopoisk_votes", "tmdb_votes")
_RATINGS = ("rating", "douban_rating", "imdb_rating", "kinopoisk_rating", "tmdb_rating")
_CURRENCIES = ("aud", "cad", "cny", "eur", "gbp", "inr", "jpy", "krw", "rub", "usd")

METRICS: dict[str, Metric] = {
    **{name: Metric("level", "audience", "people who rated") for name in _VOTES},
    "admissions": Metric("level", "audience", "tickets"),
    "box_office": Metric("level", "audience", "money, one currency a market"),
    **{f"box_office_{code}": Metric("level", "audience", code.upper()) for code in _CURRENCIES},
    **{name: Metric("level", "rating", "mean mark, higher is better") for name in _RATINGS},
    "top10_points": Metric("flow", "audience", "11 minus the rank, a week"),
    "released": Metric("presence", "entry", "1 yes"),
    "licensed": Metric("presence", "entry", "1 yes"),
    "accepted": Metric("presence", "entry", "1 yes, 0 refused"),
}


@dataclass(frozen=True, slots=True)
class RightsStatus:
    """What a row of the rights table says.

    Attributes
    ----------
    effect : {"grants", "licence", "blocks", "none"}
        grants: the right can be licensed out; licence: somebody else has it (an exclusive one bars everybody, another
        only those who want it exclusively); blocks: nobody can have it; none: it is past.
    meaning : str
        A phrase.
    also : tuple of str
        What people call it.
    """

    effect: Literal["grants", "licence", "blocks", "none"]
    meaning: str
    also: tuple[str, ...] = ()


RIGHTS_STATUSES: dict[str, RightsStatus] = {
    "available": RightsStatus(
        "grants",
        "ours to license, and free as far as this row knows",
        ("avail", "avails", "free", "open", "cleared", "доступно", "свободно", "可用", "可售"),
    ),
    "owned": RightsStatus(
        "grants", "ours to license; licences given away stand in rows of their own", ("own", "held", "ours", "自有")
    ),
    "licensed": RightsStatus(
        "licence", "a licence that the licensee has", ("licenced", "sold", "taken", "granted", "продано", "已售")
    ),
    "negotiating": RightsStatus(
        "licence",
        "being negotiated with the licensee; counts as if it were given",
        ("negotiation", "in negotiation", "pending", "option", "optioned", "under offer", "переговоры", "谈判中"),
    ),
    "reserved": RightsStatus("blocks", "kept back", ("reserve", "blocked", "зарезервировано", "保留")),
    "withdrawn": RightsStatus("blocks", "taken off the market", ("cancelled", "canceled", "deleted", "removed")),
    "excluded": RightsStatus("blocks", "not ours there; a hole in a wider row", ("not held", "not ours", "carved out")),
    "expired": RightsStatus("none", "over; names who had it", ("ended", "lapsed", "past", "истекло", "已过期")),
}
"""What the rows of a rights table may say."""
