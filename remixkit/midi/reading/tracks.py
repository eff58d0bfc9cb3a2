"""All tracks of a file decoded, with what was mended said once, and a file that lost too much refused."""

from __future__ import annotations

from remixkit.errors import SongError
from remixkit.midi.reading.chunks import Chunks, TrackSpan
from remixkit.midi.reading.counting import count, was
from remixkit.midi.reading.events import LONG_META, LONG_SYSEX, SYSTEM, Decoded, decode
from remixkit.midi.reading.limits import MAX_EVENTS
from remixkit.midi.spec import END_OF_TRACK, META, META_PRIVATE

_MOST_LOST = 0.5
_LONGEST_EVENT_BYTES = 64
_END_MARK = b"\0" + END_OF_TRACK
_MENDED = {
    SYSTEM: ("message that no file may hold", "messages that no file may hold", "left out"),
    LONG_SYSEX: (
        "system exclusive of a wrong length",
        "system exclusives of a wrong length",
        "read up to the end mark",
    ),
    LONG_META: ("meta event", "meta events", "left out that swallowed notes by a wrong length"),
}


def decode_all(raw: Chunks, *, file: str, warnings: list[str]) -> list[Decoded]:
    """Decode every track of a file.

    Parameters
    ----------
    raw : Chunks
        The file taken apart.
    file : str
        Its name, for messages.
    warnings : list of str
        Takes what was mended.

    Raises
    ------
    SongError
        If there are more events than a song has, or more than half of the bytes can't be read.
    """
    out: list[Decoded] = []
    left = MAX_EVENTS
    lost = 0
    first_break = ""
    for number, span in enumerate(raw.tracks, 1):
        data = raw.data[span.start : span.end]
        track = decode(data, left)
        left -= len(track.events)
        if left < 0:
            raise SongError(f"more than {MAX_EVENTS} events, which no song has", file=file, remedy="thin it out")
        unread = _unread(data, track, span, number, warnings)
        if unread and not first_break:
            first_break = f"track {number}, byte {span.end - unread}"
        lost += unread
        out.append(track)
    if lost > _MOST_LOST * sum(span.end - span.start for span in raw.tracks):
        raise SongError("damaged beyond reading", file=file, place=first_break, remedy="get the file again")
    warnings.extend(_mended(out))
    return out


def _unread(data: bytes, track: Decoded, span: TrackSpan, number: int, warnings: list[str]) -> int:
    """How many bytes of a track are lost; says why."""
    rest = data[track.read_bytes :]
    if span.is_cut and len(rest) < _LONGEST_EVENT_BYTES:
        if not _END_MARK.startswith(rest) or not rest:
            warnings.append(f"The file ends in the middle of track {number}; what is there was read.")
        return 0
    if not track.is_broken:
        if rest:
            warnings.append(
                f"{count(len(rest), 'byte')} behind the end mark of track {number} {was(len(rest))} passed over."
            )
        return 0
    if all(status == META for _, status, *_ in track.events) and any(e[2] == META_PRIVATE for e in track.events):
        warnings.append(f"Track {number} holds private data of the program that wrote it; passed over.")
        return 0
    warnings.append(
        f"Track {number} is damaged from byte {span.end - len(rest)} of the file on; "
        f"its last {len(rest)} of {count(len(data), 'byte')} are lost."
    )
    return len(rest)


def _mended(tracks: list[Decoded]) -> list[str]:
    out: list[str] = []
    for kind, (one, many, how) in _MENDED.items():
        n = sum(track.faults.get(kind, 0) for track in tracks)
        if n:
            out.append(f"{count(n, one, many)} {was(n)} {how}.")
    return out
