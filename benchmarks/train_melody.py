"""Train the note-by-note melody model and write remixkit/analysis/weights/melody.npz.

Needs POP909 (MIT licence; github.com/music-x-lab/POP909-Dataset) and scikit-learn, neither of which RemixKit needs:

    python benchmarks/train_melody.py POP909_FOLDER

POP909_FOLDER holds NNN/NNN.mid and NNN/beat_midi.txt. All three tracks of a song are laid together; a note is melody if
it stands on the track MELODY. Each song is used twice: as it is, and as a transcription might have it: a good one
(onsets moved by 10 ms, at times a wrong metrical level, flattened or noisy velocities) or a poor one (lengths cut or
drawn out, velocities worth nothing, notes missed and notes invented). So many songs as --bands says are used twice more
as bands play them (`bands.py`), all pitched tracks melted into one, by turns as played and as transcribed.
Two stages: the second sees what the first thinks of a note's neighbourhood, the first's opinions being out-of-fold.

Never trained on: `pop909.MEASURED`, and every fourth of the others (`LEAD_SONGS`), which `train_lead.py` needs unseen.
The shipped weights are two pairs of stages, whose mean log-odds count: one of songs alone (--bands 0), one of 188
songs, 134 of which as bands, too, before their tunes were moved (`MOVED` is newer):

    python benchmarks/train_melody.py POP909_FOLDER --bands 0 -o songs.npz
    python benchmarks/train_melody.py POP909_FOLDER --songs 188 --bands 134 --beside songs.npz
"""

from __future__ import annotations

import argparse
import pathlib
import time
from dataclasses import replace

import bands
import numpy as np
import pop909
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from remixkit import midi
from remixkit.analysis.melody import note_features
from remixkit.analysis.melody.note_features import NoteTable

TARGET = pathlib.Path(__file__).parent.parent / "remixkit" / "analysis" / "weights" / "melody.npz"
Copy = tuple[NoteTable, NDArray[np.int64]]
MOVED = (-17, -12, -12, -7, 7)
"""Semitones by which the tune of a band is moved: singers lie lower than our leads do."""
LEAD_SONGS = frozenset(pop909.TRAINING[::4])
SETTINGS = {
    "max_iter": 120,
    "learning_rate": 0.12,
    "max_leaf_nodes": 31,
    "max_depth": 7,
    "min_samples_leaf": 100,
    "l2_regularization": 1.0,
    "early_stopping": False,
    "random_state": 0,
}


def song_table(folder: pathlib.Path) -> tuple[NoteTable, NDArray[np.int64], NDArray[np.float64]]:
    """A song's notes with times in seconds, whether each is melody, and the seconds of its beats."""
    song = midi.read(folder / f"{folder.name}.mid")
    table = note_features.note_table(song)
    melody = np.array([t.name.strip() == "MELODY" for t in song.tracks])
    end_s = song.grid.tempo.to_s(table.end_beats * 960)
    in_s = replace(table, start_beats=table.start_s, end_beats=end_s)
    return in_s, melody[table.track].astype(np.int64), np.loadtxt(folder / "beat_midi.txt")[:, 0]


def on_beats(table: NoteTable, beats_s: NDArray[np.float64], rate: float = 1.0) -> NoteTable:
    """The table with times in beats instead of seconds."""
    step = float(np.median(np.diff(beats_s)))
    edges = np.concatenate([beats_s[0] - step * np.arange(64, 0, -1), beats_s, beats_s[-1] + step * np.arange(1, 65)])
    number = (np.arange(len(edges)) - 64.0) * rate
    start = np.interp(table.start_beats, edges, number)
    end = np.maximum(np.interp(table.end_beats, edges, number), start + 0.02)
    return replace(table, start_beats=start, end_beats=end, start_s=table.start_beats)


def song_copies(folder: pathlib.Path, rng: np.random.Generator) -> list[Copy]:
    """A song as it is, and as transcribed."""
    table, melody, beats_s = song_table(folder)
    return [(on_beats(table, beats_s), melody), melted(table, melody, beats_s, rng)]


