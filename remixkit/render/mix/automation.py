"""What moves while the music plays: faders by section, ducking by the bass drum, a low-pass filter that opens."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import log2

import numpy as np
import pedalboard

from remixkit.midi.spec import BASS_DRUMS
from remixkit.model.arrangement import AutomationRamp, Duck, Part
from remixkit.render.effects.blocks import Block, Processor, board, ratio
from remixkit.render.synth.part_events import Fader, FramesOf

# A fader's decibels are a line; its gain is drawn with so many corners. It jumps to another section's within so long.
_CORNERS = 12
_JUMP_FRAMES = 2048

# The filter stands at steps of an octave, and what is between two steps is a blend of both.
_OPEN_HZ = 20000.0


def automation_fader(ramps: Sequence[AutomationRamp], frames_of: FramesOf) -> Fader | None:
    """The gain that ramps ask for, 1 outside of them; None if it is 1 everywhere."""
    corners: dict[float, float] = {0.0: 1.0}
    for ramp in ramps:
        if ramp.gain_db == (0.0, 0.0):
            continue
        start, end = (float(f) for f in frames_of([ramp.start_tick, ramp.end_tick]))
        corners.setdefault(start, 1.0)
        inside = np.linspace(min(start + _JUMP_FRAMES, end), end, _CORNERS)
        gains = np.linspace(*ramp.gain_db, _CORNERS)
        corners |= {float(f): ratio(float(g)) for f, g in zip(inside, gains, strict=True)}
        corners[end + _JUMP_FRAMES] = 1.0
    return _fader(corners) if len(corners) > 1 else None


def ducking(duck: Duck, parts: Sequence[Part], frames_of: FramesOf, sample_rate_hz: int) -> Fader | None:
    """The gain of what gives way to the bass drum of ``duck.by``: down within the attack, up evenly in the release.

    The drum's notes are asked, not its sound, so that it works the same whatever the kit. A stroke at velocity 100
    ducks by all of `depth_db`, a softer one by its share. None if there is nothing to give way to.
    """
    drums = [n for p in parts if p.is_drum and p.role == duck.by for n in p.notes if n.pitch in BASS_DRUMS]
    strokes = sorted(zip(frames_of([n.start_tick for n in drums]), (n.velocity for n in drums), strict=True))
    if not strokes:
        return None
    attack = duck.attack_ms * sample_rate_hz / 1000.0
    release = duck.release_ms * sample_rate_hz / 1000.0
    corners: dict[float, float] = {0.0: 1.0}
    gain = 1.0
    for (at, velocity), (following, _) in pairwise([*strokes, (1 << 62, 0)]):
        if following == at:
            continue
        low = min(gain, ratio(-duck.depth_db * min(1.0, velocity / 100.0)))
        corners[at] = gain
        corners[at + attack] = low
        up = at + attack + release
        if following >= up:
            corners[up] = gain = 1.0
        else:
            gain = low + (1.0 - low) * max(0.0, (following - at - attack) / release)
    return _fader(corners)


def _fader(corners: dict[float, float]) -> Fader:
    frames = sorted(corners)
    return Fader(np.array(frames), np.array([corners[f] for f in frames]))


class Sweep:
    """A low-pass filter (12 dB an octave) that opens and closes; where no ramp asks for it, sound passes untouched.

    It is asked block by block. Filters at octaves run side by side and are blended by where the cutoff lies, so that
    nothing clicks; they also run in the block before a move, to have heard what they need.
    """

    def __init__(self, ramps: Sequence[AutomationRamp], frames_of: FramesOf, sample_rate_hz: int) -> None:
        wanted = sorted((m.start_tick, m.end_tick, m.lowpass_hz) for m in ramps if m.lowpass_hz is not None)
        lowest = min((hz for _, _, both in wanted for hz in both), default=_OPEN_HZ)
        self._steps = np.append(np.arange(log2(lowest), log2(_OPEN_HZ)), log2(_OPEN_HZ))
        self._filters = [_two_poles(2.0**step, sample_rate_hz) for step in self._steps[:-1]]
        self._spans: list[tuple[int, int]] = []
        corners: dict[float, float] = {0.0: self._place_of(_OPEN_HZ)}
        for first, last, (from_hz, to_hz) in wanted:
            start, end = frames_of([first, last])
            if max(corners) <= start - _JUMP_FRAMES:
                corners[start - _JUMP_FRAMES] = self._place_of(_OPEN_HZ)
            corners = {f: place for f, place in corners.items() if f <= start}
            corners |= {start: self._place_of(from_hz), end: self._place_of(to_hz)}
            corners[end + _JUMP_FRAMES] = self._place_of(_OPEN_HZ)
            self._spans.append((start - _JUMP_FRAMES, end + _JUMP_FRAMES))
        self._place = _fader(corners)

    def __bool__(self) -> bool:
        """Whether any move asks for it."""
        return bool(self._spans)

    def over(self, block: Block, start: int) -> Block:
        """The block that begins at a frame."""
        stop = start + block.shape[1]
        if not any(begin < stop + block.shape[1] and end > start for begin, end in self._spans):
            return block
        place = self._place.over(start, block.shape[1])
        out = np.zeros_like(block)
        for k, heard in enumerate([*(each(block) for each in self._filters), block]):
            weight = np.clip(1.0 - np.abs(place - np.float32(k)), 0.0, 1.0)
            if np.any(weight):
                out += heard * weight
        return out

    def _place_of(self, hz: float) -> float:
        return float(np.interp(log2(hz), self._steps, np.arange(len(self._steps))))


def _two_poles(cutoff_hz: float, sample_rate_hz: int) -> Processor:
    return board([pedalboard.LowpassFilter(cutoff_hz), pedalboard.LowpassFilter(cutoff_hz)], sample_rate_hz)
