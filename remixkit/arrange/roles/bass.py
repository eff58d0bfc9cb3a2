"""The bass: roots with few leaps, approach notes, locked to the kick where the style asks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from remixkit.arrange.playing.bars import ChordEvent
from remixkit.arrange.playing.melody_line import MelodyLine
from remixkit.arrange.playing.placement import follow_chords, muted, place_events
from remixkit.arrange.playing.player import lead_line, plays_at, register, velocity
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.arrange.playing.tones import approach, chord_bass_pc, degree_interval, into, place
from remixkit.arrange.roles.comping import breaks
from remixkit.midi.spec import BASS_DRUMS
from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Note, Origin, each_pitch_alone
from remixkit.model.spans import without_overlaps
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.patterns import parse_pattern
from remixkit.plugin import RoleName, Traits, role, setting
from remixkit.theory.keys import key_at

ROOTS = parse_pattern("roots", events="1:bass/2@84 3:bass/1.5@78 4.5:bass/.5@70", steps={})


# A stroke this near a kick is with it.
_NEAR = 60


@dataclass(frozen=True, slots=True)
class BassSettings:
    """What a style may set."""

    lock: RoleName = setting("", "a drum role: the bass is struck with every kick of it")
    follow: RoleName = setting("", "a bass that is doubled where it plays, repeated notes held")
    home_pitch: float | None = setting(
        None, "around which roots are sought; else a third up the register", low=0, high=127
    )
    gate: float = setting(0.92, "share of the written length that sounds", low=0, high=1)
    stop: bool = setting(True, "silent in the second half of a bar whose ending is `stop`")
    vary: float = setting(0.6, "how often the last bar of a phrase differs by a stroke", low=0, high=1)


@role(settings=BassSettings, traits=Traits(patterns="events", low_register="holds"))
def bass(task: RoleTask[BassSettings]) -> RoleOutput:
    """Play the pattern on the chords' basses."""
    spec = task.spec
    low, high = register(spec)
    settings = task.settings
    home = low + (high - low) / 3 if settings.home_pitch is None else settings.home_pitch
    placed = place_events(task, ROOTS, kind="bass", vary=settings.vary, final=("bass",), final_velocity=92)
    if settings.stop:
        placed = muted(placed, breaks(task))
    strokes = follow_chords(placed, task.chart.chords)
    kicks = _kicks(task, settings.lock)
    strokes = _locked(task, strokes, kicks) if kicks else strokes
    melody = lead_line(task)
    out = _doubled(task, low, high, home)
    taken = [s for s in task.sections if any(s.start_tick <= n.start_tick < s.end_tick for n in out)]
    strokes = tuple(s for s in strokes if not plays_at(taken, s.start_tick))
    root = home
    last_chord = -1
    for stroke in strokes:
        chord = task.chart.chords[stroke.chord_index]
        arrives = stroke.chord_index != last_chord
        if arrives:
            near = 0.45 * root + 0.55 * home
            before = None if last_chord < 0 else int(root)
            root = _arrival(melody, chord, before, low, high, near)
            last_chord = stroke.chord_index
        held = stroke.end_tick - stroke.start_tick
        end = stroke.start_tick + max(60, round(held * (1.0 if stroke.bar.is_final else settings.gate)))
        now = out[-1].pitch if out else int(root)
        # Whatever the pattern says, the first note on a chord names it.
        states = arrives and stroke.degrees[0] != "a"
        pitch = int(root) if states else _pitch(task, stroke, int(root), home, low, high, now)
        out.append(Note(stroke.start_tick, end, pitch, velocity(stroke.velocity, spec), stroke.origin))
    return RoleOutput(without_overlaps(each_pitch_alone(out)))


