"""Randomness that belongs to one decision: muting the drums leaves the bass the same."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


# Words that were renamed keep the stream they had, so that a seed still gives its take.
_STREAMS = {"chorus": "sabi", "last_chorus": "last_sabi"}


def child_rng(seed: int, *names: str | int) -> np.random.Generator:
    """A generator for one named decision.

    Parameters
    ----------
    seed : int
        The user's seed.
    *names : str or int
        The path of the decision, such as ``"bass", "chorus", 3``. Another path gives an independent stream.

    Returns
    -------
    numpy.random.Generator
        The same for the same seed and names, on every machine and in every process.
    """
    import numpy as np

    path = "\x1f".join([str(seed), *(_STREAMS.get(str(n), str(n)) for n in names)])
    digest = hashlib.sha256(path.encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))
