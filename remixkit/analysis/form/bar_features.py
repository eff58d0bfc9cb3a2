"""What each bar line tells about whether a section begins there.

Bars are compared by melody, rhythm and chords (self-similarity, Foote 2000), by where repetitions begin and end, and by
what players and singers do at a seam: the voice falls silent, a pickup leads in, density, loudness and register step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.features import NO_PITCH, Floats, Frames, Ints, Sounding, chord_frames, melody_frames
from remixkit.model.analysis import ChordSpan, Key, MelodyNote

MELODY_WEIGHT, RHYTHM_WEIGHT, CHORD_WEIGHT = 0.45, 0.25, 0.30
KERNELS = (2, 4, 8)
BLOCKS = (2, 4)
FAR_BEATS = 8.0
ALIKE = 0.7
LAGS = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Bars:
    """A song bar by bar.

    Parameters
    ----------
    edges : (n + 1,) int
        Ticks of the bar lines.
    alike : (n, n) float
        How alike two bars are by tune, rhythm and chords, 0-1.
    sound_alike : (n, n) float
        How alike two bars are by all that sounds, 0-1.
    tune_alike, chord_alike : (n, n) float
        How alike two bars are by tune and by chords alone, 0-1; no tune is like no other.
    sung : (n,) float
        Share of the bar in which the tune sounds, 0-1.
    levels : (n, 5) float
        Onsets a frame, melody onsets a frame, mean velocity, mean melody pitch, mean pitches sounding; each as its
        distance from the song's mean in standard deviations.
    """

    edges: Ints
    alike: Floats
    sound_alike: Floats
    tune_alike: Floats
    chord_alike: Floats
    sung: Floats
    levels: Floats


def make_bars(
    frames: Frames,
    sounding: Sounding,
    loudness: Floats,
    melody: Sequence[MelodyNote],
    chords: Sequence[ChordSpan],
) -> Bars:
    """Gather a song bar by bar; `loudness` is the mean velocity of each bar, (n,), of all tracks."""
    lines = frames.bar_edges
    count, widest = len(lines) - 1, int(np.diff(lines).max())
    place = np.arange(len(frames)) - lines[frames.bar]
    tune, onsets = melody_frames(frames, melody)
    held = chord_frames(frames, chords).reshape(len(frames), -1)
    chord = np.where(held.any(axis=1), held.argmax(axis=1), -1)
    by_bar = {}
    for name, values, empty in (("tune", tune, -1), ("chord", chord, -1)):
        grid = np.full((count, widest), empty, dtype=np.int64)
        grid[frames.bar, place] = values
        by_bar[name] = grid
    rhythm = np.zeros((count, widest, 2), dtype=np.float32)
    rhythm[frames.bar, place] = onsets
    chroma = np.zeros((count, widest, 12), dtype=np.float32)
    chroma[frames.bar, place] = sounding.chroma
    length = np.diff(lines)
    same_length = length[:, None] == length
    alike, tune_alike, chord_alike = tune_rhythm_chord(by_bar["tune"], rhythm.reshape(count, -1), by_bar["chord"])
    flat = chroma.reshape(count, -1)
    norm = np.linalg.norm(flat, axis=1)
    sound = flat @ flat.T / np.maximum(norm[:, None] * norm, 1e-9)
    sung = (by_bar["tune"] >= 0).sum(axis=1) / length
    starts = lines[:-1]
    pitch = bar_pitch(frames, melody, count)
    levels = np.stack(
        [
            np.add.reduceat(sounding.onset.sum(axis=1), starts) / length,
            np.add.reduceat(onsets.sum(axis=1), starts) / length,
            loudness,
            pitch,
            np.add.reduceat(sounding.chroma.sum(axis=1), starts) / length,
        ],
        axis=1,
    )
    levels = (levels - levels.mean(axis=0)) / np.maximum(levels.std(axis=0), 1e-6)
    return Bars(
        frames.edges[lines],
        np.where(same_length, alike, 0.0).astype(np.float32),
        np.where(same_length, sound, 0.0).astype(np.float32),
        np.where(same_length, tune_alike, 0.0).astype(np.float32),
        np.where(same_length, chord_alike, 0.0).astype(np.float32),
        sung.astype(np.float32),
        levels.astype(np.float32),
    )


def bar_pitch(frames: Frames, melody: Sequence[MelodyNote], count: int) -> Floats:
    """Mean melody pitch of each bar, (n,); bars without a tune take the song's mean."""
    if not melody:
        return np.zeros(count, dtype=np.float32)
    edges = frames.edges[frames.bar_edges]
    bar = np.clip(np.searchsorted(edges, [m.start_tick for m in melody], side="right") - 1, 0, count - 1)
    pitch = np.array([m.pitch for m in melody], dtype=np.float64)
    weight = np.array([m.end_tick - m.start_tick for m in melody], dtype=np.float64)
    total = np.bincount(bar, weights=weight, minlength=count)
    out = np.bincount(bar, weights=weight * pitch, minlength=count) / np.maximum(total, 1e-9)
    return np.where(total > 0, out, np.average(pitch, weights=weight)).astype(np.float32)


