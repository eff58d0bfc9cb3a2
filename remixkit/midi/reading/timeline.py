"""The file's clock -> ticks, tempo and meter of the model.

RP-001 lets a meter begin anywhere, and a new one begin a new bar; `MeterMap` wants it on a bar line of the one before.
A bar that a new meter cuts short therefore becomes a bar of its own meter, as a sequencer counts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from remixkit.midi.reading.counting import count, was
from remixkit.midi.reading.limits import MAX_BPM
from remixkit.model.timing import TICKS_PER_QUARTER, MeterChange, MeterMap, TempoChange, TempoMap

_FRAMED_BPM = 120.0
FINEST_DENOMINATOR = 256
_MOST_BAR_QUARTERS = 64
_ROUNDING_TICKS = 1


@dataclass(frozen=True, slots=True)
class Clock:
    """How many of the model's ticks `per` file ticks take: ``ticks / per``."""

    ticks: int
    per: int

    def __call__(self, file_tick: int) -> int:
        """The model's tick nearest to one of the file's."""
        return (2 * file_tick * self.ticks + self.per) // (2 * self.per)


def file_clock(ticks_per_quarter: int | None, ticks_per_s: float | None) -> Clock:
    """The clock of a file that counts in quarter notes, or in frames: those are laid on quarters of half a second."""
    if ticks_per_quarter is not None:
        return Clock(TICKS_PER_QUARTER, ticks_per_quarter)
    if ticks_per_s is None:
        raise ValueError("a file counts time in quarter notes or in frames")
    return Clock(round(TICKS_PER_QUARTER * _FRAMED_BPM / 60 * 1001), round(ticks_per_s * 1001))


def tempo_map(tempos: Sequence[tuple[int, bytes]], warnings: list[str]) -> TempoMap:
    """The tempo map of a file's tempo events.

    Parameters
    ----------
    tempos : sequence of (tick, payload)
        In order of time; the payload is microseconds a quarter note in three bytes.
    warnings : list of str
        Takes what was mended.
    """
    bpm_at: dict[int, float] = {}
    bad = 0
    for tick, payload in tempos:
        us = int.from_bytes(payload[:3], "big")
        if len(payload) < 3 or us == 0 or 60e6 / us > MAX_BPM:
            bad += 1
        else:
            bpm_at[tick] = 60e6 / us
    if bad:
        warnings.append(f"{count(bad, 'tempo')} of an impossible value {was(bad)} left out.")
    bpm_at.setdefault(0, 120.0)
    changes: list[TempoChange] = []
    for tick in sorted(bpm_at):
        if not changes or changes[-1].bpm != bpm_at[tick]:
            changes.append(TempoChange(tick, bpm_at[tick]))
    return TempoMap(tuple(changes))


def meter_map(meters: Sequence[tuple[int, bytes]], warnings: list[str]) -> MeterMap:
    """The meter map of a file's time signatures.

    Parameters
    ----------
    meters : sequence of (tick, payload)
        In order of time; the payload begins with the numerator and the power of two that is the denominator.
    warnings : list of str
        Takes what was mended.
    """
    wanted: dict[int, tuple[int, int]] = {}
    bad = 0
    for tick, payload in meters:
        numerator, denominator = (payload[0], 1 << min(payload[1], 31)) if len(payload) >= 2 else (0, 4)
        if not numerator or denominator > FINEST_DENOMINATOR or 4 * numerator > _MOST_BAR_QUARTERS * denominator:
            bad += 1
        else:
            wanted[tick] = (numerator, denominator)
    if bad:
        warnings.append(f"{count(bad, 'time signature')} of an impossible value {was(bad)} left out.")
    wanted.setdefault(0, (4, 4))
    changes: list[MeterChange] = []
    moved = cut = 0
    for tick, meter in sorted(wanted.items()):
        new = MeterChange(tick, *meter)
        if not changes:
            changes.append(new)
            continue
        last = changes[-1]
        tick = max(tick, last.tick)  # the one before may have been moved past this one, which then takes its place
        new = MeterChange(tick, *meter)
        over = (tick - last.tick) % last.bar_ticks
        if min(over, last.bar_ticks - over) <= _ROUNDING_TICKS:
            new = MeterChange(tick + (last.bar_ticks - over if over > _ROUNDING_TICKS else -over), *meter)
        elif (short := _short_bar(tick - over, over)) is not None:
            cut += 1
            if short.tick == last.tick:
                changes.pop()
            changes.append(short)
        else:
            moved += 1
            new = MeterChange(tick - over + (last.bar_ticks if 2 * over > last.bar_ticks else 0), *meter)
        _put(changes, new)
    if cut:
        warnings.append(f"{count(cut, 'bar')} {was(cut)} cut short by a new time signature and kept as a shorter bar.")
    if moved:
        warnings.append(f"{count(moved, 'time signature')} off the bar line {was(moved)} moved to the nearest one.")
    return MeterMap(tuple(changes))


def _put(changes: list[MeterChange], new: MeterChange) -> None:
    """Add a change on a bar line: one at the same tick takes its place, one that changes nothing is left out."""
    if changes and changes[-1].tick == new.tick:
        changes.pop()
    same = changes and (changes[-1].numerator, changes[-1].denominator) == (new.numerator, new.denominator)
    if not same:
        changes.append(new)


def _short_bar(tick: int, length_ticks: int) -> MeterChange | None:
    """A bar of so many ticks in the coarsest meter that fits, None if there is none."""
    denominator = 4
    while denominator <= 32:
        unit = TICKS_PER_QUARTER * 4 // denominator
        if length_ticks % unit == 0:
            return MeterChange(tick, length_ticks // unit, denominator)
        denominator *= 2
    return None
