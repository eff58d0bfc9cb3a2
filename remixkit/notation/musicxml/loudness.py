"""Dynamics signs and hairpins -> velocities."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.notation.musicxml.nouns import Level, Wedge

UNSAID = 80
"""The velocity where a score says nothing: mezzo forte."""

_STEP = 16
"""By how much a hairpin goes up or down where no sign says to what: from one dynamics sign to the next."""
_BAR = 4 * TICKS_PER_QUARTER
_NO_END = 2 * _BAR
"""How long a cresc. goes on without a sign that ends it."""
_LONGEST = 16 * _BAR


@dataclass(frozen=True, slots=True)
class Loudness:
    """Velocities along a part: from each of `ticks` on, straight from `begins` at that tick to `ends` at `stops`."""

    ticks: list[int] = field(default_factory=list)
    begins: list[float] = field(default_factory=list)
    stops: list[int] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)

    def at(self, tick: int) -> int:
        """The velocity at a tick."""
        k = bisect_right(self.ticks, tick) - 1
        if k < 0:
            return UNSAID
        length = self.stops[k] - self.ticks[k]
        share = min(1.0, (tick - self.ticks[k]) / length) if length > 0 else 1.0
        return round(self.begins[k] + share * (self.ends[k] - self.begins[k]))


def velocities(events: Sequence[tuple[int, Level | Wedge]]) -> Loudness:
    """The velocities that signs mean.

    Parameters
    ----------
    events : sequence of (tick, Level or Wedge)
        In order.
    """
    out = Loudness()
    now = float(UNSAID)
    levels = [(tick, event.velocity) for tick, event in events if isinstance(event, Level)]
    places = [tick for tick, _ in levels]

    def add(tick: int, begin: float, stop: int, end: float) -> None:
        if out.ticks and out.ticks[-1] == tick:
            for row in (out.ticks, out.begins, out.stops, out.ends):
                row.pop()
        out.ticks.append(tick)
        out.begins.append(begin)
        out.stops.append(stop)
        out.ends.append(end)

    for k, (tick, event) in enumerate(events):
        if isinstance(event, Level):
            now = float(event.velocity)
            add(tick, now, tick, now)
        elif event.direction:
            stop = next((t for t, e in events[k + 1 : k + 9] if isinstance(e, Wedge) and t > tick), None)
            after = bisect_right(places, tick)
            goal = levels[after] if after < len(levels) else None
            if stop is None:
                stop = goal[0] if goal is not None and goal[0] - tick <= _LONGEST else tick + _NO_END
            stop = min(stop, tick + _LONGEST)
            target = now + _STEP * event.direction
            if goal is not None and goal[0] <= stop + _BAR and (goal[1] - now) * event.direction > 0:
                target = float(goal[1])
            target = min(127.0, max(1.0, target))
            now = out.begins[-1] if out.ticks and out.ticks[-1] == tick else now
            add(tick, now, stop, target)
            now = target
    return out
