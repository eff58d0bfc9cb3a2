"""What the song itself offers: its riffs, and in an added intro or outro a memory of its tune."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from remixkit.arrange.form.chart import PlannedSection
from remixkit.arrange.playing.bars import bars_of
from remixkit.arrange.playing.melody_line import MelodyLine
from remixkit.arrange.playing.player import lead_line, register, velocity
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.arrange.playing.tones import clashes, into, nearest_pitch, place
from remixkit.model.song import Note, Origin, each_pitch_alone
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.plugin import Traits, role, setting
from remixkit.theory.chords import tones
from remixkit.theory.keys import chord_at, key_at, scale_pcs

_BORROWED = ("riff", "arpeggio", "second")


@dataclass(frozen=True, slots=True)
class RiffSettings:
    """What a style may set."""

    quote: bool = setting(True, "in an added intro, the melody of the bars it repeats, on beats")
    borrow: bool = setting(True, "plays the source's riffs")
    gaps: bool = setting(False, "only where the melody rests")


@role(settings=RiffSettings, traits=Traits(patterns="events", low_register="gives way"))
def riff(task: RoleTask[RiffSettings]) -> RoleOutput:
    """Play the source's most riff-like line where it has one, re-fitted to the style's chords."""
    melody = lead_line(task)
    out: list[Note] = []
    for section in task.sections:
        if section.source_tick is None:
            if task.settings.quote:
                out += _quote(task, section)
        elif task.settings.borrow:
            out += _borrow(task, section, melody)
    return RoleOutput(each_pitch_alone(out))


def _quote(task: RoleTask[object], section: PlannedSection) -> list[Note]:
    """The borrowed bars' tune, thinned to what falls on a beat, each note held to the next."""
    if section.borrows_tick is None or section.label != "intro":
        return []
    low, high = register(task.spec)
    move = section.start_tick - section.borrows_tick
    until = section.end_tick
    meter = task.chart.grid.meter
    if task.chart.melody and task.chart.melody[0].start_tick < until:
        until = task.chart.melody[0].start_tick
    heard = []
    for n in task.chart.melody:
        start = n.start_tick + move
        if not section.start_tick <= start < until - TICKS_PER_QUARTER // 2:
            continue
        beat = meter.at(start).beat_ticks
        off = min(start % beat, beat - start % beat)
        if off <= 60 or n.end_tick - n.start_tick >= TICKS_PER_QUARTER:
            heard.append(n)
    if not heard:
        return []
    mean = sum(n.pitch for n in heard) / len(heard)
    octave = min(range(-36, 37, 12), key=lambda o: abs(mean + o - (low + high) / 2))
    out = []
    for n, after in zip_longest(heard, heard[1:]):
        start = n.start_tick + move
        end = min(until, start + max(n.end_tick - n.start_tick, TICKS_PER_QUARTER // 2))
        if after is not None:
            end = min(end, after.start_tick + move)
        if end - start >= 60:
            out.append(
                Note(
                    start,
                    end,
                    into(n.pitch + octave, low, high),
                    velocity(78, task.spec),
                    Origin(task.name, function="quote"),
                )
            )
    return out


def _borrow(task: RoleTask[RiffSettings], section: PlannedSection, melody: MelodyLine) -> list[Note]:
    low, high = register(task.spec)
    bars = [b for b in bars_of(task.chart, [section]) if not b.is_final]
    best: list[Note] = []
    for kind in _BORROWED[:2]:
        for line in task.chart.source:
            if line.role != kind:
                continue
            inside = [n for n in line.notes if section.start_tick <= n.start_tick < section.end_tick]
            played = sum(any(b.start_tick <= n.start_tick < b.end_tick for n in inside) for b in bars)
            if played >= max(1, len(bars) // 2) and len(inside) > len(best):
                best = inside
        if best:
            break
    if not best:
        return []
    mean = sum(n.pitch for n in best) / len(best)
    octave = min(range(-36, 37, 12), key=lambda o: abs(mean + o - (low + high) / 2))
    out = []
    for n in best:
        end = min(n.end_tick, section.end_tick)
        chord = tones(chord_at(task.chart.chords, n.start_tick))
        sung = melody.pitches(n.start_tick, end, 120)
        if task.settings.gaps and sung:
            continue
        pitch = into(n.pitch + octave, low, high)
        if not chord:
            continue
        on_beat = n.start_tick % TICKS_PER_QUARTER <= 60 or end - n.start_tick >= TICKS_PER_QUARTER // 2
        allowed = set(chord) if on_beat else set(scale_pcs(key_at(task.chart.keys, n.start_tick))) | set(chord)
        if pitch % 12 not in allowed or clashes(pitch, sung):
            options = [place(pc, low, high, pitch) for pc in chord]
            free = [p for p in options if not clashes(p, sung)]
            if not free:
                continue
            pitch = nearest_pitch(free, pitch)
        out.append(
            Note(
                n.start_tick,
                max(end, n.start_tick + 60),
                pitch,
                velocity(76, task.spec),
                Origin(task.name, function="hook"),
            )
        )
    return out
