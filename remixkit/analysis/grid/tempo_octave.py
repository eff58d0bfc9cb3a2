"""Which level of a pulse is the beat: a ballad at 75 or an opening at 150.

Both have the same onsets; what tells them apart is how much happens in a beat. Counted too slowly, a fast song is full
of odd sixteenths, its bass moves several times a beat, and neighbouring bars sound alike because each holds a whole
turn of the harmony. A logistic regression on these figures and the tempo, trained on POP909
(`benchmarks/train_rate.py`), doubles the slow level where they say so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.grid.accents import Onsets, accents, sounding_chroma
from remixkit.analysis.grid.meter import choose_bars, goes_in_threes
from remixkit.analysis.grid.pulse import grid_offset, is_ternary

Floats = NDArray[np.float64]

SLOW_BPM = 55.0
"""The slow level lies between this and its double."""
MIDDLE_BPM = 80.0
BASS_BELOW = 52
SLOTS = 4
BAR_SLOTS = 4 * SLOTS
WEIGHTS = (-2.14, 9.15, 1.20, -5.13)
BIAS = -5.04
"""Trained; see `level_figures` for what is weighed."""
PRIOR_LOGIT = 0.8
"""Added to the bias: one in eight of the songs trained on is fast, of those that are covered more (craft)."""


def beat_rate(notes: Onsets, bpm: float) -> float:
    """What to multiply a pulse's rate by to get the beat: a power of two.

    Parameters
    ----------
    notes : Onsets
        Pitched notes; times in beats of the pulse, of any sign.
    bpm : float
        The pulse's rate.
    """
    if not len(notes.start):
        return 1.0
    slow = slow_level(bpm)
    at_slow = from_zero(notes, slow)
    if is_ternary(at_slow.start) or goes_in_threes(accents(at_slow, 2)):
        return slow
    logit = float(level_figures(at_slow, bpm * slow) @ np.array(WEIGHTS)) + BIAS + PRIOR_LOGIT
    return 2 * slow if logit > 0 else slow


def slow_level(bpm: float) -> float:
    """The power of two that brings a rate between `SLOW_BPM` and its double."""
    return float(2.0 ** -np.floor(np.log2(bpm / SLOW_BPM)))


def from_zero(notes: Onsets, factor: float) -> Onsets:
    """Times in beats so many times as dense, moved by whole beats so that none is negative."""
    lead = np.floor(min(0.0, float(notes.start.min()) * factor))
    return notes.warped(notes.start * factor - lead, notes.end * factor - lead)


def level_figures(notes: Onsets, bpm: float) -> Floats:
    """What speaks for or against a level of the pulse.

    Parameters
    ----------
    notes : Onsets
        Times in its beats, none negative.
    bpm : float
        Its rate.

    Returns
    -------
    ndarray, shape (4,)
        Octaves above 80 BPM; share of the slots with onsets that are odd sixteenths; slots in which a bass note begins,
        a beat; one minus the mean cosine of neighbouring bars' pitch classes.
    """
    offset = grid_offset(notes.start, SLOTS)
    notes = notes.warped(notes.start - offset + 1, notes.end - offset + 1)
    line = choose_bars(notes, None, SLOTS, beats=4).first_slot
    slot = np.rint(notes.start * SLOTS).astype(np.int64)
    used = np.unique(slot)
    beats = (used[-1] - used[0]) / SLOTS + 1
    bass = len(np.unique(slot[notes.pitch < BASS_BELOW])) / beats
    until = np.maximum(np.rint(notes.end * SLOTS).astype(np.int64), slot + 1)
    chroma = sounding_chroma(notes.pitch, slot, until, int(until.max()) + 1)
    return np.array([np.log2(bpm / MIDDLE_BPM), np.mean((used - line) % 2 == 1), bass, _contrast(chroma[line:])])


def _contrast(chroma: Floats) -> float:
    """One minus the mean cosine of the pitch classes of neighbouring bars; 0 where there are fewer than two."""
    count = len(chroma) // BAR_SLOTS
    if count < 2:
        return 0.0
    bars = chroma[: count * BAR_SLOTS].reshape(count, BAR_SLOTS, 12).sum(1)
    norms = np.linalg.norm(bars, axis=1)
    cosine = (bars[1:] * bars[:-1]).sum(1) / np.maximum(norms[1:] * norms[:-1], 1e-9)
    return 1.0 - float(cosine.mean())
