"""From our columns and rules to pandera schemas of the frames in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandera.pandas as pa

if TYPE_CHECKING:
    from recommender.schema._rules import Rule
    from recommender.schema._tables import Table

__all__ = ["DTYPES", "build_schema"]

DTYPES: dict[str, str] = {
    "text": "str",
    "date": "str",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "list": "object",
    "records": "object",
}
"""The pandas dtype of each column type in memory."""


def build_schema(table: Table) -> pa.DataFrameSchema:
    """Return the pandera schema of a table: all columns there, right dtypes, every rule a named check."""
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                DTYPES[column.type],
                checks=[_check(rule) for rule in column.rules],
                nullable=not column.required,
            )
            for column in table.columns
        },
        checks=[pa.Check(rule.holds, error=rule.problem, ignore_na=False) for rule in table.row_rules],
        name=table.name,
        strict=False,
    )


def _check(rule: Rule) -> pa.Check:
    return pa.Check(rule.holds, error=rule.problem, name=rule.problem)
