"""Broken chords in a pattern of degrees."""

from __future__ import annotations

from dataclasses import dataclass

from remixkit.arrange.playing.placement import follow_chords, muted, place_events
from remixkit.arrange.playing.player import lead_line, register, velocity
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.arrange.playing.tones import approach, chord_bass_pc, clashes, degree_interval, into, nearest_pitch, place
from remixkit.arrange.roles.comping import breaks
from remixkit.model.song import Note, each_pitch_alone
from remixkit.patterns import parse_pattern
from remixkit.plugin import Traits, role, setting
from remixkit.theory.chords import tones
from remixkit.theory.keys import key_at

RISING = parse_pattern("rising", events="1:1/.5@80 1.5:5 2:8 2.5:T 3:12 3.5:T 4:8 4.5:5", steps={})
_VOICING_WORDS = {"all": ("1", "3", "5", "8"), "low": ("1",), "mid": ("3", "5"), "top": ("8",)}


@dataclass(frozen=True, slots=True)
class ArpeggioSettings:
    """What a style may set."""

    ring: float = setting(0.0, "how far notes ring on towards the chord's end", low=0, high=1)
    gaps: bool = setting(False, "only where the melody rests, and one stroke to greet each section")
    stop: bool = setting(True, "silent in the second half of a bar whose ending is `stop`")
    vary: float = setting(0.6, "how often the last bar of a phrase differs by a stroke", low=0, high=1)


@role(settings=ArpeggioSettings, traits=Traits(patterns="events", low_register="gives way"))
def arpeggio(task: RoleTask[ArpeggioSettings]) -> RoleOutput:
    """Play degrees above a root that stands low in the register and moves as little as may be from chord to chord."""
    spec = task.spec
    low, high = register(spec)
    ring = task.settings.ring
    melody = lead_line(task)
    placed = place_events(task, RISING, kind="arpeggio", vary=task.settings.vary, final=("1", "5", "8", "T"))
    if task.settings.stop:
        placed = muted(placed, breaks(task))
    out: list[Note] = []
    home = low + 4.0
    gaps = task.settings.gaps
    greeted: set[int] = set()
    for stroke in follow_chords(placed, task.chart.chords):
        greets = stroke.bar.section.start_tick not in greeted
        greeted.add(stroke.bar.section.start_tick)
        if gaps and not greets and melody.pitches(stroke.start_tick, stroke.end_tick) and not stroke.bar.is_final:
            continue
        chord = task.chart.chords[stroke.chord_index]
        key = key_at(task.chart.keys, stroke.start_tick)
        root = place(chord.root_pc or 0, low, min(high, low + 14), home)
        home = 0.5 * root + 0.5 * (low + 4)
        degrees = [w for d in stroke.degrees for w in _VOICING_WORDS.get(d, (d,))]
        for i, degree in enumerate(degrees):
            if degree == "a":
                following = task.chart.chords[min(stroke.chord_index + 1, len(task.chart.chords) - 1)]
                goal = place(chord_bass_pc(following), low, high, root)
                pitch = approach(goal, root, key, low, high)
            elif degree == "bass":
                pitch = place(chord_bass_pc(chord), low, high, root)
            else:
                pitch = into(root + degree_interval(chord, degree, key), low, high)
            end = stroke.end_tick + round(ring * max(0, chord.end_tick - stroke.end_tick))
            sung = melody.pitches(stroke.start_tick, end, 240)
            if clashes(pitch, sung):
                free = [p for p in (place(pc, low, high, pitch) for pc in tones(chord)) if not clashes(p, sung)]
                pitch = nearest_pitch(free, pitch)
            start = stroke.start_tick + (i * 30 if len(degrees) > 2 else 0)
            out.append(Note(start, max(end, start + 60), pitch, velocity(stroke.velocity, spec), stroke.origin))
    return RoleOutput(each_pitch_alone(out))
