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
    faults = [fault(row, "A") for row in range(1, 31)]
    faults += [fault(40, "B"), fault(None, "A", "not a price, in 970 more rows", 970)]
    told = list(fold(faults))
    assert [one.row for one in told] == [*range(1, 21), None, 40]
    assert told[20].problem == "... not a price, in 980 more rows"
    assert told[20].remedy == "write a number"
    assert count(told, "error") == count(faults, "error") == 1001


def test_the_remedy_of_one_row_is_not_told_of_all() -> None:
    faults = [Fault("t.csv", row, "title_id", None, "twice", f"row {row - 1} has it too") for row in range(2, 40)]
    assert str(list(fold(faults))[-1]) == "t.csv, column title_id: ... twice, in 18 more rows; as above"
