"""The line a pianist's right hand sings: the tune in its octave, and what takes its place where it rests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from remixkit.arrange.form.chart import Chart, PlannedSection
from remixkit.arrange.piano.phrases import HeldKeys, phrases_of, sung_in
from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.search import cheapest_path
from remixkit.theory.chords import tones
from remixkit.theory.keys import chord_at, key_at, scale_pcs

LOW, HIGH = 60, 88
# Where the middle of the tune lies best under the hand and above the other one (human covers: craft).
_CENTRE = 73.0
_LEGATO_BEATS = 0.5
# A line made of the source has its notes so far apart at least; a bar with fewer of them has no line to offer.
_CLOSEST_BEATS, _LEAST_A_BAR = 0.23, 2


def placed_melody(chart: Chart, low: int = LOW, high: int = HIGH) -> tuple[Note, ...]:
    """The tune in octaves that suit the right hand: one octave a section, phrases kept whole.

    Sections keep the same octave as their neighbours where they can, for a chorus that lies higher than its verse is
    meant to. A phrase that begins as a pickup to the next section goes with that section.

    Parameters
    ----------
    chart : Chart
        Its `melody`.
    low, high : int
        Pitches between which the tune should lie; a tune that is wider may leave them.

    Returns
    -------
    tuple of Note
        As many notes as the melody has, in order, with the same pitch classes.
    """
    sung = sung_in(chart.melody, phrases_of(chart), chart.grid.meter.changes[0].bar_ticks)
    if not sung:
        return ()
    by_section = [
        (start, [n for _, notes in group for n in notes])
        for start, group in groupby(sung, key=lambda s: s[0].section.start_tick)
    ]
    octaves = _octaves([notes for _, notes in by_section], low, high)
    moved = [
        replace(n, pitch=_inside(n.pitch + shift))
        for (_, notes), shift in zip(by_section, octaves, strict=True)
        for n in notes
    ]
    return joined(moved)


def joined(notes: Sequence[Note], gap_beats: float = _LEGATO_BEATS) -> tuple[Note, ...]:
    """Fingers keep a key until the next one: gaps of at most half a beat, and no longer than the note, are closed."""
    out: list[Note] = []
    for note, following in zip(notes, [*notes[1:], None], strict=True):
        if following is None:
            out.append(note)
            continue
        gap = following.start_tick - note.end_tick
        short = 0 < gap <= min(gap_beats * TICKS_PER_QUARTER, note.end_tick - note.start_tick)
        out.append(replace(note, end_tick=following.start_tick) if short or gap < 0 else note)
    return tuple(out)


def rests(line: Sequence[Note], start_tick: int, end_tick: int, least_ticks: int) -> list[tuple[int, int]]:
    """Where the line is silent inside [start, end) for at least so long."""
    out, at = [], start_tick
    for n in line:
        if n.end_tick <= start_tick or n.start_tick >= end_tick:
            continue
        if n.start_tick - at >= least_ticks:
            out.append((at, n.start_tick))
        at = max(at, n.end_tick)
    if end_tick - at >= least_ticks:
        out.append((at, end_tick))
    return out


def stand_in(
    chart: Chart, start_tick: int, end_tick: int, section: PlannedSection, melody: Sequence[Note]
) -> list[Note]:
    """A line for bars without tune: the bars a made section repeats, else the source's own top line, else chord tones.

    What stands out in it, by length or by beat, is a chord tone.
    """
    found: list[Note] = []
    if section.source_tick is None and section.borrows_tick is not None:
        shift = section.start_tick - section.borrows_tick
        borrowed = [replace(n, start_tick=n.start_tick + shift, end_tick=n.end_tick + shift) for n in melody]
        found = [n for n in borrowed if start_tick <= n.start_tick < end_tick - TICKS_PER_QUARTER // 4]
    else:
        found = _top_line(chart, start_tick, end_tick)
    sung = _singable(chart, found, end_tick)
    beats = (end_tick - start_tick) / TICKS_PER_QUARTER
    return sung if len(sung) >= beats / 8 else _bells(chart, start_tick, end_tick)


def weight(chart: Chart, note: Note) -> float:
    """How much a note of a line matters: its length in beats (2 at most) and its place in the bar."""
    length = min(2.0, (note.end_tick - note.start_tick) / TICKS_PER_QUARTER)
    return length + strength(chart, note.start_tick)


def strength(chart: Chart, tick: int) -> float:
    """How strong a place of the bar is: 1 the bar line, .75 its middle, .5 a beat, .25 an eighth, else 0."""
    meter = chart.grid.meter.at(tick)
    # The tune keeps a little of its player's timing: what lies within a sixteenth's third counts as on the beat.
    place = round((tick - chart.grid.meter.bar_start(tick)) / 80) * 80 % meter.bar_ticks
    if place == 0:
        return 1.0
    if place % meter.beat_ticks == 0:
        halves = meter.bar_ticks % (2 * meter.beat_ticks) == 0
        return 0.75 if halves and place * 2 == meter.bar_ticks else 0.5
    return 0.25 if place % (TICKS_PER_QUARTER // 2) == 0 else 0.0


def _octaves(groups: Sequence[Sequence[Note]], low: int, high: int) -> list[int]:
    options = range(-36, 49, 12)

    def fit(notes: Sequence[Note], shift: int) -> float:
        pitches = [n.pitch + shift for n in notes]
        outside = sum(max(0, low - p) + 1.5 * max(0, p - high) for p in pitches)
        return (outside + 0.12 * abs(sum(pitches) - _CENTRE * len(pitches))) / math.sqrt(len(pitches))

    change = np.array([[0.8 * abs(s - t) for t in options] for s in options])
    return [options[k] for k in cheapest_path([[fit(notes, s) for s in options] for notes in groups], change)]


def _inside(pitch: int) -> int:
    while pitch > 100:
        pitch -= 12
    while pitch < 52:
        pitch += 12
    return pitch


def _top_line(chart: Chart, start_tick: int, end_tick: int) -> list[Note]:
    """The highest notes of the source's pitched tracks between two ticks; riffs and second voices come first."""
    out: list[Note] = []
    for bar_start, bar_end in chart.grid.meter.bars(end_tick):
        span = max(bar_start, start_tick), min(bar_end, end_tick)
        for roles in (("riff", "second"), ("arpeggio", "chords", "pad", "melody")):
            inside = [n for line in chart.source if line.role in roles for n in line.notes if n.pitch >= 55]
            top = _skyline([n for n in inside if span[0] <= n.start_tick < span[1]])
            if len(top) >= _LEAST_A_BAR:
                out += top
                break
    return out


