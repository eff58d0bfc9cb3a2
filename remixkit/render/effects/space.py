"""Rooms and echoes."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pedalboard

from remixkit.render.effects.blocks import Block, Processor, board, ratio, within
from remixkit.seeding import child_rng

# A hall's walls, heard one by one before the sound is dense: milliseconds and shares, left and right.
_WALLS = ((11.0, 0.50, 0.30), (17.0, 0.28, 0.46), (23.0, 0.38, 0.26), (31.0, 0.22, 0.34), (41.0, 0.26, 0.18))

# Where bass and treble of a hall part, and how much longer its bass rings.
_BASS_HZ, _TREBLE_HZ, _BASS_LONGER = 250.0, 2500.0, 1.2

# Pedalboard's convolution brings every answer to an eighth of the level of what it answers to.
_LEVELLED = 8.0


def reverb(
    sample_rate_hz: int,
    seed: int,
    /,
    room: float = 0.5,
    damping: float = 0.5,
    wet_db: float = -12.0,
    predelay_ms: float = 12.0,
) -> Processor:
    """A room of size `room` (0-1) whose walls swallow treble by `damping` (0-1). At 0 dB it is as loud as the sound."""
    wet = ratio(within("wet_db", wet_db, -60.0, 12.0))
    ring = room_alone(sample_rate_hz, room, damping, predelay_ms)

    def process(block: Block) -> Block:
        out: Block = block + wet * ring(block)
        return out

    return process


def room_alone(sample_rate_hz: int, room: float, damping: float, predelay_ms: float) -> Processor:
    """Only what comes back from the walls (Freeverb), about as loud as what is sent, without boom below 150 Hz."""
    size = within("room", room, 0.0, 1.0)
    damp = within("damping", damping, 0.0, 1.0)
    late = _later(round(within("predelay_ms", predelay_ms, 0.0, 500.0) * sample_rate_hz / 1000.0))
    walls = board(
        [
            pedalboard.HighpassFilter(150.0),
            pedalboard.Reverb(room_size=size, damping=damp, wet_level=_level(size, damp), dry_level=0.0, width=1.0),
        ],
        sample_rate_hz,
    )
    return lambda block: walls(late(block))


def _later(frames: int) -> Processor:
    """The same sound, so many frames later."""
    past = np.zeros((2, frames), np.float32)

    def process(block: Block) -> Block:
        nonlocal past
        sound = np.concatenate([past, block], axis=1)
        past = sound[:, block.shape[1] :].copy()
        return np.ascontiguousarray(sound[:, : block.shape[1]])

    return process


def hall(
    sample_rate_hz: int,
    seed: int,
    /,
    decay_s: float = 2.2,
    damping: float = 0.6,
    wet_db: float = -14.0,
    predelay_ms: float = 20.0,
) -> Processor:
    """A concert hall, by convolution: denser and smoother than `reverb`, at three times its cost.

    Sound falls by 60 dB within `decay_s` (0.3-6), treble sooner by `damping` (0-1). The hall is the same for every
    seed: a few walls, then noise that fades in three bands (M. R. Schroeder's statistical room).
    """
    wet = _LEVELLED * ratio(within("wet_db", wet_db, -60.0, 12.0))
    answer = _hall_answer(
        sample_rate_hz,
        within("decay_s", decay_s, 0.3, 6.0),
        within("damping", damping, 0.0, 1.0),
        within("predelay_ms", predelay_ms, 0.0, 200.0),
    )
    ring = board(
        [pedalboard.HighpassFilter(120.0), pedalboard.Convolution(answer, 1.0, sample_rate_hz)], sample_rate_hz
    )

    def process(block: Block) -> Block:
        out: Block = block + wet * ring(block)
        return out

    return process


def delay(
    sample_rate_hz: int,
    seed: int,
    /,
    time_ms: float = 375.0,
    feedback: float = 0.3,
    wet_db: float = -12.0,
    cutoff_hz: float = 4000.0,
) -> Processor:
    """Echoes `time_ms` apart, each `feedback` (0-0.95) of the one before, duller than the sound itself."""
    wet = ratio(within("wet_db", wet_db, -60.0, 12.0))
    echo = board(
        [
            pedalboard.LowpassFilter(within("cutoff_hz", cutoff_hz, 200.0, 20000.0)),
            pedalboard.Delay(
                within("time_ms", time_ms, 1.0, 4000.0) / 1000.0,
                feedback=within("feedback", feedback, 0.0, 0.95),
                mix=1.0,
            ),
        ],
        sample_rate_hz,
    )

    def process(block: Block) -> Block:
        out: Block = block + wet * echo(block)
        return out

    return process


def _level(size: float, damping: float) -> float:
    """What brings noise back as loud as it was sent, within 1 dB (measured; the combs' feedback is Freeverb's)."""
    feedback = (0.7 + 0.28 * size) * (1.0 - 0.2 * damping)
    return float(sqrt(1.0 - feedback**2))


def _hall_answer(sample_rate_hz: int, decay_s: float, damping: float, predelay_ms: float) -> Block:
    """What comes back of a click, shape (2, frames), as loud in all as the click."""
    frames = int(decay_s * _BASS_LONGER * sample_rate_hz)
    noise = child_rng(0, "hall").standard_normal((2, frames))
    spectrum, hz = np.fft.rfft(noise), np.fft.rfftfreq(frames, 1.0 / sample_rate_hz)
    seconds = np.arange(frames) / sample_rate_hz
    tail = np.zeros((2, frames))
    for low, high, share in (
        (0.0, _BASS_HZ, _BASS_LONGER),
        (_BASS_HZ, _TREBLE_HZ, 1.0),
        (_TREBLE_HZ, sample_rate_hz, 1.0 - 0.7 * damping),
    ):
        band = np.fft.irfft(spectrum * ((hz >= low) & (hz < high)), n=frames)
        tail += band * 10.0 ** (-3.0 * seconds / (decay_s * share))
    tail *= np.minimum(1.0, seconds / 0.04)
    tail /= np.sqrt((tail**2).sum(axis=1, keepdims=True))
    for at_ms, left, right in _WALLS:
        tail[:, int(at_ms * sample_rate_hz / 1000.0)] += (left, right)
    tail /= np.sqrt((tail**2).sum(axis=1, keepdims=True))
    return np.pad(tail, ((0, 0), (int(predelay_ms * sample_rate_hz / 1000.0), 0))).astype(np.float32)
