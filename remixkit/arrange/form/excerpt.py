"""A song made of some of its bars: what lies between is taken out, and what follows moves up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from remixkit.midi.spec import CONTROL_CHANGE, KIND_BITS, META, NUMBERED, PARAMETER_STEPS, SYSEX
from remixkit.model.analysis import Analysis, ChordSpan, Key, MelodyNote, Section
from remixkit.model.song import Lyric, Message, Note, Text, Track
from remixkit.model.timing import TICKS_PER_QUARTER, Grid, MeterChange, MeterMap, TempoChange, TempoMap

Spanned = TypeVar("Spanned", Note, MelodyNote, Key, ChordSpan, Section)
_Said = TypeVar("_Said", Text, Lyric)

# A rest of half a beat parts a phrase from the pickup of the next.
BREATH_TICKS = TICKS_PER_QUARTER // 2


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` to `end`, two ticks of the song; moved by `shift` it stands in the excerpt."""

    start: int
    end: int
    shift: int = 0


def excerpt(analysis: Analysis, kept: Sequence[tuple[int, int]]) -> Analysis:
    """The song with only some of its bars.

    At a join the pickup into what follows comes along, and the pickup into what is left out goes.

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
    lead_ins = [0, *(pickup_ticks(analysis, s.start) for s in bars[1:]), 0]
    sounding = [
        replace(s, start=s.start - before, end=s.end - after)
        for s, (before, after) in zip(bars, pairwise(lead_ins), strict=True)
    ]
    unled = [
        replace(s, end=min(s.end, b.end - pickup_ticks(analysis, b.end))) for s, b in zip(sounding, bars, strict=True)
    ]
    unled[-1] = sounding[-1]
    song = analysis.song
    return replace(
        analysis,
        song=replace(
            song,
            tracks=tuple(_track(t, sounding) for t in song.tracks),
            grid=Grid(_tempo(song.grid.tempo, bars), _meter(song.grid.meter, bars)),
            markers=_texts(song.markers, bars),
            key_signatures=(),
            chord_symbols=(),
        ),
        keys=_joined(_begun(analysis.keys, bars, hold=True)),
        chords=_begun(analysis.chords, bars, hold=True),
        sections=_begun(analysis.sections, bars, hold=True),
        melody=_begun(analysis.melody, unled),
    )


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


def _begun(items: Sequence[Spanned], stretches: Sequence[Stretch], *, hold: bool = False) -> tuple[Spanned, ...]:
    """What begins in a stretch, ended with it; with `hold` also what sounds on into it."""
    return tuple(
        replace(x, start_tick=max(x.start_tick, s.start) + s.shift, end_tick=min(x.end_tick, s.end) + s.shift)
        for s in stretches
        for x in items
        if x.start_tick < s.end and (x.end_tick > s.start if hold else x.start_tick >= s.start)
    )


def _joined(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """Keys of which neighbours differ."""
    out: list[Key] = []
    for key in keys:
        if out and (out[-1].tonic_pc, out[-1].mode) == (key.tonic_pc, key.mode):
            out[-1] = replace(out[-1], end_tick=key.end_tick)
        else:
            out.append(key)
    return tuple(out)


def _texts(texts: Sequence[_Said], stretches: Sequence[Stretch]) -> tuple[_Said, ...]:
    return tuple(replace(t, tick=t.tick + s.shift) for s in stretches for t in texts if s.start <= t.tick < s.end)


def _track(track: Track, stretches: Sequence[Stretch]) -> Track:
    controls = tuple(
        replace(c, tick=c.tick + s.shift) for s in stretches for c in track.controls if s.start <= c.tick < s.end
    )
    return replace(
        track,
        notes=_begun(track.notes, stretches),
        controls=controls,
        lyrics=_texts(track.lyrics, stretches),
        messages=None if track.messages is None else _told(track.messages, stretches),
    )


def _told(messages: Sequence[Message], stretches: Sequence[Stretch]) -> tuple[Message, ...]:
    """What is told in the stretches, and at the beginning of each what was told in the bars left out before it.

    A player must know the sound, the bend and the pedal that were set there; texts are left out with their bars.
    """
    out: list[Message] = []
    heard = 0
    for s in stretches:
        before = [m for m in messages if heard <= m.tick < s.start and m.data[0] != META]
        inside = [m for m in messages if s.start <= m.tick < s.end]
        out += [Message(s.start + s.shift, m.data) for m in _last_words(before)]
        out += [replace(m, tick=m.tick + s.shift) for m in inside]
        heard = s.end
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
        TempoChange(tick + s.shift, tempo.bpm_at(tick))
        for s in stretches
        for tick in sorted({s.start, *(c.tick for c in tempo.changes if s.start < c.tick < s.end)})
    ]
    return TempoMap(tuple(changes), tempo.start_s)


def _meter(meter: MeterMap, stretches: Sequence[Stretch]) -> MeterMap:
    changes: list[MeterChange] = []
    for s in stretches:
        for tick in sorted({s.start, *(c.tick for c in meter.changes if s.start < c.tick < s.end)}):
            now = replace(meter.at(tick), tick=tick + s.shift)
            if not changes or (now.numerator, now.denominator) != (changes[-1].numerator, changes[-1].denominator):
                changes.append(now)
    return MeterMap(tuple(changes))
