"""What `benchmarks.rights` measures: read a rights table and answer a request, each timed; prints JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pandas as pd
import typer

from recommender.offers.rights import RightsRequest, answer_rights
from recommender.sources import read_rights


def main(file: Path, read: bool = True) -> None:
    """Print the seconds of reading, of answering, and what was answered."""
    begin = time.perf_counter()
    rights = read_rights(file) if read else pd.read_parquet(file)
    middle = time.perf_counter()
    request = RightsRequest(
        market="CN",
        media=("cinema", "television", "online"),
        language="zh",
        start="2027-01-01",  # type: ignore[arg-type]
        end="2031-12-31",  # type: ignore[arg-type]
    )
    titles = rights["title_id"].unique()
    start = time.perf_counter()
    answer = answer_rights(titles, rights, request)
    end = time.perf_counter()
    counts = answer["status"].value_counts().to_dict()
    json.dump({"read": middle - begin, "answer": end - start, "titles": len(answer), **counts}, sys.stdout)


if __name__ == "__main__":
    typer.run(main)
