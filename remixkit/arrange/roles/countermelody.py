"""Countermelody: moves where the tune holds or rests, holds where it moves."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from remixkit.arrange.performance.expression import modulation, swelling
from remixkit.arrange.playing.bars import Bar, bars_of
from remixkit.arrange.playing.melody_line import MelodyLine, phrases
from remixkit.arrange.playing.player import lead_line, register, velocity
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.arrange.playing.tones import clashes, into
from remixkit.model.song import Control, Note, Origin, each_pitch_alone
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.plugin import Traits, role, setting
from remixkit.search import cheapest_path
from remixkit.seeding import child_rng
from remixkit.theory.chords import tones
from remixkit.theory.keys import chord_at, key_at, scale_pcs

_WEIGHT = 0.7


@dataclass(frozen=True, slots=True)
class CountermelodySettings:
    """What a style may set."""

    step_beats: float = setting(1.0, "how fast it moves where the melody leaves room", low=0.25, high=8)
    hold: bool = setting(True, "long notes under a moving melody; false: silence there, so that only gaps are filled")
    borrow: bool = setting(False, "where the source has a second voice, plays that")
    most_notes: int = setting(8, "notes in a bar's gaps", low=1, high=64)
    chance: float = setting(1.0, "share of gaps that are filled", low=0, high=1)
    swell: bool = setting(False, "rises and falls with each phrase (CC 11)")
    wheel: bool = setting(False, "long notes vibrate (CC 1)")


@role(settings=CountermelodySettings, traits=Traits(low_register="gives way"))
def countermelody(task: RoleTask[CountermelodySettings]) -> RoleOutput:
    """A line of chord tones and passing notes, contrary to the tune and never a semitone from it."""
    melody = lead_line(task)
    bars = bars_of(task.chart, task.sections)
    borrowed, taken = _borrowed(task, melody) if task.settings.borrow else ([], set())
    onsets = _onsets(task, melody, [b for b in bars if b.start_tick not in taken])
    line = _line(task, melody, _other_lines(task), onsets)
    notes = each_pitch_alone([*line, *borrowed])
    controls: tuple[Control, ...] = ()
    if task.settings.swell:
        controls = tuple(
            swelling([(p[0].start_tick, p[-1].end_tick) for p in phrases(notes, TICKS_PER_QUARTER)], low=72, high=106)
        )
    if task.settings.wheel:
        controls += tuple(modulation(notes, task.chart.grid))
    return RoleOutput(notes, tuple(sorted(controls)))


def _onsets(task: RoleTask[CountermelodySettings], melody: MelodyLine, bars: list[Bar]) -> list[tuple[int, int]]:
    """(start, end) of each note to be found a pitch for."""
    step = round(task.settings.step_beats * TICKS_PER_QUARTER) * (2 if task.chart.half_time else 1)
    hold = task.settings.hold
    changes = {c.start_tick for c in task.chart.chords}
    rng = child_rng(task.seed, task.name, "gaps")
    out: list[tuple[int, int]] = []
    for bar in bars:
        filled = rng.random() < task.settings.chance
        if bar.is_final:
            if hold:
                out.append((bar.start_tick, bar.end_tick))
            continue
        ticks = list(range(bar.start_tick, bar.end_tick, step))
        marks = {bar.start_tick} | {c for c in changes if bar.start_tick <= c < bar.end_tick} if hold else set()
        free = [t for t in ticks if filled and _is_free(melody, t, step)][: task.settings.most_notes]
        places = sorted(marks | set(free))
        if not places:
            continue
        for at, after in zip_longest(places, places[1:]):
            end = after if after is not None else (bar.end_tick if hold else min(bar.end_tick, at + step))
            if not hold and end - at > step:
                end = at + step
            if end - at >= 120:
                out.append((at, end))
    return out


def _is_free(melody: MelodyLine, tick: int, step: int) -> bool:
    """Whether the tune leaves this step to others: it rests, or holds a note it began at least half a beat ago."""
    first = bisect_left(melody.starts, tick - TICKS_PER_QUARTER // 2)
    return not (first < len(melody.starts) and melody.starts[first] < tick + step - step // 4)


def _other_lines(task: RoleTask[object]) -> MelodyLine:
    """The countermelodies before this one, as one line to keep out of the way of."""
    names = [name for name in task.done if task.style.roles[name].kind == task.spec.kind]
    return MelodyLine.of(sorted(n for name in names for n in task.done[name].notes))


def _line(task: RoleTask[object], melody: MelodyLine, others: MelodyLine, onsets: list[tuple[int, int]]) -> list[Note]:
    """The cheapest line through the onsets: steps, chord tones on strong places, contrary motion, no clash."""
    if not onsets:
        return []
    low, high = register(task.spec)
    middle = (low + high) / 2
    span = np.arange(low, high + 1)
    rng = child_rng(task.seed, task.name, "line")
    steps = np.abs(span[:, None] - span[None, :])
    leap = np.select([steps == 0, steps <= 2, steps <= 4, steps <= 7], [1.2, 0.0, 0.9, 2.2], 5.0)
    direction = np.sign(span[None, :] - span[:, None])
    costs: list[np.ndarray] = []
    moves: list[np.ndarray] = []
    played: list[tuple[int, int]] = []
    tune_before: int | None = None
    for start, end in onsets:
        chord = tones(chord_at(task.chart.chords, start))
        if not chord:
            continue
        scale = set(scale_pcs(key_at(task.chart.keys, start))) | set(chord)
        pcs = span % 12
        cost = 0.04 * np.abs(span - middle) + _WEIGHT * rng.random(len(span))
        meter = task.chart.grid.meter
        strong = (start - meter.bar_start(start)) % (
            2 * meter.at(start).beat_ticks
        ) == 0 or end - start > TICKS_PER_QUARTER
        cost += np.where(np.isin(pcs, chord), 0.0, np.where(np.isin(pcs, list(scale)), 4.0 if strong else 1.3, 20.0))
        sung = melody.within(start, end)
        pitches = [n.pitch for n in sung]
        if pitches:
            cost += np.where([clashes(int(p), pitches) for p in span], 14.0, 0.0)
            cost += np.where(np.isin(pcs, [p % 12 for p in pitches]), 0.8, 0.0)
            cost += np.where(span >= min(pitches), 1.5, 0.0)
        beside = [n.pitch for n in others.within(start, end)]
        if beside:
            cost += np.where([clashes(int(p), beside) for p in span], 9.0, 0.0)
            cost += np.where(np.isin(pcs, [p % 12 for p in beside]), 1.0, 0.0)
        move = leap
        if pitches and tune_before is not None and pitches[0] != tune_before:
            move = leap + np.where(direction == np.sign(pitches[0] - tune_before), 0.5, 0.0)
        costs.append(cost)
        moves.append(move)
        if pitches:
            tune_before = pitches[-1]
        played.append((start, end))
    path = cheapest_path(costs, moves[1:])
    out: list[Note] = []
    for (start, end), k in zip(played, path, strict=True):
        pitch = int(span[k])
        if clashes(pitch, melody.pitches(start, end, 120)):
            continue
        if out and out[-1].end_tick == start and out[-1].pitch == pitch and start % TICKS_PER_QUARTER:
            out[-1] = Note(out[-1].start_tick, end, pitch, out[-1].velocity, out[-1].origin)
            continue
        out.append(Note(start, end, pitch, velocity(80, task.spec), Origin(task.name, function="countermelody")))
    return out


def _borrowed(task: RoleTask[object], melody: MelodyLine) -> tuple[list[Note], set[int]]:
    """The source's second voice where it sings for at least a third of a section, and the bars it fills."""
    low, high = register(task.spec)
    lines = [s.notes for s in task.chart.source if s.role == "second"]
    out: list[Note] = []
    taken: set[int] = set()
    for section in task.sections:
        if section.source_tick is None:
            continue
        bars = [b for b in bars_of(task.chart, [section]) if not b.is_final]
        for notes in lines:
            inside = [n for n in notes if section.start_tick <= n.start_tick < section.end_tick]
            own = {b.start_tick for b in bars for n in inside if b.start_tick <= n.start_tick < b.end_tick}
            if len(own) < max(1, len(bars) // 3):
                continue
            mean = sum(n.pitch for n in inside) / len(inside)
            octave = min((-36, -24, -12, 0, 12, 24, 36), key=lambda o: abs(mean + o - (low + high) / 2))
            for n in inside:
                pitch = into(n.pitch + octave, low, high)
                end = min(n.end_tick, section.end_tick)
                chord = tones(chord_at(task.chart.chords, n.start_tick))
                long = end - n.start_tick >= TICKS_PER_QUARTER // 2
                if clashes(pitch, melody.pitches(n.start_tick, end, 120)) or (
                    long and clashes(pitch, chord) and pitch % 12 not in chord
                ):
                    continue
                out.append(Note(n.start_tick, end, pitch, velocity(80, task.spec), Origin(task.name, function="hook")))
            taken |= own
            break
    return out, taken
