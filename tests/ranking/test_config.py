"""A model's TOML: the one that comes with the project, and what is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from recommender.errors import ConfigError, UnreadableFileError
from recommender.features import DEFAULT_GROUPS, GROUPS
from recommender.ranking import ModelConfig, Ranker, load_model_config
from recommender.ranking._forest import Forest

DEFAULT = Path(__file__).resolve().parents[2] / "models" / "default.toml"


def written(folder: Path, text: str) -> Path:
    file = folder / "model.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_default_model_is_the_defaults() -> None:
    assert load_model_config(DEFAULT) == ModelConfig()


def test_the_default_model_names_every_setting() -> None:
    told = tomllib.loads(DEFAULT.read_text(encoding="utf-8"))

    def names(model: type[BaseModel], given: dict[str, object], missing: list[str]) -> list[str]:
        for name, field in model.model_fields.items():
            if name not in given:
                missing.append(name)
            elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                part = given[name]
                assert isinstance(part, dict)
                names(field.annotation, part, missing)
        return missing

    # TOML has no word for "none": the revision stands there as a comment.
    assert names(ModelConfig, told, []) == ["revision"]
    assert "\n# revision" in DEFAULT.read_text(encoding="utf-8")


def test_a_ranker_made_of_the_defaults_is_the_default_ranker() -> None:
    assert ModelConfig().make_ranker().get_params() == Ranker().get_params()


def test_trees_grown_without_settings_are_those_of_the_default_ranker() -> None:
    ranker = Ranker().get_params()
    assert Forest().get_params() == {name: ranker[name] for name in Forest().get_params()}


def test_a_default_group_is_one_that_a_model_may_ask_for() -> None:
    assert set(DEFAULT_GROUPS) <= set(GROUPS)


def test_settings_reach_the_ranker(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        'name = "mine"\ngroups = ["text", "content"]\nn_folds = 7\ncoverage = 0.9\nseed = 3\n'
        '[encoder]\nmodel = "other"\nrevision = "abc"\n[trees]\nmax_iter = 11\n',
    )
    ranker = load_model_config(file).make_ranker(cache_dir="there")
    assert ranker.get_params() == {
        **Ranker().get_params(),
        "groups": ("text", "content"),
        "n_folds": 7,
        "coverage": 0.9,
        "random_state": 3,
        "encoder": "other",
        "revision": "abc",
        "max_iter": 11,
        "cache_dir": "there",
    }


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("n_fold = 3", "n_fold"),
        ("[trees]\nmax_itre = 3", "trees.max_itre"),
        ("[tree]\nmax_iter = 3", "tree"),
        ("n_folds = 1", "n_folds"),
        ('n_folds = "many"', "n_folds"),
        ("coverage = 1.0", "coverage"),
        ("coverage = nan", "coverage"),
        ("seed = -1", "seed"),
        ('name = "My Model"', "name: use small letters, digits, - and _, a letter or digit first (got 'My Model')"),
        ('name = "../x"', "name"),
        ("groups = []", "groups"),
        ('groups = ["text", "txt"]', "txt"),
        ('groups = "text"', "groups"),
        ('[trees]\nmembers = ["lightgbm", "light_gbm"]', "light_gbm"),
        ("[trees]\nmembers = []", "trees.members"),
        ("trees = 3", "trees"),
        ("[trees]\nlearning_rate = 0", "trees.learning_rate"),
        ("[trees]\nmax_depth = 31", "trees.max_depth"),
        ("[trees]\nmax_leaf_nodes = 64", "trees.max_leaf_nodes"),
        ("[encoder]\nmodel = 3", "encoder.model"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, key: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_model_config(file)
    assert key in caught.value.message
    assert str(file) in caught.value.message
    assert caught.value.hint


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"(?s)(?=.*n_folds)(?=.*colour)(?=.*trees\.max_iter)") as caught:
        load_model_config(written(tmp_path, 'n_folds = 0\ncolour = "red"\n[trees]\nmax_iter = 0\n'))
    first, *faults = caught.value.message.splitlines()
    assert first.endswith(": 3 faults")
    assert [line[:2] for line in faults] == ["  "] * 3


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe\x00", b"PK\x03\x04", b"a = 1\na = 2"])
def test_what_is_not_toml(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="not TOML"):
        load_model_config(file)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    """Notepad writes one."""
    file = tmp_path / "model.toml"
    file.write_text("n_folds = 4\n", encoding="utf-8-sig")
    assert load_model_config(file).n_folds == 4


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(UnreadableFileError, match=str(path)):
            load_model_config(path)


def test_a_config_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        ModelConfig().n_folds = 3
