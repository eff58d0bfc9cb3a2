"""What a player changes in the last bar of a phrase, so that a loop breathes: a stroke more, a stroke less, a push."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from remixkit.arrange.playing.bars import PlacedEvent

Variation = Callable[[list[PlacedEvent], int], list[PlacedEvent]]
# Bars of a phrase of eight that may differ, and how much of the player's `vary` they take.
VARIED_BARS = {3: 0.9, 7: 1.0, 1: 0.25, 5: 0.35}


def vary_bar(strokes: Sequence[PlacedEvent], rng: np.random.Generator, unit_ticks: int) -> list[PlacedEvent]:
    """The bar with one change that suits it; as it was where none does.

    Parameters
    ----------
    strokes : sequence of Laid
        One bar, in order.
    rng : numpy.random.Generator
        Chooses.
    unit_ticks : int
        A beat of the pattern.
    """
    bar = list(strokes)
    if not bar or len({s.start_tick for s in bar}) < len(bar):
        return bar
    found = [after for variation in (_less, _push, _split, _longer) if (after := variation(bar, unit_ticks)) != bar]
    return found[int(rng.integers(len(found)))] if found else bar


def _less(bar: list[PlacedEvent], unit: int) -> list[PlacedEvent]:
    """The last weak stroke left out."""
    weak = [s for s in bar[1:] if (s.start_tick - s.bar.start_tick) % unit and s.degrees[0] != "a"]
    return [s for s in bar if s is not weak[-1]] if weak and len(bar) > 3 else bar


def _push(bar: list[PlacedEvent], unit: int) -> list[PlacedEvent]:
    """One stroke more on the last off-beat, into what follows."""
    last = bar[-1]
    at = last.bar.end_tick - unit // 2
    if last.start_tick > at - unit // 2 or last.end_tick > last.bar.end_tick:
        return bar
    shorter = replace(last, end_tick=min(last.end_tick, at))
    more = replace(last, start_tick=at, end_tick=last.bar.end_tick, velocity=max(1, round(0.88 * last.velocity)))
    return [*bar[:-1], shorter, more]


def _split(bar: list[PlacedEvent], unit: int) -> list[PlacedEvent]:
    """The longest stroke of a beat and a half or more struck twice."""
    longest = max(bar, key=lambda s: s.end_tick - s.start_tick)
    length = longest.end_tick - longest.start_tick
    if length < 1.5 * unit:
        return bar
    middle = longest.start_tick + max(unit // 2, length // 2 // (unit // 2) * (unit // 2))
    first = replace(longest, end_tick=middle)
    again = replace(longest, start_tick=middle, velocity=max(1, round(0.85 * longest.velocity)))
    return sorted([*(s for s in bar if s is not longest), first, again], key=lambda s: s.start_tick)


def _longer(bar: list[PlacedEvent], unit: int) -> list[PlacedEvent]:
    """Two short strokes of the same notes late in the bar become one."""
    middle = (bar[0].bar.start_tick + bar[0].bar.end_tick) // 2
    for k in range(len(bar) - 1, 0, -1):
        a, b = bar[k - 1], bar[k]
        if a.start_tick >= middle and a.degrees == b.degrees and b.end_tick - a.start_tick <= 1.5 * unit:
            return [*bar[: k - 1], replace(a, end_tick=b.end_tick), *bar[k + 1 :]]
    return bar
