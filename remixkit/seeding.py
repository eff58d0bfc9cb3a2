"""Randomness that belongs to one decision: muting the drums leaves the bass the same."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def child_rng(seed: int, *names: str | int) -> np.random.Generator:
    """A generator for one named decision.

    Parameters
    ----------
    seed : int
        The user's seed.
    *names : str or int
        The path of the decision, such as ``"bass", "sabi", 3``. Another path gives an independent stream.

    Returns
    -------
    numpy.random.Generator
        The same for the same seed and names, on every machine and in every process.
    """
    import numpy as np

    path = "\x1f".join([str(seed), *(str(n) for n in names)])
    digest = hashlib.sha256(path.encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))
