"""Why a title stands where it stands, in plain words."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.features import Pairs
from recommender.ranking._examples import OF_CATALOGUES
from recommender.ranking._phrases import PairWords, phrase

__all__ = ["describe_reasons"]

_MOST_FOR, _MOST_AGAINST = 4, 3
_LEAST = 0.5  # points of appeal; less is noise to a reader

# Topics that say the same thing to a reader are told as one; how generous the market is, is no reason for a title.
_TOPICS = {
    "genre's record": "genre",
    "spelling": "genre",
    "origin's record": "origin",
    "origins together": "origin",
    "language": "nearness",
    "distance": "nearness",
    "title": "description",
    "what is told of it": "description",
    "market": "",
}


def describe_reasons(
    titles: pd.DataFrame,
    pairs: Pairs,
    matrix: NDArray[np.float32],
    contributions: NDArray[np.float64],
    names: NDArray[np.object_],
) -> list[list[str]]:
    """Put the contributions of features into words, the strongest first.

    Parameters
    ----------
    titles : DataFrame
        From which the facts of the pairs were collected.
    pairs : Pairs, of length n
    matrix, contributions : ndarray, shape (n, n_features)
        Feature values, and what each added to the appeal, in points of 0 to 100.
    names : ndarray of str, shape (n_features,)

    Returns
    -------
    list of list of str
        Up to four reasons for, each ``+ words (+2.5)``, then up to three against, ``- words (-1.3)``: what the topic
        added to the appeal of an average title. Topics that moved it by less than half a point are not told, nor is what a
        whole catalogue lacks. Within a topic, the words are those of the detail that did most.
    """
    # What a whole catalogue lacks moves all of its titles alike, and says nothing of one.
    said = np.isfinite(matrix) | ~np.isin(names.astype(str), OF_CATALOGUES)
    contributions = np.where(said, contributions, 0.0)
    split = [str(name).partition(": ") for name in names]
    topics = [_TOPICS.get(topic, topic) for topic, _, _ in split]
    wanted = sorted({topic for topic in topics if topic})
    columns = {topic: np.flatnonzero([one == topic for one in topics]) for topic in wanted}
    sums = np.column_stack(
        [contributions[:, columns[topic]].sum(axis=1) for topic in wanted] or [np.empty((len(pairs), 0))]
    )
    told = []
    for place in range(len(pairs)):
        row = PairWords(titles, pairs, place, dict(zip(map(str, names), matrix[place].tolist(), strict=True)))
        order = np.argsort(-np.abs(sums[place]), kind="stable")
        pro = [i for i in order if sums[place, i] >= _LEAST][:_MOST_FOR]
        contra = [i for i in order if sums[place, i] <= -_LEAST][:_MOST_AGAINST]
        lines = []
        for i in [*pro, *contra]:
            row.up = bool(sums[place, i] > 0)
            of_topic = columns[wanted[i]]
            part = contributions[place, of_topic]
            row.lead = split[of_topic[int(np.argmax(part if row.up else -part))]][2]
            figure = f"+{sums[place, i]:.1f}" if row.up else f"\u2212{-sums[place, i]:.1f}"
            lines.append(f"{'+' if row.up else '-'} {phrase(wanted[i], row)} ({figure})")
        told.append(lines)
    return told
