"""Broken chords in a pattern of degrees."""

from __future__ import annotations

from remixkit.arrange.playing.placement import follow_chords, lay_events, muted
from remixkit.arrange.playing.player import flag, lead, number, ordered, register, velocity
from remixkit.arrange.playing.task import Phrase, RoleTask
from remixkit.arrange.playing.tones import approach, bass_pc, clashes, degree_interval, into, nearest, place
from remixkit.arrange.roles.comping import breaks
from remixkit.model.song import Note
from remixkit.patterns import parse_pattern
from remixkit.style.settings import FLAG, SHARE, takes
from remixkit.theory.chords import tones
from remixkit.theory.keys import key_at

RISING = parse_pattern("rising", events="1:1/.5@80 1.5:5 2:8 2.5:T 3:12 3.5:T 4:8 4.5:5", steps={})
_VOICING_WORDS = {"all": ("1", "3", "5", "8"), "low": ("1",), "mid": ("3", "5"), "top": ("8",)}


@takes(ring=SHARE, gaps=FLAG, stop=FLAG, vary=SHARE)
def arpeggio(task: RoleTask) -> Phrase:
    """Play degrees above a root that stands low in the register and moves as little as may be from chord to chord.

    Settings: `ring` (0-1: how far notes ring on towards the chord's end, default 0), `gaps` (true: only where the tune
    rests, and one stroke to greet each section), `stop` (true: silent in the second half of the bar before the last
    chorus), `vary` (0-1: how often a phrase's last bar differs by a stroke, default .6).
    """
    spec = task.spec
    low, high = register(spec)
    ring = number(spec, "ring", 0.0)
    tune = lead(task)
    laid = lay_events(task, RISING, kind="arpeggio", ending=("1", "5", "8", "T"))
    if flag(spec, "stop", True):
        laid = muted(laid, breaks(task))
    out: list[Note] = []
    home = low + 4.0
    gaps = flag(spec, "gaps")
    greeted: set[int] = set()
    for stroke in follow_chords(laid, task.chart.chords):
        greets = stroke.bar.section.start_tick not in greeted
        greeted.add(stroke.bar.section.start_tick)
        if gaps and not greets and tune.pitches(stroke.start_tick, stroke.end_tick) and not stroke.bar.is_ending:
            continue
        chord = task.chart.chords[stroke.chord_index]
        key = key_at(task.chart.keys, stroke.start_tick)
        root = place(chord.root_pc or 0, low, min(high, low + 14), home)
        home = 0.5 * root + 0.5 * (low + 4)
        degrees = [w for d in stroke.degrees for w in _VOICING_WORDS.get(d, (d,))]
        for i, degree in enumerate(degrees):
            if degree == "a":
                following = task.chart.chords[min(stroke.chord_index + 1, len(task.chart.chords) - 1)]
                goal = place(bass_pc(following), low, high, root)
                pitch = approach(goal, root, key, low, high)
            elif degree == "bass":
                pitch = place(bass_pc(chord), low, high, root)
            else:
                pitch = into(root + degree_interval(chord, degree, key), low, high)
            end = stroke.end_tick + round(ring * max(0, chord.end_tick - stroke.end_tick))
            sung = tune.pitches(stroke.start_tick, end, 240)
            if clashes(pitch, sung):
                free = [p for p in (place(pc, low, high, pitch) for pc in tones(chord)) if not clashes(p, sung)]
                pitch = nearest(free, pitch)
            start = stroke.start_tick + (i * 30 if len(degrees) > 2 else 0)
            out.append(Note(start, max(end, start + 60), pitch, velocity(stroke.velocity, spec), stroke.origin))
    return Phrase(ordered(out))
