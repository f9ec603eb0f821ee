"""What of a brief matches nothing in the catalogue, so that it is not taken to have done something."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from recommender.errors import nearest, visible
from recommender.offers._brief import Brief, Share
from recommender.offers._membership import names_of
from recommender.offers._words import folded
from recommender.schema import GENRES

_FREE = ("genre", "director", "studio", "age_mark")
"""The groups whose names are words of the catalogue."""
_GENRES = frozenset(map(folded, GENRES))
_NAMED = 5


def unmatched(titles: pd.DataFrame, brief: Brief) -> list[str]:
    """Return in a sentence each which exclusions and maxima name what no title of the catalogue has.

    A minimum that no title counts for is a shortfall of the offer, and told there.

    Parameters
    ----------
    titles : DataFrame
        The titles table, with genres in their one vocabulary.
    brief : Brief

    Examples
    --------
    >>> titles = pd.DataFrame({"title_id": ["a"], "directors": [["Larisa Shepitko"]], "genres": [["War"]]})
    >>> wanted = {"name": "x", "market": "CN", "size": 1, "kinds": ["film"], "exclude": {"directors": ["Larisa Shepitka"]}}
    >>> unmatched(titles, Brief.model_validate(wanted))
    ['exclude.directors: no title of the catalogue matches Larisa Shepitka (nearest: larisa shepitko)']
    """
    return [f"{key}: no title of the catalogue matches {_listed(lost, has)}" for key, lost, has in _lost(titles, brief)]


def _lost(titles: pd.DataFrame, brief: Brief) -> Iterator[tuple[str, Collection[str], Collection[str]]]:
    """Yield the keys of the brief, the names there that the catalogue has not, and those that it has."""
    exclude = brief.exclude
    ids = set(titles["title_id"])
    if lost := [title_id for title_id in exclude.title_ids if title_id not in ids]:
        yield "exclude.title_ids", lost, ids
    asked: list[tuple[str, str, Collection[str]]] = [
        ("exclude.directors", "director", exclude.directors),
        ("exclude.genres", "genre", exclude.genres),
        ("exclude.countries", "country", exclude.countries),
    ]
    for group in _FREE:
        shares: Mapping[str, Share] = getattr(brief.shares, group)
        asked.append((f"shares.{group}", group, [name for name, share in shares.items() if not share.min]))
    for key, group, names in asked:
        has = {name for cell in names_of(titles, group) for name in cell} if names else set()
        # A genre that is spelled right, and that a catalogue with genres has none of, was barred without doing a thing.
        right = _GENRES if group == "genre" and has else frozenset()
        if lost := [name for name in names if folded(name) not in has | right]:
            yield key, lost, has


def _listed(names: Collection[str], has: Collection[str]) -> str:
    said = []
    for name in list(names)[:_NAMED]:
        near = nearest(name, has, limit=1)
        said.append(visible(name) + (f" (nearest: {visible(near[0])})" if near else ""))
    return ", ".join(said) + (f", and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")
