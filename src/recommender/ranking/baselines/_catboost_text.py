"""CatBoost with text: what a data scientist would build instead."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import MissingExtraError
from recommender.ranking.baselines._base import Example, Floats, TextBaseline
from recommender.ranking.baselines._home_popularity import audience_distributions, popularity

__all__ = ["CatBoostTextRanker"]

_CATEGORIES = ["market", "kind", "country", "countries", "language", "director", "studio", "age_rating", "genre"]
_TEXTS = ["title", "synopsis", "genres"]
_VECTORS = ["synopsis_vector", "title_vector"]
# The library's own settings keep pairs of words too and thousands of columns, which takes five times as long for nothing.
_TEXT_PROCESSING = {
    "tokenizers": [{"tokenizer_id": "words", "separator_type": "BySense", "token_types": ["Word", "Number"]}],
    "dictionaries": [{"dictionary_id": "word", "occurrence_lower_bound": "3", "gram_order": "1"}],
    "feature_processing": {
        "default": [
            {
                "tokenizers_names": ["words"],
                "dictionaries_names": ["word"],
                "feature_calcers": ["BoW:top_tokens_count=300"],
            }
        ]
    },
}


class CatBoostTextRanker(TextBaseline):
    """Ranks by CatBoost on text, categories, numbers and embeddings, pooled over markets.

    The library's own treatment of each: bags of words of title, synopsis and genres; target statistics of market, kind,
    countries, language, director, studio, age mark and first genre; nearest neighbours of the synopsis's and the title's
    embedding; year, running time and counts as numbers. Where titles have a history, a second model that sees their
    popularity worldwide or at home scores them.

    Parameters
    ----------
    iterations : int, default=250
    learning_rate : float, default=0.08
    depth : int, default=6
    max_rows : int, default=60_000
        Of more titles in markets, so many are drawn to learn from.
    n_threads : int, default=-1
        -1: one a core.
    random_state : int, default=0
    encoder : str, default="all-MiniLM-L6-v2"
    cache_dir : str or None, default=None

    Attributes
    ----------
    models_ : dict of str to CatBoostRegressor
        ``blind``, and where popularity was known ``informed``.

    Examples
    --------
    >>> from recommender.ranking import CatBoostTextRanker
    >>> CatBoostTextRanker(iterations=100).uses_history
    True
    """

    uses_history: ClassVar[bool] = True

    def __init__(
        self,
        *,
        iterations: int = 250,
        learning_rate: float = 0.08,
        depth: int = 6,
        max_rows: int = 60_000,
        n_threads: int = -1,
        random_state: int = 0,
        encoder: str = "all-MiniLM-L6-v2",
        cache_dir: str | None = None,
    ) -> None:
        self.iterations = iterations
        self.learning_rate = learning_rate
        self.depth = depth
        self.max_rows = max_rows
        self.n_threads = n_threads
        self.random_state = random_state
        self.encoder = encoder
        self.cache_dir = cache_dir

    def _learn(self, seen: Example) -> None:
        title, market = np.nonzero(seen.known)
        if len(title) > self.max_rows:
            drawn = np.random.default_rng(self.random_state).permutation(len(title))[: self.max_rows]
            title, market = title[np.sort(drawn)], market[np.sort(drawn)]
        relevance = seen.relevance[title, market]
        self.distributions_ = audience_distributions(_without(seen.outcomes, seen.markets))
        known = popularity(seen.facts, _without(seen.outcomes, seen.markets), self.distributions_)
        frame = _frame(seen, title, market)
        self.models_ = {"blind": self._fit_model(frame, relevance)}
        rows = np.isfinite(known[title])
        if rows.sum() >= 10:
            informed = frame[rows].assign(popularity=known[title][rows])
            self.models_["informed"] = self._fit_model(informed, relevance[rows])

    def _score(self, asked: Example) -> Floats:
        known = popularity(asked.facts, asked.outcomes, self.distributions_)
        rows, title = np.isfinite(known), np.arange(len(asked.facts))
        score = np.empty(asked.relevance.shape)
        # Market by market: the embeddings of all titles in all markets at once fill the memory.
        for place in range(len(asked.markets)):
            frame = _frame(asked, title, np.full(len(title), place))
            score[:, place] = self.models_["blind"].predict(frame)
            if "informed" in self.models_ and rows.any():
                informed = frame[rows].assign(popularity=known[rows])
                score[rows, place] = self.models_["informed"].predict(informed)
        return score

    def _fit_model(self, frame: pd.DataFrame, relevance: Floats) -> Any:
        try:
            from catboost import CatBoostRegressor
        except ImportError as error:
            raise MissingExtraError("catboost", "The baseline catboost_text") from error
        model = CatBoostRegressor(
            iterations=self.iterations,
            learning_rate=self.learning_rate,
            depth=self.depth,
            random_seed=self.random_state,
            thread_count=self.n_threads,
            cat_features=_CATEGORIES,
            # A text that is never told has no dictionary to learn.
            text_features=[name for name in _TEXTS if frame[name].str.contains(r"\w").any()],
            embedding_features=[name for name in _VECTORS if any(vector.any() for vector in frame[name])],
            text_processing=_TEXT_PROCESSING,
            allow_writing_files=False,
            logging_level="Silent",
        )
        return model.fit(frame, relevance)


def _without(outcomes: pd.DataFrame, markets: tuple[str, ...]) -> pd.DataFrame:
    """Return the outcomes elsewhere: what the market itself did is the answer, not a feature."""
    return outcomes[~outcomes["market"].isin(markets)]


def _frame(example: Example, title: NDArray[np.intp], market: NDArray[np.intp]) -> pd.DataFrame:
    """Return one row a title and market, in CatBoost's kinds of columns."""
    facts, titles = example.facts, example.titles
    words = {name: [sorted(cell) for cell in facts.words[name]] for name in ("countries", "languages", "genres")}

    def first(cells: list[list[str]]) -> list[str]:
        return [cell[0] if cell else "" for cell in cells]

    columns: dict[str, Any] = {
        "kind": facts.kinds,
        "country": first(facts.words["countries"]),
        "countries": ["|".join(cell) for cell in words["countries"]],
        "language": first(words["languages"]),
        "director": first(facts.words["directors"]),
        "studio": first(facts.words["studios"]),
        "age_rating": titles["age_rating"].fillna("").tolist(),
        "genre": first(facts.words["genres"]),
        "title": titles["title"].tolist(),
        "synopsis": titles["synopsis"].fillna("").tolist(),
        "genres": [" ".join(word.replace(" ", "_") for word in cell) for cell in words["genres"]],
    }
    table = pd.DataFrame(columns).astype("object")
    for name in ("year", "runtime_min", "n_genres", "n_countries", "n_directors", "synopsis_length"):
        table[name] = facts.numbers[name].to_numpy(dtype=np.float64)
    frame = table.iloc[title].reset_index(drop=True)
    frame.insert(0, "market", np.array(example.markets, dtype=object)[market])
    for name, vectors in (("synopsis_vector", facts.vectors), ("title_vector", facts.title_vectors)):
        of_title = list(vectors.astype(np.float64))
        frame[name] = [of_title[row] for row in title]
    return frame
