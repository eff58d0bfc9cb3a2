"""From played notes to readable ones: sixteenths and triplets, voices, values that a stem can show.

Integers only: what music21 must know is in `notation`. Ticks are 960 a quarter note.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Literal

from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER, MeterMap

SIXTEENTH = TICKS_PER_QUARTER // 4
TRIPLET = TICKS_PER_QUARTER // 3
THIRTY_SECOND = TICKS_PER_QUARTER // 8
MAX_VOICES = 4
TRIPLET_GAIN = 0.6

# Two strokes further apart than this are two notes, however close (about 60 ms at a moderate tempo).
_APART = TICKS_PER_QUARTER // 12
# A beat with a single note off the beat is a triplet only in a song where this share of beats are.
_SWUNG_SHARE = 0.12

# Whole values: thirty-second to whole note, dotted ones, and the triplet's eighth and quarter.
_TRIPLETS = frozenset({TRIPLET, 2 * TRIPLET})
_PLAIN = frozenset(TICKS_PER_QUARTER * n // 8 for n in (1, 2, 4, 8, 16, 32))
_DOTTED = frozenset(TICKS_PER_QUARTER * n // 8 for n in (3, 6, 12, 24))
_VALUES = _PLAIN | _DOTTED | _TRIPLETS

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


def places(notes: Sequence[Note], meter: MeterMap) -> Callable[[int], int]:
    """Where a tick of these notes stands on paper: on sixteenths, or on triplets or thirty-seconds in some beats.

    A beat has triplets where its onsets lie clearly nearer to them: two of them off the beat, or one in a song that
    swings. It has thirty-seconds where two strokes would else fall on one place.
    """
    by_beat: dict[int, list[int]] = defaultdict(list)
    for note in notes:
        beat = _beat_start(note.start_tick, meter)
        by_beat[beat].append(note.start_tick - beat)
    likely = {b for b, onsets in by_beat.items() if meter.at(b).denominator <= 4 and _is_triplet(onsets)}
    swings = len(likely) >= _SWUNG_SHARE * len(by_beat)
    units = dict.fromkeys((b for b in likely if swings or len(_inside(by_beat[b])) > 1), TRIPLET)
    for beat, onsets in by_beat.items():
        if beat not in units and _collides(onsets, SIXTEENTH):
            units[beat] = THIRTY_SECOND

    def place(tick: int) -> int:
        beat = _beat_start(tick, meter)
        unit = units.get(beat, SIXTEENTH)
        return beat + (tick - beat + unit // 2) // unit * unit

    return place


def quantised(notes: Sequence[Note], meter: MeterMap) -> list[Note]:
    """The notes on the grid of `places`.

    A pitch that is struck twice at one grid point stays once, with the longer of its two values.
    """
    place = places(notes, meter)
    longest: dict[tuple[int, int], Note] = {}
    for note in notes:
        start, end = place(note.start_tick), place(note.end_tick)
        if end <= start:
            end = _next_place(start, place)
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
    sounds = [sound_of(start, end, group) for (start, end), group in together.items()]
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
        cut = _cuts if sound.pitches else _rests
        cuts = cut(sound.start_tick, min(sound.end_tick, end_tick), meter)
        for k, (a, b) in enumerate(cuts):
            bars[meter.bar_start(a)].append(
                Piece(a, b, sound.pitches, sound.velocities, _tie(k, len(cuts)) if sound.pitches else None)
            )
    return {bar: tuple(row) for bar, row in bars.items() if fill or any(p.pitches for p in row)}


def beams(row: Sequence[Piece], meter: MeterMap) -> list[tuple[Beam, ...]]:
    """The beams of each piece of a bar, outermost first: joined within a beat, eighths within half a bar of 4/4."""
    marks: list[tuple[Beam, ...]] = [()] * len(row)

    def group_key(k: int) -> tuple[int, bool, bool]:
        return _beam_span(row, k, meter), bool(row[k].pitches), _flags(row[k]) > 0

    for _, run in groupby(range(len(row)), key=group_key):
        group = list(run)
        if len(group) > 1 and row[group[0]].pitches and _flags(row[group[0]]):
            flags = [_flags(row[k]) for k in group]
            for at, k in enumerate(group):
                marks[k] = tuple(_beam(flags, at, level) for level in range(1, flags[at] + 1))
    return marks


def _beam_span(row: Sequence[Piece], k: int, meter: MeterMap) -> int:
    """Where the notes begin that this one may be beamed with."""
    start = row[k].start_tick
    bar, change = meter.bar_start(start), meter.at(start)
    if change.is_compound:
        return bar + (start - bar) // change.beat_ticks * change.beat_ticks
    if (change.numerator, change.denominator) == (4, 4):
        half = bar + (start - bar) // (2 * TICKS_PER_QUARTER) * 2 * TICKS_PER_QUARTER
        inside = [p for p in row if half <= p.start_tick < half + 2 * TICKS_PER_QUARTER]
        if len(inside) == 4 and all(p.pitches and p.end_tick - p.start_tick == TICKS_PER_QUARTER // 2 for p in inside):
            return half
    return _beat_start(start, meter)


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
    if ticks >= TICKS_PER_QUARTER or ticks == 2 * TRIPLET:
        return 0
    return 1 if ticks >= TRIPLET and ticks != 3 * THIRTY_SECOND else 2 if ticks > THIRTY_SECOND else 3


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


def _is_triplet(onsets: Sequence[int]) -> bool:
    """Whether onsets within a beat lie nearer to thirds than to quarters of it."""

    def miss(unit: int) -> int:
        return sum(abs((p + unit // 2) // unit * unit - p) for p in onsets)

    return bool(_inside(onsets)) and miss(TRIPLET) < TRIPLET_GAIN * miss(SIXTEENTH)


def _inside(onsets: Sequence[int]) -> list[int]:
    return [p for p in onsets if SIXTEENTH // 2 <= p <= TICKS_PER_QUARTER - SIXTEENTH // 2]


def _collides(onsets: Sequence[int], unit: int) -> bool:
    """Whether two strokes that are apart fall on one place."""
    ordered = sorted(set(onsets))
    return any(b - a > _APART and (a + unit // 2) // unit == (b + unit // 2) // unit for a, b in pairwise(ordered))


def _next_place(tick: int, place: Callable[[int], int]) -> int:
    return min(p for p in (place(tick + step) for step in (THIRTY_SECOND, SIXTEENTH, TRIPLET)) if p > tick)


def sound_of(start: int, end: int, group: Sequence[Note]) -> Sound:
    """Notes struck together as one sound of a given length; of one pitch twice the louder stays."""
    loudest: dict[int, int] = {}
    for n in group:
        loudest[n.pitch] = max(n.velocity, loudest.get(n.pitch, 0))
    pitches = sorted(loudest)
    return Sound(start, end, tuple(pitches), tuple(loudest[p] for p in pitches))


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
        middle = bar + 2 * beat if change.bar_ticks == 4 * beat else bar_end
        if start < middle < stop and start != bar and to_beat == beat and (stop - start) % beat:
            stop = middle
        if not _readable(stop - start, to_beat, beat):
            room = min(stop - start, to_beat)
            if to_beat == beat:
                room = max((v for v in _VALUES if v <= stop - start and v % beat == 0), default=room)
            stop = start + max((v for v in _VALUES if v <= room), default=room)
        cuts.append((start, stop))
        start = stop
    return cuts


def _rests(start: int, end: int, meter: MeterMap) -> list[tuple[int, int]]:
    """A silence in rests: whole bars, halves where a half of the bar begins, else beat by beat."""
    cuts = []
    while start < end:
        bar, bar_end, change = meter.bar_start(start), meter.bar_end(start), meter.at(start)
        stop = min(end, bar_end)
        if (start, stop) != (bar, bar_end):
            beat = change.beat_ticks if change.is_compound else TICKS_PER_QUARTER
            to_beat = beat - (start - bar) % beat
            room = min(stop - start, to_beat)
            if to_beat == beat and change.bar_ticks == 4 * beat and (start - bar) % (2 * beat) == 0:
                room = min(stop - start, 2 * beat)
            plain = _PLAIN | _DOTTED if change.is_compound else _PLAIN
            values = _TRIPLETS if room % THIRTY_SECOND else plain
            stop = start + max((v for v in values if v <= room), default=room)
        cuts.append((start, stop))
        start = stop
    return cuts


def _readable(ticks: int, to_beat: int, beat: int) -> bool:
    """Whether one value may stand there: on the beat any; off it what ends in it, or a quarter after an eighth."""
    if ticks not in _VALUES or (beat != TICKS_PER_QUARTER and ticks > beat and ticks % beat):
        return False
    eighth = TICKS_PER_QUARTER // 2
    return (
        ticks <= to_beat or to_beat == beat or (to_beat == eighth and ticks == 2 * eighth and beat == TICKS_PER_QUARTER)
    )


def _tie(k: int, count: int) -> Tie:
    if count == 1:
        return None
    return "start" if k == 0 else "stop" if k == count - 1 else "continue"
