"""Whether a ranker sees what it must not: the future, the answer, or the names of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from recommender.errors import NotEnoughDataError
from recommender.evaluation._changes import CHANGES, Tables
from recommender.evaluation._protocol import TitleRanker
from recommender.evaluation.metrics import spearman

__all__ = ["check_chance", "check_leakage"]

_LEAST_ROWS = 20


def check_leakage(
    ranker: TitleRanker,
    titles: pd.DataFrame,
    outcomes: pd.DataFrame,
    catalogue: pd.DataFrame,
    as_of: str,
    *,
    history: pd.DataFrame | None = None,
    tolerance: float = 1e-9,
    random_state: int = 0,
) -> pd.DataFrame:
    """Change what must not matter, and see whether the predictions change.

    The ranker is fitted and asked as of a day: on the tables as they are, and again with the values of later outcomes
    shuffled among titles, without later outcomes, with later outcomes added for every title and for the catalogue, with
    all title ids renamed, and with the rows in another order.

    Parameters
    ----------
    ranker : TitleRanker
        Clones are fitted.
    titles, outcomes : DataFrame
        What is learned from; some outcomes should be dated on or after `as_of`.
    catalogue : DataFrame
        The titles that are scored.
    as_of : str
        ISO date of training and prediction.
    history : DataFrame or None
        Outcomes of the catalogue; those dated on or after `as_of` are changed too.
    tolerance : float, default=1e-9
        Smaller differences are rounding: sums depend on the order of their terms.
    random_state : int, default=0

    Returns
    -------
    DataFrame
        One row a change: ``change``, ``leaks`` (whether anything was predicted otherwise), ``difference`` (the greatest,
        over all figures), ``rows`` (how many rows of outcomes or titles were changed).
    """
    random = np.random.default_rng(random_state)
    tables = Tables(titles, outcomes, catalogue, history)
    first = _asked(ranker, tables, as_of)
    rows = []
    for name, change in CHANGES.items():
        changed = change(tables, as_of, random)
        again = _asked(ranker, changed, as_of)
        again = again.rename(index=changed.names, level="title_id").reindex(first.index)
        apart = np.abs(again.to_numpy() - first.to_numpy())
        unequal_gaps = np.isnan(again.to_numpy()) != np.isnan(first.to_numpy())
        difference = np.inf if unequal_gaps.any() else float(np.nanmax(apart, initial=0.0))
        rows.append((name, difference > tolerance, difference, changed.rows))
    return pd.DataFrame(rows, columns=["change", "leaks", "difference", "rows"])


def check_chance(
    ranker: TitleRanker,
    titles: pd.DataFrame,
    outcomes: pd.DataFrame,
    *,
    as_of: str | None = None,
    random_state: int = 0,
) -> dict[str, float]:
    """Fit a ranker on outcomes dealt out to titles by chance, and see what it believes to have learned.

    In every market and metric the values go to other titles, so there is nothing to learn. What a ranker predicts for
    titles out of fold must then be chance: if it is not, its features have seen the answers.

    Parameters
    ----------
    ranker : TitleRanker
        One that keeps ``out_of_fold_`` with ``market``, ``score`` and ``relevance``.
    titles, outcomes : DataFrame
    as_of : str or None
    random_state : int, default=0

    Returns
    -------
    dict of str to float
        ``spearman``: mean rank correlation over markets of what was predicted and dealt out; ``bound``: three standard
        errors of chance; ``leaks``: 1 where the first exceeds the second, else 0.

    Raises
    ------
    NotEnoughDataError
        If too few rows are predicted to tell anything.
    """
    values, random = outcomes["value"].to_numpy(copy=True), np.random.default_rng(random_state)
    for rows in outcomes.groupby(["market", "metric"], sort=True).indices.values():
        values[rows] = random.permutation(values[rows])
    fitted: Any = clone(ranker).fit(titles, outcomes.assign(value=values), as_of=as_of)
    predicted = fitted.out_of_fold_
    found, variance = [], []
    for _, rows in predicted.groupby("market", sort=True):
        figure = spearman(rows["score"], rows["relevance"])
        if len(rows) >= _LEAST_ROWS and np.isfinite(figure):
            found.append(figure)
            variance.append(1 / (len(rows) - 1))
    if not found:
        raise NotEnoughDataError(
            "too few titles are predicted to tell chance from knowledge", hint="Give more titles with outcomes."
        )
    # Markets share their titles, so their errors do not average out: as if all were one market.
    bound = 3 * float(np.sqrt(np.mean(variance)))
    reached = float(np.mean(found))
    return {"spearman": reached, "bound": bound, "leaks": float(reached > bound)}


def _asked(ranker: TitleRanker, tables: Tables, as_of: str) -> pd.DataFrame:
    fitted = clone(ranker).fit(tables.titles, tables.outcomes, as_of=as_of)
    scores = fitted.predict(tables.catalogue, history=tables.history, as_of=as_of, explain=0)
    figures = [name for name in ("score", "appeal", "low", "high") if name in scores.columns]
    table: pd.DataFrame = scores.set_index(["market", "title_id"])[figures].astype("float64")
    return table
