"""A file's bytes -> its header and where its tracks lie.

Standard MIDI Files 1.0 (MIDI Manufacturers Association, RP-001) is read as real programs write it: inside a RIFF
wrapper (.rmi), behind foreign bytes, with chunks of other kinds between the tracks, with a wrong number of tracks and
with lengths that do not fit. What cannot be MIDI is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from remixkit.errors import SongError
from remixkit.midi.reading.counting import count, was
from remixkit.midi.reading.limits import MAX_FILE_BYTES, MAX_TRACKS
from remixkit.midi.spec import END_OF_TRACK, FRAME_BIT, HEADER_CHUNK, TRACK_CHUNK

_SMPTE_RATES = {24: 24.0, 25: 25.0, 29: 30_000 / 1_001, 30: 30.0}
_FOREIGN_PREFIX_BYTES = 4_096
_NO_MIDI = "open it in the program it came from and export it as a standard MIDI file"
_ASK_AGAIN = "get the file again"


@dataclass(frozen=True, slots=True)
class TrackSpan:
    """Where a track's events lie: first byte, byte after the last, and whether the file ends before the track does."""

    start: int
    end: int
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Chunks:
    """A file taken apart.

    Parameters
    ----------
    format : int
        0 one track, 1 tracks that sound together, 2 tracks that follow each other.
    ticks_per_quarter : int or None
        None where the file counts time in frames.
    ticks_per_s : float or None
        None where the file counts time in quarter notes.
    data : bytes
        What the spans point into.
    tracks : tuple of TrackSpan
        In file order.
    warnings : tuple of str
        What was mended.
    """

    format: int
    ticks_per_quarter: int | None
    ticks_per_s: float | None
    data: bytes
    tracks: tuple[TrackSpan, ...]
    warnings: tuple[str, ...] = ()


def split(data: bytes, *, file: str) -> Chunks:
    """Take a MIDI file apart.

    Parameters
    ----------
    data : bytes
        The whole file.
    file : str
        Its name, for messages.

    Raises
    ------
    SongError
        If it is not MIDI, holds no track, or does not say how long a tick is.
    """
    if not data:
        raise SongError("the file is empty", file=file, remedy=_ASK_AGAIN)
    if len(data) > MAX_FILE_BYTES:
        raise SongError(
            f"{len(data) / 1e6:.0f} MB; a song has at most {MAX_FILE_BYTES / 1e6:.0f} MB", file=file, remedy=_NO_MIDI
        )
    warnings: list[str] = []
    data = _unwrapped(data)
    at = _header_at(data, file, warnings)
    kind, promised, division, body = _header(data, at, file, warnings)
    per_quarter, per_s = _division(division, file)
    if data.count(TRACK_CHUNK) > MAX_TRACKS:
        raise SongError(f"more than {MAX_TRACKS} tracks, which no song has", file=file, remedy=_NO_MIDI)
    tracks = _tracks(data, body, warnings)
    if not tracks:
        raise SongError("a MIDI header with no track behind it", file=file, remedy=_ASK_AGAIN)
    if promised != len(tracks):
        warnings.append(f"The header promises {count(promised, 'track')}; the file has {len(tracks)}.")
    if kind not in (0, 1, 2):
        warnings.append(f"The header gives the unknown type {kind}; the tracks are taken to sound together.")
        kind = 1
    if kind == 0 and len(tracks) > 1:
        warnings.append("A file of type 0 has one track, this one has more; they are taken to sound together.")
        kind = 1
    return Chunks(kind, per_quarter, per_s, data, tuple(tracks), tuple(warnings))


def _unwrapped(data: bytes) -> bytes:
    """The MIDI file inside a RIFF wrapper (Microsoft's RMID), or the bytes as they are."""
    if data[:4] != b"RIFF" or data[8:12] != b"RMID":
        return data
    inner = data.find(HEADER_CHUNK, 12, 12 + _FOREIGN_PREFIX_BYTES)
    if inner < 0:
        return data
    declared = int.from_bytes(data[inner - 4 : inner], "little") if data[inner - 8 : inner - 4] == b"data" else 0
    return data[inner : inner + declared] if 14 < declared <= len(data) - inner else data[inner:]


def _header_at(data: bytes, file: str, warnings: list[str]) -> int:
    if data.startswith(HEADER_CHUNK):
        return 0
    if data[14:18] == TRACK_CHUNK and data[4:8] == b"\0\0\0\6":
        warnings.append("The header's first four letters are damaged; the rest of it is sound.")
        return 0
    at = data.find(HEADER_CHUNK + b"\0\0\0", 0, _FOREIGN_PREFIX_BYTES)
    if at > 0:
        warnings.append(f"{count(at, 'foreign byte')} before the MIDI header {was(at)} passed over.")
        return at
    if data.startswith(TRACK_CHUNK):
        raise SongError("the MIDI header is missing, so a tick has no length", file=file, remedy=_ASK_AGAIN)
    raise SongError(f"not a MIDI file: {_looks_like(data)}", file=file, remedy=_NO_MIDI)


def _looks_like(data: bytes) -> str:
    for magic, what in _KNOWN:
        if data.startswith(magic):
            return f"it is {what}"
    if not data.strip(b"\0"):
        return "it holds nothing but zeros"
    if all(32 <= b < 127 or b in b"\t\r\n" for b in data[:256]):
        return "it is text"
    return f"it begins with the bytes {data[:4].hex(' ')}, a MIDI file with 4d 54 68 64"


