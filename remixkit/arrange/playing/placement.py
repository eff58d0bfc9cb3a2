"""Patterns laid over the bars of a section: choice with memory, meters, half-time feel, chord changes, the last bar."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from remixkit.arrange.form.chart import Chart
from remixkit.arrange.playing.bars import Bar, ChordEvent, PlacedEvent, bars_of
from remixkit.arrange.playing.task import RoleTask
from remixkit.arrange.playing.variation import VARIED_BARS, vary_bar
from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Origin
from remixkit.model.timing import TICKS_PER_QUARTER, MeterChange
from remixkit.patterns import Hit, Meter, Pattern
from remixkit.seeding import child_rng
from remixkit.style.schema import PatternKey

# A stroke that begins this much or less before a chord change, and sounds longer after it than before it, is
# played as an anticipation: on the coming chord.
ANTICIPATION_TICKS = 480
# After a chord change a held stroke is struck anew only if it has this long left.
RESTRIKE_TICKS = 240
BLOCK_BARS = 8


def place_patterns(
    task: RoleTask[object], default: Pattern, *, kind: str, final: tuple[str, ...] = ("all",)
) -> tuple[tuple[Bar, Pattern, int], ...]:
    """Which pattern sounds in which bar, and where in the pattern the bar begins.

    Returns
    -------
    tuple of (Bar, Pattern, int)
        For each bar but the final one its pattern, and the ticks of it gone by at the bar line. A pattern that is a
        whole number of bars long runs through them; one that does not fit the meter starts anew at each bar line.
    """
    chosen = _choose(task, default, kind)
    ends = _endings(task, kind)
    stretch = stretch_of(task.chart)
    out: list[tuple[Bar, Pattern, int]] = []
    anchor, running = 0, None
    for bar in bars_of(task.chart, task.sections):
        if bar.is_final and final:
            continue
        block = chosen[bar.section.start_tick, bar.index // BLOCK_BARS]
        pattern = ends.get((bar.section.start_tick, bar.way), block)
        length = bar.end_tick - bar.start_tick
        span = round(pattern.beats * TICKS_PER_QUARTER * stretch)
        bars_a_span = span // length if span % length == 0 else max(1, span // length)
        if bar.index == 0 or pattern is not running or bar.start_tick - anchor >= bars_a_span * length:
            anchor = bar.start_tick
        running = pattern
        out.append((bar, pattern, bar.start_tick - anchor))
    return tuple(out)


def stretch_of(chart: Chart) -> int:
    """How many quarter notes a pattern's beat lasts."""
    return 2 if chart.half_time else 1


