"""Beyond hits: how much of the catalogue is shown, how varied the lists are, and whether they only follow fame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from recommender.evaluation.metrics._ranked import Ranked, check_k, over

__all__ = [
    "catalogue_coverage",
    "diversity_draws",
    "intra_list_diversity",
    "popularity_bias",
    "popularity_draws",
    "word_table",
]

Floats = NDArray[np.float64]
_CHUNK = 512


def catalogue_coverage(score: ArrayLike, k: int) -> float:
    """Return the share of the titles that are among the best `k` of at least one market.

    Parameters
    ----------
    score : array_like of float, shape (n_titles, n_markets)
        Greater ranks higher; NaN where a title is not offered to a market. Of equal scores at the end of a list each
        is there with the same chance, in every market anew.
    k : int
        At least 1.

    Returns
    -------
    float
        0 to 1, in a single market `k` over the titles; NaN where there is no title or no market.

    Examples
    --------
    >>> catalogue_coverage([[0.9, 0.1], [0.5, 0.2], [0.1, 0.3], [0.0, 0.0]], k=1)
    0.5
    """
    scores = np.atleast_2d(np.asarray(score, dtype=np.float64))
    offered = np.isfinite(scores)
    if not offered.any():
        return float("nan")
    missed = np.ones(len(scores))
    for column in range(scores.shape[1]):
        here = offered[:, column]
        missed[here] *= 1 - Ranked(scores[here, column]).share_held(check_k(k))[0]
    return float(1 - missed[offered.any(axis=1)].mean())


def intra_list_diversity(score: ArrayLike, words: Sequence[Sequence[str]], k: int) -> float:
    """Return how different the best `k` titles are from each other: the mean distance of two of them.

    The distance of two titles is the share of their words that only one of them has (Jaccard).

    Parameters
    ----------
    score : array_like of float, shape (n,)
        Greater ranks higher; equal scores at the end of the list are there with the same chance.
    words : sequence of sequences of str
        Of each title: its genres, or its countries. A title without words is left out.
    k : int
        At least 1.

    Returns
    -------
    float
        0 (all alike) to 1 (nothing in common); NaN where fewer than two titles have words.

    Examples
    --------
    >>> intra_list_diversity([0.9, 0.8, 0.1], [["Drama"], ["Drama", "War"], ["Comedy"]], k=2)
    0.5
    """
    shares = Ranked(score).share_held(check_k(k))
    return float(diversity_draws(shares, word_table(words))[0])


def popularity_bias(score: ArrayLike, popularity: ArrayLike, k: int) -> float:
    """Return how much more popular elsewhere the best `k` titles are than the catalogue.

    Parameters
    ----------
    score : array_like of float, shape (n,)
        Greater ranks higher; equal scores at the end of the list are there with the same chance.
    popularity : array_like of float, shape (n,)
        Percentile of the title's audience worldwide or at home, 0 to 1; NaN where it is not known: the title is then
        left out of both means.
    k : int
        At least 1.

    Returns
    -------
    float
        -0.5 (only the obscure) to 0.5 (only the famous), 0 where the list is as the catalogue; NaN where no popularity
        is known.

    Examples
    --------
    >>> round(popularity_bias([4, 3, 2, 1], [0.9, 0.5, 0.5, 0.1], k=2), 3)
    0.2
    """
    ranked = Ranked(score)
    return float(popularity_draws(ranked, np.asarray(popularity, dtype=np.float64), check_k(k))[0])


def popularity_draws(ranked: Ranked, popularity: Floats, k: int) -> Floats:
    """Return the popularity bias of every resample, shape (n_resamples,)."""
    known = np.isfinite(popularity)
    value = np.where(known, popularity, 0.0)
    listed = ranked.weights * ranked.share_held(k)

    def mean(weights: Floats) -> Floats:
        return over(weights @ value, weights @ known)

    return mean(listed) - mean(ranked.weights)


def word_table(words: Sequence[Sequence[str]]) -> sparse.csr_array:
    """Return which words each title has, shape (n_titles, n_words), float64."""
    column = {word: place for place, word in enumerate(sorted({word for row in words for word in row}))}
    rows = [sorted({column[word] for word in row}) for row in words]
    indptr = np.cumsum([0, *(len(row) for row in rows)])
    indices = np.fromiter((place for row in rows for place in row), dtype=np.int64, count=int(indptr[-1]))
    return sparse.csr_array((np.ones(len(indices)), indices, indptr), shape=(len(rows), max(len(column), 1)))


def diversity_draws(copies: Floats, described: sparse.csr_array | NDArray[np.floating]) -> Floats:
    """Return the mean distance of two different titles of a list, for every resample, shape (n_resamples,).

    Parameters
    ----------
    copies : ndarray, shape (n_resamples, n)
        How many copies of each title are expected in the list.
    described : csr_array or ndarray, shape (n, n_columns)
        Words, compared by Jaccard's distance; or unit vectors, by one minus their cosine. Rows of zeros are left out.
    """
    told = np.asarray(abs(described).sum(axis=1)).ravel() > 0
    listed = np.flatnonzero(told & (copies > 0).any(axis=0))
    copies, rows = copies[:, listed], described[listed]
    # Two copies of one title are no pair.
    pairs = copies.sum(axis=1) ** 2 - (copies**2).sum(axis=1)
    if isinstance(rows, np.ndarray):
        sums = copies @ rows
        own = (copies**2) @ (rows.astype(np.float64) ** 2).sum(axis=1)
        apart = pairs - ((sums**2).sum(axis=1) - own)
    else:
        apart = np.zeros(len(copies))
        size = np.asarray(rows.sum(axis=1)).ravel()
        for start in range(0, len(listed), _CHUNK):
            block = slice(start, start + _CHUNK)
            common = (rows[block] @ rows.T).toarray()
            distance = 1 - common / (size[block, None] + size - common)
            apart += np.einsum("bi,bi->b", copies[:, block], copies @ distance.T)
    # A list of one title and its copies has no pair; rounding may leave a trace of one.
    return over(apart, np.where(pairs > 1e-9, pairs, 0))
