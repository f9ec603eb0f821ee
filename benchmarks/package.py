"""How long the package takes: 300 of 100,000 titles with its prices and substitutes, and a decision on 5,000."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import numpy as np
import typer

from benchmarks._measure import PROJECT, Row, Strict, show
from recommender.offers.package import (
    Decisions,
    Problem,
    marginal_values,
    prices,
    resolve,
    solve,
    substitutes,
)


def instance(count: int, size: int, seed: int) -> Problem:
    """Return a made-up catalogue with 12 quotas that bind, 50 locks and bans, and a budget that binds too."""
    rng = np.random.default_rng(seed)
    value = rng.beta(2, 3, count).round(6)
    genre = rng.random((6, count)) < np.array([0.4, 0.25, 0.15, 0.1, 0.08, 0.03])[:, None]
    decade = rng.integers(0, 6, count)
    members = np.vstack([genre, [decade == number for number in range(5)], [rng.random(count) < 0.15]])
    some = rng.choice(count, 50, replace=False)
    return Problem(
        value,
        size,
        members,
        (np.array([0, 0.3, 0.2, 0.15, 0, 0, 0.25, 0.2, 0.2, 0, 0, 0]) * size).round(),
        (np.array([0.35, 1, 1, 1, 0.05, 0.01, 1, 1, 1, 0.1, 0.1, 0.1]) * size).round(),
        locked=np.isin(np.arange(count), some[:25]),
        banned=np.isin(np.arange(count), some[25:]),
        cost=np.round(np.exp(rng.normal(9, 0.8, count)) * (0.5 + value), 2),
        budget=size * 9_000.0,
    )


def _measured(titles: int, size: int, seed: int, exact: bool) -> dict[str, float]:
    import resource

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0

    taken: dict[str, float] = {}

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        taken[name], taken[f"{name} cpu"] = time.perf_counter() - wall, time.process_time() - cpu

    problem = instance(titles, size, seed)
    with timed("solve"):
        solution = solve(problem)
    memory = peak()
    with timed("prices"):
        asked = prices(problem, solution)
    with timed("substitutes"):
        swaps = substitutes(solution)
    with timed("bounded"):
        adds = marginal_values(solution, exact=False)
    with timed("marginal"):
        if exact:
            adds = marginal_values(solution, time_limit=3_600)
    chosen = solution.chosen
    decisions = Decisions(accept=chosen[:5], reject=chosen[100:105], hold=chosen[200:205])
    with timed("resolve"):
        again = resolve(problem, chosen, decisions, near=solution)
    return taken | {
        "memory": memory,
        "peak": peak(),
        "proven": float(solution.proven),
        "gap": solution.gap,
        "prices proven": float(all(price.exact for price in asked)),
        "demands": len(asked),
        "three": float(sum(len(swap.others) == 3 for swap in swaps)),
        "adds proven": float(sum(one.exact for one in adds)),
        "resolve proven": float(again.solution.proven),
        "changed": float(len(again.dropped)),
    }


def _apart(titles: int, size: int, seed: int, exact: bool) -> dict[str, float]:
    """Measure in a process of its own, so that the peak memory is that of one question."""
    call = f"_measured({titles}, {size}, {seed}, {exact})"
    code = f"import json; from benchmarks.package import _measured; print(json.dumps({call}))"
    shown = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(shown.stdout)
    return found


def main(
    titles: Annotated[int, typer.Option(min=1_000, help="Titles to choose from.")] = 100_000,
    size: Annotated[int, typer.Option(min=150, help="Titles to choose.")] = 300,
    seed: Annotated[int, typer.Option(help="Of the made-up catalogue.")] = 3,
    exact: Annotated[
        bool, typer.Option("--exact", help="Measure the exact search for what each title adds, too.")
    ] = False,
    strict: Strict = False,
) -> None:
    """Measure the package: seconds, peak memory, and what is proven.

    A made-up catalogue, 12 quotas, 50 locks and bans, a budget. The decision accepts five titles, rejects five and
    holds five.

    Example: python -m benchmarks.package --titles 100000 --size 300
    """
    large, small = _apart(titles, size, seed, exact), _apart(5_000, size, seed, False)
    show(
        f"the package: {size} of {titles:,} titles, 12 quotas, 50 locks and bans, a budget",
        [
            Row("best choice", large["solve"], 15, "s"),
            Row("peak memory of it", large["memory"] / 1e9, 1.5, "GB"),
            Row(f"prices of {large['demands']:.0f} numbers, solved again", large["prices"], 60, "s"),
            Row("prices and substitutes", large["prices"] + large["substitutes"], 60, "s"),
            Row(f"what each of {size} adds, bounded", large["bounded"], 60, "s"),
            *([Row(f"what each of {size} adds, exactly", large["marginal"], 300, "s")] if exact else []),
            Row("peak memory of all", large["peak"] / 1e9, 1.5, "GB"),
            Row("a decision, 5,000 titles", small["resolve"], 5, "s"),
            Row(f"a decision, {titles:,} titles", large["resolve"], 15, "s"),
        ],
        strict=strict,
    )
    cpu = ", ".join(
        f"{name} {part[f'{key} cpu']:.1f}"
        for name, key, part in (
            ("choice", "solve", large),
            ("prices", "prices", large),
            ("substitutes", "substitutes", large),
            *([("values", "marginal", large)] if exact else []),
            ("decision of 5,000", "resolve", small),
            (f"decision of {titles:,}", "resolve", large),
        )
    )
    typer.echo(f"CPU seconds, which do not depend on what else the machine does: {cpu}")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    typer.echo(
        f"proven: choice {'yes' if large['proven'] else 'no'} (gap {large['gap']:.3g}), prices "
        f"{'all' if large['prices proven'] else 'not all'}, "
        + (f"values of {large['adds proven']:.0f} of {size} titles, " if exact else "")
        + f"decisions {'yes' if large['resolve proven'] and small['resolve proven'] else 'no'} "
        f"({small['changed']:.0f} and {large['changed']:.0f} titles went for 5 rejected)"
    )
    typer.echo(f"three substitutes for {large['three']:.0f} of {size} titles; load average {load}")


if __name__ == "__main__":
    typer.run(main)
