"""How a style that never says `bridge` plays one: as it plays its interludes.

A bridge and an interlude are both a way out of verse and chorus; a style that has thought of one has thought of the
other. Its players, their patterns, what the form may do before and in it and what moves in the mix are the interlude's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BRIDGE, _INTERLUDE = "bridge", "interlude"


def with_bridges(tables: Mapping[str, Any]) -> dict[str, Any]:
    """A style's merged tables, with the interlude's word wherever a bridge has none; as they are if one has any."""
    return dict(tables) if _says(tables) else _like_interludes(tables)


def _says(found: Any) -> bool:
    if isinstance(found, dict):
        return _BRIDGE in found or any(_says(value) for value in found.values())
    return isinstance(found, list) and _BRIDGE in found


def _like_interludes(tables: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(tables)
    for key in ("form", "master"):
        if isinstance(table := tables.get(key), dict):
            out[key] = _table(table)
    for key in ("roles", "buses"):
        if isinstance(table := tables.get(key), dict):
            out[key] = {n: _table(t) if isinstance(t, dict) else t for n, t in table.items()}
    return out


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(table)
    for key in ("endings", "down", "patterns", "sections"):
        inside = table.get(key)
        if isinstance(inside, dict) and _INTERLUDE in inside:
            out[key] = {**inside, _BRIDGE: inside[_INTERLUDE]}
        elif isinstance(inside, list) and _INTERLUDE in inside:
            out[key] = [*inside, _BRIDGE]
    return out
