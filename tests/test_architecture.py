"""The house: which room may import which, how long a module may be, what is never called."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
SOURCE = PROJECT / "src"
MODULES = sorted(SOURCE.rglob("*.py"))
HEAVY = {
    *(
        "catboost",
        "dash",
        "lightgbm",
        "matplotlib",
        "mlflow",
        "numpy",
        "openpyxl",
        "pandas",
        "pandera",
        "plotly",
    ),
    *(
        "pyarrow",
        "pydantic",
        "ray",
        "scipy",
        "sentence_transformers",
        "sklearn",
        "skops",
        "torch",
        "transformers",
    ),
}
# Imported by name, but always brought by what is declared.
BROUGHT_BY = {
    "huggingface-hub": "sentence-transformers",
    "joblib": "scikit-learn",
    "markupsafe": "jinja2",
    "packaging": "skops",
    "pydantic-core": "pydantic",
    "requests": "mlflow",
    "sqlalchemy": "mlflow",
    "threadpoolctl": "scikit-learn",
    "transformers": "sentence-transformers",
}

each_module = pytest.mark.parametrize("path", MODULES, ids=[path.relative_to(SOURCE).as_posix() for path in MODULES])


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield every import of a module, wherever it stands: what it imports from, and the names it takes."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, []
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports here name the whole path"
            yield str(node.module), [alias.name for alias in node.names]


def declared(extras: bool) -> set[str]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = list(project["dependencies"])
    if extras:
        lines += [line for group in project["optional-dependencies"].values() for line in group]
    return {normal(re.split(r"[^\w.-]", line)[0]) for line in lines}


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_imports_point_one_way() -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    assert " 0 broken" in checked.stdout


@each_module
def test_no_module_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@each_module
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))


@each_module
def test_nothing_runs_code_that_came_from_a_file(path: Path) -> None:
    forbidden = {"cloudpickle", "dill", "marshal", "pickle", "shelve"}
    assert {module.split(".")[0] for module, _ in imports_of(path)}.isdisjoint(forbidden)
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec", "__import__"}, f"line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "load":
            called = ast.unparse(node.func)
            assert called not in {"joblib.load", "torch.load", "np.load", "yaml.load"}, f"line {node.lineno}"


@each_module
def test_no_module_reaches_into_another_room(path: Path) -> None:
    own = room_of(name_of(path))
    reached = [
        f"{module}.{name}"
        for module, names in imports_of(path)
        for name in (names or [""])
        if module.split(".")[0] == "recommender"
        and any(part.startswith("_") for part in f"{module}.{name}".split("."))
        and room_of(f"{module}.{name}") != own
        and not name.startswith("__")
    ]
    assert reached == []


def test_every_import_is_a_declared_dependency() -> None:
    distributions = packages_distributions()
    imported = {
        module.split(".")[0]
        for path in MODULES
        for module, _ in imports_of(path)
        if module.split(".")[0] not in {*sys.stdlib_module_names, "recommender"}
    }
    missing = {
        module
        for module in imported
        if not {BROUGHT_BY.get(normal(name), normal(name)) for name in distributions.get(module, [module])}
        & declared(extras=True)
    }
    assert missing == set()


@pytest.mark.parametrize("module", ["recommender", "recommender.cli"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert HEAVY.isdisjoint(loaded)


def test_every_dependency_is_pinned_once_and_by_version_alone() -> None:
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []
    names = [normal(pin.split("==")[0]) for pin in pins]
    assert len(names) == len(set(names))
    assert declared(extras=True) <= set(names)


def test_make_help_lists_every_target() -> None:
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)[0].split())
    shown = subprocess.run(["make", "-s", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in shown.splitlines()} == targets
