"""One reader for each table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recommender.schema import DECISIONS, OFFER, OUTCOMES, RIGHTS, SCORES, TITLES
from recommender.sources._check import read_table

__all__ = ["read_decisions", "read_offer", "read_outcomes", "read_rights", "read_scores", "read_titles"]


def read_titles(path: str | Path) -> pd.DataFrame:
    """Read a titles table; see `read_table` for the errors.

    Parameters
    ----------
    path : str or Path
        Parquet, CSV or XLSX with at least ``title_id``, ``kind`` and ``title``.

    Returns
    -------
    DataFrame, shape (n_titles, at least 32)
        All columns of the table, then the file's own. Text is ``str``; ``year``, ``runtime_min``, ``seasons``
        and ``episodes`` are ``Int64``; prices ``float64``; ``me_track`` ``boolean``; list columns hold Python
        lists, empty where nothing stands; countries are alpha-2 codes.
    """
    return read_table(path, TITLES)


def read_outcomes(path: str | Path) -> pd.DataFrame:
    """Read an outcomes table; see `read_table` for the errors.

    Returns
    -------
    DataFrame, shape (n_outcomes, at least 7)
        ``value`` is ``float64`` and at least 0, ``as_of`` ISO text, everything else ``str``.
    """
    return read_table(path, OUTCOMES)


def read_rights(path: str | Path) -> pd.DataFrame:
    """Read a rights table; see `read_table` for the errors.

    A row is either a right of ours (``available``, ``owned``) or says why it is not free (``licensed``,
    ``negotiating``, ``reserved``, ``withdrawn``, ``excluded``), or names who had it (``expired``): see
    `recommender.schema.RIGHTS_STATUSES`. Rows that contradict each other are warnings that name both.

    Returns
    -------
    DataFrame, shape (n_rights, at least 10)
        Dates are ISO text, empty where the window is open; ``exclusive`` is ``boolean``; ``media`` are names of
        `recommender.schema.MEDIA`.
    """
    return read_table(path, RIGHTS)


def read_scores(path: str | Path) -> pd.DataFrame:
    """Read a scores table; see `read_table` for the errors.

    Returns
    -------
    DataFrame, shape (n_markets * n_titles, at least 14)
        ``reasons`` are lists of text, ``comparables`` lists of mappings.
    """
    return read_table(path, SCORES)


def read_offer(path: str | Path) -> pd.DataFrame:
    """Read an offer table; see `read_table` for the errors.

    Returns
    -------
    DataFrame, shape (n_titles, at least 53)
        The columns of the scores, of the offer, and of its titles.
    """
    return read_table(path, OFFER)


def read_decisions(path: str | Path) -> pd.DataFrame:
    """Read a decisions table; see `read_table` for the errors.

    Returns
    -------
    DataFrame, shape (n_decisions, at least 9)
    """
    return read_table(path, DECISIONS)
