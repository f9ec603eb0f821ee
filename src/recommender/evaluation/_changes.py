"""Changes of the tables that no prediction may notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

__all__ = ["CHANGES", "Tables"]


@dataclass(frozen=True, eq=False)
class Tables:
    """What a ranker is fitted on and asked for.

    Attributes
    ----------
    titles, outcomes, catalogue : DataFrame
    history : DataFrame or None
    rows : int
        How many rows were changed.
    names : mapping of str to str
        The former id of each title that was renamed.
    """

    titles: pd.DataFrame
    outcomes: pd.DataFrame
    catalogue: pd.DataFrame
    history: pd.DataFrame | None
    rows: int = 0
    names: Mapping[str, str] = field(default_factory=dict)

    def with_outcomes(self, change: Callable[[pd.DataFrame], pd.DataFrame], rows: int) -> Tables:
        """Return the same with outcomes and history changed."""
        history = None if self.history is None else change(self.history)
        return replace(self, outcomes=change(self.outcomes), history=history, rows=rows)

    def with_all(self, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Tables:
        """Return the same with every table changed."""
        history = None if self.history is None else change(self.history)
        return Tables(
            change(self.titles), change(self.outcomes), change(self.catalogue), history, rows=len(self.titles)
        )


def shuffle_later(tables: Tables, as_of: str, random: np.random.Generator) -> Tables:
    """Deal later outcomes out to other titles."""

    def shuffled(table: pd.DataFrame) -> pd.DataFrame:
        later = (table["as_of"] >= as_of).to_numpy(dtype=bool)
        mixed = table.copy()
        for column in ("title_id", "value"):
            mixed.loc[later, column] = random.permutation(mixed.loc[later, column].to_numpy(copy=True))
        return mixed

    return tables.with_outcomes(shuffled, _later(tables, as_of))


def cut_later(tables: Tables, as_of: str, _random: np.random.Generator) -> Tables:
    """Leave later outcomes out."""
    return tables.with_outcomes(
        lambda table: table[table["as_of"] < as_of].reset_index(drop=True), _later(tables, as_of)
    )


def add_later(tables: Tables, as_of: str, random: np.random.Generator) -> Tables:
    """Add later outcomes of every title, known and asked for, in every market and metric."""
    kinds = tables.outcomes[["market", "metric"]].drop_duplicates()
    ids = pd.concat([tables.titles, tables.catalogue])[["title_id"]].drop_duplicates()
    rows = ids.merge(kinds, how="cross")
    rows = rows.assign(value=np.exp(random.normal(8, 3, len(rows))).round(), as_of=as_of)

    def more(table: pd.DataFrame) -> pd.DataFrame:
        filled = rows.assign(**dict.fromkeys(table.columns.difference(rows.columns), "invented"))[list(table.columns)]
        return pd.concat([table, filled.astype(table.dtypes.to_dict())], ignore_index=True)

    return tables.with_outcomes(more, len(rows))


def rename(tables: Tables, _as_of: str, random: np.random.Generator) -> Tables:
    """Give every title another id."""
    ids = sorted({*tables.titles["title_id"], *tables.catalogue["title_id"], *tables.outcomes["title_id"]})
    new = dict(zip(ids, (f"renamed-{number:08d}" for number in random.permutation(len(ids))), strict=True))

    def named(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(title_id=table["title_id"].map(lambda name: new.get(name, name)).astype("str"))

    return replace(tables.with_all(named), names={changed: name for name, changed in new.items()})


def reorder(tables: Tables, _as_of: str, random: np.random.Generator) -> Tables:
    """Put the rows of every table in another order."""
    return tables.with_all(lambda table: table.iloc[random.permutation(len(table))].reset_index(drop=True))


CHANGES: dict[str, Callable[[Tables, str, np.random.Generator], Tables]] = {
    "later outcomes shuffled": shuffle_later,
    "later outcomes left out": cut_later,
    "later outcomes added": add_later,
    "ids renamed": rename,
    "rows reordered": reorder,
}


def _later(tables: Tables, as_of: str) -> int:
    return int((tables.outcomes["as_of"] >= as_of).sum())
