"""A record's surface."""

from __future__ import annotations

from math import tau

import numpy as np
import pedalboard

from remixkit.render.effects.blocks import Block, Processor, board, ratio, within
from remixkit.seeding import child_rng

# A second of surface has so many ticks and pops on average; each rings out with this decay and at most this size.
_TICKS = (30.0, 20.0, 1.0)
_POPS = (0.5, 60.0, 1.2)
_CLICK_FRAMES = 400
_RINGS_HZ = (900.0, 4500.0)

# Measured: these bring white noise to -0.5 dB and the clicks to -10 dB behind the stylus, 0 dB together; single
# clicks stand 20 to 25 dB above the whole.
_HISS_DB, _CLICKS_DB = 6.4, 24.0

# So many seconds of surface are made; then they come again. That is long past what the ear keeps of noise.
_SURFACE_S = 20


def vinyl(sample_rate_hz: int, seed: int, /, level_db: float = -42.0) -> Processor:
    """Crackle and hiss added, `level_db` below full scale in all (RMS).

    The surface is made second by second from the seed, so the same groove comes whatever the blocks are. After
    `_SURFACE_S` seconds it comes again.
    """
    level = np.float32(ratio(within("level_db", level_db, -90.0, -12.0)))
    stylus = board(
        [pedalboard.HighpassFilter(300.0), pedalboard.LowpassFilter(7000.0), pedalboard.LowpassFilter(7000.0)],
        sample_rate_hz,
    )
    ready = np.zeros((2, 0), np.float32)
    made: list[Block] = []
    second = 0

    def process(block: Block) -> Block:
        nonlocal ready, second
        n = block.shape[1]
        while ready.shape[1] < n:
            if len(made) < _SURFACE_S:
                made.append(level * stylus(_surface(sample_rate_hz, child_rng(seed, "vinyl", second))))
            ready, second = np.concatenate([ready, made[second % _SURFACE_S]], axis=1), second + 1
        out: Block = block + ready[:, :n]
        ready = ready[:, n:]
        return out

    return process


def _surface(sample_rate_hz: int, rng: np.random.Generator) -> Block:
    """A second of groove noise with an RMS near 1 after the stylus, shape (2, sample_rate_hz)."""
    hiss = rng.standard_normal((2, sample_rate_hz), dtype=np.float32)
    clicks = np.zeros_like(hiss)
    frames = np.arange(_CLICK_FRAMES)
    for per_s, decay_frames, largest in (_TICKS, _POPS):
        for _ in range(rng.poisson(per_s)):
            at = int(rng.integers(0, sample_rate_hz - _CLICK_FRAMES))
            ring = np.cos(rng.uniform(*_RINGS_HZ) * tau / sample_rate_hz * frames) * np.exp(-frames / decay_frames)
            sides = largest * rng.random() ** 2 * rng.uniform(0.5, 1.0, size=(2, 1))
            clicks[:, at : at + _CLICK_FRAMES] += (sides * ring).astype(np.float32)
    return ratio(_HISS_DB) * hiss + ratio(_CLICKS_DB) * clicks
