"""The model that MLflow serves: a bundle that scores tables of titles.

MLflow copies this file into the model and runs it there, so it names everything by its full path.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # MLflow warns of its own type hints when it is imported
    import mlflow.models
    import mlflow.pyfunc
    from mlflow.exceptions import MlflowException

_TEXTS = ("market", "title_id", "evidence", "reasons", "comparables", "encoder", "as_of")
_LISTS = (list, tuple, np.ndarray)
_NUMBERS = ("rank", "score", "appeal", "low", "high")


class BundleModel(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Scores titles for markets with a bundle."""

    def load_context(self, context: Any) -> None:
        """Load the bundle."""
        from recommender.ranking import load_bundle

        self._ranker = load_bundle(context.artifacts["bundle"])

    def predict(
        self,
        context: Any,  # noqa: ARG002
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Score titles.

        Parameters
        ----------
        context : object
            Not used.
        model_input : DataFrame
            Columns of a titles table; lists as lists, arrays or ``|``-separated text.
        params : dict, optional
            ``markets``, comma-separated or ``"all"``; ``as_of``, an ISO date or empty.

        Returns
        -------
        DataFrame, shape (n_titles * n_markets, 12)
            One row for each title and market in the order of the titles, so that with one market it lines up
            with what was given. Numbers are None where a title is at home in the market. ``reasons`` are
            lines, ``comparables`` are JSON. ``rank`` is the place among these titles.
        """
        from recommender.errors import RecommenderError

        asked = params or {}
        names = [name.strip().upper() for name in str(asked.get("markets") or "all").split(",") if name.strip()]
        markets = None if names == ["ALL"] else names
        try:
            titles = _checked(model_input)
            scores = self._ranker.predict(titles, markets=markets, as_of=asked.get("as_of") or None)
        except RecommenderError as error:
            # Of any other error, MLflow's server tells the caller only that there was one.
            raise MlflowException.invalid_parameter_value(str(error)) from error
        return _flat(scores, titles["title_id"], markets)


def _checked(sent: pd.DataFrame) -> pd.DataFrame:
    """Check titles and bring them to their types like any other table: through a file."""
    from recommender.errors import TableError
    from recommender.sources import read_titles

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "titles.parquet"
        sent.apply(_of_one_type).to_parquet(file, index=False)
        try:
            return read_titles(file)
        except TableError as error:
            raise TableError(replace(fault, file="titles") for fault in error.faults) from error


def _of_one_type(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Make lists and text all lists, and any other mixture all text: a Parquet column has one type."""
    if cells.dtype != "object":
        return cells
    has_lists = any(isinstance(cell, _LISTS) for cell in cells)
    return pd.Series([_cell(cell, has_lists=has_lists) for cell in cells], index=cells.index, dtype="object")


def _cell(cell: Any, *, has_lists: bool) -> Any:
    if isinstance(cell, _LISTS):
        return list(cell)
    if pd.isna(cell):
        return None
    return str(cell).split("|") if has_lists else str(cell)


def _flat(scores: pd.DataFrame, title_ids: pd.Series[str], markets: list[str] | None) -> pd.DataFrame:
    wanted = list(dict.fromkeys(markets if markets is not None else scores["market"]))
    pairs = pd.MultiIndex.from_product([title_ids, wanted], names=["title_id", "market"])
    scores = scores.assign(
        reasons=scores["reasons"].map("\n".join),
        comparables=scores["comparables"].map(lambda found: json.dumps(found, ensure_ascii=False, default=str)),
    )
    flat = scores.set_index(["title_id", "market"]).reindex(pairs).reset_index()
    texts, numbers = list(_TEXTS), list(_NUMBERS)
    flat[texts] = flat[texts].astype("object").fillna("")
    if flat["score"].isna().any():
        # None becomes JSON's null; NaN would be no JSON at all.
        flat[numbers] = flat[numbers].astype("object").where(flat[numbers].notna(), None)
    else:
        flat[numbers] = flat[numbers].astype("float64")
    return flat[texts + numbers]


mlflow.models.set_model(BundleModel())
