"""What a player shows of a sound file: title, artist, tempo, key, a picture. mutagen writes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remixkit.errors import OutputError

_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_FRONT_COVER = 3
_UTF16 = 1
MOST_ART_BYTES = 15_000_000
"""A block of FLAC's metadata has 16 MiB at most, the picture's words included (RFC 9639, 8.1)."""
_SERIAL = 1


@dataclass(frozen=True, slots=True)
class Art:
    """A picture for the cover of a file, as the bytes of a PNG or JPEG."""

    data: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class Tags:
    """What a player shows; tempo is in whole beats a minute, the key as ID3 writes it ("F#m")."""

    title: str = ""
    artist: str = ""
    comment: str = ""
    bpm: int = 0
    key: str = ""
    art: Art | None = None


def read_art(path: Path) -> Art:
    """A picture from a file.

    Raises
    ------
    OutputError
        If it cannot be read, is too large, or is neither PNG nor JPEG.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_ART_BYTES + 1)
    except OSError as problem:
        reason = problem.strerror or "cannot be read"
        raise OutputError(reason, file=path, remedy="name a PNG or JPEG file") from problem
    if len(data) > MOST_ART_BYTES:
        most = f"a picture has at most {MOST_ART_BYTES / 1e6:.0f} MB"
        raise OutputError(f"is too large: {most}", file=path, remedy="save it smaller")
    for beginning, mime in _KINDS.items():
        if data.startswith(beginning):
            return Art(data, mime)
    raise OutputError("is neither a PNG nor a JPEG picture", file=path, remedy="save it as one of them")


def write_tags(path: Path, tags: Tags) -> None:
    """Put tags into a finished FLAC, Ogg, MP3 or WAV file.

    FLAC and Ogg get Vorbis comments, MP3 an ID3 tag (2.3, which all players read), WAV one only for a picture: its
    title, artist and comment stand in its own INFO chunk.
    """
    ending = path.suffix.lower()
    if ending in (".flac", ".ogg"):
        _write_comments(path, ending, tags)
    elif ending == ".mp3" or tags.art is not None:
        _write_id3(path, ending, tags)
    if ending == ".ogg":
        steady(path)


def steady(path: Path) -> None:
    """Give an Ogg stream a fixed serial number in place of one drawn from the clock (RFC 3533, 6: bytes 14-17)."""
    from mutagen.ogg import OggPage

    pages = []
    with path.open("rb") as file:
        while True:
            try:
                page = OggPage(file)
            except EOFError:
                break
            page.serial = _SERIAL
            pages.append(page.write())
    path.write_bytes(b"".join(pages))


def _write_comments(path: Path, ending: str, tags: Tags) -> None:
    from base64 import b64encode

    from mutagen.flac import FLAC, Picture
    from mutagen.oggvorbis import OggVorbis

    file: Any = FLAC(path) if ending == ".flac" else OggVorbis(path)
    fields = {
        "title": tags.title,
        "artist": tags.artist,
        "comment": tags.comment,
        "software": "RemixKit",
        "bpm": str(tags.bpm) if tags.bpm else "",
        "initialkey": tags.key,
    }
    for field, text in fields.items():
        if text:
            file[field] = text
    if tags.art is not None:
        picture: Any = Picture()
        picture.data, picture.mime, picture.type = tags.art.data, tags.art.mime, _FRONT_COVER
        if ending == ".flac":
            file.add_picture(picture)
        else:
            file["metadata_block_picture"] = b64encode(picture.write()).decode("ascii")
    file.save(padding=lambda _: 0)


def _write_id3(path: Path, ending: str, tags: Tags) -> None:
    from mutagen import id3
    from mutagen.mp3 import MP3
    from mutagen.wave import WAVE

    frames: Any = id3
    file: Any = MP3(path) if ending == ".mp3" else WAVE(path)
    if file.tags is None:
        file.add_tags()
    fields = {
        frames.TIT2: tags.title,
        frames.TPE1: tags.artist,
        frames.TBPM: str(tags.bpm) if tags.bpm else "",
        frames.TKEY: tags.key,
        frames.TSSE: "RemixKit",
    }
    for frame, text in fields.items():
        if text:
            file.tags.add(frame(encoding=_UTF16, text=[text]))
    if tags.comment:
        file.tags.add(frames.COMM(encoding=_UTF16, lang="und", desc="", text=[tags.comment]))
    if tags.art is not None:
        file.tags.add(frames.APIC(encoding=0, mime=tags.art.mime, type=_FRONT_COVER, desc="", data=tags.art.data))
    file.save(v2_version=3, padding=lambda _: 0)
