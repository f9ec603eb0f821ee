from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from recommender.cli.policy import app
from recommender.errors import CallError, ConfigError, DataError
from recommender.offers import Brief, build_offer, write_offer
from recommender.sources import read_scores, read_titles, write_table

PACK = """
name = "mine"
title = "Mine"
version = "1"

[[rule]]
id = "mine-short"
market = "CN"
level = "title"
effect = "block"
condition = { field = "runtime_min", less_than = 40 }
reason_code = "too-short"
message = "Too short."
source = "Somebody"
valid_to = 2025-12-31
confidence = "low"
"""


def call(*words: object, status: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == status
    return result.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("policy")
    ids = [f"t{i}" for i in range(12)]
    titles = pd.DataFrame({"title_id": ids, "title": [f"[bold]Title {i}" for i in range(12)], "kind": "film"})
    titles["countries"] = [["RU"]] * 12
    titles["age_rating"] = ["18+", "16+", "12+"] * 4
    write_table(titles, tmp_path / "titles.csv")
    appeal = np.linspace(0.9, 0.1, 12)
    scores = pd.DataFrame(
        {
            "market": "CN",
            "rank": range(1, 13),
            "title_id": ids,
            "score": appeal,
            "appeal": appeal,
            "as_of": "2026-01-01",
        }
    )
    write_table(scores, tmp_path / "scores.parquet")
    policy = {"packs": ["china-cinema"]}
    wanted = {"name": "small", "market": "CN", "size": 6, "kinds": ["film"], "media": ["cinema"], "policy": policy}
    catalogue, scored = read_titles(tmp_path / "titles.csv"), read_scores(tmp_path / "scores.parquet")
    for name, brief in (("offer", wanted), ("unchecked", wanted | {"policy": {}})):
        write_offer(build_offer(catalogue, scored, Brief.model_validate(brief)), tmp_path / name)
    (tmp_path / "mine.toml").write_text(PACK)
    return tmp_path


def test_list_names_every_pack() -> None:
    shown = call("list")
    for name in ("china-cinema", "china-formats", "china-online", "china-television", "eu", "russia"):
        assert name in shown
    assert "to be verified" in shown


def test_show_tells_condition_source_and_trust(folder: Path) -> None:
    shown = " ".join(call("show", "china-television").split())
    assert "hit where episodes is more than 50" in shown
    assert "high confidence, to be verified" in shown
    assert "expired on 2026-11-25" in call("show", folder / "mine.toml", "--as-of", "2026-11-25")
    with pytest.raises(CallError, match="no policy pack is called chna"):
        call("show", "chna")


def test_show_breaks_lines_under_their_heads_and_no_address() -> None:
    shown = call("show", "china-cinema")
    assert "media        cinema\n" in shown
    assert re.search(r"\n  message +\S.*\n {15}\S", shown)
    assert re.search(r"\n {15}https://www.chinalawtranslate.com/en/film-industry-promotion-law-2016/\n", shown)
    about = [line.rstrip() for line in shown.split("\nfact ")[0].splitlines()[1:]]
    assert all(len(line) > 60 for line in about[:-1]), "the file's own line breaks are not the terminal's"


def test_check_tells_what_is_old_and_what_matches_nothing(folder: Path) -> None:
    shown = call("check", folder / "mine.toml", "--as-of", "2025-06-01", "--titles", folder / "titles.csv")
    assert "warning: mine-short has never been checked" in shown
    assert "warning: mine-short matches nothing in titles.csv (12 titles it is about; of 12 nothing is known)" in shown
    assert "no faults, 2 warnings (1 rule)" in shown
    assert "mine-short expired on 2025-12-31" in call("check", folder / "mine.toml", "--strict", status=1)
    assert "no faults, 0 warnings" in call("check", "china-formats", "--as-of", "2026-11-25", "--strict")


def test_check_names_every_fault(folder: Path) -> None:
    bad = folder / "bad.toml"
    bad.write_text(PACK.replace("effect", "efect").replace("runtime_min", "runtime"))
    with pytest.raises(ConfigError) as caught:
        call("check", bad)
    assert "rule.0.efect: unknown key; did you mean 'effect'?" in str(caught.value)
    assert f"the policy pack {bad} has" in str(caught.value)
    assert f"`recommender policy check {bad}` checks it again" in str(caught.value)


def test_replay_chooses_again_from_the_folder_alone(folder: Path) -> None:
    common = ("replay", "--offer", folder / "offer", "--rule", "cn-cinema-all-ages")
    before = {path.name: path.read_bytes() for path in (folder / "offer").iterdir()}
    shown = call(*common, "--set", "at_least=16")
    assert "4 newly blocked, 0 freed" in shown
    assert "[bold]Title 1 [t1], in the offer" in shown
    assert "not in the offer" in shown
    assert shown.index(", not in the offer") > shown.rindex(", in the offer"), "what was offered comes first"
    assert "\n    blocked: adults-only" in shown
    assert "->" not in shown
    freed = call(*common, "--without")
    assert "0 newly blocked, 4 freed" in freed
    assert "no longer blocked: adults-only" in freed
    again = " ".join(freed.partition("chosen again:")[2].split())
    assert again.startswith("2 came, 2 went")
    assert "was blocked by a rule of the market before (adults-only)" in again
    assert before == {path.name: path.read_bytes() for path in (folder / "offer").iterdir()}


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--set", "effect"),
        ("--set", "effect=warn", "--without"),
        ("--set", "efect=warn"),
    ],
)
def test_a_wrong_replay_is_a_wrong_call(folder: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(CallError):
        call("replay", "--offer", folder / "offer", "--rule", "cn-cinema-all-ages", *words)


def test_an_offer_that_was_not_checked_cannot_be_replayed(folder: Path) -> None:
    with pytest.raises(DataError, match="were not checked"):
        call("replay", "--offer", folder / "unchecked", "--rule", "x", "--without")
    with pytest.raises(ConfigError, match="input should be 'block'"):
        call("replay", "--offer", folder / "offer", "--rule", "cn-cinema-older", "--set", "effect=forbid")
