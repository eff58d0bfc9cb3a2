"""Chords: a small tied network listens frame by frame, Viterbi makes chords of it.

A chord of any root is the same chord moved, so the features of a frame are rolled to each of the twelve roots in turn
and one network scores every quality above that root (about 9,000 weights). The sequence of chords is the best path
through those scores, the cost of changing at a bar line, half bar, beat or between beats, and how often one chord
follows another. Trained on the expert labels of POP909-CL by `benchmarks/train_chords.py`, which records the split.

Sources: log-linear frames tied over roots and Viterbi are classic (Sheh & Ellis 2003; Mauch 2010); the lowest pitch's
part in the features follows Jiang's rule-based recogniser for POP909 (Wang et al. 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.features import (
    Floats,
    Frames,
    Ints,
    Sounding,
    at_start,
    group_mean,
    listen,
    lowest_of,
    make_frames,
    shifted,
    window_mean,
)
from remixkit.analysis.harmony.bare_tune import is_bare, tune_chords
from remixkit.model.analysis import ChordSpan, TrackRole
from remixkit.model.song import Song
from remixkit.search import cheapest_path

QUALITIES = ("maj", "min", "7", "maj7", "min7", "sus2", "sus4", "dim", "hdim7", "aug", "maj6")
NO_CHORD = 12 * len(QUALITIES)
LOCAL_REACH = 32
CONTEXT_GAIN = 3.0
SILENT_SHARE = 0.02
SUS_DOUBT = 1.5
NONE_DOUBT = 2.0
"""Taken off the scores of suspended chords and of none: a triad is the safer thing to arrange from where both fit.
Chosen on the validation songs: full accuracy stays, major/minor gains two per cent."""
BASS_SHARE = 0.6
THIRD_SHARE = 0.02
HOLLOW_SONG = 0.18
TRIADS = (QUALITIES.index("maj"), QUALITIES.index("min"))

CHORD_TONES: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "dim": (0, 3, 6),
    "hdim7": (0, 3, 6, 10),
    "aug": (0, 4, 8),
    "maj6": (0, 4, 7, 9),
}


@dataclass(frozen=True, slots=True)
class ChordModel:
    """Trained weights.

    Parameters
    ----------
    hidden : (12 * features, units) float
        From the rolled features to the hidden units; `hidden_bias` (units,).
    output : (units, qualities) float
        From the hidden units to a score a quality; `output_bias` (qualities,).
    silence : (features + 1,) float
        From the features' means over pitch classes, and a constant, to the score of no chord.
    change : (4,) float
        What it costs to change chord at a frame of each `Frames.strength`.
    follows : (qualities, 12, qualities) float
        Score of a chord after another: by quality, by how far the root moves up, by the next quality.
    """

    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats
    silence: Floats
    change: Floats
    follows: Floats


def find_chords(song: Song, roles: Sequence[TrackRole]) -> tuple[ChordSpan, ...]:
    """Hear the chords of a song.

    Parameters
    ----------
    song : Song
        On its true bar grid.
    roles : sequence of TrackRole
        One a track; drums, percussion and effects are left out.

    Returns
    -------
    tuple of ChordSpan
        From tick 0 to the end of the last bar without gaps, at a resolution of an eighth; the quality is one of
        `QUALITIES`, the root None where nothing sounds. A tune without accompaniment is harmonised in its key.
    """
    frames = make_frames(song)
    sounding = listen(song, roles, frames)
    if is_bare(sounding):
        return tune_chords(frames, sounding)
    return chords_of(frames, sounding, chord_model())


def chords_of(frames: Frames, sounding: Sounding, model: ChordModel) -> tuple[ChordSpan, ...]:
    """Hear the chords of what sounds in the frames."""
    scores = log_likelihoods(chord_features(frames, sounding), model)
    silent = window_mean(sounding.chroma, 0).sum(axis=1) < SILENT_SHARE
    scores[group_all(silent, frames.beat), :NO_CHORD] -= 4.0
    path = likeliest_chords(scores, frames.strength, model)
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    spans = list(zip(starts.tolist(), [*starts[1:].tolist(), len(path)], strict=True))
    thirds = third_around(path, spans, sounding)
    chords = []
    for k, (a, b) in enumerate(spans):
        begin, end, state = int(frames.edges[a]), int(frames.edges[b]), int(path[a])
        if state == NO_CHORD:
            chords.append(ChordSpan(begin, end, None))
            continue
        root, quality = state // len(QUALITIES), thirds.get(k, QUALITIES[state % len(QUALITIES)])
        chords.append(ChordSpan(begin, end, root, quality, slash_bass(sounding.bass[a:b], root, quality)))
    return merged(chords)


def merged(chords: Sequence[ChordSpan]) -> tuple[ChordSpan, ...]:
    """Neighbours of the same chord joined."""
    out: list[ChordSpan] = []
    for c in chords:
        if out and replace(out[-1], end_tick=c.end_tick) == replace(c, start_tick=out[-1].start_tick):
            out[-1] = replace(out[-1], end_tick=c.end_tick)
        else:
            out.append(c)
    return tuple(out)


def chord_features(frames: Frames, sounding: Sounding) -> Floats:
    """What the network sees, shape (frames, 12, features); the order is the weights'."""
    chroma, bass = sounding.chroma, sounding.bass
    chroma_beat, chroma_half = group_mean(chroma, frames.beat), group_mean(chroma, frames.half)
    bass_beat, bass_half = group_mean(bass, frames.beat), group_mean(bass, frames.half)
    everywhere = np.zeros(len(frames), dtype=np.int64)
    planes = [
        chroma,
        chroma_beat,
        chroma_half,
        group_mean(chroma, frames.bar),
        bass,
        bass_beat,
        bass_half,
        group_mean(bass, frames.bar),
        lowest_of(sounding, frames.half),
        at_start(bass, frames.half),
        sounding.onset,
        group_mean(sounding.onset, frames.half),
        sounding.low,
        group_mean(sounding.low, frames.half),
        *(shifted(plane, by) for plane in (chroma, bass) for by in (1, -1)),
        *(shifted(plane, by) for plane in (chroma_beat, bass_beat) for by in (2, -2)),
        *(shifted(plane, by) for plane in (chroma_half, bass_half) for by in (4, -4)),
        *(CONTEXT_GAIN * window_mean(plane, LOCAL_REACH) for plane in (chroma, bass)),
        *(CONTEXT_GAIN * group_mean(plane, everywhere) for plane in (chroma, bass)),
    ]
    return np.stack(planes, axis=2).astype(np.float32)


