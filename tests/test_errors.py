from __future__ import annotations

import pickle

import pytest

from recommender import errors
from recommender.errors import (
    BundleError,
    CallError,
    ConfigError,
    DataError,
    Fault,
    MissingExtraError,
    NotEnoughDataError,
    OutputError,
    RecommenderError,
    TableError,
    UnreadableFileError,
    did_you_mean,
    nearest,
    visible,
)


def fault(row: int, severity: str = "error") -> Fault:
    return Fault("t.csv", row, "kind", "flim", "unknown kind", "did you mean 'film'?", severity)  # type: ignore[arg-type]


def test_all_lists_what_the_module_defines_in_order():
    defined = {
        name
        for name, value in vars(errors).items()
        if getattr(value, "__module__", None) == errors.__name__ and not name.startswith("_")
    }
    assert set(errors.__all__) == defined
    assert errors.__all__ == sorted(errors.__all__)


@pytest.mark.parametrize(
    ("error", "parent", "status"),
    [
        (DataError("x"), RecommenderError, 1),
        (TableError([fault(2)]), DataError, 1),
        (UnreadableFileError("x"), DataError, 1),
        (NotEnoughDataError("x"), DataError, 1),
        (ConfigError("x", file="a.toml", key="b.c"), DataError, 1),
        (BundleError("x"), DataError, 1),
        (CallError("x"), RecommenderError, 2),
        (MissingExtraError("lightgbm", "The ranker"), CallError, 2),
        (OutputError("x"), RecommenderError, 1),
    ],
)
def test_tree_exit_status_and_pickling(error, parent, status):
    assert isinstance(error, parent)
    assert error.exit_status == status
    error.hint = "do this"
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.hint == "do this"


def test_the_drawn_tree_is_the_real_one():
    drawn = [line.split("──", 1)[1].split()[0] for line in errors.__doc__.splitlines() if "──" in line]
    real = {name for name in errors.__all__ if name.endswith("Error")} - {"RecommenderError"}
    assert set(drawn) == real


def test_table_error_lists_all_errors_and_keeps_warnings():
    error = TableError([fault(2), fault(3, "warning"), fault(9)])
    assert str(error).splitlines() == [str(fault(2)), str(fault(9))]
    assert len(error.faults) == 3


def test_table_error_counts_what_it_does_not_list():
    lines = str(TableError(fault(row) for row in range(2, 1502))).splitlines()
    assert len(lines) == errors.FAULTS_SHOWN + 1
    assert lines[-1] == "... and 1,300 more"


def test_fault_without_row_column_value():
    assert str(Fault("t.csv", None, None, None, "the file has no rows", "")) == "t.csv: the file has no rows"


def test_visible_hides_no_control_character_and_stays_short():
    shown = visible("evil\u202etxt\x00\x1b[2J\n" + "x" * 10_000_000)
    assert shown.isprintable()
    assert len(shown) < 100
    assert "\\u202e" in shown
    assert "\\x00" in shown


@pytest.mark.parametrize(
    ("word", "best"),
    [("imdb_vote", "imdb_votes"), ("IMDB-Votes", "imdb_votes"), ("admission", "admissions"), (17, None)],
)
def test_nearest(word, best):
    found = nearest(word, ["imdb_votes", "admissions", "box_office"])
    assert (found[0] if found else None) == best


def test_did_you_mean_of_nothing_alike_is_empty():
    assert did_you_mean("qqqq", ["votes"]) == ""
