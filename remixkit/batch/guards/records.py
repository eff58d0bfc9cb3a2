"""What JSON of an album may hold: every key of its type, every number finite, every name plain. All else is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from math import isfinite
from typing import Any, NoReturn

from remixkit.batch.guards.album_names import is_file_of, is_plain
from remixkit.theory.keys import parse_key

# A day: no piece is longer, and a clock that says so is ruined.
_MOST_S = 86_400.0
_MOST = 1 << 53

_TIME, _NAME = "a second of a piece", "a key"

ENTRY: Mapping[str, Any] = {
    "key": str,
    "song": str,
    "style": str,
    "style_title": str,
    "title": str,
    "files": dict,
    "tonality": str,
    "tempo_bpm": float,
    "seconds": _TIME,
    "warnings": [str],
}
FILE: Mapping[str, Any] = {"bytes": int, "sha256": str}
MUSIC: Mapping[str, Any] = {
    "meter": str,
    "end_s": _TIME,
    "fade_out_s": _TIME,
    "bars_s": [_TIME],
    "source_bars": [(int, None)],
    "keys": [[_TIME, _TIME, _NAME]],
    "sections": [[_TIME, _TIME, str, float]],
    "chords": [[_TIME, _TIME, str]],
    "parts": [{"name": str, "program": int, "drums": bool, "lead": bool, "notes": [[int, int, int, int]]}],
}


def from_json(data: bytes) -> Any:
    """What JSON says.

    Raises
    ------
    ValueError
        If it is none, nested too deep, not UTF-8, or has numbers that are not finite or of thousands of digits.
    """
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_no_number)
    except RecursionError as problem:
        raise ValueError("nested too deep") from problem


def has_shape(value: Any, shape: Any) -> bool:
    """Whether a value of JSON has a shape: a type, a table of shapes, a list of one shape, or of exactly several."""
    if isinstance(shape, tuple):
        return any(value is None if s is None else has_shape(value, s) for s in shape)
    if isinstance(shape, Mapping):
        return isinstance(value, dict) and all(k in value and has_shape(value[k], s) for k, s in shape.items())
    if isinstance(shape, list):
        if not isinstance(value, list):
            return False
        if len(shape) == 1:
            return all(has_shape(v, shape[0]) for v in value)
        return len(value) == len(shape) and all(map(has_shape, value, shape))
    if shape is _NAME:
        return isinstance(value, str) and _is_key(value)
    if shape in (_TIME, float, int):
        kinds = (int,) if shape is int else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not (isfinite(value) and abs(value) < _MOST):
            return False
        return shape is not _TIME or 0.0 <= value <= _MOST_S
    return isinstance(value, shape)


def entry_fits(name: str, row: Any) -> bool:
    """Whether a row of a manifest is a piece of that name, whose files lie in the album."""
    if not (is_plain(name) and has_shape(row, ENTRY) and is_plain(row["song"])):
        return False
    is_source = not row["style"]
    return all(is_file_of(name, is_source, path) and has_shape(file, FILE) for path, file in row["files"].items())


def music_fits(music: Any) -> bool:
    """Whether it is the music of a record, its bars one after the other."""
    if not has_shape(music, MUSIC):
        return False
    lines = [*music["bars_s"], music["end_s"]]
    return all(a <= b for a, b in pairwise(lines))


def _is_key(name: str) -> bool:
    try:
        parse_key(name)
    except ValueError:
        return False
    return True


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")
