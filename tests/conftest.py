"""Fixtures that every room's tests share."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says more of the machine than of the code.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

if "PYTEST_XDIST_WORKER" in os.environ:
    # There are as many workers as cores: threads of theirs would wait for one another. It counts when a library is loaded.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# The libraries hold a million objects, and to look for garbage among them takes a quarter of a second: look seldom.
gc.set_threshold(50_000, 20, 20)

PROJECT_ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_finish() -> None:
    """Look no more among what the imports left: it stays."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _log_of_a_library() -> Iterator[None]:
    """Meet and leave the program's log as an import finds it: a command that a test calls sets it up for a person."""
    _silence_log()
    yield
    _silence_log()


def _silence_log() -> None:
    log = logging.getLogger("recommender")
    log.setLevel(logging.NOTSET)
    log.handlers.clear()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data beside the project, or skip where it is absent."""
    folder = PROJECT_ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data (../shared/data) is not beside the project")
    return folder


@pytest.fixture(scope="session")
def user_cache() -> str | None:
    """Return the folder that the environment names for embeddings: after `make demo` the sample's are there."""
    return os.environ.get("RECOMMENDER_CACHE")


@pytest.fixture(scope="session")
def text_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which all tests keep embeddings: encoding is the slowest thing they do."""
    base = tmp_path_factory.getbasetemp()
    # The workers of pytest-xdist share it.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "text-cache"
    folder.mkdir(exist_ok=True)
    return folder
