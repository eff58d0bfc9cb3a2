"""The finest steady pulse under notes that have no grid (Bilmes's tatum), followed through the song.

A short-time Fourier transform of the onsets (the complex tempogram of Grosche & Müller, ICASSP 2011) shows at which
rate onsets are evenly spaced, and at which phase, whatever their accents. The rate at which most onsets agree in most
windows is the tatum's; a path follows it through small changes of tempo, and the phases along the path say where each
tatum lies. Unlike a beat tracker it can't slip to the offbeat, or take a rhythm of dotted notes for the beat.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from remixkit.analysis.grid.accents import Onsets
from remixkit.analysis.grid.beats import weights

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

FRAMES_A_S = 100
WINDOW_S, HOP_S = 4.0, 0.5
BINS = 8192
"""Of the transform, by zero-padding: 0.012 Hz each."""
LOWEST_HZ, HIGHEST_HZ = 2.4, 14.0
DRIFT_OCTAVES = 0.036
"""How far a window's own rate may lie from the song's (2.5 %) where the song's is chosen."""
REACH_OCTAVES = 0.24
"""How far the path may go from the song's rate (18 %)."""
STEP_OCTAVES = 1 / 277
"""Of the path's rates: a quarter of a per cent."""
MOVE_COST, LEAP_COST = 0.3, 2.0
"""For a quarter of a per cent, squared, that the rate moves in a second, and for any leap; in windows' onsets."""
LOUDEST = 4.0
"""What a frame's onsets count at most: a chord is one onset."""
COHERENT = 0.42
"""Share of a song's onsets that must agree with its tatum."""


def find_tatums(notes: Onsets) -> Floats | None:
    """Seconds of the tatums, or None where onsets agree on none (a free performance).

    Parameters
    ----------
    notes : Onsets
        Times in seconds, at least one.

    Returns
    -------
    ndarray, shape (tatums,), or None
        Rising, 2.4 to 14 a second; from the first onset to the last or beyond.
    """
    first, last = float(notes.start.min()), float(notes.start.max())
    if last - first < 2 * WINDOW_S:
        return None
    spectra, mass = _spectra(notes, first, last)
    hz = np.arange(spectra.shape[1]) * FRAMES_A_S / BINS
    song_hz, share = _song_rate(np.abs(spectra), mass, hz)
    if share < COHERENT:
        return None
    rates = _path(np.abs(spectra), mass, hz, song_hz)
    return _followed(spectra, hz, rates, first, last)


def _spectra(notes: Onsets, first: float, last: float) -> tuple[Complexes, Floats]:
    """Transforms of windows centred on every second from the first onset, and the onsets' weight in each."""
    at = (notes.start - first) * FRAMES_A_S
    count = int((last - first) * FRAMES_A_S) + 2
    frames = np.zeros(count)
    whole = at.astype(np.int64)
    part, weight = at - whole, weights(notes)
    np.add.at(frames, whole, weight * (1 - part))
    np.add.at(frames, np.minimum(whole + 1, count - 1), weight * part)
    frames = np.minimum(frames, LOUDEST)
    size, hop = round(WINDOW_S * FRAMES_A_S), round(HOP_S * FRAMES_A_S)
    padded = np.concatenate([np.zeros(size // 2), frames, np.zeros(size)])
    windows = sliding_window_view(padded, size)[: count + hop : hop] * np.hanning(size)
    top = int(HIGHEST_HZ * 1.3 / FRAMES_A_S * BINS)
    return np.fft.rfft(windows, BINS, axis=1)[:, :top], windows.sum(1)


def _song_rate(power: Floats, mass: Floats, hz: Floats) -> tuple[float, float]:
    """The rate at which most onsets agree, each window at its best rate nearby, and the share that does."""
    octaves = np.arange(np.log2(LOWEST_HZ), np.log2(HIGHEST_HZ), STEP_OCTAVES)
    rows = np.stack([np.interp(2.0**octaves, hz, row) for row in power])
    reach = round(DRIFT_OCTAVES / STEP_OCTAVES)
    padded = np.pad(rows, ((0, 0), (reach, reach)), mode="edge")
    agree = sliding_window_view(padded, 2 * reach + 1, axis=1).max(2).sum(0) / max(float(mass.sum()), 1e-9)
    near = agree >= agree.max() - 1e-9
    return float(2.0 ** octaves[near].mean()), float(agree.max())


def _path(power: Floats, mass: Floats, hz: Floats, song_hz: float) -> Floats:
    """The rate at each window: most agreement at least movement (Viterbi), shape (windows,)."""
    octaves = np.arange(-REACH_OCTAVES, REACH_OCTAVES, STEP_OCTAVES)
    rates = song_hz * 2.0**octaves
    gain = np.stack([np.interp(rates, hz, row) for row in power]) / max(float(np.median(mass)), 1e-9)
    moves = np.arange(-4, 5)
    cost, places = MOVE_COST * moves**2, np.arange(len(rates))
    best, back = gain[0], np.zeros(gain.shape, dtype=np.int64)
    for k in range(1, len(gain)):
        options = sliding_window_view(np.pad(best, 4, constant_values=-np.inf), 9) - cost
        choice = options.argmax(1)
        near = options[places, choice]
        leaps = near < best.max() - LEAP_COST
        back[k] = np.where(leaps, best.argmax(), places + moves[choice])
        best = np.where(leaps, best.max() - LEAP_COST, near) + gain[k]
    path = np.empty(len(gain), dtype=np.int64)
    path[-1] = int(best.argmax())
    for k in range(len(gain) - 1, 0, -1):
        path[k - 1] = back[k, path[k]]
    out: Floats = rates[path]
    return out


def _followed(spectra: Complexes, hz: Floats, rates: Floats, first: float, last: float) -> Floats:
    """Seconds of the tatums, from the phases along the path."""
    nearest = np.rint(rates / hz[1]).astype(np.int64)
    here = np.exp(-2j * np.pi * nearest * (round(WINDOW_S * FRAMES_A_S) // 2) / BINS)
    value = spectra[np.arange(len(rates)), nearest] / here
    cycles = np.angle(value) / (2 * np.pi)
    step = (rates[1:] + rates[:-1]) / 2 * HOP_S
    trust = np.abs(value)
    number = np.empty(len(rates))
    number[0] = cycles[0]
    usual = max(0.15 * float(np.median(trust)), 1e-9)
    for k in range(1, len(rates)):
        expected = number[k - 1] + step[k - 1]
        off = (cycles[k] - expected + 0.5) % 1.0 - 0.5
        number[k] = expected + off * trust[k] / (trust[k] + usual)
    centres = first + np.arange(len(rates)) * HOP_S
    low = int(np.floor(number[0] - (centres[0] - first) * rates[0])) - 1
    high = int(np.ceil(number[-1] + max(0.0, last - centres[-1]) * rates[-1])) + 1
    numbers = np.arange(low, high + 1)
    out: Floats = np.interp(numbers, number, centres)
    out = np.where(numbers < number[0], centres[0] + (numbers - number[0]) / rates[0], out)
    out = np.where(numbers > number[-1], centres[-1] + (numbers - number[-1]) / rates[-1], out)
    return out
