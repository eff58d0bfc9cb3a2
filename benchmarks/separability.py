"""Whether the styles are arranged or only re-instrumented: a plain classifier tells them by their notes.

    python benchmarks/separability.py --data POP909 [-n SONGS] [--sample SEED] [--measured] [--seed SEED]

Every song is covered in every style, and each cover is told by its notes alone, all parts merged: no programs, names or
parts, no drum channel. Features, of a whole cover or of two bars: how often each sixteenth of the bar has an onset, for
low (< 48), middle and high (> 67) notes; notes and onsets a beat; notes an onset; lengths; overlap; mean and spread of
pitch, each octave's share; intervals between neighbouring notes of an onset; velocity's spread. Once with drums among
the notes (as pitches), once without.

A logistic regression on standardised features (scikit-learn, C = .3), five folds, all covers of a song in one fold.
Chance is one in the number of styles. A second look: excerpts of two bars, ten from each cover at even distances.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pop909 import drawn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import remixkit
from remixkit.evaluate.moments import slot, struck_moments
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER

STYLES = ("piano-ballad", "orchestral", "lofi", "rock")
REGISTERS = ((0, 48), (48, 68), (68, 128))
EXCERPTS = 10

Floats = NDArray[np.float64]


def notes_of(arrangement: Arrangement, *, drums: bool) -> list[Note]:
    return sorted(n for p in arrangement.parts if drums or not p.is_drum for n in p.notes)


def features(notes: Sequence[Note], start_tick: int, end_tick: int) -> Floats:
    """What a stretch of a cover looks like on a piano roll, shape (features,)."""
    groups = struck_moments(notes)
    beats = (end_tick - start_tick) / TICKS_PER_QUARTER
    bars = beats / 4
    grid = np.zeros((len(REGISTERS), 16))
    for at, group in groups.items():
        for k, (low, high) in enumerate(REGISTERS):
            grid[k, at % 16] += any(low <= n.pitch < high for n in group)
    pitches = np.array([n.pitch for n in notes] or [60])
    lengths = np.array([(n.end_tick - n.start_tick) / TICKS_PER_QUARTER for n in notes] or [0.0])
    velocities = np.array([n.velocity for n in notes] or [64])
    sizes = np.array([len(g) for g in groups.values()] or [0])
    steps = [b.pitch - a.pitch for group in groups.values() for a, b in pairwise(group)]
    intervals = np.bincount(np.clip(steps, 0, 13), minlength=14) if steps else np.zeros(14)
    octaves = np.bincount(pitches // 12, minlength=11)[1:9]
    return np.concatenate(
        [
            (grid / bars).ravel(),
            [len(notes) / beats, len(groups) / beats, sizes.mean(), sizes.std(), lengths.sum() / beats],
            np.percentile(lengths, [10, 50, 90]),
            [pitches.mean(), pitches.std(), velocities.std()],
            octaves / len(pitches),
            intervals / max(1, len(steps)),
        ]
    )


def excerpts(arrangement: Arrangement, notes: Sequence[Note]) -> list[Floats]:
    """Two bars at ten places."""
    bars = list(arrangement.grid.meter.bars(arrangement.end_tick))
    places = np.linspace(0, len(bars) - 2, EXCERPTS).astype(int)
    spans = [(bars[k][0], bars[k + 1][1]) for k in places]
    return [features([n for n in notes if a <= slot(n.start_tick) * 240 < b], a, b) for a, b in spans]


def accuracy(rows: Sequence[Floats], styles: Sequence[str], songs: Sequence[str]) -> tuple[float, NDArray[np.int64]]:
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=2000))
    folds = GroupKFold(min(5, len(set(songs))))
    guessed = cross_val_predict(model, np.array(rows), np.array(styles), groups=np.array(songs), cv=folds)
    return float(np.mean(guessed == np.array(styles))), confusion_matrix(styles, guessed, labels=STYLES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("-n", type=int, default=20, help="songs")
    parser.add_argument("--sample", type=int, default=1, help="seed of the choice of songs")
    parser.add_argument("--measured", action="store_true", help="draw from the songs kept for reporting")
    parser.add_argument("--seed", type=int, default=1, help="of the covers")
    given = parser.parse_args()
    covers: list[tuple[str, str, Arrangement]] = []
    for name in drawn(given.n, given.sample, measured=given.measured):
        analysis = remixkit.analyze(given.data / name / f"{name}.mid")
        covers += [(name, style, remixkit.cover(analysis, style, seed=given.seed).arrangement) for style in STYLES]
        print(f"{name} done", file=sys.stderr, flush=True)
    print("| told by | whole cover | two bars |\n|---|---|---|")
    confused = []
    for label, drums in (("all notes", True), ("without drums", False)):
        wholes, parts = [], []
        for name, style, made in covers:
            notes = notes_of(made, drums=drums)
            wholes.append((features(notes, 0, made.end_tick), style, name))
            parts += [(row, style, name) for row in excerpts(made, notes)]
        whole, table = accuracy(*zip(*wholes, strict=True))
        part, part_table = accuracy(*zip(*parts, strict=True))
        print(f"| {label} | {whole:.3f} | {part:.3f} |")
        confused.append((label, table, part_table))
    for label, table, part_table in confused:
        print(f"\n{label}: rows are the true style ({', '.join(STYLES)}), whole covers and two bars")
        print(table)
        print(part_table)


if __name__ == "__main__":
    main()