def place_events(
    task: RoleTask[object],
    default: Pattern,
    *,
    kind: str,
    vary: float,
    final: tuple[str, ...] = ("all",),
    final_velocity: int = 84,
) -> tuple[PlacedEvent, ...]:
    """The role's events over its bars; the final bar is one long event with the degrees of `final`.

    `vary` (0-1) is how often the end of a phrase differs by a stroke; the same place of every
    phrase of the section differs in the same way, as a habit does.
    """
    stretch = stretch_of(task.chart)
    out: list[PlacedEvent] = []
    limit = {s.start_tick: s.end_tick for s in task.sections}
    for bar, pattern, gone in place_patterns(task, default, kind=kind, final=final):
        unit = TICKS_PER_QUARTER * stretch
        span = round(pattern.beats * unit)
        length = bar.end_tick - bar.start_tick
        inside: list[PlacedEvent] = []
        for cycle in range(-(-(gone + length) // span)):
            for e in pattern.events:
                at = cycle * span + round(e.start_beats * unit) - gone
                if 0 <= at < length:
                    start = bar.start_tick + at
                    end = min(start + max(60, round(e.length_beats * unit)), limit[bar.section.start_tick])
                    inside.append(
                        PlacedEvent(
                            start, end, e.degrees, e.velocity, Origin(task.name, pattern.name, "accompaniment"), bar
                        )
                    )
        rng = child_rng(task.seed, task.name, "turn", bar.section.label, pattern.name, bar.index % 8)
        varies = bar.way == bar.section.label and rng.random() < vary * VARIED_BARS.get(bar.index % 8, 0.0)
        out += vary_bar(inside, rng, unit) if varies else inside
    if final:
        out += [
            PlacedEvent(b.start_tick, b.end_tick, final, final_velocity, Origin(task.name, function="final"), b)
            for b in bars_of(task.chart, task.sections)
            if b.is_final
        ]
    return tuple(sorted(out, key=lambda e: (e.start_tick, e.degrees)))


def follow_chords(placed: Sequence[PlacedEvent], chords: Sequence[ChordSpan]) -> tuple[ChordEvent, ...]:
    """Tie each event to its chord: anticipate, or cut at a change and strike anew. Events on no chord are left out."""
    starts = [c.start_tick for c in chords]
    onsets = sorted({e.start_tick for e in placed})
    out: list[ChordEvent] = []
    for e in placed:
        k = max(0, bisect_right(starts, e.start_tick) - 1)
        start = e.start_tick
        while start < e.end_tick and k < len(chords):
            change = chords[k].end_tick
            if change >= e.end_tick or k + 1 == len(chords):
                out.append(ChordEvent(start, e.end_tick, e.degrees, e.velocity, e.origin, e.bar, k))
                break
            before, after = change - start, e.end_tick - change
            if (
                before <= ANTICIPATION_TICKS
                and start == e.start_tick
                and after >= before
                and before < e.end_tick - start
            ):
                k += 1
                if chords[k].end_tick >= e.end_tick:
                    out.append(ChordEvent(start, e.end_tick, e.degrees, e.velocity, e.origin, e.bar, k))
                    break
                change = chords[k].end_tick
            out.append(ChordEvent(start, change, e.degrees, e.velocity, e.origin, e.bar, k))
            soon = bisect_right(onsets, change - 1)
            struck_soon = soon < len(onsets) and onsets[soon] < change + RESTRIKE_TICKS
            if struck_soon or e.end_tick - change < RESTRIKE_TICKS:
                break
            start, k = change, k + 1
    return tuple(s for s in out if chords[s.chord_index].root_pc is not None)


def pattern_meter(meter: MeterChange) -> Meter | None:
    """Which of the meters that patterns are written for such a bar is played by; None for bars of four and the like."""
    if meter.is_compound:
        return "6/8"
    return "3/4" if meter.numerator % 3 == 0 else None


def _choose(task: RoleTask[object], default: Pattern, kind: str) -> dict[tuple[int, int], Pattern]:
    """A pattern for each block of eight bars of each section.

    A section's name keeps its pattern when it returns, most of the time; two neighbouring names differ where there is a
    choice; the second block of a long section may vary.
    """
    kept: dict[str, Pattern] = {}
    visits: dict[str, int] = {}
    last: Pattern | None = None
    out: dict[tuple[int, int], Pattern] = {}
    for section in task.sections:
        meter = task.chart.grid.meter.at(section.start_tick)
        way: PatternKey = "down" if section.is_down and "down" in task.spec.patterns else section.label
        options = _options(task, way, meter, default, kind)
        visit = visits.get(way, 0)
        visits[way] = visit + 1
        rng = child_rng(task.seed, task.name, "pattern", way, visit)
        main = kept.get(way)
        if main is None or main not in options or (len(options) > 1 and rng.random() < 0.25):
            others = [p for p in options if p is not last] or options
            main = draw(others, rng)
        kept[way] = last = main
        bars = sum(1 for b, _ in task.chart.grid.meter.bars(section.end_tick) if b >= section.start_tick)
        for block in range(-(-bars // BLOCK_BARS)):
            varied = block % 2 == 1 and len(options) > 1 and rng.random() < 0.5
            out[section.start_tick, block] = draw([p for p in options if p is not main], rng) if varied else main
    return out


def _endings(task: RoleTask[object], kind: str) -> dict[tuple[int, PatternKey], Pattern]:
    """The patterns of the sections' last bars, where the style names one for `half` or `build` in that meter."""
    out: dict[tuple[int, PatternKey], Pattern] = {}
    for section in task.sections:
        if section.transition not in ("half", "build") or section.transition not in task.spec.patterns:
            continue
        meter = task.chart.grid.meter.at(section.end_tick - 1)
        options = _options(task, section.transition, meter, None, kind)
        if options:
            rng = child_rng(task.seed, task.name, "end", section.transition, section.label)
            out[section.start_tick, section.transition] = draw(options, rng)
    return out


def draw(options: Sequence[Pattern], rng: np.random.Generator) -> Pattern:
    """One of several patterns, by weight."""
    weights = [p.weight for p in options]
    at = float(rng.random()) * sum(weights)
    for pattern, weight in zip(options, weights, strict=True):
        at -= weight
        if at < 0:
            return pattern
    return options[-1]


def hits_in(pattern: Pattern, *, start: int, gone: int, cut: int, unit: int) -> Iterator[tuple[int, Hit]]:
    """(tick, hit) of a drum pattern in the `cut` ticks after `start`.

    The pattern repeats; at `start` it has been running for `gone` ticks. `unit` is the ticks of one of its beats.
    """
    span = round(pattern.beats * unit)
    for cycle in range(-(-(gone + cut) // span)):
        for hit in pattern.hits:
            at = cycle * span + round(hit.start_beats * unit) - gone
            if 0 <= at < cut:
                yield start + at, hit


def _options(
    task: RoleTask[object], way: PatternKey, meter: MeterChange, default: Pattern | None, kind: str
) -> list[Pattern]:
    """What the style lets the player choose from; without a `default`, only what is written for the meter."""
    named = task.spec.patterns.get(way, task.spec.patterns.get("all", ()))
    names = (named,) if isinstance(named, str) else tuple(named)
    options = [task.patterns[n] for n in names if n in task.patterns] or ([default] if default else [])
    written_for = pattern_meter(meter)
    if written_for is None:
        return [p for p in options if not p.is_empty]
    own = [p.in_meters[written_for] for p in options if written_for in p.in_meters]
    if default is None:
        return own
    general = task.patterns.get(kind)
    own = own or ([general.in_meters[written_for]] if general and written_for in general.in_meters else [])
    return own or options


def muted(placed: Sequence[PlacedEvent], spans: Sequence[tuple[int, int]]) -> tuple[PlacedEvent, ...]:
    """Without what begins inside the spans, and cut where it would sound into them."""
    out = []
    for e in placed:
        if any(s <= e.start_tick < t for s, t in spans):
            continue
        stop = min((s for s, t in spans if e.start_tick < s < e.end_tick), default=e.end_tick)
        out.append(replace(e, end_tick=stop) if stop < e.end_tick else e)
    return tuple(out)
