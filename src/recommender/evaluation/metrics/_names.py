"""The figures of a ranking: their names, what they say, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["FIGURES", "Figure"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by which rankings are judged.

    Attributes
    ----------
    label : str
        Its name in tables.
    at_k : bool
        Whether it looks at the best `k` titles only.
    better : {"high", "low", "target", None}
        Whether more is better, less, a certain value, or neither.
    says : str
        What it tells, in a sentence.
    least, most : float, default=0, 1
        No value of it is lower, or greater.
    """

    label: str
    at_k: bool
    better: Literal["high", "low", "target"] | None
    says: str
    least: float = 0.0
    most: float = 1.0

    def head(self, k: int) -> str:
        """Return the label with the depth of the list.

        Examples
        --------
        >>> FIGURES["ndcg"].head(50), FIGURES["auc"].head(50)
        ('NDCG@50', 'AUC')
        """
        return f"{self.label}@{k}" if self.at_k else self.label


FIGURES: dict[str, Figure] = {
    "ndcg": Figure("NDCG", True, "high", "How near the top of the list is to the best top possible; 1 is the best."),
    "precision": Figure("precision", True, "high", "Share of the top that are positives."),
    "recall": Figure("recall", True, "high", "Share of all positives that are in the top."),
    "map": Figure("MAP", False, "high", "Precision at the place of each positive, averaged."),
    "auc": Figure("AUC", False, "high", "Chance that a positive stands above another title; 0.5 is chance."),
    "spearman": Figure("Spearman", False, "high", "Rank correlation of score and outcome over the whole list.", -1),
    "calibration_error": Figure(
        "calibration error",
        False,
        "low",
        "How far appeal is from the percentile reached, on average over tenths. Titles of a left-out origin are placed "
        "among all that are known in the market, others among those that judge.",
    ),
    "interval_coverage": Figure(
        "interval coverage",
        False,
        "target",
        "Share of outcomes within their intervals; should be what a model was set to.",
    ),
    "interval_width": Figure("interval width", False, "low", "Mean width of the intervals; 1 is the whole scale."),
    "catalogue_coverage": Figure(
        "catalogue coverage", True, None, "Share of the titles that are in the top of at least one market."
    ),
    "genre_diversity": Figure(
        "genre diversity", True, None, "Mean distance of two titles of the top by genre; 0: all alike."
    ),
    "origin_diversity": Figure("origin diversity", True, None, "The same by country of origin."),
    "text_diversity": Figure("text diversity", True, None, "The same by the meaning of the synopsis.", most=2),
    "popularity_bias": Figure(
        "popularity bias",
        True,
        None,
        "How much more popular elsewhere the top is than the catalogue; 0.1 is ten percentiles.",
        -1,
    ),
}
"""The figures by their names in results, in the order in which they are shown."""
