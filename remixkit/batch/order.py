"""In which order songs follow each other on a tape: near in key and tempo at every crossfade.

Keys are as far apart as their places on the circle of fifths, relative keys sharing one place, as DJs mix
harmonically (M. Davis, the Camelot wheel). Tempi are compared as felt: half and double are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import NDArray

# A fifth is as far as 3 % of tempo (craft: what is heard as a step). A song does not follow itself.
_STEPS_AN_OCTAVE = 1.0 / log2(1.03)
_SAME_SONG = 100.0
_RELATIVE = 0.25
_SWEEPS = 20


@dataclass(frozen=True, slots=True)
class Ends:
    """How a piece begins and ends.

    Parameters
    ----------
    song : str
        Whose cover it is.
    first, last : tuple of (pitch class, "major" or "minor")
        Keys.
    first_bpm, last_bpm : float
        Tempi.
    seconds : float
        Its length.
    """

    song: str
    first: tuple[int, str]
    last: tuple[int, str]
    first_bpm: float
    last_bpm: float
    seconds: float


def key_steps(a: tuple[int, str], b: tuple[int, str]) -> float:
    """Steps on the circle of fifths, 0-6; a key and its relative are a quarter of a step apart."""
    distance = (_place(a) - _place(b)) % 12
    return min(distance, 12 - distance) + _RELATIVE * (a[1] != b[1])


def tempo_octaves(a_bpm: float, b_bpm: float) -> float:
    """How far apart two tempi are, in octaves, 0-0.5."""
    distance = log2(a_bpm / b_bpm) % 1.0
    return min(distance, 1.0 - distance)


def step_cost(a: Ends, b: Ends) -> float:
    """What it costs the ear to go from one piece to another."""
    same = _SAME_SONG if a.song == b.song else 0.0
    return key_steps(a.last, b.first) + _STEPS_AN_OCTAVE * tempo_octaves(a.last_bpm, b.first_bpm) + same


def tape_order(pieces: Sequence[Ends], seconds: float) -> tuple[int, ...]:
    """Places in `pieces`, in the order of the tape; no more than are needed to fill the time.

    From every piece the nearest that is left follows until the tape is full; the cheapest of these tapes, by its mean
    step, is improved by turning stretches of it round (2-opt: G. A. Croes, Operations Research 6, 1958).
    """
    if not pieces:
        return ()
    costs = np.array([[step_cost(a, b) for b in pieces] for a in pieces])
    lengths = np.array([p.seconds for p in pieces])
    tapes = [_nearest(costs, lengths, start, seconds) for start in range(len(pieces))]
    best = min(tapes, key=lambda tape: (_total(costs, tape) / max(1, len(tape) - 1), tape))
    return tuple(_turned(costs, list(best)))


def _place(key: tuple[int, str]) -> int:
    tonic, mode = key
    return (tonic + (3 if mode == "minor" else 0)) * 7 % 12


def _nearest(costs: NDArray[np.float64], lengths: NDArray[np.float64], start: int, seconds: float) -> list[int]:
    tape, filled = [start], float(lengths[start])
    used = np.zeros(len(lengths), bool)
    used[start] = True
    while filled < seconds and not used.all():
        left = np.where(used, np.inf, costs[tape[-1]])
        following = int(np.argmin(left))
        used[following] = True
        tape.append(following)
        filled += float(lengths[following])
    return tape


def _total(costs: NDArray[np.float64], tape: Sequence[int]) -> float:
    return float(costs[list(tape[:-1]), list(tape[1:])].sum())


def _turned(costs: NDArray[np.float64], tape: list[int]) -> list[int]:
    best = _total(costs, tape)
    for _ in range(_SWEEPS):
        found = False
        for i in range(len(tape) - 1):
            for j in range(i + 2, len(tape) + 1):
                other = tape[:i] + tape[i:j][::-1] + tape[j:]
                price = _total(costs, other)
                if price < best - 1e-9:
                    tape, best, found = other, price, True
        if not found:
            break
    return tape
