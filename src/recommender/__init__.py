"""Select the titles of a catalogue to offer to a foreign audience.

In a notebook::

    import recommender as rc

    ranker = rc.Ranker().fit(rc.read_titles("titles.parquet"), rc.read_outcomes("outcomes.parquet"))
    scores = ranker.predict(rc.read_titles("catalogue.xlsx"), ["CN"])
    offer = rc.build_offer(rc.read_titles("catalogue.xlsx"), scores, rc.load_brief("cn-300"))
    rc.write_offer(offer, "offers/china")

Everything is loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.lazy import lazy_names

if TYPE_CHECKING:
    from recommender.evaluation import evaluate
    from recommender.offers import Brief, Offer, build_offer, load_brief, screen_first, write_offer
    from recommender.ranking import ModelConfig, Ranker, load_bundle, load_model_config, save_bundle, what_if
    from recommender.sample import load_sample
    from recommender.scoring import score
    from recommender.sources import read_outcomes, read_titles, write_table

__all__ = [
    "Brief",
    "ModelConfig",
    "Offer",
    "Ranker",
    "build_offer",
    "evaluate",
    "load_brief",
    "load_bundle",
    "load_model_config",
    "load_sample",
    "read_outcomes",
    "read_titles",
    "save_bundle",
    "score",
    "screen_first",
    "what_if",
    "write_offer",
    "write_table",
]

_HOMES = {
    "evaluation": ("evaluate",),
    "offers": ("Brief", "Offer", "build_offer", "load_brief", "screen_first", "write_offer"),
    "ranking": ("ModelConfig", "Ranker", "load_bundle", "load_model_config", "save_bundle", "what_if"),
    "sample": ("load_sample",),
    "scoring": ("score",),
    "sources": ("read_outcomes", "read_titles", "write_table"),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(__name__, __all__, _HOMES)