_KNOWN = (
    (b"PK\3\4", "a zip archive"),
    (b"RIFF", "a RIFF file without MIDI in it"),
    (b"ID3", "an MP3"),
    (b"\xff\xfb", "an MP3"),
    (b"OggS", "an Ogg file"),
    (b"fLaC", "a FLAC file"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-zip archive"),
    (b"MMMD", "a ringtone in Yamaha's SMAF format"),
    (b"\x89PNG", "a picture"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "XML"),
)


def _header(data: bytes, at: int, file: str, warnings: list[str]) -> tuple[int, int, int, int]:
    """(type, number of tracks, division, where the next chunk begins)."""
    if len(data) < at + 14:
        raise SongError("the file ends inside its header", file=file, remedy=_ASK_AGAIN)
    length = int.from_bytes(data[at + 4 : at + 8], "big")
    kind, promised, division = (int.from_bytes(data[k : k + 2], "big") for k in range(at + 8, at + 14, 2))
    body = at + 8 + length
    if length != 6:
        plausible = 6 < length < _FOREIGN_PREFIX_BYTES and (body == len(data) or _is_chunk(data, body))
        if not plausible or data[at + 14 : at + 18] == TRACK_CHUNK:
            body = at + 14
        warnings.append(f"The header gives its length as {length} bytes, not 6; the first six were read.")
    return kind, promised, division, body


def _division(division: int, file: str) -> tuple[int | None, float | None]:
    """(ticks a quarter note, None) or (None, ticks a second)."""
    if division < FRAME_BIT:
        if division == 0:
            raise SongError("0 ticks a quarter note: its notes have no place in time", file=file, remedy=_ASK_AGAIN)
        return division, None
    frames, per_frame = 256 - (division >> 8), division % 256
    if frames not in _SMPTE_RATES or per_frame == 0:
        raise SongError(
            f"the header counts time in {frames} frames a second of {per_frame} ticks each, which no file does",
            file=file,
            remedy=_ASK_AGAIN,
        )
    return None, _SMPTE_RATES[frames] * per_frame


def _is_chunk(data: bytes, at: int) -> bool:
    """Whether a chunk could begin here: four printable letters and a length that fits the file."""
    name = data[at : at + 4]
    if name == TRACK_CHUNK:
        return True
    if len(data) < at + 8 or not all(48 <= b < 123 for b in name):
        return False
    return at + 8 + int.from_bytes(data[at + 4 : at + 8], "big") <= len(data)


def _is_almost_track(name: bytes) -> bool:
    return name != TRACK_CHUNK and sum(a == b for a, b in zip(name, TRACK_CHUNK, strict=False)) == 3


def _tracks(data: bytes, at: int, warnings: list[str]) -> list[TrackSpan]:
    tracks: list[TrackSpan] = []
    size = len(data)
    while at < size:
        name = data[at : at + 4]
        length = int.from_bytes(data[at + 4 : at + 8], "big")
        start, end = at + 8, at + 8 + length
        if name == TRACK_CHUNK or (_is_almost_track(name) and data[end - 3 : end] == END_OF_TRACK):
            if name != TRACK_CHUNK:
                warnings.append(f"Chunk {name!r} at byte {at} is a track whose name is damaged.")
            span = _track_span(data, start, end, len(tracks) + 1, warnings)
            tracks.append(span)
            at = span.end
        elif _is_chunk(data, at):
            warnings.append(f"Chunk {name.decode('ascii')} of {length} bytes, which is not music, was passed over.")
            at = end
        else:
            nearest = data.find(TRACK_CHUNK, at)
            skipped = (nearest if nearest >= 0 else size) - at
            where = "after the last track" if nearest < 0 else f"before track {len(tracks) + 1}"
            warnings.append(f"{count(skipped, 'foreign byte')} {where} {was(skipped)} passed over.")
            at += skipped
    return tracks


def _track_span(data: bytes, start: int, end: int, number: int, warnings: list[str]) -> TrackSpan:
    """The span of a track, where the length in its head fits the file; else up to the next track or the file's end."""
    size = len(data)
    following = data.find(END_OF_TRACK + TRACK_CHUNK, start)
    swallows = 0 <= following < end - 3
    fits = end == size or (end < size and (data[end - 3 : end] == END_OF_TRACK or _is_chunk(data, end)))
    if fits and not swallows:
        return TrackSpan(start, end)
    real_end = following + 3 if following >= 0 else data.find(TRACK_CHUNK, start)
    if real_end >= 0 and real_end < size:
        warnings.append(f"Track {number} gives its length as {end - start} bytes; it has {real_end - start}.")
        return TrackSpan(start, real_end)
    if end > size:
        is_cut = data[size - 3 : size] != END_OF_TRACK
        if not is_cut:
            warnings.append(f"Track {number} gives its length as {end - start} bytes; it has {size - start}.")
        return TrackSpan(start, size, is_cut)
    closing = data.find(END_OF_TRACK, max(start, end))
    real_end = closing + 3 if closing >= 0 else size
    warnings.append(f"Track {number} gives its length as {end - start} bytes; it has {real_end - start}.")
    return TrackSpan(start, real_end)
