"""The backtest's report: one page that needs nothing else, not even a network."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from recommender.errors import counted
from recommender.evaluation._backtest import Backtest
from recommender.evaluation._judge import WITH_HISTORY
from recommender.evaluation._plots import (
    OTHERS,
    calibration_plot,
    difference_plot,
    figure_plot,
    market_plot,
    trade_off_plot,
)
from recommender.evaluation._results import ALL, headline
from recommender.evaluation.metrics import FIGURES
from recommender.pages import fill

__all__ = ["report_html"]

_RANKING = ("ndcg", "precision", "recall", "map", "auc", "spearman")
_TRUST = ("calibration_error", "interval_coverage", "interval_width")
_BEYOND = ("catalogue_coverage", "genre_diversity", "origin_diversity", "text_diversity", "popularity_bias")
_SIGNIFICANT = 0.05


def report_html(backtest: Backtest) -> str:
    """Return the report as one HTML document.

    Names of rankers, markets and splits are escaped, nothing in the page can run, and nothing is fetched: its content
    security policy allows inline styles only.
    """
    top = headline(backtest.results)
    splits = [_section(backtest, split, top[top["split"] == split]) for split in top["split"].unique()]
    first = top[top["split"] == splits[0]["name"]]
    return fill(
        "recommender.evaluation",
        "backtest.html",
        backtest=backtest,
        splits=splits,
        key=_key_figures(backtest, first),
        verdict=_verdict(backtest, first),
        figures=[(figure.head(backtest.judging.k), figure.says) for figure in FIGURES.values()],
        gain=backtest.judging.gain.replace("_", " "),
        others=OTHERS,
    )


def _section(backtest: Backtest, split: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Return what is told of one split."""
    k, reference = backtest.judging.k, backtest.reference
    every = backtest.results[backtest.results["split"] == split]
    compared = backtest.comparisons[backtest.comparisons["split"] == split]
    markets = backtest.by_market[backtest.by_market["split"] == split]
    label = FIGURES["ndcg"].head(k)
    ndcg = compared[compared["figure"] == "ndcg"]
    best = _best_other(rows, reference)
    shown = reference if best is None or not best.endswith(WITH_HISTORY) else f"{reference}{WITH_HISTORY}"
    many = best is not None and shown in set(markets["ranker"]) and markets["market"].nunique() > 2
    return {
        "name": split,
        "with_history": bool(rows["ranker"].str.endswith(WITH_HISTORY).any()),
        "holdouts": backtest.holdouts[backtest.holdouts["split"] == split].fillna({"later": 0}).to_dict("records"),
        "tables": [_table(rows, names, k) for names in (_RANKING, _TRUST, _BEYOND)],
        "evidence": _evidence(backtest.by_evidence[backtest.by_evidence["split"] == split]),
        "compared": [_compared(row, k) for row in compared.to_dict("records")],
        "ndcg": figure_plot(rows, every, "ndcg", label, reference),
        "difference": difference_plot(ndcg, label) if len(ndcg) else "",
        "calibration": calibration_plot([one for one in backtest.judgements if one.split == split]),
        "trade_off": trade_off_plot(rows, label, reference),
        "markets": market_plot(markets, shown, str(best), label) if many else "",
        "by_holdout": _by_holdout(every),
    }


def _table(rows: pd.DataFrame, names: tuple[str, ...], k: int) -> dict[str, Any] | None:
    """Return the heads and lines of a table, best first, without rankers that have none of its figures."""
    known = rows[rows[list(names)].notna().any(axis=1)].sort_values("ndcg", ascending=False, kind="stable")
    if known.empty:
        return None
    marks = {name: _mark(known[name], FIGURES[name].better) for name in names}
    lines = [
        [row["ranker"], *({"text": _number(row[name]), "best": row[name] == marks[name]} for name in names)]
        for row in known.to_dict("records")
    ]
    return {"heads": ["ranker", *(FIGURES[name].head(k) for name in names)], "lines": lines}


def _evidence(rows: pd.DataFrame) -> dict[str, Any] | None:
    if rows.empty:
        return None
    heads = ["interval coverage", "interval width", "mean error of appeal", "Spearman"]
    lines = [
        [
            row["ranker"],
            row["evidence"],
            f"{row['n_pairs']:,}",
            *(_number(row[name]) for name in ("interval_coverage", "interval_width", "error", "spearman")),
        ]
        for row in rows.to_dict("records")
    ]
    return {"heads": ["ranker", "evidence", "titles in markets", *heads], "lines": lines}


