"""Bundles: equal bytes for equal rankers, and nothing loaded that a ranker does not hold."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge

from recommender.errors import BundleError, ConfigError, OutputError
from recommender.ranking import ModelConfig, Ranker, load_bundle, read_manifest, save_bundle
from recommender.ranking._canonical import canonical_archive
from tests.ranking.worlds import small_ranker

FILES = {"ranker.skops", "manifest.json", "model_card.md"}
CONFIG = ModelConfig.model_validate(
    {
        "name": "quick",
        "n_folds": 3,
        "trees": {"max_iter": 20, "learning_rate": 0.2, "min_samples_leaf": 8, "max_leaf_nodes": 7},
    }
)


@pytest.fixture(scope="module")
def saved(fitted: Ranker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles") / "quick"
    save_bundle(fitted, folder, config=CONFIG, data={"titles": "a" * 64}, metrics={"spearman": 0.5})
    return folder


@pytest.fixture
def bundle(saved: Path, tmp_path: Path) -> Path:
    """Return a copy that a test may spoil."""
    return Path(shutil.copytree(saved, tmp_path / "bundle"))


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def rewrite(folder: Path, **entries: object) -> None:
    """Change entries of a manifest."""
    file = folder / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **entries}), encoding="utf-8")


def forge(folder: Path, archive: bytes) -> Path:
    """Put another model into a bundle, with a manifest that vouches for it, as a forger would."""
    (folder / "ranker.skops").write_bytes(archive)
    digest = hashlib.sha256(archive).hexdigest()
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    rewrite(folder, version=digest[:12], files={**files, "ranker.skops": digest})
    return folder


class Burglar:
    """Leaves a trace when anything of it runs."""

    trace: str

    def __init__(self, trace: Path) -> None:
        self.trace = str(trace)

    def __setstate__(self, state: dict[str, str]) -> None:
        Path(state["trace"]).write_text("I was here", encoding="utf-8")


class TestRoundTrip:
    def test_a_loaded_ranker_gives_the_same_scores(
        self, fitted: Ranker, saved: Path, catalogue: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path
    ) -> None:
        loaded = load_bundle(saved, cache_dir=str(text_cache))
        manifest = read_manifest(saved)
        calls: list[dict[str, Any]] = [{}, {"history": outcomes, "as_of": "2020-01-01"}]
        for more in calls:
            scores = loaded.predict(catalogue, **more)
            assert set(scores["model"]) == {"quick"}
            assert set(scores["model_version"]) == {manifest.version}
            columns = [name for name in scores.columns if not name.startswith("model")]
            pd.testing.assert_frame_equal(scores[columns], fitted.predict(catalogue, **more)[columns], check_exact=True)

    def test_the_manifest_tells_what_it_is(self, fitted: Ranker, saved: Path) -> None:
        manifest = read_manifest(saved)
        assert {path.name for path in saved.iterdir()} == FILES
        assert manifest.config == CONFIG
        assert (manifest.as_of, manifest.markets) == ("2018-03-03", ("CN", "DE"))
        assert list(manifest.features) == fitted.feature_names_.tolist()
        assert manifest.version == hashlib.sha256((saved / "ranker.skops").read_bytes()).hexdigest()[:12]
        assert (manifest.data, manifest.metrics) == ({"titles": "a" * 64}, {"spearman": 0.5})
        assert {"python", "numpy", "scikit-learn"} <= set(manifest.libraries)

    def test_the_card_is_for_people(self, fitted: Ranker, saved: Path) -> None:
        card = (saved / "model_card.md").read_text(encoding="utf-8")
        assert card.startswith(f"# Model quick, version {read_manifest(saved).version}\n")
        rows = fitted.out_of_fold_
        assert f"{rows['title_id'].nunique()} titles, {len(rows)} outcomes, 2 markets: CN, DE." in card
        assert "- spearman: 0.500" in card
        assert "80% of titles" in card

    def test_nothing_of_this_machine_or_of_single_outcomes_is_in_it(self, saved: Path, text_cache: Path) -> None:
        with zipfile.ZipFile(saved / "ranker.skops") as archive:
            text = archive.read("schema.json").decode()
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert str(text_cache) not in text
        assert "out_of_fold_" not in text

    def test_a_ranker_without_a_toml_tells_its_own_settings(self, fitted: Ranker, tmp_path: Path) -> None:
        manifest = save_bundle(fitted, tmp_path / "b")
        assert manifest.config == CONFIG.model_copy(update={"name": "default"})
        assert manifest.config.make_ranker().get_params() == {
            **fitted.get_params(),
            "groups": CONFIG.groups,
            "cache_dir": None,
        }

    def test_settings_that_no_model_may_have(self, fitted: Ranker, tmp_path: Path) -> None:
        wide = Ranker(**{**fitted.get_params(), "max_leaf_nodes": 500})
        wide.__dict__.update({name: value for name, value in vars(fitted).items() if name.endswith("_")})
        with pytest.raises(ConfigError, match=r"trees\.max_leaf_nodes|max_leaf_nodes"):
            save_bundle(wide, tmp_path / "b")
        assert list(tmp_path.iterdir()) == []

    def test_a_ranker_that_has_not_learned(self, tmp_path: Path) -> None:
        with pytest.raises(NotFittedError):
            save_bundle(Ranker(), tmp_path / "b")
        assert list(tmp_path.iterdir()) == []


class TestSameBytes:
    def test_two_saves(self, fitted: Ranker, saved: Path, tmp_path: Path) -> None:
        save_bundle(fitted, tmp_path / "b", config=CONFIG, data={"titles": "a" * 64}, metrics={"spearman": 0.5})
        assert content(tmp_path / "b") == content(saved)

    def test_two_fits(
        self, saved: Path, titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path, tmp_path: Path
    ) -> None:
        again = small_ranker(text_cache).fit(titles.copy(), outcomes.copy())
        save_bundle(again, tmp_path / "b", config=CONFIG, data={"titles": "a" * 64}, metrics={"spearman": 0.5})
        assert content(tmp_path / "b") == content(saved)

    def test_saving_what_was_loaded(self, saved: Path, tmp_path: Path) -> None:
        told = read_manifest(saved)
        save_bundle(load_bundle(saved), tmp_path / "b", config=told.config, data=told.data, metrics=told.metrics)
        assert content(tmp_path / "b") == content(saved)
        save_bundle(load_bundle(tmp_path / "b"), tmp_path / "c")
        assert content(tmp_path / "c")["ranker.skops"] == content(saved)["ranker.skops"]

    def test_using_a_ranker_does_not_change_it(
        self, saved: Path, catalogue: pd.DataFrame, text_cache: Path, tmp_path: Path
    ) -> None:
        loaded = load_bundle(saved, cache_dir=str(text_cache))
        loaded.predict(catalogue)
        save_bundle(loaded, tmp_path / "b")
        assert content(tmp_path / "b")["ranker.skops"] == content(saved)["ranker.skops"]

    def test_equal_words_may_be_one_object_or_two(self) -> None:
        one = "".join(["a", "b", "c"] * 20)
        two = "".join(["a", "b", "c"] * 20)
        assert one is not two
        shared, apart = ({"x": [one, word], "y": np.arange(3)} for word in (one, two))
        assert canonical_archive(skops.io.dumps(shared)) == canonical_archive(skops.io.dumps(apart))

    def test_shared_objects_stay_shared(self) -> None:
        first: list[int] = []
        loaded = skops.io.loads(canonical_archive(skops.io.dumps([first, first, []])))
        assert loaded[0] is loaded[1]
        assert loaded[0] is not loaded[2]


class TestWritten:
    def test_an_earlier_bundle_is_replaced(self, fitted: Ranker, bundle: Path) -> None:
        save_bundle(fitted, bundle)
        assert read_manifest(bundle).name == "default"
        assert {path.name for path in bundle.iterdir()} == FILES

    def test_a_folder_with_other_things_is_left_alone(self, fitted: Ranker, bundle: Path) -> None:
        (bundle / "thesis.docx").write_text("years of work", encoding="utf-8")
        before = content(bundle)
        with pytest.raises(OutputError, match=r"thesis\.docx"):
            save_bundle(fitted, bundle)
        assert content(bundle) == before

    def test_a_file_is_left_alone(self, fitted: Ranker, tmp_path: Path) -> None:
        (tmp_path / "b").write_text("mine", encoding="utf-8")
        with pytest.raises(OutputError):
            save_bundle(fitted, tmp_path / "b")
        assert (tmp_path / "b").read_text(encoding="utf-8") == "mine"


class TestRefused:
    @pytest.mark.parametrize("name", sorted(FILES - {"manifest.json"}))
    def test_a_changed_file(self, bundle: Path, name: str) -> None:
        file = bundle / name
        file.write_bytes(file.read_bytes() + b" ")
        with pytest.raises(BundleError, match=f"{name}.*changed"):
            load_bundle(bundle)

    @pytest.mark.parametrize("name", sorted(FILES))
    def test_a_missing_file(self, bundle: Path, name: str) -> None:
        (bundle / name).unlink()
        with pytest.raises(BundleError, match=name) as caught:
            load_bundle(bundle)
        assert caught.value.hint

    @pytest.mark.parametrize("name", ["nowhere", "empty", "file"])
    def test_what_is_no_bundle_at_all(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "empty").mkdir()
        (tmp_path / "file").write_text("{}", encoding="utf-8")
        with pytest.raises(BundleError, match="not a bundle"):
            load_bundle(tmp_path / name)

    @pytest.mark.parametrize(
        ("entries", "word"),
        [
            ({"format_version": 3}, "format 3"),
            ({"format_version": None}, "format None"),
            ({"format": "something else"}, "not the manifest of a bundle"),
            ({"format": None}, "not the manifest of a bundle"),
            ({"files": {}}, "changed"),
            ({"files": {"ranker.skops": "0" * 64, "model_card.md": "0" * 64}}, "changed"),
            ({"version": "0" * 12}, "changed"),
            ({"version": "new"}, "wrong entries"),
            ({"markets": 3}, "wrong entries"),
            ({"config": {"n_folds": 0}}, "wrong entries"),
            ({"surprise": 1}, "wrong entries"),
            ({"markets": ["CN", "FR"]}, "manifest.json describes"),
            ({"as_of": "2030-01-01"}, "manifest.json describes"),
            ({"encoder": "another"}, "manifest.json describes"),
            ({"features": []}, "manifest.json describes"),
        ],
    )
    def test_a_changed_manifest(self, bundle: Path, entries: dict[str, object], word: str) -> None:
        rewrite(bundle, **entries)
        with pytest.raises(BundleError, match=word):
            load_bundle(bundle)

    @pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"format": 1}'])
    def test_a_manifest_that_is_none(self, bundle: Path, text: bytes) -> None:
        (bundle / "manifest.json").write_bytes(text)
        with pytest.raises(BundleError, match=r"manifest\.json"):
            load_bundle(bundle)

    def test_a_foreign_class_is_refused_and_nothing_of_it_runs(self, bundle: Path, tmp_path: Path) -> None:
        trace = tmp_path / "trace"
        archive = skops.io.dumps({"innocent": Burglar(trace)})
        with pytest.raises(BundleError, match="Burglar") as caught:
            load_bundle(forge(bundle, archive))
        assert "Do not use" in str(caught.value)
        assert not trace.exists()
        skops.io.loads(archive, trusted=[f"{Burglar.__module__}.Burglar"])
        assert trace.exists(), "it would have left a trace"

    def test_a_foreign_class_inside_a_ranker(self, bundle: Path, saved: Path, tmp_path: Path) -> None:
        ranker = load_bundle(saved)
        ranker.groups_ = [*ranker.groups_, Burglar(tmp_path / "trace")]  # type: ignore[list-item]
        with pytest.raises(BundleError, match="Burglar"):
            load_bundle(forge(bundle, skops.io.dumps(ranker)))
        assert not (tmp_path / "trace").exists()

    @pytest.mark.parametrize("call", [os.system, functools.partial(os.system, "true"), eval])
    def test_functions_of_the_system(self, bundle: Path, call: Any) -> None:
        with pytest.raises(BundleError, match="holds what no bundle holds"):
            load_bundle(forge(bundle, skops.io.dumps([call])))

    @pytest.mark.parametrize("other", [[1, 2], {"a": np.arange(3)}, "a word", Ridge().fit([[1.0]], [1.0])])
    def test_something_harmless_that_is_no_ranker(self, bundle: Path, other: Any) -> None:
        with pytest.raises(BundleError, match="not a ranker"):
            load_bundle(forge(bundle, skops.io.dumps(other)))

    def test_a_ranker_that_has_not_learned(self, bundle: Path) -> None:
        with pytest.raises(BundleError, match="could have written"):
            load_bundle(forge(bundle, skops.io.dumps(Ranker())))

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda text: text.replace("left_child=", "left_child=1000000 ", 1),
            lambda text: text.replace("split_feature=", "split_feature=10000", 1),
            lambda text: text.replace("num_cat=0", "num_cat=1", 1),
            lambda _: "tree\n",
        ],
        ids=["outside", "column", "categories", "no trees"],
    )
    def test_trees_that_lead_outside_themselves(self, bundle: Path, saved: Path, spoil: Callable[[str], str]) -> None:
        """LightGBM would follow them into any memory."""
        ranker = load_bundle(saved)
        forest = ranker.heads_["plain"].forest_
        forest.text_ = spoil(forest.text_)
        with pytest.raises(BundleError, match="could have written"):
            load_bundle(forge(bundle, skops.io.dumps(ranker)))

    @pytest.mark.parametrize("columns", [[10_000], [-1], [[0]]])
    def test_a_head_that_looks_past_the_matrix(self, bundle: Path, saved: Path, columns: list[Any]) -> None:
        ranker = load_bundle(saved)
        ranker.heads_["plain"].columns_ = np.array(columns)
        with pytest.raises(BundleError, match="could have written"):
            load_bundle(forge(bundle, skops.io.dumps(ranker)))

    @pytest.mark.parametrize("kind", ["nothing", "words", "cut", "no schema", "bad schema", "no such class", "spoiled"])
    def test_an_archive_that_is_broken(self, bundle: Path, kind: str) -> None:
        whole = (bundle / "ranker.skops").read_bytes()
        archive = {"nothing": b"", "words": b"hello", "cut": whole[:-200]}.get(kind)
        if archive is None:
            archive = self.rebuilt(whole, kind)
        with pytest.raises(BundleError, match=r"cannot be loaded|holds what no bundle holds"):
            load_bundle(forge(bundle, archive))

    @staticmethod
    def rebuilt(whole: bytes, kind: str) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(target, "w") as written:
            for name in source.namelist():
                data = source.read(name)
                if name == "schema.json":
                    if kind == "no schema":
                        continue
                    if kind == "bad schema":
                        data = b"{"
                    if kind == "no such class":
                        data = data.replace(b"AppealCalibrator", b"AppealCalibratorNothing")
                elif kind == "spoiled":
                    data = data[:20]
                written.writestr(name, data)
        return target.getvalue()

    def test_another_encoder_than_the_one_learned_with(
        self, saved: Path, catalogue: pd.DataFrame, text_cache: Path
    ) -> None:
        ranker = load_bundle(saved, cache_dir=str(text_cache))
        ranker.encoder_identity_ = "all-MiniLM-L6-v2@sha256:another torch float32"
        with pytest.raises(BundleError, match="another"):
            ranker.predict(catalogue)
