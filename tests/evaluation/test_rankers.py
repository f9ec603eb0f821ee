"""From names to rankers: baselines, models' files, and variants of both."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from recommender.errors import CallError, ConfigError, UnreadableFileError
from recommender.evaluation import VariantConfig, find_ranker, unique_rankers
from recommender.evaluation._rankers import NamedRanker, make_variant
from recommender.ranking import BASELINES, ModelConfig, Ranker, TfidfKnnRanker

MODEL = 'name = "mine"\nn_folds = 4\nseed = 3\n[trees]\nmax_iter = 7\nmax_depth = 3\n'


@pytest.fixture
def model(tmp_path: Path) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(MODEL, encoding="utf-8")
    return file


def variant(base: object, **settings: object) -> NamedRanker:
    return make_variant(VariantConfig(name="other", base=str(base), **settings), source="here")


def test_names_are_baselines_or_files(model: Path) -> None:
    assert {name for name in BASELINES if find_ranker(name).name == name} == set(BASELINES)
    found = find_ranker(str(model))
    assert (found.name, found.ranker.get_params()["max_iter"], found.made_of["n_folds"]) == ("mine", 7, 4)
    assert find_ranker("shuffle", seed=5).ranker.get_params() == {"random_state": 5}
    with pytest.raises(CallError) as caught:
        find_ranker("ridge_embedings")
    assert "did you mean 'ridge_embeddings'" in str(caught.value.hint)
    with pytest.raises(UnreadableFileError):
        find_ranker("nowhere.toml")


def test_a_variant_differs_where_it_says_so_and_nowhere_else(model: Path) -> None:
    base = find_ranker(str(model))
    other = variant(model, set={"trees.max_iter": 9, "n_folds": 3, "trees": {"max_depth": 2}})
    assert other.name == "other"
    expected = base.ranker.get_params() | {"max_iter": 9, "n_folds": 3, "max_depth": 2}
    assert other.ranker.get_params() == expected
    assert isinstance(other.ranker, Ranker)
    assert base.made_of["trees"]["max_iter"] == 7


def test_a_variant_leaves_groups_out(model: Path) -> None:
    groups = ModelConfig().groups
    assert variant(model, without=[groups[1]]).ranker.get_params()["groups"] == (groups[0], *groups[2:])


def test_a_variant_of_a_baseline_has_its_parameters() -> None:
    found = variant("tfidf_knn", set={"n_neighbors": 3})
    assert isinstance(found.ranker, TfidfKnnRanker)
    assert found.ranker.n_neighbors == 3
    assert found.made_of["baseline"] == "tfidf_knn"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"set": {"n_fold": 3}}, "n_fold: unknown key; did you mean 'n_folds'?"),
        ({"set": {"trees.max_itre": 3}}, "did you mean 'max_iter'"),
        ({"set": {"n_folds": 1}}, "n_folds: "),
        ({"set": {"n_folds.x": 1}}, "n_folds"),
        ({"without": ["txt"]}, "no group 'txt'"),
    ],
)
def test_a_wrong_variant_is_refused_by_name(model: Path, settings: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        variant(model, **settings)
    assert "here" in caught.value.message
    assert "variants.other" in caught.value.message
    assert said in caught.value.message


def test_a_baseline_takes_only_what_it_has() -> None:
    with pytest.raises(ConfigError, match="no parameter 'neighbors'"):
        variant("tfidf_knn", set={"neighbors": 3})
    with pytest.raises(ConfigError, match="no groups"):
        variant("tfidf_knn", without=["text"])
    with pytest.raises(CallError, match="no model 'tfidf'"):
        variant("tfidf")


def test_a_variant_has_no_other_keys() -> None:
    with pytest.raises(ValidationError):
        VariantConfig(name="x", base="shuffle", sets={})
    with pytest.raises(ValidationError):
        VariantConfig(name="../x", base="shuffle")


def test_a_seed_moves_what_draws(model: Path) -> None:
    base = find_ranker(str(model))
    moved = base.with_seed(2)
    assert (base.ranker.get_params()["random_state"], moved.ranker.get_params()["random_state"]) == (3, 5)
    assert moved.made_of != base.made_of
    newest = find_ranker("newest")
    assert newest.with_seed(2) is newest
    assert base.with_seed(0) is base


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(CallError, match="two models are called 'shuffle'"):
        unique_rankers([find_ranker("shuffle"), find_ranker("shuffle")], source="here")
