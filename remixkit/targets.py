"""What a file's ending asks for: MIDI, a score, sound, or one of the exporters."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from remixkit import plugins
from remixkit.errors import OutputError

Kind = Literal["midi", "score", "sound", "export"]

KINDS: dict[str, Kind] = {
    ".mid": "midi",
    ".midi": "midi",
    ".musicxml": "score",
    ".wav": "sound",
    ".flac": "sound",
    ".ogg": "sound",
    ".mp3": "sound",
}


def kind_of(path: Path) -> Kind:
    """What a target's ending asks for.

    Raises
    ------
    OutputError
        If nothing is written with that ending.
    """
    ending = path.suffix.lower()
    if export_ending(path):
        return "export"
    if ending in KINDS:
        return KINDS[ending]
    remedy = f"use one of {' '.join([*KINDS, *(f'.{name}' for name in plugins.names(plugins.EXPORTS))])}"
    if ending == ".png":
        raise OutputError("a cover is no picture", file=path, remedy="draw one with `remixkit roll`")
    raise OutputError(f"the ending {ending!r} is unknown" if ending else "it has no ending", file=path, remedy=remedy)


def export_ending(path: Path) -> str:
    """The longest ending of a path that an export is registered for, without its dot; empty if there is none."""
    found = [name for name in plugins.names(plugins.EXPORTS) if path.name.lower().endswith(f".{name}")]
    return max(found, key=len, default="")
