"""The lift of the last chorus: a tune that comes back a little higher tells where the key has changed.

Each bar of the tune is laid on every earlier bar, moved by up to three semitones. A stretch that agrees with an earlier
one only when it is moved is a lift (craft; the best transposition decides, as Gómez & Herrera 2006 do for covers).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from remixkit.analysis.features import Floats, Frames, Ints, melody_frames
from remixkit.model.analysis import MelodyNote

HIGHEST = 3
NEAREST_BARS = 4
FEWEST_BARS = 4
AGREEMENT = 0.5
MARGIN = 0.25
REACH_BARS = 6
# No song has more; every bar is compared with every other one, and hours of near silence would take minutes.
MOST_BARS = 1000


@dataclass(frozen=True, slots=True)
class Lift:
    """Bars `first` to `last` (exclusive) are those `lag` bars before, moved by `semitones`."""

    first: int
    last: int
    lag: int
    semitones: int


def find_lift(frames: Frames, melody: Sequence[MelodyNote]) -> Lift | None:
    """The longest and surest lifted stretch of the tune, None where there is none."""
    lines = frames.bar_edges
    count = len(lines) - 1
    if not melody or not NEAREST_BARS + FEWEST_BARS <= count <= MOST_BARS:
        return None
    tune, _ = melody_frames(frames, melody)
    grid = np.full((count, int(np.diff(lines).max())), -1, dtype=np.int64)
    grid[frames.bar, np.arange(len(frames)) - lines[frames.bar]] = tune
    plain = agreement(grid, 0)
    best, found = 0.0, None
    for semitones in (k for k in range(-HIGHEST, HIGHEST + 1) if k):
        moved = agreement(grid, semitones)
        for lag in range(NEAREST_BARS, count - FEWEST_BARS + 1):
            here, there = np.diagonal(moved, -lag), np.diagonal(plain, -lag)
            gain = np.where(here > 0, here - AGREEMENT, -0.1)
            if gain.clip(min=0.0).sum() <= best:
                continue
            first, last, worth = best_run(gain)
            if last - first >= FEWEST_BARS and worth > best and (here - there)[first:last].mean() > MARGIN:
                best, found = worth, Lift(first + lag, last + lag, lag, semitones)
    return found


def agreement(grid: Ints, semitones: int) -> Floats:
    """How far each bar of a tune (bars, frames) agrees with each other one moved by `semitones`, (bars, bars), 0-1."""
    same = np.zeros((len(grid), len(grid)), dtype=np.float32)
    either = np.zeros_like(same)
    for column in grid.T:
        sounds = column >= 0
        moved = np.where(sounds, (column + semitones) % 12, -2)
        same += column[:, None] == moved
        either += sounds[:, None] | sounds
    return (same / np.maximum(either, 1.0)).astype(np.float32)


def best_run(worth: Floats) -> tuple[int, int, float]:
    """First, last (exclusive) and sum of the run with the greatest sum (Kadane 1977)."""
    best, total, first, run = 0.0, 0.0, 0, (0, 0)
    for k, value in enumerate(worth.tolist()):
        if total <= 0:
            total, first = 0.0, k
        total += value
        if total > best:
            best, run = total, (first, k + 1)
    return run[0], run[1], best


def apply_lift(path: Ints, lift: Lift, alone: Floats) -> Ints:
    """Keys a bar, (bars,), with the change standing where the lifted tune begins.

    A change of key that was heard nearby moves there. Where none was heard, it is made if the bars of the stretch,
    each for itself (bars, 24), fit the lifted key better. States are tonic * 2 + (1 if minor).
    """
    out = path.copy()
    source = int(path[lift.first - lift.lag])
    target = (source // 2 + lift.semitones) % 12 * 2 + source % 2
    middle = int(path[(lift.first + lift.last) // 2])
    changes = np.flatnonzero(np.diff(path)) + 1
    near = changes[np.abs(changes - lift.first) <= REACH_BARS]
    if middle == target:
        if len(near) == 1:
            at = int(near[0])
            out[at : lift.first] = path[at - 1]
            out[lift.first : max(at, lift.first)] = target
        return out
    stretch = alone[lift.first : lift.last]
    if middle == source and not len(near) and stretch[:, target].sum() > stretch[:, source].sum():
        after = changes[changes > lift.first]
        out[lift.first : int(after[0]) if len(after) else len(out)] = target
    return out
