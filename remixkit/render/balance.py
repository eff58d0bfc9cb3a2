"""How far a bus stands above all else, and the fader that brings it there, section by section."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from remixkit.render.effects.blocks import Block, ratio
from remixkit.render.loudness import about_powers, step_frames
from remixkit.render.performance import Fader

# A step counts where the bus is no further below its own mean than this: what rings on between phrases does not.
_GATE_DB = -14.0

# What a fader may add or take away; a section in which the bus sounds for less than so long is left as it is.
_MOST_UP_DB, _MOST_DOWN_DB = 6.0, 5.0
_SHORTEST_S = 1.5
_GLIDE_S = 0.25


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


def balance(lead: Block, rest: Block, cuts: Sequence[int], above_lu: tuple[float, float], sample_rate_hz: int) -> Fader:
    """The fader that keeps a bus above the rest.

    Parameters
    ----------
    lead, rest : arrays of float32, shape (2, n)
        The bus's sound and that of everything else.
    cuts : sequence of int
        Frames where sections begin, rising.
    above_lu : (float, float)
        Least and most that the bus is to be louder, in LU.
    sample_rate_hz : int
        Sampling rate.

    Returns
    -------
    Fader
        Its gains; it glides from one section's to the next.
    """
    lead_powers, rest_powers = (about_powers(s, sample_rate_hz) for s in (lead, rest))
    step = step_frames(sample_rate_hz)
    starts = [0, *(c for c in cuts if 0 < c < lead.shape[1])]
    gains = []
    for start, end in zip(starts, [*starts[1:], lead.shape[1]], strict=True):
        here = slice(start // step, max(start // step + 1, end // step))
        found = standing_lu(lead_powers[here], rest_powers[here])
        gains.append(1.0 if found is None else ratio(_correction_db(found, above_lu)))
    glide = int(_GLIDE_S * sample_rate_hz)
    frames, values = [0.0], [gains[0]]
    for start, before, after in zip(starts[1:], gains, gains[1:], strict=False):
        frames += [max(frames[-1], start - glide), float(start)]
        values += [before, after]
    return Fader(np.array(frames), np.array(values))


def _correction_db(found_lu: float, above_lu: tuple[float, float]) -> float:
    least, most = above_lu
    return float(np.clip(np.clip(found_lu, least, most) - found_lu, -_MOST_DOWN_DB, _MOST_UP_DB))
