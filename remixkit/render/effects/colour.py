"""Distortion, wanted."""

from __future__ import annotations

import numpy as np

from remixkit.render.effects.blocks import Block, Processor, ratio, within
from remixkit.render.master.resampling import fir, fractional_delay

# Sound at these levels (peak, full scale is 1) comes out as loud as it went in: a mix on its way to the master,
# and one instrument at velocity 100.
_MIX_LEVEL = 0.3
_PART_LEVEL = 0.15

# Samples on either side that the oversampling filter hears.
_HALF_WIDTH = 5


def saturation(sample_rate_hz: int, seed: int, /, drive_db: float = 4.0, mix: float = 1.0) -> Processor:
    """Round the loud moments off, as tape does."""
    return _blended(_shaper(ratio(within("drive_db", drive_db, 0.0, 36.0)), _MIX_LEVEL), mix)


def drive(sample_rate_hz: int, seed: int, /, gain_db: float = 24.0) -> Processor:
    """An overdriven amplifier, at twice the sampling rate so that little folds back. Put a `cabinet` behind it.

    Sound comes out 9 samples late.
    """
    shape = _shaper(ratio(within("gain_db", gain_db, 0.0, 60.0)), _PART_LEVEL)
    half = fractional_delay(0.5, _HALF_WIDTH)
    past = np.zeros((2, 2 * _HALF_WIDTH - 1), np.float32)
    shaped_past = np.zeros((2, 2 * _HALF_WIDTH - 1), np.float32)
    direct_past = np.zeros((2, 2 * _HALF_WIDTH - 1), np.float32)

    def process(block: Block) -> Block:
        nonlocal past, shaped_past, direct_past
        n = block.shape[1]
        heard = np.concatenate([past, block], axis=1)
        past = heard[:, n:]
        direct = np.concatenate([direct_past, shape(heard[:, _HALF_WIDTH - 1 : _HALF_WIDTH - 1 + n])], axis=1)
        direct_past = direct[:, n:]
        middle = np.concatenate([shaped_past, shape(fir(heard, half))], axis=1)
        shaped_past = middle[:, n:]
        out: Block = np.float32(0.5) * (direct[:, _HALF_WIDTH : _HALF_WIDTH + n] + fir(middle, half))
        return out

    return process


def bitcrush(
    sample_rate_hz: int, seed: int, /, bits: float = 12.0, rate_hz: float = 24000.0, mix: float = 1.0
) -> Processor:
    """An early sampler: few bits, and each value held until the next at `rate_hz`."""
    step = np.float32(2.0 ** (1.0 - within("bits", bits, 2.0, 24.0)))
    share = min(1.0, within("rate_hz", rate_hz, 500.0, 192000.0) / sample_rate_hz)
    held: Block = np.zeros((2, 1), np.float32)
    at = 0

    def process(block: Block) -> Block:
        nonlocal held, at
        n = block.shape[1]
        tick = np.floor(np.arange(at - 1, at + n) * share)
        taken = np.where(tick[1:] > tick[:-1], np.arange(1, n + 1), 0)
        source: Block = np.concatenate([held, block], axis=1)[:, np.maximum.accumulate(taken)]
        held, at = source[:, -1:], at + n
        out: Block = np.round(source / step) * step
        return out

    return _blended(process, mix)


def _shaper(factor: float, level: float) -> Processor:
    into = np.float32(factor)
    out_of = np.float32(level / np.tanh(factor * level))

    def process(block: Block) -> Block:
        out: Block = np.tanh(block * into) * out_of
        return out

    return process


def _blended(wet: Processor, mix: float) -> Processor:
    share = np.float32(within("mix", mix, 0.0, 1.0))
    if share == 1:
        return wet

    def process(block: Block) -> Block:
        out: Block = block + share * (wet(block) - block)
        return out

    return process
