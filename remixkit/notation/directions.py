"""What an editor prints around a cover's notes: dynamics, hairpins, tempo words, pedal. `signs` draws it.

Ticks are 960 a quarter note.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from statistics import fmean, median
from typing import Literal

from remixkit.model.song import Note, Text
from remixkit.model.timing import Grid, TempoChange
from remixkit.notation.staves import Pedal

Hairpin = Literal["crescendo", "diminuendo"]

# Upper bounds of a section's mean velocity.
_MARKS = ((52.0, "pp"), (63.5, "p"), (71.0, "mp"), (80.0, "mf"), (93.0, "f"), (128.0, "ff"))
# A build or a fall worth a hairpin: so much louder or softer in the last bars than before.
_BUILD = 4.5
# Tempo changes by less than this share are rubato and not printed; one that holds for so many bars is a new tempo.
_RUBATO, _NEW_TEMPO, _HOLDS_BARS = 0.03, 0.04, 2
_RIT = 0.06
# So many bars of pedalling are shown, then the player goes on alike.
_PEDAL_BARS = 4


@dataclass(frozen=True, slots=True)
class Swell:
    """A hairpin."""

    start_tick: int
    end_tick: int
    kind: Hairpin


@dataclass(frozen=True, slots=True)
class Tempo:
    """A tempo sign: a metronome mark, or words such as "rit."."""

    tick: int
    bpm: float | None
    words: str = ""


def loudness(notes: Sequence[Note], spans: Sequence[tuple[int, int]]) -> tuple[Text, ...]:
    """A dynamic mark for each span that is louder or softer than the one before.

    Parameters
    ----------
    notes : sequence of Note
        Of all players, in order.
    spans : sequence of (start tick, end tick)
        Sections.
    """
    marks: list[Text] = []
    for start, end in spans:
        heard = _between(notes, start, end)
        if heard:
            mark = next(m for bound, m in _MARKS if fmean(n.velocity for n in heard) < bound)
            if not marks or marks[-1].text != mark:
                marks.append(Text(start, mark))
    return tuple(marks)


def swells(notes: Sequence[Note], spans: Sequence[tuple[int, int]], grid: Grid) -> tuple[Swell, ...]:
    """Hairpins over the last two bars of sections that build up to the next one or die away.

    A section that does not change its loudness gets none, and one of less than four bars none.
    """
    found = []
    for k, (start, end) in enumerate(spans):
        bars = [b for b, _ in grid.meter.bars(end) if b >= start]
        if len(bars) < 4:
            continue
        last = bars[-2]
        before, within = _between(notes, start, last), _between(notes, last, end)
        after = _between(notes, *spans[k + 1]) if k + 1 < len(spans) else []
        if not before or not within:
            continue
        change = fmean(n.velocity for n in within) - median(n.velocity for n in before)
        goes = fmean(n.velocity for n in after) - fmean(n.velocity for n in before) if after else -_BUILD
        if change >= _BUILD and goes >= _BUILD:
            found.append(Swell(last, end, "crescendo"))
        elif change <= -_BUILD and goes <= -_BUILD:
            found.append(Swell(last, end, "diminuendo"))
    return tuple(found)


def tempo_signs(grid: Grid, end_tick: int) -> tuple[Tempo, ...]:
    """A metronome mark at the beginning and where a new tempo holds; "rit." where it slows down, "a tempo" after it."""
    changes = [c for c in grid.tempo.changes if c.tick < end_tick]
    ends = [*(c.tick for c in changes[1:]), end_tick]
    bars = {c.tick: (e - c.tick) / grid.meter.at(c.tick).bar_ticks for c, e in zip(changes, ends, strict=True)}
    steady = [c for c in changes if bars[c.tick] >= _HOLDS_BARS]
    current = round((steady[0] if steady else changes[0]).bpm)
    signs = [Tempo(0, current)]
    slowing: int | None = None
    for c in changes:
        share = c.bpm / current - 1
        if bars[c.tick] >= _HOLDS_BARS and abs(share) >= _NEW_TEMPO:
            current, slowing = round(c.bpm), None
            if c.tick:
                signs.append(Tempo(c.tick, current))
        elif share <= -_RUBATO and slowing is None:
            slowing = c.tick
            lowest = _lowest(changes, c.tick, current)
            signs.append(Tempo(c.tick, None, "rit." if lowest <= current * (1 - _RIT) else "poco rit."))
        elif share > -_RUBATO / 2 and slowing is not None:
            slowing = None
            signs.append(Tempo(c.tick, None, "a tempo"))
    return tuple(signs)


def ends_held(grid: Grid, end_tick: int) -> bool:
    """Whether the piece slows down to its last bar: its last chord is held then."""
    last = grid.meter.bar_start(max(0, end_tick - 1))
    usual = median(grid.tempo.bpm_at(b) for b, _ in grid.meter.bars(end_tick))
    return grid.tempo.bpm_at(last) < usual * (1 - 2 * _RIT)


def pedalling(pedal: Pedal, grid: Grid, end_tick: int) -> tuple[tuple[tuple[int, int], ...], int | None]:
    """The pedal spans that are shown, those of the first bars, and where "sim." stands for the others; None if nowhere.

    Places are those of the harmony that the pedal follows: the nearest eighth.
    """
    if not pedal.spans:
        return (), None
    eighth = 480
    first = grid.meter.bar_start(pedal.spans[0][0])
    until = first
    for _ in range(_PEDAL_BARS):
        until = grid.meter.bar_end(until)

    def place(tick: int) -> int:
        return min(end_tick, round(tick / eighth) * eighth)

    shown = [(place(a), place(b)) for a, b in pedal.spans if a < until]
    merged = tuple((a, min(b, until)) for a, b in shown if a < min(b, until))
    more = any(a >= until for a, _ in pedal.spans)
    return merged, until if more else None


def _lowest(changes: Sequence[TempoChange], start: int, current: float) -> float:
    """The slowest tempo from a tick on until the usual one is back."""
    slow = takewhile(lambda c: c.bpm < current * (1 - _RUBATO / 2), (c for c in changes if c.tick >= start))
    return min(c.bpm for c in slow)


def _between(notes: Sequence[Note], start: int, end: int) -> Sequence[Note]:
    return notes[
        bisect_left(notes, start, key=lambda n: n.start_tick) : bisect_left(notes, end, key=lambda n: n.start_tick)
    ]
