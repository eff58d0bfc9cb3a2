"""What comes back: how likely the music around two bars is the same, whatever key it has come back in.

Bars are laid on each other four at a time, in tune, rhythm, chords and all that sounds, moved by up to three
semitones, which is as far as last choruses are lifted. A logistic regression on the human section labels of POP909
(`benchmarks/train_chorus.py`) says what that is worth: of pairs of bars that stand in the same place of sections of one
letter, or do not, it tells .94 apart (area under the curve), by chords and sound alone .92.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.features import Floats, Frames, Sounding, chord_frames, melody_frames
from remixkit.model.analysis import ChordSpan, MelodyNote

Scalar = TypeVar("Scalar", bound=np.generic)

LIFTS = (0, 1, 2, 3, -1, -2, -3)
LIFT_TRUST = 0.9
WINDOW = 4
TUNE, RHYTHM, CHORD, SOUND, OFFSET = 4.67, 2.03, 1.57, 0.9, -5.22
CHORD_ALONE, SOUND_ALONE, OFFSET_ALONE = 2.18, 7.88, -6.94
LEAST_TUNE = 0.3


@dataclass(frozen=True, slots=True)
class Returns:
    """How alike the music around two bars is, each of shape (bars, bars), 0-1.

    `tune`, `rhythm` and `sound` tell how far these agree, `same` how probable it is that the music is the same.
    """

    tune: Floats
    rhythm: Floats
    sound: Floats
    same: Floats


def find_returns(
    frames: Frames, sounding: Sounding, melody: Sequence[MelodyNote], chords: Sequence[ChordSpan]
) -> Returns:
    """Lay every bar on every other one.

    Parameters
    ----------
    frames : Frames
        Of the song.
    sounding : Sounding
        What sounds in them.
    melody, chords : sequence
        What was heard before.
    """
    tune, onsets = melody_frames(frames, melody)
    held = chord_frames(frames, chords).reshape(len(frames), -1)
    sounds = held.any(axis=1)
    family_count = held.shape[1] // 12
    root = np.where(sounds, held.argmax(axis=1) // family_count, -1)
    family = in_bars(np.where(sounds, held.argmax(axis=1) % family_count, -1), frames, -1)
    tunes, roots = in_bars(tune, frames, -1), in_bars(root, frames, -1)
    rhythm = in_bars(onsets, frames, 0.0).reshape(len(tunes), -1)
    chroma = in_bars(sounding.chroma, frames, 0.0)
    n, slots = tunes.shape
    sung = tunes >= 0
    whole = np.ones((n, n), dtype=np.float32)
    either = np.zeros((n, n), dtype=np.float32)
    for k in range(slots):
        either += sung[:, k, None] | sung[:, k]
    best = np.full((n, n), -1.0, dtype=np.float32)
    by_tune, by_chord, by_sound = np.zeros_like(best), np.zeros_like(best), np.zeros_like(best)
    norm = np.linalg.norm(chroma.reshape(n, -1), axis=1)
    norms = np.maximum(norm[:, None] * norm, 1e-9)
    for lift in LIFTS:
        same_tune = best_window(agreeing(tunes, lift), either)
        same_chord = best_window(agreeing(roots, lift, family), np.float32(slots) * whole)
        moved = np.roll(chroma, lift, axis=2).reshape(n, -1)
        same_sound = best_window(chroma.reshape(n, -1) @ moved.T / norms, whole)
        joint = (same_tune + same_chord + same_sound) * (LIFT_TRUST if lift else 1.0)
        better = joint > best
        best[better] = joint[better]
        by_tune[better], by_chord[better], by_sound[better] = same_tune[better], same_chord[better], same_sound[better]
    both = rhythm @ rhythm.T
    each = rhythm.sum(axis=1)
    by_rhythm = best_window(both, each[:, None] + each - both)
    has_tune = best_window(np.minimum(either, 1.0), whole)
    odds = np.where(
        has_tune > LEAST_TUNE,
        TUNE * by_tune + RHYTHM * by_rhythm + CHORD * by_chord + SOUND * by_sound + OFFSET,
        CHORD_ALONE * by_chord + SOUND_ALONE * by_sound + OFFSET_ALONE,
    )
    return Returns(by_tune, by_rhythm, by_sound, (1 / (1 + np.exp(-odds))).astype(np.float32))


def in_bars(values: NDArray[Scalar], frames: Frames, empty: float) -> NDArray[Scalar]:
    """Rows of frames, (n, ...), laid out bar by bar, (bars, most frames of a bar, ...); short bars end `empty`."""
    lines = frames.bar_edges
    out = np.full((len(lines) - 1, int(np.diff(lines).max()), *values.shape[1:]), empty, dtype=values.dtype)
    out[frames.bar, np.arange(len(frames)) - lines[frames.bar]] = values
    return out


def agreeing(values: NDArray[np.int64], lift: int, also: NDArray[np.int64] | None = None) -> Floats:
    """In how many frames pitch classes (bars, frames) agree once the second bar is moved, (bars, bars).

    -1 agrees with nothing; where `also` is given, it must agree too.
    """
    n = len(values)
    out = np.zeros((n, n), dtype=np.float32)
    moved = np.where(values >= 0, (values + lift) % 12, -2)
    for k in range(values.shape[1]):
        same = values[:, k, None] == moved[:, k]
        out += same if also is None else same & (also[:, k, None] == also[:, k])
    return out


def best_window(part: Floats, whole: Floats) -> Floats:
    """The best share `part` / `whole`, each (n, n), over the windows of `WINDOW` bars that hold both bars."""
    n = len(part)
    share = ahead(part) / np.maximum(ahead(whole), 1e-6)
    share[ahead(whole) <= 1 / WINDOW] = 0.0
    out = np.zeros((n, n), dtype=np.float32)
    for k in range(min(WINDOW, n)):
        out[k:, k:] = np.maximum(out[k:, k:], share[: n - k, : n - k])
    return out


def ahead(values: Floats) -> Floats:
    """The mean of the next `WINDOW` places along the diagonal, (n, n); nothing lies past the end."""
    n = len(values)
    out = np.zeros((n, n), dtype=np.float32)
    for k in range(min(WINDOW, n)):
        out[: n - k, : n - k] += values[k:, k:]
    return out / np.float32(WINDOW)
