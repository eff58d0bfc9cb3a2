"""Sound that sways: in time, in pitch, in loudness."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, tau

import numpy as np
from numpy.typing import NDArray

from remixkit.render.effects.blocks import Block, Processor, within
from remixkit.seeding import child_rng

_CHORUS_CENTRE_MS = 9.0

# Sways are worked out at every so many samples, with straight lines between: 0.01 % beside a sine of 40 Hz.
_STRIDE = 16


def chorus(
    sample_rate_hz: int, seed: int, /, rate_hz: float = 0.8, depth_ms: float = 1.5, mix: float = 0.4
) -> Processor:
    """A second player a little out of tune; left and right sway a quarter turn apart."""
    rate = within("rate_hz", rate_hz, 0.01, 20.0)
    depth = within("depth_ms", depth_ms, 0.0, _CHORUS_CENTRE_MS - 1.0)
    share = np.float32(within("mix", mix, 0.0, 1.0))
    late = _varying_delay((_CHORUS_CENTRE_MS + depth) * sample_rate_hz / 1000.0)
    turn = np.array([[0.0], [0.5 * pi]])
    at = 0

    def process(block: Block) -> Block:
        nonlocal at
        sway = _over(lambda s: np.sin(tau * rate * s + turn), at, block.shape[1], sample_rate_hz)
        at += block.shape[1]
        delay = (_CHORUS_CENTRE_MS + depth * sway) * sample_rate_hz / 1000.0
        out: Block = (1 - share) * block + share * late(block, delay)
        return out

    return process


def tremolo(
    sample_rate_hz: int, seed: int, /, rate_hz: float = 4.5, depth: float = 0.3, stereo: float = 0.0
) -> Processor:
    """Loudness up and down by `depth` (1 is silence); `stereo` = 1 sways from side to side, like a suitcase piano."""
    rate = within("rate_hz", rate_hz, 0.01, 40.0)
    half = 0.5 * within("depth", depth, 0.0, 1.0)
    turn = np.array([[0.0], [pi * within("stereo", stereo, 0.0, 1.0)]])
    at = 0

    def process(block: Block) -> Block:
        nonlocal at
        sway = _over(lambda s: np.cos(tau * rate * s + turn), at, block.shape[1], sample_rate_hz)
        at += block.shape[1]
        out: Block = block * (1.0 - half + half * sway).astype(np.float32)
        return out

    return process


def wow_flutter(
    sample_rate_hz: int,
    seed: int,
    /,
    wow_hz: float = 0.7,
    wow_cents: float = 5.0,
    flutter_hz: float = 7.0,
    flutter_cents: float = 1.5,
) -> Processor:
    """A worn tape machine: pitch sways slowly (wow) and trembles (flutter) by up to so many cents either way.

    Each is two sines whose rates never meet, so that the ear finds no pattern; the seed sets where they begin. A tape
    that plays 2^(c/1200) times as fast lets its delay grow by that share of time, so a sine of c cents at f Hz
    is a delay of (2^(c/1200) - 1) / (2 pi f) seconds.
    """
    sways = [
        (rate * spread, share * (2.0 ** (cents / 1200.0) - 1.0) / (tau * rate * spread))
        for rate, cents in (
            (within("wow_hz", wow_hz, 0.05, 4.0), within("wow_cents", wow_cents, 0.0, 100.0)),
            (within("flutter_hz", flutter_hz, 4.0, 40.0), within("flutter_cents", flutter_cents, 0.0, 50.0)),
        )
        for spread, share in ((1.0, 0.65), (0.5 * (5**0.5 - 1.0), 0.35))
    ]
    begin = child_rng(seed, "wow_flutter").uniform(0.0, tau, len(sways))
    reach = sum(depth for _, depth in sways)
    late = _varying_delay(2.0 * reach * sample_rate_hz + 1.0)
    at = 0

    def sway_s(s: NDArray[np.float64]) -> NDArray[np.float64]:
        delay_s = np.full(len(s), reach)
        for (rate, depth), phase in zip(sways, begin, strict=True):
            delay_s += depth * np.sin(tau * rate * s + phase)
        return delay_s

    def process(block: Block) -> Block:
        nonlocal at
        delay = _over(sway_s, at, block.shape[1], sample_rate_hz)
        at += block.shape[1]
        return late(block, delay * sample_rate_hz + 1.0)

    return process


def _over(
    sway: Callable[[NDArray[np.float64]], NDArray[np.float64]], at: int, n: int, sample_rate_hz: int
) -> NDArray[np.float64]:
    """A slow function of seconds over samples at ... at + n, shape (channels, n); the same whatever the blocks are."""
    corners = np.arange(at // _STRIDE, (at + n) // _STRIDE + 2) * _STRIDE
    values = np.atleast_2d(sway(corners / sample_rate_hz))
    frames = np.arange(at, at + n)
    return np.stack([np.interp(frames, corners, row) for row in values])


def _varying_delay(longest: float) -> Callable[[Block, NDArray[np.float64]], Block]:
    """A delay of 1 to `longest` samples that may change with every sample, read by cubic (Hermite) interpolation.

    The delays have shape (1, n) for both channels or (2, n).
    """
    kept = int(longest) + 3
    past = np.zeros((2, kept), np.float32)

    def process(block: Block, delay: NDArray[np.float64]) -> Block:
        nonlocal past
        n = block.shape[1]
        sound = np.concatenate([past, block], axis=1)
        past = sound[:, n:]
        place = np.arange(kept, kept + n) - delay
        first = place.astype(np.intp)
        part = (place - first).astype(np.float32)
        out = np.empty_like(block)
        for channel in range(2):
            row = min(channel, len(delay) - 1)
            line, i, t = sound[channel], first[row], part[row]
            a, b, c, d = line[i - 1], line[i], line[i + 1], line[np.minimum(i + 2, len(line) - 1)]
            bend = 0.5 * (d - a) + 1.5 * (b - c)
            out[channel] = ((bend * t + (a - 2.5 * b + 2.0 * c - 0.5 * d)) * t + 0.5 * (c - a)) * t + b
        return out

    return process
