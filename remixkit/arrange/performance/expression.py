"""Controls that make a line breathe: swells on CC 11, a guitarist's bends and vibrato."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import zip_longest

from remixkit.midi.spec import BEND_REACH, CC_EXPRESSION, CC_MODULATION, RPN_BEND_RANGE
from remixkit.model.song import Control, Note
from remixkit.model.timing import TICKS_PER_QUARTER, Grid

_BEND_RANGE_SEMITONES = 2
# A bend of two semitones up to the note over 80 ms; vibrato from 250 ms on, 5.5 Hz, 25 cents either way (craft).
_BEND_S, _VIBRATO_AFTER_S, _VIBRATO_HZ, _VIBRATO_CENTS = 0.08, 0.25, 5.5, 25.0
_STEP_S = 0.02
_WHEEL, _WHEEL_GROWS_S = 48, 0.5
_VIBRATO_STEP_S = 1 / (_VIBRATO_HZ * 8)


def swelling(spans: Sequence[tuple[int, int]], *, low: int, high: int, number: int = CC_EXPRESSION) -> list[Control]:
    """A rise to two thirds of each span and a fall to its end, a value an eighth note, repeated values left out."""
    out: list[Control] = []
    last = -1
    for start, end in spans:
        length = max(1, end - start)
        for tick in range(start, end, TICKS_PER_QUARTER // 2):
            x = (tick - start) / length
            shape = (
                math.sin(math.pi / 2 * min(1.0, x / 0.66)) if x < 0.66 else math.cos(math.pi / 2 * (x - 0.66) / 0.34)
            )
            value = round(low + (high - low) * max(0.0, shape))
            if value != last:
                out.append(Control(tick, "cc", number, value))
                last = value
    return out


def rises(spans: Sequence[tuple[int, int]], *, low: int, high: int, number: int = CC_EXPRESSION) -> list[Control]:
    """A crescendo over each span, a value an eighth note, repeated values left out."""
    out: list[Control] = []
    for start, end in spans:
        last = -1
        for tick in range(start, end, TICKS_PER_QUARTER // 2):
            value = round(low + (high - low) * ((tick - start) / max(1, end - start)) ** 1.4)
            if value != last:
                out.append(Control(tick, "cc", number, value))
                last = value
    return out


def modulation(notes: Sequence[Note], grid: Grid) -> list[Control]:
    """The modulation wheel of a player who lets long notes vibrate: from 250 ms on, and at rest for the next note.

    General MIDI's wheel is vibrato; 48 of 127 is about 19 cents in the SoundFont standard's default (50 at the top).
    """
    out: list[Control] = []
    for n in notes:
        tick_s = 60.0 / (grid.tempo.bpm_at(n.start_tick) * TICKS_PER_QUARTER)
        after = n.start_tick + round(_VIBRATO_AFTER_S / tick_s)
        if (n.end_tick - n.start_tick) * tick_s < 2.4 * _VIBRATO_AFTER_S:
            continue
        grown = min(n.end_tick - 1, after + round(_WHEEL_GROWS_S / tick_s))
        out += [Control(after + (grown - after) * k // 4, "cc", CC_MODULATION, _WHEEL * (k + 1) // 5) for k in range(5)]
        out.append(Control(n.end_tick, "cc", CC_MODULATION, 0))
    return [Control(0, "cc", CC_MODULATION, 0), *out] if out else []


def bends(notes: Sequence[Note], grid: Grid, *, slides: bool, vibrato: bool) -> list[Control]:
    """Pitch bends: a tone up into accented notes of half a beat or more that are reached from below; vibrato.

    The bend range is set to two semitones by RPN 0; every bent note ends at rest.
    """
    out = [Control(0, "rpn", RPN_BEND_RANGE, _BEND_RANGE_SEMITONES << 7), Control(0, "bend", 0, 0)]
    loud = sorted(n.velocity for n in notes)
    accent = loud[len(loud) * 2 // 3] if loud else 0
    before: Note | None = None
    for n, after in zip_longest(notes, notes[1:]):
        end = n.end_tick if after is None else min(n.end_tick, after.start_tick)
        tick_s = 60.0 / (grid.tempo.bpm_at(n.start_tick) * TICKS_PER_QUARTER)
        length_s = (end - n.start_tick) * tick_s
        bent = False
        reached_up = (
            before is None or n.start_tick - before.end_tick > TICKS_PER_QUARTER // 8 or n.pitch > before.pitch + 1
        )
        if (
            slides
            and reached_up
            and n.velocity >= accent
            and end - n.start_tick >= TICKS_PER_QUARTER // 2
            and length_s > 0.2
        ):
            steps = round(_BEND_S / _STEP_S)
            out += [
                Control(n.start_tick + round(k * _STEP_S / tick_s), "bend", 0, BEND_REACH * k // steps - BEND_REACH)
                for k in range(steps + 1)
            ]
            bent = True
        if vibrato and length_s > 2 * _VIBRATO_AFTER_S:
            depth = _VIBRATO_CENTS / (100 * _BEND_RANGE_SEMITONES) * BEND_REACH
            k, at = 0, _VIBRATO_AFTER_S
            while at < length_s - 0.04:
                grown = min(1.0, (at - _VIBRATO_AFTER_S) / 0.3)
                wave = math.sin(2 * math.pi * _VIBRATO_HZ * (at - _VIBRATO_AFTER_S))
                out.append(Control(n.start_tick + round(at / tick_s), "bend", 0, round(depth * grown * wave)))
                k, at = k + 1, at + _VIBRATO_STEP_S
            bent = True
        if bent:
            out.append(Control(max(n.start_tick + 1, end - 1), "bend", 0, 0))
        before = n
    return sorted(out, key=lambda c: c.tick)
