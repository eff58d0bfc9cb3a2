"""Train the chord recogniser on POP909-CL and write its weights.

    python benchmarks/train_chords.py --data POP909 [--out chords.npz]

First the network alone, frame by frame (softmax over the chords), then network and transitions together as a linear-
chain conditional random field (Lafferty et al. 2001) on stretches of 64 frames; Adam, about five minutes on one core.
Training songs: `pop909.TRAINING` (560); every tenth of them is kept for choosing settings (`--validate` trains on the
other nine tenths). `pop909.MEASURED` is never read here.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pop909 import TRAINING, Corrected, all_corrected

from remixkit.analysis.features import listen, make_frames
from remixkit.analysis.harmony.chord_search import (
    NO_CHORD,
    QUALITIES,
    ChordModel,
    chord_features,
    likeliest_chords,
    log_likelihoods,
    rolled,
)
from remixkit.model.song import Note, Track
from remixkit.seeding import child_rng

Arrays = dict[str, NDArray[np.float32]]
UNKNOWN = -1
MINOR_THIRD = frozenset({"min", "min7", "dim", "hdim7"})
TRIADS = frozenset({"maj", "min", "7", "maj7", "min7", "maj6"})


@dataclass(frozen=True, slots=True)
class Example:
    """A song as the network sees it: features as half floats, true states a frame, `Frames.strength`."""

    name: str
    features: NDArray[np.float16]
    states: NDArray[np.int64]
    strength: NDArray[np.int64]


def example(labelled: Corrected, moved_beats: int = 0) -> Example:
    """A song and its expert chords in frames; `moved_beats` shifts all against the bar grid, like a wrong downbeat."""
    by = moved_beats * 960
    song = labelled.song
    notes = tuple(Note(n.start_tick + by, n.end_tick + by, n.pitch, n.velocity) for n in song.tracks[0].notes)
    song = replace(song, tracks=(Track(notes=notes),))
    frames = make_frames(song)
    states = np.full(len(frames), NO_CHORD)
    middle = (frames.edges[:-1] + frames.edges[1:]) / 2 - by
    for c in labelled.chords:
        a, b = np.searchsorted(middle, [c.start_tick, c.end_tick])
        known = c.root_pc is not None and c.quality in QUALITIES
        states[a:b] = c.root_pc * len(QUALITIES) + QUALITIES.index(c.quality) if known else UNKNOWN
    features = chord_features(frames, listen(song, ("chords",), frames))
    return Example(labelled.name, features.astype(np.float16), states, frames.strength)


def initial(features: int, units: int, rng: np.random.Generator) -> Arrays:
    """Weights before training."""
    inputs = 12 * features
    start = {
        "hidden": rng.normal(0, 1.5 / np.sqrt(inputs), (inputs, units)),
        "hidden_bias": np.zeros(units),
        "output": rng.normal(0, 1 / np.sqrt(units), (units, len(QUALITIES))),
        "output_bias": np.zeros(len(QUALITIES)),
        "silence": np.zeros(features + 1),
        "change": np.array([2.0, 1.5, 1.0, 0.0]),
        "follows": np.full((len(QUALITIES), 12, len(QUALITIES)), -3.0),
    }
    return {k: v.astype(np.float32) for k, v in start.items()}


class Adam:
    """Kingma & Ba 2015, the rate falling linearly to zero."""

    def __init__(self, rate: float, steps: int) -> None:
        self.rate, self.steps, self.step = rate, steps, 0
        self.mean: Arrays = {}
        self.square: Arrays = {}

    def update(self, weights: Arrays, slopes: Arrays, decay: float) -> None:
        """One step downhill, in place."""
        self.step += 1
        rate = self.rate * max(0.02, 1 - self.step / self.steps)
        for k, slope in slopes.items():
            g = slope + decay * weights[k]
            m = self.mean[k] = 0.9 * self.mean.get(k, 0.0) + 0.1 * g
            v = self.square[k] = 0.999 * self.square.get(k, 0.0) + 0.001 * g * g
            size = np.sqrt(v / (1 - 0.999**self.step)) + 1e-8
            weights[k] -= (rate * (m / (1 - 0.9**self.step)) / size).astype(np.float32)


def forward(weights: Arrays, x: NDArray[np.float32]) -> tuple[NDArray[np.float32], tuple[NDArray[np.float32], ...]]:
    """Scores (n, states), and what `backward` needs."""
    seen = rolled(x)
    raw = seen @ weights["hidden"] + weights["hidden_bias"]
    active = np.maximum(raw, 0)
    chord = active @ weights["output"] + weights["output_bias"]
    summary = x.mean(axis=1)
    none = summary @ weights["silence"][:-1] + weights["silence"][-1]
    return np.concatenate([chord.reshape(len(x), -1), none[:, None]], axis=1), (seen, active, summary)


def backward(weights: Arrays, slope: NDArray[np.float32], kept: tuple[NDArray[np.float32], ...]) -> Arrays:
    """Slopes of the weights from the slopes of the scores."""
    seen, active, summary = kept
    count = len(QUALITIES)
    chord, none = slope[:, :-1].reshape(-1, count), slope[:, -1]
    flat = active.reshape(-1, active.shape[-1])
    raw = (chord @ weights["output"].T) * (flat > 0)
    return {
        "output": flat.T @ chord,
        "output_bias": chord.sum(axis=0),
        "hidden": seen.reshape(-1, seen.shape[-1]).T @ raw,
        "hidden_bias": raw.sum(axis=0),
        "silence": np.append(none @ summary, none.sum()),
    }


def train_frames(
    weights: Arrays, examples: list[Example], epochs: int, rng: np.random.Generator, batch: int = 512
) -> None:
    """The network alone: each frame for itself."""
    x = np.concatenate([e.features for e in examples])
    y = np.concatenate([e.states for e in examples])
    known = np.flatnonzero(y != UNKNOWN)
    adam = Adam(2e-3, epochs * (len(known) // batch))
    for epoch in range(epochs):
        order, losses = rng.permutation(known), []
        for k in range(0, len(order) - batch + 1, batch):
            pick = order[k : k + batch]
            scores, kept = forward(weights, x[pick].astype(np.float32))
            scores -= scores.max(axis=1, keepdims=True)
            chance = np.exp(scores)
            chance /= chance.sum(axis=1, keepdims=True)
            losses.append(-np.log(chance[np.arange(batch), y[pick]] + 1e-9).mean())
            chance[np.arange(batch), y[pick]] -= 1
            adam.update(weights, backward(weights, chance / batch, kept), 1e-6)
        print(f"frames, epoch {epoch + 1}: {np.mean(losses):.4f}", flush=True)


def stretches(examples: list[Example], length: int, rng: np.random.Generator) -> Iterator[tuple[Example, int]]:
    """Where stretches without an unknown chord begin, shuffled; each epoch cuts at other places."""
    places = []
    for e in examples:
        for a in range(int(rng.integers(length)), len(e.states) - length, length):
            if (e.states[a : a + length] != UNKNOWN).all():
                places.append((e, a))  # noqa: PERF401
    for k in rng.permutation(len(places)):
        yield places[k]


def tied() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each pair of chord states the flat place in `follows`, and the pairs that are changes."""
    count = len(QUALITIES)
    state = np.arange(NO_CHORD)
    root, quality = state // count, state % count
    place = (quality[:, None] * 12 + (root - root[:, None]) % 12) * count + quality
    return place, ~np.eye(NO_CHORD, dtype=bool)


