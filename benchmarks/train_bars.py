"""Train the bar model and write remixkit/analysis/weights/bars.npz.

Needs POP909 (MIT licence; github.com/music-x-lab/POP909-Dataset), its human section labels and scipy:

    python benchmarks/train_bars.py POP909_FOLDER

A section label counts bars of four beats from the song's first chord, which says on which beat bars begin. The model
sees nine kinds of accents folded over sixteen sixteenths, from each of the sixteen as first, and a softmax chooses; its
144 weights are tied over the rotations. L2 penalty 0.1. Held out: as for the melody (`train_melody.split`).
"""

from __future__ import annotations

import argparse
import pathlib
import re

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from train_melody import song_table, split

from remixkit.analysis.grid.accents import Onsets, accents, folded, rotations

TARGET = pathlib.Path(__file__).parent.parent / "remixkit" / "analysis" / "weights" / "bars.npz"
PENALTY = 0.1
LEAD_IN_BEATS = 8
PITCH_CLASS = dict(zip(("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"), range(12), strict=True))
PITCH_CLASS |= {"C#": 1, "D#": 3, "F#": 6, "G#": 8, "A#": 10, "Cb": 11, "B#": 0, "E#": 5, "Fb": 4}


def first_beat(folder: pathlib.Path) -> int | None:
    """Which of four beats of beat_midi.txt begins bars; None where the labels disagree on the first chord."""
    wanted = folder / "structure_finalized_chord.txt"
    if not wanted.exists():
        return None
    root = PITCH_CLASS.get(wanted.read_text().split(":")[0].strip())
    rows = [line.split() for line in (folder / "chord_midi.txt").read_text().splitlines() if line.strip()]
    named = [(float(r[0]), PITCH_CLASS.get(re.split(r"[:/]", r[2])[0])) for r in rows if r[2] not in ("N", "X")]
    if not named or root != named[0][1]:
        return None
    beats = np.loadtxt(folder / "beat_midi.txt")[:, 0]
    return int(np.argmin(np.abs(beats - named[0][0]))) % 4


def example(folder: pathlib.Path) -> tuple[NDArray[np.float64], int] | None:
    """The accents of a song from each place of the bar, shape (16, 144), and the right place."""
    first = first_beat(folder)
    if first is None:
        return None
    table, _, beats_s = song_table(folder)
    step = float(np.median(np.diff(beats_s)))
    edges = np.concatenate(
        [beats_s[0] - step * np.arange(LEAD_IN_BEATS, 0, -1), beats_s, beats_s[-1] + step * np.arange(1, 65)]
    )
    number = np.arange(len(edges), dtype=float)
    notes = Onsets(
        np.interp(table.start_beats, edges, number),
        np.interp(table.end_beats, edges, number),
        table.pitch,
        table.velocity,
    )
    return rotations(folded(accents(notes, 4), 16)), (first + LEAD_IN_BEATS) % 4 * 4


def main() -> None:
    """Train, report the share of right bars and beats on the held-out songs, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("-o", "--out", type=pathlib.Path, default=TARGET)
    a = parser.parse_args()
    training, held = split(a.folder)
    known = [x for x in (example(a.folder / s) for s in training) if x is not None]
    seen, truth = np.stack([x for x, _ in known]), np.array([k for _, k in known])
    rows = np.arange(len(truth))

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logit = seen @ w
        odds = np.exp(logit - logit.max(1, keepdims=True))
        p = odds / odds.sum(1, keepdims=True)
        slope = (np.einsum("nk,nkf->f", p, seen) - seen[rows, truth].sum(0)) / len(truth)
        return -float(np.log(p[rows, truth] + 1e-12).mean()) + PENALTY * float(w @ w), slope + 2 * PENALTY * w

    weights = minimize(loss, np.zeros(seen.shape[2]), jac=True, method="L-BFGS-B").x
    np.savez(a.out, weights=weights.astype(np.float32))
    tests = [x for x in (example(a.folder / s) for s in held) if x is not None]
    said = np.array([int((x @ weights).argmax()) for x, _ in tests])
    right = np.array([k for _, k in tests])
    bar, beat = np.mean(said == right), np.mean(said % 4 == right % 4)
    print(f"{len(truth)} songs; held out {len(right)}: bar {bar:.3f}, beat {beat:.3f}")


if __name__ == "__main__":
    main()
