"""Loudness and width."""

from __future__ import annotations

import numpy as np
import pedalboard

from remixkit.render.effects.blocks import Block, Processor, board, ratio, within

# Added to the level that steers a compressor, so that its gain can be read off silence too: -120 dBFS.
_FLOOR = np.float32(1e-6)


def compressor(
    sample_rate_hz: int,
    seed: int,
    /,
    threshold_db: float = -18.0,
    ratio: float = 2.0,
    attack_ms: float = 10.0,
    release_ms: float = 120.0,
    makeup_db: float = 0.0,
) -> Processor:
    """Hold loud moments back. Both channels are turned down together, so that the stereo picture stands still."""
    steer = board(
        [
            pedalboard.Compressor(
                within("threshold_db", threshold_db, -60.0, 0.0),
                within("ratio", ratio, 1.0, 50.0),
                within("attack_ms", attack_ms, 0.1, 500.0),
                within("release_ms", release_ms, 1.0, 5000.0),
            )
        ],
        sample_rate_hz,
    )
    makeup = np.float32(10.0 ** (within("makeup_db", makeup_db, -24.0, 24.0) / 20.0))

    def process(block: Block) -> Block:
        level = np.abs(block).max(axis=0, keepdims=True) + _FLOOR
        out: Block = block * (steer(level) / level * makeup)
        return out

    return process


def gain(sample_rate_hz: int, seed: int, /, gain_db: float) -> Processor:
    """Louder or softer."""
    factor = np.float32(ratio(within("gain_db", gain_db, -60.0, 40.0)))

    def process(block: Block) -> Block:
        out: Block = block * factor
        return out

    return process


def width(sample_rate_hz: int, seed: int, /, amount: float = 1.0) -> Processor:
    """Stereo width: 0 is mono, 1 is as it was, 2 is twice as wide."""
    side = np.float32(0.5 * within("amount", amount, 0.0, 3.0))

    def process(block: Block) -> Block:
        half_sum = 0.5 * (block[0] + block[1])
        half_difference = side * (block[0] - block[1])
        return np.stack([half_sum + half_difference, half_sum - half_difference])

    return process
