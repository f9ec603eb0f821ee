"""From the tables to the matrix that a ranker learns from: text and its cache, content, history, markets.

`collect_facts` gathers what titles are; each `FeatureGroup` learns from what is known on a day and describes titles in
markets. `GROUPS` names those that a model may ask for, `DEFAULT_GROUPS` those of the default model: what texts and
the most similar stories say of success is not among them, for it told nothing more on any held-out data.
"""

from __future__ import annotations

from recommender.features._base import FeatureGroup, Known, Pairs, word_matrix
from recommender.features._closeness import Closeness
from recommender.features._content import Content, year_fraction
from recommender.features._encoder import TextEncoder
from recommender.features._facts import TitleFacts, collect_facts, exact_years
from recommender.features._foreign import foreign_to
from recommender.features._genres import GENRES, canonical_genres
from recommender.features._keys import content_keys, content_order
from recommender.features._market import MarketFit
from recommender.features._neighbors import Neighbors
from recommender.features._performance import Performance
from recommender.features._text import TextScore
from recommender.features._track_record import TrackRecord
from recommender.features._written import written_words

GROUPS: dict[str, type[FeatureGroup]] = {
    "content": Content,
    "market": MarketFit,
    "performance": Performance,
    "closeness": Closeness,
    "text": TextScore,
    "neighbors": Neighbors,
    "track_record": TrackRecord,
}
DEFAULT_GROUPS = ("content", "market", "performance", "closeness", "track_record")

__all__ = [
    "DEFAULT_GROUPS",
    "GENRES",
    "GROUPS",
    "Closeness",
    "Content",
    "FeatureGroup",
    "Known",
    "MarketFit",
    "Neighbors",
    "Pairs",
    "Performance",
    "TextEncoder",
    "TextScore",
    "TitleFacts",
    "TrackRecord",
    "canonical_genres",
    "collect_facts",
    "content_keys",
    "content_order",
    "exact_years",
    "foreign_to",
    "word_matrix",
    "written_words",
    "year_fraction",
]
