"""Train the two models of section boundaries and write their weights.

    python benchmarks/train_form.py --data POP909 [--out form.npz]

Needs scikit-learn, which RemixKit itself does not. Each bar line of the training songs is a row; it is a boundary if
the first listener says so, and once more, with half the weight, if the second says so. The second model's inputs hold
the first's opinions from songs it was not trained on (four folds). With `--folds` it reports the boundary F of
training songs held out by turns. `pop909.MEASURED` is never read here.
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

from remixkit.analyse.features import make_frames
from remixkit.analyse.form import best_lines, hear_lines, in_context, logit
from remixkit.analyse.form_features import Bars
from remixkit.analyse.harmony import find_chords
from remixkit.analyse.key import find_keys
from remixkit.model.analysis import TrackRole

Array = NDArray[np.float64]
FOLDS = 4
SECOND_LISTENER = 0.5
ROLES: dict[str, TrackRole] = {"MELODY": "melody", "BRIDGE": "second"}


@dataclass(frozen=True, slots=True)
class Example:
    """A song's bar lines: what they tell, what two listeners said (bars,), all true edges in bars, the bars."""

    columns: Array
    first: NDArray[np.bool_]
    second: NDArray[np.bool_]
    edges: tuple[int, ...]
    bars: Bars


def example(labelled: Performed) -> Example:
    """Hear a song as the package does, but for the tune, which is the labelled one."""
    roles = tuple(ROLES.get(t.name.strip(), "chords") for t in labelled.song.tracks)
    chords = find_chords(labelled.song, roles)
    keys = find_keys(labelled.song, roles, chords)
    columns, bars = hear_lines(labelled.song, make_frames(labelled.song), labelled.melody, chords, keys)
    edges = tuple(int(np.argmin(np.abs(bars.edges - e))) for e in labelled.edges)
    others = tuple(int(np.argmin(np.abs(bars.edges - e))) for e in labelled.second_edges)
    return Example(columns, flags(edges, len(columns)), flags(others, len(columns)), edges, bars)


def flags(edges: Sequence[int], count: int) -> NDArray[np.bool_]:
    """Whether each line is one of the edges."""
    return np.isin(np.arange(count), edges)


def fit(rows: Sequence[Array], examples: Sequence[Example], leaves: int, seed: int) -> HistGradientBoostingClassifier:
    """One model."""
    columns = np.concatenate([*rows, *rows])
    truth = np.concatenate([*(e.first for e in examples), *(e.second for e in examples)])
    weight = np.concatenate([np.ones(len(columns) // 2), np.full(len(columns) // 2, SECOND_LISTENER)])
    model = HistGradientBoostingClassifier(
        max_iter=150,
        learning_rate=0.06,
        max_leaf_nodes=leaves,
        min_samples_leaf=40,
        l2_regularization=3.0,
        max_features=0.3,
        early_stopping=False,
        random_state=seed,
    )
    return model.fit(columns, truth, sample_weight=weight)


def opinion(model: HistGradientBoostingClassifier, columns: Array) -> Array:
    """Log odds of each line."""
    return logit(model.predict_proba(columns)[:, 1])


def train(
    examples: Sequence[Example],
) -> tuple[HistGradientBoostingClassifier, HistGradientBoostingClassifier]:
    """Both models; the second learns from what the first thinks of songs it does not know."""
    rows = [e.columns for e in examples]
    alone: dict[int, Array] = {}
    for fold in range(FOLDS):
        known = [k for k in range(len(examples)) if k % FOLDS != fold]
        model = fit([rows[k] for k in known], [examples[k] for k in known], 10, fold)
        alone |= {k: opinion(model, rows[k]) for k in range(fold, len(examples), FOLDS)}
    inner = [in_context(alone[k], e.bars, e.columns) for k, e in enumerate(examples)]
    return fit(rows, examples, 10, FOLDS), fit(inner, examples, 8, FOLDS)


def boundary_f(mine: Sequence[int], true: Sequence[int]) -> float:
    """F of boundaries, both ends of the song among them."""
    hit = len(set(mine) & set(true))
    return 2 * hit / max(1, len(set(mine)) + len(set(true)))


def report(examples: Sequence[Example], score: Callable[[int, Example], Array]) -> None:
    """Print the mean boundary F."""
    found = [boundary_f(best_lines(score(k, e)).tolist(), e.edges) for k, e in enumerate(examples)]
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
