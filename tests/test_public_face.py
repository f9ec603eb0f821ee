"""What each room shows: exactly its `__all__`, and every name of it documented."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from importlib.resources import files
from types import ModuleType

import pytest

import recommender

ROOMS = sorted(
    f"recommender.{found.name}" for found in pkgutil.iter_modules(recommender.__path__) if found.name != "__main__"
)
FACES = [name for name in ["recommender", *ROOMS] if hasattr(importlib.import_module(name), "__all__")]

each_face = pytest.mark.parametrize("name", FACES)


def visible_names(module: ModuleType) -> set[str]:
    """Return the public names that were defined or imported there, submodules and typing's tools apart."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not isinstance(value, ModuleType)
        and name not in {"TYPE_CHECKING", "annotations", "lazy_names"}
    }


def test_every_room_has_a_face() -> None:
    assert sorted(FACES) == ["recommender", *ROOMS]


@each_face
def test_all_is_complete_sorted_and_true(name: str) -> None:
    module = importlib.import_module(name)
    names = list(module.__all__)
    assert len(names) == len(set(names))
    assert [word for word in names if not hasattr(module, word)] == []
    if hasattr(module, "__path__"):
        assert visible_names(module) <= set(names)


@each_face
def test_what_is_shown_is_offered_for_completion(name: str) -> None:
    module = importlib.import_module(name)
    assert set(module.__all__) <= set(dir(module))


@each_face
def test_every_public_function_and_class_is_documented(name: str) -> None:
    module = importlib.import_module(name)
    undocumented = [
        word
        for word in module.__all__
        if (inspect.isfunction(value := getattr(module, word)) or inspect.isclass(value)) and not inspect.getdoc(value)
    ]
    assert undocumented == []


@each_face
def test_an_unknown_name_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        importlib.import_module(name).nonsense  # noqa: B018


# In one process, in which the libraries stay loaded and nothing of ours does.
FIRST = """
import importlib, sys
for room in sys.argv[1:]:
    for name in [name for name in sys.modules if name.partition(".")[0] == "recommender"]:
        del sys.modules[name]
    importlib.import_module(room)
    print(room)
"""


def test_every_room_can_be_imported_first() -> None:
    shown = subprocess.run([sys.executable, "-c", FIRST, *ROOMS], capture_output=True, text=True, check=False)
    assert (shown.stdout.split(), shown.stderr) == (list(ROOMS), "")


def test_the_types_are_shipped() -> None:
    assert (files("recommender") / "py.typed").is_file()
