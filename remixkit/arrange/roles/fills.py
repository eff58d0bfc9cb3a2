"""What a drummer does at the ends of bars: fills, breaks, drop-outs, small changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from remixkit.arrange.playing.bars import Bar
from remixkit.arrange.playing.placement import draw
from remixkit.arrange.playing.task import RoleTask
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.patterns import Hit, Pattern
from remixkit.seeding import child_rng


def vary_pattern(task: RoleTask[object], bar: Bar, pattern: Pattern, unit: int, vary: float) -> Pattern:
    """The pattern as the drummer plays it in this bar of the phrase.

    Every second bar of a phrase may differ: a kick more or less on an off-beat, an open hat at the end. The same place
    of every phrase of the section differs in the same way, as a habit does.
    """
    place = bar.index % 8
    bars_long = pattern.beats * unit / (bar.end_tick - bar.start_tick)
    if place not in (1, 3, 5, 7) or bars_long not in (1, 2):
        return pattern
    # Of a pattern of two bars it is the second that differs.
    first = pattern.beats / 2 if bars_long == 2 else 0.0
    rng = child_rng(task.seed, task.name, "vary", bar.section.label, pattern.name, place)
    if rng.random() >= vary:
        return pattern
    hits = list(pattern.hits)
    kicks = [h for h in hits if h.voice == "kick"]
    busy = {h.start_beats for h in hits if h.voice in ("kick", "snare", "rim", "clap")}
    last_bar = (first + b for b in (1.5, 1.75, 2.5, 3.5, 3.75))
    free = [b for b in last_bar if b < pattern.beats and b not in busy]
    soft = [h for h in kicks if h.start_beats % 1 != 0 and h.start_beats >= first]
    choice = rng.random()
    if soft and choice < 0.35:
        hits.remove(soft[int(rng.integers(len(soft)))])
    elif kicks and free and choice < 0.8:
        hits.append(Hit("kick", free[int(rng.integers(len(free)))], 80))
    hats = [h for h in hits if h.voice == "hat"]
    if hats and place in (3, 7) and rng.random() < 0.6:
        last = hats[-1]
        hits[hits.index(last)] = Hit("hat_open", last.start_beats, last.velocity)
    return replace(pattern, hits=tuple(sorted(hits, key=lambda h: h.start_beats)))


def fill_for(
    task: RoleTask[object], bar: Bar, fills: Sequence[Pattern], every_bars: int, stretch: int
) -> Pattern | None:
    """The fill at the end of this bar: large into a section, small every few bars, none where nothing follows."""
    transition = bar.section.transition
    if not fills or (bar.is_section_end and transition in ("drop", "none")):
        return None
    beats_of_bar = (bar.end_tick - bar.start_tick) / TICKS_PER_QUARTER / stretch
    if bar.is_section_end:
        largest = 4.0 if bar.following is not None and bar.following.label == "chorus" and transition != "half" else 2.0
        if transition == "build":
            largest = 1.0
        least = 1.0
    elif every_bars and (bar.index + 1) % every_bars == 0 and bar.index + 1 < bar.count:
        largest = 2.0 if (bar.index + 1) % (2 * every_bars) == 0 else 1.0
        least = 0.0
    else:
        return None
    largest = min(largest, beats_of_bar)
    fitting = [f for f in fills if least <= f.beats <= largest]
    largest_first = [f for f in fitting if f.beats > largest / 2] or fitting
    if not largest_first:
        return None
    rng = child_rng(task.seed, task.name, "fill", bar.section.label, bar.index)
    return draw(largest_first, rng)


def silence_from(task: RoleTask[object], bar: Bar) -> int:
    """Ticks into the bar at which the groove stops: after a break's first stroke, two beats early at a drop-out."""
    length = bar.end_tick - bar.start_tick
    beat = task.chart.grid.meter.at(bar.start_tick).beat_ticks
    if bar.is_break:
        return min(length, beat // 2)
    if bar.is_section_end and bar.section.transition == "drop":
        return length - min(2 * beat, length // 2)
    return length
