"""A workbook that was really opened, edited and saved by LibreOffice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from review_builders import saved_offer

from recommender.offers import SavedOffer, apply_workbooks

SCRIPT = Path(__file__).with_name("edit_session.py")
SYSTEM_PYTHON = "/usr/bin/python3"
SECONDS = 300

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def soffice() -> str:
    """Return the command of LibreOffice, or skip where it or its Python interface is absent."""
    command = shutil.which("soffice")
    if command is None:
        pytest.skip("LibreOffice (soffice) is not installed: apt-get install libreoffice-calc python3-uno")
    asked = subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True, check=False)
    if asked.returncode:
        pytest.skip(f"{SYSTEM_PYTHON} has no uno: apt-get install python3-uno")
    return command


@pytest.fixture(scope="module")
def office(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., None]]:
    """Start LibreOffice without a window, give a function that lets the script work in it, and end it from outside."""
    home = tmp_path_factory.mktemp("office")
    pipe = f"recommender-{os.getpid()}"
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": ""}
    office = subprocess.Popen(
        [
            soffice,
            "--headless",
            "--norestore",
            "--nologo",
            f"-env:UserInstallation={(home / 'profile').as_uri()}",
            f"--accept=pipe,name={pipe};urp;",
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def edit(source: Path, target: Path, edits: dict[str, object]) -> None:
        plan = home / "edits.json"
        plan.write_text(json.dumps(edits), encoding="utf-8")
        done = subprocess.run(
            [SYSTEM_PYTHON, SCRIPT, pipe, source, target, plan],
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    try:
        yield edit
    finally:
        # The command is a launcher: what it started goes with it.
        os.killpg(office.pid, signal.SIGKILL)
        office.wait()


@pytest.mark.parametrize("language", ["en", "en+ru", "en+zh"])
def test_an_edit_session_in_libreoffice_is_read_back(
    office: Callable[..., None], tmp_path: Path, language: str
) -> None:
    saved: SavedOffer = saved_offer(tmp_path / "v1", language=language)
    ids = [title for title in saved.offer.frame["title_id"] if title != "t003"]
    note = "\u200fمرحبا 🎬 =1+1\nсмотри 长安"
    edits = {
        "cells": {
            ids[0]: {"Decision": "accept", "Reviewer": "Анна", "Note": note, "Our remark": "сильно"},
            ids[1]: {"Decision": "reject", "Reason": "-rights", "Reviewer": "Борис"},
            ids[2]: {"Ask price": 12500.5, "Floor price": 9000, "Currency": "USD"},
            ids[3]: {"Lock": "lock", "Title": "Another title"},
        },
        "formulas": {ids[4]: '="ho"&"ld"'},
        "deleted": [ids[5]],
        "hidden": [ids[0]],
        "commented": ids[2],
    }
    back = tmp_path / "back.xlsx"
    office(saved.folder / "offer.xlsx", back, edits)
    assert openpyxl.load_workbook(back).sheetnames[:1] == ["Agenda"]

    made = apply_workbooks([back], tmp_path / "v2", offer=saved.folder)
    decided = made.edits.decisions.set_index("title_id")
    assert decided["decision"].to_dict() == {ids[0]: "accept", ids[1]: "reject", ids[4]: "hold"}
    assert decided.loc[ids[0], ["reviewer", "note"]].tolist() == ["Анна", note]
    assert decided.loc[ids[1], ["reviewer", "reason"]].tolist() == ["Борис", "-rights"]
    assert decided["decided_at"].notna().all()
    assert made.edits.prices == {ids[2]: {"ask_price": 12500.5, "floor_price": 9000.0, "currency": "USD"}}
    assert made.edits.locks == ("t003", ids[3])
    kept = {(row.what, row.value) for row in made.edits.extra.itertuples()}
    assert kept == {
        ("added column", "сильно"),
        ("changed cell", "Another title"),
        ("comment", "Is it free?"),
        ("added sheet", "price of the package"),
        ("formula", '="ho"&"ld"'),
    }
    [warning] = made.edits.warnings
    assert f"1 title of the offer has no row any more ({ids[5]})" in str(warning)
    assert set(made.offer.frame["title_id"]) >= {ids[0], ids[3], "t003"}
    assert ids[1] not in set(made.offer.frame["title_id"])
