"""Loudness as ITU-R BS.1770-4 and EBU R 128 measure it.

The weighting filters are pedalboard's: its high shelf and two of its one-pole high-passes are the two biquads of the
recommendation (1500 Hz, 4 dB, Q 0.71; 38 Hz, Q 0.5, as in pyloudnorm). pyloudnorm itself gives the same figure, which
the tests compare, but needs scipy.signal, whose import takes longer than the measurement.
"""

from __future__ import annotations

from concurrent.futures import Executor
from math import sqrt
from typing import Protocol

import numpy as np
import pedalboard
from numpy.typing import NDArray

from remixkit.render.effects.blocks import Block, Processor, board

SILENT_LUFS = -70.0

_STEP_S = 0.1
_STEPS_A_WINDOW = 4
_OFFSET_DB = -0.691
_PIECE_STEPS, _BEFORE_STEPS = 40, 5

# For `about_powers`.
_STRETCH_STEPS, _ENOUGH_STEPS = 8, 80
_GATE_LU = -10.0


def step_frames(sample_rate_hz: int) -> int:
    """How many samples a step of `step_powers` has: a tenth of a second."""
    return round(_STEP_S * sample_rate_hz)


class _Moving(Protocol):
    def over(self, start: int, length: int) -> NDArray[np.float32] | np.float32: ...


def step_powers(
    sound: Block, sample_rate_hz: int, pool: Executor | None = None, gain: _Moving | None = None
) -> NDArray[np.float64]:
    """Weighted power of every step, both channels together, shape (steps,).

    Parameters
    ----------
    sound : array of float32, shape (2, n)
        Stereo.
    sample_rate_hz : int
        Sampling rate.
    pool : Executor, optional
        Threads to work on. Pieces of some seconds are measured by themselves, from half a second before they begin;
        the filters have then forgotten what lies before that.
    gain : Gain or Fader, optional
        What the sound is made louder or softer by before it is measured.
    """
    step = step_frames(sample_rate_hz)
    piece, before = _PIECE_STEPS * step, _BEFORE_STEPS * step
    whole = (sound.shape[1] + step // 2 - 1) // step * step

    def powers(start: int) -> NDArray[np.float64]:
        first, stop = max(0, start - before), min(start + piece, sound.shape[1], whole)
        block = sound[:, first:stop]
        squares = np.square(_weigh(sample_rate_hz)(block if gain is None else block * gain.over(first, stop - first)))
        power = squares[:, start - first :].sum(axis=0)
        full = len(power) // step * step
        means: NDArray[np.float64] = power[:full].reshape(-1, step).mean(axis=1, dtype=np.float64)
        return means if full == len(power) else np.append(means, power[full:].mean(dtype=np.float64))

    starts = range(0, whole, piece)
    return np.concatenate([np.zeros(0), *(map(powers, starts) if pool is None else pool.map(powers, starts))])


def _weigh(sample_rate_hz: int) -> Processor:
    return board(
        [
            pedalboard.HighShelfFilter(1500.0, 4.0, 1.0 / sqrt(2.0)),
            pedalboard.HighpassFilter(38.0),
            pedalboard.HighpassFilter(38.0),
        ],
        sample_rate_hz,
    )


def about_powers(sound: Block, sample_rate_hz: int) -> NDArray[np.float64]:
    """`step_powers` of every third stretch of 0.8 s, which stands for the two behind it; within half a LU of all.

    What is shorter than eight seconds is measured whole.
    """
    stretch = _STRETCH_STEPS * step_frames(sample_rate_hz)
    steps = -(-sound.shape[1] // step_frames(sample_rate_hz))
    if steps < _ENOUGH_STEPS:
        return step_powers(sound, sample_rate_hz)
    taken = [step_powers(sound[:, at : at + stretch], sample_rate_hz) for at in range(0, sound.shape[1], 3 * stretch)]
    return np.concatenate([np.tile(t, 3) for t in taken if len(t)])[:steps]


def integrated_lufs(powers: NDArray[np.float64]) -> float:
    """Gated loudness out of `step_powers`; `SILENT_LUFS` where nothing is loud enough to count.

    Windows of 0.4 s overlap by three quarters; those below -70 LUFS, then those 10 LU below the mean of the rest, do
    not count. Sound shorter than a window counts as one.
    """
    if not len(powers):
        return SILENT_LUFS
    size = min(_STEPS_A_WINDOW, len(powers))
    windows = np.convolve(powers, np.full(size, 1.0 / size), mode="valid")
    for gate in (SILENT_LUFS, None):
        if gate is None:
            gate = _lufs(float(windows.mean())) + _GATE_LU
        windows = windows[windows > 10.0 ** ((gate - _OFFSET_DB) / 10.0)]
        if not len(windows):
            return SILENT_LUFS
    return _lufs(float(windows.mean()))


def _lufs(power: float) -> float:
    return _OFFSET_DB + 10.0 * float(np.log10(power))
