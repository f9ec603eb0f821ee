"""Where runs are kept: finding the store, making a new one, and telling shortly when there is none."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sqlite3
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from recommender.errors import CallError, OutputError, visible
from recommender.sources import atomic_output, check_output, locked_folder

__all__ = [
    "CHAMPION",
    "DEFAULT_TRACKING_URI",
    "artifact_folder",
    "is_there",
    "open_store",
    "quiet",
    "refuse_within",
    "resolve_uri",
    "told",
    "where_to_look",
    "without_password",
]

DEFAULT_TRACKING_URI = "sqlite:///mlflow.db"
"""Runs are kept in this file in the working directory."""
CHAMPION = "champion"
"""The alias of the model that serves."""
_SQLITE = "sqlite:///"
_TABLES = {"experiments", "runs"}  # in every version's stores
_ANSWER_SECONDS = 10.0
_AUTOFLUSH = "raised as a result of Query-invoked autoflush"  # SQLAlchemy's remark to its callers, before what is wrong
_INSTEAD = f"Start the server, correct MLFLOW_TRACKING_URI, or unset it: then runs go to {DEFAULT_TRACKING_URI}."
# What the caller has set stays. MLflow's own patience with a server that has gone is four minutes a request.
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_PRINT_MODEL_URLS_ON_CREATION": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


@contextmanager
def quiet() -> Iterator[None]:
    """Within the block, keep MLflow's messages off the terminal and its waits short."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import mlflow  # noqa: F401 - sets its loggers up when it is imported

    levels = {logging.getLogger(name): logging.getLogger(name).level for name in ("mlflow", "alembic")}
    for logger in levels:
        logger.setLevel(logging.CRITICAL)  # its errors are raised as well
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"mlflow\.")  # of what its own libraries will change
            yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)
        for name, old in before.items():
            if old is None:
                os.environ.pop(name, None)


@contextmanager
def told(uri: str, doing: str) -> Iterator[None]:
    """Turn what MLflow and its store raise into one error that says what could not be done.

    Raises
    ------
    OutputError
        The block raised an error of MLflow, of its database, or of the network.
    """
    import requests
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, requests.RequestException, OSError) as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip() and _AUTOFLUSH not in line]
        reason = lines[0] if lines else type(error).__name__
        hint = _INSTEAD
        if "out-of-date database schema" in reason:
            hint = f"The store is of an older MLflow. Keep a copy of it, then run: mlflow db upgrade {uri}"
        raise OutputError(f"MLflow could not {doing} at {without_password(uri)}: {reason}", hint=hint) from error


def resolve_uri(uri: str | None = None) -> str:
    """Return the URI of the store to use, an SQLite file by its absolute path.

    Parameters
    ----------
    uri : str, optional
        By default what ``mlflow.set_tracking_uri`` or ``MLFLOW_TRACKING_URI`` set, else
        `DEFAULT_TRACKING_URI`.

    Raises
    ------
    CallError
        It is a folder: MLflow keeps no runs in folders any more.
    """
    found = uri or _named_uri()
    if (file := _sqlite_file(found)) is not None:
        return f"{_SQLITE}{file}"
    if urlsplit(found).scheme in {"", "file"} and found != "databricks":
        raise CallError(
            f"Runs cannot be kept in the folder '{found}'.",
            hint=f"Give a server (http://...) or a database ({DEFAULT_TRACKING_URI}).",
        )
    return found


def artifact_folder(uri: str) -> str | None:
    """Return where the artifacts of a new experiment go, as a URI; None where the server decides."""
    if (file := _sqlite_file(uri)) is not None:
        return (file.parent / "mlartifacts").as_uri()
    if urlsplit(uri).scheme in {"http", "https", "databricks", ""}:
        return None
    return (Path.cwd() / "mlartifacts").as_uri()


def open_store(uri: str) -> None:
    """Make the SQLite file where there is none; raise soon where nothing answers.

    Raises
    ------
    OutputError
        The server does not answer, or the file is not a database or cannot be written.
    """
    file = _sqlite_file(uri)
    if is_there(uri) or file is None:
        return
    with locked_folder(file.parent):
        if not _is_made(file):
            _make(file)
    _try_sqlite(file)


