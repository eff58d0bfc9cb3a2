"""A song made of some of its bars: what lies between is taken out, and what follows moves up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from remixkit.midi.spec import CONTROL_CHANGE, KIND_BITS, META, NUMBERED, PARAMETER_STEPS, SYSEX
from remixkit.model import spans
from remixkit.model.analysis import Analysis, ChordSpan, Key, MelodyNote, Section
from remixkit.model.song import Message, Note, Track
from remixkit.model.source_map import SourceMap, Stretch
from remixkit.model.timing import TICKS_PER_QUARTER, Grid, MeterChange, MeterMap, TempoChange, TempoMap
from remixkit.theory.keys import same_key

Spanned = TypeVar("Spanned", Note, MelodyNote, Key, ChordSpan, Section)

# A rest of half a beat parts a phrase from the pickup of the next.
BREATH_TICKS = TICKS_PER_QUARTER // 2


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A song made of some of a song's bars, and which ones these are."""

    analysis: Analysis
    source_map: SourceMap


def excerpt(analysis: Analysis, kept: Sequence[tuple[int, int]]) -> Excerpt:
    """The song with only some of its bars.

    Where bars are cut out the pickup into what follows comes along, and the pickup into what is left out goes.

    Parameters
    ----------
    analysis : Analysis
        The song, on its true bars.
    kept : sequence of (start tick, end tick)
        Bar lines of the song, in order, not overlapping, at least one.
    """
    bars: list[Stretch] = []
    at = 0
    for start, end in kept:
        bars.append(Stretch(start, end, at - start))
        at += end - start
    lead_ins = [0, *(pickup_ticks(analysis, s.start_tick) for s in bars[1:]), 0]
    sounding = [
        replace(s, start_tick=s.start_tick - before, end_tick=s.end_tick - after)
        for s, (before, after) in zip(bars, pairwise(lead_ins), strict=True)
    ]
    unled = [
        replace(s, end_tick=min(s.end_tick, b.end_tick - pickup_ticks(analysis, b.end_tick)))
        for s, b in zip(sounding, bars, strict=True)
    ]
    unled[-1] = sounding[-1]
    song = analysis.song
    made = replace(
        analysis,
        song=replace(
            song,
            tracks=tuple(_track(t, sounding) for t in song.tracks),
            grid=Grid(_tempo(song.grid.tempo, bars), _meter(song.grid.meter, bars)),
            markers=_events(song.markers, bars),
            key_signatures=(),
            chord_symbols=(),
        ),
        keys=spans.merge(_clipped(analysis.keys, bars), same_key),
        chords=_clipped(analysis.chords, bars),
        sections=_clipped(analysis.sections, bars),
        melody=_begun(analysis.melody, unled),
    )
    return Excerpt(made, SourceMap(tuple(unled)))


def pickup_ticks(analysis: Analysis, line: int) -> int:
    """How long before a bar line the tune's pickup into it begins, at most a bar; 0 if the tune does not lead in."""
    if line <= 0:
        return 0
    bar = line - analysis.song.grid.meter.bar_start(line - 1)
    first, follows = line, line
    for n in reversed([m for m in analysis.melody if line - bar <= m.start_tick < line]):
        if follows - n.end_tick >= BREATH_TICKS:
            return line - first
        first = follows = n.start_tick
    before = max((m.end_tick for m in analysis.melody if m.start_tick < line - bar), default=0)
    return line - first if first < line and first - before >= BREATH_TICKS else 0


def _begun(items: Sequence[Spanned], stretches: Sequence[Stretch]) -> tuple[Spanned, ...]:
    """What begins in a stretch, ended with it."""
    return tuple(item for s in stretches for item in _moved(spans.starting_in(items, s.start_tick, s.end_tick), s))


def _clipped(items: Sequence[Spanned], stretches: Sequence[Stretch]) -> tuple[Spanned, ...]:
    """What begins in a stretch or sounds on into it, ended with it."""
    return tuple(item for s in stretches for item in _moved(items, s))


def _moved(items: Sequence[Spanned], stretch: Stretch) -> tuple[Spanned, ...]:
    return spans.shift(spans.clip(items, stretch.start_tick, stretch.end_tick), stretch.shift_ticks)


def _events(events: Sequence[spans.E], stretches: Sequence[Stretch]) -> tuple[spans.E, ...]:
    return tuple(
        e for s in stretches for e in spans.shift(spans.starting_in(events, s.start_tick, s.end_tick), s.shift_ticks)
    )


def _track(track: Track, stretches: Sequence[Stretch]) -> Track:
    passed = track.passthrough
    return replace(
        track,
        notes=_begun(track.notes, stretches),
        controls=_events(track.controls, stretches),
        lyrics=_events(track.lyrics, stretches),
        passthrough=passed and replace(passed, messages=_told(passed.messages, stretches)),
    )


def _told(messages: Sequence[Message], stretches: Sequence[Stretch]) -> tuple[Message, ...]:
    """What is told in the stretches, and at the beginning of each what was told in the bars left out before it.

    A player must know the sound, the bend and the pedal that were set there; texts are left out with their bars.
    """
    out: list[Message] = []
    heard = 0
    for s in stretches:
        before = [m for m in messages if heard <= m.tick < s.start_tick and m.data[0] != META]
        out += [Message(s.cover_tick, m.data) for m in _last_words(before)]
        out += spans.shift(spans.starting_in(messages, s.start_tick, s.end_tick), s.shift_ticks)
        heard = s.end_tick
    return tuple(out)


def _last_words(messages: Sequence[Message]) -> Iterable[Message]:
    """Of each kind of channel message the last; the steps that set a parameter, and system exclusives, are all kept."""
    last: dict[bytes | int, Message] = {}
    for k, m in enumerate(messages):
        kind = m.data[0] & KIND_BITS
        key: bytes | int = m.data[:2] if kind in NUMBERED else m.data[:1]
        if kind == SYSEX or (kind == CONTROL_CHANGE and m.data[1] in PARAMETER_STEPS):
            key = k
        last.pop(key, None)
        last[key] = m
    return last.values()


def _tempo(tempo: TempoMap, stretches: Sequence[Stretch]) -> TempoMap:
    changes = [
        TempoChange(tick + s.shift_ticks, tempo.bpm_at(tick))
        for s in stretches
        for tick in sorted({s.start_tick, *(c.tick for c in tempo.changes if s.start_tick < c.tick < s.end_tick)})
    ]
    return TempoMap(tuple(changes), tempo.start_s)


def _meter(meter: MeterMap, stretches: Sequence[Stretch]) -> MeterMap:
    changes: list[MeterChange] = []
    for s in stretches:
        for tick in sorted({s.start_tick, *(c.tick for c in meter.changes if s.start_tick < c.tick < s.end_tick)}):
            now = replace(meter.at(tick), tick=tick + s.shift_ticks)
            if not changes or (now.numerator, now.denominator) != (changes[-1].numerator, changes[-1].denominator):
                changes.append(now)
    return MeterMap(tuple(changes))
