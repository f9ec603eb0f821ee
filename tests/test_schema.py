from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pandera.errors
import pytest

from recommender import schema
from recommender.schema import COUNTRIES, KINDS, MARKETS, METRICS, OUTCOMES, RIGHTS, TABLES, TITLES, WORLDWIDE


def titles(**columns: list) -> pd.DataFrame:
    n = len(next(iter(columns.values()))) if columns else 1
    frame = {}
    for column in TITLES.columns:
        if column.type == "list":
            frame[column.name] = pd.Series([[]] * n, dtype="object")
        else:
            dtype = {
                "text": "str",
                "date": "str",
                "integer": "Int64",
                "number": "float64",
                "boolean": "boolean",
            }
            frame[column.name] = pd.Series([None] * n, dtype=dtype[column.type])
    frame["title_id"] = pd.Series([str(i) for i in range(n)], dtype="str")
    frame["kind"] = pd.Series(["film"] * n, dtype="str")
    frame["title"] = pd.Series(["A title"] * n, dtype="str")
    for name, values in columns.items():
        frame[name] = pd.Series(values, dtype=frame[name].dtype)
    return pd.DataFrame(frame)


def failures(frame: pd.DataFrame) -> list[tuple[str, int]]:
    try:
        TITLES.schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        return sorted((str(column), int(row)) for column, row in zip(cases["column"], cases["index"], strict=True))
    return []


def test_all_is_what_the_room_exports():
    assert schema.__all__ == sorted(schema.__all__, key=lambda name: (not name.isupper(), name))
    for name in schema.__all__:
        assert hasattr(schema, name)


def test_importing_the_schema_loads_no_pandas():
    code = "import sys, recommender.schema; sys.exit('pandas' in sys.modules or 'pandera' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_six_tables_have_the_columns_of_the_design():
    assert list(TABLES) == ["titles", "outcomes", "rights", "scores", "offer", "decisions"]
    assert TITLES.required == ("title_id", "kind", "title")
    assert OUTCOMES.names == ("title_id", "market", "metric", "value", "as_of", "source", "licence")
    assert RIGHTS.names[:2] == ("title_id", "market")
    for table in TABLES.values():
        assert len(set(table.names)) == len(table.names)
        assert all(column.meaning.endswith(".") for column in table.columns if column.name != "media")


def test_a_column_means_the_same_in_every_table():
    types: dict[str, set[str]] = {}
    for table in TABLES.values():
        for column in table.columns:
            types.setdefault(column.name, set()).add(column.type)
    assert {name for name, found in types.items() if len(found) > 1} == set()


def test_words():
    assert {"film", "series", "documentary", "animation", "other"} <= set(KINDS)
    assert METRICS["votes"].nature == "level"
    assert METRICS["top10_points"].nature == "flow"
    assert METRICS["released"].nature == "presence"
    assert METRICS["released"].role == "entry"
    assert METRICS["rating"].role == "rating"
    assert METRICS["box_office_rub"].unit == "RUB"


def test_places():
    assert {"CN", "RU", "FR", "XK"} <= MARKETS
    assert WORLDWIDE in MARKETS
    assert "SU" not in MARKETS
    assert {"SU", "CS", "YU", "DD", "AN", "XK"} <= COUNTRIES
    assert "XX" not in COUNTRIES


def test_good_titles_pass():
    assert failures(titles(year=[1896, None, 2031], runtime_min=[80, None, 1])) == []


@pytest.mark.parametrize(
    ("column", "values", "bad"),
    [
        ("title_id", ["a", "b", "a"], [2]),
        ("title_id", ["a", None, "c"], [1]),
        ("kind", ["film", "movie", "series"], [1]),
        ("title", ["x", None, "y"], [1]),
        ("title", ["x", "nul\x00", "y"], [1]),
        ("year", [1879, 1880, None], [0]),
        ("year", [2000, pd.Timestamp.today().year + 10, pd.Timestamp.today().year + 11], [2]),
        ("ask_price", [-0.01, 0, None], [0]),
        ("ask_price", [np.inf, 1, None], [0]),
        ("title", ["<b>x</b>", "1 < 2 > 0", "=1+1"], [0, 2]),
        ("title", ["-", "@home", "a-b"], [0, 1]),
    ],
)
def test_rules_of_titles(column, values, bad):
    assert failures(titles(**{"currency": ["EUR"] * 3, column: values})) == [(column, row) for row in bad]


def test_columns_of_titles_of_one_type_only():
    frame = titles()
    frame["year"] = frame["year"].astype("float64")
    with pytest.raises(pandera.errors.SchemaErrors):
        TITLES.schema.validate(frame, lazy=True)


def test_rights_may_not_end_before_they_start():
    frame = pd.DataFrame(
        {
            column.name: pd.Series([None] * 4, dtype="boolean" if column.type == "boolean" else "str")
            for column in RIGHTS.columns
        }
    )
    frame["title_id"], frame["market"] = "a", "CN"
    frame["start"] = pd.Series(["2020-01-02", "2020-01-01", None, "2020-01-01"], dtype="str")
    frame["end"] = pd.Series(["2020-01-01", "2020-01-01", "2020-01-01", None], dtype="str")
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        RIGHTS.schema.validate(frame, lazy=True)
    assert set(caught.value.failure_cases["index"]) == {0}
