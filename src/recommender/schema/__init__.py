"""Every table's columns, types and checks, in one place.

The six tables are ``titles``, ``outcomes``, ``rights``, ``scores``, ``offer`` and ``decisions``. `TABLES`
holds them by name; each has its column names, which of them are required, which hold lists, and a pandera
``schema`` of the frame in memory. The words that cells may use are here too: `KINDS`, `METRICS`, `MARKETS`,
`COUNTRIES`, `CURRENCIES`, `MEDIA` (a tree, with EMA's licence types), `RIGHTS_STATUSES`.

Importing this room is cheap: pandas and pandera are loaded when a ``schema`` is asked for.

Examples
--------
>>> from recommender.schema import METRICS, TITLES
>>> METRICS["top10_points"].nature
'flow'
>>> TITLES.list_columns
('alt_titles', 'countries', 'languages', 'genres', 'directors', 'cast', 'subtitles', 'dubs')
"""

from __future__ import annotations

from recommender.schema._contradictions import Contradiction
from recommender.schema._currencies import CURRENCIES
from recommender.schema._days import iso_day
from recommender.schema._media import (
    MEDIA,
    Medium,
    find_medium,
    license_types,
    media_mask,
    media_names,
    media_weights,
    medium_of_license_type,
    medium_remedy,
)
from recommender.schema._places import COUNTRIES, MARKETS, WORLDWIDE, at_home
from recommender.schema._rights_arrays import FIRST_DAY, LAST_DAY, RightsArrays, languages_meet, rights_arrays
from recommender.schema._rules import RowRule, Rule
from recommender.schema._tables import (
    DECISIONS,
    OFFER,
    OUTCOMES,
    RIGHTS,
    SCORES,
    TABLES,
    TITLES,
    Column,
    Table,
)
from recommender.schema._words import (
    DECISION_WORDS,
    EVIDENCE_WORDS,
    GENRES,
    KINDS,
    METRICS,
    RIGHTS_STATUSES,
    Metric,
    RightsStatus,
)

__all__ = [
    "COUNTRIES",
    "CURRENCIES",
    "DECISIONS",
    "DECISION_WORDS",
    "EVIDENCE_WORDS",
    "FIRST_DAY",
    "GENRES",
    "KINDS",
    "LAST_DAY",
    "MARKETS",
    "MEDIA",
    "METRICS",
    "OFFER",
    "OUTCOMES",
    "RIGHTS",
    "RIGHTS_STATUSES",
    "SCORES",
    "TABLES",
    "TITLES",
    "WORLDWIDE",
    "Column",
    "Contradiction",
    "Medium",
    "Metric",
    "RightsArrays",
    "RightsStatus",
    "RowRule",
    "Rule",
    "Table",
    "at_home",
    "find_medium",
    "iso_day",
    "languages_meet",
    "license_types",
    "media_mask",
    "media_names",
    "media_weights",
    "medium_of_license_type",
    "medium_remedy",
    "rights_arrays",
]
