"""Which songs a batch has, and what each is called in the album."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from remixkit.errors import SongError
from remixkit.file_names import safe_name
from remixkit.midi.reading.text import stem
from remixkit.notation.reading import score_files

ENDINGS = (".mid", ".midi", ".kar", ".rmi", *score_files.ENDINGS)
MOST_BYTES = 100_000_000
"""What no song's file is longer than, of any kind; readers have narrower bounds of their own."""


@dataclass(frozen=True, slots=True)
class SongSource:
    """A song's file.

    Parameters
    ----------
    name : str
        What the album's files of it begin with; no two songs share one, on systems that ignore case either.
    path : Path
        The file.
    sha256 : str
        Of its content; empty if it cannot be read.
    problem : str
        Why it cannot be read, or why a folder cannot, in whose stead it stands.
    """

    name: str
    path: Path
    sha256: str
    problem: str = ""


def find(places: Sequence[Path], *, outside: Path | None = None) -> tuple[SongSource, ...]:
    """The songs in folders and their subfolders, and songs given by themselves; by name.

    A song or a folder that cannot be read is among them, with what is the matter with it.

    Parameters
    ----------
    places : sequence of Path
        Folders and files.
    outside : Path, optional
        The album; what lies in it is not a song.

    Raises
    ------
    SongError
        If a place does not exist, or there is no song in any.
    """
    found: dict[Path, tuple[str, ...]] = {}
    closed: list[OSError] = []
    for place in places:
        if place.is_dir():
            for path in sorted(_files(place, closed)):
                within = path.relative_to(place)
                if path.suffix.lower() in ENDINGS and path.is_file() and not _hidden(within):
                    found.setdefault(path.resolve(), within.parts)
        elif place.is_file():
            found.setdefault(place.resolve(), (place.name,))
        else:
            raise SongError("does not exist", file=place, remedy="name a folder of songs, or songs")
    if outside is not None:
        album = outside.resolve()
        found = {path: parts for path, parts in found.items() if album not in path.parents}
    if not found and not closed:
        where = ", ".join(map(str, places))
        raise SongError("there is no song in it", file=where, remedy=f"songs end in {', '.join(ENDINGS)}")
    unread = {Path(p.filename): p.strerror or "cannot be read" for p in closed}
    folders = [SongSource(str(p), p, "", f"this folder: {reason}") for p, reason in unread.items()]
    return tuple(sorted([*(_source(n, p) for p, n in _names(found).items()), *folders], key=lambda s: s.name))


def _files(place: Path, closed: list[OSError]) -> Iterator[Path]:
    """Every file below a folder; what hinders from looking into one is added to `closed`."""
    for folder, _, names in os.walk(place, onerror=closed.append):
        yield from (Path(folder, name) for name in names)


def _source(name: str, path: Path) -> SongSource:
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            return SongSource(name, path, "", f"{size / 1e6:.0f} MB; a song has at most {MOST_BYTES / 1e6:.0f} MB")
        return SongSource(name, path, digest(path))
    except OSError as problem:
        return SongSource(name, path, "", problem.strerror or "cannot be read")
    except SongError as problem:
        return SongSource(name, path, "", problem.reason)


def digest(path: Path) -> str:
    """SHA-256 of a file's content.

    Raises
    ------
    SongError
        If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise SongError(
            problem.strerror or "cannot be read", file=path, remedy="look at the file's rights"
        ) from problem


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _name(text: str) -> str:
    return safe_name(text, default="song")


def _names(found: dict[Path, tuple[str, ...]]) -> dict[Path, str]:
    """The file's stem; where several songs share one, the folders before it and the ending, too; as files may be."""
    short = {path: _name(stem(parts[-1])) for path, parts in found.items()}
    stems = Counter(name.casefold() for name in short.values())
    longer = {
        path: short[path] if stems[short[path].casefold()] == 1 else _name(stem(".".join((*parts, ""))))
        for path, parts in found.items()
    }
    taken = Counter(name.casefold() for name in longer.values())
    seen: Counter[str] = Counter()
    out: dict[Path, str] = {}
    for path, name in longer.items():
        seen[name.casefold()] += 1
        out[path] = name if taken[name.casefold()] == 1 else f"{name}-{seen[name.casefold()]}"
    return out
