"""Does a song lie on a grid, and on which: tests on onsets taken as phases of a circle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.grid.accents import Onsets
from remixkit.analysis.grid.beats import extended, find_beats

Floats = NDArray[np.float64]

BINS = 96
TRUSTED_SHARE = 0.85
"""Of the onsets, within 1/24 beat of a sixteenth or a triplet, for a file's grid to be believed."""
TRUSTED_COHERENCE = 0.5
"""Or: length of the mean vector of onset phases; a wrong tempo gives less than .1 over a whole song."""
STEADY_COHERENCE = 0.45
MOST_ONSETS = 1500
"""Of a song's onsets, evenly chosen, that a search for one tempo looks at."""
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
    """Beats found in a song without a grid, in seconds; `steady` if one tempo holds throughout."""

    beats_s: Floats
    steady: bool


def find_pulse(notes: Onsets) -> Pulse:
    """Beats under notes that have no grid; times in seconds.

    A song recorded to a click has one tempo: if its sixteenths stay coherent from beginning to end at some
    constant rate near the tracked one, that rate is taken, and no beat can slip.
    """
    tracked = find_beats(notes)
    steady = _steady(notes, tracked)
    return Pulse(tracked, False) if steady is None else Pulse(steady, True)


def _steady(notes: Onsets, tracked: Floats) -> Floats | None:
    first, last = float(notes.start.min()), float(notes.start.max())
    if last - first < 8.0:
        return None
    period = float(np.median(np.diff(tracked)))
    sample = notes.start[:: len(notes.start) // MOST_ONSETS + 1]
    best: tuple[float, float, int] = (0.0, 0.0, 4)
    for slots in (4, 3, 2):
        centre = slots / period
        rates = np.arange(0.95 * centre, 1.05 * centre, 0.2 / (last - first))
        found = _coherence(sample, rates)
        k = int(found.argmax())
        if found[k] > best[0] * 1.1:
            best = (float(found[k]), float(rates[k]), slots)
    strength, rate, slots = best
    if strength < STEADY_COHERENCE:
        return None
    fine = np.arange(rate - 0.3 / (last - first), rate + 0.3 / (last - first), 0.01 / (last - first))
    rate = float(fine[_coherence(sample, fine).argmax()])
    turn = np.exp(2j * np.pi * rate * notes.start)
    phase = float(np.angle(turn.mean()))
    aligned = (turn * np.exp(-1j * phase)).real
    window = ((notes.start - first) // 12.0).astype(np.int64)
    sizes = np.bincount(window)
    local = np.bincount(window, aligned) / np.maximum(sizes, 1)
    if np.mean(local[sizes >= 8] > 0.25) < 0.85:
        return None
    origin = phase / (2 * np.pi * rate)
    start = origin + np.round((first - origin) * rate) / rate
    count = int((last - start) * rate / slots) + 1
    return extended(start + np.arange(max(count, 2)) * slots / rate, first, float(notes.end.max()))


def _coherence(start: Floats, rates: Floats) -> Floats:
    out: Floats = np.abs(np.exp(2j * np.pi * rates[:, None] * start[None, :]).mean(1))
    return out
