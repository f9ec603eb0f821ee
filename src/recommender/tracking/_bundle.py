"""A bundle as a model of MLflow: what it takes, what it gives, and what it needs."""

from __future__ import annotations

import json
import tempfile
import time
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.schema import TITLES
from recommender.tracking._store import CHAMPION

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["log_bundle_model"]

_DISTRIBUTION = "crossmarket-recommender"
_NUMBERS = ("rank", "score", "appeal", "low", "high")
_EXAMPLE_ROWS = 5


def log_bundle_model(client: Any, run_id: str, bundle: Path, example: pd.DataFrame, registered_name: str) -> str:
    """Log a bundle as a model of a run, register it, and return the URI of the version."""
    from mlflow.entities import LoggedModelOutput, Metric
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode

    run = client.get_run(run_id)
    model = client.create_logged_model(
        run.info.experiment_id, name=registered_name, source_run_id=run_id, params=run.data.params
    )
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, step=0)])
    now = int(time.time() * 1000)
    client.log_batch(
        run_id, [Metric(key, value, now, 0, model.model_id, run_id=run_id) for key, value in run.data.metrics.items()]
    )
    with tempfile.TemporaryDirectory() as folder:
        _save(model, run_id, bundle, example, Path(folder) / "model")
        client.log_model_artifacts(model.model_id, str(Path(folder) / "model"))
    client.finalize_logged_model(model.model_id, "READY")
    try:
        client.create_registered_model(registered_name)
    except MlflowException as error:
        if error.error_code != ErrorCode.Name(RESOURCE_ALREADY_EXISTS):
            raise
    made = client.create_model_version(
        registered_name, f"models:/{model.model_id}", run_id=run_id, model_id=model.model_id, await_creation_for=60
    )
    links = [{"name": registered_name, "version": made.version}]
    client.set_logged_model_tags(model.model_id, {"mlflow.modelVersions": json.dumps(links)})
    client.set_registered_model_alias(registered_name, CHAMPION, made.version)
    return f"models:/{registered_name}/{made.version}"


def _save(model: Any, run_id: str, bundle: Path, example: pd.DataFrame, folder: Path) -> None:
    """Write the model's files; `mlflow.pyfunc.log_model` would score the example too, which takes seconds."""
    import mlflow.pyfunc
    from mlflow.models import Model

    mlflow.pyfunc.save_model(
        path=str(folder),
        mlflow_model=Model(
            artifact_path=model.artifact_location, model_uuid=model.model_id, model_id=model.model_id, run_id=run_id
        ),
        python_model=str(Path(__file__).with_name("_served.py")),
        artifacts={"bundle": str(bundle)},
        signature=_signature(),
        input_example=_example(example),
        pip_requirements=_requirements(),
    )


def _signature() -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
    from mlflow.types.schema import AnyType

    # Any type: lists come as lists from Python and Spark, as `|`-separated text from people, and a list of
    # strings is checked value by value in Python, 5 s for 100,000 rows. Whole numbers with gaps are doubles.
    types = {
        "text": DataType.string,
        "date": DataType.string,
        "integer": DataType.double,
        "number": DataType.double,
    }
    inputs = [
        ColSpec(types.get(column.type, AnyType()), column.name, required=column.required) for column in TITLES.columns
    ]
    texts = ("market", "title_id", "evidence", "reasons", "comparables", "encoder", "as_of")
    outputs = [ColSpec(DataType.string, name) for name in texts] + [
        ColSpec(DataType.double, name, required=False) for name in _NUMBERS
    ]
    params = [ParamSpec("markets", DataType.string, "all"), ParamSpec("as_of", DataType.string, "")]
    return ModelSignature(Schema(inputs), Schema(outputs), ParamSchema(params))


def _example(titles: pd.DataFrame) -> pd.DataFrame:
    """Return the fullest titles, without the columns that are not full: JSON has no NaN."""
    filled = titles[[name for name in TITLES.names if name in titles]].map(_is_filled)
    fullest = filled.sum(axis=1).sort_values(ascending=False, kind="stable").index[:_EXAMPLE_ROWS]
    names = list(filled.columns[filled.loc[fullest].all()])
    numbers = {name: "float64" for name in names if TITLES[name].type == "integer"}
    return titles.loc[fullest, names].astype(numbers).reset_index(drop=True)


def _is_filled(cell: object) -> bool:
    import pandas as pd

    return bool(cell) if isinstance(cell, list) else not pd.isna(cell)  # type: ignore[call-overload]


def _requirements() -> list[str]:
    """Return this distribution and what it needs, each at the version that is installed here."""
    from packaging.requirements import Requirement

    names = {_DISTRIBUTION, "torch"}
    for line in requires(_DISTRIBUTION) or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            names.add(requirement.name)
    pins = []
    for name in sorted(names):
        try:
            pins.append(f"{name}=={version(name).partition('+')[0]}")  # a local build such as +cpu is on no index
        except PackageNotFoundError:
            continue
    return pins
