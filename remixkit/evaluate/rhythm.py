"""Groove: how much a bar's rhythm resembles that of the bar before it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from remixkit.evaluate.moments import SLOT_TICKS, slot
from remixkit.model.song import Note
from remixkit.model.timing import MeterMap


def groove_similarities(notes: Iterable[Note], meter: MeterMap) -> NDArray[np.float64]:
    """Similarity of each two neighbouring bars: 1 - the share of sixteenths in which only one of them has an onset.

    The grooving pattern similarity of S.-L. Wu and Y.-H. Yang, "The Jazz Transformer on the front line", ISMIR 2020,
    between neighbours only. Where the meter changes there is no pair; nor where neither bar has an onset.

    Parameters
    ----------
    notes : iterable of Note
        Drums too, if the band is meant.
    meter : MeterMap
        Of the piece.

    Returns
    -------
    numpy.ndarray, shape (pairs,)
        0-1 each.
    """
    played = {slot(n.start_tick) for n in notes}
    if not played:
        return np.zeros(0)
    bars = [
        [slot in played for slot in range(start // SLOT_TICKS, end // SLOT_TICKS)]
        for start, end in meter.bars((max(played) + 1) * SLOT_TICKS)
    ]
    pairs = [(a, b) for a, b in pairwise(bars) if len(a) == len(b) and (any(a) or any(b))]
    return np.array([np.mean([x == y for x, y in zip(a, b, strict=True)]) for a, b in pairs], dtype=np.float64)
