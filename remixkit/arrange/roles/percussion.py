"""Orchestral percussion: cymbal swells and crashes, patterns for shakers and tambourines; timpani."""

from __future__ import annotations

from remixkit.arrange.playing.bars import Bar, bars_of
from remixkit.arrange.playing.placement import hits_in, lay_patterns, stretch_of
from remixkit.arrange.playing.player import flag, number, ordered, register, velocity
from remixkit.arrange.playing.task import Phrase, RoleTask
from remixkit.arrange.playing.tones import bass_pc, degree_interval, place
from remixkit.midi.spec import DRUM_VOICES
from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.patterns import parse_pattern
from remixkit.style.settings import FLAG, SHARE, between, takes
from remixkit.theory.keys import chord_at, key_at

NOTHING = parse_pattern("nothing", steps={"shaker": "................"})
_THIRTY_SECOND = TICKS_PER_QUARTER // 8


@takes(swells=FLAG, crash=FLAG, least=SHARE)
def percussion(task: RoleTask) -> Phrase:
    """Play a pattern if one is named, swell into louder sections, crash where they begin.

    Settings: `swells` (true: two beats of cymbal roll before a rise), `crash` (true), `least` (intensity from which a
    section is greeted by a crash, default .6).
    """
    spec = task.spec
    unit = TICKS_PER_QUARTER * stretch_of(task.chart)
    out: list[Note] = []
    for bar, pattern, gone in lay_patterns(task, NOTHING, kind="percussion"):
        length = bar.end_tick - bar.start_tick
        out += [
            _hit(task, at, hit.voice, hit.velocity, pattern.name)
            for at, hit in hits_in(pattern, start=bar.start_tick, gone=gone, cut=length, unit=unit)
        ]
    least = number(spec, "least", 0.6)
    for bar in bars_of(task.chart, task.chart.sections):
        if flag(spec, "swells", True) and rises(bar):
            start = max(bar.start_tick, bar.end_tick - 2 * TICKS_PER_QUARTER)
            count = max(1, (bar.end_tick - start) // _THIRTY_SECOND)
            out += [
                _hit(task, start + k * _THIRTY_SECOND, "crash2", round(24 + 66 * (k / count) ** 1.6), "swell")
                for k in range(count)
            ]
        if not flag(spec, "crash", True):
            continue
        if (bar.index == 0 and bar.section.effort >= least and bar.start_tick) or (
            bar.index % 8 == 0 and bar.section.is_last_chorus
        ):
            out.append(_hit(task, bar.start_tick, "crash", 100, "crash", TICKS_PER_QUARTER * 2))
        if bar.is_ending:
            out.append(_hit(task, bar.start_tick, "crash", 92, "ending", bar.end_tick - bar.start_tick))
    return Phrase(ordered(out))


@takes(strokes=SHARE, roll_beats=between(0, 16))
def timpani(task: RoleTask) -> Phrase:
    """Strike roots and fifths on strong beats of loud sections, roll into rises and on the last chord.

    Settings: `strokes` (intensity from which downbeats are struck, default .7), `roll_beats` (default 2).
    """
    spec = task.spec
    low, high = register(spec)
    least = number(spec, "strokes", 0.7)
    roll = round(number(spec, "roll_beats", 2) * TICKS_PER_QUARTER)
    out: list[Note] = []
    for bar in bars_of(task.chart, task.chart.sections):
        chord = chord_at(task.chart.chords, bar.start_tick)
        if bar.is_ending:
            out += _roll(task, bar.start_tick, bar.end_tick, _drum(task, bar.start_tick, low, high), 96, 60)
            continue
        in_section = any(s.start_tick == bar.section.start_tick for s in task.sections)
        if in_section and bar.section.effort >= least and chord.root_pc is not None:
            pitch = _drum(task, bar.start_tick, low, high)
            out.append(
                Note(
                    bar.start_tick,
                    bar.start_tick + TICKS_PER_QUARTER,
                    pitch,
                    velocity(92 if bar.index % 4 == 0 else 78, spec),
                    f"{task.name}/stroke",
                )
            )
            if bar.index % 4 == 3 and not rises(bar):
                tick = bar.end_tick - TICKS_PER_QUARTER
                fifth = place(
                    (pitch + degree_interval(chord, "5", key_at(task.chart.keys, tick))) % 12, low, high, pitch
                )
                out.append(Note(tick, tick + TICKS_PER_QUARTER // 2, fifth, velocity(74, spec), f"{task.name}/stroke"))
                half = tick + TICKS_PER_QUARTER // 2
                out.append(Note(half, half + TICKS_PER_QUARTER // 2, pitch, velocity(80, spec), f"{task.name}/stroke"))
        if rises(bar):
            start = max(bar.start_tick, bar.end_tick - roll)
            out += _roll(task, start, bar.end_tick, _drum(task, start, low, high), 40, 104)
    return Phrase(ordered(out))


def rises(bar: Bar) -> bool:
    """Whether a clearly louder section, or the chorus, begins after this bar."""
    if not bar.is_join or bar.following is None:
        return False
    change = bar.following.effort - bar.section.effort
    return (change >= 0.12 and bar.following.effort >= 0.5) or (bar.following.label == "chorus" and change > 0)


def _drum(task: RoleTask, tick: int, low: int, high: int) -> int:
    """Of root and fifth of the chord the one that a kettle tuned around the middle plays."""
    chord = chord_at(task.chart.chords, tick)
    if chord.root_pc is None:
        return place(key_at(task.chart.keys, tick).tonic_pc, low, high, (low + high) / 2)
    return place(bass_pc(chord), low, high, (low + high) / 2)


def _roll(task: RoleTask, start: int, end: int, pitch: int, first: int, last: int) -> list[Note]:
    count = max(1, (end - start) // _THIRTY_SECOND)
    return [
        Note(
            start + k * _THIRTY_SECOND,
            start + (k + 1) * _THIRTY_SECOND,
            pitch,
            velocity(round(first + (last - first) * (k / count) ** 1.4), task.spec),
            f"{task.name}/roll",
        )
        for k in range(count)
    ]


def _hit(task: RoleTask, tick: int, voice: str, written: int, origin: str, length: int = _THIRTY_SECOND) -> Note:
    return Note(tick, tick + length, DRUM_VOICES[voice], velocity(written, task.spec), f"{task.name}/{origin}")
