"""Train the two models of section boundaries and write their weights.

    python benchmarks/train_form.py --data POP909 [--out form.npz]

Needs scikit-learn, which RemixKit itself does not. Songs are heard from the file as it is (grid, tune, chords, keys),
but for the tracks' names. Each bar line is a row; it is a boundary if the listener's edge lies nearest to it. Some
labels lie half a bar or a bar beside the music; a song whose edges fit much better when all are moved is moved, for
training only.
The second model's inputs hold the first's opinions from songs it was not trained on (four folds). With `--folds` it
reports the boundary F, within half a bar, of training songs held out by turns. `pop909.MEASURED` is never read here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pop909 import TRAINING, Performed, all_performed
from sklearn.ensemble import HistGradientBoostingClassifier
from train_melody import arrays

from remixkit.analyse import analyze
from remixkit.analyse.features import make_frames
from remixkit.analyse.form import best_lines, hear_lines, in_context, logit, loose_ends
from remixkit.analyse.form_features import Bars

Array = NDArray[np.float64]
FOLDS = 4
MOVES = (0.0, -0.5, 0.5, -1.0, 1.0)
MOVE_GAIN = 0.8


@dataclass(frozen=True, slots=True)
class Example:
    """A song's bar lines: what they tell, the true edges in bars, the bars, whether first and last may stand alone."""

    columns: Array
    edges: Array
    bars: Bars
    ends: tuple[bool, bool]


def example(labelled: Performed) -> Example:
    """Hear a song as the package does."""
    heard = analyze(labelled.song)
    columns, bars = hear_lines(heard.song, make_frames(heard.song), heard.melody, heard.chords, heard.keys)
    lines_s = heard.song.grid.tempo.to_s(bars.edges)
    edges = np.interp(labelled.edges_s, lines_s, np.arange(len(lines_s)))
    return Example(columns, edges, bars, loose_ends(heard.song, bars.edges, heard.melody))


def flags(e: Example, move: float = 0.0) -> NDArray[np.bool_]:
    """Whether each line is an edge, all edges moved by so many bars."""
    return np.isin(np.arange(len(e.columns)), np.floor(e.edges + move + 0.5))


def best_move(e: Example, alone: Array) -> float:
    """By how many bars to move a song's edges."""

    def fit_of(move: float) -> float:
        there = flags(e, move)
        return float(alone[1:][there[1:]].mean()) if there[1:].any() else -9.0

    best = max(MOVES, key=fit_of)
    return best if fit_of(best) - fit_of(0.0) > MOVE_GAIN else 0.0


def fit(rows: Sequence[Array], truth: Sequence[NDArray[np.bool_]], leaves: int) -> HistGradientBoostingClassifier:
    """One model."""
    model = HistGradientBoostingClassifier(
        max_iter=180,
        learning_rate=0.05,
        max_leaf_nodes=leaves,
        min_samples_leaf=30,
        l2_regularization=3.0,
        max_features=0.3,
        early_stopping=False,
        random_state=909,
    )
    return model.fit(np.concatenate(rows), np.concatenate(truth))


def opinion(model: HistGradientBoostingClassifier, columns: Array) -> Array:
    """Log odds of each line."""
    return logit(model.predict_proba(columns)[:, 1])


def out_of_fold(rows: Sequence[Array], truth: Sequence[NDArray[np.bool_]], leaves: int) -> list[Array]:
    """Log odds of each song's lines by a model that has not seen the song."""
    said: dict[int, Array] = {}
    for fold in range(FOLDS):
        known = [k for k in range(len(rows)) if k % FOLDS != fold]
        model = fit([rows[k] for k in known], [truth[k] for k in known], leaves)
        said |= {k: opinion(model, rows[k]) for k in range(fold, len(rows), FOLDS)}
    return [said[k] for k in range(len(rows))]


def train(examples: Sequence[Example]) -> tuple[HistGradientBoostingClassifier, HistGradientBoostingClassifier]:
    """Both models; the second learns from what the first thinks of songs it does not know."""
    rows = [e.columns for e in examples]
    alone = out_of_fold(rows, [flags(e) for e in examples], 10)
    truth = [flags(e, best_move(e, a)) for e, a in zip(examples, alone, strict=True)]
    alone = out_of_fold(rows, truth, 10)
    inner = [in_context(a, e.bars, e.columns) for e, a in zip(examples, alone, strict=True)]
    return fit(rows, truth, 10), fit(inner, truth, 8)


def boundary_f(mine: Array, true: Array) -> float:
    """F of boundaries within half a bar, both ends of the song among them."""
    near = np.abs(mine[:, None] - true) <= 0.5
    recall, precision = near.any(axis=0).mean(), near.any(axis=1).mean()
    return float(2 * recall * precision / max(recall + precision, 1e-9))


def report(examples: Sequence[Example], score: Callable[[int, Example], Array]) -> None:
    """Print the mean boundary F."""
    found = []
    for k, e in enumerate(examples):
        lines = best_lines(score(k, e), lead_in=e.ends[0], last_ring=e.ends[1])
        found.append(boundary_f(lines.astype(np.float64), e.edges))
    print(f"songs {len(found)}, boundary F {np.mean(found):.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds 001, 002, ...")
    parser.add_argument("--out", type=Path, default=Path("form.npz"))
    parser.add_argument("--folds", type=int, default=0, help="report on training songs held out by turns")
    a = parser.parse_args()
    examples = [example(p) for p in all_performed(a.data, TRAINING)]
    if a.folds:
        pairs = [train([e for k, e in enumerate(examples) if k % a.folds != f]) for f in range(a.folds)]

        def held_out(k: int, e: Example) -> Array:
            first, second = pairs[k % a.folds]
            return opinion(second, in_context(opinion(first, e.columns), e.bars, e.columns))

        report(examples, held_out)
    first, second = train(examples)
    np.savez_compressed(a.out, models=2, **arrays(first, 0), **arrays(second, 1))
    print(f"{a.out}: {a.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
