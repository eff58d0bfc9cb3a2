"""Which names an album's files may have: plain ones inside it, on every system that the album may be carried to."""

from __future__ import annotations

import re

SOURCES = "sources"

# A drive (``C:song``) leads elsewhere on Windows; a name that begins with a dot is hidden.
_ELSEWHERE = re.compile(r"[A-Za-z]:|\.")
_ENDING = re.compile(r"(\.[A-Za-z0-9]{1,16}){1,3}")


def is_plain(name: str) -> bool:
    """Whether a name stays in its folder: no path, drive, URL, control character, nothing hidden."""
    return bool(name) and name.isprintable() and not set(name) & {"/", "\\"} and not _ELSEWHERE.match(name)


def is_file_of(piece: str, is_source: bool, name: str) -> bool:
    """Whether a piece may have a file of that name: ``PIECE.mid``, or ``sources/PIECE.flac`` for a source."""
    stem = f"{SOURCES}/{piece}" if is_source else piece
    return name.startswith(stem) and bool(_ENDING.fullmatch(name[len(stem) :]))
