"""How far a bus stands above all else, and the fader that brings it there, section by section."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from remixkit.render.effects.blocks import Block, ratio
from remixkit.render.master.loudness import about_powers
from remixkit.render.synth.part_events import Fader

# A step counts where the bus is no further below its own mean than this: what rings on between phrases does not.
_GATE_DB = -14.0

# What a fader may add or take away; a section in which the bus sounds for less than so long is left as it is.
_MOST_UP_DB, _MOST_DOWN_DB = 6.0, 5.0
_SHORTEST_S = 1.5
_GLIDE_S = 0.25


class LevelRider:
    """A bus that is kept louder than the rest, by so much at least and at most.

    Its sound waits until a section is whole; then it is added to the rest with the gain that this section needs. So no
    more than a section is in memory beside the sum.

    Parameters
    ----------
    cuts : sequence of int
        Frames where sections begin, rising, and where the last one ends.
    loudness_offset_lu : (float, float)
        Least and most that the bus is to be louder, in LU.
    sample_rate_hz : int
        Sampling rate.
    """

    def __init__(self, cuts: Sequence[int], loudness_offset_lu: tuple[float, float], sample_rate_hz: int) -> None:
        self._ends = sorted(c for c in set(cuts) if c > 0)
        self._loudness_offset_lu, self._rate_hz = loudness_offset_lu, sample_rate_hz
        self._waiting: list[Block] = []
        self._from = 0
        self._gain = 1.0
        self._corners: list[tuple[int, float]] = [(0, 1.0)]

    @property
    def fader(self) -> Fader:
        """What was done to the bus so far."""
        frames, gains = zip(*self._corners, strict=True)
        return Fader(np.array(frames, np.float64), np.array(gains))

    def add(self, sound: Block | None, rest: Block, stop: int) -> None:
        """The next block of the bus, or silence, up to frame `stop`; what is whole is added to the rest."""
        last = self._from + sum(b.shape[1] for b in self._waiting)
        self._waiting.append(np.zeros((2, stop - last), np.float32) if sound is None else sound)
        while self._ends and self._ends[0] <= stop:
            self._settle(rest, self._ends.pop(0))

    def finish(self, rest: Block) -> None:
        """What waits still, as it was last."""
        lead = np.concatenate([np.zeros((2, 0), np.float32), *self._waiting], axis=1)
        rest[:, self._from : self._from + lead.shape[1]] += lead * np.float32(self._gain)

    def _settle(self, rest: Block, end: int) -> None:
        lead = np.concatenate(self._waiting, axis=1)
        own, self._waiting = lead[:, : end - self._from], [lead[:, end - self._from :]]
        here = rest[:, self._from : end]
        before, self._gain = self._gain, self._needed(own, here)
        glide = Fader(np.array([0.0, _GLIDE_S * self._rate_hz]), np.array([before, self._gain]))
        here += own * glide.over(0, own.shape[1])
        self._corners += [
            (self._from + int(at), float(gain)) for at, gain in zip(glide.frames, glide.gains, strict=True)
        ]
        self._from = end

    def _needed(self, lead: Block, rest: Block) -> float:
        found_lu = standing_lu(*(about_powers(s, self._rate_hz) for s in (lead, rest)))
        if found_lu is None:
            return self._gain
        change_db = np.clip(found_lu, *self._loudness_offset_lu) - found_lu
        return ratio(float(np.clip(change_db, -_MOST_DOWN_DB, _MOST_UP_DB)))


def standing_lu(lead: NDArray[np.float64], rest: NDArray[np.float64]) -> float | None:
    """How much louder a bus is than the rest while it sounds, in LU; None if it hardly sounds.

    Parameters
    ----------
    lead, rest : arrays of float64, shape (steps,)
        `loudness.step_powers` of the same stretch.
    """
    sounding = lead > 10.0 ** (_GATE_DB / 10.0) * lead.mean() if lead.size else np.zeros(0, bool)
    if sounding.sum() * 0.1 < _SHORTEST_S or not lead[sounding].any():
        return None
    return float(10.0 * np.log10(lead[sounding].mean() / max(float(rest[sounding].mean()), 1e-12)))
