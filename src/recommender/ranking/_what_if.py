"""The same title told otherwise: what the score would be with another genre, year, synopsis or home performance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.errors import CallError, counted, did_you_mean, visible
from recommender.schema import COUNTRIES, KINDS, MARKETS, METRICS, OUTCOMES, TITLES, WORLDWIDE
from recommender.sources import complete_titles

if TYPE_CHECKING:
    from recommender.ranking._ranker import Ranker

__all__ = ["what_if"]

AS_IT_IS, TOGETHER = "as it is", "all together"
_HISTORY = "history"
_FIGURES = ("score", "appeal", "low", "high", "evidence")
_FIXED = frozenset({"title_id"})
_SHOWN = 40


def what_if(
    ranker: Ranker,
    titles: pd.DataFrame,
    title_id: str,
    market: str,
    changes: Mapping[str, Any],
    history: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Score a title as it is, with each of some changes alone, and with all of them together.

    It asks the model, not the world: the answer is what the model would say of a title told so, not what would come of
    making the title so.

    Parameters
    ----------
    ranker : Ranker
        Fitted.
    titles : DataFrame
        The titles table that holds the title, as `read_titles` returns it.
    title_id, market : str
    changes : mapping of str to value
        By column of the titles table, what it should be: a list of words (or words parted by ``|``) for ``genres``,
        ``countries``, ``directors`` and the like, a number for ``year`` or ``runtime_min``, text for ``synopsis``; None for
        "not told". ``history`` changes how the title did elsewhere: a mapping, or a list of them, with ``market`` (``WW``
        is worldwide), ``metric`` and ``value``; it replaces the title's rows of that market and metric.
    history : DataFrame or None
        Outcomes of the titles elsewhere, as given to `Ranker.predict`.

    Returns
    -------
    DataFrame
        One row for the title as it is, one a change, and one for all together where there are several: ``change``,
        ``score``, ``appeal``, ``low``, ``high``, ``evidence``, and ``difference``, that of `appeal` from the title as it is.

    Raises
    ------
    CallError
        If the title is not in the table or not foreign to the market, `changes` is no mapping, there is no such column, a
        value is not one that the column can hold, or `titles` is no titles table.

    Examples
    --------
    >>> from recommender.ranking import Ranker, what_if
    >>> from recommender.sample import load_sample
    >>> sample = load_sample()
    >>> ranker = Ranker(groups=["content", "market"], n_folds=2, max_iter=10).fit(sample.training, sample.outcomes)
    >>> title = sample.catalogue["title_id"][0]
    >>> table = what_if(ranker, sample.catalogue, title, "CN", {"year": 2019, "genres": ["Action"]})
    >>> [change.partition(":")[0] for change in table["change"]]
    ['as it is', 'year', 'genres', 'all together']
    >>> bool(table["difference"][0] == 0)
    True
    """
    titles = complete_titles(titles)
    title = _find(titles, title_id)
    if not isinstance(changes, Mapping):
        raise CallError(
            f"changes cannot be {visible(changes)}",
            hint="Give what should change by column, such as changes={'year': 2020, 'genres': ['Comedy']}.",
        )
    if not changes:
        raise CallError("there is no change to ask about", hint="Give one, such as changes={'year': 2020}.")
    cells = {name: _cell(name, value) for name, value in changes.items() if name != _HISTORY}
    rows = _rows(changes[_HISTORY]) if _HISTORY in changes else None
    variants: list[tuple[str, dict[str, Any], bool]] = [(AS_IT_IS, {}, False)]
    for name in changes:
        told = (
            _told_history(ranker, rows)
            if name == _HISTORY and rows is not None
            else _told(title, name, cells.get(name))
        )
        variants.append((told, {name: cells[name]} if name in cells else {}, name == _HISTORY))
    if len(changes) > 1:
        variants.append((TOGETHER, cells, rows is not None))
    found = []
    for told, changed, with_history in variants:
        table = _with(titles, title_id, changed)
        known = _put(history, title_id, rows if with_history and rows is not None else [])
        scores = ranker.predict(table, [market], history=known if len(known) else None, explain=0)
        said = scores[scores["title_id"] == title_id]
        if said.empty:
            raise CallError(
                f"{visible(title_id)} comes from {market} ({told}): it is scored for foreign markets only",
                hint="Ask for another market, or another change of its countries.",
            )
        found.append(said.iloc[0][list(_FIGURES)])
    table = pd.DataFrame(found).reset_index(drop=True)
    table.insert(0, "change", [told for told, _, _ in variants])
    table = table.astype(
        {name: "float64" for name in _FIGURES if name != "evidence"} | {"evidence": "str", "change": "str"}
    )
    table["difference"] = table["appeal"] - table["appeal"].iloc[0]
    return table


def _find(titles: pd.DataFrame, title_id: str) -> pd.Series:
    rows = titles[titles["title_id"] == title_id]
    if rows.empty:
        hint = did_you_mean(title_id, titles["title_id"])
        raise CallError(
            f"there is no title {visible(title_id)!r} among {counted(len(titles), 'title')}",
            hint=hint or "Give a title_id of the table.",
        )
    return rows.iloc[0]


