"""What can be said of a track bar by bar, beside all others: the inputs of the model that tells who leads.

Of each track the *line* counts: the highest note of those that begin together. Features are of the bar and its
neighbours (one on either side, and four), of the whole track, and of the difference to the strongest other track that
plays there, so that key, tempo, loudness and the size of the band do not matter. Names are not asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.melody.track_facts import SongFacts
from remixkit.model.song import Song, Track
from remixkit.model.timing import TICKS_PER_QUARTER

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHORD_TICKS = TICKS_PER_QUARTER // 16
"""Notes that begin this close together are one onset."""
SLOTS = 16
"""Parts of a bar in which is asked who sounds highest."""
NEAR, FAR = 1, 4
"""Bars on either side."""
VOICES, AGAIN = 10, 18
"""The columns that hold the pitch classes an onset near by, and in how many bars around a line repeats itself."""
QUIET = -30.0
"""Stands for "nobody else plays"."""
BASS, SINGING, HELD, PLUCKED, NOISE = 0, 1, 2, 3, 4
_KIND = np.full(128, 5)
_KIND[32:40] = BASS
_KIND[[22, 40, 41, 42, 52, 53, 54, 56, 57, 59, 60, *range(64, 80), *range(80, 88)]] = SINGING
_KIND[[*range(48, 52), *range(88, 96)]] = HELD
_KIND[[*range(8, 16), *range(24, 29), 45, 46, *range(104, 109)]] = PLUCKED
_KIND[[*range(96, 104), *range(112, 128)]] = NOISE


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of all tracks, one after another, by track and onset.

    `row` is the note's place in `SongFacts.table`; `bar` counts from 0; arrays have shape (n,).
    """

    row: Ints
    track: Ints
    start_tick: Ints
    pitch: Ints
    bar: Ints
    voices: Ints


