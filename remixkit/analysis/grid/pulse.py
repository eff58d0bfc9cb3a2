"""Does a song lie on a grid, and on which: tests on onsets taken as phases of a circle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.grid.accents import Onsets
from remixkit.analysis.grid.beats import extended, find_beats
from remixkit.analysis.grid.tatums import find_tatums

Floats = NDArray[np.float64]

BINS = 96
TRUSTED_SHARE = 0.85
"""Of the onsets, within 1/24 beat of a sixteenth or a triplet, for a file's grid to be believed."""
TRUSTED_COHERENCE = 0.5
"""Or: length of the mean vector of onset phases; a wrong tempo gives less than .1 over a whole song."""
STEADY_SHARE = 0.12
"""Of a tatum, that a song played to a click may stray from it: what windows blur."""
DEAD_ZONE_BEATS = 1 / 32
"""A grid as little off as this is a player's or an editor's lateness, not another grid."""


def vector(beats: Floats, cycles_a_beat: float) -> complex:
    """Mean of the onsets' phases as unit vectors: length 1 if all lie on one grid, near 0 if on none."""
    return complex(np.exp(2j * np.pi * cycles_a_beat * beats).mean()) if len(beats) else 0j


def grid_share(beats: Floats) -> float:
    """Largest share of onsets within 1/24 beat of sixteenths or triplets, over constant offsets."""
    histogram = np.bincount(np.rint(beats % 1.0 * BINS).astype(np.int64) % BINS, minlength=BINS)
    mask = np.zeros(BINS)
    for centre in (0, 24, 48, 72, 32, 64):
        mask[(centre + np.arange(-4, 5)) % BINS] = 1.0
    hits = [float(histogram @ np.roll(mask, k)) for k in range(BINS)]
    return max(hits) / max(1, len(beats))


def is_ternary(beats: Floats) -> bool:
    """Whether beats divide by three rather than by two or four, at whatever offset."""
    binary = max(abs(vector(beats, 2)), abs(vector(beats, 4)))
    return abs(vector(beats, 3)) > max(0.35, 1.3 * binary)


def is_on_grid(beats: Floats) -> bool:
    """Whether onsets, in the file's own beats, lie on the file's grid.

    All onsets on triplets may also be sixteenths of three quarters of the tempo; then the stronger pulse says which.
    """
    if is_ternary(beats) and abs(vector(beats, 0.75)) > abs(vector(beats, 1)):
        return False
    coherent = max(abs(vector(beats, 4)), abs(vector(beats, 2))) >= TRUSTED_COHERENCE
    return coherent or grid_share(beats) >= TRUSTED_SHARE


def grid_offset(beats: Floats, slots_a_beat: int) -> float:
    """How far the onsets lie after the nearest slot, in beats; 0 within the dead zone."""
    mean = vector(beats, slots_a_beat)
    offset = float(np.angle(mean)) / (2 * np.pi * slots_a_beat)
    return 0.0 if abs(offset) < DEAD_ZONE_BEATS else offset


@dataclass(frozen=True, slots=True)
class Pulse:
    """Tatums of a song without a grid, in seconds; `steady` if one tempo holds throughout."""

    tatums_s: Floats
    steady: bool


def find_pulse(notes: Onsets) -> Pulse:
    """The finest even pulse under notes that have no grid; times in seconds.

    A free performance, whose onsets agree on no tatum, has its beats tracked and cut into four.
    """
    first, last = float(notes.start.min()), float(notes.end.max())
    found = find_tatums(notes)
    if found is None:
        beats = find_beats(notes)
        quarters = np.interp(np.arange(4 * (len(beats) - 1) + 1) / 4, np.arange(len(beats)), beats)
        return Pulse(quarters, False)
    number = np.arange(len(found))
    slope, start = np.polyfit(number, found, 1)
    steady = bool(np.abs(found - start - slope * number).max() < STEADY_SHARE * slope)
    return Pulse(extended(start + slope * number if steady else found, first, last), steady)
