"""What pydantic found wrong, in one line that names file, key and the nearest right word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from remixkit.errors import StyleError
from remixkit.plugins import nearest
from remixkit.style.raw_tables import Resolved

_PLAIN = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list in square brackets",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "missing": "is missing",
}


def explain(problem: ValidationError, model: type[BaseModel], style: Resolved) -> StyleError:
    """The first of pydantic's findings as a `StyleError`; the others are only counted."""
    findings = [f for f in problem.errors(include_url=False) if f["type"] != "extra_forbidden"]
    unknown = [f for f in problem.errors(include_url=False) if f["type"] == "extra_forbidden"]
    first = (unknown or findings)[0]
    keys = _keys_in_file(first["loc"], style.tables)
    reason, remedy = _reason(first, keys, model)
    others = len({tuple(_keys_in_file(f["loc"], style.tables)) for f in (*unknown, *findings)}) - 1
    if others:
        remedy = f"{remedy} ({others} more like this)" if remedy else f"{others} more like this"
    return StyleError(reason, file=style.file_of(keys), place=dotted(keys), remedy=remedy or None)


def dotted(keys: Sequence[str | int]) -> str:
    """``roles.keys.fx[0].name``."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def _keys_in_file(loc: Sequence[str | int], tables: Any) -> list[str | int]:
    """A pydantic location without the steps that are no keys (union branches, ``[key]``)."""
    keys: list[str | int] = []
    for k, step in enumerate(loc):
        inside = (isinstance(tables, dict) and step in tables) or (
            isinstance(tables, list) and isinstance(step, int) and step < len(tables)
        )
        last = k == len(loc) - 1
        if inside:
            tables = tables[step]
            keys.append(step)
        elif last and isinstance(tables, dict) and step != "[key]":
            keys.append(step)
    return keys


def _reason(finding: ErrorDetails, keys: Sequence[str | int], model: type[BaseModel]) -> tuple[str, str]:
    kind, context = finding["type"], finding.get("ctx", {})
    if kind in ("missing", "too_long") and isinstance(finding["loc"][-1] if kind == "missing" else 0, int):
        return "the list has the wrong length", "it takes a low and a high value"
    if kind == "extra_forbidden":
        return "there is no such key", _hint(str(keys[-1]), _fields(model, keys[:-1]))
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'|\b(\d+)\b", str(context["expected"]))
        return f"{finding['input']!r} is not one of the choices", _hint(
            str(finding["input"]), [a or b for a, b in choices]
        )
    if kind == "value_error":
        return str(context["error"]), ""
    if kind in _PLAIN:
        return _PLAIN[kind], ""
    return finding["msg"].removeprefix("Input "), ""


def _hint(word: str, choices: Sequence[str]) -> str:
    found = nearest(word, choices)
    return f"did you mean {found!r}?" if found else f"there are: {', '.join(choices)}"


def _fields(model: type[BaseModel], keys: Sequence[str | int]) -> list[str]:
    """The keys that a table of the schema may have, the table being named by its path."""
    here: Any = model
    for key in keys:
        if isinstance(here, type) and issubclass(here, BaseModel):
            named = {f.alias or n: f.annotation for n, f in here.model_fields.items()}
            here = named.get(str(key))
            if type(None) in get_args(here):
                here = next(a for a in get_args(here) if a is not type(None))
        else:
            here = next((a for a in reversed(get_args(here)) if a is not Ellipsis), None)
    if not (isinstance(here, type) and issubclass(here, BaseModel)):
        return []
    return [f.alias or n for n, f in here.model_fields.items() if n != "name" or here.__name__ != "Style"]
