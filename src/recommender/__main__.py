"""The command, as `python -m recommender`."""

from __future__ import annotations

from recommender.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
