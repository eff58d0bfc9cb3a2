"""An ostinato: one rhythm, two or three pitches that change as little as the chords allow."""

from __future__ import annotations

from remixkit.arrange.playing.placement import follow_chords, lay_events, muted
from remixkit.arrange.playing.player import flag, lead, number, ordered, register, velocity
from remixkit.arrange.playing.task import Phrase, RoleTask
from remixkit.arrange.playing.tones import clashes, place
from remixkit.arrange.roles.comping import breaks
from remixkit.model.song import Note
from remixkit.patterns import parse_pattern
from remixkit.style.settings import FLAG, SHARE, takes
from remixkit.theory.chords import tones

EIGHTHS = parse_pattern(
    "eighths",
    events="1:low/.5@92 2:mid/.5@76 2.5:low/.5@70 3:low/.5@88 3.5:mid/.5@70 4:top/.5@78 4.5:mid/.5@72",
    steps={},
)


@takes(gate=SHARE, stop=FLAG, vary=SHARE)
def ostinato(task: RoleTask) -> Phrase:
    """Repeat a figure: `low`, `mid` and `top` of a pattern are the chord tones nearest to three places of the register.

    Settings: `gate` (share of the written length that sounds, default .7), `stop` as for chords,
    `vary` (0-1: how often a phrase's last bar differs by a stroke, default .6).
    """
    spec = task.spec
    low, high = register(spec)
    third = (high - low) / 3
    places = {"low": low + 0.5 * third, "mid": low + 1.3 * third, "top": low + 2.1 * third, "all": low + 1.3 * third}
    gate = number(spec, "gate", 0.7)
    tune = lead(task)
    laid = lay_events(task, EIGHTHS, kind="ostinato", ending=("low",))
    if flag(spec, "stop", True):
        laid = muted(laid, breaks(task))
    out: list[Note] = []
    now = dict(places)
    for stroke in follow_chords(laid, task.chart.chords):
        chord = tones(task.chart.chords[stroke.chord_index])
        sung = tune.pitches(stroke.start_tick, stroke.end_tick, 240)
        for degree in stroke.degrees:
            goal = places.get(degree, places["mid"])
            options = [place(pc, low, high, now.get(degree, goal)) for pc in chord]
            free = [p for p in options if not clashes(p, sung)] or options
            pitch = min(free, key=lambda p: abs(p - now.get(degree, goal)) + 0.5 * abs(p - goal))
            now[degree] = pitch
            held = stroke.end_tick - stroke.start_tick
            end = stroke.start_tick + max(60, round(held * (1.0 if stroke.bar.is_ending else gate)))
            out.append(Note(stroke.start_tick, end, pitch, velocity(stroke.velocity, spec), stroke.origin))
    return Phrase(ordered(out))
