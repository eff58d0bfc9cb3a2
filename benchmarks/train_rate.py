"""Train the choice between half and full tempo; prints the numbers of `remixkit.analysis.grid.tempo_octave`.

Needs POP909 (MIT licence; github.com/music-x-lab/POP909-Dataset):

    python benchmarks/train_rate.py POP909_FOLDER [-n SONGS] [--also FOLDER_OF_MIDI_FILES]

Songs are those of `pop909.TRAINING`, their notes moved at random (SD 10 ms) and their beats tracked without the file's
grid. Where the pulse found is the labelled beat, its half or its double, five figures of its slow level are regressed
on whether the labelled beat is twice as fast (logistic, L2 penalty 1 on standardised figures). --also tells how often
the outcome agrees with the tempo maps of other files, drums left out, which nothing is trained on.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pop909 import TRAINING

from remixkit import midi
from remixkit.analysis.grid import tempo_octave
from remixkit.analysis.grid.accents import Onsets
from remixkit.analysis.grid.pulse import find_pulse
from remixkit.errors import SongError

Floats = NDArray[np.float64]
SPREAD_S, LONGEST_S, NEAR_OCTAVES, PENALTY = 0.010, 150.0, 0.12, 1.0
NONE = Onsets(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass
class Example:
    """A song's notes in beats of its pulse, the pulse's rate, and the true beat's."""

    notes: Onsets
    pulse_bpm: float
    true_bpm: float

    @property
    def slow(self) -> float:
        """How many beats of the pulse make one of its slow level."""
        return tempo_octave.slow_level(self.pulse_bpm, tempo_octave.SLOW_BPM)

    @property
    def doublings(self) -> float:
        """How many octaves the true beat lies above the slow level."""
        return float(np.log2(self.true_bpm * self.slow / self.pulse_bpm))

    @property
    def is_clear(self) -> bool:
        """Whether pulse and beat are an octave's power apart."""
        return abs(self.doublings - round(self.doublings)) < NEAR_OCTAVES

    def figures(self) -> Floats:
        """What is regressed on."""
        at_slow = tempo_octave.from_zero(self.notes, 1 / self.slow)
        return tempo_octave.level_figures(at_slow, self.pulse_bpm / self.slow)[0]


def example(path: Path, true_bpm: float | None) -> Example | None:
    """A file as heard without its grid; by default its own tempo map is the truth."""
    song = midi.read(path)
    clock = song.grid.tempo
    rows = np.array(
        [(n.start_tick, n.end_tick, n.pitch, n.velocity) for t in song.tracks if not t.is_drum for n in t.notes]
    )
    if len(rows) < 100:
        return None
    start, end = clock.to_s(rows[:, 0]), clock.to_s(rows[:, 1])
    by = np.random.default_rng(len(rows)).normal(0, SPREAD_S, len(rows))
    start, end = np.maximum(start + by, 0.0), np.maximum(end, start + 0.02) + by
    order = np.argsort(start)[: int(np.sum(start < LONGEST_S))]
    notes = Onsets(start[order], np.maximum(end[order], start[order] + 0.02), rows[order, 2], rows[order, 3])
    beats = find_pulse(notes).tatums_s[::4]
    number = np.arange(len(beats), dtype=float)
    heard = notes.warped(np.interp(notes.start, beats, number), np.interp(notes.end, beats, number))
    return Example(heard, 60.0 / float(np.median(np.diff(beats))), true_bpm or clock.mean_bpm(song.end_tick))


def trained_on(folder: Path, count: int) -> Iterator[Example]:
    for name in random.Random(4).sample(sorted(TRAINING), count):
        beats_s = np.loadtxt(folder / name / "beat_midi.txt")[:, 0]
        found = example(folder / name / f"{name}.mid", 60.0 / float(np.median(np.diff(beats_s))))
        if found is not None and found.is_clear:
            yield found


def others(folder: Path) -> Iterator[Example]:
    for path in sorted(folder.rglob("*.mid")):
        try:
            found = example(path, None)
        except SongError:
            continue
        if found is not None and found.is_clear:
            yield found


def regressed(seen: Floats, is_fast: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Weights and bias of a logistic regression, by Newton's method."""
    mean, spread = seen.mean(0), seen.std(0)
    rows = np.column_stack([(seen - mean) / spread, np.ones(len(seen))])
    penalty = np.append(np.full(seen.shape[1], PENALTY), 0.0)
    theta = np.zeros(rows.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-rows @ theta))
        curve = (rows * (p * (1 - p))[:, None]).T @ rows + np.diag(penalty)
        theta -= np.linalg.solve(curve, rows.T @ (p - is_fast) + penalty * theta)
    weights = theta[:-1] / spread
    return weights, float(theta[-1] - weights @ mean)


def right(examples: list[Example]) -> str:
    """How often the rate chosen is the true one, too fast, too slow."""
    said = [
        float(tempo_octave.fast_logit(e.notes, NONE, e.pulse_bpm, e.slow) > 0) - round(e.doublings) for e in examples
    ]
    shares = [float(np.mean(np.sign(said) == k)) for k in (0, 1, -1)]
    return "{} files: right {:.3f}, too fast {:.3f}, too slow {:.3f}".format(len(examples), *shares)


def main() -> None:
    """Train, print the weights, and how good those in the package are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-n", type=int, default=300, help="songs to train on")
    parser.add_argument("--also", type=Path, help="a folder of MIDI files whose tempo maps are believed")
    given = parser.parse_args()
    songs = list(trained_on(given.folder, given.n))
    weights, bias = regressed(
        np.stack([e.figures() for e in songs]), np.array([round(e.doublings) >= 1 for e in songs])
    )
    print("WEIGHTS", np.round(weights, 2).tolist(), "BIAS", round(bias, 2))
    print("trained on", right(songs))
    if given.also:
        print("others", right(list(others(given.also))))


if __name__ == "__main__":
    main()