def rolled(features: Floats) -> Floats:
    """Features seen from each root, shape (frames, 12 roots, 12 * features)."""
    root = np.arange(12)
    out: Floats = features[:, (root[:, None] + root) % 12].reshape(len(features), 12, -1)
    return out


def log_likelihoods(features: Floats, model: ChordModel, batch: int = 1024) -> Floats:
    """Log probability of each chord in each frame, shape (frames, 12 * qualities + 1); the last is no chord."""
    parts = []
    for k in range(0, len(features), batch):
        part = features[k : k + batch]
        hidden = np.maximum(rolled(part) @ model.hidden + model.hidden_bias, 0.0)
        chord = (hidden @ model.output + model.output_bias).reshape(len(part), -1)
        none = part.mean(axis=1) @ model.silence[:-1] + model.silence[-1]
        scores = np.concatenate([chord, none[:, None]], axis=1)
        scores -= scores.max(axis=1, keepdims=True)
        parts.append(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))
    return np.concatenate(parts).astype(np.float32)


def transitions(model: ChordModel) -> Floats:
    """Score of each chord after each other, shape (states, states)."""
    count = len(QUALITIES)
    state = np.arange(NO_CHORD)
    root, quality = state // count, state % count
    out = np.full((NO_CHORD + 1, NO_CHORD + 1), float(model.follows.mean()), dtype=np.float32)
    out[:-1, :-1] = model.follows[quality[:, None], (root - root[:, None]) % 12, quality]
    return out


def likeliest_chords(scores: Floats, strength: Ints, model: ChordModel) -> Ints:
    """The likeliest chord of each frame, (frames,): root * qualities + quality, or `NO_CHORD`."""
    moves = [change - transitions(model) for change in model.change]
    for table in moves:
        np.fill_diagonal(table, 0.0)
    return np.array(cheapest_path(-scores, [moves[k] for k in strength[1:]]), dtype=np.int64)


def third_around(path: Ints, spans: Sequence[tuple[int, int]], sounding: Sounding) -> dict[int, str]:
    """Major or minor, by number of span, for triads in which no third sounds, as in power chords.

    It is the third that is heard around the chord. A song that has few such chords is not concerned: what is missing in
    a piano's bar is better guessed by the model.
    """
    around = window_mean(sounding.chroma, LOCAL_REACH)
    triads = {k: (a, b) for k, (a, b) in enumerate(spans) if path[a] != NO_CHORD and path[a] % len(QUALITIES) in TRIADS}
    hollow: dict[int, str] = {}
    for k, (a, b) in triads.items():
        root = int(path[a]) // len(QUALITIES)
        thirds = [(root + 3) % 12, (root + 4) % 12]
        if sounding.chroma[a:b, thirds].mean() < THIRD_SHARE:
            minor, major = around[a:b, thirds].sum(axis=0)
            hollow[k] = "min" if minor > major else "maj"
    length = {k: b - a for k, (a, b) in triads.items()}
    enough = sum(length[k] for k in hollow) >= HOLLOW_SONG * sum(length.values())
    return hollow if enough else {}


def slash_bass(bass: Floats, root: int, quality: str) -> int | None:
    """The pitch class that lies lowest for longest under a chord, None where that is the root.

    A tone foreign to the chord counts only if it holds for most of the span: a passing bass is no inversion.
    """
    share = bass.sum(axis=0) / max(float(bass.sum()), 1e-9)
    # The bass of the first eighth decides among tones that share the span.
    share += 0.15 * bass[0]
    lowest = int(share.argmax())
    own = (lowest - root) % 12 in CHORD_TONES[quality]
    if lowest == root or share[lowest] < (0.4 if own else BASS_SHARE):
        return None
    return lowest


def group_all(flags: NDArray[np.bool_], group: Ints) -> NDArray[np.bool_]:
    """Whether a flag holds for all frames of each frame's group, shape (n,)."""
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    return np.repeat(np.logical_and.reduceat(flags, starts), np.diff(np.append(starts, len(group))))


@cache
def chord_model() -> ChordModel:
    """The shipped weights, 8 bits each but for the small tables."""
    with (
        resources.files("remixkit.analysis").joinpath("weights/chords.npz").open("rb") as file,
        np.load(file) as stored,
    ):
        suspended = np.array([q.startswith("sus") for q in QUALITIES], dtype=np.float32)
        silence = stored["silence"].astype(np.float32)
        silence[-1] -= NONE_DOUBT
        return ChordModel(
            hidden=stored["hidden"].astype(np.float32) * stored["hidden_step"],
            hidden_bias=stored["hidden_bias"].astype(np.float32),
            output=stored["output"].astype(np.float32),
            output_bias=stored["output_bias"].astype(np.float32) - SUS_DOUBT * suspended,
            silence=silence,
            change=stored["change"].astype(np.float32),
            follows=stored["follows"].astype(np.float32) * stored["follows_step"],
        )
