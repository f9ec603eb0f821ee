"""What came before this version of an offer: the decisions, and what they and the rest changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from recommender.schema import DECISIONS


def no_decisions() -> pd.DataFrame:
    """Return an empty table of decisions."""
    types = {column.name: "int64" if column.type == "integer" else "str" for column in DECISIONS.columns}
    return pd.DataFrame({name: pd.Series(dtype=type_) for name, type_ in {**types, "title": "str"}.items()})


@dataclass(frozen=True, eq=False)
class History:
    """What came before a version of an offer.

    Attributes
    ----------
    decisions : DataFrame
        Every decision on every earlier version, oldest version first: the decisions table, and the `title`.
    changes : DataFrame
        What came, went and moved since the version before: the table of `diff_offers`.
    extra : DataFrame
        What reviewers wrote into the workbooks besides what is asked: `file`, `sheet`, `row`, `column`, `title_id`,
        `value`, `was`, `what`.
    before : mapping
        For the manifest: the id, version and manifest hash of the version before, and the workbooks that were read.
    inputs, bundle : mapping, mapping or None
        What the first version's manifest says of its inputs and its model.
    """

    decisions: pd.DataFrame = field(default_factory=no_decisions)
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    extra: pd.DataFrame = field(default_factory=pd.DataFrame)
    before: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    bundle: Mapping[str, Any] | None = None

    def standing(self, version: int) -> pd.DataFrame:
        """Return what was decided on the version before `version`, one row a title, by `title_id`."""
        last = self.decisions.loc[self.decisions["version"] == version - 1]
        last = last.drop_duplicates("title_id", keep="last").set_index("title_id")
        return pd.concat([last, self._undecided(set(last.index))]) if len(self.extra) else last

    def _undecided(self, decided: set[str]) -> pd.DataFrame:
        """Return what reviewers noted on titles on which nobody has decided."""
        found: dict[str, dict[str, str]] = {}
        for row in self.extra.to_dict("records"):
            key = str(row["what"]).removesuffix(" without a decision")
            if key != row["what"] and row["title_id"] not in decided:
                found.setdefault(row["title_id"], {})[key] = row["value"]
        frame = pd.DataFrame.from_dict(found, orient="index")
        return frame.reindex(columns=[name for name in self.decisions.columns if name != "title_id"])
