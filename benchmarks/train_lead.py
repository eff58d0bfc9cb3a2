"""Train the model that tells which track leads, bar by bar, and write remixkit/analysis/weights/lead.npz.

Needs POP909 and scikit-learn, as `train_melody.py` does, and runs after it: the melody model's opinions are among the
features.

    python benchmarks/train_lead.py POP909_FOLDER

Every song of `train_melody.LEAD_SONGS` (none of which the melody model was trained on, and none of `pop909.MEASURED`)
is used as it is, tracks MELODY, BRIDGE and PIANO, and as bands that cover it (`bands.py`), twice each. A row is a track
in a bar in which somebody has the tune and that track plays near by; the answer is yes if it begins half of the bar's
tune or more. Doublings are left out. The shipped weights were trained on 54 of the songs, two bands each.
"""

from __future__ import annotations

import argparse
import pathlib
import time

import bands
import numpy as np
import train_melody
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from remixkit import midi
from remixkit.analysis.grid.tracking import true_grid
from remixkit.analysis.melody import lead_features
from remixkit.analysis.melody.track_facts import describe

TARGET = train_melody.TARGET.with_name("lead.npz")
SETTINGS = {
    "max_iter": 80,
    "learning_rate": 0.1,
    "max_leaf_nodes": 15,
    "max_depth": 6,
    "min_samples_leaf": 200,
    "l2_regularization": 5.0,
    "early_stopping": False,
    "random_state": 0,
}
BANDS = 2
LOWERED = (-17, -12, -12, -7, 7)
"""Semitones by which the tune is moved in a second copy of each band: singers lie lower than our leads do."""


def rows(band: bands.Band) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Features and answers of one song."""
    song = band.song
    facts, starts = describe(song), lead_features.bar_starts(song)
    line = lead_features.melody_lines(song, facts, starts)
    columns = lead_features.lead_table(song, facts, line, starts)
    table = facts.table
    label = np.array([band.labels[t][k] for t, k in zip(table.track, table.index, strict=True)], dtype=np.int64)[
        line.row
    ]
    counts = np.zeros((2, *columns.shape[:2]))
    for k, kind in enumerate((bands.TUNE, bands.DOUBLE)):
        np.add.at(counts[k], (line.track, line.bar), label == kind)
    tune, double = counts
    whole = tune.sum(0)
    asked = (columns[..., 1] > 0) & (whole >= 2) & (double == 0)
    return columns[asked].astype(np.float32), (tune >= 0.5 * np.maximum(whole, 1))[asked].astype(np.int64)


def as_it_is(folder: pathlib.Path) -> bands.Band:
    """A song of POP909, three tracks."""
    song = true_grid(midi.read(folder / f"{folder.name}.mid"))
    labels = tuple(np.full(len(t.notes), int(t.name.strip() == "MELODY"), dtype=np.int8) for t in song.tracks)
    return bands.Band(song, labels)


def main() -> None:
    """Train, report on the last fifth of the songs, train on all, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("-o", "--out", type=pathlib.Path, default=TARGET)
    a = parser.parse_args()
    began, rng = time.time(), np.random.default_rng(0)
    made = []
    for name in sorted(train_melody.LEAD_SONGS):
        analysis = bands.heard(a.folder / name)
        styles = rng.choice(bands.STYLES[:4], size=BANDS, replace=False).tolist()
        playing = [bands.band(analysis, style, rng) for style in styles]
        moved = [bands.with_tune_moved(band, int(rng.choice(train_melody.MOVED))) for band in playing]
        made.append([rows(x) for x in (as_it_is(a.folder / name), *playing, *moved)])
    print(f"{len(made)} songs, {time.time() - began:.0f} s", flush=True)
    fifth = len(made) // 5
    kept = fit(made[:-fifth])
    for k, what in enumerate(("as it is", *(["a band"] * 2 * BANDS))):
        x, y = (np.concatenate(part) for part in zip(*(songs[k] for songs in made[-fifth:]), strict=True))
        p = kept.predict_proba(x)[:, 1] > 0.5
        print(f"{what}: precision {(y * p).sum() / max(p.sum(), 1):.3f}, recall {(y * p).sum() / y.sum():.3f}")
    np.savez_compressed(a.out, models=1, **train_melody.arrays(fit(made), 0), **straight(made))
    print(f"{a.out.stat().st_size} bytes")


def fit(made: list[list[tuple[NDArray[np.float32], NDArray[np.int64]]]]) -> HistGradientBoostingClassifier:
    """A model of some songs."""
    x, y = (np.concatenate(part) for part in zip(*(copy for song in made for copy in song), strict=True))
    return HistGradientBoostingClassifier(**SETTINGS).fit(x, y)


def straight(made: list[list[tuple[NDArray[np.float32], NDArray[np.int64]]]]) -> dict[str, NDArray[np.float32] | float]:
    """A logistic regression of some songs, as weights of the features as they are."""
    x, y = (np.concatenate(part) for part in zip(*(copy for song in made for copy in song), strict=True))
    scale = StandardScaler().fit(x)
    model = LogisticRegression(C=0.05, max_iter=300).fit(scale.transform(x), y)
    weights = model.coef_[0] / scale.scale_
    return {"weights": weights.astype(np.float32), "bias": float(model.intercept_[0] - weights @ scale.mean_)}


if __name__ == "__main__":
    main()
