"""Time: tempo, meter, and the grid that both make.

Tick 0 is a bar line, the one at or before the first note; a pickup stands at the end of that first bar.
`TempoMap` turns ticks into seconds on the file's own clock and back.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

TICKS_PER_QUARTER = 960


@dataclass(frozen=True, slots=True)
class TempoChange:
    """From this tick on, so many quarter notes a minute."""

    tick: int
    bpm: float


@dataclass(frozen=True, slots=True)
class TempoMap:
    """Ticks to seconds and back, piecewise linear.

    Parameters
    ----------
    changes : tuple of TempoChange
        In order; the first at tick 0 (it also holds before it).
    start_s : float
        The second at which tick 0 lies on the file's own clock; negative if the bar begins before the file does.
    """

    changes: tuple[TempoChange, ...] = (TempoChange(0, 120.0),)
    start_s: float = 0.0
    _ticks: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    _seconds: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    _s_per_tick: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.changes or self.changes[0].tick != 0:
            raise ValueError("the first tempo must stand at tick 0")
        if any(b.tick <= a.tick for a, b in pairwise(self.changes)):
            raise ValueError("tempo changes must be in order")
        if any(not 0 < c.bpm < float("inf") for c in self.changes):
            raise ValueError("a tempo must be a positive number")
        ticks = np.array([c.tick for c in self.changes], dtype=np.float64)
        rate = np.array([60.0 / (c.bpm * TICKS_PER_QUARTER) for c in self.changes])
        seconds = self.start_s + np.concatenate([[0.0], np.cumsum(np.diff(ticks) * rate[:-1])])
        object.__setattr__(self, "_ticks", ticks)
        object.__setattr__(self, "_seconds", seconds)
        object.__setattr__(self, "_s_per_tick", rate)

    def to_s(self, ticks: Sequence[int] | Sequence[float] | NDArray[np.number]) -> NDArray[np.float64]:
        """Seconds of many ticks, shape (n,)."""
        at = np.asarray(ticks, dtype=np.float64)
        k = np.clip(np.searchsorted(self._ticks, at, side="right") - 1, 0, None)
        out: NDArray[np.float64] = self._seconds[k] + (at - self._ticks[k]) * self._s_per_tick[k]
        return out

    def to_ticks(self, seconds: Sequence[float] | NDArray[np.floating]) -> NDArray[np.int64]:
        """The nearest ticks of many seconds, shape (n,)."""
        at = np.asarray(seconds, dtype=np.float64)
        k = np.clip(np.searchsorted(self._seconds, at, side="right") - 1, 0, None)
        return np.rint(self._ticks[k] + (at - self._seconds[k]) / self._s_per_tick[k]).astype(np.int64)

    def second(self, tick: float) -> float:
        """The second of one tick."""
        return float(self.to_s([tick])[0])

    def tick(self, second: float) -> int:
        """The tick nearest to one second."""
        return int(self.to_ticks([second])[0])

    def bpm_at(self, tick: int) -> float:
        """Quarter notes a minute at a tick."""
        return self.changes[max(0, bisect_right([c.tick for c in self.changes], tick) - 1)].bpm

    def mean_bpm(self, end_tick: int) -> float:
        """Quarter notes a minute from tick 0 to `end_tick`, by duration."""
        if end_tick <= 0:
            return self.changes[0].bpm
        return end_tick / TICKS_PER_QUARTER / (self.second(end_tick) - self.start_s) * 60.0


@dataclass(frozen=True, slots=True)
class MeterChange:
    """From this tick (a bar line) on, bars of so many of that note value."""

    tick: int
    numerator: int
    denominator: int

    @property
    def bar_ticks(self) -> int:
        """Length of a bar."""
        return self.numerator * TICKS_PER_QUARTER * 4 // self.denominator

    @property
    def is_compound(self) -> bool:
        """Whether beats are dotted, as in 6/8, 9/8, 12/8."""
        return self.denominator >= 8 and self.numerator % 3 == 0 and self.numerator > 3

    @property
    def beat_ticks(self) -> int:
        """Length of a beat: the denominator's note, or three of them in compound meter."""
        unit = TICKS_PER_QUARTER * 4 // self.denominator
        return 3 * unit if self.is_compound else unit


@dataclass(frozen=True, slots=True)
class MeterMap:
    """The meters of a song; the first stands at tick 0, each later one on a bar line of the one before."""

    changes: tuple[MeterChange, ...] = (MeterChange(0, 4, 4),)

    def __post_init__(self) -> None:
        if not self.changes or self.changes[0].tick != 0:
            raise ValueError("the first meter must stand at tick 0")
        for a, b in pairwise(self.changes):
            if b.tick <= a.tick or (b.tick - a.tick) % a.bar_ticks:
                raise ValueError("a meter must change on a bar line")

    def at(self, tick: int) -> MeterChange:
        """The meter in force at a tick."""
        return self.changes[max(0, bisect_right([c.tick for c in self.changes], tick) - 1)]

    def bar_start(self, tick: int) -> int:
        """The bar line at or before a tick."""
        m = self.at(tick)
        return m.tick + (tick - m.tick) // m.bar_ticks * m.bar_ticks

    def bar_end(self, tick: int) -> int:
        """The first bar line after a tick."""
        return self.bar_start(tick) + self.at(tick).bar_ticks

    def bars(self, end_tick: int) -> Iterator[tuple[int, int]]:
        """(start tick, end tick) of each bar that begins before `end_tick`."""
        start = 0
        while start < end_tick:
            end = start + self.at(start).bar_ticks
            yield start, end
            start = end

    def beats(self, end_tick: int) -> Iterator[int]:
        """The tick of each beat before `end_tick`."""
        for start, end in self.bars(end_tick):
            yield from (t for t in range(start, end, self.at(start).beat_ticks) if t < end_tick)

    def bar_number(self, tick: int) -> int:
        """The bar in which a tick lies; the first is 1."""
        last, number = self.changes[0], 1
        for change in self.changes[1:]:
            if change.tick > tick:
                break
            number += (change.tick - last.tick) // last.bar_ticks
            last = change
        return number + (tick - last.tick) // last.bar_ticks


@dataclass(frozen=True, slots=True)
class Grid:
    """Tempo and meter of a song or of a cover."""

    tempo: TempoMap = field(default_factory=TempoMap)
    meter: MeterMap = field(default_factory=MeterMap)
