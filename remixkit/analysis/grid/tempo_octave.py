"""How tatums group: by two or by three, which level is the beat, how many beats a bar.

Accents of a binary song come back after 4, 8, 16 and 32 tatums, not after 3, 6, 12 and 24; those of a waltz or a
shuffle do the other. Whether a binary song is a ballad at 75 or an opening at 150 they don't tell: both have the same
onsets. What does is how much happens in a beat. Counted too slowly, a fast song is full of odd sixteenths, its bass
moves several times a beat, and neighbouring bars sound alike because each holds a whole turn of the harmony. A logistic
regression on these figures and the tempo, trained on POP909 (`benchmarks/train_rate.py`), doubles the slow level where
they say so; drums have their say, by craft.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.grid.accents import Onsets, accents, sounding_chroma
from remixkit.analysis.grid.meter import choose_bars, returns
from remixkit.analysis.grid.pulse import grid_offset, is_ternary
from remixkit.midi.spec import BASS_DRUMS, SNARES

Floats = NDArray[np.float64]

SLOW_BPM = 55.0
"""The slow level lies between this and its double."""
SLOW_SHUFFLE_BPM = 75.0
"""The same for the beats of a shuffle, which are rarely as slow as those of a 6/8."""
SLOW_WALTZ_BPM = 80.0
"""The same for the quarters of a waltz."""
SWUNG_SHARE = 0.35
"""Middle triplets for each last triplet, below which triplets are a shuffle's."""
MIDDLE_BPM = 80.0
BASS_BELOW = 52
FEW_NOTES = 64
SLOTS = 4
BAR_SLOTS = 4 * SLOTS
WEIGHTS = (-1.90, 4.70, 0.98, -3.66, 1.39)
BIAS = -8.00
"""Trained; see `level_figures` for what is weighed."""
PRIOR_LOGIT = 0.6
"""Added to the bias: one in eight of the songs trained on is fast, of those that are covered more (tuned)."""
SNARE_LOGIT, KICK_LOGIT, USUAL_KICKS = 4.0, 1.0, 0.9
"""For the share of snares on the offbeats of the slow level less that on its second and fourth beats, and for
kicks a beat beyond the usual (tuned)."""
FEW_SNARES = 16
FASTER_LOGIT, SLOWER_LOGIT = 1.5, -4.0
"""How sure the ear must be to feel a beat of half or double the written rate."""


@dataclass(frozen=True, slots=True)
class RateLevel:
    """How tatums make beats, and beats bars.

    Parameters
    ----------
    tatums_a_beat : float
        A power of two, or three times one; a half or a quarter where the tatum is longer than the beat.
    slots_a_beat : int
        4 where beats divide by two and four, 3 where they divide by three.
    beats_a_bar : int
        4, 3 or (of dotted beats) 2.
    """

    tatums_a_beat: float
    slots_a_beat: int
    beats_a_bar: int


def find_level(notes: Onsets, drums: Onsets, tatum_bpm: float) -> RateLevel:
    """The beat and the bar's length.

    Parameters
    ----------
    notes, drums : Onsets
        Times in tatums, of any sign.
    tatum_bpm : float
        Tatums a minute.
    """
    if not len(notes.start):
        return RateLevel(SLOTS, SLOTS, 4)
    table = accents(from_zero(notes, 1 / SLOTS), SLOTS)
    at = {lag: returns(table, (lag,)) for lag in (2, 3, 4, 6, 8, 12, 16, 24, 32)}
    if sum(at[k] for k in (4, 8, 16, 32)) >= sum(at[k] for k in (3, 6, 12, 24)):
        slow = SLOTS * slow_level(tatum_bpm / SLOTS, SLOW_BPM)
        return RateLevel(slow / 2 if fast_logit(notes, drums, tatum_bpm, slow) > 0 else slow, 4, 4)
    if at[3] > max(at[2], at[4]):
        return _triplets(notes, tatum_bpm, at)
    return RateLevel(2 * slow_level(tatum_bpm / 2, SLOW_WALTZ_BPM), 4, 3)


