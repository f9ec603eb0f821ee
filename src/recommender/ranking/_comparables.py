"""Earlier titles that resemble a title, with their outcome in the market."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from recommender.features import Known, Pairs, TitleFacts, content_keys, word_matrix
from recommender.ranking._labels import percentiles
from recommender.schema import at_home

__all__ = ["Comparables"]

_WEIGHTS = {
    "story": 0.38,
    "genre": 0.16,
    "franchise": 0.12,
    "kind": 0.09,
    "era": 0.09,
    "origin": 0.08,
    "director": 0.08,
}
_ERA_YEARS = 20.0
_CHUNK = 512


class Comparables(BaseEstimator):  # type: ignore[misc]
    """Nearest known titles by story, genre, franchise, kind, era, origin and director.

    Similarity is 0.38 x cosine of the synopses + 0.16 x share of genres in common (Jaccard) + 0.12 x same franchise, by the
    catalogue or by a name in common + 0.09 x same kind + 0.09 x closeness in years, nothing from 20 years on + 0.08 x same
    origin, the Soviet Union counted as Russia + 0.08 x a director in common. What a title does not tell counts 0.

    Parameters
    ----------
    n_comparables : int, default=3

    Attributes
    ----------
    titles_ : dict of str to ndarray of str, shape (n_known,)
        ``title_id``, ``title``, ``key``, and ``genres``, ``countries``, ``kinds``, ``directors``, ``franchise`` with their
        words joined by ``|``.
    years_ : ndarray, shape (n_known,), float64
    vectors_ : ndarray, shape (n_known, dimension), float16
    percentile_ : ndarray, shape (n_known, n_markets), float32
    metric_ : ndarray of str, shape (n_known, n_markets)
        Which figure to quote, empty where none.
    value_ : ndarray, shape (n_known, n_markets), float64
    markets_ : list of str
    """

    def __init__(self, *, n_comparables: int = 3) -> None:
        self.n_comparables = n_comparables

    def fit(self, titles: pd.DataFrame, known: Known, shown: pd.DataFrame) -> Self:
        """Keep the titles whose outcome is known in some market."""
        kept = np.flatnonzero(np.isfinite(known.relevance).any(axis=1))
        facts = known.facts
        rows = titles.iloc[kept]
        words = _words(facts, kept, facts.franchise_words())
        self.titles_ = {
            "title_id": rows["title_id"].to_numpy(dtype=np.str_),
            "title": rows["title"].to_numpy(dtype=np.str_),
            "key": np.array(content_keys(rows.reset_index(drop=True)), dtype=np.str_),
            **{name: np.array(["|".join(row) for row in words[name]], dtype=np.str_) for name in words},
        }
        self.years_ = facts.numbers["year"].to_numpy()[kept]
        self.vectors_ = facts.vectors[kept].astype(np.float16)
        self.percentile_ = percentiles(known.relevance)[kept]
        self.markets_ = list(known.markets)
        position = pd.Series(np.arange(len(kept)), index=self.titles_["title_id"])
        quoted = shown[shown["title_id"].isin(position.index)]
        at = position[quoted["title_id"]].to_numpy(), pd.Index(self.markets_).get_indexer(pd.Index(quoted["market"]))
        self.metric_ = np.full(self.percentile_.shape, "", dtype="<U24")
        self.value_ = np.full(self.percentile_.shape, np.nan)
        self.metric_[at] = quoted["metric"].to_numpy(dtype=np.str_)
        self.value_[at] = quoted["value"].to_numpy()
        return self

    def find(self, titles: pd.DataFrame, pairs: Pairs) -> list[list[dict[str, Any]]]:
        """Return the comparables of each pair, the most similar first.

        Returns
        -------
        list of list of dict
            Keys ``title_id``, ``title``, ``year``, ``similarity`` (0 to 1), ``metric``, ``value``, ``percentile`` (0 to 1)
            and ``why``. A title is never its own comparable.
        """
        found: list[list[dict[str, Any]]] = [[] for _ in range(len(pairs))]
        unique, row = np.unique(pairs.title, return_inverse=True)
        keys = content_keys(titles.iloc[unique].reset_index(drop=True))
        names, lookups = titles["title"].to_numpy(dtype=np.str_), pairs.facts.franchise_lookups()
        known_keys, known_ids = self.titles_["key"], self.titles_["title_id"]
        for start in range(0, len(unique), _CHUNK):
            chunk = unique[start : start + _CHUNK]
            parts = self._similarities(pairs.facts, chunk, lookups)
            total = np.sum([_WEIGHTS[name] * part for name, part in parts.items()], axis=0)
            for place in range(len(chunk)):
                itself = (known_keys == keys[start + place]) | (known_ids == pairs.facts.title_ids[chunk[place]])
                total[place, itself] = -np.inf
            for pair in np.flatnonzero((row >= start) & (row < start + _CHUNK)):
                place = row[pair] - start
                market = self.markets_.index(pairs.markets[pairs.market[pair]])
                candidates = np.flatnonzero(np.isfinite(self.percentile_[:, market]) & np.isfinite(total[place]))
                order = candidates[np.argsort(-total[place, candidates], kind="stable")][: self.n_comparables]
                for known in order:
                    shares = {name: float(part[place, known]) for name, part in parts.items()}
                    described = self._describe(names[chunk[place]], known, market, float(total[place, known]), shares)
                    found[pair].append(described)
        return found

    def _similarities(
        self, facts: TitleFacts, chunk: NDArray[np.intp], lookups: list[list[str]]
    ) -> dict[str, NDArray[np.float64]]:
        words = _words(facts, chunk, lookups)
        # In double precision, so that a title's comparables do not depend on what it is scored with.
        story = np.clip(facts.vectors[chunk].astype(float) @ self.vectors_.astype(float).T, 0, 1)
        years = facts.numbers["year"].to_numpy()[chunk][:, None]
        known = {name: _split(self.titles_[name]) for name in words}
        era = np.nan_to_num(np.clip(1 - np.abs(years - self.years_[None, :]) / _ERA_YEARS, 0, 1))
        return {
            "story": story,
            "franchise": (_jaccard(words["franchise"], known["franchise"]) > 0).astype(float),
            "director": (_jaccard(words["directors"], known["directors"]) > 0).astype(float),
            "genre": _jaccard(words["genres"], known["genres"]),
            "origin": np.minimum(_jaccard(words["countries"], known["countries"]) * 2, 1),
            "kind": _jaccard(words["kinds"], known["kinds"]),
            "era": era,
        }

    def _describe(
        self, asked: str, known: int, market: int, similarity: float, shares: dict[str, float]
    ) -> dict[str, Any]:
        metric, year, title = str(self.metric_[known, market]), self.years_[known], str(self.titles_["title"][known])
        why = []
        if shares["franchise"] > 0:
            why.append("same name" if title.casefold() == asked.casefold() else "same franchise")
        if shares["director"] > 0:
            why.append("same director")
        if shares["story"] >= 0.35:
            why.append("similar story")
        if shares["genre"] >= 0.5:
            why.append("same genres")
        elif shares["genre"] > 0:
            why.append("a genre in common")
        if shares["origin"] > 0:
            why.append("same origin")
        if shares["era"] >= 0.75:
            why.append("same years")
        if shares["kind"] > 0 and self.titles_["kinds"][known] != "film":
            why.append("same kind")
        return {
            "title_id": str(self.titles_["title_id"][known]),
            "title": title,
            "year": None if np.isnan(year) else int(year),
            "similarity": round(similarity, 3),
            "metric": metric or None,
            "value": float(self.value_[known, market]) if metric else None,
            "percentile": round(float(self.percentile_[known, market]), 3),
            "why": ", ".join(why) or "the nearest known",
        }


def _words(facts: TitleFacts, rows: NDArray[np.intp], franchises: list[list[str]]) -> dict[str, list[list[str]]]:
    return {
        **{name: [facts.words[name][row] for row in rows] for name in ("genres", "directors")},
        "franchise": [franchises[row] for row in rows],
        "countries": [sorted(at_home(facts.words["countries"][row]) - {"SU"}) for row in rows],
        "kinds": [[facts.kinds[row]] for row in rows],
    }


def _split(joined: NDArray[np.str_]) -> list[list[str]]:
    return [cell.split("|") if cell else [] for cell in joined.tolist()]


def _jaccard(left: list[list[str]], right: list[list[str]]) -> NDArray[np.float64]:
    """Return the share of words in common of every left with every right list; 0 where one is empty."""
    vocabulary = sorted({word for row in right for word in row})
    a, b = word_matrix(left, vocabulary), word_matrix(right, vocabulary)
    both = (a @ b.T).toarray().astype(float)
    size = np.array([len(set(row)) for row in left])[:, None] + np.array([len(set(row)) for row in right])[None, :]
    shares: NDArray[np.float64] = np.divide(both, size - both, out=np.zeros_like(both), where=size > both)
    return shares
