"""Time as a listener counts it: sixteenths, what begins in each and what sounds in the middle of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER

SLOT_TICKS = TICKS_PER_QUARTER // 4


def slot(tick: int) -> int:
    """The nearest sixteenth, counted from tick 0: a player's few milliseconds before or after it are forgotten."""
    return (tick + SLOT_TICKS // 2) // SLOT_TICKS


def struck_moments(notes: Iterable[Note]) -> dict[int, list[Note]]:
    """Sixteenth -> the notes that begin there, from low to high."""
    found: dict[int, list[Note]] = defaultdict(list)
    for n in sorted(notes, key=lambda n: (n.pitch, n.start_tick)):
        found[slot(n.start_tick)].append(n)
    return dict(found)


def sounding(notes: Iterable[Note]) -> dict[int, list[Note]]:
    """Sixteenth -> the notes that sound in the middle of it, from low to high.

    A note always sounds where it begins, however short. Keys count as long as they are held; the pedal is not heard.
    """
    found: dict[int, list[Note]] = defaultdict(list)
    for n in sorted(notes, key=lambda n: (n.pitch, n.start_tick)):
        first = slot(n.start_tick)
        past = -(-(n.end_tick - SLOT_TICKS // 2) // SLOT_TICKS)
        for k in range(first, max(first + 1, past)):
            found[k].append(n)
    return dict(found)
