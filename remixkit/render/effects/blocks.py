"""What every effect is made of: blocks of sound, and the checks of what a style may ask for.

An effect is a plain function ``effect(sample_rate_hz, seed, /, **parameters) -> Processor``. The processor is given
consecutive blocks, float32 of shape (2, n), and returns blocks of the same shape; what it must remember from one block
to the next stays inside it. It leaves the block it is given as it was. A block has at least `LEAST_FRAMES` frames
unless it is the only one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pedalboard
from numpy.typing import NDArray

from remixkit.errors import StyleError

Block = NDArray[np.float32]
Processor = Callable[[Block], Block]

LOWEST_HZ, HIGHEST_HZ = 10.0, 20000.0

# Pedalboard's buffer. Smaller ones cost up to a hundred times as much, and a block that is smaller than the one before
# makes its filters forget what they heard.
LEAST_FRAMES = 8192


def ratio(level_db: float) -> float:
    """Decibels as a factor of amplitude."""
    return float(10.0 ** (level_db / 20.0))


def within(name: str, value: float, low: float, high: float) -> float:
    """The value, if it lies where it may.

    Raises
    ------
    StyleError
        If it does not.
    """
    if not low <= value <= high:
        raise StyleError(f"{name} = {value:g} is out of range", remedy=f"choose between {low:g} and {high:g}")
    return float(value)


def frequency(name: str, value: float, sample_rate_hz: int) -> float:
    """A frequency that is heard; close to half the sampling rate it is brought down to what a filter can do."""
    return min(within(name, value, LOWEST_HZ, HIGHEST_HZ), 0.47 * sample_rate_hz)


def highest(sound: Block) -> float:
    """The largest value either way, without a copy of the sound; 0 if there is none."""
    return max(float(sound.max(initial=0.0)), -float(sound.min(initial=0.0)))


def board(plugins: Sequence[pedalboard.Plugin], sample_rate_hz: int) -> Processor:
    """Pedalboard's plugins in a row."""
    chain = pedalboard.Pedalboard(list(plugins))

    def process(block: Block) -> Block:
        out: Block = chain.process(block, sample_rate_hz, LEAST_FRAMES, False)
        return out

    return process


def blocks_of(sound: Block, frames: int = 1 << 15) -> Iterator[Block]:
    """Sound in blocks, which are views of it; what is left over at the end comes with the last one."""
    cuts = [*range(0, max(1, sound.shape[1] - frames + 1), frames), sound.shape[1]]
    return (sound[:, a:b] for a, b in pairwise(cuts))
