"""The patterns a style can name: those shipped in styles/patterns, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import TypeAdapter, ValidationError

from remixkit.errors import StyleError
from remixkit.patterns import Meter, Pattern, parse_pattern
from remixkit.patterns.nouns import METER_BEATS
from remixkit.style.folders import data_dir
from remixkit.style.problems import explain
from remixkit.style.raw_tables import Resolved, read
from remixkit.style.schema import BarSpec, PatternFile, PatternSpec, Style, strict_json


def library(style: Style) -> Mapping[str, Pattern]:
    """Every pattern that a style can name: the shipped ones, then its own, which win, meter by meter.

    Raises
    ------
    StyleError
        If a pattern's text cannot be read.
    """
    shipped = shipped_patterns(data_dir())
    own = {n: over(shipped.get(n), parse_spec(n, s)) for n, s in style.patterns.items()}
    return MappingProxyType({**shipped, **own})


def over(shipped: Pattern | None, own: Pattern) -> Pattern:
    """A style's own pattern; where it says nothing of a meter, what the shipped one of that name is there."""
    if shipped is None or not own.is_empty:
        return own
    return replace(shipped, in_meters=MappingProxyType({**shipped.in_meters, **own.in_meters}))


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
    weight = spec.weight or 1.0
    in_meters = {
        meter: _parsed(variant_name(name, meter), f'{name}.meter."{meter}"', bar, bar.weight or weight, meter)
        for meter, bar in spec.meter.items()
    }
    if in_meters and spec.events is None and not spec.__pydantic_extra__:
        base = Pattern(name, METER_BEATS, weight=weight)
    else:
        base = _parsed(name, name, spec, weight, None)
    return replace(base, in_meters=MappingProxyType(in_meters))


def variant_name(name: str, meter: Meter) -> str:
    """What a pattern is called in another meter."""
    return f"{name}_{meter.replace('/', '_')}"


def _parsed(name: str, place: str, spec: BarSpec, weight: float, meter: Meter | None) -> Pattern:
    try:
        made = parse_pattern(
            place, events=spec.events, steps=spec.__pydantic_extra__, beats=spec.beats, weight=weight, meter=meter
        )
    except StyleError as wrong:
        raise StyleError(wrong.reason, place=f"patterns.{wrong.place}", remedy=wrong.remedy) from None
    return replace(made, name=name)
