"""One channel's messages -> notes and controls."""

from __future__ import annotations

from remixkit.midi import spec
from remixkit.midi.reading.timeline import Clock
from remixkit.model.song import Control, Note
from remixkit.model.timing import TICKS_PER_QUARTER

LONGEST_HANGING_TICKS = 4 * TICKS_PER_QUARTER
"""How long a note is held at most whose end is missing: a whole note."""


class ChannelReader:
    """Collects what one track says to one channel.

    Notes of the same pitch that overlap end in the order in which they began, unless an end is missing: then each
    is held to the next onset of its pitch, a whole note at most. A note of no length gets one tick of the file. Data
    entry for a registered parameter becomes one `rpn` control of 14 bits; parameters that are not registered stay
    controllers.

    Parameters
    ----------
    clock : Clock
        From the file's ticks to the model's.
    """

    def __init__(self, clock: Clock) -> None:
        self.notes: list[Note] = []
        self.controls: list[Control] = []
        self.programs: list[tuple[int, int]] = []
        self.first_note_tick: int | None = None
        self.hanging = 0
        self.doubled = 0
        self.left_out = 0
        self.clipped = 0
        self._clock = clock
        self._open: dict[int, list[tuple[int, int]]] = {}
        self._depth = [0] * spec.DATA_STEPS
        self._ended_before: set[tuple[int, int]] = set()
        self._parameter = spec.RPN_NULL
        self._is_registered = True
        self._data = 0

    def message(self, tick: int, status: int, a: int, b: int) -> None:
        """Take one channel message; `tick` counts in the file's unit."""
        kind = status & spec.KIND_BITS
        if kind == spec.NOTE_ON and b:
            if a > spec.MAX_DATA:
                self.left_out += 1
                return
            if b > spec.MAX_DATA:
                b = spec.MAX_DATA
                self.clipped += 1
            if self.first_note_tick is None:
                self.first_note_tick = tick
            self._open.setdefault(a, []).append((tick, b))
            self._depth[a] += 1
        elif kind <= spec.NOTE_ON:
            pending = self._open.get(a)
            if pending is not None:
                self._release(a, pending, tick)
            else:
                self._ended_before.add((a, tick))
        else:
            self._control(self._clock(tick), tick, kind, a, b)

    def close(self, end_tick: int) -> None:
        """End what still sounds, and put everything in order; `end_tick` counts in the file's unit."""
        for pitch, pending in self._open.items():
            self._retrigger(pitch, pending, end_tick)
        self.notes.sort()
        self.controls.sort(key=lambda c: c.tick)

    def _release(self, pitch: int, pending: list[tuple[int, int]], tick: int) -> None:
        pending.append((tick, 0))
        self._depth[pitch] -= 1
        if self._depth[pitch]:
            return
        ends = iter([t for t, velocity in pending if velocity == 0])
        for start, velocity in pending:
            if velocity:
                self._note(start, next(ends), pitch, velocity)
        del self._open[pitch]

    def _retrigger(self, pitch: int, pending: list[tuple[int, int]], end_tick: int) -> None:
        """End each note at the next onset; one that ended in its own tick, before it began, is short."""
        start = velocity = 0
        for tick, v in [*pending, (max(end_tick, pending[-1][0]), 1)]:
            if velocity and (pitch, start) in self._ended_before:
                self._note(start, start, pitch, velocity)
            elif velocity and v and tick == start < end_tick:
                self.doubled += 1
            elif velocity:
                self._note(start, tick, pitch, velocity, is_hanging=v > 0)
            start, velocity = tick, v

    def _note(self, start: int, end: int, pitch: int, velocity: int, *, is_hanging: bool = False) -> None:
        first, last = self._clock(start), self._clock(end)
        if is_hanging:
            self.hanging += 1
            last = min(last, first + LONGEST_HANGING_TICKS)
        if last <= first:
            last = max(first + 1, self._clock(start + 1))
        self.notes.append(Note(first, last, pitch, velocity))

    def _control(self, at: int, tick: int, kind: int, a: int, b: int) -> None:
        if kind in (spec.KEY_PRESSURE, spec.CONTROL_CHANGE, spec.PROGRAM_CHANGE) and a > spec.MAX_DATA:
            self.left_out += 1
            return
        if a > spec.MAX_DATA or b > spec.MAX_DATA:
            a, b = min(a, spec.MAX_DATA), min(b, spec.MAX_DATA)
            self.clipped += 1
        if kind == spec.CONTROL_CHANGE:
            self._controller(at, tick, a, b)
        elif kind == spec.PROGRAM_CHANGE:
            if self.programs:
                self.controls.append(Control(at, "program", 0, a))
            self.programs.append((tick, a))
        elif kind == spec.PITCH_BEND:
            self.controls.append(Control(at, "bend", 0, (b << 7 | a) - spec.BEND_REACH))
        elif kind == spec.CHANNEL_PRESSURE:
            self.controls.append(Control(at, "pressure", 0, a))
        else:
            self.controls.append(Control(at, "key_pressure", a, b))

    def _controller(self, at: int, tick: int, number: int, value: int) -> None:
        if number in (spec.CC_RPN_LSB, spec.CC_RPN_MSB):
            self._is_registered = True
            keep = self._parameter & (spec.MSB_BITS if number == spec.CC_RPN_LSB else spec.LSB_BITS)
            self._parameter = keep | (value if number == spec.CC_RPN_LSB else value << 7)
            self._data = 0
            return
        if number in (spec.CC_NRPN_LSB, spec.CC_NRPN_MSB):
            self._is_registered = False
        if number in (spec.CC_DATA_MSB, spec.CC_DATA_LSB) and self._is_registered:
            self._data_entry(at, number, value)
            return
        if number in spec.ENDS_ALL_NOTES:
            for pitch, pending in self._open.items():
                self._retrigger(pitch, [*pending, (tick, 0)], tick)
                self._depth[pitch] = 0
            self._open.clear()
        self.controls.append(Control(at, "cc", number, value))

    def _data_entry(self, at: int, number: int, value: int) -> None:
        """Data entry to a registered parameter; to none, it does nothing on any instrument and is not kept."""
        if self._parameter == spec.RPN_NULL:
            return
        self._data = value << 7 if number == spec.CC_DATA_MSB else (self._data & spec.MSB_BITS) | value
        new = Control(at, "rpn", self._parameter, self._data)
        for k in range(len(self.controls) - 1, -1, -1):
            old = self.controls[k]
            if old.tick != at:
                break
            if (old.kind, old.number) == ("rpn", self._parameter):
                self.controls[k] = new
                return
        self.controls.append(new)
