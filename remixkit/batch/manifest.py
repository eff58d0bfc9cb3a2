"""What an album holds and what it was made from: ``manifest.json``, and a record beside every piece.

A piece is a cover, or a song as it is written. Its record in ``facts/`` is written last and taken away first, so it is
there only if every file of the piece is whole and belongs to it. The manifest gathers the records; no date, no time
taken, nothing of the machine is in it, so that the same command gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from remixkit.batch import store as stores
from remixkit.batch.store import Store
from remixkit.errors import OutputError

SCHEMA = 1
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the album: its length and its SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A finished piece.

    Parameters
    ----------
    name : str
        ``"song.style"``, or ``"song"`` for the song as it is written.
    key : str
        SHA-256 of all it was made from: song, style, SoundFonts, seed, version.
    song : str
        The song's name in the album.
    style, style_title : str
        The style's name and title; empty for the song as it is written.
    title : str
        The song's title.
    files : mapping of str to File
        By name within the album; the record among them is not listed.
    tonality : str
        "F# minor".
    tempo_bpm, seconds : float
        Quarter notes a minute on average; length of the music.
    warnings : tuple of str
        What was mended or is missing.
    """

    name: str
    key: str
    song: str
    style: str
    style_title: str
    title: str
    files: Mapping[str, File]
    tonality: str
    tempo_bpm: float
    seconds: float
    warnings: tuple[str, ...] = ()

    @property
    def record(self) -> str:
        """Where its record stands."""
        return record_of(self.name)


@dataclass(frozen=True, slots=True)
class Failure:
    """A piece that could not be made; `style` is empty if the song itself is at fault. `trace` is a bug's traceback."""

    song: str
    style: str
    reason: str
    trace: str = field(default="", compare=False)


def record_of(name: str) -> str:
    """Where a piece's record stands in the album."""
    return f"facts/{name}.json"


def read(store: Store) -> dict[str, Entry]:
    """The finished pieces by name; none if there is no manifest.

    Raises
    ------
    OutputError
        If it is damaged, or was written by a later version.
    """
    data = store.read(NAME)
    if data is None:
        return {}
    place = f"{store.place}/{NAME}"
    try:
        tables = json.loads(data)
        schema = tables["schema"]
        if schema != SCHEMA:
            raise OutputError(
                f"is of version {schema}, this RemixKit reads {SCHEMA}", file=place, remedy="name another folder"
            )
        return {name: entry_of(name, row) for name, row in tables["pieces"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise OutputError(
            "is no manifest of an album", file=place, remedy="remove it; what is finished is found again"
        ) from problem


def write(store: Store, version: str, entries: Mapping[str, Entry], failures: Sequence[Failure]) -> None:
    """Write the manifest, replacing an earlier one.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    tables = {
        "schema": SCHEMA,
        "remixkit": version,
        "pieces": {name: row_of(entries[name]) for name in sorted(entries)},
        "failed": [{"song": f.song, "style": f.style, "reason": f.reason} for f in failures],
    }
    data = dumps(tables, indent=1)
    if store.read(NAME) != data:
        stores.write(store, NAME, data)


def recorded(store: Store, name: str) -> Entry | None:
    """What a piece's record says of it; None if there is none."""
    try:
        return entry_of(name, _record(store, name)["entry"])
    except (KeyError, TypeError, AttributeError):
        return None


def music(store: Store, name: str) -> Mapping[str, Any] | None:
    """The music in a piece's record, as `facts.music` made it; None if there is none."""
    found: Mapping[str, Any] | None = _record(store, name).get("music")
    return found


def _record(store: Store, name: str) -> dict[str, Any]:
    data = store.read(record_of(name))
    try:
        tables = json.loads(data) if data else {}
    except ValueError:
        return {}
    return tables if isinstance(tables, dict) else {}


def is_whole(store: Store, entry: Entry, wanted: Sequence[str]) -> bool:
    """Whether every file that is wanted belongs to the piece and has its length."""
    if store.size(entry.record) is None or not set(wanted) <= entry.files.keys():
        return False
    return all(store.size(name) == file.bytes for name, file in entry.files.items())


def row_of(entry: Entry) -> dict[str, Any]:
    """An entry as JSON's types."""
    row = asdict(entry)
    del row["name"]
    row["files"] = dict(sorted(row["files"].items()))
    return row


def entry_of(name: str, row: Mapping[str, Any]) -> Entry:
    """An entry from JSON's types; raises KeyError or TypeError if it is none."""
    known = {f.name: row[f.name] for f in fields(Entry) if f.name not in ("name", "files", "warnings")}
    files = {path: File(int(f["bytes"]), str(f["sha256"])) for path, f in row["files"].items()}
    return Entry(name=name, files=files, warnings=tuple(row["warnings"]), **known)


def dumps(tables: Mapping[str, Any], indent: int | None = None) -> bytes:
    """JSON, the same bytes for the same content."""
    separators = (",", ":") if indent is None else None
    return (json.dumps(tables, ensure_ascii=False, indent=indent, separators=separators) + "\n").encode()
