"""How long it takes to judge a large catalogue by all shipped packs."""

from __future__ import annotations

import time
from datetime import date
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from benchmarks._measure import Row, Strict, show
from recommender.offers.policy import judgement, load_policy, policy_caps, shipped_packs
from recommender.sample import load_sample

_BAR_SECONDS = 5.0
_DAY = date(2026, 3, 1)


def main(
    titles: Annotated[int, typer.Option(min=1, help="How many titles.")] = 100_000,
    strict: Strict = False,
) -> None:
    """Judge a catalogue made from the sample's texts by all shipped packs: outcomes, findings, summary, caps.

    Example: python -m benchmarks.policy --titles 100000
    """
    frame, policy = _catalogue(titles), load_policy(list(shipped_packs()))
    # The rules of all packs are about one market here, so that every one of them is asked.
    packs = [pack.model_copy(update={"groups": {**pack.groups, "EU": ("CN",)}}) for pack in policy.packs]
    rules = [
        pack.model_copy(
            update={"rules": tuple(rule.model_copy(update={"market": "CN"}) for rule in pack.rules)},
        )
        for pack in packs
    ]
    policy = type(policy)(tuple(rules))
    media = ["cinema", "tv", "svod"]
    times: dict[str, float] = {}
    start = time.perf_counter()
    found = judgement(frame, policy, "CN", media, _DAY)
    times[f"outcomes of {len(found.rules)} rules about titles"] = time.perf_counter() - start
    start = time.perf_counter()
    count = len(found.findings())
    times[f"table of {count:,} findings"] = time.perf_counter() - start
    start = time.perf_counter()
    found.summary()
    times["one word a title"] = time.perf_counter() - start
    start = time.perf_counter()
    facts = dict.fromkeys(policy.facts(), 1_000.0)
    caps = policy_caps(policy, frame, market="CN", media=media, on=_DAY, facts=facts)
    times[f"{len(caps)} caps"] = time.perf_counter() - start
    rows = [Row(what, seconds, _BAR_SECONDS, "s") for what, seconds in times.items()]
    rows.append(Row("together", sum(times.values()), _BAR_SECONDS, "s"))
    show(f"{titles:,} titles, {len(policy.ids())} rules", rows, strict=strict)


def _catalogue(count: int) -> pd.DataFrame:
    """Return titles with the sample's facts, every synopsis made different, of all kinds."""
    sample = load_sample("ru-to-cn").catalogue
    frame = pd.concat([sample] * (count // len(sample) + 1), ignore_index=True).iloc[:count]
    ids = pd.Series([f"t{i}" for i in range(count)], index=frame.index, dtype="str")
    kinds = np.random.default_rng(1).choice(["film", "series", "format", "coproduction", "animation"], count)
    return frame.assign(title_id=ids, kind=kinds, synopsis=frame["synopsis"] + " " + ids)


if __name__ == "__main__":
    typer.run(main)
