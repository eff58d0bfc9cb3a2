"""A pulse for notes that have no grid: onset strength, local tempo by autocorrelation, beats by dynamic programming.

The beat tracker is Ellis's ("Beat tracking by dynamic programming", JNMR 2007) with two changes for symbolic input:
the onset strength is exact (bass and long notes weigh more), and the period follows a path through windowed
autocorrelations instead of one figure a song. Which metrical level is *the* beat is decided later, by harmony
(`remixkit.analysis.grid.meter`); the tracker only needs to find some level of the pulse and stay on it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.grid.accents import Onsets
from remixkit.search import cheapest_path

Floats = NDArray[np.float64]

FRAME_S = 0.01
WINDOW_S, HOP_S = 12.0, 2.0
SHORTEST_S, LONGEST_S = 0.27, 1.35
PRIOR_BPM, PRIOR_OCTAVES = 88.0, 0.55
TIGHTNESS = 300.0
"""Weight of the squared logarithm of (interval / local period)."""
SNAP_S = 0.045
"""How far from its frame a beat may find the onsets it belongs to."""


def weights(notes: Onsets) -> Floats:
    """How much each onset speaks for a beat: bass and length count more."""
    length = np.minimum(notes.end - notes.start, 1.0)
    out: Floats = 1.0 + 0.6 * (notes.pitch < 52) + 0.5 * length + (notes.velocity - 64) / 128
    return out


def onset_strength(notes: Onsets, spread_s: float) -> Floats:
    """Onset weights in frames of `FRAME_S`, smoothed by a Gaussian, mean 0, SD 1; notes' times in seconds."""
    count = int(np.ceil(float(notes.end.max(initial=0.0)) / FRAME_S)) + 200
    flux = np.zeros(count)
    np.add.at(flux, np.rint(notes.start / FRAME_S).astype(np.int64), weights(notes))
    width = spread_s / FRAME_S
    reach = np.arange(-int(4 * width) - 1, int(4 * width) + 2)
    kernel = np.exp(-0.5 * (reach / width) ** 2)
    flux = np.sqrt(np.convolve(flux, kernel, mode="same"))
    out: Floats = (flux - flux.mean()) / max(float(flux.std()), 1e-9)
    return out