def band_copies(folder: pathlib.Path, rng: np.random.Generator) -> list[Copy]:
    """Two bands that play a song, twice, the second time the tune lying elsewhere; each as it is or as transcribed."""
    analysis = bands.heard(folder)
    out: list[Copy] = []
    playing = [bands.band(analysis, style, rng) for style in rng.choice(bands.STYLES, size=2, replace=False).tolist()]
    for band in (*playing, *(bands.with_tune_moved(band, int(rng.choice(MOVED))) for band in playing)):
        table = note_features.note_table(band.song)
        labels = np.array([band.labels[t][k] for t, k in zip(table.track, table.index, strict=True)], dtype=np.int64)
        if rng.random() < 0.15:
            table = replace(table, velocity=np.full_like(table.velocity, 100))
        if rng.random() < 0.5:
            out.append((table, labels))
            continue
        tempo, end = band.song.grid.tempo, band.song.end_tick
        in_s = replace(table, start_beats=table.start_s, end_beats=tempo.to_s(np.rint(table.end_beats * 960)))
        out.append(melted(in_s, labels, tempo.to_s(np.arange(0, end + 960, 960)), rng))
    return out


def melted(table: NoteTable, melody: NDArray[np.int64], beats_s: NDArray[np.float64], rng: np.random.Generator) -> Copy:
    """Notes as transcribed, well or badly, on beats."""
    if rng.random() < 0.6:
        moved, labels, rate = as_transcribed(table, melody, rng)
        return on_beats(moved, beats_s, rate), labels
    poor, few = poorly_transcribed(table, melody, rng)
    return on_beats(poor, beats_s), few


def as_transcribed(
    table: NoteTable, melody: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NoteTable, NDArray[np.int64], float]:
    """Notes with the faults of a transcription, their labels, and a rate error of the beats."""
    shift = rng.normal(0, 0.010, len(table))
    start = np.maximum(0.0, table.start_beats + shift)
    end = np.maximum(start + 0.02, table.end_beats + shift)
    velocity, kind = table.velocity.astype(float), rng.random()
    if kind < 0.15:
        velocity = 64 + (velocity - 64) * 0.2 + rng.normal(0, 3, len(table))
    elif kind < 0.4:
        velocity = velocity + rng.normal(0, 7, len(table))
    loud = np.clip(np.rint(velocity), 1, 127).astype(np.int64)
    order = np.lexsort((table.pitch, start))
    moved = NoteTable(
        start[order], end[order], start[order], table.pitch[order], loud[order], table.track[order], table.index[order]
    )
    return moved, melody[order], float(rng.choice([0.5, 1.0, 2.0], p=[0.05, 0.88, 0.07]))


def poorly_transcribed(
    table: NoteTable, melody: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NoteTable, NDArray[np.int64]]:
    """Notes with worse faults: lengths and velocities without meaning, notes missed, ghosts an octave away."""
    keep = np.flatnonzero(rng.random(len(table)) > rng.uniform(0.0, 0.25))
    ghosts = rng.choice(keep, size=int(len(keep) * rng.uniform(0.0, 0.08)))
    rows = np.concatenate([keep, ghosts])
    leap = np.concatenate([np.zeros(len(keep), int), rng.choice([-12, 12, 19, 24, 7], len(ghosts))])
    start = np.maximum(0.0, table.start_beats[rows] + rng.normal(0, 0.015, len(rows)))
    length = (table.end_beats - table.start_beats)[rows] * np.exp(rng.normal(0, 0.5, len(rows)))
    length = np.where(rng.random(len(rows)) < rng.uniform(0, 0.6), 0.16, np.clip(length, 0.04, 4.0))
    flat = rng.random() < 0.5
    loud = rng.integers(70, 90, len(rows)) if not flat else np.full(len(rows), 77)
    pitch = np.clip(table.pitch[rows] + leap, 21, 108)
    truth = np.where(leap == 0, melody[rows], 0)
    order = np.lexsort((pitch, start))
    start, length = start[order], length[order]
    made = NoteTable(
        start, start + length, start, pitch[order], loud[order], table.track[rows][order], table.index[rows][order]
    )
    return made, truth[order]


