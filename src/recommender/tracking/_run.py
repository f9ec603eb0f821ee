"""One run: what was asked, what went in, what came out, and the model."""

from __future__ import annotations

import json
import logging
import math
import os
import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.errors import CallError, OutputError
from recommender.sources import file_sha256
from recommender.tracking._store import (
    artifact_folder,
    is_there,
    open_store,
    quiet,
    refuse_within,
    resolve_uri,
    told,
    without_password,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TrackedRun", "check_tracking", "tracked_run"]

_URI_VARIABLE = "MLFLOW_TRACKING_URI"
_LOG = logging.getLogger("recommender")
_LONGEST_PARAM = 6_000
_DIGEST_LENGTH = 36
_NOT_IN_NAMES = re.compile(r"[^\w\-./ ]")


class TrackedRun:
    """A run of MLflow that goes on; `tracked_run` gives it.

    Attributes
    ----------
    run_id, experiment_id : str
        As MLflow names them.
    uri : str
        The store that keeps the run.
    """

    def __init__(self, run_id: str, experiment_id: str, uri: str) -> None:
        self.run_id = run_id
        self.experiment_id = experiment_id
        self.uri = uri

    def log_params(self, params: Mapping[str, object]) -> None:
        """Log what was asked for.

        Parameters
        ----------
        params : mapping of str to object
            Names and values; a value is kept as text, a list or mapping as JSON.

        Raises
        ------
        OutputError
            The store does not take it; so do all methods.
        """
        from mlflow.entities import Param

        entries = [Param(_name(name), _text(value)) for name, value in params.items()]
        with self._logging("log parameters") as client:
            for start in range(0, len(entries), 100):  # the most that MLflow takes at once
                client.log_batch(self.run_id, params=entries[start : start + 100])

    def log_metrics(self, metrics: Mapping[str, float | None], *, step: int = 0) -> None:
        """Log what came out.

        Parameters
        ----------
        metrics : mapping of str to float or None
            Names and values; None and NaN are left out. ``@`` in a name becomes ``_at_``.
        step : int, default 0
            The place on the horizontal axis of MLflow's charts.
        """
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        entries = [
            Metric(_name(name), float(value), now, step)
            for name, value in metrics.items()
            if value is not None and not math.isnan(value)
        ]
        with self._logging("log metrics") as client:
            for start in range(0, len(entries), 1_000):
                client.log_batch(self.run_id, metrics=entries[start : start + 1_000])

    def log_inputs(
        self,
        paths: Mapping[str, str | Path],
        rows: Mapping[str, int] | None = None,
        *,
        context: str = "training",
    ) -> None:
        """Log which data went in: each file's hash, and its number of rows where it is given.

        Parameters
        ----------
        paths : mapping of str to path
            What each file is (``titles``, ``outcomes``), and where it is.
        rows : mapping of str to int, optional
            How many rows each has.
        context : str, default "training"
            What they were used for.
        """
        from mlflow.entities import Dataset, DatasetInput, InputTag

        counts = dict(rows or {})
        hashes = {name: file_sha256(path) for name, path in paths.items()}
        inputs = [
            DatasetInput(
                Dataset(
                    name=name,
                    digest=hashes[name][:_DIGEST_LENGTH],
                    source_type="local",
                    source=json.dumps({"uri": str(Path(path).absolute())}),
                    profile=json.dumps({"num_rows": counts[name]}) if name in counts else None,
                ),
                tags=[InputTag("mlflow.data.context", context)],
            )
            for name, path in paths.items()
        ]
        with self._logging("log the inputs") as client:
            client.log_inputs(self.run_id, datasets=inputs)
        self.log_params(
            {f"{name}_sha256": digest for name, digest in hashes.items()}
            | {f"{name}_rows": count for name, count in counts.items()}
        )

    def log_figure(self, figure: Any, path: str) -> None:
        """Log a plot.

        Parameters
        ----------
        figure : matplotlib.figure.Figure or plotly.graph_objects.Figure
            The plot.
        path : str
            Its name among the run's files, such as ``plots/calibration.png``.
        """
        with self._logging("log a plot") as client:
            client.log_figure(self.run_id, figure, path)

    def log_file(self, path: str | Path, folder: str | None = None) -> None:
        """Log a file.

        Parameters
        ----------
        path : str or Path
            The file.
        folder : str, optional
            The folder among the run's files to put it in.
        """
        with self._logging("log a file") as client:
            client.log_artifact(self.run_id, str(path), folder)

    def log_bundle(self, bundle: str | Path, input_example: pd.DataFrame, registered_name: str) -> str:
        """Log a bundle as a model that scores tables of titles, register it, and make it the champion.

        The model takes a data frame with the columns of a titles table, of which only ``title_id``, ``title``
        and ``kind`` are required, and the parameters ``markets`` (``"CN,FR"``, by default all that the bundle
        knows) and ``as_of`` (ISO date). It gives one row for each title and market, in that order.

        Parameters
        ----------
        bundle : str or Path
            The folder that `save_bundle` wrote.
        input_example : DataFrame
            A few titles, as `read_titles` returns them; shown in MLflow.
        registered_name : str
            The name in the model registry.

        Returns
        -------
        str
            The URI of the version, such as ``models:/crossmarket/3``. The alias ``champion`` points to it:
            ``models:/crossmarket@champion``.
        """
        from recommender.tracking._bundle import log_bundle_model

        with self._logging("log the model") as client:
            return log_bundle_model(client, self.run_id, Path(bundle), input_example, registered_name)

    @contextmanager
    def _logging(self, doing: str) -> Iterator[Any]:
        from mlflow import MlflowClient

        with quiet(), told(self.uri, doing):
            yield MlflowClient(self.uri)


def check_tracking(experiment: str, tracking_uri: str | None = None, *, outputs: Collection[Path] = ()) -> None:
    """Refuse a store that cannot keep runs, before the work whose run it shall keep; nothing is made.

    Parameters
    ----------
    experiment, tracking_uri
        As `tracked_run` will be given them.
    outputs : collection of path
        The folders that the work writes as a whole.

    Raises
    ------
    CallError, OutputError
        As `tracked_run` raises them, and where the store is in one of the outputs.
    """
    with quiet():
        uri = resolve_uri(tracking_uri)
        refuse_within(uri, outputs)
        if is_there(uri):
            with told(uri, "find the experiment"):
                _find_experiment(uri, experiment)


@contextmanager
def tracked_run(experiment: str, name: str, tracking_uri: str | None = None) -> Iterator[TrackedRun]:
    """Start a run, and end it with the block: as failed where the block raises.

    A run inside a run of the caller's becomes its child.

    Parameters
    ----------
    experiment : str
        The experiment that the run belongs to; made where there is none. In a new experiment files go to
        ``mlartifacts`` beside the database, or where the server puts them.
    name : str
        The run's name.
    tracking_uri : str, optional
        The store: by default what ``MLFLOW_TRACKING_URI`` says, else ``sqlite:///mlflow.db``. Making that
        takes some seconds, once.

    Yields
    ------
    TrackedRun
        What to log with.

    Raises
    ------
    CallError
        The URI is a folder, or the experiment was deleted.
    OutputError
        The server does not answer, or the file cannot be written.

    Examples
    --------
    >>> with tracked_run("offers", "a first try") as run:  # doctest: +SKIP
    ...     run.log_params({"market": "CN"})
    ...     run.log_metrics({"ndcg@300": 0.61})
    """
    with quiet():
        uri = resolve_uri(tracking_uri)
        open_store(uri)
        with told(uri, "start the run"):
            experiment_id = _experiment_id(uri, experiment)
    with _started(uri, experiment_id, name) as run_id:
        _LOG.info("the run '%s' is kept in %s", name, without_password(uri))
        yield TrackedRun(run_id, experiment_id, uri)


@contextmanager
def _started(uri: str, experiment_id: str, name: str) -> Iterator[str]:
    import mlflow
    from mlflow.entities import RunStatus

    with _store_set(uri):
        with quiet(), told(uri, "start the run"):
            nested = mlflow.active_run() is not None
            run_id = mlflow.start_run(experiment_id=experiment_id, run_name=name, nested=nested).info.run_id
        try:
            yield run_id
        except BaseException as error:
            status = RunStatus.KILLED if isinstance(error, KeyboardInterrupt) else RunStatus.FAILED
            with (
                suppress(OutputError),
                quiet(),
                told(uri, "end the run"),
            ):  # the first error is the one to tell
                mlflow.end_run(RunStatus.to_string(status))
            raise
        with quiet(), told(uri, "end the run"):
            mlflow.end_run()


@contextmanager
def _store_set(uri: str) -> Iterator[None]:
    import mlflow

    before = os.environ.get(_URI_VARIABLE)
    mlflow.set_tracking_uri(uri)
    try:
        yield
    finally:
        # MLflow sets the variable too, so with it the store is again what it was, whoever had set it.
        mlflow.set_tracking_uri(None)
        if before is not None:
            os.environ[_URI_VARIABLE] = before


def _experiment_id(uri: str, name: str) -> str:
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    found = _find_experiment(uri, name)
    if found is None:
        try:
            return str(MlflowClient(uri).create_experiment(name, artifact_location=artifact_folder(uri)))
        except MlflowException:
            found = _find_experiment(uri, name)  # another process made it first
            if found is None:
                raise
    return found


def _find_experiment(uri: str, name: str) -> str | None:
    """Return the id of an experiment, None where there is none; refuse a deleted one."""
    from mlflow import MlflowClient

    found = MlflowClient(uri).get_experiment_by_name(name)
    if found is not None and found.lifecycle_stage != "active":
        raise CallError(
            f"The MLflow experiment '{name}' was deleted.",
            hint=f"Bring it back: mlflow experiments restore --experiment-id {found.experiment_id}",
        )
    return None if found is None else str(found.experiment_id)


def _name(name: str) -> str:
    return _NOT_IN_NAMES.sub("_", name.replace("@", "_at_"))


def _text(value: object) -> str:
    if isinstance(value, Mapping | list | tuple):
        value = json.dumps(value, ensure_ascii=False, default=str)
    text = str(value)
    return text if len(text) <= _LONGEST_PARAM else text[: _LONGEST_PARAM - 1] + "…"
