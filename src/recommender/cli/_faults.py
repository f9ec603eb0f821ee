"""Faults as a terminal shows them: of a long run of one problem the first, and a count of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from recommender.errors import Fault, counted

__all__ = ["count", "fold"]

_SHOWN_OF_A_KIND = 20


def count(faults: Iterable[Fault], severity: Literal["error", "warning"]) -> int:
    """Return how many cells are at fault, those that are not listed one by one included."""
    return sum(fault.stands_for for fault in faults if fault.severity == severity)


def fold(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Yield the faults, with the tail of a long run of the same problem in one column as a count."""
    kinds: dict[tuple[str, str | None, str, str], list[Fault]] = {}
    for fault in faults:
        problem = fault.problem.removesuffix(f", in {counted(fault.stands_for, 'more row')}")
        kinds.setdefault((fault.file, fault.column, problem, fault.severity), []).append(fault)
    for (file, column, problem, _), group in kinds.items():
        yield from group[:_SHOWN_OF_A_KIND]
        more = sum(fault.stands_for for fault in group[_SHOWN_OF_A_KIND:])
        if more > 0:
            rest = f"... {problem}, in {counted(more, 'more row')}"
            yield Fault(file, None, column, None, rest, group[_SHOWN_OF_A_KIND - 1].remedy, group[0].severity, more)
