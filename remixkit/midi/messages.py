"""What a file says beside its notes, word for word: which messages there are, and to whom they go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from remixkit.midi import spec
from remixkit.midi.reading.timeline import FINEST_DENOMINATOR, Clock
from remixkit.model.song import Message

OF_THE_SONG = frozenset(
    {
        spec.META_SEQUENCE,
        spec.META_COPYRIGHT,
        spec.META_MARKER,
        spec.META_CUE,
        spec.META_OFFSET,
        spec.META_METER,
        spec.META_KEY,
    }
)
"""Meta events that concern everybody, in whatever track they stand."""
OF_EVERY_CHANNEL = frozenset({spec.META_NAME, spec.META_INSTRUMENT})
"""Meta events that each channel of a track gets where there are several."""

Slot = tuple[int, int]
"""(port, channel)."""


@dataclass(slots=True)
class TrackMessages:
    """The messages of one track, in order: (tick of the file, whom they name or None, bytes)."""

    messages: list[tuple[int, Slot | None, bytes]] = field(default_factory=list)
    port: tuple[int, bytes] | None = None
    lost: int = 0
    _open: int | None = None

    def channel(self, tick: int, to: Slot, status: int, a: int, b: int, *, is_first: bool) -> None:
        """A channel message. Values above 127 are read as 127; an impossible number says nothing.

        The first to a channel of a track with a port says the port before it.
        """
        if is_first and self.port is not None:
            self.messages.append((self.port[0], to, self.port[1]))
        kind = status & spec.KIND_BITS
        if kind < spec.KEY_PRESSURE or (a > spec.MAX_DATA and kind in {*spec.NUMBERED, spec.PROGRAM_CHANGE}):
            return
        values = [min(value, spec.MAX_DATA) for value in (a, b)][: spec.DATA_BYTES[kind]]
        self.messages.append((tick, to, bytes((status, *values))))

    def exclusive(self, tick: int, status: int, payload: bytes) -> None:
        """A system exclusive, or a packet that goes on with the last one; what cannot be one is counted as lost.

        One without an end mark gets it.
        """
        content = payload.removesuffix(spec.SYSEX_END)
        if not content.isascii() or (status == spec.ESCAPE and self._open is None):
            self.lost += 1
            return
        if status == spec.ESCAPE and self._open is not None:
            tick, _, begun = self.messages[self._open]
            self.messages[self._open] = (tick, None, begun.removesuffix(spec.SYSEX_END) + content + spec.SYSEX_END)
        else:
            self._open = len(self.messages)
            self.messages.append((tick, None, bytes((spec.SYSEX,)) + content + spec.SYSEX_END))
        if payload.endswith(spec.SYSEX_END):
            self._open = None

    def meta(self, tick: int, kind: int, payload: bytes, to: Slot | None) -> None:
        """A meta event but the tempo, which is the grid's, and but those that say to whom the next ones go."""
        if kind == spec.META_PORT and payload:
            self.port = (tick, bytes((spec.META, spec.META_PORT)) + payload[:1])
        elif kind == spec.META_METER:
            if (meter := _meter(payload)) is not None:
                self.messages.append((tick, None, meter))
        elif kind not in (spec.META_TEMPO, spec.META_CHANNEL, spec.META_PORT) and (
            kind != spec.META_KEY or _is_key(payload)
        ):
            self.messages.append((tick, to, bytes((spec.META, kind)) + payload))

    def forget_meters(self) -> None:
        """Without time signatures, for files that count no beats."""
        self.messages = [m for m in self.messages if m[2][:2] != bytes((spec.META, spec.META_METER))]


def on_channel(messages: Sequence[Message], channel: int) -> tuple[Message, ...]:
    """The same messages to another channel, 0-15; system exclusives and meta events as they are."""
    return tuple(
        Message(m.tick, bytes((m.data[0] & spec.KIND_BITS | channel,)) + m.data[1:]) if m.data[0] < spec.SYSEX else m
        for m in messages
    )


def _meter(payload: bytes) -> bytes | None:
    """A time signature of four bytes, as players of files want it; None if it is impossible."""
    if len(payload) < 2 or not payload[0] or 1 << min(payload[1], 31) > FINEST_DENOMINATOR:
        return None
    return (
        bytes((spec.META, spec.META_METER)) + payload[:2] + (payload[2:4] if len(payload) >= 4 else spec.METER_CLOCKS)
    )


def _is_key(payload: bytes) -> bool:
    """Whether these are at most seven accidentals and a mode."""
    return len(payload) >= 2 and abs(int.from_bytes(payload[:1], "big", signed=True)) <= 7 and payload[1] <= 1


def by_slot(
    track: TrackMessages, slots: Sequence[Slot], singer: Slot | None, clock: Clock, *, is_only: bool
) -> tuple[Mapping[Slot, tuple[Message, ...]], tuple[Message, ...]]:
    """A track's messages by whom they go to.

    Parameters
    ----------
    track : TrackMessages
        Of one track.
    slots : sequence of (port, channel)
        Who plays in it.
    singer : (port, channel) or None
        Who has its lyrics.
    clock : Clock
        From the file's ticks to the model's.
    is_only : bool
        Whether the file has no other track (type 0): then its name is the song's.

    Returns
    -------
    (mapping of slot to messages, messages)
        What goes to each player, and what goes to none of them. Where a track has one player, all goes to it but what
        concerns the song.
    """
    own: dict[Slot, list[Message]] = {slot: [] for slot in slots}
    rest: list[Message] = []
    for tick, to, data in sorted(track.messages, key=lambda m: m[0]):
        message = Message(clock(tick), data)
        listeners = list(_listeners(data, to, slots, singer, is_only=is_only))
        for slot in listeners:
            own[slot].append(message)
        if not listeners:
            rest.append(message)
    return {slot: tuple(messages) for slot, messages in own.items()}, tuple(rest)


def _listeners(
    data: bytes, to: Slot | None, slots: Sequence[Slot], singer: Slot | None, *, is_only: bool
) -> Iterator[Slot]:
    kind = data[1] if data[0] == spec.META else -1
    if kind in OF_THE_SONG or (is_only and kind in OF_EVERY_CHANNEL and to is None):
        return
    if to in slots and to is not None:
        yield to
    elif kind == spec.META_LYRIC and singer is not None:
        yield singer
    elif len(slots) == 1 or kind in OF_EVERY_CHANNEL:
        yield from slots
