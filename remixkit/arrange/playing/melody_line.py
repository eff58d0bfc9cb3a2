"""What others ask about the tune: what it sings in a span, its rests, its phrases."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER


@dataclass(frozen=True, slots=True)
class MelodyLine:
    """A monophonic line that can be asked what sounds when; notes in order."""

    notes: tuple[Note, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, notes: Sequence[Note]) -> MelodyLine:
        """From notes in order."""
        return cls(tuple(notes), tuple(n.start_tick for n in notes))

    def within(self, start: int, end: int) -> tuple[Note, ...]:
        """The notes that sound somewhere in [start, end)."""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = bisect_left(self.starts, end)
        return tuple(n for n in self.notes[first:last] if n.end_tick > start)

    def pitches(self, start: int, end: int, least_ticks: int = 1) -> tuple[int, ...]:
        """The pitches that sound in [start, end) for at least so long."""
        return tuple(
            n.pitch
            for n in self.within(start, end)
            if min(n.end_tick, end) - max(n.start_tick, start) >= min(least_ticks, n.end_tick - n.start_tick)
        )

    def lowest(self, start: int, end: int) -> int | None:
        """The lowest pitch in [start, end), None where the tune rests."""
        return min(self.pitches(start, end), default=None)

    def rests(self, end_tick: int, least_ticks: int = TICKS_PER_QUARTER) -> tuple[tuple[int, int], ...]:
        """The silences of at least so long, the one before and the one after the tune included."""
        out, at = [], 0
        for n in self.notes:
            if n.start_tick - at >= least_ticks:
                out.append((at, n.start_tick))
            at = max(at, n.end_tick)
        if end_tick - at >= least_ticks:
            out.append((at, end_tick))
        return tuple(out)


def phrases(notes: Sequence[Note], gap_ticks: int = TICKS_PER_QUARTER // 2) -> tuple[tuple[Note, ...], ...]:
    """The line cut at its rests of at least `gap_ticks`."""
    out: list[list[Note]] = []
    for n in notes:
        if not out or n.start_tick - out[-1][-1].end_tick >= gap_ticks:
            out.append([])
        out[-1].append(n)
    return tuple(tuple(p) for p in out)
