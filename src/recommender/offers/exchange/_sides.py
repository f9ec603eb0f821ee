"""What a side of an exchange can give: titles with scores, from a folder or from one table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recommender.errors import CallError
from recommender.sources import read_scores, read_titles

_ENDINGS = (".parquet", ".csv", ".xlsx")
_WHOLE = ("pool", "offer")


def read_side(path: str | Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a side's titles and scores.

    Parameters
    ----------
    path : str or Path
        A folder with `titles` and `scores` (Parquet, CSV or XLSX); an offer's folder; or one table with the columns
        of both.

    Returns
    -------
    (DataFrame, DataFrame)
        Titles and scores.

    Raises
    ------
    CallError
        Nothing of the kind is there.
    TableError
        As `read_titles` and `read_scores`.
    """
    place = Path(path)
    if place.is_file():
        return read_titles(place), read_scores(place)
    if not place.is_dir():
        raise CallError(f"{place}: not there", hint="Give a folder with titles and scores, or a table with both.")
    titles, scores = (_find(place, name) for name in ("titles", "scores"))
    if titles is not None and scores is not None:
        return read_titles(titles), read_scores(scores)
    for name in _WHOLE:
        whole = _find(place, name)
        if whole is not None:
            table = read_titles(whole)
            scored = read_scores(whole)
            if "left_out" in table.columns:
                # An offer's pool tells of all titles; those that could not be offered have a reason there.
                may = table["left_out"].fillna("").astype("str") == ""
                table, scored = table.loc[may].reset_index(drop=True), scored.loc[may.to_numpy()].reset_index(drop=True)
            return table, scored
    lacking = " and ".join(name for name, file in (("titles", titles), ("scores", scores)) if file is None)
    raise CallError(
        f"{place}: no {lacking} in this folder",
        hint="It needs titles and scores as .parquet, .csv or .xlsx, or an offer.",
    )


def _find(folder: Path, name: str) -> Path | None:
    return next((file for ending in _ENDINGS if (file := folder / f"{name}{ending}").is_file()), None)