def tune_rhythm_chord(tune: Ints, rhythm: Floats, chord: Ints) -> tuple[Floats, Floats, Floats]:
    """How alike bars are, (n, n): by tune, rhythm and chords together, by tune, by chords.

    What both bars lack does not count.
    """
    n = len(tune)
    total = np.zeros((n, n), dtype=np.float32)
    weight = np.zeros((n, n), dtype=np.float32)
    same = np.zeros((n, n), dtype=np.float32)
    either = np.zeros((n, n), dtype=np.float32)
    harmony = np.zeros((n, n), dtype=np.float32)
    for k in range(tune.shape[1]):
        t, c = tune[:, k], chord[:, k]
        same += (t[:, None] == t) & (t[:, None] >= 0)
        either += (t[:, None] >= 0) | (t >= 0)
        harmony += c[:, None] == c
    by_tune = same / np.maximum(either, 1.0)
    both = rhythm @ rhythm.T
    any_onset = rhythm.sum(axis=1)[:, None] + rhythm.sum(axis=1) - both
    for score, has, w in (
        (by_tune, either > 0, MELODY_WEIGHT),
        (both / np.maximum(any_onset, 1.0), any_onset > 0, RHYTHM_WEIGHT),
        (harmony / tune.shape[1], np.ones((n, n), dtype=bool), CHORD_WEIGHT),
    ):
        total += np.where(has, w * score, 0.0)
        weight += np.where(has, w, 0.0)
    by_chord = harmony / np.float32(tune.shape[1])
    return total / weight, by_tune.astype(np.float32), by_chord


def line_features(
    bars: Bars,
    frames: Frames,
    sounding: Sounding,
    melody: Sequence[MelodyNote],
    chords: Sequence[ChordSpan],
    keys: Sequence[Key],
) -> Floats:
    """What each bar line tells, shape (bars, features); row i is the line at which bar i begins."""
    n = len(bars.sung)
    columns: list[NDArray[np.floating]] = []
    columns += [novelty(bars.alike, k) for k in KERNELS]
    columns += [novelty(bars.sound_alike, k) for k in KERNELS[1:]]
    for block in BLOCKS:
        columns += repetition(bars.alike, block)
    columns += repetition(bars.alike, 8)
    columns += repetition(bars.sound_alike, 4)
    columns += repetition(bars.tune_alike, 4)
    columns += repetition(bars.chord_alike, 4)
    columns += [np.concatenate([np.zeros(min(lag, n)), np.diagonal(bars.alike, -lag)]) for lag in LAGS]
    columns += gaps(bars.edges, frames, melody)
    for values in (bars.sung, *bars.levels.T):
        columns += steps(values)
    columns += harmony_at(bars.edges, chords, keys)
    columns += places(bars, sounding, frames)
    return np.stack(columns, axis=1).astype(np.float32)


