"""Notes as written -> notes as they are played: ties, swing, grace notes, ornaments, rolled chords, articulation.

How fast ornaments are played follows C. P. E. Bach's and today's practice alike: as fast as a hand comfortably goes,
some twelve notes a second; trills begin on their note, appoggiaturas take half of theirs (two thirds of a dotted one).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from remixkit.errors import SongError
from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER, TempoMap
from remixkit.notation.musicxml.limits import MAX_NOTES
from remixkit.notation.musicxml.nouns import Ornament, Tone

_FAST_S = 1 / 12
"""Of a note in an ornament."""
_GRACE_S, _ROLL_S = 0.07, 0.035
_TRILL_UNITS = (80, 120, 160, 240)
"""Ticks of a trill's notes: thirty-seconds and their triplets, sixteenths and theirs."""
_MEET_TICKS = 2
_LEAST_TICKS = 20
_OFFBEAT_TICKS = 12


@dataclass(slots=True)
class Struck:
    """A tone at its ticks."""

    start: int
    end: int
    velocity: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Groove:
    """Which second notes of pairs come late: (tick, share of the first, length of the pair), and where bars begin."""

    changes: tuple[tuple[int, float, int], ...] = ()
    bars: tuple[int, ...] = (0,)

    def at(self, tick: int) -> int:
        """Where a note that is written at a tick is played."""
        k = bisect_right(self.changes, tick, key=lambda change: change[0]) - 1
        if k < 0 or self.changes[k][1] == 0.5:
            return tick
        _, share, pair = self.changes[k]
        bar = self.bars[max(0, bisect_right(self.bars, tick) - 1)]
        place = (tick - bar) % pair
        return tick - place + round(share * pair) if abs(place - pair // 2) <= _OFFBEAT_TICKS else tick


def played_notes(struck: Sequence[Struck], tempo: TempoMap, groove: Groove, file: str) -> list[Note]:
    """The notes of one part as they are heard, sorted.

    Raises
    ------
    SongError
        If ornaments make more than `MAX_NOTES` of them.
    """
    for each in struck:
        each.start, each.end = groove.at(each.start), groove.at(each.end)
    mains = _tied([s for s in struck if not s.tone.grace])
    graces = [s for s in struck if s.tone.grace]
    notes = _graced(mains, graces, tempo) if graces else []
    _roll([s for s in mains if s.tone.rolled], tempo)
    budget = MAX_NOTES - len(notes) - len(mains)
    for each in mains:
        for start, end, pitch in _ornamented(each, tempo):
            budget -= start > each.start
            if budget < 0:
                raise SongError(f"ornaments make more than {MAX_NOTES} notes of it", file=file, remedy="take some out")
            if 0 <= pitch <= 127:
                notes.append(Note(start, max(end, start + 1), pitch, each.velocity))
    return _untangled(notes)


def _ticks(seconds: float, tempo: TempoMap, tick: int) -> float:
    return seconds * tempo.bpm_at(tick) / 60 * TICKS_PER_QUARTER


def _tied(struck: Iterable[Struck]) -> list[Struck]:
    """Tied notes as one, whatever voice goes on and however it is spelled."""
    out: list[Struck] = []
    held: defaultdict[int, list[Struck]] = defaultdict(list)
    for each in sorted(struck, key=lambda s: s.start):
        tone = each.tone
        waiting = held[tone.pitch]
        fits = [s for s in waiting if abs(s.end - each.start) <= _MEET_TICKS] if tone.ties_back else []
        if fits:
            first = next((s for s in fits if s.tone.voice == tone.voice), fits[0])
            first.end = max(first.end, each.end)
            if not tone.ties_on:
                waiting.remove(first)
        else:
            held[tone.pitch] = waiting = [s for s in waiting if s.end >= each.start - _MEET_TICKS]
            out.append(each)
            if tone.ties_on:
                waiting.append(each)
    return out


def _graced(mains: list[Struck], graces: list[Struck], tempo: TempoMap) -> list[Note]:
    """The grace notes; notes before and after them give way."""
    begins: defaultdict[tuple[int, str], list[Struck]] = defaultdict(list)
    ends: defaultdict[tuple[int, str], list[Struck]] = defaultdict(list)
    for main in mains:
        begins[main.start, main.tone.voice].append(main)
        ends[main.end, main.tone.voice].append(main)
    groups: defaultdict[tuple[int, str], list[list[Struck]]] = defaultdict(list)
    for grace in graces:
        group = groups[grace.start, grace.tone.voice]
        if group and grace.tone.is_chord:
            group[-1].append(grace)
        else:
            group.append([grace])
    notes: list[Note] = []
    for (tick, voice), chords in groups.items():
        leant, before = begins.get((tick, voice), []), ends.get((tick, voice), [])
        length = min((m.end - m.start for m in leant), default=0)
        if len(chords) == 1 and chords[0][0].tone.grace == "on" and length > _LEAST_TICKS:
            share = 2 / 3 if _is_dotted(length) else 1 / 2
            each = round(min(chords[0][0].tone.quarters * TICKS_PER_QUARTER, length * share))
            at = tick
        else:
            room = min([480, *((m.end - m.start) // 2 for m in before)])
            each = max(1, min(round(_ticks(_GRACE_S, tempo, tick)), room // len(chords)))
            at = tick - each * len(chords)
        if at < 0 or at == tick:
            at = tick
            for main in leant:
                main.start = min(tick + each * len(chords), main.end - 1)
        for main in before:
            main.end = max(main.start + 1, min(main.end, at))
        for chord in chords:
            notes += [Note(at, at + each, g.tone.pitch, g.velocity) for g in chord]
            at += each
    return notes


def _is_dotted(ticks: int) -> bool:
    return any(abs(ticks - TICKS_PER_QUARTER * 3 * 2**k / 4) <= _MEET_TICKS for k in range(-1, 5))


def _roll(struck: list[Struck], tempo: TempoMap) -> None:
    """Chords with a wavy line begin one note after the other."""
    chords: defaultdict[int, list[Struck]] = defaultdict(list)
    for each in struck:
        chords[each.start].append(each)
    for tick, chord in chords.items():
        chord.sort(key=lambda s: s.tone.pitch * s.tone.rolled)
        shortest = min(s.end - s.start for s in chord)
        step = min(_ticks(_ROLL_S, tempo, tick), shortest / (2 * len(chord)))
        for k, each in enumerate(chord):
            each.start += round(k * step)


def _ornamented(struck: Struck, tempo: TempoMap) -> Iterator[tuple[int, int, int]]:
    """(start, end, pitch) of what is played for one note."""
    tone, start, end = struck.tone, struck.start, struck.end
    ornament = tone.ornament
    if ornament is None:
        yield start, start + max(1, round((end - start) * tone.sounds)), tone.pitch
    elif ornament.kind in ("tremolo", "first", "second"):
        yield from _repeated(ornament, start, end, tone.pitch)
    else:
        fast = min(_ticks(_FAST_S, tempo, start), (end - start) / 4)
        yield from _turned(ornament, start, end, tone.pitch, fast, tempo)


def _repeated(ornament: Ornament, start: int, end: int, pitch: int) -> Iterator[tuple[int, int, int]]:
    """A tremolo; of one between two notes the first is struck at even places and the second at odd ones."""
    unit = max(_LEAST_TICKS, round(ornament.unit_quarters * TICKS_PER_QUARTER))
    if ornament.kind == "tremolo":
        yield from ((at, min(at + unit, end), pitch) for at in range(start, end, unit))
        return
    begin = start if ornament.kind == "first" else max(0, 2 * start - end) + unit
    stop = 2 * end - start if ornament.kind == "first" else end
    yield from ((at, min(at + unit, stop), pitch) for at in range(begin, stop, 2 * unit))


def _turned(
    ornament: Ornament, start: int, end: int, pitch: int, fast: float, tempo: TempoMap
) -> Iterator[tuple[int, int, int]]:
    upper, lower = pitch + ornament.upper, pitch + ornament.lower
    if ornament.kind == "trill":
        wanted = _ticks(_FAST_S, tempo, start)
        unit = min(_TRILL_UNITS, key=lambda ticks: abs(ticks - wanted))
        count = max(3, (end - start) // unit)
        count -= count % 2 == 0
        edges = [start + round(k * (end - start) / count) for k in range(count + 1)]
        yield from ((a, b, (pitch, upper)[k % 2]) for k, (a, b) in enumerate(pairwise(edges)))
        return
    if ornament.kind == "mordent":
        line = [pitch, upper if ornament.from_above else lower] * (2 if ornament.is_long else 1)
    elif ornament.kind == "slide":
        line = [pitch + 2 * ornament.lower + (1 if ornament.lower == -2 else 0), lower]
    else:
        line = [upper, pitch, lower] if ornament.from_above else [lower, pitch, upper]
    step = min(fast, (end - start) / (len(line) + 1))
    if ornament.kind == "delayed-turn":
        first = end - round(step * (len(line) + 1))
        if first > start:
            yield start, first, pitch
        start = first
    edges = [start + round(k * step) for k in range(len(line) + 1)]
    yield from ((a, b, note) for (a, b), note in zip(pairwise(edges), line, strict=True))
    yield edges[-1], end, pitch


def _untangled(notes: list[Note]) -> list[Note]:
    """The notes with each pitch struck once at a time: of two at once the longer, and a new stroke ends an old one."""
    out: list[Note] = []
    last: dict[int, int] = {}
    for note in sorted(notes, key=lambda n: (n.start_tick, -n.end_tick)):
        k = last.get(note.pitch)
        if k is not None and out[k].end_tick > note.start_tick:
            before = out[k]
            if note.start_tick - before.start_tick <= _MEET_TICKS:
                continue
            out[k] = Note(before.start_tick, note.start_tick, note.pitch, before.velocity)
            note = Note(note.start_tick, max(note.end_tick, before.end_tick), note.pitch, note.velocity)
        last[note.pitch] = len(out)
        out.append(note)
    return sorted(out)
