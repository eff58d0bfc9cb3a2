"""Small songs made by rule, for the tests of hearing: chords in the left hand, a tune above, told on any grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from remixkit.model.song import Note, Song, Track
from remixkit.model.timing import Grid, MeterChange, MeterMap, TempoChange, TempoMap

Q = 960
CHORDS = (
    (48, 52, 55),
    (45, 48, 52),
    (41, 45, 48),
    (43, 47, 50),
    (40, 43, 47),
    (45, 48, 52),
    (38, 41, 45),
    (43, 47, 50),
)
TUNE = (
    ((0, 76, 1.0), (1, 74, 0.5), (1.5, 72, 0.5), (2, 74, 2.0)),
    ((0, 72, 0.5), (0.5, 72, 0.5), (1, 76, 1.0), (2.5, 77, 1.5)),
    ((0, 79, 1.5), (1.5, 77, 0.5), (2, 76, 1.0), (3, 74, 1.0)),
    ((0, 74, 1.0), (1.5, 71, 0.5), (2, 72, 1.0)),
)


def left_hand(bars: int, beats: int = 4) -> list[Note]:
    """A bass note held for the bar, chord tones on the beats after it."""
    notes = []
    for bar in range(bars):
        low, middle, high = CHORDS[bar % len(CHORDS)]
        at = bar * beats * Q
        notes.append(Note(at, at + beats * Q - 60, low, 66))
        for beat in range(1, beats):
            notes += [Note(at + beat * Q, at + beat * Q + Q - 60, p, 56) for p in (middle + 12, high + 12)]
    return sorted(notes)


def tune(bars: int, beats: int = 4, up: int = 0) -> list[Note]:
    """A singable line of quarters and eighths."""
    return [
        Note(int((bar * beats + at) * Q), int((bar * beats + at + length) * Q) - 30, pitch + up, 92)
        for bar in range(bars)
        for at, pitch, length in TUNE[bar % len(TUNE)]
        if at + length <= beats
    ]


def song(*tracks: Track, bpm: float = 100.0, meter: tuple[int, int] = (4, 4), start_s: float = 0.0) -> Song:
    """Tracks on one tempo and one meter."""
    grid = Grid(TempoMap((TempoChange(0, bpm),), start_s), MeterMap((MeterChange(0, *meter),)))
    return Song(title="test", tracks=tracks, grid=grid, source="test.mid")


def shifted(track: Track, ticks: int) -> Track:
    """The track so many ticks later."""
    return replace(
        track,
        notes=tuple(replace(n, start_tick=n.start_tick + ticks, end_tick=n.end_tick + ticks) for n in track.notes),
    )


def performed(source: Song, bpm: np.ndarray, *, spread_s: float = 0.01, first_s: float = 0.7, seed: int = 0) -> Song:
    """The song as played at a tempo for each beat, told at a flat 120 BPM; with it, nothing of its grid is left."""
    rng = np.random.default_rng(seed)
    beat_s = first_s + np.concatenate([[0.0], np.cumsum(60.0 / bpm)])
    at = np.arange(len(beat_s)) * Q

    def tick(ticks: int) -> float:
        return float(np.interp(ticks, at, beat_s)) * 2 * Q

    tracks = []
    for track in source.tracks:
        notes = []
        for n in track.notes:
            start = max(0, round(tick(n.start_tick) + rng.normal(0, spread_s) * 2 * Q))
            notes.append(replace(n, start_tick=start, end_tick=max(start + 20, round(tick(n.end_tick)))))
        tracks.append(replace(track, notes=tuple(sorted(notes))))
    return song(*tracks, bpm=120.0)
