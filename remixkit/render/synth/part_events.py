"""A part as a synthesiser plays it: events at their samples, and the fader beside them.

Volume (CC 7) and reverb send (CC 91) are not played but mixed, behind the part's own effects: a guitar that is turned
down stays as distorted as it was. Everything else goes to the synthesiser.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from remixkit.midi.spec import (
    BEND_REACH,
    CC_BANK_LSB,
    CC_BANK_MSB,
    CC_PAN,
    CC_REVERB,
    CC_VOLUME,
    DATA_BITS,
    MAX_14_BIT,
    MAX_DATA,
    parameter_steps,
)
from remixkit.model.arrangement import Part
from remixkit.model.song import Control, Note
from remixkit.model.timing import TempoMap
from remixkit.render.soundfonts.lookup import SoundFont
from remixkit.render.soundfonts.sf2 import Preset

# FluidSynth starts and stops notes at multiples of so many samples, 1.5 ms at 44.1 kHz.
QUANTUM = 64

# A fader moves over so many samples, so that it does not click.
_MOVE_FRAMES = 512

FramesOf = Callable[[list[int]], list[int]]
Action = Literal["off", "preset", "cc", "bend", "pressure", "key_pressure", "on"]
_RANK: dict[Action, int] = {"off": 0, "preset": 1, "cc": 2, "bend": 3, "pressure": 4, "key_pressure": 5, "on": 6}


class SynthEvent(NamedTuple):
    """What a synthesiser is told, at a multiple of `QUANTUM`; events at one frame stand in the order they need."""

    frame: int
    rank: int
    order: int
    action: Action
    number: int
    value: int


@dataclass(frozen=True, slots=True)
class Fader:
    """A gain over time: straight lines between corners, at these frames, with these gains, shapes (k,)."""

    frames: NDArray[np.float64]
    gains: NDArray[np.float64]

    def over(self, start: int, length: int) -> NDArray[np.float32] | np.float32:
        """The gain over some frames, shape (length,), or one number where it does not move."""
        before, after = np.searchsorted(self.frames, [start, start + length - 1], side="right")
        if before == after and self.gains[before - 1] == self.gains[min(after, len(self.gains) - 1)]:
            return np.float32(self.gains[before - 1])
        return np.interp(np.arange(start, start + length), self.frames, self.gains).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Performance:
    """A part, ready to be played.

    Parameters
    ----------
    soundfont : SoundFont
        What it is played with; the events name presets of it.
    events : tuple of SynthEvent
        In the order they happen.
    volume, reverb : Fader
        What the mixer does with the sound.
    end_frame : int
        The last release.
    warnings : tuple of str
        Instruments that the SoundFont lacks.
    """

    soundfont: SoundFont
    events: tuple[SynthEvent, ...]
    volume: Fader
    reverb: Fader
    end_frame: int
    warnings: tuple[str, ...]


def perform(part: Part, tempo: TempoMap, soundfont: SoundFont, sample_rate_hz: int) -> Performance:
    """Put a part's notes and controls at their samples; sample 0 is tick 0, and what lies before it comes with it.

    A preset that the SoundFont lacks gives way to its nearest kin, and a warning says so.
    """
    frames_of = frame_clock(tempo, sample_rate_hz)
    presets = _Presets(part, soundfont)
    setup = Control(0, "program", 0, part.program)
    before = [Control(0, "cc", CC_PAN, part.pan)]
    events = presets.follow(0, setup)
    for control, frame in zip(
        [*before, *part.controls], frames_of([c.tick for c in [*before, *part.controls]]), strict=True
    ):
        events += presets.follow(frame, control)
    if presets.playable:
        events += _note_events(part.notes, frames_of)
    ordered = sorted(e._replace(order=k) for k, e in enumerate(events))
    return Performance(
        soundfont,
        tuple(ordered),
        _fader(part, CC_VOLUME, part.volume, frames_of, power=2),
        _fader(part, CC_REVERB, part.reverb, frames_of, power=1),
        max((e.frame for e in ordered if e.action == "off"), default=0),
        tuple(dict.fromkeys(presets.warnings)),
    )


def frame_clock(tempo: TempoMap, sample_rate_hz: int) -> FramesOf:
    """What turns ticks into frames, multiples of `QUANTUM`; frame 0 is tick 0, and what lies before it is at 0, too."""

    def frames_of(ticks: list[int]) -> list[int]:
        seconds = tempo.to_s(ticks) - tempo.start_s
        quanta: list[int] = np.rint(np.maximum(seconds, 0.0) * (sample_rate_hz / QUANTUM)).astype(np.int64).tolist()
        return [q * QUANTUM for q in quanta]

    return frames_of


class _Presets:
    """Turns controls into events, keeping the bank that the next program change will mean."""

    def __init__(self, part: Part, soundfont: SoundFont) -> None:
        self.part, self.soundfont = part, soundfont
        self.bank = part.bank
        self.warnings: list[str] = []
        self.playable = True

    def follow(self, frame: int, control: Control) -> list[SynthEvent]:
        kind, number, value = control.kind, control.number, control.value
        if kind == "program":
            return self._program(frame, value)
        if kind == "rpn":
            return [_event(frame, "cc", n, v) for n, v in parameter_steps(number, value)]
        if kind == "bend":
            return [_event(frame, "bend", 0, min(max(value + BEND_REACH, 0), MAX_14_BIT))]
        if kind != "cc":
            return [_event(frame, kind, number, value)]
        if number == CC_BANK_MSB:
            self.bank = value << 7 | self.bank & DATA_BITS
        elif number == CC_BANK_LSB:
            self.bank = self.bank & ~DATA_BITS | value
        elif number not in (CC_VOLUME, CC_REVERB):
            return [_event(frame, "cc", number, value)]
        return []

    def _program(self, frame: int, program: int) -> list[SynthEvent]:
        part = self.part
        preset, exact = self.soundfont.choose(self.bank, program, is_drum=part.is_drum)
        if not exact:
            self.warnings.append(_lacking(part, program, preset, self.soundfont))
        if preset is None:
            self.playable = False
            return []
        return [_event(frame, "preset", preset.bank, preset.program)]


def _lacking(part: Part, program: int, preset: Preset | None, soundfont: SoundFont) -> str:
    what = f"drum kit {program}" if part.is_drum else f"program {program}"
    instead = f"{preset.name} plays instead" if preset else "the part is silent"
    return f"{part.name}: {soundfont.name} has no {what}; {instead}"


def _event(frame: int, action: Action, number: int, value: int) -> SynthEvent:
    return SynthEvent(frame, _RANK[action], 0, action, number, value)


def _note_events(notes: tuple[Note, ...], frames_of: FramesOf) -> list[SynthEvent]:
    """Starts and stops. A pitch that starts anew while it sounds stops there, so no later stop cuts the new note."""
    starts = frames_of([n.start_tick for n in notes])
    ends = frames_of([n.end_tick for n in notes])
    by_pitch: dict[int, list[tuple[int, int, int]]] = {}
    for note, start, end in zip(notes, starts, ends, strict=True):
        by_pitch.setdefault(note.pitch, []).append((start, max(end, start + QUANTUM), note.velocity))
    events: list[SynthEvent] = []
    for pitch, spans in by_pitch.items():
        spans.sort()
        for (start, end, velocity), (following, _, _) in pairwise([*spans, (1 << 62, 0, 0)]):
            if start == following:
                continue
            events += (_event(start, "on", pitch, velocity), _event(min(end, following), "off", pitch, 0))
    return events


def _fader(part: Part, number: int, first: int, frames_of: FramesOf, power: int) -> Fader:
    """CC 7 works as General MIDI wants it, 40 log10(value / 127) dB; CC 91 is the share of the sound that is sent."""
    moves = [c for c in part.controls if c.kind == "cc" and c.number == number]
    steps = {0: first} | dict(zip(frames_of([c.tick for c in moves]), (c.value for c in moves), strict=True))
    gains = (np.array([value for _, value in sorted(steps.items())]) / MAX_DATA) ** power
    begins = np.array(sorted(steps), np.float64)[1:]
    ends = np.minimum(begins + _MOVE_FRAMES, np.append(begins[1:], np.inf))
    frames = np.stack([begins, ends], axis=1).ravel()
    return Fader(np.append(0.0, frames), np.append(np.repeat(gains[:-1], 2), gains[-1]))