def _with(titles: pd.DataFrame, title_id: str, cells: Mapping[str, Any]) -> pd.DataFrame:
    """Return the whole table with one title told otherwise: what others tell decides how one is judged."""
    table = titles.reset_index(drop=True)
    own = table["title_id"] == title_id
    for name, value in cells.items():
        column = table[name].astype("object")
        column[own] = pd.Series([value] * int(own.sum()), index=column.index[own], dtype="object")
        table[name] = column.astype(titles[name].dtype)
    return table


def _put(history: pd.DataFrame | None, title_id: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the history with some of a title's rows put in the place of those of the same market and metric."""
    known = _no_history() if history is None else history
    if not rows:
        return known
    changed = {(title_id, row["market"], row["metric"]) for row in rows}
    cells = zip(known["title_id"], known["market"], known["metric"], strict=True)
    kept = known[[key not in changed for key in cells]]
    # What is put in was known before the prediction.
    put = [{"as_of": "0001-01-01", **row, "title_id": title_id, "source": "what if"} for row in rows]
    table = pd.concat([kept, pd.DataFrame(put, columns=list(known.columns))], ignore_index=True)
    return table.astype({"title_id": "str", "market": "str", "metric": "str", "value": "float64", "as_of": "str"})


def _no_history() -> pd.DataFrame:
    return pd.DataFrame(columns=list(OUTCOMES.names)).astype("str").astype({"value": "float64"})


def _cell(name: str, value: Any) -> Any:
    """Return a value as its column holds it."""
    choices = [column for column in TITLES.names if column not in _FIXED]
    if name not in choices:
        raise CallError(
            f"there is no column {visible(name)!r} to change",
            hint=did_you_mean(name, [*choices, _HISTORY]) or f"Choose from {', '.join([*choices, _HISTORY])}.",
        )
    column = TITLES[name]
    if column.type == "list":
        words = [] if value is None else value.split("|") if isinstance(value, str) else value
        if not isinstance(words, Collection) or not all(isinstance(word, str) for word in words):
            raise CallError(f"{name} cannot be {visible(value)!r}", hint="Give a list of texts.")
        words = [word.strip() for word in words if word.strip()]
        for word in words if name == "countries" else ():
            _choose(word, COUNTRIES, "country", "use ISO 3166-1 alpha-2 codes, such as FR")
        return words
    if value is None and not column.required:
        return None
    if column.type in {"integer", "number"}:
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool) and np.isfinite(value)
        if not number or (column.type == "integer" and value != int(value)):
            raise CallError(
                f"{name} cannot be {visible(value)!r}", hint=f"Give a{'n' * (column.type == 'integer')} {column.type}."
            )
        return int(value) if column.type == "integer" else float(value)
    if not isinstance(value, bool | np.bool_ if column.type == "boolean" else str):
        wanted = "True or False" if column.type == "boolean" else "a text"
        raise CallError(f"{name} cannot be {visible(value)!r}", hint=f"Give {wanted}.")
    if name == "kind":
        _choose(value, KINDS, "kind", f"choose from {', '.join(KINDS)}")
    return value


def _rows(given: Any) -> list[dict[str, Any]]:
    """Return changed rows of history, checked."""
    rows = [given] if isinstance(given, Mapping) else given
    if not isinstance(rows, Sequence) or not all(isinstance(row, Mapping) for row in rows):
        raise CallError(f"{_HISTORY} cannot be {visible(given)!r}", hint="Give a mapping, or a list of mappings.")
    for row in rows:
        lacking = {"market", "metric", "value"} - set(row)
        if lacking:
            raise CallError(
                f"a changed row of history lacks {', '.join(sorted(lacking))}", hint="Give market, metric and value."
            )
        _choose(row["market"], [*MARKETS, WORLDWIDE], "market", "use ISO 3166-1 alpha-2 codes, or WW for worldwide")
        _choose(row["metric"], METRICS, "metric", f"choose from {', '.join(METRICS)}")
        value = row["value"]
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not np.isfinite(value):
            raise CallError(f"the value of {row['metric']} cannot be {visible(value)!r}", hint="Give a number.")
    return [dict(row) for row in rows]


def _choose(word: object, choices: Any, what: str, otherwise: str) -> None:
    if word not in choices:
        raise CallError(f"there is no {what} {visible(word)!r}", hint=did_you_mean(word, choices) or otherwise)


def _told(title: pd.Series, name: str, value: Any) -> str:
    return f"{name}: {_shown(title[name])} \u2192 {_shown(value)}"


def _told_history(ranker: Ranker, rows: Sequence[Mapping[str, Any]]) -> str:
    met = {key for group in ranker.groups_ for key in getattr(group, "reference_", ())}
    parts = []
    for row in rows:
        # A level is placed among those that the model has met; of one that it has not, it can make nothing.
        unmet = METRICS[row["metric"]].nature == "level" and f"{row['metric']} {row['market']}" not in met
        note = " (not met in training: no effect)" if unmet else ""
        parts.append(f"{row['metric']} in {row['market']} {row['value']:,.10g}{note}")
    return "history: " + ", ".join(parts)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple | np.ndarray):
        return visible(", ".join(map(str, value)), length=_SHOWN) or "not told"
    return "not told" if value is None or pd.isna(value) else visible(value, length=_SHOWN)
