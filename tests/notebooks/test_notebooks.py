"""Every notebook runs from top to bottom, and is kept without its output."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))

# That every line runs is tested here, not how well what it trains does: for that, a few trees are as good as hundreds.
FEW_TREES = """
from recommender import Ranker

def fit_few_trees(self, *tables, fit=Ranker.fit, **how):
    return fit(self.set_params(max_iter=min(self.max_iter, 20)), *tables, **how)

Ranker.fit = fit_few_trees
"""

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NotebookClient]:
    """Start one kernel for all notebooks: the libraries take seconds to load."""
    folder = tmp_path_factory.mktemp("kernel")
    prepared = new_notebook(cells=[new_code_cell(FEW_TREES)])
    client = NotebookClient(prepared, timeout=600, resources={"metadata": {"path": str(folder)}})
    with client.setup_kernel():
        client.execute_cell(prepared.cells[0], 0)
        yield client


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@each_notebook
def test_notebook_is_kept_without_output(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert not [cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]


@pytest.mark.slow
@each_notebook
def test_notebook_runs_and_shows_pictures(path: Path, client: NotebookClient, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    # The kernel still draws pictures after another notebook asked for it.
    assert code[0].source.startswith("%matplotlib inline\n")
    # No notebook knows the names of another.
    notebook.cells.insert(0, new_code_cell(f"%reset -sf\n%cd -q {tmp_path}"))
    client.nb = notebook
    client.reset_execution_trackers()
    for place, cell in enumerate(notebook.cells):
        client.execute_cell(cell, place)
    assert any("image/png" in output.get("data", {}) for cell in code for output in cell.outputs)
