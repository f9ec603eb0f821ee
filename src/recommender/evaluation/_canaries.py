"""Columns and features that know the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.evaluation.metrics import auc, spearman
from recommender.features import FeatureGroup, Pairs
from recommender.schema import METRICS, WORLDWIDE

__all__ = ["find_canaries", "leaking_columns"]

_LEAST_ROWS = 20
_LEAST_OF_A_WORD = 10


def find_canaries(titles: pd.DataFrame, outcomes: pd.DataFrame, *, least: float = 0.9) -> pd.DataFrame:
    """Return columns of the titles that by themselves order outcomes better than any honest fact could.

    Every number is compared with the audience in each market by rank correlation; of every text or list, the presence
    of each word that some titles have, and whether the cell is filled at all, by the area under the ROC curve for the
    upper half, twice its distance from one half. Worldwide figures are left out: fame is no leak.

    Parameters
    ----------
    titles, outcomes : DataFrame
    least : float, default=0.9
        From what strength on a column is reported, 0 to 1.

    Returns
    -------
    DataFrame
        ``column``, ``detail`` (a word, or what of the cell), ``market``, ``metric``, ``strength``, strongest first.
    """
    found = []
    told = [(column, detail, values) for column in titles for detail, values in _sides(titles[column])]
    for (market, metric), rows in outcomes.groupby(["market", "metric"], sort=True):
        if market == WORLDWIDE or METRICS[str(metric)].role == "rating":
            continue
        by_title = rows.sort_values("as_of", kind="stable").groupby("title_id")["value"]
        value = by_title.sum() if METRICS[str(metric)].nature == "flow" else by_title.last()
        reached = titles["title_id"].map(value).to_numpy(dtype=np.float64)
        if METRICS[str(metric)].nature != "level":
            reached = np.nan_to_num(reached)
        for column, detail, values in told:
            strength = _strength(values, reached)
            if strength >= least:
                found.append((column, detail, market, metric, strength))
    table = pd.DataFrame(found, columns=["column", "detail", "market", "metric", "strength"])
    return table.sort_values("strength", ascending=False, kind="stable").reset_index(drop=True)


def leaking_columns(group: FeatureGroup, pairs: Pairs, *, random_state: int = 0) -> list[str]:
    """Return the features of a fitted group that see more of the titles' own outcomes than they may.

    The features are computed again with the history cut off at each pair's ``before``, without the rows of the pair's
    own market, and with the values of both shuffled. None of it may be looked at, so nothing may change.

    Parameters
    ----------
    group : FeatureGroup
        Fitted.
    pairs : Pairs
        With a history that holds what must not be seen.
    random_state : int, default=0

    Returns
    -------
    list of str
        The names of columns that changed; empty where the group is clean.
    """
    whole = group.transform(pairs)
    random = np.random.default_rng(random_state)
    changed = np.zeros(whole.shape[1], dtype=bool)
    markets = np.asarray(pairs.markets, dtype=object)[pairs.market]
    for day, market in sorted(set(zip(pairs.before.tolist(), markets.tolist(), strict=True))):
        places = np.flatnonzero((pairs.before == day) & (markets == market))
        hidden = ((pairs.history["as_of"] >= day) | (pairs.history["market"] == market)).to_numpy(dtype=bool)
        mixed = pairs.history.copy()
        mixed.loc[hidden, "value"] = random.permutation(mixed.loc[hidden, "value"].to_numpy()) + 1.0
        some = pairs.take(places)
        for history in (pairs.history[~hidden].reset_index(drop=True), mixed):
            again = group.transform(replace(some, history=history))
            changed |= ~np.isclose(again, whole[places], rtol=0, atol=1e-6, equal_nan=True).all(axis=0)
    return [str(name) for name in np.asarray(group.get_feature_names_out())[changed]]


def _sides(column: pd.Series[Any]) -> list[tuple[str, NDArray[np.float64]]]:
    """Return what a column tells as numbers: its values, or which titles have each word and whether any."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        values: NDArray[np.float64] = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return [("value", values), ("filled", np.isfinite(values).astype(np.float64))]
    cells = [{cell} if isinstance(cell, str) else set(cell) if hasattr(cell, "__iter__") else set() for cell in column]
    counts = pd.Series([word for cell in cells for word in cell], dtype="object").value_counts()
    words = counts[(counts >= _LEAST_OF_A_WORD) & (counts <= len(cells) - _LEAST_OF_A_WORD)].index
    sides = [(str(word), np.array([word in cell for cell in cells], dtype=np.float64)) for word in words]
    return [*sides, ("filled", np.array([bool(cell) for cell in cells], dtype=np.float64))]


def _strength(values: NDArray[np.float64], reached: NDArray[np.float64]) -> float:
    known = np.isfinite(values) & np.isfinite(reached)
    if known.sum() < _LEAST_ROWS:
        return 0.0
    if len(np.unique(values[known])) > 2:
        return abs(float(np.nan_to_num(spearman(values[known], reached[known]))))
    upper = reached[known] > np.median(reached[known])
    return abs(2 * float(np.nan_to_num(auc(values[known], upper), nan=0.5)) - 1)
