"""A track's bytes -> its events.

Decoded here and not by mido, which gives up at the first damaged byte and takes longer than reading the whole song.
Running status is kept across meta events and system exclusives, as many programs write it although RP-001 forbids it.

Damage is mended only where one reading is plainly right, judged by whether what follows is sound; elsewhere the track
ends at the damage, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from remixkit.midi.spec import (
    DATA_BITS,
    DATA_BYTES,
    ESCAPE,
    KIND_BITS,
    META,
    META_END,
    PITCH_BEND,
    PROGRAM_CHANGE,
    SHORT_METAS,
    STATUS_BIT,
    SYSEX,
    SYSTEM_DATA_BYTES,
)

_LONGEST_ODD_META_BYTES = 32
_LOOK_AHEAD_EVENTS = 24
_LEAST_SOUND_EVENTS = 6
_LONGEST_SEARCH_BYTES = 65_536

Event = tuple[int, int, int, int, bytes]
"""(tick, status, first data byte or meta type, second data byte, payload of a meta event or system exclusive)."""


@dataclass(slots=True)
class Decoded:
    """A track's events, in order, and what was wrong with it.

    Parameters
    ----------
    events : list of Event
        Those that could be read.
    end_tick : int
        Where the track ends, in the file's ticks.
    read_bytes : int
        How far it was read.
    is_broken : bool
        Whether it could be read no further.
    faults : dict
        How often each kind of event was mended.
    """

    events: list[Event] = field(default_factory=list)
    end_tick: int = 0
    read_bytes: int = 0
    is_broken: bool = False
    faults: dict[str, int] = field(default_factory=dict)

    def fault(self, kind: str) -> None:
        """Count one more mended event of a kind."""
        self.faults[kind] = self.faults.get(kind, 0) + 1


class _BrokenError(Exception):
    """The bytes are no event."""


SYSTEM, LONG_SYSEX, LONG_META = "system", "long sysex", "long meta"
"""What was mended: messages that belong in no file; system exclusives and meta events whose length is wrong."""


def decode(track: bytes, most_events: int) -> Decoded:
    """Decode a track.

    Parameters
    ----------
    track : bytes
        The chunk without its head.
    most_events : int
        Decoding stops once there are more.

    Returns
    -------
    Decoded
        Never raises on what the bytes hold.
    """
    out = Decoded()
    events = out.events
    append = events.append
    size = len(track)
    at = begin = tick = running = trusted = 0
    try:
        while at < size and len(events) <= most_events:
            begin = at
            delta = track[at]
            at += 1
            if delta >= STATUS_BIT:
                delta, at = _quantity(track, begin)
            tick += delta
            status = track[at]
            if status >= STATUS_BIT:
                at += 1
            elif running:
                status = running
            else:
                raise _BrokenError

            if status < SYSEX:
                running = status
                a = track[at]
                if PROGRAM_CHANGE <= status < PITCH_BEND:
                    b = 0
                    at += 1
                else:
                    b = track[at + 1]
                    at += 2
                if a >= STATUS_BIT or (b >= STATUS_BIT and len(events) >= trusted):
                    trusted = len(events) + _sound_behind(track, at, running)
                append((tick, status, a, b, b""))
            elif status == META:
                kind = track[at]
                length, at = _quantity(track, at + 1)
                if length > _LONGEST_ODD_META_BYTES and kind in SHORT_METAS and _holds_events(track, at, running):
                    out.fault(LONG_META)
                    continue
                if at + length > size:
                    raise _BrokenError
                if kind == META_END:
                    at += length
                    break
                append((tick, META, kind, 0, track[at : at + length]))
                at += length
            elif status in (SYSEX, ESCAPE):
                payload, at, sound = _exclusive(track, at, running, out, is_trusted=len(events) < trusted)
                trusted = max(trusted, len(events) + sound)
                append((tick, status, 0, 0, payload))
            else:
                out.fault(SYSTEM)
                at += SYSTEM_DATA_BYTES.get(status, 0)
    except (IndexError, _BrokenError):
        out.is_broken = True
        at = begin
    out.end_tick = tick
    out.read_bytes = at
    return out


def _quantity(track: bytes, at: int) -> tuple[int, int]:
    """A variable-length quantity and where it ends; it has at most four bytes."""
    value = 0
    for k in range(at, at + 4):
        byte = track[k]
        value = value << 7 | byte & DATA_BITS
        if byte < STATUS_BIT:
            return value, k + 1
    raise _BrokenError


def _sound_behind(track: bytes, at: int, running: int) -> int:
    """How many sound events follow a message with a data byte above 127: enough to know that it is whole."""
    sound = sound_events(track, at, running, may_be_high=True)
    if sound < _LEAST_SOUND_EVENTS:
        raise _BrokenError
    return sound


def _holds_events(track: bytes, at: int, running: int) -> bool:
    """Whether what a meta event says is its content is a row of sound events."""
    return sound_events(track, at, running) >= _LOOK_AHEAD_EVENTS


def _exclusive(track: bytes, at: int, running: int, out: Decoded, *, is_trusted: bool) -> tuple[bytes, int, int]:
    """A system exclusive's payload, where to go on, and how many sound events follow as far as known.

    Where its length does not lead to its end mark, either the mark is missing or the length is wrong.
    """
    length, begin = _quantity(track, at)
    end = begin + length
    fits = end <= len(track)
    if fits and (is_trusted or length == 0 or track[end - 1] == ESCAPE):
        return track[begin:end], end, 0
    sound = sound_events(track, end, running) if fits else 0
    closing = track.find(ESCAPE, begin, begin + _LONGEST_SEARCH_BYTES) if sound < _LEAST_SOUND_EVENTS else -1
    if closing >= 0 and (behind := sound_events(track, closing + 1, running)) >= max(sound, _LEAST_SOUND_EVENTS):
        out.fault(LONG_SYSEX)
        return track[begin : closing + 1], closing + 1, behind
    if not sound:
        raise _BrokenError
    return track[begin:end], end, sound


def sound_events(track: bytes, at: int, running: int, *, may_be_high: bool = False) -> int:
    """How many events from a byte on are sound, up to a bound; the bound too where the track ends as it should.

    With `may_be_high` a message may end in a byte above 127: some programs write every loud velocity so.
    """
    size = len(track)
    if at == size:
        return _LOOK_AHEAD_EVENTS
    for done in range(_LOOK_AHEAD_EVENTS):
        try:
            _, at = _quantity(track, at)
            status = track[at]
            if status >= STATUS_BIT:
                at += 1
            else:
                status = running
            if status < STATUS_BIT or SYSEX < status < ESCAPE or ESCAPE < status < META:
                return done
            if status < SYSEX:
                running = status
                count = DATA_BYTES[status & KIND_BITS]
                first, last = track[at], track[at + count - 1]
                at += count
                if (last >= STATUS_BIT and not may_be_high) or (first >= STATUS_BIT and count == 2):
                    return done
            elif status == META:
                kind = track[at]
                length, at = _quantity(track, at + 1)
                at += length
                if kind == META_END:
                    return _LOOK_AHEAD_EVENTS if at == size else done
                if kind >= STATUS_BIT:
                    return done
            else:
                length, at = _quantity(track, at)
                at += length
        except (IndexError, _BrokenError):
            return done
        if at > size:
            return done
    return _LOOK_AHEAD_EVENTS