def _arrival(melody: MelodyLine, chord: ChordSpan, before: int | None, low: int, high: int, near: float) -> int:
    """Where the bass takes a new chord: near home, not in parallel fifths or octaves with the tune if it can choose."""
    root = place(chord_bass_pc(chord), low, high, near)
    was = melody.pitches(chord.start_tick - TICKS_PER_QUARTER, chord.start_tick)
    now = melody.pitches(chord.start_tick, chord.start_tick + TICKS_PER_QUARTER // 4)
    if before is None or not was or not now or root == before:
        return root
    others = [p for p in (root - 12, root + 12) if low <= p <= high]
    for pitch in (root, *others):
        interval = (now[0] - pitch) % 12
        same_way = (pitch - before) * (now[0] - was[-1]) > 0
        if not (same_way and interval in (0, 7) and interval == (was[-1] - before) % 12):
            return pitch
    return root


def _doubled(task: RoleTask[BassSettings], low: int, high: int, home: float) -> list[Note]:
    """The line of the bass that is followed, in this register; a note that is repeated within a bar is held."""
    followed = task.done.get(task.settings.follow)
    out: list[Note] = []
    for n in followed.notes if followed else ():
        if not plays_at(task.sections, n.start_tick):
            continue
        pitch = place(n.pitch % 12, low, high, home)
        bar = task.chart.grid.meter.bar_start(n.start_tick)
        if out and out[-1].pitch == pitch and bar <= out[-1].start_tick:
            out[-1] = Note(out[-1].start_tick, n.end_tick, pitch, out[-1].velocity, out[-1].origin)
        else:
            loud = velocity(80, task.spec)
            out.append(Note(n.start_tick, n.end_tick, pitch, loud, Origin(task.name, function="doubling")))
    return out


def _pitch(task: RoleTask[object], stroke: ChordEvent, root: int, home: float, low: int, high: int, now: int) -> int:
    chord = task.chart.chords[stroke.chord_index]
    key = key_at(task.chart.keys, stroke.start_tick)
    degree = stroke.degrees[0]
    if degree in ("bass", "root", "1", "all", "low", "mid", "top"):
        return root
    if degree == "a":
        following = task.chart.chords[min(stroke.chord_index + 1, len(task.chart.chords) - 1)]
        change = chord.end_tick - stroke.start_tick
        if following.root_pc is None or change > TICKS_PER_QUARTER:
            return into(root + degree_interval(chord, "5", key), low, high)
        goal = place(chord_bass_pc(following), low, high, 0.45 * root + 0.55 * home)
        return approach(goal, now if now != goal else goal - 1, key, low, high)
    true_root = place(chord.root_pc or 0, low, high, root)
    wanted = true_root + degree_interval(chord, degree, key)
    if degree in ("8", "15", "T", "12"):
        return wanted if wanted <= high else root
    folded = [p for p in (wanted, wanted - 12) if low <= p <= high]
    return min(folded, key=lambda p: abs(p - root), default=root)


def _kicks(task: RoleTask[object], role: str) -> list[int]:
    phrase = task.done.get(role)
    if phrase is None:
        return []
    return sorted({n.start_tick for n in phrase.notes if n.pitch in BASS_DRUMS})


def _locked(task: RoleTask[object], strokes: tuple[ChordEvent, ...], kicks: list[int]) -> tuple[ChordEvent, ...]:
    """Strokes with one more under each kick that had none: what sounds there, or just before, is struck anew."""
    out: list[ChordEvent] = []
    for stroke, after in zip_longest(strokes, strokes[1:]):
        reach = min(stroke.end_tick + TICKS_PER_QUARTER // 2, task.chart.chords[stroke.chord_index].end_tick)
        if after is not None:
            reach = min(reach, after.start_tick - _NEAR)
        inside = kicks[bisect_right(kicks, stroke.start_tick + _NEAR) : bisect_left(kicks, reach)]
        if stroke.degrees[0] == "a" or stroke.bar.is_final:
            inside = []
        limit = max(stroke.end_tick, (inside[-1] + TICKS_PER_QUARTER // 4) if inside else 0)
        for i, (start, end) in enumerate(pairwise([stroke.start_tick, *inside, limit])):
            origin = Origin(task.name, function="kick") if i else stroke.origin
            out.append(replace(stroke, start_tick=start, end_tick=end, origin=origin))
    return tuple(out)
