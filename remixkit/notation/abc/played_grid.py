"""Where the bars of a tune lie as it is played: their meters, and how far its first bar lacks a beginning.

A bar is what its notes say. Bars that are short by bar lines inside them (a repeat sign, the pickup behind it) are put
together again; one that stays short or long has a meter of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from remixkit.model.timing import TICKS_PER_QUARTER, MeterChange, MeterMap
from remixkit.notation.abc.abc_limits import MAX_METER
from remixkit.notation.abc.bar_order import ScoreBar
from remixkit.notation.abc.code.fields import MeterSign

TICKS_PER_WHOLE = 4 * TICKS_PER_QUARTER
_LONGEST_FREE_BAR = Fraction(4)
"""In free meter, in whole notes; what is longer is counted in 4/4."""


@dataclass(frozen=True, slots=True)
class PlayedGrid:
    """Meters of a tune as it is played, and how long before its first note its first bar begins, in whole notes."""

    meter: MeterMap
    shift: Fraction


def ticks(length: Fraction) -> int:
    """The tick of a place in whole notes."""
    return round(length * TICKS_PER_WHOLE)


def played_grid(bars: Sequence[ScoreBar]) -> PlayedGrid:
    """The grid of bars in the order in which they are played."""
    groups = list(_groups([(bar.length, bar.meter) for bar in bars]))
    shift = Fraction(0)
    if len(groups) > 1:
        length, meter = groups[0]
        if meter and length < meter.bar:
            shift = meter.bar - length
            groups[0] = meter.bar, meter
    changes: list[MeterChange] = []
    at = Fraction(0)
    for k, (length, meter) in enumerate(groups):
        numerator, denominator = _sign(length, meter, is_last=k == len(groups) - 1)
        last = changes[-1] if changes else None
        if last is None or (
            (numerator, denominator) != (last.numerator, last.denominator)
            and ticks(at) > last.tick
            and (ticks(at) - last.tick) % last.bar_ticks == 0
        ):
            changes.append(MeterChange(ticks(at), numerator, denominator))
        at += length
    return PlayedGrid(MeterMap(tuple(changes)) if changes else MeterMap(), shift)


def _groups(bars: Sequence[tuple[Fraction, MeterSign | None]]) -> Iterator[tuple[Fraction, MeterSign | None]]:
    """Bars put together that make one of their meter; others alone."""
    k = 0
    while k < len(bars):
        length, meter = bars[k]
        total, stop = length, k + 1
        if meter:
            while stop < len(bars) and total < meter.bar and total + bars[stop][0] <= meter.bar:
                total += bars[stop][0]
                stop += 1
            if total != meter.bar and stop < len(bars):
                total, stop = length, k + 1
        yield total, meter
        k = stop


def _sign(length: Fraction, meter: MeterSign | None, *, is_last: bool) -> tuple[int, int]:
    """The meter of a bar of a length: the one that holds if it fits, else the plainest of that length."""
    usual = (meter.numerator, meter.denominator) if meter else (4, 4)
    if meter and (length == meter.bar or (is_last and length < meter.bar)):
        return usual
    if meter is None and length > _LONGEST_FREE_BAR:
        return usual
    for unit in (usual[1], 4, 8, 16, 32, 64):
        beats = length * unit
        if beats.denominator == 1 and 0 < beats <= MAX_METER:
            return int(beats), unit
    return usual
