"""Our TOML files: read into a model, every fault by file and key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from recommender.errors import ConfigError, UnreadableFileError
from recommender.sources import check_config, parse_toml, read_toml


class Round(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["round"] = "round"
    radius: float


class Square(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["square"] = "square"
    side_length: Annotated[float, Field(gt=0)]


class Drawing(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    size: int = 1
    shapes: tuple[Annotated[Round | Square, Field(discriminator="kind")], ...] = ()
    frame: Square | None = None


def read(folder: Path, text: str) -> Drawing:
    file = folder / "drawing.toml"
    file.write_text(text, encoding="utf-8")
    return read_toml(file, Drawing, hint="Look at an example.")


def test_a_file_becomes_a_model(tmp_path: Path) -> None:
    found = read(tmp_path, 'name = "x"\n[[shapes]]\nkind = "round"\nradius = 2.0\n')
    assert found == Drawing(name="x", shapes=(Round(radius=2.0),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("size = 2", "name: missing; add it"),
        ('name = "x"\nsice = 2', "sice: unknown key; did you mean 'size'?"),
        ('name = "x"\nzzzz = 2', "zzzz: unknown key; known here: frame, name, shapes, size"),
        ('name = "x"\nsize = "big"', "size: input should be a valid integer"),
        ('name = "x"\nsize = "big"', "(got 'big')"),
        ('name = "x"\n[frame]\nside_lenght = 2', "did you mean 'side_length'?"),
        ('name = "x"\n[[shapes]]\nkind = "round"\nradios = 2', "did you mean 'radius'?"),
        ('name = "x"\n[[shapes]]\nkind = "oval"', "shapes.0: "),
        ('name = "x"\n[frame]\nside_length = -1.0', "frame.side_length: input should be greater than 0"),
        ('name = "x', "not TOML"),
        (
            'name = "x"\r\n[frame]\r\nКомедия = 2',
            'a name with spaces or letters beyond A to Z stands in quotes: "Комедия"',
        ),
        ('name = "x"\n[frame]\nSci Fi = { a = 2 }', 'stands in quotes: "Sci Fi"'),
    ],
)
def test_a_fault_is_named_by_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert said in caught.value.message
    assert str(tmp_path / "drawing.toml") in caught.value.message
    assert caught.value.hint == "Look at an example."


@pytest.mark.parametrize("text", ["size = ", "a.b = x", "[frame", '"Sci Fi" = =', "a = 1\na = 2"])
def test_no_quotes_are_asked_for_where_they_would_not_help(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="not TOML") as caught:
        read(tmp_path, text)
    assert "stands in quotes" not in caught.value.message


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, 'size = "big"\ncolour = 1\n')
    assert len(caught.value.message.splitlines()) == 4  # the file, and a line each


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"PK\x03\x04"])
def test_what_is_no_text_is_not_toml(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="not TOML"):
        read_toml(file, Drawing, hint="")


def test_a_byte_order_mark_and_windows_line_ends_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b'\xef\xbb\xbfname = "x"\r\nsize = 3\r\n')
    assert read_toml(file, Drawing, hint="").size == 3


def test_what_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(UnreadableFileError, match=str(path)):
            read_toml(path, Drawing, hint="Look at an example.")


def test_text_and_data_are_checked_the_same_way() -> None:
    assert check_config(parse_toml('name = "x"', source="x", hint=""), Drawing, source="x", hint="").name == "x"
    with pytest.raises(ConfigError, match=r"^here, name: missing|^here: name: missing"):
        check_config({}, Drawing, source="here", hint="")
