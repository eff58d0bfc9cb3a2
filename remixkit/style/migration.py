"""Style files of schema 1, read as schema 2, with what their authors may change.

Schema 2 has one word for each thing: the sections' English names, role kinds and settings that say what they are and
in what unit. Only words are replaced; a style makes the same covers before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SCHEMA = 2

Table = Mapping[str, Any]

_SECTIONS = {
    "A": "verse",
    "B": "prechorus",
    "sabi": "chorus",
    "last_sabi": "last_chorus",
    "before_last_sabi": "before_last_chorus",
}
_KINDS = {"counter": "countermelody", "second": "harmony_voice"}
_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "melody": {"enters": "enters_bars", "transpose": "transpose_semitones"},
    "harmony_voice": {"below": "velocity_below"},
    "pad": {"octave": "transpose_semitones"},
    "bass": {"home": "home_pitch"},
    "drums": {"fill_every": "fill_every_bars"},
    "percussion": {"least": "crash_intensity"},
    "timpani": {"strokes": "stroke_intensity"},
    "piano_right": {"tune_share": "melody_share"},
}
_METERS = {"_3_4": "3/4", "_6_8": "6/8"}
_BUS = {"above_lu": "loudness_offset_lu"}


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed in a file: where, the old word, and the new one."""

    keys: tuple[str | int, ...]
    old: str
    new: str


def kinds_of(files: Sequence[Table]) -> dict[str, str]:
    """The kind of each role, in schema 2's words, by the files of a style from its own to the most basic."""
    found: dict[str, str] = {}
    for tables in reversed(files):
        for name, role in _tables(tables, "roles"):
            if isinstance(kind := role.get("kind"), str):
                found[name] = _KINDS.get(kind, kind)
    return found


def migrated(tables: Table, kinds: Mapping[str, str]) -> tuple[dict[str, Any], tuple[Change, ...]]:
    """One file's tables in schema 2's words, and what was changed.

    Parameters
    ----------
    tables : mapping
        The file as TOML has it. A file that says ``schema = 2``, or a schema that is none, is left alone; one that
        says nothing, as it extends another, may have words of both.
    kinds : mapping of str to str
        What `kinds_of` says of the file and those it extends.
    """
    if tables.get("schema", 1) != 1:
        return dict(tables), ()
    changes: list[Change] = []
    out = dict(tables)
    if "schema" in tables:
        out["schema"] = SCHEMA
        changes.append(Change(("schema",), "1", str(SCHEMA)))
    words = _Words(changes)
    if isinstance(form := tables.get("form"), dict):
        out["form"] = words.inside(form, ("form",), {"endings": _SECTIONS, "down": _SECTIONS})
    if isinstance(master := tables.get("master"), dict):
        out["master"] = words.inside(master, ("master",), {"sections": _SECTIONS})
    out |= words.each(tables, "buses", lambda name, bus: words.bus(bus, ("buses", name)))
    out |= words.each(tables, "roles", lambda name, role: words.role(role, ("roles", name), kinds.get(name, "")))
    if isinstance(patterns := tables.get("patterns"), dict):
        out["patterns"] = words.patterns(patterns)
    return out, tuple(changes)


@dataclass(frozen=True, slots=True)
class _Words:
    """Old words replaced; each is noted in `changes`."""

    changes: list[Change]

    def each(self, tables: Table, key: str, change: Callable[[str, Table], Table]) -> dict[str, Any]:
        """The table of tables under a key, each changed; nothing where there is none."""
        inside = tables.get(key)
        if not isinstance(inside, dict):
            return {}
        return {key: {n: change(n, t) if isinstance(t, dict) else t for n, t in inside.items()}}

    def keys(self, table: Table, at: tuple[str | int, ...], words: Mapping[str, str]) -> dict[str, Any]:
        """A table with some of its keys called otherwise."""
        self.changes.extend(Change((*at, old), old, words[old]) for old in table if old in words)
        return {words.get(key, key): value for key, value in table.items()}

    def inside(self, table: Table, at: tuple[str | int, ...], words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        """A table with keys of the tables in it called otherwise."""
        return {
            key: self.keys(value, (*at, key), words[key]) if key in words and isinstance(value, dict) else value
            for key, value in table.items()
        }

    def bus(self, table: Table, at: tuple[str | int, ...]) -> dict[str, Any]:
        return self.inside(self.keys(table, at, _BUS), at, {"sections": _SECTIONS})

    def patterns(self, table: Table) -> dict[str, Any]:
        """Patterns in 3/4 and 6/8 as tables of the pattern that they are in other meters."""
        out = {name: pattern for name, pattern in table.items() if _without_meter(name) == name}
        for name, pattern in table.items():
            if (plain := _without_meter(name)) == name:
                continue
            meter = _METERS[name[-4:]]
            self.changes.append(Change(("patterns", name), name, f'{plain}.meter."{meter}"'))
            before = out.get(plain, {})
            out[plain] = {**before, "meter": {**before.get("meter", {}), meter: pattern}}
        return out

    def role(self, table: Table, at: tuple[str | int, ...], kind: str) -> dict[str, Any]:
        out = self.inside(table, at, {"patterns": _SECTIONS, "settings": _SETTINGS.get(kind, {})})
        if isinstance(old := out.get("kind"), str) and old in _KINDS:
            out["kind"] = _KINDS[old]
            self.changes.append(Change((*at, "kind"), old, _KINDS[old]))
        if isinstance(names := out.get("sections"), list):
            self.changes.extend(
                Change((*at, "sections", k), name, _SECTIONS[name])
                for k, name in enumerate(names)
                if isinstance(name, str) and name in _SECTIONS
            )
            out["sections"] = [_SECTIONS.get(name, name) if isinstance(name, str) else name for name in names]
        if isinstance(patterns := out.get("patterns"), dict):
            out["patterns"] = {
                section: self.named(named, (*at, "patterns", section)) for section, named in patterns.items()
            }
        return out

    def named(self, names: Any, at: tuple[str | int, ...]) -> Any:
        """Names of patterns, without their meters."""
        if isinstance(names, list):
            return [self.named(name, (*at, k)) for k, name in enumerate(names)]
        if not isinstance(names, str) or (plain := _without_meter(names)) == names:
            return names
        self.changes.append(Change(at, names, plain))
        return plain


def _without_meter(name: str) -> str:
    return name[:-4] if name[-4:] in _METERS else name


def _tables(tables: Table, key: str) -> list[tuple[str, Table]]:
    inside = tables.get(key)
    return [(n, t) for n, t in inside.items() if isinstance(t, dict)] if isinstance(inside, dict) else []
