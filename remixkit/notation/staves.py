"""What an editor writes of what was played: level chords, whole values, one voice a staff and a second where needed.

A performance rolls chords, lets keys go early and holds others under the pedal. On paper a rolled chord is one chord
with a sign, a note lasts until the next of its voice unless there is a rest to be heard, and what only the pedal holds
is not written out (E. Gould, "Behind Bars", 2011, on keyboard notation). Ticks are 960 a quarter note.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from remixkit.midi.spec import CC_SUSTAIN, PEDAL_DOWN
from remixkit.model.song import Control, Note
from remixkit.model.timing import TICKS_PER_QUARTER, Grid, MeterMap, TempoMap
from remixkit.notation.engraving import Sound, places, quantised, sound_of

EIGHTH = TICKS_PER_QUARTER // 2

# Keys of one hand struck from below in steps of these lengths, a third apart at least, and held together afterwards are
# a rolled chord, and no run; another hand's follows as closely.
_ROLL_S = (0.018, 0.060)
_ROLL_STEP = 3
_ROLL_HELD_S = 0.08
# A grace note is struck so many ticks before the note a step beside it, and let go as soon.
_GRACE = (8, 110)
# The shortest overlap by which a note is held over others rather than joined to them, and that makes a second voice.
_HELD = EIGHTH

Slots = Mapping[int, Sequence[Note]]


@dataclass(frozen=True, slots=True)
class Staff:
    """One staff: its voices from above, the ticks at which its chords are rolled, and grace notes' pitches by tick."""

    voices: tuple[tuple[Sound, ...], ...]
    rolled: frozenset[int] = frozenset()
    graces: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pedal:
    """When the pedal is down: spans in order."""

    spans: tuple[tuple[int, int], ...] = ()

    def holds(self, tick: int) -> bool:
        """Whether the pedal is down at a tick."""
        k = bisect_right(self.spans, (tick, 1 << 62)) - 1
        return k >= 0 and tick < self.spans[k][1]


def pedal_of(controls: Sequence[Control], end_tick: int) -> Pedal:
    """The pedal's spans from controller 64; one still down at the end is lifted there."""
    spans: list[tuple[int, int]] = []
    down: int | None = None
    for c in controls:
        if c.kind != "cc" or c.number != CC_SUSTAIN:
            continue
        if c.value >= PEDAL_DOWN and down is None:
            down = c.tick
        elif c.value < PEDAL_DOWN and down is not None:
            spans.append((down, c.tick))
            down = None
    if down is not None:
        spans.append((down, max(end_tick, down + 1)))
    return Pedal(tuple(spans))


def written(hands: Sequence[Sequence[Note]], grid: Grid, end_tick: int, pedal: Pedal) -> list[Staff]:
    """The staves of one player.

    Parameters
    ----------
    hands : sequence of sequences of Note
        As played, the highest staff first.
    grid : Grid
        Tempo and meter.
    end_tick : int
        The last bar line.
    pedal : Pedal
        Under it the lowest of several staves writes no rests.
    """
    level, rolled = unrolled(hands, grid.tempo)
    staves = []
    for k, played in enumerate(level):
        notes, graces = without_graces(played, grid.meter)
        held = pedal if k and k == len(level) - 1 else Pedal()
        on_grid = quantised(notes, grid.meter)
        place = places(notes, grid.meter)
        upper, inner = two_lines(on_grid) if k == 0 else (_slots(on_grid), {})
        first = filled(upper, grid.meter, end_tick, held)
        voices = [first]
        if inner:
            ends = {s.start_tick: s.end_tick for s in first}
            voices.append(_under(inner, ends, grid.meter))
        signs = frozenset(place(t) for t in rolled[k])
        staves.append(Staff(tuple(tuple(v) for v in voices), signs, {place(t): p for t, p in graces.items()}))
    return staves


def unrolled(hands: Sequence[Sequence[Note]], tempo: TempoMap) -> tuple[list[list[Note]], list[frozenset[int]]]:
    """The hands with rolled chords struck at once, where the roll began; and the ticks at which they were rolled."""
    level: list[list[Note]] = []
    rolled: list[set[int]] = []
    for notes in hands:
        struck, signs = _one_hand(sorted(notes), tempo)
        level.append(struck)
        rolled.append(signs)
    if len(level) > 1:
        _join_hands(level, rolled, hands, tempo)
    return [sorted(h) for h in level], [frozenset(r) for r in rolled]


def without_graces(notes: Sequence[Note], meter: MeterMap) -> tuple[list[Note], dict[int, int]]:
    """The notes without those that slide into the next from a step beside it; their pitches by that next one's tick."""
    place = places(notes, meter)
    kept: list[Note] = []
    graces: dict[int, int] = {}
    ordered = sorted(notes)
    for k, note in enumerate(ordered):
        after = next((m for m in ordered[k + 1 :] if m.start_tick > note.start_tick), None)
        if after is None:
            kept.append(note)
            continue
        apart = after.start_tick - note.start_tick
        is_close = apart <= _GRACE[1] or (apart <= 2 * _GRACE[1] and place(note.start_tick) == place(after.start_tick))
        if is_close and after.start_tick not in graces and _slides(note, after):
            graces[after.start_tick] = note.pitch
        else:
            kept.append(note)
    return kept, graces


