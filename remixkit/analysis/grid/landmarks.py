"""Where a song turns: its first notes, the joints of its sections, the beginnings of what comes again.

Sections and repetitions begin on bar lines; a few dozen of them say where the bar lies when every bar's own accents
leave it open whether one or three is the first beat.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.grid.accents import Onsets, sounding_chroma

Floats = NDArray[np.float64]

LANDMARKS = ("first", "first_bass", "turn", "return")
"""The columns: see `landmarks`."""
SPAN_BEATS = 8
NEAR_BEATS = 3
"""A peak is the highest so far around."""
LAG_BEATS, LONGEST_LAG_BEATS = 4, 160
BASS_BELOW = 52


def landmarks(notes: Onsets, slots_a_beat: int) -> Floats:
    """Landmarks for each slot.

    Parameters
    ----------
    notes : Onsets
        Times in beats; slot 0 is beat 0.
    slots_a_beat : int
        4 for sixteenths, 3 for triplets.

    Returns
    -------
    ndarray, shape (slots, 4)
        Columns as in `LANDMARKS`, each divided by its mean. First: the first onset. First bass: the first below E3.
        Turn: peaks of the difference between the pitch classes and rhythms of eight beats after and eight before
        (Foote 2000). Return: peaks of how much better the eight beats after agree with the same music
        elsewhere than the eight before.
    """
    slot, until, count = notes.slots(slots_a_beat)
    out = np.zeros((count, len(LANDMARKS)))
    if not len(slot):
        return out
    out[slot.min(), 0] = 1.0
    low = slot[notes.pitch < BASS_BELOW]
    if len(low):
        out[low.min(), 1] = 1.0
    rows = _sound(notes, slot, until, count, slots_a_beat)
    span = SPAN_BEATS * slots_a_beat
    out[:, 2] = _peaks(_novelty(rows, span), slots_a_beat)
    out[:, 3] = _peaks(_returns(rows, span, slots_a_beat), slots_a_beat)
    scaled: Floats = out / np.maximum(out.mean(0), 1e-9)
    return scaled


def _sound(notes: Onsets, slot: NDArray[np.int64], until: NDArray[np.int64], count: int, slots_a_beat: int) -> Floats:
    """Pitch classes that sound, of length 1, and how many notes begin, a column for each place in the beat."""
    chroma = sounding_chroma(notes.pitch, slot, until, count)
    rhythm = np.zeros((count, slots_a_beat))
    at = np.arange(count)
    rhythm[at, at % slots_a_beat] = np.log2(np.bincount(slot, minlength=count) + 1) / 2
    return np.concatenate([chroma / np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-9), rhythm], axis=1)


def _before_and_after(rows: Floats, span: int) -> tuple[Floats, Floats]:
    """Sums of so many rows before each and from it on."""
    total = np.concatenate([np.zeros((1, *rows.shape[1:])), rows.cumsum(0)])
    at = np.arange(len(rows))
    return total[at] - total[np.maximum(at - span, 0)], total[np.minimum(at + span, len(rows))] - total[at]


def _novelty(rows: Floats, span: int) -> Floats:
    before, after = _before_and_after(rows, span)
    out: Floats = np.linalg.norm(after - before, axis=1) / span
    return out


def _returns(rows: Floats, span: int, slots_a_beat: int) -> Floats:
    out = np.zeros(len(rows))
    longest = min(LONGEST_LAG_BEATS * slots_a_beat, len(rows) - 2 * span)
    for lag in range(2 * span, longest, LAG_BEATS * slots_a_beat):
        same = (rows[:-lag] * rows[lag:]).sum(1)
        before, after = _before_and_after(same, span)
        rise = (np.maximum(after - before, 0.0) / slots_a_beat) ** 2
        out[lag:] += rise
        out[:-lag] += rise
    return out


def _peaks(curve: Floats, slots_a_beat: int) -> Floats:
    """The curve where it is the highest within three beats, above its mean; 0 elsewhere and at both ends."""
    near, edge = NEAR_BEATS * slots_a_beat, SPAN_BEATS * slots_a_beat // 2
    padded = np.pad(curve, near, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * near + 1).max(1)
    out: Floats = np.where((curve >= around) & (curve > curve.mean()), curve - curve.mean(), 0.0)
    out[:edge] = 0.0
    out[max(0, len(out) - edge) :] = 0.0
    return out
