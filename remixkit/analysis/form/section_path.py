"""The likeliest form: where sections begin and which of them are sung, or chorus, decided together.

A semi-Markov path (Sarawagi & Cohen 2004): each section pays for the line at which it begins, for its length and for
every bar that does not sound like what the section is said to be. Each way of parting the song is weighed; the best is
kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

LENGTHS = np.array(
    [0, 0, 0.039, 0.039, 0.332, 0.033, 0.025, 0.022, 0.339, 0.045, 0.012, 0.006, 0.012, 0.007, 0.005, 0.003, 0.031]
    + [0.001] * 8
)
"""Share of sections of so many bars in the training songs; those of one bar are ruled out, none is longer than 24."""
LENGTH_WEIGHT = 0.15
NEVER = -1e6
UNSUNG, SUNG, CHORUS = 0, 1, 2
"""The kinds of sections."""
FEWEST_BARS = 4


def best_path(begins: Doubles, kinds: Doubles) -> tuple[Ints, Ints]:
    """Part a song into sections.

    Parameters
    ----------
    begins : (bars,) float
        Log odds that a section begins at each bar line; the first does not count.
    kinds : (bars, kinds) float
        What it is worth to say that a bar is of a kind: log probabilities, weighted.

    Returns
    -------
    lines : (sections + 1,) int
        The bars at which sections begin, and the number of bars.
    chosen : (sections,) int
        The kind of each.
    """
    n, count = kinds.shape
    if n < FEWEST_BARS:
        return np.array([0, n], dtype=np.int64), np.array([int(kinds.sum(axis=0).argmax())])
    prior = LENGTH_WEIGHT * np.log(np.maximum(LENGTHS, 1e-3))
    prior[:2] = NEVER
    gone = np.concatenate([np.zeros((1, count)), np.cumsum(kinds, axis=0)])
    opened = np.full(n + 1, -np.inf)
    opened[0] = 0.0
    best = np.full((n + 1, count), -np.inf)
    back = np.zeros((n + 1, count), dtype=np.int64)
    for end in range(1, n + 1):
        start = np.arange(max(0, end - len(LENGTHS) + 1), end)
        ways = (opened[start] + prior[end - start])[:, None] + gone[end] - gone[start]
        back[end] = start[ways.argmax(axis=0)]
        best[end] = ways.max(axis=0)
        opened[end] = best[end].max() + (begins[end] if end < n else 0.0)
    lines, chosen = [n], []
    while lines[-1] > 0:
        end = lines[-1]
        kind = int(best[end].argmax())
        chosen.append(kind)
        lines.append(int(back[end, kind]))
    return np.array(lines[::-1], dtype=np.int64), np.array(chosen[::-1], dtype=np.int64)
