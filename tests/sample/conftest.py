"""The sample's tables, read once."""

from __future__ import annotations

import pandas as pd
import pytest

from recommender.sample import sample_path
from recommender.sources import read_outcomes, read_titles

CATALOGUES = ("catalogue_ru", "catalogue_cn")
TITLE_TABLES = (*CATALOGUES, "titles_foreign")


@pytest.fixture(scope="session")
def tables() -> dict[str, pd.DataFrame]:
    """Return the three titles tables by name."""
    return {name: read_titles(sample_path(name)) for name in TITLE_TABLES}


@pytest.fixture(scope="session")
def titles(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return all titles, the table of each in ``table``."""
    return pd.concat([frame.assign(table=name) for name, frame in tables.items()], ignore_index=True)


@pytest.fixture(scope="session")
def outcomes() -> pd.DataFrame:
    """Return the outcomes of all titles."""
    return read_outcomes(sample_path("outcomes"))


@pytest.fixture(scope="session")
def provenance() -> pd.DataFrame:
    """Return which record of which source stands behind which title."""
    return pd.read_csv(sample_path("provenance"), dtype="str")
