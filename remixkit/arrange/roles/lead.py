"""The lead: the song's own tune, whole, in a register where it sings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from statistics import median
from typing import Literal

import numpy as np

from remixkit.arrange.form.chart import Chart, PlannedSection
from remixkit.arrange.performance.expression import bends, modulation, swelling
from remixkit.arrange.playing.melody_line import phrases
from remixkit.arrange.playing.player import register
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.model.song import Note, Origin
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.plugin import Traits, role, setting
from remixkit.search import cheapest_path

_OCTAVES = (-36, -24, -12, 0, 12, 24, 36)


@dataclass(frozen=True, slots=True)
class LeadSettings:
    """What a style may set."""

    double: bool = setting(False, "joins another lead, and is never needed for the melody to be heard")
    enters_bars: int = setting(0, "bars of a longer section that a doubling waits", low=0, high=64)
    transpose_semitones: int = setting(0, "added before the register is sought", low=-48, high=48)
    octaves: Literal["", "chorus", "last_chorus"] = setting("", "where a voice an octave below or above is added")
    legato: float = setting(0.5, "how much of a small gap is closed", low=0, high=1)
    bends: bool = setting(False, "up into accented notes, as a guitarist's left hand")
    vibrato: bool = setting(False, "of the pitch, on long notes")
    swell: bool = setting(False, "rises and falls with each phrase (CC 11)")
    wheel: bool = setting(False, "long notes vibrate (CC 1)")


@role(settings=LeadSettings, traits=Traits(leads=True, doubles_when="double"))
def lead(task: RoleTask[LeadSettings]) -> RoleOutput:
    """Play the tune in the role's sections.

    A pickup belongs to the section it leads into.
    """
    owners = owned_notes(task.chart)
    mine = {id(s) for s in task.sections}
    groups = [(s, notes) for s, notes in owners if id(s) in mine]
    low, high = register(task.spec)
    settings = task.settings
    fitted = fit([(s, [_raised(n, settings.transpose_semitones) for n in notes]) for s, notes in groups], low, high)
    where = settings.octaves
    out: list[Note] = []
    loudness = _loudness(task.chart.melody)
    for section, notes in fitted:
        sung = [n for n in _legato(notes, settings.legato) if n.start_tick >= _entry(task, section)]
        line = [
            Note(n.start_tick, n.end_tick, n.pitch, _velocity(n, task, loudness), Origin(task.name, function="melody"))
            for n in sung
        ]
        out += line
        if (where == "chorus" and section.label == "chorus") or (where == "last_chorus" and section.is_last_chorus):
            out += _octaves(line, low, high, task.name)
    out.sort()
    tops = [n for n in out if n.origin.function != "octave"]
    controls = []
    if settings.bends or settings.vibrato:
        controls += bends(tops, task.chart.grid, slides=settings.bends, vibrato=settings.vibrato)
    if settings.swell:
        controls += swelling([(p[0].start_tick, p[-1].end_tick) for p in phrases(tops)], low=84, high=112)
    if settings.wheel:
        controls += modulation(tops, task.chart.grid)
    return RoleOutput(tuple(out), tuple(sorted(controls)))


def _entry(task: RoleTask[LeadSettings], section: PlannedSection) -> int:
    """From which tick on the role plays in a section: a doubling may wait, so that the tune grows."""
    bars = [b for b, _ in task.chart.grid.meter.bars(section.end_tick) if b >= section.start_tick]
    waits = task.settings.enters_bars if task.settings.double else 0
    return bars[waits] if 0 < waits < len(bars) else 0


def owned_notes(chart: Chart) -> tuple[tuple[PlannedSection, tuple[Note, ...]], ...]:
    """The tune's notes of each section; a pickup of less than a bar goes with the section it leads into."""
    sections = chart.sections
    groups: dict[int, list[Note]] = {i: [] for i in range(len(sections))}
    for phrase in phrases(chart.melody):
        at = 0
        while at < len(phrase):
            k = _section_index(sections, phrase[at].start_tick)
            inside = [n for n in phrase[at:] if n.start_tick < sections[k].end_tick]
            rest = len(phrase) - at - len(inside)
            bar = chart.grid.meter.at(sections[k].end_tick - 1).bar_ticks
            leads_on = (
                at == 0
                and rest >= len(inside)
                and sections[k].end_tick - inside[0].start_tick < bar
                and k + 1 < len(sections)
            )
            groups[k + 1 if leads_on else k] += inside
            at += len(inside)
    return tuple((s, tuple(sorted(groups[i]))) for i, s in enumerate(sections) if groups[i])


