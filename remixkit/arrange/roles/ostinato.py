"""An ostinato: one rhythm, two or three pitches that change as little as the chords allow."""

from __future__ import annotations

from dataclasses import dataclass

from remixkit.arrange.playing.placement import follow_chords, muted, place_events
from remixkit.arrange.playing.player import lead_line, register, velocity
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.arrange.playing.tones import clashes, place
from remixkit.arrange.roles.comping import breaks
from remixkit.model.song import Note, each_pitch_alone
from remixkit.patterns import parse_pattern
from remixkit.plugin import Traits, role, setting
from remixkit.theory.chords import tones

EIGHTHS = parse_pattern(
    "eighths",
    events="1:low/.5@92 2:mid/.5@76 2.5:low/.5@70 3:low/.5@88 3.5:mid/.5@70 4:top/.5@78 4.5:mid/.5@72",
    steps={},
)


@dataclass(frozen=True, slots=True)
class OstinatoSettings:
    """What a style may set."""

    gate: float = setting(0.7, "share of the written length that sounds", low=0, high=1)
    stop: bool = setting(True, "silent in the second half of a bar whose ending is `stop`")
    vary: float = setting(0.6, "how often the last bar of a phrase differs by a stroke", low=0, high=1)


@role(settings=OstinatoSettings, traits=Traits(patterns="events", low_register="gives way"))
def ostinato(task: RoleTask[OstinatoSettings]) -> RoleOutput:
    """Repeat a figure: `low`, `mid`, `top` of a pattern are the chord tones nearest to three places of the register."""
    spec = task.spec
    low, high = register(spec)
    third = (high - low) / 3
    places = {"low": low + 0.5 * third, "mid": low + 1.3 * third, "top": low + 2.1 * third, "all": low + 1.3 * third}
    melody = lead_line(task)
    placed = place_events(task, EIGHTHS, kind="ostinato", vary=task.settings.vary, final=("low",))
    if task.settings.stop:
        placed = muted(placed, breaks(task))
    out: list[Note] = []
    now = dict(places)
    for stroke in follow_chords(placed, task.chart.chords):
        chord = tones(task.chart.chords[stroke.chord_index])
        sung = melody.pitches(stroke.start_tick, stroke.end_tick, 240)
        for degree in stroke.degrees:
            goal = places.get(degree, places["mid"])
            options = [place(pc, low, high, now.get(degree, goal)) for pc in chord]
            free = [p for p in options if not clashes(p, sung)] or options
            pitch = min(free, key=lambda p: abs(p - now.get(degree, goal)) + 0.5 * abs(p - goal))
            now[degree] = pitch
            held = stroke.end_tick - stroke.start_tick
            end = stroke.start_tick + max(60, round(held * (1.0 if stroke.bar.is_final else task.settings.gate)))
            out.append(Note(stroke.start_tick, end, pitch, velocity(stroke.velocity, spec), stroke.origin))
    return RoleOutput(each_pitch_alone(out))
