"""Faults as a terminal shows them."""

from __future__ import annotations

from recommender.cli._faults import count, fold, in_kinds
from recommender.errors import Fault


def fault(row: int | None, column: str, problem: str = "not a price", stands_for: int = 1) -> Fault:
    return Fault("back.xlsx, sheet Offer", row, column, None, problem, "write a number", stands_for=stands_for)


def test_faults_keep_their_order() -> None:
    faults = [fault(6, "A"), fault(7, "B", "not a decision"), fault(8, "A"), fault(9, "B", "not a decision")]
    assert list(fold(faults)) == faults
    assert [one.row for one in in_kinds(faults)] == [6, 8, 7, 9]


def test_the_tail_of_a_long_run_is_a_count() -> None:
    faults = [fault(row, "A") for row in range(1, 31)] + [
        fault(40, "B"),
        fault(None, "A", "not a price, in 970 more rows", 970),
    ]
    told = list(fold(faults))
    assert [one.row for one in told] == [*range(1, 21), None, 40]
    assert told[20].problem == "... not a price, in 980 more rows"
    assert told[20].remedy == "write a number"
    assert count(told, "error") == count(faults, "error") == 1001
