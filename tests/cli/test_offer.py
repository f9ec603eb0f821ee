from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import typer
from offer_builders import OFFER_FILES
from typer.testing import CliRunner

from recommender.cli.offer import offer
from recommender.errors import CallError, DataError, RecommenderError, TableError
from recommender.sources import write_table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ids = [f"t{i}" for i in range(12)]
    titles = pd.DataFrame({"title_id": ids, "title": [f"[bold]Title {i}" for i in range(12)], "kind": "film"})
    titles["genres"] = [["Drama"] if i % 2 else ["Comedy"] for i in range(12)]
    titles["countries"] = [["RU"]] * 12
    write_table(titles, tmp_path / "titles.csv")
    write_table(scores(ids), tmp_path / "scores.parquet")
    rights = pd.DataFrame({"title_id": ids[:8], "market": "WW", "media": "all", "status": "owned"})
    taken = pd.DataFrame({"title_id": ["t0"], "market": "CN", "licensee": "Invented A", "status": "licensed"})
    write_table(pd.concat([rights, taken], ignore_index=True), tmp_path / "rights.csv")
    brief = 'name = "small"\nmarket = "CN"\nsize = 6\nkinds = ["film"]\n'
    (tmp_path / "small.toml").write_text(brief)
    (tmp_path / "opera.toml").write_text(brief + "[shares.genre]\nOpera = {min = 0.5}\n")
    return tmp_path


def scores(ids: list[str]) -> pd.DataFrame:
    appeal = np.linspace(0.9, 0.1, len(ids))
    return pd.DataFrame(
        {
            "market": "CN",
            "rank": range(1, len(ids) + 1),
            "title_id": ids,
            "score": appeal,
            "appeal": appeal,
            "low": appeal - 0.1,
            "high": appeal + 0.1,
            "evidence": "fair",
            "reasons": [["+ good"]] * len(ids),
            "comparables": [[] for _ in ids],
            "model": "default",
            "model_version": "1",
            "encoder": "none",
            "as_of": "2026-01-01",
        }
    )


def call(folder: Path, *words: str, brief: str = "small.toml") -> tuple[int, str]:
    app = typer.Typer()
    app.command()(offer)
    common = [
        "--brief",
        str(folder / brief),
        "--titles",
        str(folder / "titles.csv"),
        "--out",
        str(folder / "out"),
    ]
    result = CliRunner().invoke(app, [*common, *words], catch_exceptions=False)
    return result.exit_code, result.output


def test_an_offer_is_written_and_summed_up(folder: Path) -> None:
    status, said = call(folder, "--scores", str(folder / "scores.parquet"))
    assert status == 0
    assert {path.name for path in (folder / "out").iterdir()} == OFFER_FILES
    assert "6 titles for CN" in said
    assert "[bold]Title 0" in said
    for name in OFFER_FILES:
        assert name in said.replace("\n", "")


