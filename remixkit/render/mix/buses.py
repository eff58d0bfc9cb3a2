"""Buses: what several parts go through together on their way to the sum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from remixkit.model.arrangement import Arrangement, Bus
from remixkit.render.effects.blocks import Block, Processor, highest, ratio
from remixkit.render.effects.chain import chain
from remixkit.render.effects.space import room_alone
from remixkit.render.mix.automation import Sweep, automation_fader, ducking
from remixkit.render.synth.part_events import FramesOf

# The room that all parts share. A part with CC 91 = 127 sends all of itself, and what comes back is so much softer.
_ROOM, _DAMPING, _PREDELAY_MS, _RETURN_DB = 0.72, 0.45, 18.0, -4.0

_PATIENCE_S = 4.5
_ALMOST_NOTHING = ratio(-100.0)

# What goes to the sum, and what goes to the room.
Passed = tuple[Block, Block]

# Parts that name no bus, or one that is not there.
DIRECT = Bus("")


def common_room(sample_rate_hz: int) -> Processor:
    """What comes back from the room that all parts share."""
    room = room_alone(sample_rate_hz, _ROOM, _DAMPING, _PREDELAY_MS)
    wet = np.float32(ratio(_RETURN_DB))
    return lambda sent: wet * room(sent)


class BusLine:
    """A bus at work, block by block from the beginning."""

    def __init__(self, bus: Bus, arrangement: Arrangement, frames_of: FramesOf, sample_rate_hz: int) -> None:
        self._effects = chain(bus.fx, sample_rate_hz, arrangement.seed, bus.name)
        self._level = np.float32(ratio(bus.level_db))
        self._send = None if bus.reverb is None else np.float32(bus.reverb / 127.0)
        faders = [automation_fader(bus.automation, frames_of)]
        if bus.duck is not None:
            faders.append(ducking(bus.duck, arrangement.parts, frames_of, sample_rate_hz))
        self._faders = [f for f in faders if f is not None]
        self._sweep, self._sent_sweep = (Sweep(bus.automation, frames_of, sample_rate_hz) for _ in range(2))
        self._tail = TailDetector(sample_rate_hz)

    def pass_on(self, sums: Passed | None, start: int, frames: int) -> Passed | None:
        """The sum of its parts, and what they send, behind the bus; None if nothing comes of it."""
        if sums is None and (self._effects is None or self._tail.is_over):
            return None
        sound, sent = sums or (np.zeros((2, frames), np.float32), np.zeros((2, frames), np.float32))
        if self._effects is not None:
            sound = self._effects(sound)
            self._tail.note(sums is not None, sound)
        sound, sent = sound * self._level, sent * self._level
        for fader in self._faders:
            gain = fader.over(start, frames)
            sound, sent = sound * gain, sent * gain
        sound = self._sweep.over(sound, start)
        return sound, self._sent_sweep.over(sent, start) if self._send is None else sound * self._send


class TailDetector:
    """Whether effects may rest: nothing has come in, nor out, for longer than the longest echo."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._longest = self._silent = int(_PATIENCE_S * sample_rate_hz)

    @property
    def is_over(self) -> bool:
        """Before the first sound, and long enough after the last."""
        return self._silent >= self._longest

    def note(self, heard: bool, out: Block) -> None:
        """A block went in, which was not silent if `heard`, and came out like this."""
        self._silent = 0 if heard or highest(out) > _ALMOST_NOTHING else self._silent + out.shape[1]


def bus_lines(arrangement: Arrangement, frames_of: FramesOf, sample_rate_hz: int) -> tuple[list[BusLine], list[int]]:
    """The buses, the direct way first, and the place of each part's in that list."""
    buses: Sequence[Bus] = (DIRECT, *arrangement.master.buses)
    places = {bus.name: k for k, bus in enumerate(buses)}
    made = [BusLine(bus, arrangement, frames_of, sample_rate_hz) for bus in buses]
    return made, [places.get(part.bus, 0) for part in arrangement.parts]