def _slides(note: Note, after: Note) -> bool:
    """Whether a note is let go at once for one a step beside it that stays."""
    is_step = 1 <= abs(after.pitch - note.pitch) <= 2
    stays = after.end_tick - after.start_tick > 2 * _GRACE[1]
    at_once = note.end_tick <= after.start_tick + _GRACE[1] and after.start_tick - note.start_tick >= _GRACE[0]
    return is_step and stays and at_once


def two_lines(notes: Sequence[Note]) -> tuple[Slots, Slots]:
    """An upper line, and what is struck below it while its notes are held; the latter is empty if one voice will do."""
    slots = _slots(notes)
    upper: dict[int, list[Note]] = {}
    inner: dict[int, list[Note]] = {}
    top: Note | None = None
    for start, struck in slots.items():
        peak = max(struck, key=lambda n: n.pitch)
        if top is not None and top.end_tick - start >= _HELD and peak.pitch < top.pitch:
            begun = top.start_tick
            below = [n for n in upper[begun] if n.pitch < top.pitch]
            if begun not in inner and below:
                inner[begun] = below
                upper[begun] = [n for n in upper[begun] if n not in below]
            inner[start] = list(struck)
        else:
            upper[start] = list(struck)
            top = peak
    return upper, dict(sorted(inner.items()))


def filled(slots: Slots, meter: MeterMap, end_tick: int, pedal: Pedal) -> list[Sound]:
    """A voice whose notes last until the next one, but for rests that are heard."""
    starts = list(slots)
    out = []
    for start, following in zip(starts, [*starts[1:], end_tick], strict=False):
        own = max(n.end_tick for n in slots[start])
        out.append(sound_of(start, _end(start, own, following, meter, pedal), slots[start]))
    return out


def _under(inner: Slots, tops: Mapping[int, int], meter: MeterMap) -> list[Sound]:
    """The second voice: its notes last until its next one or as long as what is held above them."""
    begun = sorted(tops)
    starts = list(inner)
    out = []
    for start, following in zip(starts, [*starts[1:], 1 << 62], strict=False):
        above = begun[bisect_right(begun, start) - 1]
        limit = min(following, max(tops[above], start + EIGHTH // 2))
        own = max(n.end_tick for n in inner[start])
        out.append(sound_of(start, _end(start, own, limit, meter, Pedal()), inner[start]))
    return out


def _end(start: int, own: int, following: int, meter: MeterMap, pedal: Pedal) -> int:
    """Where a note ends on paper: at the next one if only a breath lies between, else on a beat, before a rest."""
    if following - own <= EIGHTH or pedal.holds(own):
        return following
    bar, change = meter.bar_start(own), meter.at(own)
    beat = change.beat_ticks if change.is_compound else TICKS_PER_QUARTER
    unit = beat if own - start >= beat * 3 // 4 else EIGHTH
    return min(following, max(bar + -(-(own - bar) // unit) * unit, start + EIGHTH // 2))


def _slots(notes: Sequence[Note]) -> dict[int, list[Note]]:
    slots: dict[int, list[Note]] = defaultdict(list)
    for n in sorted(notes):
        slots[n.start_tick].append(n)
    return dict(slots)


def _one_hand(notes: Sequence[Note], tempo: TempoMap) -> tuple[list[Note], set[int]]:
    begins = tempo.to_s([n.start_tick for n in notes])
    ends = tempo.to_s([n.end_tick for n in notes])
    out: list[Note] = []
    signs: set[int] = set()
    began = 0
    for k, note in enumerate(notes):
        step = float(begins[k] - begins[k - 1]) if k else 1.0
        rises = step == 0 or (k > 0 and note.pitch - notes[k - 1].pitch >= _ROLL_STEP)
        if k == 0 or step > _ROLL_S[1] or not rises or min(ends[began:k]) < begins[k] + _ROLL_HELD_S * (step > 0):
            began = k
        elif step >= _ROLL_S[0]:
            signs.add(notes[began].start_tick)
        start = notes[began].start_tick
        out.append(replace(note, start_tick=start, end_tick=max(note.end_tick, start + 1)))
    return out, signs


def _join_hands(
    level: list[list[Note]], rolled: list[set[int]], hands: Sequence[Sequence[Note]], tempo: TempoMap
) -> None:
    """A right hand that goes on with the left one's roll begins where that began."""
    ends = {}
    for tick in rolled[-1]:
        last = max(p.start_tick for p, s in zip(sorted(hands[-1]), level[-1], strict=True) if s.start_tick == tick)
        ends[tick] = tempo.second(last)
    for upper in range(len(level) - 1):
        for tick in sorted({n.start_tick for n in level[upper]}):
            at = tempo.second(tick)
            joined = next((t for t, e in ends.items() if t < tick and 0 < at - e <= _ROLL_S[1]), None)
            if joined is not None:
                level[upper] = [replace(n, start_tick=joined) if n.start_tick == tick else n for n in level[upper]]
                if tick in rolled[upper]:
                    rolled[upper].discard(tick)
                    rolled[upper].add(joined)
