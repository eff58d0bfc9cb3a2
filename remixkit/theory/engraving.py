"""From played notes to readable ones: sixteenths and triplets, voices, values that a stem can show.

Integers only: what music21 must know is in `notation`. Ticks are 960 a quarter note.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER, MeterMap

SIXTEENTH = TICKS_PER_QUARTER // 4
TRIPLET = TICKS_PER_QUARTER // 3
MAX_VOICES = 4
TRIPLET_GAIN = 0.6

# Whole values: sixteenth to whole note, dotted ones, and the triplet's eighth and quarter.
_VALUES = frozenset(TICKS_PER_QUARTER * n // 12 for n in (3, 4, 6, 8, 9, 12, 18, 24, 36, 48))

Tie = Literal["start", "continue", "stop"] | None
Beam = Literal["start", "continue", "stop", "partial-left", "partial-right"]


@dataclass(frozen=True, slots=True, order=True)
class Sound:
    """Notes of one player that begin and end together: pitches ascending, their velocities beside them."""

    start_tick: int
    end_tick: int
    pitches: tuple[int, ...]
    velocities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """What one stem or rest shows; no pitches are a rest."""

    start_tick: int
    end_tick: int
    pitches: tuple[int, ...] = ()
    velocities: tuple[int, ...] = ()
    tie: Tie = None


def quantised(notes: Sequence[Note], meter: MeterMap) -> list[Note]:
    """The notes on a grid of sixteenths, or triplet eighths in the beats where those lie clearly nearer.

    A pitch that is struck twice at one grid point stays once, with the longer of its two values.
    """
    by_beat: dict[int, list[int]] = defaultdict(list)
    for note in notes:
        beat = _beat_start(note.start_tick, meter)
        by_beat[beat].append(note.start_tick - beat)
    triplets = {b for b, places in by_beat.items() if meter.at(b).denominator <= 4 and _is_triplet(places)}

    def unit_at(tick: int) -> int:
        return TRIPLET if _beat_start(tick, meter) in triplets else SIXTEENTH

    def grid(tick: int) -> int:
        beat, unit = _beat_start(tick, meter), unit_at(tick)
        return beat + (tick - beat + unit // 2) // unit * unit

    longest: dict[tuple[int, int], Note] = {}
    for note in notes:
        start, end = grid(note.start_tick), grid(note.end_tick)
        if end <= start:
            end = start + unit_at(start)
        old = longest.get((start, note.pitch))
        if old is None or old.end_tick < end:
            longest[start, note.pitch] = replace(note, start_tick=start, end_tick=end)
    return sorted(longest.values())


def struck(notes: Sequence[Note], meter: MeterMap) -> list[Note]:
    """Drum strokes, each written as long as there is room: to the next stroke or the end of its beat."""
    onsets = sorted({n.start_tick for n in notes})
    following = dict(zip(onsets, [*onsets[1:], onsets[-1] + TICKS_PER_QUARTER], strict=True)) if onsets else {}
    return [
        replace(n, end_tick=min(following[n.start_tick], _beat_start(n.start_tick, meter) + TICKS_PER_QUARTER))
        for n in notes
    ]


def voices(notes: Iterable[Note], most: int = MAX_VOICES) -> list[list[Sound]]:
    """Notes laid out in voices without overlap, higher notes first; what needs more than `most` voices is shortened."""
    together: dict[tuple[int, int], list[Note]] = defaultdict(list)
    for note in notes:
        together[note.start_tick, note.end_tick].append(note)
    sounds = [_sound(start, end, group) for (start, end), group in together.items()]
    laid: list[list[Sound]] = []
    for sound in sorted(sounds, key=lambda s: (s.start_tick, -s.pitches[-1], s.end_tick)):
        free = next((v for v in laid if v[-1].end_tick <= sound.start_tick), None)
        if free is not None:
            free.append(sound)
        elif len(laid) < most:
            laid.append([sound])
        else:
            _squeeze(laid, sound)
    return laid


def pieces(sounds: Sequence[Sound], meter: MeterMap, end_tick: int, *, fill: bool) -> Mapping[int, tuple[Piece, ...]]:
    """A voice cut at bar lines and into values that can be written, by the tick of its bar.

    Parameters
    ----------
    sounds : sequence of Sound
        In order, without overlap.
    meter : MeterMap
        Bars and beats.
    end_tick : int
        The last bar line.
    fill : bool
        Whether bars in which nothing sounds get a rest, too; else they are left out.
    """
    timeline: list[Sound] = []
    at = 0
    for sound in sounds:
        if sound.start_tick > at:
            timeline.append(Sound(at, sound.start_tick, (), ()))
        timeline.append(sound)
        at = sound.end_tick
    if at < end_tick:
        timeline.append(Sound(at, end_tick, (), ()))
    bars: dict[int, list[Piece]] = defaultdict(list)
    for sound in timeline:
        cuts = _cuts(sound.start_tick, min(sound.end_tick, end_tick), meter)
        for k, (a, b) in enumerate(cuts):
            bars[meter.bar_start(a)].append(
                Piece(a, b, sound.pitches, sound.velocities, _tie(k, len(cuts)) if sound.pitches else None)
            )
    return {bar: tuple(row) for bar, row in bars.items() if fill or any(p.pitches for p in row)}


def beams(row: Sequence[Piece], meter: MeterMap) -> list[tuple[Beam, ...]]:
    """The beams of each piece of a bar, outermost first: eighths and shorter are joined within a beat."""
    marks: list[tuple[Beam, ...]] = [()] * len(row)

    def beat(k: int) -> int:
        change = meter.at(row[k].start_tick)
        length = change.beat_ticks if change.is_compound else TICKS_PER_QUARTER
        return (row[k].start_tick - meter.bar_start(row[k].start_tick)) // length

    for _, run in groupby(range(len(row)), key=lambda k: (beat(k), bool(row[k].pitches), _flags(row[k]) > 0)):
        group = list(run)
        if len(group) > 1 and row[group[0]].pitches and _flags(row[group[0]]):
            flags = [_flags(row[k]) for k in group]
            for at, k in enumerate(group):
                marks[k] = tuple(_beam(flags, at, level) for level in range(1, flags[at] + 1))
    return marks


def triplet_marks(row: Sequence[Piece], meter: MeterMap) -> list[Literal["start", "stop"] | None]:
    """Where in a bar the brackets of triplets begin and end."""
    beats = [_beat_start(p.start_tick, meter) if (p.end_tick - p.start_tick) % SIXTEENTH else -1 for p in row]
    marks: list[Literal["start", "stop"] | None] = [None] * len(row)
    for beat, run in groupby(range(len(row)), key=beats.__getitem__):
        group = list(run)
        if beat >= 0 and len(group) > 1:
            marks[group[0]], marks[group[-1]] = "start", "stop"
    return marks


def _flags(piece: Piece) -> int:
    ticks = piece.end_tick - piece.start_tick
    return 0 if ticks >= TICKS_PER_QUARTER or ticks == 2 * TRIPLET else 1 if ticks >= TRIPLET else 2


def _beam(flags: Sequence[int], at: int, level: int) -> Beam:
    left = at > 0 and flags[at - 1] >= level
    right = at + 1 < len(flags) and flags[at + 1] >= level
    if left and right:
        return "continue"
    if left or right:
        return "stop" if left else "start"
    return "partial-left" if at else "partial-right"


def _beat_start(tick: int, meter: MeterMap) -> int:
    """The quarter note in which a tick lies, counted from its bar line."""
    bar = meter.bar_start(tick)
    return bar + (tick - bar) // TICKS_PER_QUARTER * TICKS_PER_QUARTER


def _is_triplet(places: Sequence[int]) -> bool:
    """Whether onsets within a beat lie nearer to thirds than to quarters of it."""

    def miss(unit: int) -> int:
        return sum(abs((p + unit // 2) // unit * unit - p) for p in places)

    inside = [p for p in places if SIXTEENTH // 2 <= p <= TICKS_PER_QUARTER - SIXTEENTH // 2]
    return bool(inside) and miss(TRIPLET) < TRIPLET_GAIN * miss(SIXTEENTH)


def _sound(start: int, end: int, group: Sequence[Note]) -> Sound:
    ordered = sorted(group, key=lambda n: n.pitch)
    return Sound(start, end, tuple(n.pitch for n in ordered), tuple(n.velocity for n in ordered))


def _squeeze(laid: list[list[Sound]], sound: Sound) -> None:
    """Room for one sound more than there are voices: cut the oldest, or join one that begins at the same time."""
    voice = min(laid, key=lambda v: v[-1].start_tick)
    last = voice[-1]
    if last.start_tick < sound.start_tick:
        voice[-1] = replace(last, end_tick=sound.start_tick)
        voice.append(sound)
        return
    nearest = min(laid, key=lambda v: abs(v[-1].end_tick - sound.end_tick))
    both = dict(zip(nearest[-1].pitches, nearest[-1].velocities, strict=True))
    both |= dict(zip(sound.pitches, sound.velocities, strict=True))
    nearest[-1] = replace(nearest[-1], pitches=tuple(sorted(both)), velocities=tuple(both[p] for p in sorted(both)))


def _cuts(start: int, end: int, meter: MeterMap) -> list[tuple[int, int]]:
    """A span in values that can be written, none over a bar line, and off the beat none that hides the next beat."""
    cuts = []
    while start < end:
        bar, bar_end, change = meter.bar_start(start), meter.bar_end(start), meter.at(start)
        beat = change.beat_ticks if change.is_compound else TICKS_PER_QUARTER
        to_beat = beat - (start - bar) % beat
        stop = min(end, bar_end)
        if not _readable(stop - start, to_beat, beat):
            room = min(stop - start, to_beat)
            if to_beat == beat:
                room = max((v for v in _VALUES if v <= stop - start and v % beat == 0), default=room)
            stop = start + max((v for v in _VALUES if v <= room), default=room)
        cuts.append((start, stop))
        start = stop
    return cuts


def _readable(ticks: int, to_beat: int, beat: int) -> bool:
    """Whether one value may stand there: on the beat any; off it what ends in it, or a quarter after an eighth."""
    if ticks not in _VALUES:
        return False
    eighth = TICKS_PER_QUARTER // 2
    return (
        ticks <= to_beat or to_beat == beat or (to_beat == eighth and ticks == 2 * eighth and beat == TICKS_PER_QUARTER)
    )


def _tie(k: int, count: int) -> Tie:
    if count == 1:
        return None
    return "start" if k == 0 else "stop" if k == count - 1 else "continue"
