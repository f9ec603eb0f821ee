"""Texts to vectors: every text is encoded once, and kept for the next run."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from recommender.errors import CallError, DataError, RecommenderError, counted, did_you_mean, visible
from recommender.features._cache import EmbeddingCache, cache_folder
from recommender.features._encoding import chunk_size, encode_texts
from recommender.features._text_model import (
    BACKENDS,
    CARRIED_MODEL,
    PRECISIONS,
    TextModel,
    find_model,
    load_model,
)

__all__ = ["TextEncoder"]

_LOG = logging.getLogger("recommender")
_LONGEST_TEXT = 100_000


class TextEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Encode texts as unit vectors with a sentence-transformers model.

    Equal texts are encoded once, the longest first, and every vector is kept in a cache on disk, keyed by
    text, model, revision, backend and precision: a second run encodes nothing and does not even import torch.
    The weights are never part of the encoder, so it can be cloned and saved.

    Parameters
    ----------
    model : str, default "all-MiniLM-L6-v2"
        The default is installed with this program and needs no network (English, 384 dimensions). Any other
        model by its name on the Hugging Face hub or by its folder.
    revision : str, optional
        A branch, tag or commit of the model on the hub. Without it, a model that is on this machine stays at
        the commit it has.
    backend : {"torch"}, default "torch"
        What computes the vectors.
    precision : {"float32", "bfloat16", "float16"}, default "float32"
        The numbers the model computes with; the vectors are float32 always.
    cache_dir : str or Path, optional
        The folder of the cache. By default ``$RECOMMENDER_CACHE``, else ``$XDG_CACHE_HOME/recommender``, else
        ``~/.cache/recommender``.
    batch_size : int, default 64
        The most texts to encode in a batch.
    show_progress : bool, default False
        Draw a progress bar while texts are encoded, if a terminal looks on.

    Attributes
    ----------
    dimension_ : int
        The length of the vectors.
    identity_ : str
        What tells these vectors from any others: model, version, backend and precision.
    encoded_ : int
        How many texts the last `transform` encoded.
    cached_ : int
        How many texts the last `transform` took from the cache.

    Notes
    -----
    `fit` learns nothing. Texts are compared and encoded after runs of white space are made one space.

    In a batch, short texts are padded to the longest, and a text's vector then depends on its neighbors in
    the last bits (2e-7 for the default model), which rounding only makes rarer. So on a processor only texts of
    equally many tokens go together, and each batch is one thread's: a text has one vector, whatever is encoded
    with it. An accelerator pads; its batches depend only on the set of new texts, so the same run from an empty
    cache gives the same vectors.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     encoder = TextEncoder(cache_dir=folder)
    ...     vectors = encoder.fit_transform(["A train to Kazan.", None, "A train to Kazan."])
    >>> vectors.shape, encoder.encoded_, bool(vectors[1].any())
    ((3, 384), 1, False)
    """

    def __init__(
        self,
        model: str = CARRIED_MODEL,
        *,
        revision: str | None = None,
        backend: str = "torch",
        precision: str = "float32",
        cache_dir: str | Path | None = None,
        batch_size: int = 64,
        show_progress: bool = False,
    ) -> None:
        self.model = model
        self.revision = revision
        self.backend = backend
        self.precision = precision
        self.cache_dir = cache_dir
        self.batch_size = batch_size
        self.show_progress = show_progress

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, X: object = None, y: object = None) -> Self:  # noqa: ARG002
        """Learn nothing; find the model and the length of its vectors.

        Parameters
        ----------
        X, y : object, optional
            Not used.

        Returns
        -------
        TextEncoder
            This encoder.

        Raises
        ------
        CallError
            There is no such model, backend or precision.
        """
        self._find()
        return self

    def transform(self, X: Iterable[object]) -> NDArray[np.float32]:
        """Encode texts.

        Parameters
        ----------
        X : list, Series, array or table of one column, of str, None or NaN
            The texts.

        Returns
        -------
        ndarray of shape (n_texts, n_dimensions), float32
            A unit vector for each text; zeros where the text is missing, empty or white space.

        Raises
        ------
        CallError
            There is no such model, backend or precision.
        DataError
            A value is not a text, or `X` has more than one column.
        """
        texts = _clean_texts(X)
        model = self._find()
        wanted = sorted(set(texts) - {""}, key=lambda text: (-len(text), text))
        file = hashlib.sha256(self.identity_.encode()).hexdigest()[:12]
        slug = re.sub(r"[^A-Za-z0-9.]+", "-", Path(self.model).name).strip("-.") or "model"
        with EmbeddingCache(cache_folder(self.cache_dir) / "embeddings" / f"{slug}-{file}.sqlite") as cache:
            vectors = cache.get(wanted)
            self.cached_ = len(vectors)
            new = [text for text in wanted if text not in vectors]
            self.encoded_ = len(new)
            if new:
                self._encode(model, new, cache, vectors)
        _LOG.info("encoded %s, %s from the cache", counted(self.encoded_, "text"), f"{self.cached_:,}")
        encoded = np.zeros((len(texts), self.dimension_), dtype=np.float32)
        for row, text in enumerate(texts):
            if text:
                encoded[row] = vectors[text]
        return encoded

    def get_feature_names_out(self, input_features: Sequence[str] | None = None) -> NDArray[np.object_]:
        """Return a name for each dimension: ``text_0``, ``text_1``, ...

        Parameters
        ----------
        input_features : sequence of one str, optional
            The name of the column of texts, which then takes the place of ``text``.

        Returns
        -------
        ndarray of shape (n_dimensions,), object
        """
        if not hasattr(self, "dimension_"):
            self._find()
        column = "text" if input_features is None else input_features[0]
        return np.asarray([f"{column}_{index}" for index in range(self.dimension_)], dtype=object)

    def _find(self) -> TextModel:
        _choose("backend", self.backend, BACKENDS)
        _choose("precision", self.precision, PRECISIONS)
        if isinstance(self.batch_size, bool) or not isinstance(self.batch_size, int) or self.batch_size < 1:
            raise CallError(f"batch_size is {self.batch_size!r}: it must be a whole number from 1.")
        model = find_model(str(self.model), self.revision)
        self.identity_ = f"{model.name}@{model.version} {self.backend} {self.precision}"
        dimension = model.dimension
        if dimension is None:
            dimension = len(load_model(model, self.precision).encode("text", show_progress_bar=False))
        self.dimension_ = dimension
        return model

    def _encode(
        self,
        model: TextModel,
        texts: list[str],
        cache: EmbeddingCache,
        vectors: dict[str, NDArray[np.float32]],
    ) -> None:
        """Encode texts chunk by chunk into `vectors`, keeping each chunk as soon as it is done."""
        loaded = load_model(model, self.precision)
        size = chunk_size(self.batch_size)
        with _progress(len(texts), shown=self.show_progress) as progress:
            task = progress.add_task("Encoding texts", total=len(texts))
            for start in range(0, len(texts), size):
                chunk = texts[start : start + size]
                units = _unit_rows(encode_texts(loaded, chunk, self.batch_size), self.model)
                fresh = dict(zip(chunk, units, strict=True))
                cache.put(fresh)
                vectors.update(fresh)
                progress.advance(task, len(chunk))


