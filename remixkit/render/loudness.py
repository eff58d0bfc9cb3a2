"""Loudness as ITU-R BS.1770-4 and EBU R 128 measure it.

The weighting filters are pedalboard's: its high shelf and two of its one-pole high-passes are the two biquads of the
recommendation (1500 Hz, 4 dB, Q 0.71; 38 Hz, Q 0.5, as in pyloudnorm). pyloudnorm itself gives the same figure, which
the tests compare, but needs scipy.signal, whose import takes longer than the measurement.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

import numpy as np
import pedalboard
from numpy.typing import NDArray

from remixkit.render.effects.blocks import Block, blocks_of, board

SILENT_LUFS = -70.0

_STEP_S = 0.1
_STEPS_A_WINDOW = 4
_OFFSET_DB = -0.691

# For `about_powers`.
_STRETCH_STEPS, _ENOUGH_STEPS = 8, 300
_GATE_LU = -10.0


def step_frames(sample_rate_hz: int) -> int:
    """How many samples a step of `step_powers` has: a tenth of a second."""
    return round(_STEP_S * sample_rate_hz)


def step_powers(blocks: Iterable[Block], sample_rate_hz: int) -> NDArray[np.float64]:
    """Weighted power of every step, both channels together, shape (steps,).

    Parameters
    ----------
    blocks : iterable of float32 arrays, shape (2, n)
        Stereo, consecutive.
    sample_rate_hz : int
        Sampling rate.
    """
    step = step_frames(sample_rate_hz)
    weigh = board(
        [
            pedalboard.HighShelfFilter(1500.0, 4.0, 1.0 / sqrt(2.0)),
            pedalboard.HighpassFilter(38.0),
            pedalboard.HighpassFilter(38.0),
        ],
        sample_rate_hz,
    )
    powers: list[NDArray[np.float64]] = []
    left = np.zeros(0, np.float32)
    for block in blocks:
        squares = np.concatenate([left, np.square(weigh(block)).sum(axis=0)])
        whole = len(squares) // step * step
        powers.append(squares[:whole].reshape(-1, step).mean(axis=1, dtype=np.float64))
        left = squares[whole:]
    if 2 * len(left) > step:
        powers.append(left.mean(keepdims=True, dtype=np.float64))
    return np.concatenate(powers) if powers else np.zeros(0)


def about_powers(sound: Block, sample_rate_hz: int) -> NDArray[np.float64]:
    """`step_powers` of every third stretch of 0.8 s, which stands for the two behind it; within half a LU of all.

    What is shorter than half a minute is measured whole.
    """
    stretch = _STRETCH_STEPS * step_frames(sample_rate_hz)
    steps = -(-sound.shape[1] // step_frames(sample_rate_hz))
    if steps < _ENOUGH_STEPS:
        return step_powers(blocks_of(sound), sample_rate_hz)
    taken = [step_powers([sound[:, at : at + stretch]], sample_rate_hz) for at in range(0, sound.shape[1], 3 * stretch)]
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