def melody_lines(song: Song, facts: SongFacts, bars: Ints) -> Lines:
    """The highest note at each onset of each track; `voices` says how many pitch classes begin there."""
    table = facts.table
    start = np.rint(table.start_beats * TICKS_PER_QUARTER).astype(np.int64)
    order = np.lexsort((table.pitch, start, table.track))
    track, at, pitch = table.track[order], start[order], table.pitch[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (track[1:] != track[:-1]) | (np.diff(at) > CHORD_TICKS)
    onset = np.cumsum(begins) - 1
    highest = np.lexsort((pitch, onset))
    last = np.flatnonzero(np.append(np.diff(onset[highest]) > 0, len(order) > 0))
    top = highest[last]
    classes = np.zeros((int(onset[-1]) + 1 if len(onset) else 0, 12), dtype=bool)
    classes[onset, pitch % 12] = True
    bar = np.clip(np.searchsorted(bars, at[top] + CHORD_TICKS, side="right") - 1, 0, None)
    return Lines(order[top], track[top], at[top], pitch[top], bar, classes.sum(1))


def bar_starts(song: Song) -> Ints:
    """The tick at which each bar begins."""
    return np.array([start for start, _ in song.grid.meter.bars(max(song.end_tick, 1))], dtype=np.int64)


def lead_table(song: Song, facts: SongFacts, line: Lines, bars: Ints) -> Floats:
    """The features of every track in every bar.

    Parameters
    ----------
    song, facts, line, bars
        A song on its true grid, what `describe`, `lines` and `bar_starts` say of it.

    Returns
    -------
    ndarray, shape (tracks, bars, 46)
        Counts are a bar's, pitches semitones, loudness decibels; all 0 where a track does not play within four bars.
    """
    shape = (len(song.tracks), len(bars))
    cell = (line.track, line.bar)

    def total(values: Floats | NDArray[np.bool_]) -> Floats:
        out = np.zeros(shape)
        np.add.at(out, cell, values)
        return out

    same = np.zeros(len(line.track), dtype=bool)
    same[1:] = line.track[1:] == line.track[:-1]
    step = np.where(same, np.abs(np.diff(line.pitch, prepend=0)), -1)
    gap = np.where(same, np.diff(line.start_tick, prepend=0), 4 * TICKS_PER_QUARTER) / TICKS_PER_QUARTER
    n = total(np.ones(len(line.row)))
    p = facts.tune[line.row]
    length = np.minimum((facts.table.end_beats - facts.table.start_beats)[line.row], 8.0)
    sounding, top = _sounding(song, bars)
    loudness = _loudness(song, facts, line)
    sums = {
        "tune": total(p),
        "likely": total(p > 0.4),
        "pitch": total(line.pitch.astype(np.float64)),
        "loud": total(loudness),
        "length": total(length),
        "gap": total(np.minimum(gap, 4.0)),
        "alone": total(line.voices == 1),
        "voices": total(line.voices.astype(np.float64)),
        "stays": total(step == 0),
        "steps": total((step > 0) & (step <= 2)),
        "leaps": total(step > 7),
        "off": total(np.abs(line.start_tick / (TICKS_PER_QUARTER / 2) % 1 - 0.5) < 0.4),
    }
    near_n, far_n = _around(n, NEAR), _around(n, FAR)
    near = {k: _around(v, NEAR) / np.maximum(near_n, 1) for k, v in sums.items()}
    far = {k: _around(v, FAR) / np.maximum(far_n, 1) for k, v in sums.items()}
    near_pitches, near_range = _variety(line, shape, NEAR)
    far_pitches, _ = _variety(line, shape, FAR)
    again = _again(line, n, bars)
    sounds, highest = _around(sounding, NEAR), _around(top, NEAR)
    share = highest / np.maximum(sounds, 1e-9)
    whole = [
        np.broadcast_to(v[:, None], shape)
        for v in (
            sums["tune"].sum(1) / np.maximum(n.sum(1), 1),
            (n > 0).mean(1),
            sums["alone"].sum(1) / np.maximum(n.sum(1), 1),
            top.sum(1) / np.maximum(sounding.sum(1), 1e-9),
            _kind(song, BASS),
            _kind(song, SINGING),
            _kind(song, HELD),
            _kind(song, PLUCKED),
            _kind(song, NOISE),
        )
    ]
    active = near_n > 0
    rivals = [near[k] - _best_other(near[k], active) for k in ("tune", "loud", "pitch", "length", "steps", "alone")]
    rivals += [x - _best_other(x, active) for x in (share, near_pitches, near_n, whole[0], whole[2])]
    columns = [
        n, near_n, far_n, *near.values(), near_pitches, near_range, far_pitches, _around(again, FAR), sounds, share,
        far["tune"], far["alone"], far["loud"], far["stays"], far["length"], *whole, *rivals,
        np.broadcast_to(active.sum(0), shape),
    ]  # fmt: skip
    out = np.stack(columns, axis=-1)
    out[far_n == 0] = 0.0
    return out


def one_pitch(line: Lines, shape: tuple[int, int], least: int = 8) -> NDArray[np.bool_]:
    """Where a track's line, four bars around, is one pitch struck at least so many times; shape (tracks, bars)."""
    n = np.zeros(shape)
    np.add.at(n, (line.track, line.bar), 1)
    pitches, _ = _variety(line, shape, FAR)
    return (pitches <= 1) & (_around(n, FAR) >= least)


def likelihood(facts: SongFacts, line: Lines, shape: tuple[int, int]) -> Floats:
    """How likely the notes of each line are, four bars around, to be melody; shape (tracks, bars)."""
    n, p = np.zeros(shape), np.zeros(shape)
    np.add.at(n, (line.track, line.bar), 1)
    np.add.at(p, (line.track, line.bar), facts.tune[line.row])
    return _around(p, FAR) / np.maximum(_around(n, FAR), 1)


def _around(values: Floats, bars: int) -> Floats:
    """Sums over a window of bars."""
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    count = values.shape[1]
    at = np.arange(count)
    out: Floats = total[:, np.minimum(at + bars + 1, count)] - total[:, np.maximum(at - bars, 0)]
    return out


def _best_other(values: Floats, active: NDArray[np.bool_]) -> Floats:
    """For each track the highest value of the others that play there."""
    masked = np.where(active, values, -np.inf)
    if len(masked) < 2:
        return np.full(values.shape, QUIET)
    ranked = np.sort(masked, axis=0)
    best, second = ranked[-1], ranked[-2]
    others = np.where(masked == best, second, best)
    return np.where(np.isfinite(others), others, QUIET)


def _variety(line: Lines, shape: tuple[int, int], bars: int) -> tuple[Floats, Floats]:
    """How many different pitches a line has around each bar, and their range in semitones."""
    has = np.zeros((*shape, 128))
    has[line.track, line.bar, line.pitch] = 1.0
    seen = _around(has.reshape(shape[0], shape[1], 128).transpose(0, 2, 1).reshape(-1, shape[1]), bars) > 0
    seen = seen.reshape(shape[0], 128, shape[1])
    count = seen.sum(1).astype(np.float64)
    low = seen.argmax(1)
    high = 127 - seen[:, ::-1].argmax(1)
    return count, np.where(count > 0, high - low, 0).astype(np.float64)


def _again(line: Lines, n: Floats, bars: Ints) -> Floats:
    """1 in bars whose line is, by place and pitch, that of the bar before or of the one before that."""
    content: dict[tuple[int, int], set[tuple[int, int]]] = {}
    place = (line.start_tick - bars[line.bar] + CHORD_TICKS) // (TICKS_PER_QUARTER // 4)
    for track, bar, at, pitch in zip(
        line.track.tolist(), line.bar.tolist(), place.tolist(), line.pitch.tolist(), strict=True
    ):
        content.setdefault((track, bar), set()).add((at, pitch))
    out = np.zeros(n.shape)
    for (track, bar), notes in content.items():
        out[track, bar] = notes in (content.get((track, bar - 1)), content.get((track, bar - 2)))
    return out


def _sounding(song: Song, bars: Ints) -> tuple[Floats, Floats]:
    """The share of each bar in which a track sounds, and in which it sounds highest of all; (tracks, bars)."""
    ends = np.append(bars, max(song.end_tick, int(bars[-1]) + 1))
    edges = np.linspace(ends[:-1], ends[1:], SLOTS, endpoint=False).T.ravel()
    highest = np.full((len(song.tracks), len(edges)), -1, dtype=np.int64)
    for k, track in enumerate(song.tracks):
        if track.is_drum or not track.notes:
            continue
        rows = np.array(sorted((n.pitch, n.start_tick, n.end_tick) for n in track.notes))
        first = np.maximum(np.searchsorted(edges, rows[:, 1] + CHORD_TICKS, side="right") - 1, 0)
        last = np.maximum(np.searchsorted(edges, rows[:, 2] - CHORD_TICKS, side="left"), first + 1)
        for pitch, begin, end in zip(rows[:, 0].tolist(), first.tolist(), last.tolist(), strict=True):
            highest[k, begin:end] = pitch
    sounds = highest >= 0
    top = sounds & (highest == highest.max(0, initial=0))
    shape = (len(highest), len(bars), SLOTS)
    return sounds.reshape(shape).mean(2), top.reshape(shape).mean(2)


def _loudness(song: Song, facts: SongFacts, line: Lines) -> Floats:
    """How loud each note of the lines is beside the mean of its song, in dB: velocity and the channel's volume."""
    volume = np.array([_volume(t) for t in song.tracks])
    table = facts.table
    level = 40 * np.log10(np.maximum(table.velocity, 1) / 127 * volume[table.track] / 127)
    out: Floats = (level - level.mean())[line.row]
    return out


def _volume(track: Track) -> float:
    """The channel's volume while it plays: the median of its CC 7; 100 where it sets none."""
    values = [c.value for c in track.controls if c.kind == "cc" and c.number == 7 and c.value]
    return float(np.median(values)) if values else 100.0


def _kind(song: Song, kind: int) -> Floats:
    return np.array([float(_KIND[t.program] == kind) for t in song.tracks])
