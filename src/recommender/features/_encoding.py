"""Texts through a loaded model, such that a text has one vector whatever is encoded with it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["chunk_size", "encode_texts"]

_CHUNK = 256
_FEW_TOKENS = 16


def chunk_size(batch_size: int) -> int:
    """Return how many texts to encode before they are kept: enough to keep every thread busy."""
    return max(_CHUNK, 4 * batch_size)


def encode_texts(model: Any, texts: list[str], batch_size: int) -> NDArray[np.float32]:
    """Encode texts.

    On a processor only texts of equally many tokens go together, so that nothing is padded, and each batch has
    one thread to itself: then the vector of a text does not depend on its neighbors or on the number of threads,
    and no thread waits for another. Very short texts go alone: so small a product is computed in another order.

    Parameters
    ----------
    model : SentenceTransformer
        As `load_model` gives it.
    texts : list of str
        What to encode.
    batch_size : int
        The most texts in a batch.

    Returns
    -------
    ndarray of shape (n_texts, n_dimensions), float32
    """
    if model.device.type != "cpu":
        return _encode(model, texts, batch_size)
    batches = _batches_of_one_length(model, texts, batch_size)
    with _one_thread_a_batch() as n_threads, ThreadPoolExecutor(n_threads) as pool:
        found = list(pool.map(lambda rows: _encode(model, [texts[row] for row in rows], len(rows)), batches))
    vectors = np.empty((len(texts), found[0].shape[1]), dtype=np.float32)
    for rows, some in zip(batches, found, strict=True):
        vectors[rows] = some
    return vectors


def _encode(model: Any, texts: list[str], batch_size: int) -> NDArray[np.float32]:
    return np.asarray(model.encode(texts, batch_size=batch_size, show_progress_bar=False), dtype=np.float32)


def _batches_of_one_length(model: Any, texts: list[str], batch_size: int) -> list[list[int]]:
    """Return the rows of each batch, the longest texts first."""
    # Named so since sentence-transformers 5.4; `tokenize` before.
    tokenize = getattr(model, "preprocess", None) or model.tokenize
    mask = tokenize(texts).get("attention_mask")
    if mask is None:
        return [[row] for row in range(len(texts))]
    rows_by_length: dict[int, list[int]] = {}
    for row, length in enumerate(mask.sum(dim=1).tolist()):
        rows_by_length.setdefault(length, []).append(row)
    batches = []
    for length in sorted(rows_by_length, reverse=True):
        rows, size = rows_by_length[length], 1 if length < _FEW_TOKENS else batch_size
        batches += [rows[start : start + size] for start in range(0, len(rows), size)]
    return batches


@contextmanager
def _one_thread_a_batch() -> Iterator[int]:
    """Give how many threads torch may use, and let it use one in each of ours."""
    import torch

    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield n_threads
    finally:
        torch.set_num_threads(n_threads)
