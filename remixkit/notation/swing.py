"""Swung eighths, which are written as plain ones under the word "Swing"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER, MeterMap

# Where in a beat the second of two swung eighths is struck: from a little before the triplet's to a dotted one's.
_SWUNG = (590, 800)
# Such notes make up this share of those off the beat, and of all; nothing but a machine strikes them to the tick.
_OFF_BEAT_SHARE, _SHARE = 0.85, 0.12
_EXACT_TICKS, _EXACT_SHARE = 8, 0.8
_LEAST_NOTES = 24
_NEAR_BEAT = TICKS_PER_QUARTER // 12


def swings(tune: Sequence[Note], meter: MeterMap) -> bool:
    """Whether a tune is swung throughout: off the beat it has hardly anything but late eighths."""
    if len(tune) < _LEAST_NOTES or any(m.denominator != 4 for m in meter.changes):
        return False
    inside = [p for p in (_place(n.start_tick, meter) for n in tune) if _NEAR_BEAT < p < TICKS_PER_QUARTER - _NEAR_BEAT]
    late = [p for p in inside if _SWUNG[0] <= p <= _SWUNG[1]]
    dotted = [p for p in late if abs(p - TICKS_PER_QUARTER * 3 // 4) <= _EXACT_TICKS]
    return (
        len(late) >= _OFF_BEAT_SHARE * len(inside)
        and len(late) >= _SHARE * len(tune)
        and len(dotted) < _EXACT_SHARE * len(late)
    )


def straightened(notes: Sequence[Note], meter: MeterMap) -> tuple[Note, ...]:
    """The notes with swung eighths at the half of the beat."""

    def straight(tick: int) -> int:
        place = _place(tick, meter)
        return tick - place + TICKS_PER_QUARTER // 2 if _SWUNG[0] <= place <= _SWUNG[1] else tick

    out = []
    for n in notes:
        start = straight(n.start_tick)
        out.append(replace(n, start_tick=start, end_tick=max(straight(n.end_tick), start + _NEAR_BEAT)))
    return tuple(sorted(out))


def _place(tick: int, meter: MeterMap) -> int:
    return (tick - meter.bar_start(tick)) % TICKS_PER_QUARTER
