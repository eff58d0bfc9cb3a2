"""What is measured of each track: the numbers by which roles are told apart and the tune is found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis import trees
from remixkit.analysis.melody import note_features
from remixkit.analysis.melody.note_features import NoteTable, note_table
from remixkit.model.song import Song, Track
from remixkit.model.timing import TICKS_PER_QUARTER

Floats = NDArray[np.float64]

MOST_NOTES = 40_000
"""Songs with more notes are not judged note by note: it would take seconds, and they are no transcriptions."""
LYRIC_BEATS = 0.13
CERTAIN = 1e-3


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """One track in numbers.

    Parameters
    ----------
    notes : int
        How many.
    single : float
        Share of onsets at which one note begins (or one and its octaves), all others being over.
    together : float
        Pitch classes an onset, on average.
    pitch, low, high : float
        Mean, 5th and 95th percentile.
    coverage : float
        Share of the song's bars in which it begins a note.
    repetition : float
        Share of its bars that are the same, note for note, as the bar before or the one before that.
    loudness : float
        Mean velocity less the mean of all tracks', in standard deviations.
    length_beats, density : float
        Median length; onsets a beat where it plays.
    leaps : float
        Share of steps from note to note of more than two semitones.
    lyrics : float
        F1 of its onsets and the song's lyrics; 0 without lyrics.
    tune : float
        Mean probability, note by note, of being melody.
    """

    notes: int = 0
    single: float = 0.0
    together: float = 0.0
    pitch: float = 0.0
    low: float = 0.0
    high: float = 0.0
    coverage: float = 0.0
    repetition: float = 0.0
    loudness: float = 0.0
    length_beats: float = 0.0
    density: float = 0.0
    leaps: float = 0.0
    lyrics: float = 0.0
    tune: float = 0.0


@dataclass(frozen=True, slots=True)
class SongFacts:
    """The facts of all tracks, the pitched notes as a table, and each note's probability of being melody."""

    tracks: tuple[TrackFacts, ...]
    table: NoteTable
    tune: Floats


def describe(song: Song) -> SongFacts:
    """Measure every track of a song on its true grid."""
    table = note_table(song)
    tune = melody_probability(table)
    bars = np.array([start for start, _ in song.grid.meter.bars(max(song.end_tick, 1))])
    pitched = [t for t in song.tracks if t.notes and not t.is_drum]
    means = [float(np.mean([n.velocity for n in t.notes])) for t in pitched]
    middle, spread = (float(np.mean(means)), float(np.std(means)) + 3.0) if means else (64.0, 10.0)
    words = np.array(sorted({x.tick for t in song.tracks for x in t.lyrics}))
    facts = tuple(_facts(t, bars, middle, spread, words, tune[table.track == i]) for i, t in enumerate(song.tracks))
    return SongFacts(facts, table, tune)


def melody_probability(table: NoteTable) -> Floats:
    """How probable it is that each note belongs to the tune, by its surroundings alone; shape (n,).

    Two stages of boosted trees (`benchmarks/train_melody.py`); the second sees the first's opinion of the
    neighbourhood. There are two such pairs, one trained on POP909's pianos and one on bands as well; the mean of their
    log-odds counts.
    """
    if not 2 <= len(table) <= MOST_NOTES:
        return np.full(len(table), 0.5)
    models = trees.load("melody.npz")
    columns = note_features.features(table)
    odds = np.zeros(len(table))
    for first, second in zip(models[::2], models[1::2], strict=True):
        opinion = first.probability(columns)
        p = second.probability(np.hstack([columns, note_features.context_features(table, opinion)]))
        p = np.clip(p, CERTAIN, 1 - CERTAIN)
        odds += np.log(p / (1 - p)) * 2 / len(models)
    out: Floats = 1 / (1 + np.exp(-odds))
    return out


def _facts(
    track: Track, bars: NDArray[np.int64], middle: float, spread: float, words: NDArray[np.int64], tune: Floats
) -> TrackFacts:
    if not track.notes:
        return TrackFacts()
    rows = np.array([(n.start_tick, n.end_tick, n.pitch, n.velocity) for n in track.notes], dtype=np.int64)
    start, end, pitch = rows[:, 0], rows[:, 1], rows[:, 2]
    near = TICKS_PER_QUARTER // 16
    first = np.concatenate([[True], np.diff(start) > near])
    onsets = start[first]
    ends = np.maximum.accumulate(end)
    at = np.flatnonzero(first)
    still = np.concatenate([[False], ends[at[1:] - 1] > onsets[1:] + TICKS_PER_QUARTER // 8])
    spans = list(zip(at, [*at[1:], len(pitch)], strict=True))
    tops = np.array([pitch[a:b].max() for a, b in spans])
    voices = np.array([len(np.unique(pitch[a:b] % 12)) for a, b in spans])
    gaps = np.diff(onsets)
    played = gaps[gaps < 4 * TICKS_PER_QUARTER]
    bar = np.searchsorted(bars, start, side="right") - 1
    return TrackFacts(
        notes=len(rows),
        single=float(np.mean((voices == 1) & ~still)),
        together=float(voices.mean()),
        pitch=float(pitch.mean()),
        low=float(np.percentile(pitch, 5)),
        high=float(np.percentile(pitch, 95)),
        coverage=len(np.unique(bar)) / max(1, len(bars)),
        repetition=_repetition(bar, start - bars[np.maximum(bar, 0)], pitch),
        loudness=(float(rows[:, 3].mean()) - middle) / spread,
        length_beats=float(np.median(end - start)) / TICKS_PER_QUARTER,
        density=TICKS_PER_QUARTER / max(1.0, float(played.mean())) if len(played) else 0.0,
        leaps=float(np.mean(np.abs(np.diff(tops)) > 2)) if len(tops) > 1 else 0.0,
        lyrics=_agreement(onsets, words),
        tune=float(tune.mean()) if len(tune) else 0.0,
    )


def _repetition(bar: NDArray[np.int64], place: NDArray[np.int64], pitch: NDArray[np.int64]) -> float:
    content: dict[int, set[tuple[int, int]]] = {}
    slot = np.rint(place / (TICKS_PER_QUARTER / 4)).astype(np.int64)
    for b, s, p in zip(bar.tolist(), slot.tolist(), pitch.tolist(), strict=True):
        content.setdefault(b, set()).add((s, p))
    same = sum(content[b] in (content.get(b - 1), content.get(b - 2)) for b in content)
    return same / max(1, len(content))


def _agreement(onsets: NDArray[np.int64], words: NDArray[np.int64]) -> float:
    """F1 of onsets and lyric events that fall together."""
    if len(words) < 8 or not len(onsets):
        return 0.0
    k = np.clip(np.searchsorted(onsets, words), 1, len(onsets) - 1) if len(onsets) > 1 else np.zeros(len(words), int)
    nearest = np.minimum(np.abs(onsets[k] - words), np.abs(onsets[np.maximum(k - 1, 0)] - words))
    hits = float((nearest <= LYRIC_BEATS * TICKS_PER_QUARTER).sum())
    return 2 * hits / (len(words) + len(onsets))
