"""Loudness and ceiling at once: as loud as the target says, and no true peak above the ceiling."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixkit.render.effects.blocks import highest, ratio
from remixkit.render.master.limiter import GROUP, Gain, Samples, limiting_gain_db, true_peaks
from remixkit.render.master.loudness import SILENT_LUFS, integrated_lufs, step_frames, step_powers

TOLERANCE_LU = 0.5

# The limiter aims so far below the ceiling, for what moves between its groups and for the dither.
_MARGIN_DB = 0.04

# Rounds end this near the target. Each guesses a gain from the powers alone, then tries it on the sound.
_CLOSE_LU = 0.1
_ROUNDS = 5
_GUESSES = 8

# Gain that limiting may ask for beyond what was foreseen when true peaks were looked for, and the most there may be.
_UNFORESEEN_DB = 3.0
_MOST_DRIVE_DB = 40.0
_LEAST = 1e-9

# The highest true peak behind the limiter is one that was expected so near the highest.
_NEAR_HIGHEST_DB = 1.0

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Levelled:
    """The finished sound, shape (2, n), with its measured loudness and true peak."""

    sound: NDArray[np.float32]
    lufs: float
    true_peak_db: float
    warnings: tuple[str, ...] = ()


def level(sound: Samples, target_lufs: float, ceiling_db: float, sample_rate_hz: int, pool: Executor) -> Levelled:
    """Bring sound to a loudness, with no true peak above a ceiling.

    Parameters
    ----------
    sound : array of float32, shape (2, n)
        Stereo, n a multiple of 16; it is changed.
    target_lufs, ceiling_db : float
        Integrated loudness; highest true peak (dBTP).
    sample_rate_hz : int
        Sampling rate.
    pool : Executor
        Threads to work on.

    Returns
    -------
    Levelled
        Its loudness misses the target by more than `TOLERANCE_LU` only if a warning says so: the ceiling comes first.
    """
    limit_db = ceiling_db - _MARGIN_DB
    powers = step_powers(sound, sample_rate_hz, pool)
    foreseen_db = drive_db = target_lufs - integrated_lufs(powers)
    matters = min(highest(sound), ratio(limit_db - drive_db - _UNFORESEEN_DB))
    peaks_db = _db(true_peaks(sound, pool, matters))
    lufs, aim = SILENT_LUFS, target_lufs
    for _ in range(_ROUNDS):
        drive_db = _drive_for(aim, drive_db, powers, peaks_db, limit_db, sample_rate_hz)
        gain_db = limiting_gain_db(peaks_db, drive_db, limit_db, sample_rate_hz)
        if not gain_db.any():
            lufs = integrated_lufs(powers) + drive_db
            break
        lufs = integrated_lufs(step_powers(sound, sample_rate_hz, pool, Gain(drive_db, gain_db)))
        if abs(target_lufs - lufs) <= _CLOSE_LU or drive_db >= _MOST_DRIVE_DB:
            break
        aim += target_lufs - lufs
    _apply(Gain(drive_db, gain_db), sound, pool)
    expected_db = peaks_db + drive_db + gain_db
    near_db = min(limit_db, expected_db.max()) - _NEAR_HIGHEST_DB
    seen = expected_db > near_db if drive_db <= foreseen_db + _UNFORESEEN_DB else None
    found_db = _db(true_peaks(sound, pool, ratio(near_db), seen))
    over_db = max(0.0, float(found_db.max()) - limit_db)
    if over_db:
        sound *= np.float32(ratio(-over_db))
    lufs, peak_db = lufs - over_db, float(found_db.max()) - over_db
    if abs(target_lufs - lufs) <= TOLERANCE_LU:
        return Levelled(sound, lufs, peak_db)
    return Levelled(sound, lufs, peak_db, (f"{lufs:.1f} LUFS is as near as the limiter comes to {target_lufs:g}",))


def _apply(gain: Gain, sound: Samples, pool: Executor) -> None:
    def louder(start: int) -> None:
        here = sound[:, start : start + _PIECE]
        here *= gain.over(start, here.shape[1])

    list(pool.map(louder, range(0, sound.shape[1], _PIECE)))


def _drive_for(
    aim_lufs: float,
    drive_db: float,
    powers: NDArray[np.float64],
    peaks_db: NDArray[np.float64],
    ceiling_db: float,
    sample_rate_hz: int,
) -> float:
    """The drive at which the limited sound should have a loudness, guessed from powers alone (secant method)."""
    last = None
    for _ in range(_GUESSES):
        gain_db = limiting_gain_db(peaks_db, drive_db, ceiling_db, sample_rate_hz)
        guess = integrated_lufs(powers * _per_step(10.0 ** ((gain_db + drive_db) / 10.0), len(powers), sample_rate_hz))
        slope = 1.0
        if last is not None and drive_db != last[0]:
            slope = min(1.0, max(0.1, (guess - last[1]) / (drive_db - last[0])))
        last = (drive_db, guess)
        if abs(aim_lufs - guess) < 0.2 * _CLOSE_LU:
            break
        drive_db = min(drive_db + (aim_lufs - guess) / slope, _MOST_DRIVE_DB)
    return drive_db


def _db(levels: NDArray[np.float32]) -> NDArray[np.float64]:
    decibels: NDArray[np.float64] = 20.0 * np.log10(np.maximum(levels.astype(np.float64), _LEAST))
    return decibels


def _per_step(gains: NDArray[np.float64], steps: int, sample_rate_hz: int) -> NDArray[np.float64]:
    """The mean gain of every step of `step_powers`, out of one for every group."""
    starts = np.minimum(np.arange(steps) * step_frames(sample_rate_hz) // GROUP, len(gains) - 1)
    counts = np.diff(np.append(starts, len(gains)))
    mean: NDArray[np.float64] = np.add.reduceat(gains, starts) / np.maximum(counts, 1)
    return mean
