"""The command `recommender`: one module a sub-command, which parses, calls and prints.

Modules here are cheap to import: what is heavy is imported inside the function that needs it, so that
``recommender --help`` answers at once.
"""

from __future__ import annotations

from recommender.cli._app import app, main

__all__ = ["app", "main"]
