"""Roles, effects and exports by name, through entry points: the built-in ones and those of other packages alike."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from remixkit import plugin
from remixkit.errors import PluginError, UserError, echoed
from remixkit.plugin import Effect, Exporter, Role

ROLES = "remixkit.roles"
EFFECTS = "remixkit.effects"
EXPORTS = "remixkit.exports"

_OURS = "remixkit"
_MOST_SHOWN = 80

_PROTOCOLS: dict[str, type] = {ROLES: Role, EFFECTS: Effect, EXPORTS: Exporter}
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)


@cache
def _points(group: str) -> dict[str, EntryPoint]:
    return {p.name: p for p in entry_points(group=group)}


def names(group: str) -> tuple[str, ...]:
    """The names in a group, sorted; nothing is imported."""
    return tuple(sorted(_points(group)))


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice most like a mistyped word, if any is like it."""
    return next(iter(difflib.get_close_matches(word[:_MOST_SHOWN], list(choices), n=1, cutoff=0.5)), None)


def load(group: str, name: str) -> Callable[..., Any]:
    """The function behind a name. What breaks in that of another package is a `PluginError` that names the package.

    Raises
    ------
    PluginError
        If no installed package offers the name, or what it offers cannot be imported, or not be called as the group's
        protocol says.
    """
    point = _points(group).get(name)
    if point is None:
        kind = group.rpartition(".")[2].removesuffix("s")
        hint = nearest(name, _points(group))
        raise PluginError(
            f"no {kind} is called {name!r}",
            remedy=f"did you mean {hint!r}?" if hint else f"there are: {', '.join(names(group))}",
        )
    if _package(point) == _OURS:
        ours: Callable[..., Any] = point.load()
        return ours
    with _theirs(group, point):
        found: Callable[..., Any] = point.load()
    _check_signature(group, point, found)
    return _guarded(group, point, found)


def _guarded(group: str, point: EntryPoint, found: Callable[..., Any]) -> Callable[..., Any]:
    """The function, and what an effect sets up, with every failure named as the package's."""

    @wraps(found)
    def called(*arguments: Any, **parameters: Any) -> Any:
        with _theirs(group, point):
            made = found(*arguments, **parameters)
            if not _is_result(group, made):
                raise TypeError(f"it returned {echoed(repr(made), _MOST_SHOWN)}")
        return made if group != EFFECTS else _guarded("", point, made)

    return called


@contextmanager
def _theirs(group: str, point: EntryPoint) -> Iterator[None]:
    try:
        yield
    except UserError:
        raise
    except Exception as problem:
        kind = group.rpartition(".")[2].removesuffix("s") or "effect"
        raise PluginError(
            f"the {kind} {point.name!r} of the package {_package(point)} broke: {type(problem).__name__}: {problem}",
            remedy="tell its authors, or take the package out",
        ) from problem


def _is_result(group: str, made: Any) -> bool:
    if group == ROLES:
        return isinstance(made, plugin.RoleOutput) and all(isinstance(n, plugin.Note) for n in made.notes)
    if group == EXPORTS:
        return isinstance(made, list | tuple) and all(isinstance(w, str) for w in made)
    return callable(made) if group == EFFECTS else True


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value.partition(":")[0]


def _check_signature(group: str, point: EntryPoint, found: Callable[..., Any]) -> None:
    """A plugin takes what its protocol hands over, and more only where it has a default or is a named parameter."""
    protocol = _PROTOCOLS[group]
    wanted = inspect.signature(protocol.__call__)
    handed = [p for p in list(wanted.parameters.values())[1:] if p.kind in _POSITIONAL]
    is_open = any(p.kind is p.VAR_KEYWORD for p in wanted.parameters.values())
    try:
        given = inspect.signature(found)
    except (TypeError, ValueError):
        given = None
    if given is not None and callable(found):
        own = list(given.parameters.values())
        starred = any(p.kind is p.VAR_POSITIONAL for p in own)
        first, rest = own[: len(handed)], own[len(handed) :]
        takes = starred or (len(first) == len(handed) and all(p.kind in _POSITIONAL for p in first))
        if takes and all(p.default is not p.empty or (p.kind in _NAMED and is_open) for p in rest if not _stars(p)):
            return
    shape = "(" + ", ".join(p.name for p in handed) + (", **parameters)" if is_open else ")")
    raise PluginError(
        f"the {protocol.__name__.lower()} {point.name!r} of the package {_package(point)} is called as "
        f"{point.name}{shape}, and is {point.value}{given or ', no function'}",
        remedy=f"see {protocol.__name__} in remixkit.plugin, or take the package out",
    )


def _stars(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
