"""Style files as raw tables: look-up, TOML, inheritance. What the tables may hold is `schema`'s business."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remixkit import toml_text
from remixkit.errors import StyleError
from remixkit.plugins import nearest
from remixkit.style.bridges import with_bridges
from remixkit.style.folders import style_candidates, style_files
from remixkit.style.migration import Change, kinds_of, migrated

RawTable = dict[str, Any]
NO_KIND = "none"


@dataclass(frozen=True, slots=True)
class Source:
    """One file's tables, before inheritance."""

    path: Path
    tables: RawTable


@dataclass(frozen=True, slots=True)
class Resolved:
    """A style with all it inherits: the files from the style's own to the most basic, and their tables merged.

    The tables are in the words of the newest schema; `outdated` is what to change in the style's own file.
    """

    sources: tuple[Source, ...]
    tables: RawTable
    outdated: tuple[Change, ...] = ()

    def file_of(self, keys: Sequence[str | int]) -> Path:
        """The file in which a key of the merged tables was written; the style's own if none has it."""
        for source in self.sources:
            if _has(source.tables, keys):
                return source.path
        return self.sources[0].path


def resolve(name_or_path: str | Path) -> Resolved:
    """Find a style and merge what it extends.

    Raises
    ------
    StyleError
        If there is no such style, a file is not TOML, or styles extend each other in a circle.
    """
    sources = [read(find(name_or_path))]
    while (base := sources[-1].tables.get("extends")) is not None:
        if not isinstance(base, str):
            raise StyleError(
                "must be a style's name", file=sources[-1].path, place="extends", remedy='write extends = "base"'
            )
        sources.append(read(_find_base(base, sources)))
    kinds = [kinds_of([s.tables for s in sources[k:]]) for k in range(len(sources))]
    changed = [migrated(s.tables, known) for s, known in zip(sources, kinds, strict=True)]
    sources = [Source(s.path, tables) for s, (tables, _) in zip(sources, changed, strict=True)]
    merged: RawTable = {}
    for source in reversed(sources):
        own = (
            source.tables
            if source is sources[0]
            else {k: v for k, v in source.tables.items() if k not in ("title", "description")}
        )
        merged = merged_tables(merged, own)
    return Resolved(tuple(sources), with_bridges(_without_the_gone(merged)), changed[0][1])


def _without_the_gone(tables: RawTable) -> RawTable:
    """Without the roles that were taken out, and how late they were."""
    roles, groove = tables.get("roles"), tables.get("groove")
    if not isinstance(roles, dict):
        return tables
    gone = {k for k, v in roles.items() if isinstance(v, dict) and v.get("kind") == NO_KIND}
    out = {**tables, "roles": {k: v for k, v in roles.items() if k not in gone}}
    if isinstance(groove, dict) and isinstance(late := groove.get("late_ms"), dict):
        out["groove"] = {**groove, "late_ms": {k: v for k, v in late.items() if k not in gone}}
    return out


def read(path: Path) -> Source:
    """A file's tables.

    Raises
    ------
    StyleError
        With line and column where the file is not TOML.
    """
    try:
        with path.open("rb") as file:
            data = file.read(toml_text.MOST_BYTES + 1)
    except OSError as problem:
        raise StyleError(problem.strerror or "cannot be read", file=path, remedy="name a style file") from problem
    return Source(path, toml_text.parsed(data, path))


def find(name_or_path: str | Path) -> Path:
    """The file of a style: a path ending in .toml, or a name looked up in the search path.

    Raises
    ------
    StyleError
        If there is none, with the nearest name.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or text.endswith(".toml") or "/" in text or "\\" in text:
        path = Path(name_or_path)
        if os.path.isfile(path):
            return path
        raise StyleError("there is no such file", file=path, remedy="`remixkit styles list` shows the styles there are")
    found = style_candidates(text)
    if not found:
        raise _no_style(text)
    return found[0]


def merged_tables(base: Mapping[str, Any], over: Mapping[str, Any]) -> RawTable:
    """`over` laid on `base`: tables merge, anything else (arrays too) is replaced; the base's order stays."""
    merged: RawTable = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = merged_tables(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _find_base(base: str, sources: Sequence[Source]) -> Path:
    """The file that `extends` means; a style may extend another of its own name that lies further down the path."""
    above = sources[-1].path
    taken = {s.path.resolve() for s in sources}
    found = ((above.parent / base),) if base.endswith(".toml") else style_candidates(base)
    for path in found:
        if os.path.isfile(path) and path.resolve() not in taken:
            return path
    if any(path.resolve() in taken for path in found):
        circle = " -> ".join([*(s.path.stem for s in sources), Path(base).stem])
        raise StyleError(
            f"styles extend each other in a circle: {circle}",
            file=above,
            place="extends",
            remedy="take one extends out",
        )
    raise _no_style(base, file=above, place="extends")


def _no_style(name: str, file: Path | None = None, place: str | None = None) -> StyleError:
    names = [p.stem for p in style_files()]
    hint = nearest(name, names)
    remedy = f"did you mean {hint!r}?" if hint else f"there are: {', '.join(names)}; or name a file ending in .toml"
    return StyleError(f"no style is called {name!r}", file=file, place=place, remedy=remedy)


def _has(tables: Any, keys: Sequence[str | int]) -> bool:
    for key in keys:
        inside = key in tables if isinstance(tables, dict) else isinstance(tables, list) and key in range(len(tables))
        if not inside:
            return False
        tables = tables[key]
    return True
