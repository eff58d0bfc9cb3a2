"""Where a song's accents lie: one row of evidence for each slot (a fraction of a beat) of a grid.

Beats and bar lines are chosen by folding these rows over a bar and looking which rotation sounds like a bar:
harmony and bass change on its first beat, long and loud notes begin there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KINDS = ("loudness", "bass", "length", "chord", "harmony_1", "harmony_2", "bass_change", "top", "release")
"""The columns: see `accents`."""


@dataclass(frozen=True, slots=True)
class Onsets:
    """The pitched notes of a song as arrays of shape (n,), sorted by onset; times in any one unit."""

    start: Floats
    end: Floats
    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]

    def warped(self, start: Floats, end: Floats) -> Onsets:
        """The same notes at other times."""
        return Onsets(start, end, self.pitch, self.velocity)

    def slots(self, slots_a_beat: int) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
        """The slot in which each note begins, the one at which it ends, a slot later at least, and how many there are.

        Times are in beats; slot 0 is beat 0.
        """
        slot = np.rint(self.start * slots_a_beat).astype(np.int64)
        until = np.maximum(np.rint(self.end * slots_a_beat).astype(np.int64), slot + 1)
        return slot, until, int(until.max(initial=0)) + 1


def accents(notes: Onsets, slots_a_beat: int) -> Floats:
    """Evidence for each slot.

    Parameters
    ----------
    notes : Onsets
        Times in beats; slot 0 is beat 0.
    slots_a_beat : int
        4 for sixteenths, 3 for triplets.

    Returns
    -------
    ndarray, shape (slots, 9)
        Columns as in `KINDS`, each divided by its mean. Loudness: sum of velocities of onsets. Bass: length of a lowest
        note below middle C (at most 2 beats). Length: of all onsets (at most 4 beats each). Chord: how many notes
        begin. Harmony: chroma of the 1 or 2 beats after against those before. Bass change: another pitch class in the
        bass. Top: length of the highest onset. Release: how many notes end.
    """
    slot, until, count = notes.slots(slots_a_beat)
    length = np.minimum(notes.end - notes.start, 4.0)
    out = np.zeros((count, len(KINDS)))
    np.add.at(out[:, 0], slot, notes.velocity / 64.0)
    np.add.at(out[:, 2], slot, length)
    out[:, 3] = np.log2(np.bincount(slot, minlength=count) + 1)
    np.add.at(out[:, 8], until, 1.0)
    _lowest_and_top(out, notes, slot, length)
    chroma = sounding_chroma(notes.pitch, slot, until, count)
    for column, beats in ((4, 1), (5, 2)):
        out[:, column] = _change(chroma, beats * slots_a_beat)
    scaled: Floats = out / np.maximum(out.mean(0), 1e-9)
    return scaled


def _lowest_and_top(out: Floats, notes: Onsets, slot: NDArray[np.int64], length: Floats) -> None:
    order = np.lexsort((notes.pitch, slot))
    firsts = order[np.concatenate([[True], slot[order][1:] != slot[order][:-1]])] if len(order) else order
    tops = order[np.concatenate([slot[order][1:] != slot[order][:-1], [True]])] if len(order) else order
    out[slot[tops], 7] = length[tops]
    low = firsts[notes.pitch[firsts] < 60]
    out[slot[low], 1] = np.minimum(length[low], 2.0)
    pc = notes.pitch[low] % 12
    changed = np.concatenate([[False], pc[1:] != pc[:-1]]) if len(low) else np.zeros(0, dtype=bool)
    out[slot[low], 6] = changed * np.minimum(length[low], 2.0)


def sounding_chroma(pitch: NDArray[np.int64], slot: NDArray[np.int64], until: NDArray[np.int64], count: int) -> Floats:
    """Which pitch classes sound in each slot, shape (count, 12)."""
    edges = np.zeros((count + 1, 12))
    np.add.at(edges, (slot, pitch % 12), 1.0)
    np.add.at(edges, (until, pitch % 12), -1.0)
    out: Floats = np.minimum(edges.cumsum(0)[:count], 2.0)
    return out


def _change(chroma: Floats, width: int) -> Floats:
    """One minus the cosine between the sound after and before each slot, shape (count,)."""
    total = np.concatenate([np.zeros((1, 12)), chroma.cumsum(0)])
    at = np.arange(len(chroma))
    before = total[at] - total[np.maximum(at - width, 0)]
    after = total[np.minimum(at + width, len(chroma))] - total[at]
    norm = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    out: Floats = np.where(norm > 0, 1 - (before * after).sum(1) / np.maximum(norm, 1e-9), 0.0)
    return out


def folded(evidence: Floats, slots_a_bar: int) -> Floats:
    """Mean evidence at each place of the bar less the mean over all places, shape (slots_a_bar, columns)."""
    short = -len(evidence) % slots_a_bar
    padded = np.concatenate([evidence, np.zeros((short, evidence.shape[1]))])
    table = padded.reshape(-1, slots_a_bar, evidence.shape[1]).mean(0)
    out: Floats = table - table.mean(0)
    return out


def rotations(table: Floats) -> Floats:
    """The folded table as seen from each place of the bar, flattened: shape (slots, slots * columns)."""
    return np.stack([np.roll(table, -k, axis=0).ravel() for k in range(len(table))])
