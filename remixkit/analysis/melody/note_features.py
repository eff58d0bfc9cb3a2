"""What can be said of a note by its surroundings alone: the inputs of the melody model.

Every feature is relative to the song (intervals, ranks, beats), so that key, tempo and loudness don't matter.
The list starts from the 26 features of a published boosted-tree baseline for POP909 (notes above and below at the
onset, gaps to neighbours, rank in a window, duration, overlap, repetition, velocity) and adds voice continuity
and, in the second stage, what the first stage thinks of the neighbourhood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixkit.model.song import Song
from remixkit.model.timing import TICKS_PER_QUARTER

Floats = NDArray[np.float64]

NEIGHBOURS = 28
"""How many notes before and after are looked at one by one."""
TOGETHER_S = 0.045
"""Onsets this close are one chord; a performer's and a transcription model's spread is 10-30 ms."""
HELD_BEATS = 0.1
"""Less overlap than this is legato, not two voices."""
FAR = 30.0
"""Interval in semitones that stands for "nobody there"."""


@dataclass(frozen=True, slots=True)
class NoteTable:
    """Notes of one or more tracks, sorted by onset, then pitch; every array has shape (n,).

    `start_beats` and `end_beats` are quarter notes on the song's grid, `start_s` seconds on the file's clock.
    `track` is the index in `Song.tracks`, `index` the note's place in its track.
    """

    start_beats: Floats
    end_beats: Floats
    start_s: Floats
    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]
    track: NDArray[np.int64]
    index: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pitch)


def note_table(song: Song, tracks: tuple[int, ...] | None = None) -> NoteTable:
    """The notes of some tracks (all pitched ones if None) as arrays."""
    chosen = [i for i, t in enumerate(song.tracks) if not t.is_drum] if tracks is None else tracks
    rows = np.array(
        [
            (n.start_tick, n.pitch, n.end_tick, n.velocity, i, k)
            for i in chosen
            for k, n in enumerate(song.tracks[i].notes)
        ],
        dtype=np.int64,
    ).reshape(-1, 6)
    rows = rows[np.lexsort((rows[:, 4], rows[:, 1], rows[:, 0]))]
    return NoteTable(
        rows[:, 0] / TICKS_PER_QUARTER,
        rows[:, 2] / TICKS_PER_QUARTER,
        song.grid.tempo.to_s(rows[:, 0]),
        rows[:, 1],
        rows[:, 3],
        rows[:, 4],
        rows[:, 5],
    )


class _Windows:
    """Sums of weights over a window of time, and of those at or under a value: cumulative histograms."""

    def __init__(self, at_beats: Floats, value: NDArray[np.int64], weight: Floats | None = None) -> None:
        self._cell = np.floor((at_beats - at_beats.min(initial=0.0)) * 2).astype(np.int64)
        size = int(self._cell.max(initial=0)) + 2
        table = np.zeros((size, 129))
        np.add.at(table, (self._cell + 1, np.clip(value, 0, 127) + 1), 1.0 if weight is None else weight)
        self._sum = table.cumsum(0).cumsum(1)
        self._value = np.clip(value, 0, 127)

    def count(self, beats: float) -> Floats:
        """Total weight within `beats` on either side of each note."""
        return self._between(beats)[:, 0]

    def rank(self, beats: float) -> Floats:
        """Share of the weight around each note that lies below its value, ties by half."""
        total, under, upto = self._between(beats).T
        out: Floats = (under + upto) / 2 / np.maximum(total, 1e-9)
        return out

    def _between(self, beats: float) -> Floats:
        half = round(beats * 2)
        low = np.clip(self._cell - half, 0, len(self._sum) - 1)
        high = np.clip(self._cell + half + 1, 0, len(self._sum) - 1)
        columns = (np.full_like(self._value, 128), self._value, self._value + 1)
        return np.stack([self._sum[high, c] - self._sum[low, c] for c in columns], axis=1)


def _mean_around(at_beats: Floats, values: Floats, weights: Floats, beats: float) -> Floats:
    """Weighted mean of values over a window around each note."""
    order = np.concatenate([[0.0], np.cumsum(values * weights)])
    total = np.concatenate([[0.0], np.cumsum(weights)])
    low = np.searchsorted(at_beats, at_beats - beats, side="left")
    high = np.searchsorted(at_beats, at_beats + beats, side="right")
    out: Floats = (order[high] - order[low]) / np.maximum(total[high] - total[low], 1e-9)
    return out


def features(notes: NoteTable) -> Floats:
    """First-stage features.

    Parameters
    ----------
    notes : NoteTable
        All notes among which the melody is looked for.

    Returns
    -------
    ndarray, shape (n, 50)
        Intervals in semitones, times in beats, ranks 0-1.
    """
    return np.stack([*_own(notes), *_neighbours(notes), *_surroundings(notes)], axis=1)


def _own(notes: NoteTable) -> list[Floats]:
    start, velocity = notes.start_beats, notes.velocity.astype(np.float64)
    loudness = _Windows(start, notes.velocity)
    return [
        notes.pitch.astype(np.float64),
        np.log2(np.maximum(notes.end_beats - start, 1 / 32)),
        velocity - velocity.mean(),
        velocity - _mean_around(start, velocity, np.ones(len(notes)), 4),
        loudness.rank(4),
        loudness.rank(1000),
    ]


def _neighbours(notes: NoteTable) -> list[Floats]:
    """What sounds with a note and what comes before and after it, by looking at the nearest notes one by one."""
    n = len(notes)
    start, end, seconds = notes.start_beats, notes.end_beats, notes.start_s
    pitch, velocity = notes.pitch.astype(np.float64), notes.velocity.astype(np.float64)
    length = end - start
    loudest = np.full(n, -60.0)
    chord_above, chord_below, octave_above, octave_below, same_pitch = np.zeros((5, n))
    held_above, held_below, during_above, during_below, covered = np.zeros((5, n))
    chord_gap_above, chord_gap_below, held_gap_above, held_gap_below = np.full((4, n), FAR)
    voice = {w: _Voice(n) for w in ("before", "after")}

    for k in range(1, min(NEIGHBOURS, n - 1) + 1):
        a, b = slice(0, n - k), slice(k, n)
        up = pitch[b] - pitch[a]
        together = seconds[b] - seconds[a] <= TOGETHER_S
        near = start[b] - start[a] <= 4
        for one, other, rise in ((a, b, up), (b, a, -up)):
            above, below = together & (rise > 0), together & (rise < 0)
            chord_above[one] += above
            chord_below[one] += below
            chord_gap_above[one] = np.where(above, np.minimum(chord_gap_above[one], rise), chord_gap_above[one])
            chord_gap_below[one] = np.where(below, np.minimum(chord_gap_below[one], -rise), chord_gap_below[one])
            octave_above[one] += together & (rise == 12)
            octave_below[one] += together & (rise == -12)
            louder = np.maximum(loudest[one], velocity[other] - velocity[one])
            loudest[one] = np.where(together, louder, loudest[one])
            same_pitch[one] += near & (rise == 0)
        held = ~together & (end[a] > start[b] + HELD_BEATS)
        lower, higher = held & (up < 0), held & (up > 0)
        held_above[b] += lower
        held_below[b] += higher
        held_gap_above[b] = np.where(lower, np.minimum(held_gap_above[b], -up), held_gap_above[b])
        held_gap_below[b] = np.where(higher, np.minimum(held_gap_below[b], up), held_gap_below[b])
        during_above[a] += higher
        during_below[a] += lower
        covered[a] += np.where(higher, np.minimum(end[a], end[b]) - start[b], 0.0)
        gap = start[b] - end[a]
        cost = np.abs(up) + 3 * np.abs(gap) + 4 * (start[b] - start[a]) + 60 * together
        voice["before"].offer(b, cost, -up, gap, velocity[a] - velocity[b])
        voice["after"].offer(a, cost, up, gap, velocity[b] - velocity[a])

    return [
        *(loudest, chord_above, chord_below, chord_gap_above, chord_gap_below, octave_above, octave_below),
        *(held_above, held_below, held_gap_above, held_gap_below, during_above, during_below),
        *(covered / np.maximum(length, 1 / 32), same_pitch),
        *voice["before"].columns(),
        *voice["after"].columns(),
    ]


class _Voice:
    """The note that would continue each note's line on one side: near in pitch, near in time."""

    def __init__(self, n: int) -> None:
        self._cost, self._interval = np.full(n, 99.0), np.zeros(n)
        self._gap, self._louder = np.full(n, FAR), np.zeros(n)

    def offer(self, at: slice, cost: Floats, interval: Floats, gap: Floats, louder: Floats) -> None:
        """Take a neighbour where it is the best so far."""
        better = cost < self._cost[at]
        self._cost[at] = np.where(better, cost, self._cost[at])
        self._interval[at] = np.where(better, interval, self._interval[at])
        self._gap[at] = np.where(better, np.clip(gap, -4, 8), self._gap[at])
        self._louder[at] = np.where(better, louder, self._louder[at])

    def columns(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Cost, interval, gap in beats, how much louder."""
        return self._cost, self._interval, self._gap, self._louder


def _surroundings(notes: NoteTable) -> list[Floats]:
    """Register, density and place in the song."""
    start, length = notes.start_beats, notes.end_beats - notes.start_beats
    pitch, velocity = notes.pitch.astype(np.float64), notes.velocity.astype(np.float64)
    ones, pitches = np.ones(len(notes)), _Windows(start, notes.pitch)
    first, last = float(start[0]), float(notes.end_beats.max())
    loud = _mean_around(start, velocity, ones, 4) - _mean_around(start, velocity, ones, 64)
    return [
        *(pitches.rank(beats) for beats in (0.5, 1, 2, 8, 32, 1000)),
        *(pitch - _mean_around(start, pitch, ones, beats) for beats in (1, 4, 16)),
        pitch - pitch.mean(),
        np.log2(pitches.count(1) + 1),
        np.log2(pitches.count(4) + 1),
        np.log2((pitches.count(4) + 1) / (pitches.count(32) / 8 + 1)),
        _mean_around(start, length, ones, 4),
        loud,
        *(np.abs(start * slots - np.rint(start * slots)) for slots in (1, 2, 4)),
        (start - first) / max(last - first, 1.0),
        np.minimum(start - first, 64),
        np.minimum(last - start, 64),
    ]


def context_features(notes: NoteTable, p: Floats) -> Floats:
    """Second-stage features: what the first stage thinks of the note and of its neighbourhood.

    Parameters
    ----------
    notes : NoteTable
        The notes.
    p : ndarray, shape (n,)
        The first stage's probability that each note is melody.

    Returns
    -------
    ndarray, shape (n, 41)
    """
    return np.stack([p, *_rivals(notes, p), *_climate(notes, p), *_elsewhere(notes, p)], axis=1)


def _rivals(notes: NoteTable, p: Floats) -> list[Floats]:
    """The likeliest notes sounding together with each note, and the likeliest ones before and after it."""
    n = len(notes)
    start, end, seconds = notes.start_beats, notes.end_beats, notes.start_s
    pitch = notes.pitch.astype(np.float64)
    chord_above, chord_below, overlap = np.zeros((3, n))
    rival = np.full(n, FAR)
    line = {w: (np.zeros(n), np.full(n, FAR), np.full(n, 8.0)) for w in ("before", "after")}
    for k in range(1, min(NEIGHBOURS, n - 1) + 1):
        a, b = slice(0, n - k), slice(k, n)
        up = pitch[b] - pitch[a]
        apart = start[b] - start[a]
        together = seconds[b] - seconds[a] <= TOGETHER_S
        at_once = together | (end[a] > start[b] + HELD_BEATS)
        fade = np.where(together, 0.0, np.exp(-0.7 * apart))
        for name, one, other, rise in (("after", a, b, up), ("before", b, a, -up)):
            above, below = together & (rise > 0), together & (rise < 0)
            chord_above[one] = np.where(above, np.maximum(chord_above[one], p[other]), chord_above[one])
            chord_below[one] = np.where(below, np.maximum(chord_below[one], p[other]), chord_below[one])
            better = at_once & (p[other] > overlap[one])
            overlap[one] = np.where(better, p[other], overlap[one])
            rival[one] = np.where(better, rise, rival[one])
            best, interval, distance = line[name]
            better = p[other] * fade > best[one]
            best[one] = np.where(better, p[other] * fade, best[one])
            interval[one] = np.where(better, rise, interval[one])
            distance[one] = np.where(better, np.minimum(apart, 8), distance[one])
    return [chord_above, chord_below, overlap, rival, *line["before"], *line["after"]]


def _climate(notes: NoteTable, p: Floats) -> list[Floats]:
    """How much tune there is around a note, how high and how loud."""
    start = notes.start_beats
    pitch, velocity = notes.pitch.astype(np.float64), notes.velocity.astype(np.float64)
    ones, weight = np.ones(len(notes)), p * p
    columns = []
    for beats in (2.0, 8.0, 32.0, 1e6):
        loud = _mean_around(start, velocity, weight, beats)
        spread = np.sqrt(np.maximum(_mean_around(start, (velocity - loud) ** 2, weight, beats), 0.0))
        columns += [
            _mean_around(start, p, ones, beats),
            pitch - _mean_around(start, pitch, weight, beats),
            velocity - loud,
            np.abs(velocity - loud) / (spread + 1),
        ]
    sung = _Windows(start, notes.pitch, p)
    columns += [sung.count(beats) / beats for beats in (1.0, 2.0, 4.0, 16.0)]
    columns += [sung.rank(beats) for beats in (2.0, 16.0, 1000.0)]
    columns += [_sides(start, p, beats, side) for beats in (16.0, 64.0) for side in (-1, 1)]
    return columns


def _sides(start: Floats, p: Floats, beats: float, side: int) -> Floats:
    """Weight a beat on one side of each note."""
    total = np.concatenate([[0.0], np.cumsum(p)])
    low = np.searchsorted(start, start - beats, side="left") if side < 0 else np.arange(len(start)) + 1
    high = np.arange(len(start)) if side < 0 else np.searchsorted(start, start + beats, side="right")
    out: Floats = (total[high] - total[low]) / beats
    return out


def _elsewhere(notes: NoteTable, p: Floats) -> tuple[Floats, Floats, Floats]:
    """What is thought of the same note elsewhere: of all, how many there are, and of those in bars much alike.

    Bars count four beats; where the bar line lies doesn't matter.
    """
    if not len(notes):
        return np.zeros(0), np.zeros(0), np.zeros(0)
    slot = np.rint(notes.start_beats * 4).astype(np.int64)
    slot -= slot.min()
    bar, place = slot // 16, slot % 16
    bars = int(bar.max()) + 1
    code = np.unique(place * 128 + notes.pitch, return_inverse=True)[1]
    where = np.zeros((bars, int(code.max()) + 1), dtype=np.float32)
    weight = np.zeros_like(where)
    where[bar, code] = 1.0
    np.maximum.at(weight, (bar, code), p.astype(np.float32))
    count, total = where.sum(0)[code], weight.sum(0)[code]
    own = weight[bar, code]
    size = where.sum(1)
    common = where @ where.T
    alike = common / np.maximum(size[:, None] + size[None, :] - common, 1.0)
    np.fill_diagonal(alike, 0.0)
    alike = np.where(alike > 0.3, alike, 0.0) ** 2
    votes, voters = (alike @ weight)[bar, code], (alike @ where)[bar, code]
    mean = (total - own) / np.maximum(count - 1, 1)
    repeated = np.where(voters > 0, votes / np.maximum(voters, 1e-6), own)
    return (
        np.where(count > 1, mean, p).astype(np.float64),
        np.log2(count).astype(np.float64),
        repeated.astype(np.float64),
    )
