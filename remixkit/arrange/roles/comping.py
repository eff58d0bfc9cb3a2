"""Chords: the style's rhythm pattern on the style's voicing."""

from __future__ import annotations

from dataclasses import dataclass

from remixkit.arrange.playing.bars import ChordEvent, bars_of
from remixkit.arrange.playing.melody_line import MelodyLine
from remixkit.arrange.playing.placement import follow_chords, muted, place_events
from remixkit.arrange.playing.player import lead_line, register, velocity, voiced
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.arrange.playing.tones import approach, chord_bass_pc, clashes, degree_interval, into, place
from remixkit.model.song import Note, each_pitch_alone
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.patterns import parse_pattern
from remixkit.plugin import Traits, role, setting
from remixkit.theory.keys import key_at

HELD = parse_pattern("held", events="1:all/4@74", steps={})


@dataclass(frozen=True, slots=True)
class CompingSettings:
    """What a style may set."""

    voices: int = setting(4, "notes of a chord", low=1, high=8)
    roll_ms: float = setting(0.0, "a strum from the bottom up: from one note to the next", low=0, high=200)
    gate: float = setting(1.0, "share of the written length that sounds", low=0, high=1)
    avoid: bool = setting(True, "leaves out notes a semitone from the melody")
    stop: bool = setting(True, "silent in the second half of a bar whose ending is `stop`")
    vary: float = setting(0.6, "how often the last bar of a phrase differs by a stroke", low=0, high=1)


@role(settings=CompingSettings, traits=Traits(patterns="events", low_register="gives way"))
def chords(task: RoleTask[CompingSettings]) -> RoleOutput:
    """Comp."""
    spec, settings = task.spec, task.settings
    melody = lead_line(task)
    placed = place_events(task, HELD, kind="chords", vary=task.settings.vary)
    if settings.stop:
        placed = muted(placed, breaks(task))
    strokes = follow_chords(placed, task.chart.chords)
    voicings = voiced(task, settings.voices, melody)
    out: list[Note] = []
    for stroke in strokes:
        voicing = voicings[stroke.chord_index]
        pitches = sorted({p for d in stroke.degrees for p in pitches_of(task, stroke, d, voicing)})
        if settings.avoid:
            pitches = clear_of(pitches, melody, stroke)
        spread = _spread(task, stroke, settings.roll_ms, len(pitches))
        end = stroke.start_tick + max(60, round((stroke.end_tick - stroke.start_tick) * settings.gate))
        for i, pitch in enumerate(pitches):
            start = stroke.start_tick + round(i * spread)
            out.append(Note(start, max(end, start + 60), pitch, velocity(stroke.velocity, spec), stroke.origin))
    return RoleOutput(each_pitch_alone(out))


def breaks(task: RoleTask[object]) -> tuple[tuple[int, int], ...]:
    """The second half of each bar in which the band holds its breath."""
    return tuple(
        ((b.start_tick + b.end_tick) // 2, b.end_tick) for b in bars_of(task.chart, task.sections) if b.is_break
    )


def pitches_of(task: RoleTask[object], stroke: ChordEvent, degree: str, voicing: tuple[int, ...]) -> tuple[int, ...]:
    """The pitches of one degree of a stroke: of the voicing, or of the chord from the register's bottom up."""
    if not voicing:
        return ()
    if degree == "all":
        return voicing
    if degree == "top":
        return voicing[-1:]
    if degree == "low":
        return voicing[:1]
    if degree == "mid":
        return voicing[1:-1] or voicing
    low, high = register(task.spec)
    chord = task.chart.chords[stroke.chord_index]
    key = key_at(task.chart.keys, stroke.start_tick)
    if degree == "a":
        following = task.chart.chords[min(stroke.chord_index + 1, len(task.chart.chords) - 1)]
        goal = place(chord_bass_pc(following), low, high, low + 5)
        return (approach(goal, goal - 3, key, low, high),)
    pc = chord_bass_pc(chord) if degree == "bass" else chord.root_pc or 0
    root = place(pc, low, high, low + 5)
    return (into(root + degree_interval(chord, degree, key), low, high),)


def clear_of(pitches: list[int], melody: MelodyLine, stroke: ChordEvent) -> list[int]:
    """Without notes that would rub against a tune note for half a beat; two at least stay."""
    sung = melody.pitches(stroke.start_tick, stroke.end_tick, TICKS_PER_QUARTER // 2)
    kept = [p for p in pitches if not clashes(p, sung)]
    return kept if len(kept) >= min(2, len(pitches)) else pitches


def _spread(task: RoleTask[object], stroke: ChordEvent, roll_ms: float, count: int) -> float:
    """Ticks from one note of a roll to the next, a third of the stroke altogether at most."""
    if roll_ms <= 0 or count < 2:
        return 0.0
    ticks = roll_ms * task.chart.grid.tempo.bpm_at(stroke.start_tick) * TICKS_PER_QUARTER / 60_000.0
    return min(ticks, (stroke.end_tick - stroke.start_tick) / 3 / (count - 1))
