"""True peaks, and a limiter that keeps them under a ceiling.

A true peak is the highest point of the curve between the samples; BS.1770 (annex 2) finds it at four times the sampling
rate. The limiter sees the whole piece: the gain goes down before a peak comes and rises evenly behind it.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixkit.render.effects.blocks import ratio
from remixkit.render.master.resampling import fir, fractional_delay

Samples = NDArray[np.float32]
Decibels = NDArray[np.float64]

# Peaks and gains are kept for groups of so many samples, a third of a millisecond.
GROUP = 16

_HALF_WIDTH = 10
_PHASES = tuple(fractional_delay(f, _HALF_WIDTH) for f in (0.25, 0.5, 0.75))
# No curve between samples rises above the highest sample near it times this.
_OVERSHOOT = float(max(np.abs(taps).sum() for taps in _PHASES))

# The samples that a group's curve is made of, up to the ones before and behind it; so many groups are done at once.
_PIECE = 1 << 16
_WINDOW = np.arange(-_HALF_WIDTH, GROUP + _HALF_WIDTH)
_BATCH = 1024

# The gain moves over so many groups on either side of a peak (6 ms) and rises by so much a second behind it. It stays
# down for twice that, longer than half a period of the lowest notes, so that it does not follow their wave.
_REACH = 16
_RELEASE_DB_PER_S = 80.0


def true_peaks(
    sound: Samples, pool: Executor, from_level: float = 0.0, among: NDArray[np.bool_] | None = None
) -> Samples:
    """The highest true peak of either channel in every group.

    Parameters
    ----------
    sound : array of float32, shape (2, n)
        Stereo; n is a multiple of 16.
    pool : Executor
        Threads to work on.
    from_level : float
        Where no true peak can reach this, the highest sample stands instead.
    among : array of bool, shape (n / 16,), optional
        In other groups than these, too.

    Returns
    -------
    array of float32, shape (n / 16,)
    """
    pieces = [sound[:, at : at + _PIECE] for at in range(0, sound.shape[1], _PIECE)]
    peaks = np.concatenate([np.zeros(0, np.float32), *pool.map(_sample_peaks, pieces)])
    near = peaks.copy()
    np.maximum(near[1:], peaks[:-1], out=near[1:])
    np.maximum(near[:-1], peaks[1:], out=near[:-1])
    look = near * _OVERSHOOT >= from_level
    groups = np.flatnonzero(look if among is None else look & among)

    def between_samples(start: int) -> None:
        some = groups[start : start + _BATCH]
        at = some * GROUP + _WINDOW[:, None]
        inside = (at >= 0) & (at < sound.shape[1])
        # Groups lie side by side in memory, so that the filter runs over many at a time.
        windows = np.stack([np.take(channel, at, mode="clip") * inside for channel in sound], axis=1)
        for taps in _PHASES:
            curve = np.abs(fir(np.moveaxis(windows, 0, -1), taps))
            peaks[some] = np.maximum(peaks[some], curve.max(axis=(0, 2)))

    list(pool.map(between_samples, range(0, len(groups), _BATCH)))
    return peaks


def _sample_peaks(sound: Samples) -> Samples:
    """The highest sample of either channel in every group."""
    level: Samples = np.abs(sound[0])
    np.maximum(level, np.abs(sound[1]), out=level)
    level = level.reshape(-1, GROUP)
    while level.shape[1] > 1:
        half = level.shape[1] // 2
        level = np.maximum(level[:, :half], level[:, half:])
    return level.ravel()


def limiting_gain_db(peaks_db: Decibels, drive_db: float, ceiling_db: float, sample_rate_hz: int) -> Decibels:
    """The gain that brings peaks, made louder by `drive_db`, under a ceiling; without the drive itself.

    Parameters
    ----------
    peaks_db : array of float64, shape (groups,)
        `true_peaks` in decibels.
    drive_db, ceiling_db : float
        How much louder, and how loud at most.
    sample_rate_hz : int
        Sampling rate of the sound.

    Returns
    -------
    array of float64, shape (groups,)
        Decibels, 0 or less, at the middle of every group. A line from one to the next is never above what either needs.
    """
    need = np.minimum(0.0, ceiling_db - drive_db - peaks_db)
    if not need.any():
        return need
    rise = _RELEASE_DB_PER_S * GROUP / sample_rate_hz * np.arange(len(need))
    released = np.minimum.accumulate(need - rise) + rise
    # The lowest over a window, then the mean over one that is smaller by a group at either end.
    lowest = _lowest(np.pad(released, 2 * _REACH + 1, mode="edge"), 2 * _REACH + 3)
    summed = np.concatenate([[0.0], np.cumsum(lowest)])
    size = 2 * _REACH + 1
    smooth: Decibels = np.minimum((summed[size:] - summed[:-size]) / size, 0.0)
    return smooth


def _lowest(values: Decibels, size: int) -> Decibels:
    """The lowest of every `size` neighbours, shape (n - size + 1,)."""
    have = 1
    while have < size:
        step = min(have, size - have)
        values = np.minimum(values[:-step], values[step:])
        have += step
    return values


@dataclass(frozen=True, slots=True)
class Gain:
    """A gain for all of a sound, and one for every group: lines from middle to middle, float64 of shape (groups,)."""

    drive_db: float
    by_group_db: Decibels

    def over(self, start: int, length: int) -> Samples | np.float32:
        """The gain over some frames, shape (length,), or one number where it does not move."""
        near = slice(max(0, start // GROUP - 1), (start + length) // GROUP + 1)
        if not self.by_group_db[near].any():
            return np.float32(ratio(self.drive_db))
        middles = np.arange(near.start, near.start + len(self.by_group_db[near])) * GROUP + 0.5 * (GROUP - 1)
        here_db = np.interp(np.arange(start, start + length), middles, self.by_group_db[near])
        gain: Samples = (10.0 ** ((here_db + self.drive_db) / 20.0)).astype(np.float32)
        return gain