def arrays(model: HistGradientBoostingClassifier, k: int) -> dict[str, NDArray[np.generic] | float | int]:
    """A model as the arrays that `remixkit.analysis.trees` reads."""
    trees = [stage[0].nodes for stage in model._predictors]
    size = max(len(t) for t in trees)
    own = np.arange(size)
    feature = np.zeros((len(trees), size), dtype=np.uint8)
    threshold = np.full((len(trees), size), np.inf, dtype=np.float32)
    left = np.tile(own, (len(trees), 1)).astype(np.uint8)
    right, value = left.copy(), np.zeros((len(trees), size), dtype=np.float16)
    for i, nodes in enumerate(trees):
        inner = ~nodes["is_leaf"].astype(bool)
        at = own[: len(nodes)][inner]
        feature[i, at] = nodes["feature_idx"][inner]
        threshold[i, at] = nodes["num_threshold"][inner]
        left[i, at], right[i, at] = nodes["left"][inner], nodes["right"][inner]
        value[i, own[: len(nodes)][~inner]] = nodes["value"][~inner]
    depth = max(int(t["depth"].max()) for t in trees)
    return {
        f"feature_{k}": feature,
        f"threshold_{k}": threshold,
        f"left_{k}": left,
        f"right_{k}": right,
        f"value_{k}": value,
        f"baseline_{k}": float(np.ravel(model._baseline_prediction)[0]),
        f"depth_{k}": depth,
    }


def f1(truth: NDArray[np.int64], said: NDArray[np.bool_]) -> float:
    """F1 of one song's notes."""
    return 2 * float((truth * said).sum()) / max(1.0, float(truth.sum() + said.sum()))


def main() -> None:
    """Train, report F1 on the held-out songs, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("-o", "--out", type=pathlib.Path, default=TARGET)
    parser.add_argument("--songs", type=int, default=10_000)
    parser.add_argument("--bands", type=int, default=140, help="songs of which bands are made, two each")
    parser.add_argument("--share", type=float, default=0.25, help="of the notes, to train on")
    parser.add_argument("--beside", type=pathlib.Path, help="weights of other pairs, to be kept before this one")
    a = parser.parse_args()
    began, rng = time.time(), np.random.default_rng(0)
    names = [s for s in pop909.TRAINING if s not in LEAD_SONGS and (a.folder / s).exists()]
    songs = []
    for k, number in enumerate(rng.permutation(len(names))[: a.songs]):
        copies = song_copies(a.folder / names[number], rng)
        if k < a.bands:
            copies += band_copies(a.folder / names[number], rng)
        for notes, truth in copies:
            columns = note_features.features(notes).astype(np.float32)
            songs.append((k % 2, notes, truth, columns, (rng.random(len(notes)) < a.share) & (truth >= 0)))
    print(f"{len(songs)} copies, {time.time() - began:.0f} s", flush=True)

    def fitted(columns: list[NDArray[np.float32]], fold: int | None) -> HistGradientBoostingClassifier:
        rows = [(c[s[4]], s[2][s[4]]) for c, s in zip(columns, songs, strict=True) if s[0] != fold]
        model = HistGradientBoostingClassifier(**SETTINGS)
        model.fit(np.concatenate([r[0] for r in rows]), np.concatenate([r[1] for r in rows]))
        print(f"fitted, {time.time() - began:.0f} s", flush=True)
        return model

    plain = [s[3] for s in songs]
    halves = [fitted(plain, fold) for fold in (0, 1)]
    opinions = [halves[s[0]].predict_proba(s[3])[:, 1] for s in songs]
    both = [
        np.hstack([s[3], note_features.context_features(s[1], p)]).astype(np.float32)
        for s, p in zip(songs, opinions, strict=True)
    ]
    second = fitted(both, None)
    del both
    first = fitted(plain, None)
    a.out.parent.mkdir(exist_ok=True)
    others = dict(np.load(a.beside)) if a.beside else {"models": np.array(0)}
    count = int(others.pop("models"))
    pair = {**arrays(first, count), **arrays(second, count + 1)}
    np.savez_compressed(a.out, models=count + 2, **others, **pair)
    print(f"{a.out.stat().st_size} bytes")

    report(a.folder, first, second)


def report(folder: pathlib.Path, first: HistGradientBoostingClassifier, second: HistGradientBoostingClassifier) -> None:
    """Print F1 on the songs measured, both stages."""
    rng = np.random.default_rng(7)
    rows = []
    for name in sorted(pop909.MEASURED):
        row = []
        for notes, truth in song_copies(folder / name, rng):
            columns = note_features.features(notes)
            p = first.predict_proba(columns)[:, 1]
            q = second.predict_proba(np.hstack([columns, note_features.context_features(notes, p)]))[:, 1]
            row += [f1(truth, p > 0.4), f1(truth, q > 0.4)]
        rows.append(row)
    print("measured songs, F1: as it is, as transcribed (stage 1 and 2 each):", np.mean(rows, axis=0).round(3))


if __name__ == "__main__":
    main()