def novelty(alike: Floats, size: int) -> Floats:
    """Checkerboard kernel along the diagonal, (n,): how alike bars within each side are, less across."""
    n = len(alike)
    total = np.zeros((n + 1, n + 1))
    total[1:, 1:] = np.cumsum(np.cumsum(alike, axis=0, dtype=np.float64), axis=1)
    line = np.arange(1, n)
    first, last = np.maximum(line - size, 0), np.minimum(line + size, n)

    def mean(
        top: NDArray[np.intp], bottom: NDArray[np.intp], left: NDArray[np.intp], right: NDArray[np.intp]
    ) -> Floats:
        whole = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
        average: Floats = (whole / ((bottom - top) * (right - left))).astype(np.float32)
        return average

    out = np.zeros(n, dtype=np.float32)
    inside = 0.5 * (mean(first, line, first, line) + mean(line, last, line, last))
    out[1:] = inside - mean(first, line, line, last)
    return out


def repetition(alike: Floats, size: int) -> list[Floats]:
    """What begins or ends at a line and is heard elsewhere, six columns of (n,).

    The best match elsewhere of the bars after the line; the same less what the match is worth before the line; how many
    matches there are; and the three for the bars before the line.
    """
    n = len(alike)
    after = np.zeros((n, n), dtype=np.float32)
    for k in range(min(size, n)):
        after[: n - k, : n - k] += alike[k:, k:] / size
    before = np.zeros((n, n), dtype=np.float32)
    for k in range(1, min(size, n) + 1):
        before[k:, k:] += alike[: n - k, : n - k] / size
    distance = np.abs(np.arange(n)[:, None] - np.arange(n))
    far = distance >= size
    columns: list[Floats] = []
    for one, other in ((after, before), (before, after)):
        matches = np.where(far, one, 0.0)
        contrast = np.where(far & (one > ALIKE * 0.85), one - other, 0.0)
        columns += [matches.max(axis=1), contrast.max(axis=1), (matches > ALIKE).sum(axis=1).astype(np.float32)]
    return columns


def gaps(edges: Ints, frames: Frames, melody: Sequence[MelodyNote]) -> list[Floats]:
    """The tune around each line, six columns of (n,), in quarter notes, at most `FAR_BEATS`.

    Rest before the line (back from the line, or from the pickup into it), length of the pickup, rest after the line,
    length of the last note before, distance of the onsets on both sides, whether a note sounds across the line.
    """
    lines = edges[:-1]
    n = len(lines)
    if not melody:
        return [np.full(n, FAR_BEATS, dtype=np.float32) if k != 1 else np.zeros(n, dtype=np.float32) for k in range(6)]
    start = np.array([m.start_tick for m in melody], dtype=np.float64) / 960.0
    end = np.array([m.end_tick for m in melody], dtype=np.float64) / 960.0
    line = lines / 960.0
    slack = 0.1
    nxt = np.searchsorted(start, line - slack)
    out = np.zeros((n, 6), dtype=np.float32)
    for i in range(n):
        k = int(nxt[i])
        out[i, 2] = min(FAR_BEATS, start[k] - line[i]) if k < len(start) else FAR_BEATS
        if k == 0:
            out[i, [0, 3, 4]] = FAR_BEATS
            continue
        first = k
        rest = line[i] - end[k - 1]
        # Step back over at most two beats of pickup for a rest of at least half a beat.
        j = k
        while j > 0 and line[i] - start[j - 1] <= 2.0:
            j -= 1
            before = start[j] - end[j - 1] if j else FAR_BEATS
            if before > max(rest, 0.4):
                rest, first = before, j
        out[i, 0] = np.clip(rest, -1.0, FAR_BEATS)
        out[i, 1] = line[i] - start[first] if first < k else 0.0
        out[i, 3] = min(FAR_BEATS, end[k - 1] - start[k - 1])
        out[i, 4] = min(FAR_BEATS, (start[k] if k < len(start) else line[i] + FAR_BEATS) - start[k - 1])
        out[i, 5] = float(end[k - 1] > line[i] + slack)
    return list(out.T)