def train_chain(weights: Arrays, examples: list[Example], epochs: int, rng: np.random.Generator) -> None:
    """Network and transitions together."""
    length, batch = 64, 24
    adam = Adam(6e-4, epochs * sum(len(e.states) for e in examples) // (length * batch))
    for epoch in range(epochs):
        losses, group = [], []
        for place in stretches(examples, length, rng):
            group.append(place)
            if len(group) == batch:
                losses.append(chain_step(weights, group, length, adam))
                group = []
        print(f"chain, epoch {epoch + 1}: {np.mean(losses):.4f} a frame", flush=True)


def chain_step(weights: Arrays, group: list[tuple[Example, int]], length: int, adam: Adam) -> float:
    """Loss a frame of a batch of stretches, after one step of `adam`."""
    x = np.stack([e.features[a : a + length] for e, a in group]).astype(np.float32)
    y = np.stack([e.states[a : a + length] for e, a in group])
    strength = np.stack([e.strength[a : a + length] for e, a in group])
    songs = len(group)
    place, is_change = tied()
    flat, kept = forward(weights, x.reshape(songs * length, *x.shape[2:]))
    scores = flat.reshape(songs, length, -1).astype(np.float64)
    states = scores.shape[2]
    follow = np.full((states, states), float(weights["follows"].mean()))
    follow[:-1, :-1] = weights["follows"].ravel()[place]
    step = np.exp(follow)
    np.fill_diagonal(step, 0.0)
    fall = np.exp(-weights["change"].astype(np.float64))[strength]
    heard = np.exp(scores - scores.max(axis=2, keepdims=True))
    ahead = np.empty_like(heard)
    scale = np.empty((songs, length))
    now = heard[:, 0] / states
    for t in range(length):
        if t:
            now = heard[:, t] * (now + fall[:, t, None] * (now @ step))
        scale[:, t] = now.sum(axis=1)
        now = now / scale[:, t, None]
        ahead[:, t] = now
    behind = np.empty_like(heard)
    behind[:, -1] = 1.0
    for t in range(length - 1, 0, -1):
        inner = heard[:, t] * behind[:, t]
        behind[:, t - 1] = (inner + fall[:, t, None] * (inner @ step.T)) / scale[:, t, None]
    chance = ahead * behind
    chance /= chance.sum(axis=2, keepdims=True)
    into = heard[:, 1:] * behind[:, 1:] * (fall[:, 1:] / scale[:, 1:])[:, :, None]
    pairs = (ahead[:, :-1].reshape(-1, states).T @ into.reshape(-1, states)) * step
    changes = np.einsum("stu,stu->st", ahead[:, :-1] @ step, into)
    first, then = y[:, :-1], y[:, 1:]
    moved = first != then
    path = np.take_along_axis(scores - scores.max(axis=2, keepdims=True), y[:, :, None], axis=2).sum()
    path += (follow[first, then] - weights["change"][strength[:, 1:]])[moved].sum()
    loss = float(np.log(scale).sum() + songs * np.log(states) - path) / (songs * length)
    slope = chance
    np.put_along_axis(slope, y[:, :, None], np.take_along_axis(slope, y[:, :, None], axis=2) - 1, axis=2)
    slopes = backward(weights, (slope.reshape(-1, states) / (songs * length)).astype(np.float32), kept)
    both = moved & (first < NO_CHORD) & (then < NO_CHORD)
    np.subtract.at(pairs, (first[both], then[both]), 1.0)
    tied_slope = np.bincount(place[is_change], weights=pairs[:-1, :-1][is_change], minlength=weights["follows"].size)
    slopes["follows"] = (tied_slope.reshape(weights["follows"].shape) / (songs * length)).astype(np.float32)
    by_strength = np.bincount(strength[:, 1:].ravel(), weights=(moved - changes).ravel(), minlength=4)
    slopes["change"] = (by_strength / (songs * length)).astype(np.float32)
    adam.update(weights, slopes, 1e-6)
    return loss


def model_of(weights: Arrays) -> ChordModel:
    """Weights as the package uses them."""
    return ChordModel(**weights)


def accuracy(examples: list[Example], model: ChordModel) -> NDArray[np.float64]:
    """Mean over songs of root, major/minor and full accuracy, frame by frame; unknown chords do not count."""
    rows = []
    for e in examples:
        scores = log_likelihoods(e.features.astype(np.float32), model)
        got = likeliest_chords(scores, e.strength, model)
        sounding = (e.states != UNKNOWN) & (e.states != NO_CHORD)
        root = (got // len(QUALITIES) == e.states // len(QUALITIES)) & (got != NO_CHORD)
        mine, true = got % len(QUALITIES), e.states % len(QUALITIES)
        minor = np.array([q in MINOR_THIRD for q in QUALITIES])
        plain = np.array([q in TRIADS for q in QUALITIES])
        triad = sounding & plain[true]
        same = root & plain[mine] & (minor[mine] == minor[true])
        rows.append((root[sounding].mean(), same[triad].mean(), (got == e.states)[sounding].mean()))
    return np.mean(rows, axis=0)


def store(weights: Arrays, out: Path) -> None:
    """Write the weights: 8 bits for the large tables, half floats for the small ones."""
    small = {k: weights[k].astype(np.float16) for k in ("hidden_bias", "output", "output_bias", "silence", "change")}
    hidden_step = np.abs(weights["hidden"]).max(axis=0) / 127
    follows_step = np.abs(weights["follows"]).max() / 127
    np.savez_compressed(
        out,
        hidden=np.rint(weights["hidden"] / hidden_step).astype(np.int8),
        hidden_step=hidden_step.astype(np.float32),
        follows=np.rint(weights["follows"] / follows_step).astype(np.int8),
        follows_step=np.float32(follows_step),
        **small,
    )
    print(f"{out}: {out.stat().st_size} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds 001, 002, ...")
    parser.add_argument("--out", type=Path, default=Path("chords.npz"))
    parser.add_argument("--units", type=int, default=20, help="hidden units")
    parser.add_argument("--epochs", type=int, nargs=2, default=[4, 4], help="alone, in the chain")
    parser.add_argument("--validate", action="store_true", help="leave every tenth song out and report on those")
    a = parser.parse_args()
    rng = child_rng(909, "train_chords")
    examples, kept_out = [], []
    for k, labelled in enumerate(all_corrected(a.data, TRAINING)):
        if a.validate and k % 10 == 0:
            kept_out.append(example(labelled))
            continue
        # One song in eight gets a wrong downbeat, for the grid may be wrong when the model is used.
        examples.append(example(labelled, moved_beats=int(rng.integers(1, 4)) if rng.random() < 0.125 else 0))
    weights = initial(examples[0].features.shape[2], a.units, rng)
    train_frames(weights, examples, a.epochs[0], rng)
    train_chain(weights, examples, a.epochs[1], rng)
    print("change", weights["change"].round(2))
    if kept_out:
        print("root, majmin, full:", accuracy(kept_out, model_of(weights)).round(4))
    store(weights, a.out)


if __name__ == "__main__":
    main()
