"""Reading briefs: from a TOML file or from the package, with every fault named by file and key."""

from __future__ import annotations

import copy
import re
import shlex
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from recommender.errors import CallError, ConfigError, nearest, visible
from recommender.offers._brief import Brief
from recommender.offers._toml import fault_lines, read_text
from recommender.schema import KINDS
from recommender.sources import parse_toml

_SAMPLES = "recommender.sample"
_REMARK = 31  # a new brief's remarks stand in one column behind it
_AGAIN = "Check the path, or write a new one with `recommender brief new NAME --out FILE`."


def sample_briefs() -> dict[str, str]:
    """Return the names of the briefs that come with the package, each with its TOML text.

    Examples
    --------
    >>> sorted(sample_briefs())
    ['cn-300', 'ru-60']
    """
    folder = resources.files(_SAMPLES) / "briefs"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return {entry.name.removesuffix(".toml"): entry.read_text("utf-8") for entry in found}


def load_brief(name_or_path: str | Path) -> Brief:
    """Read a brief from a TOML file, or one that comes with the package by its name.

    Parameters
    ----------
    name_or_path : str or Path
        A path (it ends with `.toml` or exists) or a name such as `cn-300`.

    Returns
    -------
    Brief

    Raises
    ------
    CallError
        No file and no sample brief is called so.
    ConfigError
        The file cannot be read, or keys or values are wrong: every fault is listed with file and key.

    Examples
    --------
    >>> load_brief("cn-300").size
    300
    """
    path = Path(name_or_path)
    if path.suffix.lower() == ".toml" or path.exists() or path.name != str(name_or_path):
        return parse_brief(read_text(path, "brief", _AGAIN), source=str(path))
    samples = sample_briefs()
    if str(name_or_path) not in samples:
        near = nearest(name_or_path, samples, limit=1)
        guess = f"Did you mean {near[0]}? " if near else ""
        raise CallError(
            f"no brief is called {visible(name_or_path)}",
            hint=f"{guess}Sample briefs: {', '.join(samples)}; or give the path of a TOML file "
            "(`recommender brief new` writes one).",
        )
    return parse_brief(samples[str(name_or_path)], source=f"{name_or_path}.toml")


def parse_brief(text: str, *, source: str = "brief") -> Brief:
    r"""Check the TOML text of a brief.

    Parameters
    ----------
    text : str
        TOML.
    source : str
        What to call it in errors, usually the file's name.

    Raises
    ------
    ConfigError
        Every fault, one a line, with the path of its key and what to do.

    Examples
    --------
    >>> parse_brief('name = "a"\nmarket = "CN"\nsize = 5\nkinds = ["film"]').market
    'CN'
    """
    raw = parse_toml(text, source=source, hint="Mend the line, or start from `recommender brief new`.")
    try:
        return Brief.model_validate(raw)
    except ValidationError as error:
        faults = dict.fromkeys(fault_lines(error, Brief))
        faults.update(dict.fromkeys(_hidden(raw, error)))
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = "\n".join(f"  {source}: {fault}" for fault in faults)
    raise ConfigError(
        f"the brief {source} has {count}:\n{lines}",
        hint=f"`recommender brief check {shlex.quote(source)}` checks it again.",
    )


def _hidden(raw: dict[str, Any], error: ValidationError) -> Iterator[str]:
    """Yield the contradictions that pydantic does not reach while single values are wrong."""
    rest = copy.deepcopy(raw)
    for fault in error.errors(include_url=False, include_input=False):
        _prune(rest, fault["loc"])
    rest = {"name": "x", "market": "CN", "size": 100_000, "kinds": list(KINDS)} | rest
    try:
        Brief.model_validate(rest)
    except ValidationError as second:
        yield from fault_lines(second, Brief)


def _prune(tree: Any, path: tuple[int | str, ...]) -> None:
    """Take what stands at a path, or as near to it as there is anything, out of a TOML tree."""
    path = tuple(key for key in path if key != "[key]")
    for key in path:
        inner = tree.get(key) if isinstance(tree, dict) else None
        if not isinstance(inner, dict) or key == path[-1]:
            tree.pop(key, None)
            return
        tree = inner


def new_brief(name: str = "my-offer", *, market: str = "CN", size: int = 300) -> str:
    """Return the text of a fully commented brief, ready to be edited.

    Raises
    ------
    CallError
        No brief can have such a name, market or size.

    Examples
    --------
    >>> parse_brief(new_brief("pilot", market="RU", size=60)).size
    60
    """
    try:
        Brief.model_validate({"name": name, "market": market, "size": size, "kinds": ["film"]})
    except ValidationError as error:
        faults = list(fault_lines(error, Brief))
        told = faults[0] if len(faults) == 1 else "".join(f"\n  {fault}" for fault in faults)
        raise CallError(f"no brief can be so: {told}", hint="Choose another name, market or size.") from error
    template = resources.files("recommender.offers") / "templates" / "brief.toml"
    text = template.read_text("utf-8")
    values = {"@NAME@": name, "@MARKET@": market, "@SIZE@": str(size)}

    def filled(line: re.Match[str]) -> str:
        return f"{line[1]}{values[line[2]]}{line[3]}".ljust(_REMARK) + " #"

    return re.sub(r"^(.*)(@[A-Z]+@)(\S*) +#", filled, text, flags=re.MULTILINE)
