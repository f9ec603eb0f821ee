"""The folder that an imported Avails workbook becomes."""

from __future__ import annotations

from pathlib import Path

from recommender.sources._atomic import atomic_directory
from recommender.sources._write import write_table
from recommender.sources.avails._avails import Avails

__all__ = ["FILES", "import_avails"]

FILES = ("titles.parquet", "rights.parquet", "rows.parquet", "not_understood.csv")


def import_avails(avails: Avails, directory: str | Path) -> dict[str, Path]:
    """Write what a workbook says into a folder, all files or none.

    Parameters
    ----------
    avails : Avails
        As `read_avails` returns it.
    directory : str or Path
        The folder; an earlier import in it is replaced, and one that holds anything else is refused.

    Returns
    -------
    dict of str to Path
        Where each file is: `titles.parquet`, `rights.parquet`, `rows.parquet` (every row, episodes included, as
        text), and `not_understood.csv`.

    Raises
    ------
    OutputError
        The folder cannot be written, or holds something else.
    """
    folder = Path(directory)
    tables = dict(zip(FILES, (avails.titles, avails.rights, avails.rows, avails.not_understood), strict=True))
    with atomic_directory(folder, names=FILES) as aside:
        for name, table in tables.items():
            write_table(table, aside / name)
    return {name: folder / name for name in FILES}
