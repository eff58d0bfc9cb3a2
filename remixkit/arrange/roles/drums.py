"""Drums: a groove a section, fills into joins, crashes on arrivals, breaks; never more hands than two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from remixkit.arrange.form.transitions import LAST_BARS
from remixkit.arrange.playing.bars import Bar, bars_of
from remixkit.arrange.playing.placement import hits_in, place_patterns, stretch_of
from remixkit.arrange.playing.player import velocity
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.arrange.roles.fills import fill_for, silence_from, vary_pattern
from remixkit.midi.spec import CRASHES, DRUM_VOICES, TIMEKEEPERS
from remixkit.model.song import Note, NoteFunction, Origin
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.patterns import Pattern, parse_pattern
from remixkit.plugin import PatternNames, Traits, role, setting
from remixkit.seeding import child_rng

BEAT = parse_pattern("beat", steps={"kick": "X.......X.......", "snare": "....X.......X...", "hat": "x.x.x.x.x.x.x.x."})
# When two hands are not enough, what is left out first stands last.
_HANDS = (
    "crash",
    "crash2",
    "splash",
    "china",
    "snare",
    "snare2",
    "clap",
    "rim",
    "tom_high",
    "tom_mid_high",
    "tom_mid",
    "tom_low",
    "tom_floor",
    "tom_floor_low",
    "ride_bell",
    "hat_open",
    "ride",
    "ride2",
    "hat",
)
_RANK = {DRUM_VOICES[v]: i for i, v in enumerate(_HANDS)}
_LENGTH = TICKS_PER_QUARTER // 8
# What is softer than this is a ghost note.
_GHOST = 50
_PLACES = 64


@dataclass(frozen=True, slots=True)
class DrumSettings:
    """What a style may set."""

    fills: PatternNames = setting("", "patterns; a fill takes the last `beats` of its bar")
    fill_every_bars: int = setting(4, "between small fills; larger ones lead into a new section", low=0, high=64)
    crash: bool = setting(True, "on arrivals at intensity .45 or more")
    ghosts: float = setting(1.0, "share of ghost notes played", low=0, high=1)
    vary: float = setting(0.5, "how often every second bar differs by a stroke", low=0, high=1)
    limbs: bool = setting(True, "two hands, two feet")


@role(settings=DrumSettings, traits=Traits(plays_drums=True, patterns="steps"))
def drums(task: RoleTask[DrumSettings]) -> RoleOutput:
    """Play the kit."""
    settings = task.settings
    stretch = stretch_of(task.chart)
    unit = TICKS_PER_QUARTER * stretch
    fills = [task.patterns[n] for n in settings.fills.split() if n in task.patterns]
    rng = child_rng(task.seed, task.name, "ghosts")
    out: list[Note] = []
    for bar, pattern, gone in place_patterns(task, BEAT, kind="drums"):
        length = bar.end_tick - bar.start_tick
        fill = fill_for(task, bar, fills, settings.fill_every_bars, stretch)
        fill_ticks = round(fill.beats * unit) if fill is not None else 0
        cut = min(length - fill_ticks, silence_from(task, bar))
        habit = child_rng(task.seed, task.name, "ghost", pattern.name).random(_PLACES)
        strokes = _strokes(task, vary_pattern(task, bar, pattern, unit, settings.vary), bar.start_tick, gone, cut, unit)
        for n in _rising(strokes, bar) if bar.way == "build" else strokes:
            place = (n.start_tick - bar.start_tick) // (TICKS_PER_QUARTER // 4) % _PLACES
            if n.velocity >= _GHOST or 0.7 * habit[place] + 0.3 * rng.random() < settings.ghosts:
                out.append(n)
        if fill is not None:
            out += _strokes(task, fill, bar.end_tick - fill_ticks, 0, fill_ticks, unit, "fill")
    out += _arrivals(task)
    out += _final_stroke(task)
    notes = sorted({(n.start_tick, n.pitch): n for n in sorted(out, key=lambda n: n.velocity)}.values())
    return RoleOutput(tuple(two_hands(notes) if settings.limbs else notes))


def two_hands(notes: Sequence[Note]) -> list[Note]:
    """At most two voices played by hand at once; a crash takes the hat's hand, toms take the ride's."""
    at: dict[int, list[Note]] = defaultdict(list)
    for n in notes:
        at[n.start_tick].append(n)
    out: list[Note] = []
    for group in at.values():
        hands = sorted((n for n in group if n.pitch in _RANK), key=lambda n: _RANK[n.pitch])
        has_crash = any(n.pitch in CRASHES for n in hands)
        kept = [n for n in hands if not (has_crash and n.pitch in TIMEKEEPERS)][:2]
        out += [n for n in group if n.pitch not in _RANK] + kept
    return sorted(out)


def _strokes(
    task: RoleTask[object],
    pattern: Pattern,
    start: int,
    gone: int,
    cut: int,
    unit: int,
    function: NoteFunction = "groove",
) -> list[Note]:
    """A pattern's strokes up to `cut` ticks after `start`; the pattern has been running for `gone` ticks there."""
    return [
        Note(
            at,
            at + _LENGTH,
            DRUM_VOICES[hit.voice],
            velocity(hit.velocity, task.spec),
            Origin(task.name, pattern.name, function),
        )
        for at, hit in hits_in(pattern, start=start, gone=gone, cut=cut, unit=unit)
    ]


def _rising(strokes: Sequence[Note], bar: Bar) -> list[Note]:
    """Louder and louder through the bars of a build-up, from two thirds on."""
    last = bar.count - bar.index
    length = bar.end_tick - bar.start_tick
    return [
        Note(n.start_tick, n.end_tick, n.pitch, max(1, min(127, round(n.velocity * (0.65 + 0.4 * done)))), n.origin)
        for n in strokes
        for done in [(LAST_BARS - last + (n.start_tick - bar.start_tick) / length) / LAST_BARS]
    ]


def _arrivals(task: RoleTask[DrumSettings]) -> list[Note]:
    """Crash and kick on the first beat of sections loud enough, and every eight bars of the chorus."""
    if not task.settings.crash:
        return []
    out: list[Note] = []
    for bar in bars_of(task.chart, task.sections):
        if bar.is_final:
            continue
        arrives = bar.index == 0 and bar.section.accompaniment_intensity >= 0.45
        if arrives or (bar.index % 8 == 0 and bar.section.label == "chorus"):
            out += _crash(task, bar.start_tick, 104 if bar.index == 0 else 94)
    return out


def _final_stroke(task: RoleTask[DrumSettings]) -> list[Note]:
    """One last stroke that rings."""
    return [
        n
        for bar in bars_of(task.chart, task.sections)
        if bar.is_final
        for n in (
            _crash(task, bar.start_tick, 98)
            if task.settings.crash
            else [
                Note(
                    bar.start_tick,
                    bar.start_tick + _LENGTH,
                    DRUM_VOICES["kick"],
                    velocity(84, task.spec),
                    Origin(task.name, function="final"),
                )
            ]
        )
    ]


def _crash(task: RoleTask[object], tick: int, written: int) -> list[Note]:
    return [
        Note(
            tick,
            tick + TICKS_PER_QUARTER,
            DRUM_VOICES["crash"],
            velocity(written, task.spec),
            Origin(task.name, function="crash"),
        ),
        Note(
            tick, tick + _LENGTH, DRUM_VOICES["kick"], velocity(written, task.spec), Origin(task.name, function="crash")
        ),
    ]
