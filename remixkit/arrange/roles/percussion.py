"""Orchestral percussion: cymbal swells and crashes, patterns for shakers and tambourines; timpani."""

from __future__ import annotations

from dataclasses import dataclass

from remixkit.arrange.playing.bars import Bar, bars_of
from remixkit.arrange.playing.placement import hits_in, place_patterns, stretch_of
from remixkit.arrange.playing.player import register, velocity
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.arrange.playing.tones import chord_bass_pc, degree_interval, place
from remixkit.midi.spec import DRUM_VOICES
from remixkit.model.song import Note, Origin, each_pitch_alone
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.patterns import parse_pattern
from remixkit.plugin import Traits, role, setting
from remixkit.theory.keys import chord_at, key_at

NOTHING = parse_pattern("nothing", steps={"shaker": "................"})
_THIRTY_SECOND = TICKS_PER_QUARTER // 8


@dataclass(frozen=True, slots=True)
class PercussionSettings:
    """What a style may set for percussion."""

    swells: bool = setting(True, "two beats of cymbal roll before a rise")
    crash: bool = setting(True, "where louder sections begin, and on the last chord")
    crash_intensity: float = setting(0.6, "from which a section is greeted by a crash", low=0, high=1)


@role(settings=PercussionSettings, traits=Traits(plays_drums=True, patterns="steps"))
def percussion(task: RoleTask[PercussionSettings]) -> RoleOutput:
    """Play a pattern if one is named, swell into louder sections, crash where they begin."""
    settings = task.settings
    unit = TICKS_PER_QUARTER * stretch_of(task.chart)
    out: list[Note] = []
    for bar, pattern, gone in place_patterns(task, NOTHING, kind="percussion"):
        length = bar.end_tick - bar.start_tick
        out += [
            _hit(task, at, hit.voice, hit.velocity, Origin(task.name, pattern.name, "groove"))
            for at, hit in hits_in(pattern, start=bar.start_tick, gone=gone, cut=length, unit=unit)
        ]
    for bar in bars_of(task.chart, task.chart.sections):
        if settings.swells and leads_up(bar):
            start = max(bar.start_tick, bar.end_tick - 2 * TICKS_PER_QUARTER)
            count = max(1, (bar.end_tick - start) // _THIRTY_SECOND)
            out += [
                _hit(
                    task,
                    start + k * _THIRTY_SECOND,
                    "crash2",
                    round(24 + 66 * (k / count) ** 1.6),
                    Origin(task.name, function="swell"),
                )
                for k in range(count)
            ]
        if not settings.crash:
            continue
        if (bar.index == 0 and bar.section.accompaniment_intensity >= settings.crash_intensity and bar.start_tick) or (
            bar.index % 8 == 0 and bar.section.is_last_chorus
        ):
            out.append(
                _hit(task, bar.start_tick, "crash", 100, Origin(task.name, function="crash"), TICKS_PER_QUARTER * 2)
            )
        if bar.is_final:
            out.append(
                _hit(
                    task,
                    bar.start_tick,
                    "crash",
                    92,
                    Origin(task.name, function="final"),
                    bar.end_tick - bar.start_tick,
                )
            )
    return RoleOutput(each_pitch_alone(out))


@dataclass(frozen=True, slots=True)
class TimpaniSettings:
    """What a style may set for timpani."""

    stroke_intensity: float = setting(0.7, "from which downbeats are struck", low=0, high=1)
    roll_beats: float = setting(2.0, "length of a roll", low=0, high=16)


@role(settings=TimpaniSettings, traits=Traits())
def timpani(task: RoleTask[TimpaniSettings]) -> RoleOutput:
    """Strike roots and fifths on strong beats of loud sections, roll into rises and on the last chord."""
    spec = task.spec
    low, high = register(spec)
    roll = round(task.settings.roll_beats * TICKS_PER_QUARTER)
    out: list[Note] = []
    for bar in bars_of(task.chart, task.chart.sections):
        chord = chord_at(task.chart.chords, bar.start_tick)
        if bar.is_final:
            out += _roll(task, bar.start_tick, bar.end_tick, _drum(task, bar.start_tick, low, high), 96, 60)
            continue
        in_section = any(s.start_tick == bar.section.start_tick for s in task.sections)
        if (
            in_section
            and bar.section.accompaniment_intensity >= task.settings.stroke_intensity
            and chord.root_pc is not None
        ):
            pitch = _drum(task, bar.start_tick, low, high)
            out.append(
                Note(
                    bar.start_tick,
                    bar.start_tick + TICKS_PER_QUARTER,
                    pitch,
                    velocity(92 if bar.index % 4 == 0 else 78, spec),
                    Origin(task.name, function="stroke"),
                )
            )
            if bar.index % 4 == 3 and not leads_up(bar):
                tick = bar.end_tick - TICKS_PER_QUARTER
                fifth = place(
                    (pitch + degree_interval(chord, "5", key_at(task.chart.keys, tick))) % 12, low, high, pitch
                )
                out.append(
                    Note(
                        tick,
                        tick + TICKS_PER_QUARTER // 2,
                        fifth,
                        velocity(74, spec),
                        Origin(task.name, function="stroke"),
                    )
                )
                half = tick + TICKS_PER_QUARTER // 2
                out.append(
                    Note(
                        half,
                        half + TICKS_PER_QUARTER // 2,
                        pitch,
                        velocity(80, spec),
                        Origin(task.name, function="stroke"),
                    )
                )
        if leads_up(bar):
            start = max(bar.start_tick, bar.end_tick - roll)
            out += _roll(task, start, bar.end_tick, _drum(task, start, low, high), 40, 104)
    return RoleOutput(each_pitch_alone(out))


def leads_up(bar: Bar) -> bool:
    """Whether a clearly louder section, or the chorus, begins after this bar."""
    if not bar.is_section_end or bar.following is None:
        return False
    change = bar.following.accompaniment_intensity - bar.section.accompaniment_intensity
    return (change >= 0.12 and bar.following.accompaniment_intensity >= 0.5) or (
        bar.following.label == "chorus" and change > 0
    )


def _drum(task: RoleTask[object], tick: int, low: int, high: int) -> int:
    """Of root and fifth of the chord the one that a kettle tuned around the middle plays."""
    chord = chord_at(task.chart.chords, tick)
    if chord.root_pc is None:
        return place(key_at(task.chart.keys, tick).tonic_pc, low, high, (low + high) / 2)
    return place(chord_bass_pc(chord), low, high, (low + high) / 2)


def _roll(task: RoleTask[object], start: int, end: int, pitch: int, first: int, last: int) -> list[Note]:
    count = max(1, (end - start) // _THIRTY_SECOND)
    return [
        Note(
            start + k * _THIRTY_SECOND,
            start + (k + 1) * _THIRTY_SECOND,
            pitch,
            velocity(round(first + (last - first) * (k / count) ** 1.4), task.spec),
            Origin(task.name, function="roll"),
        )
        for k in range(count)
    ]


def _hit(
    task: RoleTask[object], tick: int, voice: str, written: int, origin: Origin, length: int = _THIRTY_SECOND
) -> Note:
    return Note(tick, tick + length, DRUM_VOICES[voice], velocity(written, task.spec), origin)