@pytest.mark.parametrize("width", [40, 60, 80])
def test_on_a_narrow_terminal_names_are_cut_and_numbers_stay(
    folder: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    titles = pd.read_csv(folder / "titles.csv").assign(year=1975)
    titles["title"] = [f"Title {number} {'of a long name ' * 8}" for number in range(12)]
    write_table(titles, folder / "titles.csv")
    monkeypatch.setenv("COLUMNS", str(width))
    _, said = call(folder, "--scores", str(folder / "scores.parquet"))
    first, second = (line for line in said.splitlines() if line.lstrip().startswith(("1  Title", "2  Title")))
    assert "Title 0 " in first
    assert "…" in first
    assert first.split()[-5:] == ["1975", "90", "80", "to", "100"]
    assert second.split()[-5:] == ["1975", "83", "73", "to", "93"]
    assert max(len(first), len(second)) <= width


def test_a_rights_table_bars_titles_and_is_named_in_the_manifest(folder: Path) -> None:
    words = ("--scores", str(folder / "scores.parquet"), "--rights", str(folder / "rights.csv"))
    status, _ = call(folder, *words)
    assert status == 0
    offered = pd.read_parquet(folder / "out" / "offer.parquet")
    assert offered["title_id"].tolist() == ["t1", "t2", "t3", "t4", "t5", "t6"]
    assert set(offered["rights"]) == {"available"}
    manifest = json.loads((folder / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["inputs"]["rights"]["file"] == "rights.csv"
    assert manifest["counts"] == {"titles": 12, "eligible": 7, "rights-none": 1, "rights-unknown": 4}
    first = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    call(folder, *words)
    assert first == {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


def test_a_rights_table_with_faults_writes_nothing(folder: Path) -> None:
    (folder / "rights.csv").write_text("title_id,market,media\nt0,CN,svodd\nt1,ZZ,svod\n")
    with pytest.raises(TableError) as caught:
        call(folder, "--scores", str(folder / "scores.parquet"), "--rights", str(folder / "rights.csv"))
    assert "row 2, column media: unknown medium (svodd); did you mean 'svod'" in str(caught.value)
    assert "row 3, column market: unknown market (ZZ)" in str(caught.value)
    assert not (folder / "out").exists()


def test_the_files_speak_the_partners_language_or_the_one_asked_for(folder: Path) -> None:
    import openpyxl

    brief = (folder / "small.toml").read_text()
    (folder / "small.toml").write_text('language = "zh"\n' + brief)
    call(folder, "--scores", str(folder / "scores.parquet"))
    assert "Offer 报价片单" in openpyxl.load_workbook(folder / "out" / "offer.xlsx").sheetnames
    call(folder, "--scores", str(folder / "scores.parquet"), "--language", "en+ru")
    assert "Предложение" in (folder / "out" / "report.html").read_text("utf-8")
    call(folder, "--scores", str(folder / "scores.parquet"), "--language", "en")
    assert openpyxl.load_workbook(folder / "out" / "offer.xlsx").sheetnames[1] == "Offer"


def test_the_same_call_gives_the_same_bytes(folder: Path) -> None:
    call(folder, "--scores", str(folder / "scores.parquet"))
    first = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    call(folder, "--scores", str(folder / "scores.parquet"))
    assert first == {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


@pytest.mark.parametrize(("words", "status"), [((), 0), (("--strict",), 1)])
def test_a_shortfall_is_told_and_fails_only_a_strict_call(folder: Path, words: tuple[str, ...], status: int) -> None:
    found, said = call(folder, "--scores", str(folder / "scores.parquet"), *words, brief="opera.toml")
    assert found == status
    assert "3 short" in said.replace("\n", " ")
    assert (folder / "out" / "offer.xlsx").exists()


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--scores", "s.parquet", "--bundle", "b"),
        ("--scores", "s.parquet", "--as-of", "2026-01-01"),
        ("--scores", "s.parquet", "--history", "o.parquet"),
        ("--bundle", "b", "--as-of", "yesterday"),
        ("--scores", "s.parquet", "--language", "ru"),
    ],
)
def test_a_wrong_call_writes_nothing(folder: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(CallError) as caught:
        call(folder, *words)
    assert caught.value.exit_status == 2
    assert not (folder / "out").exists()


def test_packs_can_be_named_in_the_call(folder: Path) -> None:
    pack = folder / "house.toml"
    pack.write_text(
        'name = "house"\ntitle = "House"\nversion = "1"\n[[rule]]\nid = "no-comedy"\nmarket = "CN"\nlevel = "title"\n'
        'effect = "block"\ncondition = {field = "genres", any_of = ["Comedy"]}\nreason_code = "comedy"\n'
        'message = "None."\nsource = "House"\nconfidence = "high"\n'
    )
    status, said = call(folder, "--scores", str(folder / "scores.parquet"), "--policy", str(pack))
    assert status == 0
    assert "6 clear; 6 left out" in said.replace("\n", " ")
    manifest = json.loads((folder / "out" / "manifest.json").read_text())
    assert manifest["policy"]["blocked"] == {"comedy": 6}
    assert manifest["inputs"]["policy 1"]["file"] == "house.toml"


def test_an_input_whose_name_is_no_utf_8_is_named_in_the_manifest(folder: Path) -> None:
    name = os.fsdecode(b"\xee\xf4\xe5\xf0.csv")
    shutil.copyfile(folder / "titles.csv", folder / name)
    status, _ = call(folder, "--scores", str(folder / "scores.parquet"), "--titles", str(folder / name))
    assert status == 0
    manifest = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["inputs"]["titles"]["file"] == name


def test_bad_data_writes_nothing(folder: Path) -> None:
    (folder / "scores.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError) as caught:
        call(folder, "--scores", str(folder / "scores.parquet"))
    assert caught.value.exit_status == 1
    assert not (folder / "out").exists()


def test_an_earlier_offer_survives_a_failure(folder: Path) -> None:
    call(folder, "--scores", str(folder / "scores.parquet"))
    first = (folder / "out" / "offer.xlsx").read_bytes()
    with pytest.raises(RecommenderError):
        call(folder, "--scores", str(folder / "nowhere.parquet"))
    assert (folder / "out" / "offer.xlsx").read_bytes() == first


def test_a_bundle_scores_the_titles_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}

    def score(bundle: Path, titles: pd.DataFrame, markets: list[str], **more: object) -> pd.DataFrame:
        seen.update(bundle=bundle, markets=markets, **more)
        return scores(titles["title_id"].tolist())

    scoring = ModuleType("recommender.scoring")
    scoring.score = score  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "recommender.scoring", scoring)
    bundle = folder / "model"
    bundle.mkdir()
    (bundle / "manifest.json").write_text("{}")
    status, _ = call(folder, "--bundle", str(bundle), "--as-of", "2026-02-03")
    assert status == 0
    assert seen == {"bundle": bundle, "markets": ["CN"], "history": None, "as_of": "2026-02-03"}
    assert '"name": "model"' in (folder / "out" / "manifest.json").read_text()
