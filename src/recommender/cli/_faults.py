"""Faults as a terminal shows them: of a long run of one problem the first, and a count of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from recommender.errors import Fault, counted

__all__ = ["count", "fold", "in_kinds"]

_SHOWN_OF_A_KIND = 20
_Kind = tuple[str, str | None, str, Literal["error", "warning"]]


def count(faults: Iterable[Fault], severity: Literal["error", "warning"]) -> int:
    """Return how many cells are at fault, those that are not listed one by one included."""
    return sum(fault.stands_for for fault in faults if fault.severity == severity)


def fold(faults: Sequence[Fault]) -> Iterator[Fault]:
    """Yield the faults in their order, with the tail of a long run of the same problem in one column as a count."""
    kinds = _by_kind(faults)
    seen: Counter[_Kind] = Counter()
    for fault in faults:
        kind = _kind(fault)
        seen[kind] += 1
        if seen[kind] <= _SHOWN_OF_A_KIND:
            yield fault
        elif seen[kind] == _SHOWN_OF_A_KIND + 1:
            file, column, problem, severity = kind
            more = sum(one.stands_for for one in kinds[kind][_SHOWN_OF_A_KIND:])
            rest = f"... {problem}, in {counted(more, 'more row')}"
            remedies = {one.remedy for one in kinds[kind][:_SHOWN_OF_A_KIND]}
            remedy = remedies.pop() if len(remedies) == 1 else "as above"
            yield Fault(file, None, column, None, rest, remedy, severity, more)


def in_kinds(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults with all of one problem in one column after each other."""
    return [fault for group in _by_kind(faults).values() for fault in group]


def _by_kind(faults: Iterable[Fault]) -> dict[_Kind, list[Fault]]:
    kinds: dict[_Kind, list[Fault]] = {}
    for fault in faults:
        kinds.setdefault(_kind(fault), []).append(fault)
    return kinds


def _kind(fault: Fault) -> _Kind:
    problem = fault.problem.removesuffix(f", in {counted(fault.stands_for, 'more row')}")
    return fault.file, fault.column, problem, fault.severity