def steps(values: Floats) -> list[Floats]:
    """How far a level steps at each line over 1, 2 and 4 bars, and the level after: four columns of (n,)."""
    n = len(values)
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    at = np.arange(n)
    columns = []
    for reach in (1, 2, 4):
        high, low = np.minimum(n, at + reach), np.maximum(0, at - reach)
        after = (sums[high] - sums[at]) / np.maximum(high - at, 1)
        before = (sums[at] - sums[low]) / np.maximum(at - low, 1)
        columns.append(np.where(at > 0, after - before, 0.0).astype(np.float32))
    columns.append(after.astype(np.float32))
    return columns


def harmony_at(edges: Ints, chords: Sequence[ChordSpan], keys: Sequence[Key]) -> list[Floats]:
    """Chords around each line, five columns of (n,).

    Whether a chord begins on the line, its degree being the tonic or the sixth, whether the one before is a dominant,
    how long the chord before has been held in quarters, whether the key changes there.
    """
    out = np.zeros((len(edges) - 1, 6), dtype=np.float32)
    starts = np.array([c.start_tick for c in chords])
    key_starts = np.array([k.start_tick for k in keys])
    for i, line in enumerate(edges[:-1].tolist()):
        k = int(np.searchsorted(starts, line, side="right")) - 1
        key = keys[max(0, int(np.searchsorted(key_starts, line, side="right")) - 1)]
        now = chords[k]
        out[i, 0] = now.start_tick == line
        if now.root_pc is not None:
            degree = (now.root_pc - key.tonic_pc) % 12
            out[i, 1] = degree == 0
            out[i, 2] = degree == (8 if key.mode == "minor" else 9)
        if k > 0:
            last = chords[k - 1] if now.start_tick == line else now
            out[i, 3] = last.root_pc is not None and (last.root_pc - key.tonic_pc) % 12 == 7
            out[i, 4] = min(FAR_BEATS, (line - last.start_tick) / 960.0)
        out[i, 5] = i > 0 and bool((key_starts == line).any())
    return list(out.T)


def places(bars: Bars, sounding: Sounding, frames: Frames) -> list[Floats]:
    """Where in the song each line lies, eleven columns of (n,).

    Share of the song gone, bars since the start and to the end (at most 16); the line's place in groups of four and of
    eight counted from the first sung bar, and of four from the first chord; bars since the voice last came in and since
    it last fell silent for a bar, the former's place in groups of four; whether the bar before is silent in its last
    beat; how far the bass steps.
    """
    n = len(bars.sung)
    at = np.arange(n, dtype=np.float32)
    singing = bars.sung > 0.3
    entries = singing & ~np.concatenate([[False], singing[:-1]])
    exits = ~singing & np.concatenate([[False], singing[:-1]])
    since_entry, since_exit = since(entries), since(exits)
    first = float(np.flatnonzero(singing)[0]) if singing.any() else 0.0
    lowest = sounding.lowest.astype(np.float32)
    lines = frames.bar_edges[:-1]
    heard = np.flatnonzero(np.add.reduceat(sounding.chroma.sum(axis=1), lines) > 0)
    opening = float(heard[0]) if len(heard) else 0.0
    quiet = np.zeros(n, dtype=np.float32)
    bass_step = np.zeros(n, dtype=np.float32)
    for i in range(1, n):
        quiet[i] = (sounding.onset[max(0, lines[i] - 2) : lines[i]].sum(axis=1) == 0).mean()
        here, there = lowest[lines[i]], lowest[lines[i - 1]]
        if here < NO_PITCH and there < NO_PITCH:
            bass_step[i] = here - there
    return [
        at / n,
        np.minimum(at, 16),
        np.minimum(n - at, 16),
        (at - first) % 4,
        (at - first) % 8,
        (at - opening) % 4,
        np.minimum(since_entry, 17),
        np.minimum(since_exit, 17),
        since_entry % 4,
        quiet,
        bass_step,
    ]


def since(flags: NDArray[np.bool_]) -> Floats:
    """Bars since a flag was last set, counting from the start where it never was, shape (n,)."""
    at = np.arange(len(flags))
    return (at - np.maximum.accumulate(np.where(flags, at, 0))).astype(np.float32)
