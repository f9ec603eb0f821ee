"""The model card: what a bundle is, what it learned from, how far to trust it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.errors import counted

if TYPE_CHECKING:
    from recommender.ranking._config import ModelConfig
    from recommender.ranking._ranker import Ranker

__all__ = ["model_card"]

_MARKETS_SHOWN = 12
_COUNTS = frozenset({"titles", "outcomes", "markets"})  # told with what it learned from


def model_card(ranker: Ranker, config: ModelConfig, version: str, metrics: dict[str, float]) -> str:
    """Return the model card as Markdown.

    Parameters
    ----------
    ranker : Ranker
        Fitted.
    config : ModelConfig
    version : str
    metrics : dict of str to float
        Figures on titles that the model had not seen.
    """
    shown = ", ".join(ranker.markets_[:_MARKETS_SHOWN])
    more = len(ranker.markets_) - _MARKETS_SHOWN
    markets = shown + (f" and {more} more" if more > 0 else "")
    lines = [
        f"# Model {config.name}, version {version}",
        "",
        config.description or "Ranks titles of a catalogue for foreign markets.",
        "",
        "## What it learned from",
        "",
        f"- Outcomes known before {ranker.as_of_}; nothing dated on or after that day was looked at.",
        f"- {counted(ranker.n_titles_, 'title')}, {counted(ranker.n_outcomes_, 'outcome')}, "
        f"{counted(len(ranker.markets_), 'market')}: {markets}.",
        f"- Texts encoded by {ranker.encoder_identity_}.",
        f"- {counted(len(ranker.feature_names_), 'feature')} of the groups {', '.join(config.groups)}.",
        f"- Trees grown by {', '.join(config.trees.members)}; their mean scores.",
        "",
        "## What its figures mean",
        "",
        "- `score` orders titles within a market. It is no probability.",
        "- `appeal`, 0 to 1, is the percentile that titles with such a score reached on average among the foreign titles of "
        "the market whose outcome is known.",
        f"- `low` and `high` hold the percentile of {config.coverage:.0%} of titles like it, by errors on titles that the "
        "model had not seen.",
        "- `evidence` says how much there was to judge by: a story like known ones, performance elsewhere, earlier titles "
        "of the same people, genre and origin.",
        "- `reasons` split the appeal exactly over what is known of the title (Shapley values); they say what moved the "
        "model, not what causes success.",
        "",
        "## How good it is",
        "",
        "On the titles that calibrate it, each predicted by trees, curves and intervals that had not seen it; the rank "
        "correlation is a mean over markets, the others pool them:",
        "",
        *[f"- {name.replace('_', ' ')}: {value:.3f}" for name, value in sorted(metrics.items()) if name not in _COUNTS],
        "",
        "## Whom it has seen: selection",
        "",
        "- Titles that a market took are not a sample of all titles: somebody expected them to do well there, and the weak "
        "ones were never tried. Votes and admissions are known of the former only, so `appeal` is a place among titles "
        "that were tried.",
        "- A title unlike anything that was tried is judged by its nearest relatives, and is probably judged too well. "
        "Nothing corrects for it: that would take titles which a market was offered and refused.",
        "- A title of which nothing is known in a market is no failure and is not learned from.",
        "",
        "## Entry and success in one grade",
        "",
        "- Whether a market takes a title, and how it does once there, are two questions. Where the outcomes say both, one "
        "grade holds them: 0 for a title that the market did not take, above 0 for one that it took, the higher the better "
        "it did.",
        "- So a middling grade may mean a title that is sure to be taken and does little, or one that is seldom taken and "
        "then does well. The two are not told apart.",
        "- Where outcomes are audiences only, the grade is success alone; where they are releases only, it is entry alone.",
        "",
        "## How far to trust it",
        "",
        "- A title from an origin of which fewer than 30 titles were learned from is judged by its audience elsewhere and "
        "its release alone where these are known of such titles, and by what other origins did where they are not. Its "
        "interval is as wide as it had to be where known origins were left out in turn, if these are enough to tell.",
        "- A catalogue described in another way than the training titles (other language, no synopses, other genres) "
        "shifts all its scores; compare titles within it, not with other catalogues.",
        "- Rights, rules and prices are not in the score.",
        "",
    ]
    return "\n".join(lines)
