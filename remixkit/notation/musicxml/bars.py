"""How long bars are and in which order they are played -> the grid of the song.

A bar is as long as its notes say: a short one in the middle is a meter of its own, so that later bar lines stand where
the score has them. Two short bars that make a whole one, as on both sides of a repeat sign, are one bar; a
pickup stands at the end of the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from remixkit.model.timing import TICKS_PER_QUARTER, MeterChange, MeterMap
from remixkit.notation.musicxml.nouns import Meter, WrittenBar
from remixkit.notation.repeats import BarSigns

_SHORTEST_TICKS = TICKS_PER_QUARTER // 16
"""Bars are as long as so many 64th notes."""
_NEAR_QUARTERS, _OVER_QUARTERS = 1 / 16, 1 / 4
_LONG_QUARTERS = 8
_WHOLE_TICKS = 4 * TICKS_PER_QUARTER
_DENOMINATORS = (4, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class Length:
    """A bar's length in ticks, and the meter that its score says; None if none."""

    ticks: int
    meter: Meter | None = None

    @property
    def said_ticks(self) -> int:
        """What the meter says."""
        return 0 if self.meter is None else round(self.meter.quarters * TICKS_PER_QUARTER)

    @property
    def is_short(self) -> bool:
        """Whether it has less than its meter says."""
        return self.ticks < self.said_ticks


@dataclass(frozen=True, slots=True)
class Played:
    """A bar as it is played: which, its first tick, how often it was played before, and how often it is in all."""

    bar: int
    start_tick: int
    ticks: int
    time: int
    times: int


def lengths(parts: Sequence[Sequence[WrittenBar]]) -> list[Length]:
    """How long each bar is, all parts together."""
    out: list[Length] = []
    for index in range(max(map(len, parts), default=0)):
        rows = [bars[index] for bars in parts if index < len(bars)]
        meter = next((bar.meter for bar in rows if bar.meter is not None), None)
        said = meter.quarters if meter is not None else 0.0
        filled, rested = _filled(rows, said), max(bar.rested for bar in rows)
        if meter is not None:
            rested = min(rested, said)
        quarters = filled if filled and any(bar.is_implicit for bar in rows) else max(filled, rested)
        if not quarters:
            quarters = said or (out[-1].ticks / TICKS_PER_QUARTER if out else 4.0)
        out.append(Length(_ticks(quarters, said), meter))
    return out


def _filled(rows: Sequence[WrittenBar], said: float) -> float:
    """How far the notes of a bar reach; what one part has a little over, where others end with the meter, is not it."""
    longest = max(bar.filled for bar in rows)
    if said < longest < said + _OVER_QUARTERS and any(abs(bar.filled - said) < _NEAR_QUARTERS for bar in rows):
        return said
    return longest


