from __future__ import annotations

import recommender.evaluation


def test_everything_public_is_there_and_in_order() -> None:
    names = recommender.evaluation.__all__
    assert [name for name in names if not hasattr(recommender.evaluation, name)] == []
    assert len(names) == len(set(names))
    assert names == sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
