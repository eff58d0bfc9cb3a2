"""Chords: the style's rhythm pattern on the style's voicing."""

from __future__ import annotations

from remixkit.arrange.playing.bars import Stroke, bars_of
from remixkit.arrange.playing.melody_line import Tune
from remixkit.arrange.playing.placement import follow_chords, lay_events, muted
from remixkit.arrange.playing.player import flag, lead, number, ordered, register, velocity, voiced
from remixkit.arrange.playing.task import Phrase, RoleTask
from remixkit.arrange.playing.tones import approach, bass_pc, clashes, degree_interval, into, place
from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.patterns import parse_pattern
from remixkit.style.settings import FLAG, SHARE, between, takes
from remixkit.theory.keys import key_at

HELD = parse_pattern("held", events="1:all/4@74", steps={})


@takes(voices=between(1, 8), roll_ms=between(0, 200), gate=SHARE, avoid=FLAG, stop=FLAG, vary=SHARE)
def chords(task: RoleTask) -> Phrase:
    """Comp.

    Settings: `voices` (default 4), `roll_ms` (a strum from the bottom up; its time between two notes), `gate` (share of
    the written length that sounds, default 1), `stop` (true: silent in the second half of the bar before the last
    chorus), `avoid` (true: leave out notes that stand a semitone from the tune),
    `vary` (0-1: how often a phrase's last bar differs by a stroke, default .6).
    """
    spec = task.spec
    tune = lead(task)
    laid = lay_events(task, HELD, kind="chords")
    if flag(spec, "stop", True):
        laid = muted(laid, breaks(task))
    strokes = follow_chords(laid, task.chart.chords)
    voicings = voiced(task, round(number(spec, "voices", 4)), tune)
    gate = number(spec, "gate", 1.0)
    roll_ms = number(spec, "roll_ms", 0.0)
    avoid = flag(spec, "avoid", True)
    out: list[Note] = []
    for stroke in strokes:
        voicing = voicings[stroke.chord_index]
        pitches = sorted({p for d in stroke.degrees for p in pitches_of(task, stroke, d, voicing)})
        if avoid:
            pitches = clear_of(pitches, tune, stroke)
        spread = _spread(task, stroke, roll_ms, len(pitches))
        end = stroke.start_tick + max(60, round((stroke.end_tick - stroke.start_tick) * gate))
        for i, pitch in enumerate(pitches):
            start = stroke.start_tick + round(i * spread)
            out.append(Note(start, max(end, start + 60), pitch, velocity(stroke.velocity, spec), stroke.origin))
    return Phrase(ordered(out))


def breaks(task: RoleTask) -> tuple[tuple[int, int], ...]:
    """The second half of each bar in which the band holds its breath."""
    return tuple(
        ((b.start_tick + b.end_tick) // 2, b.end_tick) for b in bars_of(task.chart, task.sections) if b.is_break
    )


def pitches_of(task: RoleTask, stroke: Stroke, degree: str, voicing: tuple[int, ...]) -> tuple[int, ...]:
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
        goal = place(bass_pc(following), low, high, low + 5)
        return (approach(goal, goal - 3, key, low, high),)
    pc = bass_pc(chord) if degree == "bass" else chord.root_pc or 0
    root = place(pc, low, high, low + 5)
    return (into(root + degree_interval(chord, degree, key), low, high),)


def clear_of(pitches: list[int], tune: Tune, stroke: Stroke) -> list[int]:
    """Without notes that would rub against a tune note for half a beat; two at least stay."""
    sung = tune.pitches(stroke.start_tick, stroke.end_tick, TICKS_PER_QUARTER // 2)
    kept = [p for p in pitches if not clashes(p, sung)]
    return kept if len(kept) >= min(2, len(pitches)) else pitches


def _spread(task: RoleTask, stroke: Stroke, roll_ms: float, count: int) -> float:
    """Ticks from one note of a roll to the next, a third of the stroke altogether at most."""
    if roll_ms <= 0 or count < 2:
        return 0.0
    ticks = roll_ms * task.chart.grid.tempo.bpm_at(stroke.start_tick) * TICKS_PER_QUARTER / 60_000.0
    return min(ticks, (stroke.end_tick - stroke.start_tick) / 3 / (count - 1))
