"""The words of a title as its catalogue writes them: compared are words in lower case, without signs."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from recommender.features._facts import each_company
from recommender.features._installments import names_of, read_installment, write_works

__all__ = ["written_words"]


def written_words(titles: pd.DataFrame, place: int, field: str) -> list[str]:
    """Return words of one title, written as its catalogue writes them, in the order of `TitleFacts.words`.

    Parameters
    ----------
    titles : DataFrame
        As `collect_facts` was given it.
    place : int
        Which row.
    field : {"directors", "cast", "studios", "franchise", "names"}

    Examples
    --------
    >>> titles = pd.DataFrame({"title": ["WALL-E 2"], "directors": [["McG", "MCG"]], "franchise": [None]})
    >>> written_words(titles, 0, "directors"), written_words(titles, 0, "franchise")
    (['McG'], ['WALL-E'])
    """
    row = titles.iloc[place]
    if field in {"directors", "cast"}:
        return _once(name.strip() for name in row[field])
    if field == "studios":
        return _once(each_company(row["studio"]))
    names = names_of(titles.iloc[[place]])[0]
    installment, written = read_installment(names), write_works(names)
    if field == "names":
        return [written[name] for name in installment.names]
    told = [row["franchise"]] if isinstance(row["franchise"], str) else []
    return _once([*told, *(written[work] for work in installment.works)])


def _once(words: Iterable[str]) -> list[str]:
    """Return each word once, whatever its case, as it was written first."""
    spelled: dict[str, str] = {}
    for word in words:
        spelled.setdefault(word.casefold(), word)
    return [word for word in spelled.values() if word]
