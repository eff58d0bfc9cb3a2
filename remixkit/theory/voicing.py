"""Voicings and voice leading: for a sequence of chords the sequence of voicings that costs least.

Candidates come from `voicing_candidates`; the cost of a candidate and of a step from one to the next weighs what
arrangers watch for: movement of each voice, parallel fifths and octaves (above all between the outer voices), doubled
thirds, gaps, missing thirds and sevenths, and the melody, which stays on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from remixkit.model.analysis import ChordSpan
from remixkit.search import cheapest_path
from remixkit.theory.chords import Voicing
from remixkit.theory.voicing_candidates import candidates

PARALLEL_COST = 8.0
INNER_PARALLEL_COST = 2.0
ABOVE_MELODY_COST = 10.0
LEAP_COST = 0.5
CENTRE_COST = 0.05

Pitches = tuple[int, ...]


def voice_chords(
    chords: Sequence[ChordSpan],
    *,
    kind: Voicing,
    low: int,
    high: int,
    voices: int = 4,
    top_below: Sequence[int | None] | None = None,
    start: Pitches | None = None,
) -> tuple[Pitches, ...]:
    """A voicing for each chord.

    Parameters
    ----------
    chords : sequence of ChordSpan
        In order of time. Those without a root get an empty voicing.
    kind : str
        ``close`` (within an octave or so), ``open`` (drop-2 and wider), ``rootless`` (3-5-7-9 or 7-9-3-5, on dominants
        7-9-3-13 or 3-13-7-9), ``shell`` (1-3-7 or 1-7-3), ``power`` (1-5-8), ``divisi`` (wide below, close above).
    low, high : int
        Range, both inclusive.
    voices : int
        Notes a chord at most; shells and power chords have three at most.
    top_below : sequence of int or None, optional
        For each chord the lowest melody pitch that sounds with it; the top voice avoids it and what lies above it.
    start : tuple of int, optional
        What sounded before the first chord.

    Returns
    -------
    tuple of tuple of int
        Ascending MIDI pitches a chord, all within the range, with no interval at the bottom too low to be clear.
    """
    played = [k for k, c in enumerate(chords) if c.root_pc is not None]
    result: list[Pitches] = [()] * len(chords)
    if not played:
        return tuple(result)
    steps = [candidates(_anchored(chords[k]), kind, low, high, voices) for k in played]
    ceilings = [None if top_below is None else top_below[k] for k in played]
    tables: dict[tuple[int, int], NDArray[np.float64]] = {}
    centre = (low + high) / 2
    costs = [_own_cost(s.pitches, s.cost, centre, ceiling) for s, ceiling in zip(steps, ceilings, strict=True)]
    if start:
        costs[0] = costs[0] + _step_cost(np.array([start]), steps[0].pitches)[0]
    for before, after in pairwise(steps):
        pair = (id(before), id(after))
        if pair not in tables:
            tables[pair] = _step_cost(before.pitches, after.pitches)
    moves = [tables[id(before), id(after)] for before, after in pairwise(steps)]
    for k, step, choice in zip(played, steps, cheapest_path(costs, moves), strict=True):
        result[k] = tuple(int(p) for p in step.pitches[choice])
    return tuple(result)


def _anchored(chord: ChordSpan) -> tuple[int, str, int]:
    root = chord.root_pc or 0
    return root, chord.quality, root if chord.bass_pc is None else chord.bass_pc


def _own_cost(
    pitches: NDArray[np.int64], cost: NDArray[np.float64], centre: float, ceiling: int | None
) -> NDArray[np.float64]:
    """Cost of each candidate by itself, shape (n,)."""
    own: NDArray[np.float64] = cost + CENTRE_COST * np.abs(pitches.mean(axis=1) - centre)
    if ceiling is not None:
        own = own + ABOVE_MELODY_COST * (pitches[:, -1] >= ceiling) + np.maximum(0, pitches[:, -1] - ceiling)
    return own


def _step_cost(before: NDArray[np.int64], after: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cost of going from each candidate to each, shape (before, after); voices pair off from the top."""
    n = min(before.shape[1], after.shape[1])
    a, b = before[:, None, before.shape[1] - n :], after[None, :, after.shape[1] - n :]
    moves = b - a
    size = np.abs(moves)
    cost: NDArray[np.float64] = size.sum(axis=2) + LEAP_COST * np.maximum(0, size - 4).sum(axis=2)
    for i, j in combinations(range(n), 2):
        apart = a[:, :, j] - a[:, :, i]
        same = (apart == b[:, :, j] - b[:, :, i]) & np.isin(apart % 12, (0, 7)) & (moves[:, :, j] != 0)
        cost = cost + (PARALLEL_COST if (i, j) == (0, n - 1) else INNER_PARALLEL_COST) * same
    return cost
