"""Roles, effects and exports by name, through entry points: the built-in ones and those of other packages alike."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from remixkit.errors import PluginError

ROLES = "remixkit.roles"
EFFECTS = "remixkit.effects"
EXPORTS = "remixkit.exports"


@cache
def _points(group: str) -> dict[str, EntryPoint]:
    return {p.name: p for p in entry_points(group=group)}


def names(group: str) -> tuple[str, ...]:
    """The names in a group, sorted; nothing is imported."""
    return tuple(sorted(_points(group)))


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice most like a mistyped word, if any is like it."""
    return next(iter(difflib.get_close_matches(word, list(choices), n=1, cutoff=0.5)), None)


def load(group: str, name: str) -> Callable[..., Any]:
    """The function behind a name.

    Raises
    ------
    PluginError
        If no installed package offers the name.
    """
    point = _points(group).get(name)
    if point is None:
        kind = group.rpartition(".")[2].removesuffix("s")
        hint = nearest(name, _points(group))
        raise PluginError(
            f"no {kind} is called {name!r}",
            remedy=f"did you mean {hint!r}?" if hint else f"there are: {', '.join(names(group))}",
        )
    found: Callable[..., Any] = point.load()
    return found
