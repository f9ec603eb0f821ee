"""Asking a condition of all titles at once, and saying of what nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recommender.offers.policy._condition import Condition
from recommender.offers.policy._fields import Fields
from recommender.offers.policy._truth import HIT, UNKNOWN, Truth, constant, every, negated, some, truth


@dataclass
class Doubts:
    """Why tests were left unknown: for each reason, the titles that it concerns."""

    masks: dict[str, NDArray[np.bool_]] = field(default_factory=dict)

    def add(self, reason: str, mask: NDArray[np.bool_]) -> None:
        """Note a reason for some titles."""
        if mask.any():
            self.masks[reason] = self.masks[reason] | mask if reason in self.masks else mask

    def texts(self, unknown: NDArray[np.bool_]) -> tuple[list[str], NDArray[np.int16]]:
        """Return the distinct texts of the titles that stay unknown, and each title's place among them, -1 for none."""
        places = np.full(len(unknown), -1, dtype=np.int16)
        reasons = list(self.masks)[:62]
        bits = np.zeros(len(unknown), dtype=np.int64)
        for position, reason in enumerate(reasons):
            bits |= self.masks[reason].astype(np.int64) << position
        patterns, codes = np.unique(bits[unknown], return_inverse=True)
        places[unknown] = codes
        return [
            "; ".join(reason for position, reason in enumerate(reasons) if int(pattern) >> position & 1)
            for pattern in patterns
        ], places


def evaluate(
    condition: Condition | None,
    fields: Fields,
    expand: Callable[[Sequence[str]], list[str]] = list,
    doubts: Doubts | None = None,
) -> Truth:
    """Return for each title whether the condition holds: hit, clear or unknown.

    Parameters
    ----------
    condition : Condition or None
        None holds of every title.
    fields : Fields
        The titles.
    expand : callable
        From the words of a test to the words meant: replaces groups.
    doubts : Doubts, optional
        Gathers why tests were left unknown.

    Returns
    -------
    ndarray of int8, shape (n_titles,)
    """
    if condition is None:
        return constant(HIT, fields.size)
    if condition.field is not None:
        return _test(condition, fields, expand, doubts)
    parts = [evaluate(part, fields, expand, doubts) for _, part in condition.parts()]
    if condition.not_ is not None:
        return negated(parts[0])
    return every(parts) if condition.all_ is not None else some(parts)


def _test(
    test: Condition, fields: Fields, expand: Callable[[Sequence[str]], list[str]], doubts: Doubts | None
) -> Truth:
    name = str(test.field)
    results = []
    for question, asked in test.asked().items():
        known = fields.filled(name)
        silent = np.zeros(fields.size, dtype=bool)
        match question:
            case "filled":
                results.append(truth(known == asked, np.ones(fields.size, dtype=bool)))
                continue
            case "any_of":
                holds = fields.counted(name, expand(asked)) > 0
            case "all_of":
                wanted = {word.casefold().strip() for word in expand(asked)}
                holds = fields.counted(name, wanted) == len(wanted)
            case "mentions":
                holds = fields.mentions(name, asked)
                # A text that does not say it does not deny it.
                silent = known & ~holds
            case "is":
                yes, known = fields.flags(name)
                holds = yes == asked
            case _:
                numbers = fields.numbers(name)
                known = ~np.isnan(numbers)
                with np.errstate(invalid="ignore"):
                    holds = _COMPARED[question](numbers, asked)
        result = truth(holds, known & ~silent)
        if doubts is not None:
            empty = (result == UNKNOWN) & ~silent
            doubts.add(f"{name} does not say it", empty & fields.filled(name))
            doubts.add(f"{name} is empty", empty & ~fields.filled(name))
            doubts.add(f"{name} does not mention it, which proves nothing", silent)
        results.append(result)
    return every(results)


_COMPARED: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    "more_than": lambda numbers, bound: numbers > bound,
    "less_than": lambda numbers, bound: numbers < bound,
    "at_least": lambda numbers, bound: numbers >= bound,
    "at_most": lambda numbers, bound: numbers <= bound,
}
