"""The patterns a style can name: those shipped in styles/patterns, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import TypeAdapter, ValidationError

from remixkit.errors import StyleError
from remixkit.patterns import Pattern, parse_pattern
from remixkit.style.folders import data_dir
from remixkit.style.problems import explain
from remixkit.style.raw_tables import Resolved, read
from remixkit.style.schema import PatternFile, PatternSpec, Style, strict_json


def library(style: Style) -> Mapping[str, Pattern]:
    """Every pattern that a style can name: the shipped ones, then its own (which win).

    Raises
    ------
    StyleError
        If a pattern's text cannot be read.
    """
    return MappingProxyType(
        {**shipped_patterns(data_dir()), **{n: parse_spec(n, s) for n, s in style.patterns.items()}}
    )


@cache
def shipped_patterns(folder: Path) -> Mapping[str, Pattern]:
    """The patterns of every file in `folder`/patterns, parsed.

    Raises
    ------
    StyleError
        If a file cannot be read, or two patterns have one name.
    """
    found: dict[str, Pattern] = {}
    for path in sorted((folder / "patterns").glob("*.toml")):
        source = read(path)
        try:
            tables = TypeAdapter(PatternFile).validate_json(strict_json(source.tables), strict=True)
        except ValidationError as problem:
            raise explain(problem, PatternFile, Resolved((source,), source.tables)) from None
        for name, spec in tables.patterns.items():
            if name in found:
                raise StyleError(
                    "two shipped patterns have this name", file=path, place=f"patterns.{name}", remedy="rename one"
                )
            try:
                found[name] = parse_spec(name, spec)
            except StyleError as wrong:
                raise StyleError(wrong.reason, file=path, place=wrong.place, remedy=wrong.remedy) from None
    return MappingProxyType(found)


def parse_spec(name: str, spec: PatternSpec) -> Pattern:
    """A pattern table, parsed; the place of an error begins with ``patterns.``."""
    try:
        return parse_pattern(
            name, events=spec.events, steps=spec.__pydantic_extra__, beats=spec.beats, weight=spec.weight
        )
    except StyleError as wrong:
        raise StyleError(wrong.reason, place=f"patterns.{wrong.place}", remedy=wrong.remedy) from None
