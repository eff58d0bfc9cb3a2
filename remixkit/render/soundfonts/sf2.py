"""What a SoundFont file offers: its presets, read from the file's own list.

A SoundFont 2 (or 3: samples compressed) is a RIFF file of three lists: INFO, sdta (the samples, chunk `smpl`) and pdta,
whose chunk `phdr` has 38 bytes a preset, the last one only marking the end (SoundFont Technical Specification 2.04,
7.2). FluidSynth reads such a file without a word where it is broken and then plays silence, so it is looked at first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from remixkit.errors import SoundFontError

_PRESET = struct.Struct("<20sHH14x")
_ANOTHER = "name another SoundFont, or fetch this one anew"


@dataclass(frozen=True, slots=True, order=True)
class Preset:
    """An instrument of a SoundFont; bank 128 holds the drum kits."""

    bank: int
    program: int
    name: str


def read_presets(path: Path) -> tuple[Preset, ...]:
    """The presets of a SoundFont, by bank and program.

    Raises
    ------
    SoundFontError
        If the file cannot be read, is no SoundFont, is cut short, or holds no samples or presets.
    """
    try:
        with path.open("rb") as file:
            return _read(file, path)
    except OSError as problem:
        raise SoundFontError(
            problem.strerror or "cannot be read", file=path, remedy="name a SoundFont file (.sf2 or .sf3)"
        ) from problem


def _read(file: BinaryIO, path: Path) -> tuple[Preset, ...]:
    whole = path.stat().st_size
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise SoundFontError(
            "is not a SoundFont" if whole else "is empty", file=path, remedy="name an .sf2 or .sf3 file"
        )
    samples = 0
    presets: tuple[Preset, ...] = ()
    for name, size in _chunks(file, whole, path):
        if name == b"LIST":
            kind = file.read(4)
            inner_end = file.tell() - 4 + size
            for inner, inner_size in _chunks(file, inner_end, path) if kind in (b"sdta", b"pdta") else ():
                if inner == b"smpl":
                    samples = inner_size
                elif inner == b"phdr":
                    presets = _presets(file.read(inner_size))
    if not samples:
        raise SoundFontError("holds no samples", file=path, remedy=_ANOTHER)
    if not presets:
        raise SoundFontError("holds no presets", file=path, remedy=_ANOTHER)
    return presets


def _chunks(file: BinaryIO, end: int, path: Path) -> Iterator[tuple[bytes, int]]:
    """Name and size of each chunk up to `end`; the file stands at its content."""
    while (start := file.tell()) + 8 <= end:
        name, size = struct.unpack("<4sI", file.read(8))
        if start + 8 + size > end:
            raise SoundFontError("is cut short", file=path, place=f"byte {start}", remedy=_ANOTHER)
        yield name, size
        file.seek(start + 8 + size)
        # An odd chunk is padded with a zero, but not by everyone (MuseScore_General_Lite.sf3).
        if size % 2 and file.read(1) != b"\0":
            file.seek(start + 8 + size)


def _presets(records: bytes) -> tuple[Preset, ...]:
    usable = len(records) // _PRESET.size * _PRESET.size
    found = [
        Preset(bank, program, name.split(b"\0")[0].decode("latin-1").strip())
        for name, program, bank in _PRESET.iter_unpack(records[:usable])
    ]
    return tuple(sorted(found[:-1]))
