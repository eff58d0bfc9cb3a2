"""Values between samples: windowed sinc, as BS.1770 (annex 2) asks for to see true peaks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def fractional_delay(fraction: float, half_width: int) -> Samples:
    """Taps that give the value at `fraction` (0-1) of the way from one sample to the next.

    Parameters
    ----------
    fraction : float
        Where.
    half_width : int
        How many samples on either side are heard.

    Returns
    -------
    array of float32, shape (2 * half_width,)
        Kaiser-windowed sinc (beta 5, as in scipy.signal.resample_poly) that sums to one. Tap k belongs to sample
        ``k - half_width + 1``.
    """
    at = np.arange(1 - half_width, half_width + 1) - fraction
    window = np.i0(5.0 * np.sqrt(np.clip(1.0 - (at / half_width) ** 2, 0.0, None)))
    taps = np.sinc(at) * window
    out: Samples = (taps / taps.sum()).astype(np.float32)
    return out


def fir(samples: Samples, taps: Samples) -> Samples:
    """Every full overlap of a filter with sound, along the last axis.

    Parameters
    ----------
    samples : array of float32, shape (..., n)
        Sound.
    taps : array of float32, shape (k,)
        In reading order: tap 0 weighs the earliest sample.

    Returns
    -------
    array of float32, shape (..., n - k + 1)
    """
    n = samples.shape[-1] - len(taps) + 1
    out: Samples = samples[..., :n] * taps[0]
    part = np.empty_like(out)
    for k in range(1, len(taps)):
        np.multiply(samples[..., k : k + n], taps[k], out=part)
        out += part
    return out
