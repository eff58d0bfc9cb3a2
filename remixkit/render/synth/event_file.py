"""What some parts play, as a MIDI file in memory that FluidSynth's own player reads while it renders.

So Python has nothing to do between one block and the next, and other threads may work. A tick is a millisecond, the
player's clock; what it is told in one of FluidSynth's blocks of 64 samples is heard from the next one on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from remixkit.midi import spec
from remixkit.render.synth.part_events import QUANTUM, SynthEvent

_TICKS_A_QUARTER, _TEMPO_US = 1000, 1_000_000
_HEADER = spec.HEADER_CHUNK + (6).to_bytes(4, "big") + (0).to_bytes(2, "big") + (1).to_bytes(2, "big")
_TEMPO = bytes((0, spec.META, spec.META_TEMPO, 3)) + _TEMPO_US.to_bytes(3, "big")
# The tape never ends while it is listened to: at its end the player would let go of what still sounds.
_END = spec.LONGEST_WAIT + spec.END_OF_TRACK

_MESSAGES: dict[str, Callable[[int, SynthEvent], tuple[int, ...]]] = {
    "on": lambda channel, e: (spec.NOTE_ON | channel, e.number, e.value),
    "off": lambda channel, e: (spec.NOTE_OFF | channel, e.number, 0),
    "cc": lambda channel, e: (spec.CONTROL_CHANGE | channel, e.number, e.value),
    "bend": lambda channel, e: (spec.PITCH_BEND | channel, e.value & spec.DATA_BITS, e.value >> 7),
    "pressure": lambda channel, e: (spec.CHANNEL_PRESSURE | channel, e.value),
    "key_pressure": lambda channel, e: (spec.KEY_PRESSURE | channel, e.number, e.value),
}


def fits(event: SynthEvent) -> bool:
    """Whether an event can stand on a tape: it comes after the first block, and is no preset of a certain bank."""
    return event.frame >= QUANTUM and event.action in _MESSAGES


def tape(events: Iterable[tuple[SynthEvent, int]], sample_rate_hz: int) -> bytes:
    """Events that fit, in the order they happen, each with its channel (0-15)."""
    body = bytearray(_TEMPO)
    now = 0
    for event, channel in events:
        tick = int(1000.0 * (event.frame - QUANTUM) / sample_rate_hz)
        body += _length(tick - now)
        body += bytes(_MESSAGES[event.action](channel, event))
        now = tick
    body += _END
    return _HEADER + _TICKS_A_QUARTER.to_bytes(2, "big") + spec.TRACK_CHUNK + len(body).to_bytes(4, "big") + body


def _length(value: int) -> bytes:
    """A variable-length quantity."""
    out = bytes([value & spec.DATA_BITS])
    while value := value >> 7:
        out = bytes([value & spec.DATA_BITS | spec.STATUS_BIT]) + out
    return out
