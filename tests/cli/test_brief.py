from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from recommender.cli.brief import app
from recommender.errors import CallError, ConfigError
from recommender.offers import load_brief


def call(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_new_writes_a_brief_that_check_accepts(tmp_path: Path) -> None:
    path = tmp_path / "autumn.toml"
    assert "autumn.toml" in call("new", "autumn", "--market", "FR", "--size", "60", "--out", str(path))
    brief = load_brief(path)
    assert (brief.name, brief.market, brief.size) == ("autumn", "FR", 60)
    assert "no faults (60 titles to FR)" in call("check", str(path))
    head = path.read_text("utf-8").split("\n\n")[1].splitlines()
    assert {line.rindex(" # ") for line in head if " # " in line} == {31}


def test_new_names_the_file_after_the_brief(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    call("new")
    assert load_brief(tmp_path / "my-offer.toml").size == 300


@pytest.mark.parametrize(
    ("file", "name"), [("autumn-30.toml", "autumn-30"), ("My brief (2).toml", "My-brief-2"), ("发行.toml", "my-offer")]
)
def test_new_names_the_brief_after_its_file(tmp_path: Path, file: str, name: str) -> None:
    call("new", "--out", str(tmp_path / file))
    assert load_brief(tmp_path / file).name == name


def test_new_never_writes_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("mine")
    with pytest.raises(CallError, match="exists already"):
        call("new", "--out", str(path))
    assert path.read_text() == "mine"


@pytest.mark.parametrize("words", [("--market", "china"), ("a name",), ("x" * 80,)])
def test_new_refuses_what_no_brief_can_be(words: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    with pytest.raises(CallError):
        call("new", *words, "--out", str(path))
    assert not path.exists()


def test_new_says_what_no_brief_can_be(tmp_path: Path) -> None:
    with pytest.raises(CallError, match=r"^no brief can be so: name: use letters, digits, - and _ only"):
        call("new", "a name", "--out", str(tmp_path / "new.toml"))
    with pytest.raises(CallError, match=r"^no brief can be so: \n  name: use .*\n  market: unknown market"):
        call("new", 'a"name', "--market", "china", "--out", str(tmp_path / "new.toml"))


def test_what_to_call_again_names_the_file_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "my bad.toml"
    path.write_text('name = "a"\nmarket = "XX"\nsize = 5\nkinds = ["film"]\n')
    with pytest.raises(ConfigError) as raised:
        call("check", str(path))
    assert raised.value.hint == f"`recommender brief check '{path}'` checks it again."
    assert f"{path}: market: unknown market" in str(raised.value)


def test_check_raises_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('name = "a"\nmarket = "XX"\nsize = 0\nkinds = []\n')
    with pytest.raises(ConfigError, match="3 faults"):
        call("check", str(path))


def test_list_and_show_tell_what_is_asked() -> None:
    assert "cn-300" in call("list")
    assert "ru-60" in call("list")
    shown = call("show", "cn-300")
    assert "300 titles to CN" in shown
    assert "36 (12%)" in shown
    assert "105 (35%)" in shown
    assert "china-cinema, china-television, china-online" in " ".join(shown.split())
