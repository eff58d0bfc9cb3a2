"""Train the bar model and write remixkit/analysis/weights/bars.npz.

Needs POP909 (MIT licence; github.com/music-x-lab/POP909-Dataset), its human section labels and scipy:

    python benchmarks/train_bars.py POP909_FOLDER

A section label counts bars of four beats from the song's first chord, which says on which beat bars begin. The model
sees nine kinds of accents and four of landmarks folded over sixteen sixteenths, from each of the sixteen as first, and
a softmax chooses; its 208 weights are tied over the rotations. L2 penalty 0.1. Every song of `pop909.TRAINING` is seen
three times: as it is, and as a good or a poor transcription would have it (notes missing, octaves and fifths added,
onsets astray, the poor one without true lengths and velocities). Held out: `pop909.MEASURED`.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pop909 import MEASURED, TRAINING
from scipy.optimize import minimize

from remixkit import midi
from remixkit.analysis.grid.accents import Onsets, folded, rotations
from remixkit.analysis.grid.meter import evidence_table

Floats = NDArray[np.float64]

TARGET = Path(__file__).parent.parent / "remixkit" / "analysis" / "weights" / "bars.npz"
PENALTY = 0.1
LEAD_IN_BEATS = 8
SPREAD_BEATS = 0.03
GOOD, POOR = (0.05, 0.02), (0.12, 0.06)
"""Shares of notes missing and of notes that bring a wrong one along."""
PITCH_CLASS = dict(zip(("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"), range(12), strict=True))
PITCH_CLASS |= {"C#": 1, "D#": 3, "F#": 6, "G#": 8, "A#": 10, "Cb": 11, "B#": 0, "E#": 5, "Fb": 4}


def first_beat(folder: Path) -> int | None:
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


def in_beats(folder: Path) -> Onsets:
    """A song's notes in labelled beats, `LEAD_IN_BEATS` after the first."""
    song = midi.read(folder / f"{folder.name}.mid")
    rows = np.array([(n.start_tick, n.end_tick, n.pitch, n.velocity) for t in song.tracks for n in t.notes])
    beats_s = np.loadtxt(folder / "beat_midi.txt")[:, 0]
    step = float(np.median(np.diff(beats_s)))
    edges = np.concatenate(
        [beats_s[0] - step * np.arange(LEAD_IN_BEATS, 0, -1), beats_s, beats_s[-1] + step * np.arange(1, 65)]
    )
    start, end = (np.interp(song.grid.tempo.to_s(rows[:, k]), edges, np.arange(len(edges))) for k in (0, 1))
    return in_order(start, end, rows[:, 2], rows[:, 3])


def in_order(start: Floats, end: Floats, pitch: NDArray[np.int64], velocity: NDArray[np.int64]) -> Onsets:
    """Notes by sixteenth and pitch."""
    order = np.lexsort((pitch, np.rint(start * 4)))
    return Onsets(start[order], end[order], pitch[order], velocity[order])


def transcribed(notes: Onsets, faults: tuple[float, float], rng: np.random.Generator) -> Onsets:
    """The notes with a transcriber's faults."""
    missing, added = faults
    kept = np.flatnonzero(rng.random(len(notes.start)) > missing)
    wrong = kept[rng.random(len(kept)) < added]
    rows = np.concatenate([kept, wrong])
    start, end, pitch, velocity = (x[rows] for x in (notes.start, notes.end, notes.pitch, notes.velocity))
    pitch[len(kept) :] += rng.choice([12, -12, 19, 7], len(wrong))
    if faults == POOR:
        end = start + np.minimum(end - start, rng.uniform(0.2, 1.5, len(start)))
        velocity = np.clip(rng.normal(70, 12, len(start)), 20, 127).astype(np.int64)
    start = np.maximum(start + rng.normal(0, SPREAD_BEATS, len(start)), 0.0)
    return in_order(start, np.maximum(end, start + 0.05), pitch, velocity)


def example(notes: Onsets) -> Floats:
    """The evidence of a song from each place of the bar, shape (16, 208)."""
    return rotations(folded(evidence_table(notes, 4), 16))


def trained(seen: Floats, truth: NDArray[np.int64]) -> Floats:
    """Weights of the softmax."""
    rows = np.arange(len(truth))

    def loss(w: Floats) -> tuple[float, Floats]:
        logit = seen @ w
        odds = np.exp(logit - logit.max(1, keepdims=True))
        p = odds / odds.sum(1, keepdims=True)
        slope = (np.einsum("nk,nkf->f", p, seen) - seen[rows, truth].sum(0)) / len(truth)
        return -float(np.log(p[rows, truth] + 1e-12).mean()) + PENALTY * float(w @ w), slope + 2 * PENALTY * w

    out: Floats = minimize(loss, np.zeros(seen.shape[2]), jac=True, method="L-BFGS-B").x
    return out


def main() -> None:
    """Train, report the share of right bars and beats on the held-out songs, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=TARGET)
    a = parser.parse_args()
    rng = np.random.default_rng(1)
    seen, truth = [], []
    for name in TRAINING:
        first = first_beat(a.folder / name)
        if first is None:
            continue
        notes = in_beats(a.folder / name)
        for heard in (notes, transcribed(notes, GOOD, rng), transcribed(notes, POOR, rng)):
            seen.append(example(heard))
            truth.append((first + LEAD_IN_BEATS) % 4 * 4)
    weights = trained(np.stack(seen), np.array(truth))
    np.savez(a.out, weights=weights.astype(np.float32))
    print(f"{len(truth) // 3} songs trained on")
    held = [(in_beats(a.folder / n), k) for n in sorted(MEASURED) if (k := first_beat(a.folder / n)) is not None]
    for what in ("as they are", "poorly transcribed"):
        said = [
            int((example(x if what == "as they are" else transcribed(x, POOR, rng)) @ weights).argmax())
            for x, _ in held
        ]
        right = np.array([(k + LEAD_IN_BEATS) % 4 * 4 for _, k in held])
        bar, beat = np.mean(np.array(said) == right), np.mean(np.array(said) % 4 == 0)
        print(f"held out {len(held)}, {what}: bar {bar:.3f}, beat {beat:.3f}")


if __name__ == "__main__":
    main()