def _clean_texts(X: Any) -> list[str]:
    values: Any = X.to_numpy() if isinstance(X, pd.DataFrame | pd.Series | pd.Index) else X
    if isinstance(values, str):
        raise DataError("A list of texts is expected, and this is one text.", hint="Put it in a list.")
    if isinstance(values, np.ndarray) and values.ndim > 1:
        if values.shape[1:] != (1,):
            raise DataError(f"One column of texts is expected, not an array of shape {values.shape}.")
        values = values.ravel()
    return [_clean(value, position) for position, value in enumerate(values)]


def _clean(value: object, position: int) -> str:
    if isinstance(value, str):
        # Half a surrogate pair is no character: no tokenizer takes it.
        return " ".join(value[:_LONGEST_TEXT].encode("utf-8", "replace").decode().split())
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    raise DataError(f"Text {position} is not a text but {type(value).__name__}: {visible(value)}")


def _choose(parameter: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        names = ", ".join(map(repr, choices))
        raise CallError(
            f"There is no {parameter} {value!r}: choose {names}.", hint=did_you_mean(value, choices) or None
        )


def _unit_rows(vectors: NDArray[np.float32], model: str) -> NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norms).all():
        raise RecommenderError(
            f"The text model '{model}' gives vectors that are not numbers.",
            hint="Use precision='float32', or another model.",
        )
    norms[norms == 0] = 1
    units: NDArray[np.float32] = np.divide(vectors, norms, dtype=np.float32)
    return units


def _progress(total: int, *, shown: bool) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not (shown and console.is_terminal and total), transient=True)