def written_to_felt(notes: Onsets, drums: Onsets, written_bpm: float) -> float:
    """How many beats are felt for each that is written: 0.5, 1 or 2.

    Parameters
    ----------
    notes, drums : Onsets
        Times in the written beats, of any sign.
    written_bpm : float
        Their rate.
    """
    if len(notes.start) < FEW_NOTES or is_ternary(notes.start):
        return 1.0
    slow = slow_level(written_bpm, SLOW_BPM)
    logit = fast_logit(notes, drums, written_bpm, slow)
    if slow == 1.0:
        return 2.0 if logit > FASTER_LOGIT else 1.0
    if slow == 2.0:
        return 0.5 if logit < SLOWER_LOGIT else 1.0
    return 1.0


def fast_logit(notes: Onsets, drums: Onsets, unit_bpm: float, slow: float) -> float:
    """How much speaks for the double of the slow level, which has a beat for every `slow` units of time; log odds."""
    figures, line, lead = level_figures(from_zero(notes, 1 / slow), unit_bpm / slow)
    logit = float(figures @ np.array(WEIGHTS)) + BIAS + PRIOR_LOGIT
    snares, kicks = (drums.start[np.isin(drums.pitch, voice)] / slow for voice in (SNARES, BASS_DRUMS))
    if len(snares) < FEW_SNARES:
        return logit
    zero = float(np.floor(min(0.0, notes.start.min() / slow)))
    place = np.rint((snares - zero + lead) * SLOTS).astype(np.int64) - line
    share = np.bincount(place % BAR_SLOTS, minlength=BAR_SLOTS) / len(place)
    beats = float(np.ptp(notes.start)) / slow + 1
    struck = len(np.unique(np.rint(kicks * SLOTS))) / beats
    backbeat = float(share[2::4].sum() - share[4] - share[12])
    return logit + SNARE_LOGIT * backbeat + KICK_LOGIT * (struck - USUAL_KICKS)


def _triplets(notes: Onsets, tatum_bpm: float, at: dict[int, float]) -> RateLevel:
    """A shuffle of four beats a bar, or 6/8."""
    place = np.rint(notes.start).astype(np.int64)
    thirds = np.sort(np.bincount(place % 3, minlength=3))
    swung = thirds[0] < SWUNG_SHARE * thirds[1]
    beat = 3 * slow_level(tatum_bpm / 3, SLOW_SHUFFLE_BPM if swung else SLOW_BPM)
    four = at[12] - at[6] > 0.1 if beat == 3 else at[24] - at[12] > 0.1
    return RateLevel(beat, 3, 4 if swung or four else 2)


def slow_level(bpm: float, slowest: float) -> float:
    """How many beats make one between a slowest rate and its double: a power of two."""
    return float(2.0 ** np.floor(np.log2(bpm / slowest)))


def from_zero(notes: Onsets, factor: float) -> Onsets:
    """Times in beats so many times as dense, moved by whole beats so that none is negative."""
    lead = np.floor(min(0.0, float(notes.start.min()) * factor))
    return notes.warped(notes.start * factor - lead, notes.end * factor - lead)


def level_figures(notes: Onsets, bpm: float) -> tuple[Floats, int, float]:
    """What speaks for or against a level of the pulse.

    Parameters
    ----------
    notes : Onsets
        Times in its beats, none negative.
    bpm : float
        Its rate.

    Returns
    -------
    ndarray, shape (5,)
        Octaves above 80 BPM; share of the slots with onsets that are odd sixteenths; slots in which a bass note begins,
        a beat; one minus the mean cosine of neighbouring bars' pitch classes; slots with onsets, a beat.
    int
        The slot on which bars seem to begin.
    float
        The beats that notes had to be moved by for it.
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
    odd = float(np.mean((used - line) % 2 == 1))
    figures = np.array([np.log2(bpm / MIDDLE_BPM), odd, bass, _contrast(chroma[line:]), len(used) / beats])
    return figures, line, 1 - offset


def _contrast(chroma: Floats) -> float:
    """One minus the mean cosine of the pitch classes of neighbouring bars; 0 where there are fewer than two."""
    count = len(chroma) // BAR_SLOTS
    if count < 2:
        return 0.0
    bars = chroma[: count * BAR_SLOTS].reshape(count, BAR_SLOTS, 12).sum(1)
    norms = np.linalg.norm(bars, axis=1)
    cosine = (bars[1:] * bars[:-1]).sum(1) / np.maximum(norms[1:] * norms[:-1], 1e-9)
    return 1.0 - float(cosine.mean())
