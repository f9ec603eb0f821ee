"""Names of a room that are loaded when they are first asked for, so that a command loads only what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

__all__ = ["lazy_names"]


def lazy_names(
    room: str, shown: Sequence[str], homes: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return a room's `__getattr__` and `__dir__`, with which its names are imported when they are first asked for.

    Assign them under ``if not TYPE_CHECKING``: a type checker takes any name for granted of a module that has a
    `__getattr__`.

    Parameters
    ----------
    room : str
        The package's `__name__`.
    shown : sequence of str
        Its `__all__`.
    homes : mapping of str to sequence of str
        The names that each of its modules gives.

    Examples
    --------
    >>> ask, offered = lazy_names("json", ["loads", "JSONDecoder"], {"decoder": ["JSONDecoder"]})
    >>> ask("JSONDecoder").__name__, offered()
    ('JSONDecoder', ['JSONDecoder', 'loads'])
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def ask(name: str) -> object:
        if name not in home_of:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return getattr(import_module(f"{room}.{home_of[name]}"), name)

    return ask, lambda: sorted(shown)