def is_there(uri: str) -> bool:
    """Return whether there is a store to ask: False where an SQLite file is still to be made, and can be.

    Raises
    ------
    OutputError
        As `open_store` raises it.
    """
    parts = urlsplit(uri)
    if (file := _sqlite_file(uri)) is not None:
        if not file.parent.is_dir():
            raise OutputError(
                f"{file}: there is no folder to keep the runs in.",
                hint="Make the folder, or correct MLFLOW_TRACKING_URI.",
            )
        if not _is_made(file):
            check_output(file)
            return False
        _try_sqlite(file)
    elif parts.scheme in {"http", "https"}:
        _ask_server(uri)
    elif parts.hostname and parts.port:
        try:
            socket.create_connection((parts.hostname, parts.port), timeout=_ANSWER_SECONDS).close()
        except OSError as error:
            raise _no_answer(uri, error) from error
    return True


def refuse_within(uri: str, folders: Iterable[Path]) -> None:
    """Refuse an SQLite file in a folder that is written as a whole: the next result could not replace it.

    Raises
    ------
    CallError
        The file is, or will be, in one of them.
    """
    if (file := _sqlite_file(uri)) is None:
        return
    for folder in folders:
        if folder.resolve() in file.resolve().parents:
            raise CallError(
                f"The runs cannot be kept in {file}: {folder} is written by this command, and replaced as a whole.",
                hint="Give a file outside of it by MLFLOW_TRACKING_URI, or unset it: "
                f"then runs go to {DEFAULT_TRACKING_URI}.",
            )


def where_to_look() -> str:
    """Return what shows the runs to a person: the address of a server, or a command that reads the database."""
    uri = _named_uri()
    shown = without_password(uri)
    return shown if urlsplit(uri).scheme in {"http", "https"} else f"mlflow ui --backend-store-uri {shown}"


def without_password(uri: str) -> str:
    """Return a URI that may be shown."""
    parts = urlsplit(uri)
    if parts.password is None:
        return uri
    return uri.replace(f":{parts.password}@", ":***@", 1)


def _named_uri() -> str:
    """Return the store that was set, as it was set; the file in the working directory by default."""
    import mlflow

    return str(mlflow.get_tracking_uri()) if mlflow.is_tracking_uri_set() else DEFAULT_TRACKING_URI


def _sqlite_file(uri: str) -> Path | None:
    name = uri.removeprefix(_SQLITE)
    return None if name in {uri, ""} or "?" in name else Path(name).absolute()


def _ask_server(uri: str) -> None:
    import requests

    try:
        requests.get(f"{uri.rstrip('/')}/health", timeout=_ANSWER_SECONDS)
    except requests.exceptions.SSLError:
        return  # something answers; whether to trust it is for MLflow's own settings
    except requests.RequestException as error:
        raise _no_answer(uri, error) from error


def _no_answer(uri: str, error: Exception) -> OutputError:
    reason = "the time is up" if "timed out" in str(error) else "nothing answers"
    return OutputError(f"The MLflow server {without_password(uri)} cannot be reached: {reason}.", hint=_INSTEAD)


def _try_sqlite(file: Path) -> None:
    try:
        with closing(sqlite3.connect(file, timeout=_ANSWER_SECONDS)) as database:
            database.execute("BEGIN IMMEDIATE")
            # Only what writes is refused where the file or its folder may not be written; it is never committed.
            database.execute("CREATE TABLE written_in_vain (a)")
            database.rollback()
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as error:
        raise OutputError(
            f"{file}: the runs cannot be written there: {error}.",
            hint="Move the file away to begin a new one, or give another by MLFLOW_TRACKING_URI.",
        ) from error
    if tables and not tables >= _TABLES:
        # MLflow would put its tables among them.
        shown = ", ".join(visible(name) for name in sorted(tables)[:3])
        raise OutputError(
            f"{file}: a database of something else ({shown}), not one of MLflow's runs.",
            hint="Give another file by MLFLOW_TRACKING_URI; one that is not there is made.",
        )


def _is_made(file: Path) -> bool:
    return file.exists() and (not file.is_file() or file.stat().st_size > 0)


def _make(file: Path) -> None:
    """Build the tables aside, then put the file in place: dozens of migrations may be cut off midway."""
    with tempfile.TemporaryDirectory(prefix="recommender-mlflow-") as folder:
        aside = Path(folder) / file.name
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        with told(f"{_SQLITE}{file}", "make the tables of a new store"):
            store = SqlAlchemyStore(f"{_SQLITE}{aside}", (file.parent / "mlartifacts").as_uri())
            store.engine.dispose()
        with atomic_output(file) as temporary:
            shutil.copyfile(aside, temporary)
