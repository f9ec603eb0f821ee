"""What a side of an exchange can give: titles with scores and rights, from a folder or from one table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recommender.errors import CallError
from recommender.offers._brief import Brief
from recommender.offers._candidates import Candidates, candidates_of
from recommender.offers._rights_check import RightsReview
from recommender.offers._saved import load_offer, tables_of
from recommender.sources import read_rights, read_scores, read_titles

_ENDINGS = (".parquet", ".csv", ".xlsx")


@dataclass(frozen=True, eq=False)
class Side:
    """What a side can give.

    Attributes
    ----------
    titles, scores : DataFrame
    rights : DataFrame, RightsReview or None
        Its rights table, or what an offer found in it; None: its rights are not checked.
    """

    titles: pd.DataFrame
    scores: pd.DataFrame
    rights: pd.DataFrame | RightsReview | None = None

    def candidates(self, brief: Brief) -> Candidates:
        """Judge its titles for a brief; see `build_offer`."""
        return candidates_of(self.titles, self.scores, brief, rights=self.rights)


def read_side(path: str | Path) -> Side:
    """Read what a side can give.

    Parameters
    ----------
    path : str or Path
        A folder with `titles`, `scores` and, where there are any, `rights` (Parquet, CSV or XLSX); an offer's folder:
        then its whole catalogue; or one table with the columns of titles and scores.

    Raises
    ------
    CallError
        Nothing of the kind is there.
    TableError, DataError
        As `read_titles`, `read_scores`, `read_rights` and `load_offer`.
    """
    place = Path(path)
    if place.is_file():
        return Side(read_titles(place), read_scores(place))
    if not place.is_dir():
        raise CallError(f"{place}: not there", hint="Give a folder with titles and scores, or a table with both.")
    if (place / "manifest.json").is_file() and (place / "pool.parquet").is_file():
        saved = load_offer(place)
        return Side(*tables_of(saved.pool), saved.offer.checks.rights)
    titles, scores, rights = (_find(place, name) for name in ("titles", "scores", "rights"))
    if titles is not None and scores is not None:
        return Side(read_titles(titles), read_scores(scores), None if rights is None else read_rights(rights))
    lacking = " and ".join(name for name, file in (("titles", titles), ("scores", scores)) if file is None)
    raise CallError(
        f"{place}: no {lacking} in this folder",
        hint="It needs titles and scores as .parquet, .csv or .xlsx, or an offer.",
    )


def _find(folder: Path, name: str) -> Path | None:
    return next((file for ending in _ENDINGS if (file := folder / f"{name}{ending}").is_file()), None)
