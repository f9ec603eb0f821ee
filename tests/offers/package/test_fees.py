from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import DataError
from recommender.offers.package import allocate_fees

cents = st.integers(0, 50_000).map(lambda number: number / 100)


@given(st.data())
def test_fees_sum_to_the_cent_within_floors_and_asks(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    weights = data.draw(st.lists(st.floats(0.01, 5), min_size=count, max_size=count))
    pairs = [sorted(data.draw(st.tuples(cents, cents))) for _ in range(count)]
    floors, asks = np.array(pairs).T
    total = data.draw(st.integers(0, 400_000)) / 100
    fees = allocate_fees(total, weights, floors=floors, asks=asks)
    assert np.round(fees.amounts * 100).sum() == round(total * 100)
    assert (fees.amounts >= 0).all()
    below, above = fees.amounts < floors - 1e-9, fees.amounts > asks + 1e-9
    assert np.flatnonzero(below).tolist() == fees.below_floor.tolist()
    assert np.flatnonzero(above).tolist() == fees.above_ask.tolist()
    if round(floors.sum() * 100) <= round(total * 100) <= round(asks.sum() * 100):
        assert not below.any()
        assert not above.any()
        # Between its bounds each has what its weight gives it, to the cent.
        inside = (fees.amounts > floors + 0.011) & (fees.amounts < asks - 0.011)
        some = np.array(weights)[inside]
        if inside.any():
            level = fees.amounts[inside].sum() / some.sum()
            assert np.abs(fees.amounts[inside] - level * some).max() < 0.03


def test_floors_that_do_not_fit_are_named() -> None:
    fees = allocate_fees(100, [1, 1, 1], floors=[80, 30, 10])
    assert fees.below_floor.tolist() == [0]
    assert fees.amounts.sum() == 100
    assert (fees.amounts[1:] >= [30, 10]).all()


def test_asks_that_are_too_low_are_named() -> None:
    fees = allocate_fees(100, [1, 1], asks=[20, 30])
    assert fees.amounts.tolist() == [70, 30]
    assert fees.above_ask.tolist() == [0]


def test_missing_prices_bound_nothing() -> None:
    assert allocate_fees(10, [1, 1], floors=[np.nan, 8], asks=[np.nan, np.nan]).amounts.tolist() == [2, 8]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({"weights": [1, 0]}, "weights above 0"),
        ({"weights": [1, 1], "floors": [5, 1], "asks": [4, 2]}, "floor above their ask, first title 0"),
        ({"weights": [1, 1], "floors": [5]}, "1 prices for 2 titles"),
        ({"weights": [1, 1], "total": -1}, "negative"),
    ],
)
def test_what_cannot_be_allocated_is_named(call: dict[str, object], said: str) -> None:
    with pytest.raises(DataError, match=said):
        allocate_fees(**{"total": 10, **call})  # type: ignore[arg-type]
