"""Reading the tables that come with the package."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.errors import CallError, did_you_mean, visible
from recommender.sources import read_outcomes, read_rights, read_titles

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DIRECTIONS", "TABLE_NAMES", "Sample", "load_sample", "sample_brief", "sample_path"]

TABLE_NAMES = ("catalogue_cn", "catalogue_ru", "outcomes", "provenance", "rights_cn", "rights_ru", "titles_foreign")


@dataclass(frozen=True, slots=True)
class _Direction:
    market: str
    brief: str
    catalogue: str
    rights: str


_DIRECTIONS = {
    "ru-to-cn": _Direction("CN", "cn-300", "catalogue_ru", "rights_ru"),
    "cn-to-ru": _Direction("RU", "ru-60", "catalogue_cn", "rights_cn"),
}

DIRECTIONS = tuple(_DIRECTIONS)


@dataclass(frozen=True, eq=False)
class Sample:
    """One direction of the sample: what can be offered, and what is known.

    Attributes
    ----------
    direction : str
        ``ru-to-cn`` or ``cn-to-ru``.
    market : str
        The foreign audience: ``CN`` or ``RU``.
    brief : str
        The name of the sample brief that asks for an offer to it.
    catalogue : DataFrame
        The titles that can be offered, none of them from `market`; as `recommender.sources.read_titles` gives
        them.
    training : DataFrame
        The titles to learn from. They are the same in both directions, so one ranker serves both.
    outcomes : DataFrame
        What is known of both in every market, as `recommender.sources.read_outcomes` gives it. For the titles
        of `training` it is what to learn from; for those of `catalogue` it is their history, how they did at
        home.
    rights : DataFrame
        The rights to the titles of `catalogue` in `market`, as `recommender.sources.read_rights` gives them. They are
        invented, licensees included.
    rights_table : str
        The name of their table, for `sample_path`.
    """

    direction: str
    market: str
    brief: str
    catalogue: pd.DataFrame
    training: pd.DataFrame
    outcomes: pd.DataFrame
    rights: pd.DataFrame
    rights_table: str


def load_sample(direction: str = "ru-to-cn") -> Sample:
    """Read one direction of the sample.

    Parameters
    ----------
    direction : {"ru-to-cn", "cn-to-ru"}
        From whose catalogue to whose audience.

    Returns
    -------
    Sample

    Raises
    ------
    CallError
        The direction is another.

    Examples
    --------
    >>> sample = load_sample("ru-to-cn")
    >>> sample.market, sample.brief, len(sample.catalogue) >= 450
    ('CN', 'cn-300', True)
    """
    chosen = _find(direction)
    catalogue = read_titles(sample_path(chosen.catalogue))
    training = read_titles(sample_path("titles_foreign"))
    outcomes = read_outcomes(sample_path("outcomes"))
    known = {*catalogue["title_id"], *training["title_id"]}
    return Sample(
        direction=direction,
        market=chosen.market,
        brief=chosen.brief,
        catalogue=catalogue,
        training=training,
        outcomes=outcomes[outcomes["title_id"].isin(known)].reset_index(drop=True),
        rights=read_rights(sample_path(chosen.rights)),
        rights_table=chosen.rights,
    )


def sample_brief(direction: str) -> str:
    """Return the name of the sample brief of a direction, without reading any table.

    Examples
    --------
    >>> sample_brief("ru-to-cn")
    'cn-300'
    """
    return _find(direction).brief


def sample_path(name: str) -> Path:
    """Return where a table of the sample lies, to read it or to copy it as a pattern for one's own.

    Parameters
    ----------
    name : str
        ``catalogue_ru``, ``catalogue_cn``, ``titles_foreign``, ``outcomes``, ``provenance``, ``rights_ru`` or
        ``rights_cn``.

    Returns
    -------
    Path
        A CSV file.

    Raises
    ------
    CallError
        No table is called so.

    Examples
    --------
    >>> sample_path("outcomes").name
    'outcomes.csv'
    """
    if name not in TABLE_NAMES:
        raise CallError(f"the sample has no table {visible(name)!r}", hint=_choose(name, TABLE_NAMES))
    return Path(str(resources.files("recommender.sample") / "tables" / f"{name}.csv"))


def _find(direction: str) -> _Direction:
    if direction not in _DIRECTIONS:
        raise CallError(f"the sample has no direction {visible(direction)!r}", hint=_choose(direction, DIRECTIONS))
    return _DIRECTIONS[direction]


def _choose(word: str, choices: tuple[str, ...]) -> str:
    return did_you_mean(word, choices) or f"use one of: {', '.join(choices)}"