def tempo_path(strength: Floats) -> Floats:
    """The local beat period in frames, one for each frame.

    Autocorrelations of overlapping windows, weighted by a log-normal tempo prior, then the best path through them in
    which leaping is dear.
    """
    size, hop = round(WINDOW_S / FRAME_S), round(HOP_S / FRAME_S)
    starts = np.arange(0, max(len(strength) - size // 2, 1), hop)
    padded = np.concatenate([strength, np.zeros(2 * size)])
    frames = np.stack([padded[s : s + size] for s in starts])
    spectrum = np.fft.rfft(frames * np.hanning(size), 2 * size, axis=1)
    auto = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :size]
    auto /= np.maximum(auto[:, :1], 1e-9)
    lags = np.exp(np.linspace(np.log(SHORTEST_S), np.log(LONGEST_S), 220)) / FRAME_S
    salience = sum(w * _at(auto, lags * m) for m, w in ((1.0, 1.0), (2.0, 0.8), (4.0, 0.6), (0.5, 0.5)))
    octaves = np.log2(60.0 / (lags * FRAME_S) / PRIOR_BPM)
    salience = np.maximum(salience, 0.0) * np.exp(-0.5 * (octaves / PRIOR_OCTAVES) ** 2)
    step = np.abs(np.arange(len(lags))[:, None] - np.arange(len(lags))[None, :]) * np.log(lags[1] / lags[0])
    cost = np.minimum(60.0 * step**2 + 0.5 * step, 2.5)
    path = np.array(cheapest_path(-salience, cost), dtype=np.int64)
    centres = starts + size // 2
    out: Floats = np.exp(np.interp(np.arange(len(strength)), centres, np.log(lags[path])))
    return out


def _at(rows: Floats, columns: Floats) -> Floats:
    """Rows read at fractional columns."""
    columns = np.clip(columns, 0, rows.shape[1] - 2)
    k = columns.astype(np.int64)
    part = columns - k
    out: Floats = rows[:, k] * (1 - part) + rows[:, k + 1] * part
    return out


def track(strength: Floats, period: Floats) -> NDArray[np.int64]:
    """Frames of the beats: most onset strength at least deviation from the local period."""
    count = len(strength)
    lead = int(np.ceil(period.max() * 1.25)) + 1
    score = np.concatenate([np.zeros(lead), strength])
    back = np.zeros(count, dtype=np.int64)
    plans: dict[int, tuple[int, int, Floats]] = {}
    keys = np.rint(period * 4).astype(np.int64).tolist()
    for t in range(count):
        plan = plans.get(keys[t])
        if plan is None:
            p = keys[t] / 4
            low, high = round(p * 0.8), round(p * 1.25)
            lags = np.arange(high, low - 1, -1)
            plan = plans[keys[t]] = (low, high, -TIGHTNESS * np.log(lags / p) ** 2)
        low, high, cost = plan
        options = score[t + lead - high : t + lead - low + 1] + cost
        k = int(options.argmax())
        score[t + lead] += options[k]
        back[t] = high - k
    t = count - 1 - int(score[lead:][::-1][: int(period[-1]) + 1].argmax())
    beats = []
    while t >= 0:
        beats.append(t)
        t -= int(back[t])
    return np.array(beats[::-1], dtype=np.int64)


def snap(frames: NDArray[np.int64], notes: Onsets) -> Floats:
    """Seconds of the beats: each at the weighted mean of the onsets it stands for, evened out over its neighbours."""
    at = frames * FRAME_S
    order = np.argsort(notes.start)
    start, weight = notes.start[order], weights(notes)[order]
    low, high = np.searchsorted(start, at - SNAP_S), np.searchsorted(start, at + SNAP_S)
    total = np.concatenate([[0.0], np.cumsum(weight)])
    moment = np.concatenate([[0.0], np.cumsum(weight * start)])
    mass = total[high] - total[low]
    heard = np.where(mass > 0, (moment[high] - moment[low]) / np.maximum(mass, 1e-9), at)
    trust = np.minimum(mass, 6.0) + 0.1
    k = np.arange(len(at))
    out = np.empty(len(at))
    for i in range(len(at)):
        a, b = max(0, i - 4), min(len(at), i + 5)
        w = trust[a:b] * np.exp(-0.5 * ((k[a:b] - i) / 2.0) ** 2)
        x, y = k[a:b] - i, heard[a:b]
        mx, my = (w @ x) / w.sum(), (w @ y) / w.sum()
        slope = (w @ ((x - mx) * (y - my))) / max(float(w @ (x - mx) ** 2), 1e-9)
        out[i] = my - slope * mx
    return np.maximum.accumulate(out + 1e-4 * k) if np.any(np.diff(out) <= 0.02) else out


def find_beats(notes: Onsets) -> Floats:
    """Seconds of a steady pulse under the notes.

    Parameters
    ----------
    notes : Onsets
        Times in seconds.

    Returns
    -------
    ndarray, shape (beats,)
        Rising; covers the notes from the first onset to the last release.
    """
    smooth = onset_strength(notes, 0.03)
    sharp = onset_strength(notes, 0.015)
    frames = track(sharp, tempo_path(smooth))
    beats = snap(frames, notes)
    return extended(beats, float(notes.start.min()), float(notes.end.max()))


def extended(beats: Floats, first_s: float, last_s: float) -> Floats:
    """Beats continued at their outermost intervals until they enclose a span."""
    head, tail = float(np.median(np.diff(beats[:8]))), float(np.median(np.diff(beats[-8:])))
    before = max(0, int(np.ceil((beats[0] - first_s) / head)))
    after = max(0, int(np.ceil((last_s - beats[-1]) / tail)))
    return np.concatenate(
        [beats[0] - head * np.arange(before, 0, -1), beats, beats[-1] + tail * np.arange(1, after + 1)]
    )