def _skyline(notes: Sequence[Note]) -> list[Note]:
    """Those that nothing higher sounds over, one an onset."""
    view = HeldKeys(notes)
    top = [n for n in notes if all(o.pitch <= n.pitch for o in view.during(n.start_tick, n.start_tick + 1))]
    return sorted({n.start_tick: n for n in sorted(top)}.values())


def _singable(chart: Chart, notes: Sequence[Note], end_tick: int) -> list[Note]:
    """At most one note a sixteenth, held notes on beats chord tones, in the tune's octaves, held to the next."""
    kept: list[Note] = []
    for n in sorted(notes):
        in_chord = n.pitch % 12 in tones(chord_at(chart.chords, n.start_tick))
        in_key = n.pitch % 12 in scale_pcs(key_at(chart.keys, n.start_tick))
        stands_out = strength(chart, n.start_tick) >= 0.5 or n.end_tick - n.start_tick > TICKS_PER_QUARTER // 2
        if not in_chord and (stands_out or not in_key):
            continue
        if kept and n.start_tick - kept[-1].start_tick < _CLOSEST_BEATS * TICKS_PER_QUARTER:
            if weight(chart, n) > weight(chart, kept[-1]) + 0.5:
                kept[-1] = n
            continue
        kept.append(n)
    if not kept:
        return []
    shift = 12 * round((_CENTRE + 2 - sum(n.pitch for n in kept) / len(kept)) / 12)
    return held([replace(n, pitch=_folded(n.pitch + shift)) for n in kept], end_tick)


def held(notes: Sequence[Note], end_tick: int) -> list[Note]:
    """Each note until the next one begins, two bars' worth at most."""
    starts = [*(n.start_tick for n in notes[1:]), end_tick][: len(notes)]
    return [
        replace(n, end_tick=max(n.start_tick + 60, min(s, n.start_tick + 4 * TICKS_PER_QUARTER, end_tick)))
        for n, s in zip(notes, starts, strict=True)
    ]


def _folded(pitch: int) -> int:
    while pitch > HIGH + 4:
        pitch -= 12
    while pitch < LOW + 2:
        pitch += 12
    return pitch


def _bells(chart: Chart, start_tick: int, end_tick: int) -> list[Note]:
    """Quiet chord tones, two a bar, each as near as may be to the last but not on it."""
    out: list[Note] = []
    last = 76
    for start, end in chart.grid.meter.bars(end_tick):
        if start < start_tick:
            continue
        beat = chart.grid.meter.at(start).beat_ticks
        middle = start + max(beat, (end - start) // (2 * beat) * beat)
        for tick in (start, middle):
            pcs = tones(chord_at(chart.chords, tick))[:4]
            options = [p for p in range(64, 85) if p % 12 in pcs and p != last]
            if tick < end_tick and options:
                last = min(options, key=lambda p: (abs(p - last) + 0.3 * abs(p - 75), p))
                out.append(Note(tick, tick + beat, last, 70))
    return held(out, end_tick)
