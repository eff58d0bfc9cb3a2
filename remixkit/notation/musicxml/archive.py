"""Compressed scores (.mxl): the score that the container names, unpacked as far as a score may be long."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from remixkit.errors import SongError
from remixkit.notation.musicxml.elements.values import line
from remixkit.notation.musicxml.limits import MAX_BYTES
from remixkit.notation.musicxml.tree import EXPORT, decoded, elements

ZIP = b"PK\3\4"

_CONTAINER = "META-INF/container.xml"
_MAX_CONTAINER_BYTES = 100_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    struct.error,
)


def unpacked(data: bytes, file: str) -> bytes:
    """The score in a compressed file: the one its container names, else the first that looks like one.

    Sizes are counted while unpacking, whatever the archive says of them.

    Raises
    ------
    SongError
        If the archive is damaged, has no score, or the score is larger than `MAX_BYTES`.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            scores = [n for n in names if PurePosixPath(n).suffix.lower() in (".xml", ".musicxml")]
            scores = [n for n in scores if not n.startswith(("META-INF/", "__MACOSX/"))]
            named = _named(archive, names, file)
            if named:
                scores.insert(0, named)
            if not scores:
                raise SongError(_instead(names), file=file, remedy=EXPORT)
            return _read(archive, scores[0], MAX_BYTES, file)
    except _BROKEN as problem:
        raise SongError(f"it cannot be unpacked ({line(str(problem))})", file=file, remedy=EXPORT) from problem


def _read(archive: zipfile.ZipFile, name: str, most: int, file: str) -> bytes:
    if archive.getinfo(name).compress_type not in _METHODS:
        raise SongError("it is packed by a method that MusicXML does not use", file=file, remedy=EXPORT)
    with archive.open(name) as packed:
        data = packed.read(most + 1)
    if len(data) > most:
        raise SongError(f"{line(name)[:60]} unpacks to more than {most} bytes", file=file, remedy="give a part of it")
    return data


def _named(archive: zipfile.ZipFile, names: list[str], file: str) -> str | None:
    """The first root file of the container that is there."""
    if _CONTAINER not in names:
        return None
    container = decoded(_read(archive, _CONTAINER, _MAX_CONTAINER_BYTES, file))
    try:
        roots = elements(container, file).iter("rootfile")
    except SongError:
        return None
    return next((e.get("full-path", "") for e in roots if e.get("full-path") in names), None)


def _instead(names: list[str]) -> str:
    if any(n.endswith(".mscx") for n in names):
        return "it is a MuseScore file"
    if any(n.endswith("score.gpif") for n in names):
        return "it is a Guitar Pro file"
    return "there is no score in the archive"
