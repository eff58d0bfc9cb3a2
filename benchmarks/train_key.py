"""Train the two key regressions on POP909-CL's corrected key signatures and write their weights.

    python benchmarks/train_key.py --data POP909 [--out keys.npz]

One sees every fourth bar with its neighbours, the other each stretch in one key as a whole. Multinomial regression over
24 keys, tied over tonics, ridge penalty, Adam on the whole set; a minute. With `--folds 5` it reports on training songs
held out by turns; `pop909.MEASURED` is never read here. The chords are those `find_chords` hears.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pop909 import TRAINING, Corrected, all_corrected

from remixkit.analysis.features import Frames, Sounding, chord_frames, listen, make_frames
from remixkit.analysis.harmony.chord_search import chord_model, chords_of
from remixkit.analysis.harmony.key_search import (
    NEIGHBOURS,
    KeyModel,
    bar_features,
    keys_of,
    seen_from_tonics,
    stretch_features,
)
from remixkit.model.analysis import ChordSpan, Key

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """A song, heard, with its true key in each bar."""

    name: str
    frames: Frames
    sounding: Sounding
    chords: tuple[ChordSpan, ...]
    keys: tuple[Key, ...]
    truth: NDArray[np.int64]


def example(labelled: Corrected) -> Example:
    """Hear a song; its bars get the keys of the corrected signatures."""
    frames = make_frames(labelled.song)
    sounding = listen(labelled.song, ("chords",), frames)
    starts = frames.edges[frames.bar_edges[:-1]]
    truth = np.full(len(starts), state_of(labelled.keys[0]))
    for key in labelled.keys[1:]:
        truth[starts >= key.start_tick - 960] = state_of(key)
    return Example(labelled.name, frames, sounding, chords_of(frames, sounding, chord_model()), labelled.keys, truth)


def state_of(key: Key) -> int:
    """Tonic * 2 + (1 if minor)."""
    return key.tonic_pc * 2 + (key.mode == "minor")


def fit(x: Array, y: NDArray[np.int64], ridge: float, steps: int) -> tuple[Array, Array]:
    """Weights (features, 2) and constants (2,) from features seen from the tonics (n, 12, features) and states (n,)."""
    mean = x.reshape(-1, x.shape[2]).mean(axis=0)
    x = x - mean
    weights = np.zeros((x.shape[2] + 1, 2))
    slope_mean, slope_square = np.zeros_like(weights), np.zeros_like(weights)
    every = np.arange(len(x))
    for step in range(1, steps + 1):
        scores = (x @ weights[:-1] + weights[-1]).reshape(-1, 24)
        chance = np.exp(scores - scores.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        chance[every, y] -= 1
        off = chance.reshape(-1, 2) / len(x)
        slope = np.vstack([x.reshape(-1, x.shape[2]).T @ off + ridge * weights[:-1], off.sum(axis=0)])
        slope_mean = 0.9 * slope_mean + 0.1 * slope
        slope_square = 0.99 * slope_square + 0.01 * slope**2
        size = np.sqrt(slope_square / (1 - 0.99**step)) + 1e-8
        weights -= 0.05 * (1 - step / steps) * (slope_mean / (1 - 0.9**step)) / size
    return weights[:-1], weights[-1] - mean @ weights[:-1]


def train(examples: Sequence[Example]) -> KeyModel:
    """Both regressions."""
    bars, bar_truth, stretches, stretch_truth = [], [], [], []
    for e in examples:
        held = chord_frames(e.frames, e.chords)
        bars.append(bar_features(e.frames, e.sounding, held, NEIGHBOURS)[::4])
        bar_truth.append(e.truth[::4])
        edges = [0, *(np.flatnonzero(np.diff(e.truth)) + 1).tolist(), len(e.truth)]
        for a, b in pairwise(edges):
            if b - a >= 16:
                stretches.append(stretch_features(e.frames, e.sounding, e.chords, held, a, b))
                stretch_truth.append(e.truth[a])
    bar = fit(seen_from_tonics(np.concatenate(bars)), np.concatenate(bar_truth), 1e-3, 120)
    stretch = fit(seen_from_tonics(np.stack(stretches)), np.array(stretch_truth), 3e-3, 300)
    return KeyModel(bar[0], bar[1], stretch[0], stretch[1])


def report(examples: Sequence[Example], models: Sequence[KeyModel]) -> None:
    """Print exact share of the first key by the longest heard, and F of the changes within a bar."""
    exact, hit, made, true = [], 0, 0, 0
    for e, model in zip(examples, models, strict=True):
        heard = keys_of(e.frames, e.sounding, e.chords, model)
        longest = max(heard, key=lambda k: k.end_tick - k.start_tick)
        exact.append(state_of(longest) == state_of(e.keys[0]))
        mine = np.array([k.start_tick for k in heard[1:]])
        theirs = np.array([k.start_tick for k in e.keys[1:]])
        if len(mine) and len(theirs):
            hit += int((np.abs(mine[:, None] - theirs).min(axis=1) <= 4800).sum())
        made, true = made + len(mine), true + len(theirs)
    changes = 2 * hit / max(1, made + true)
    print(f"songs {len(exact)}, exact {np.mean(exact):.4f}, changes F {changes:.3f} ({hit}, {made}, {true})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds 001, 002, ...")
    parser.add_argument("--out", type=Path, default=Path("keys.npz"))
    parser.add_argument("--folds", type=int, default=0, help="report on training songs held out by turns")
    a = parser.parse_args()
    examples = [example(c) for c in all_corrected(a.data, TRAINING) if c.keys]
    if a.folds:
        models = [train([e for k, e in enumerate(examples) if k % a.folds != f]) for f in range(a.folds)]
        report(examples, [models[k % a.folds] for k in range(len(examples))])
    model = train(examples)
    report(examples, [model] * len(examples))
    np.savez_compressed(
        a.out, **{k: getattr(model, k).astype(np.float16) for k in ("bar", "bar_bias", "stretch", "stretch_bias")}
    )
    print(f"{a.out}: {a.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
