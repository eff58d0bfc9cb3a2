"""Which clef each bar of a staff has: the one with fewer ledger lines, but changed only where a hand stays away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from remixkit.model.timing import MeterMap
from remixkit.notation.engraving import Sound
from remixkit.search import cheapest_path

Clef = Literal["treble", "bass"]

CLEFS: tuple[Clef, Clef] = ("treble", "bass")
# General MIDI programs, zero-based.
_GUITARS, _BASSES = range(24, 32), (*range(32, 40), 43)
# Pitches between which a clef needs no ledger line; every third or fourth semitone beyond is one.
_INSIDE = {"treble": (62, 79), "bass": (41, 59)}
_SEMITONES_A_LINE = 3.5
# What a change of clef costs, in ledger lines a bar: two or three bars must be better off.
_CHANGE = 4.0
# And a bar in another clef than the staff's own.
_UNUSUAL = 0.25


def clefs(voices: Iterable[Sequence[Sound]], meter: MeterMap, end_tick: int, usual: Clef) -> dict[int, Clef]:
    """The bars at which a clef is written, the first among them.

    Parameters
    ----------
    voices : iterable of sequences of Sound
        Of the staff.
    meter : MeterMap
        Its bars.
    end_tick : int
        The last bar line.
    usual : str
        The staff's own clef, to which it begins and returns.
    """
    lines: dict[int, dict[str, list[float]]] = defaultdict(lambda: {c: [] for c in CLEFS})
    for voice in voices:
        for s in voice:
            for c in CLEFS:
                lines[meter.bar_start(s.start_tick)][c].append(_ledger_lines(s, c))
    bars = [start for start, _ in meter.bars(end_tick)]
    costs = [[_mean(lines[bar][c]) + (0.0 if c == usual else _UNUSUAL) for c in CLEFS] for bar in bars]
    to_begin = [0.0 if c == usual else _CHANGE for c in CLEFS]
    first = [a + b for a, b in zip(to_begin, costs[0], strict=True)] if costs else []
    change = np.array([[0.0 if a == b else _CHANGE for b in CLEFS] for a in CLEFS])
    chosen = [CLEFS[k] for k in cheapest_path([first, *costs[1:]] if costs else [], change)]
    return {bar: c for k, (bar, c) in enumerate(zip(bars, chosen, strict=True)) if k == 0 or chosen[k - 1] != c}


def usual_clef(pitches: Sequence[int], program: int) -> str:
    """The clef of a single staff: by the middle of what it plays; guitars and basses are written an octave higher."""
    if program in _BASSES:
        return "bass8vb"
    if program in _GUITARS:
        return "treble8vb"
    ordered = sorted(pitches)
    return "treble" if not ordered or ordered[len(ordered) // 2] >= 57 else "bass"


def _ledger_lines(sound: Sound, clef: Clef) -> float:
    low, high = _INSIDE[clef]
    return (max(0, low - sound.pitches[0]) + max(0, sound.pitches[-1] - high)) / _SEMITONES_A_LINE


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
