"""Rooms and echoes."""

from __future__ import annotations

from math import sqrt

import pedalboard

from remixkit.render.effects.blocks import Block, Processor, board, ratio, within


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
    return board(
        [
            pedalboard.HighpassFilter(150.0),
            pedalboard.Delay(within("predelay_ms", predelay_ms, 0.0, 500.0) / 1000.0, feedback=0.0, mix=1.0),
            pedalboard.Reverb(room_size=size, damping=damp, wet_level=_level(size, damp), dry_level=0.0, width=1.0),
        ],
        sample_rate_hz,
    )


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