def _ticks(quarters: float, said: float) -> int:
    """A length in whole 64ths; what is so near to the meter that notes were written badly is the meter's."""
    if abs(quarters - said) < _NEAR_QUARTERS:
        return round(said * TICKS_PER_QUARTER)
    ticks = round(quarters * TICKS_PER_QUARTER)
    if ticks % _SHORTEST_TICKS and said - 1 < quarters < said:
        return round(said * TICKS_PER_QUARTER)
    return max(1, -(-ticks // _SHORTEST_TICKS)) * _SHORTEST_TICKS


def signs_of(parts: Sequence[Sequence[WrittenBar]]) -> list[BarSigns]:
    """What each bar says about the order of bars, in whichever part."""
    rows = [
        [bars[index].signs for bars in parts if index < len(bars)] for index in range(max(map(len, parts), default=0))
    ]
    begins = [frozenset[int]().union(*(s.begins_ending for s in row)) for row in rows]
    ends = [any(s.ends_ending or s.ends_repeat for s in row) for row in rows]
    opens = [any(s.begins_repeat for s in row) for row in rows]
    out: list[BarSigns] = []
    under = frozenset[int]()
    for index, row in enumerate(rows):
        if begins[index] or opens[index]:
            under = begins[index] if _has_end(begins, ends, opens, index) else frozenset()
        elif not under and any(s.ends_ending for s in row) and index + 1 < len(rows) and begins[index + 1]:
            under = frozenset({1})  # a bracket that only ends, before another
        jumps = [s for s in row if s.jump]
        out.append(
            BarSigns(
                begins_repeat=opens[index],
                ends_repeat=max((s.ends_repeat for s in row), default=0),
                repeats_after_jump=any(s.repeats_after_jump for s in row),
                endings=under or begins[index],
                segno=any(s.segno for s in row),
                coda=any(s.coda for s in row),
                jump=jumps[0].jump if jumps else "",
                until=next((s.until for s in jumps if s.until), ""),
                to_coda=any(s.to_coda for s in row),
                fine=any(s.fine for s in row),
                is_final=any(s.is_final for s in row),
            )
        )
        if ends[index]:
            under = frozenset()
    return out


def _has_end(begins: list[frozenset[int]], ends: list[bool], opens: list[bool], start: int) -> bool:
    """Whether the bracket that begins at a bar ends somewhere before another begins; else it is one bar long."""
    for index in range(start, len(ends)):
        if index > start and (begins[index] or opens[index]):
            return True
        if ends[index]:
            return True
    return False


def timeline_of(order: Sequence[int], measured: Sequence[Length]) -> tuple[list[Played], MeterMap]:
    """The bars in the order they are played, with their ticks, and the meters that make their bar lines."""
    times = Counter(order)
    seen: Counter[int] = Counter()
    grid = _grid([measured[bar] for bar in order])
    start = grid[0][1] - measured[order[0]].ticks if len(grid) > 1 and grid[0][0] == 1 else 0
    played: list[Played] = []
    for bar in order:
        seen[bar] += 1
        played.append(Played(bar, start, measured[bar].ticks, seen[bar], times[bar]))
        start += measured[bar].ticks
    changes: list[MeterChange] = []
    at = 0
    for _, ticks, meter in grid:
        for numerator, denominator, length in _meters(ticks, meter):
            if not changes or (changes[-1].numerator, changes[-1].denominator) != (numerator, denominator):
                changes.append(MeterChange(at, numerator, denominator))
            at += length
    return played, MeterMap(tuple(changes)) if changes else MeterMap()


def _grid(rows: Sequence[Length]) -> list[tuple[int, int, Meter | None]]:
    """(bars it is made of, ticks, meter) of each bar of the grid."""
    out: list[tuple[int, int, Meter | None]] = []
    index = 0
    while index < len(rows):
        row = rows[index]
        after = rows[index + 1] if index + 1 < len(rows) else None
        if (
            after is not None
            and row.is_short
            and after.is_short
            and row.meter == after.meter
            and row.ticks + after.ticks == row.said_ticks
        ):
            out.append((2, row.said_ticks, row.meter))
            index += 2
            continue
        is_edge = index == 0 or index == len(rows) - 1
        out.append((1, row.said_ticks if row.is_short and is_edge else row.ticks, row.meter))
        index += 1
    return out


def _meters(ticks: int, meter: Meter | None) -> list[tuple[int, int, int]]:
    """(numerator, denominator, ticks) of the bars that make a bar of some length."""
    said = 0 if meter is None else round(meter.quarters * TICKS_PER_QUARTER)
    if meter is not None and said and ticks % said == 0:
        return [(meter.numerator, meter.denominator, said)] * (ticks // said)
    if ticks > _LONG_QUARTERS * TICKS_PER_QUARTER:
        whole, rest = divmod(ticks, _WHOLE_TICKS)
        return [(4, 4, _WHOLE_TICKS)] * whole + (_meters(rest, None) if rest else [])
    units = (meter.denominator, *_DENOMINATORS) if meter is not None else _DENOMINATORS
    denominator = next(d for d in units if ticks % (_WHOLE_TICKS // d) == 0)
    return [(ticks * denominator // _WHOLE_TICKS, denominator, ticks)]