def _mark(values: pd.Series, better: str | None) -> float:
    """Return the best value of a column; NaN where neither way is better."""
    return float(values.max() if better == "high" else values.min() if better == "low" else math.nan)


def _by_holdout(every: pd.DataFrame) -> dict[str, Any] | None:
    holdouts = [name for name in every["holdout"].unique() if name != ALL]
    if len(holdouts) < 2:
        return None
    wide = every.pivot_table(index="ranker", columns="holdout", values="ndcg", sort=False)
    wide = wide.sort_values(ALL, ascending=False, kind="stable")
    lines = [[ranker, *map(_number, row)] for ranker, *row in wide[[*holdouts, ALL]].itertuples(name=None)]
    return {"heads": ["ranker", *holdouts, "mean"], "lines": lines}


def _compared(row: Mapping[Any, Any], k: int) -> dict[str, str]:
    # Where the resamples and the permutation do not agree, little is known.
    sure = row["p_value"] < _SIGNIFICANT and not row["low"] <= 0 <= row["high"]
    return {
        "ranker": row["ranker"],
        "other": row["other"],
        "figure": FIGURES[row["figure"]].head(k),
        "difference": _minus(f"{row['difference']:+.3f}"),
        "interval": _minus(f"{row['low']:+.3f} to {row['high']:+.3f}"),
        "p": "< 0.001" if row["p_value"] < 0.001 else f"{row['p_value']:.3f}",
        "verdict": "not told apart" if not sure else "better" if row["difference"] > 0 else "worse",
    }


def _best_other(rows: pd.DataFrame, reference: str) -> str | None:
    others = rows[rows["ranker"].str.removesuffix(WITH_HISTORY) != reference]
    others = others[others["ndcg"].notna()].sort_values("ndcg", ascending=False, kind="stable")
    return str(others["ranker"].iloc[0]) if len(others) else None


def _key_figures(backtest: Backtest, rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the figures at the head of the report, of its first split."""
    by_name: dict[Any, dict[Any, Any]] = rows.set_index("ranker").to_dict("index")
    own = by_name[backtest.reference]
    with_history = f"{backtest.reference}{WITH_HISTORY}"
    label = FIGURES["ndcg"].head(backtest.judging.k)
    figures = [(_number(own["ndcg"]), f"{label} of {backtest.reference}")]
    if with_history in by_name:
        figures.append((_number(by_name[with_history]["ndcg"]), f"{label} with history"))
    if (best := _best_other(rows, backtest.reference)) is not None:
        figures.append((_number(by_name[best]["ndcg"]), f"{label} of the best other, {best}"))
    figures.append((_number(own["spearman"]), "rank correlation with what came"))
    if not math.isnan(own["interval_coverage"]):
        figures.append((f"{own['interval_coverage']:.0%}", "of the outcomes within their interval"))
    figures.append((f"{int(own['n_titles']):,}", f"titles judged, in {counted(int(own['n_markets']), 'market')}"))
    return figures


def _verdict(backtest: Backtest, rows: pd.DataFrame) -> dict[str, Any]:
    """Return in words what the comparisons of the first split say."""
    split = rows["split"].iloc[0]
    ndcg = backtest.comparisons[(backtest.comparisons["split"] == split) & (backtest.comparisons["figure"] == "ndcg")]
    # With history the model is another ranker, and compared with others that had it.
    groups: dict[str, dict[str, list[str]]] = {"better": {}, "not told apart": {}, "worse": {}}
    for row in ndcg.to_dict("records"):
        groups[_compared(row, backtest.judging.k)["verdict"]].setdefault(row["ranker"], []).append(row["other"])
    return {"split": split, "better": groups["better"], "same": groups["not told apart"], "worse": groups["worse"]}


def _number(value: float) -> str:
    return "" if math.isnan(value) else _minus(f"{round(value, 3) + 0.0:.3f}")


def _minus(text: str) -> str:
    """Return a number with the sign that its plots have, not a hyphen."""
    return text.replace("-", "\N{MINUS SIGN}")
