"""The cheapest way through a row of choices, by dynamic programming: paths of states, and places to break.

Sources: A. Viterbi, "Error bounds for convolutional codes", IEEE Trans. Information Theory 13 (1967), for the path;
D. Knuth and M. Plass, "Breaking paragraphs into lines", Software: Practice and Experience 11 (1981), for the breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def cheapest_path(costs: Sequence[ArrayLike] | NDArray[Any], moves: NDArray[Any] | Sequence[ArrayLike]) -> list[int]:
    """The state at each step that makes the whole path cheapest.

    Log probabilities are costs with the sign turned. Sums are made in the costs' own precision, from the first step
    on; of paths of equal cost that with the lowest state at the last step where they differ is taken.

    Parameters
    ----------
    costs : sequence of array_like, shape (states of the step,)
        What each state costs at each step. Steps may have different numbers of states.
    moves : array or sequence of array_like, shape (states before, states after)
        What it costs to go from each state to each of the next step: one table for all steps, or one less than there
        are steps. Infinite where there is no way.

    Returns
    -------
    list of int
        Index of a state a step; empty if there is no step.
    """
    if not len(costs):
        return []
    one_for_all = isinstance(moves, np.ndarray) and moves.ndim == 2
    tables = [moves] * (len(costs) - 1) if one_for_all else moves
    total = np.asarray(costs[0])
    came_from: list[NDArray[np.intp]] = []
    for own, table in zip(costs[1:], tables, strict=True):
        ways = total[:, None] + table
        source = ways.argmin(axis=0)
        came_from.append(source)
        total = ways[source, np.arange(len(source))] + np.asarray(own)
    path = [int(total.argmin())]
    for source in reversed(came_from):
        path.append(int(source[path[-1]]))
    return path[::-1]


def cheapest_breaks(count: int, cost: Callable[[int, int], float], longest: int | None = None) -> list[int]:
    """Where to break a row of things into runs so that the runs together are cheapest.

    Parameters
    ----------
    count : int
        How many things there are.
    cost : callable
        ``cost(start, end)`` of a run, `end` exclusive; infinite where it is impossible.
    longest : int, optional
        At most so many things a run.

    Returns
    -------
    list of int
        The first thing of each run, ascending; empty if there is none. Of equal ways that with the earlier break is
        taken, from the end on.

    Raises
    ------
    ValueError
        If every way is impossible.
    """
    best = [0.0] + [np.inf] * count
    begins = [0] * (count + 1)
    for end in range(1, count + 1):
        for start in range(0 if longest is None else max(0, end - longest), end):
            total = best[start] + cost(start, end)
            if total < best[end]:
                best[end], begins[end] = total, start
    if best[count] == np.inf:
        raise ValueError("there is no way to break them that is possible")
    starts, at = [], count
    while at > 0:
        at = begins[at]
        starts.append(at)
    return starts[::-1]
