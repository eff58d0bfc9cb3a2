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
from dataclasses import dataclass
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
from remixkit.analysis.harmony.chord_naming import Heard, named
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

DIMINISHED = len(QUALITIES) * np.arange(12) + QUALITIES.index("dim")
DIMINISHED_GAIN = 3.0
WHOLE, FOREIGN, BASS_HOLDS = 0.3, 0.1, 0.5


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
    scores[:, DIMINISHED] += DIMINISHED_GAIN * whole_diminished(frames, sounding)
    path = likeliest_chords(scores, frames.strength, model)
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    spans = zip(starts.tolist(), [*starts[1:].tolist(), len(path)], strict=True)
    return named([Heard(a, b, *chord_of(int(path[a]))) for a, b in spans], frames, sounding)


def chord_of(state: int) -> tuple[int | None, str]:
    """Root and quality of a state."""
    if state == NO_CHORD:
        return None, ""
    root, quality = divmod(state, len(QUALITIES))
    return root, QUALITIES[quality]


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


def whole_diminished(frames: Frames, sounding: Sounding) -> NDArray[np.bool_]:
    """Where a beat has a diminished triad over its root and nothing else that would explain it, shape (frames, 12).

    A sounding fifth, major third, minor sixth (of a dominant's first inversion) or minor seventh would. Songs for piano
    have hardly any passing diminished chord to learn from.
    """
    chroma, bass = group_mean(sounding.chroma, frames.beat), group_mean(sounding.bass, frames.beat)
    above = chroma[:, (np.arange(12)[:, None] + np.arange(12)) % 12]
    out: NDArray[np.bool_] = (
        (above[:, :, [0, 3, 6]].min(axis=2) > WHOLE)
        & (above[:, :, [4, 7, 8, 10]].max(axis=2) < FOREIGN)
        & (bass > BASS_HOLDS)
    )
    return out


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