def fit(
    groups: Sequence[tuple[PlannedSection, Sequence[Note]]], low: int, high: int
) -> tuple[tuple[PlannedSection, tuple[Note, ...]], ...]:
    """Move each section's tune by octaves into a register, then single phrases that still stick out.

    The octaves are the ones that leave the least of the tune outside, with a price on changing octave between sections,
    by dynamic programming.
    """
    if not groups:
        return ()
    octaves = _cheapest_octaves([[_outside_share(notes, o, low, high) for o in _OCTAVES] for _, notes in groups])
    return tuple(
        (section, tuple(n for p in phrases([_raised(n, o) for n in notes]) for n in _fold(p, low, high)))
        for (section, notes), o in zip(groups, octaves, strict=True)
    )


def _outside_share(notes: Sequence[Note], octave: int, low: int, high: int) -> float:
    """Semitones outside the register, averaged over the time that sounds, and a little for moving at all."""
    length = sum(n.end_tick - n.start_tick for n in notes)
    outside = sum(_outside(n.pitch + octave, low, high) * (n.end_tick - n.start_tick) for n in notes)
    return outside / length + 0.01 * abs(octave)


def _cheapest_octaves(cost: Sequence[Sequence[float]]) -> list[int]:
    """The octave of each section, given what each octave costs it; changing costs a tenth of a semitone a semitone."""
    octaves = np.array(_OCTAVES)
    change = 0.1 * np.abs(octaves[:, None] - octaves[None, :])
    return [_OCTAVES[k] for k in cheapest_path(cost, change)]


def _fold(phrase: Sequence[Note], low: int, high: int) -> tuple[Note, ...]:
    """A phrase moved by an octave if then all of it is inside; else its stray notes alone."""
    pitches = [n.pitch for n in phrase]
    if min(pitches) >= low and max(pitches) <= high:
        return tuple(phrase)
    for o in (12, -12, 24, -24):
        if min(pitches) + o >= low and max(pitches) + o <= high:
            return tuple(_raised(n, o) for n in phrase)
    return tuple(phrase)


def _outside(pitch: int, low: int, high: int) -> int:
    return max(0, low - pitch, pitch - high)


def _raised(n: Note, semitones: int) -> Note:
    if not semitones:
        return n
    pitch = n.pitch + semitones
    while pitch > 127:
        pitch -= 12
    while pitch < 0:
        pitch += 12
    return Note(n.start_tick, n.end_tick, pitch, n.velocity, n.origin)


def _section_index(sections: Sequence[PlannedSection], tick: int) -> int:
    return next((i for i, s in enumerate(sections) if tick < s.end_tick), len(sections) - 1)


def _legato(notes: Sequence[Note], amount: float) -> list[Note]:
    """Small gaps closed, overlaps of more than a grace cut."""
    out: list[Note] = []
    for n, after in zip_longest(notes, notes[1:]):
        end = n.end_tick
        if after is not None and after.start_tick > n.start_tick:
            gap = after.start_tick - end
            if 0 < gap <= TICKS_PER_QUARTER // 2:
                end += round(gap * amount)
            end = min(end, after.start_tick)
        out.append(Note(n.start_tick, max(end, n.start_tick + 30), n.pitch, n.velocity, n.origin))
    return out


def _loudness(notes: Sequence[Note]) -> tuple[float, float]:
    """Median velocity and whether the source has dynamics at all (0 or 1)."""
    levels = [n.velocity for n in notes]
    return (median(levels), float(len(set(levels)) > 4)) if levels else (80.0, 0.0)


def _velocity(n: Note, task: RoleTask[object], loudness: tuple[float, float]) -> int:
    """The player's velocity with the singer's dynamics; where the source has none, accents by meter and length."""
    middle, has_dynamics = loudness
    if has_dynamics:
        change = max(-12.0, min(12.0, 0.5 * (n.velocity - middle)))
    else:
        meter = task.chart.grid.meter
        place = n.start_tick - meter.bar_start(n.start_tick)
        beat = meter.at(n.start_tick).beat_ticks
        change = 5.0 if place == 0 else 2.0 if place % beat == 0 else -3.0
        change += 3.0 if n.end_tick - n.start_tick >= TICKS_PER_QUARTER else 0.0
    return min(127, max(1, round(task.spec.velocity + change)))


def _octaves(line: Sequence[Note], low: int, high: int, name: str) -> list[Note]:
    above = sum(n.pitch + 12 <= high for n in line) >= sum(n.pitch - 12 >= low for n in line)
    step = 12 if above else -12
    return [
        Note(n.start_tick, n.end_tick, n.pitch + step, max(1, n.velocity - 10), Origin(name, function="octave"))
        for n in line
        if low <= n.pitch + step <= high
    ]
