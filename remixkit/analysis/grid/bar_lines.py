"""Bars that are not all alike: an unmarked half bar, a beat too many where a loop was pasted, a tracker's slip.

One place of the bar is the first from beginning to end in most songs, and `remixkit.analysis.grid.meter` finds it.
Where it changes, all later bars would lie beside the music. The best path through the bars (Viterbi) weighs every bar's
own evidence against the price of a bar of another length.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.grid.accents import Onsets
from remixkit.analysis.grid.meter import bar_weights
from remixkit.midi.spec import BASS_DRUMS, CRASHES, SNARES

Floats = NDArray[np.float64]

ODD_BAR_COST = 120.0
"""In sums of bars' evidence: what two or three dozen bars lose on a wrong beat (tuned)."""
FILE_LINE = 0.5
"""A bar's bonus for standing where the file's bars stand (tuned)."""
FEWEST_BARS = 8
"""No bar is odd so near to either end of the song: there is too little to tell."""
ODD_BEATS = (2, 3, 5, 6)
SLIPS = (-3, -2, -1, 1, 2, 3)


def changing_lines(
    table: Floats, drums: Onsets | None, slots_a_beat: int, *, file_line: int | None = None, slips: bool = False
) -> list[int] | None:
    """The slots of all bar lines of a song in four, or None where every bar has four beats.

    Parameters
    ----------
    table : ndarray, shape (slots, 13)
        As `meter.evidence_table` gives it.
    drums : Onsets, optional
        Times in beats.
    slots_a_beat : int
        4, or 3 for triplets.
    file_line : int, optional
        A slot on which a bar of the file begins.
    slips : bool
        Whether bars may also be some slots too long or too short, as where a tracked pulse has slipped.
    """
    bar = 4 * slots_a_beat
    if len(table) < 3 * FEWEST_BARS * bar:
        return None
    gain = _bar_scores(table, drums, slots_a_beat)
    if file_line is not None:
        gain[file_line % bar :: bar] += FILE_LINE
    sizes = [k * slots_a_beat for k in ODD_BEATS] + ([bar + k for k in SLIPS] if slips else [])
    lines = _best_path(gain, bar, sizes)
    return lines if any(b - a != bar for a, b in pairwise(lines)) else None


def _bar_scores(table: Floats, drums: Onsets | None, slots_a_beat: int) -> Floats:
    """How well a bar would begin on each slot, shape (slots,): the evidence of `meter`, not averaged over bars."""
    bar = 4 * slots_a_beat
    weights = bar_weights(4, slots_a_beat)
    rows = table - table.mean(0)
    if drums is not None and len(drums.start):
        rows = np.concatenate([rows, _hits(drums, len(table), slots_a_beat)], axis=1)
        weights = np.concatenate([weights, _hit_weights(slots_a_beat)], axis=1)
    by_place = np.concatenate([rows, np.zeros((bar, rows.shape[1]))]) @ weights.T
    out: Floats = np.sum([by_place[k : k + len(rows), k] for k in range(bar)], axis=0)
    return out


def _hits(drums: Onsets, count: int, slots_a_beat: int) -> Floats:
    """Crashes, kicks and snares on each slot, as shares of a bar's, shape (slots, 3)."""
    slot = np.rint(drums.start * slots_a_beat).astype(np.int64)
    columns = []
    for voice in (CRASHES, BASS_DRUMS, SNARES):
        hits = np.bincount(slot[(slot < count) & np.isin(drums.pitch, voice)], minlength=count)
        columns.append(hits * (count / (4 * slots_a_beat)) / max(int(hits.sum()), 1))
    return np.stack(columns, axis=1)


def _hit_weights(slots_a_beat: int) -> Floats:
    """What `meter` gives for crash, kick and snare at each place of a bar (craft)."""
    out = np.zeros((4 * slots_a_beat, 3))
    out[0] = 3.0, 2.0, -2.0
    out[2 * slots_a_beat] = 0.0, 1.0, -2.0
    out[[slots_a_beat, 3 * slots_a_beat], 2] = 2.0
    return out


def _best_path(gain: Floats, bar: int, odd_sizes: list[int]) -> list[int]:
    count = len(gain)
    score = [0.0] * bar + [-np.inf] * (count + 2 * bar)
    size_before = [0] * len(score)
    value = gain.tolist()
    quiet = range(FEWEST_BARS * bar, count - FEWEST_BARS * bar)
    for t in range(count):
        here = score[t] + value[t]
        if here > score[t + bar]:
            score[t + bar], size_before[t + bar] = here, bar
        if t not in quiet:
            continue
        for size in odd_sizes:
            odd = score[t] + value[t] * min(1.0, size / bar) - ODD_BAR_COST
            if odd > score[t + size]:
                score[t + size], size_before[t + size] = odd, size
    line = max(range(count, count + bar), key=lambda t: score[t])
    lines = [line]
    while size_before[line]:
        line -= size_before[line]
        lines.append(line)
    return lines[::-1]
