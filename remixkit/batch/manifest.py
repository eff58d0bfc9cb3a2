"""What an album holds and what it was made from: ``manifest.json``, and a record beside every piece.

A piece is a cover, or a song as it is written. Its record in ``facts/`` is written last, so it tells of a piece only if
every file of it is whole; before that it names what is being made, so that after a kill it is known whose the files
are. The manifest gathers the records; no date, no time taken, nothing of the machine is in it, so that the same command
gives the same bytes. Both are believed only as far as `records` says: what they name lies in the album.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from remixkit.batch import store as stores
from remixkit.batch.guards import records
from remixkit.batch.store import Store
from remixkit.errors import OutputError

SCHEMA = 1
NAME = "manifest.json"
_MAKING = "making"


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
        If it is damaged, names what does not lie in the album, or was written by a later version.
    """
    data = store.read(NAME)
    if data is None:
        return {}
    place = f"{store.place}/{NAME}"
    try:
        tables = records.from_json(data)
    except ValueError:
        tables = None
    if not records.has_shape(tables, {"schema": int, "pieces": dict}):
        remedy = "if RemixKit made it, remove it: what is finished is found again; else name another folder"
        raise OutputError("is no manifest of an album", file=place, remedy=remedy)
    if tables["schema"] != SCHEMA:
        raise OutputError(
            f"is of version {tables['schema']}, this RemixKit reads {SCHEMA}", file=place, remedy="name another folder"
        )
    for name, row in tables["pieces"].items():
        if not records.entry_fits(name, row):
            remedy = "remove the manifest; what is finished is found again"
            raise OutputError("is not what a batch writes", file=place, place=f"pieces.{name}", remedy=remedy)
    return {name: entry_of(name, row) for name, row in tables["pieces"].items()}


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
    """What a piece's record says of it; None if there is none, or none that can be believed."""
    row = _record(store, name).get("entry", {})
    return entry_of(name, row) if records.entry_fits(name, row) else None


def write_making(store: Store, record: str, files: Collection[str]) -> None:
    """Put in a record's place which files are about to be replaced, so that they are known after a kill."""
    stores.write(store, record, dumps({_MAKING: sorted(files)}))


def owned(store: Store, name: str, entry: Entry | None) -> set[str]:
    """Which names in the album are a piece's to replace.

    Those its entry tells of, its record, and what a run that was killed was about to make.
    """
    record = _record(store, name)
    making = record.get(_MAKING)
    known = {record_of(name)} if record.keys() & {_MAKING, "entry"} else set()
    names: list[str] = making if making and records.has_shape(making, [str]) else []
    return {*known, *names, *(entry.files if entry else ())}


def music(store: Store, name: str) -> Mapping[str, Any] | None:
    """The music in a piece's record, as `player_facts.music_facts` made it; None if there is none."""
    found: Mapping[str, Any] | None = _record(store, name).get("music")
    return found if records.music_fits(found) else None


def _record(store: Store, name: str) -> dict[str, Any]:
    data = store.read(record_of(name))
    try:
        tables = records.from_json(data) if data else {}
    except ValueError:
        return {}
    return tables if isinstance(tables, dict) else {}


def is_whole(store: Store, entry: Entry, wanted: Sequence[str]) -> bool:
    """Whether every file that is wanted belongs to the piece and has its length."""
    if recorded(store, entry.name) is None or not set(wanted) <= entry.files.keys():
        return False
    return all(store.size(name) == file.bytes for name, file in entry.files.items())


def row_of(entry: Entry) -> dict[str, Any]:
    """An entry as JSON's types."""
    row = asdict(entry)
    del row["name"]
    row["files"] = dict(sorted(row["files"].items()))
    return row


def entry_of(name: str, row: Mapping[str, Any]) -> Entry:
    """An entry from JSON's types, for which `records.entry_fits`."""
    known = {f.name: row[f.name] for f in fields(Entry) if f.name not in ("name", "files", "warnings")}
    files = {path: File(int(f["bytes"]), str(f["sha256"])) for path, f in row["files"].items()}
    return Entry(name=name, files=files, warnings=tuple(row["warnings"]), **known)


def dumps(tables: Mapping[str, Any], indent: int | None = None) -> bytes:
    """JSON, the same bytes for the same content."""
    separators = (",", ":") if indent is None else None
    return (json.dumps(tables, ensure_ascii=False, indent=indent, separators=separators) + "\n").encode()
