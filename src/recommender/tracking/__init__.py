"""MLflow: runs with their parameters, metrics, inputs and plots, and the models they give.

`tracked_run` starts a run, and everything is logged through what it gives. Runs go to `DEFAULT_TRACKING_URI`
in the working directory, or to any server by ``MLFLOW_TRACKING_URI``. Scoring needs none of this.
"""

from __future__ import annotations

from recommender.tracking._run import TrackedRun, check_tracking, tracked_run
from recommender.tracking._store import CHAMPION, DEFAULT_TRACKING_URI, where_to_look

__all__ = ["CHAMPION", "DEFAULT_TRACKING_URI", "TrackedRun", "check_tracking", "tracked_run", "where_to_look"]
