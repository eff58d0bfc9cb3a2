"""Train the models of section boundaries and write their weights.

    python benchmarks/train_form.py --data POP909 [--out FOLDER] [--folds 4]

Needs scikit-learn and PyTorch, which RemixKit itself does not. Songs are heard from the file as it is (grid, tune,
chords, keys), but for the tracks' names. Each bar line is a row; it is a boundary if a listener's edge lies nearest to
it. Edges are laid on the tune the listeners saw (`pop909.tune_start`); a song whose bars were heard half a bar off is
left out of training. The trees learn the first listener's edges: the second model's inputs hold the first's opinions
from songs it was not trained on (four folds). The nets learn both listeners', the first's with a weight of .7; they
differ in their seed only.

With `--folds` it reports the boundary F of training songs held out by turns, with edges counted from the first chord as
`benchmarks/analysis.py` does, and laid on the tune. `pop909.MEASURED` is never read here.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pop909 import TRAINING, Performed, all_performed
from sklearn.ensemble import HistGradientBoostingClassifier
from torch import nn
from torch.nn import functional
from train_melody import arrays

from remixkit.analysis import analyze
from remixkit.analysis.features import listen, make_frames
from remixkit.analysis.form.bar_features import Bars
from remixkit.analysis.form.bar_net import FARTHEST, Net
from remixkit.analysis.form.section_edges import BOUNDARY_BIAS, hear_lines, heeded, in_context, line_odds, logit
from remixkit.analysis.form.section_path import best_path

Array = NDArray[np.float64]
FOLDS = 4
OFF_GRID = 0.25
SEEDS = (0, 1, 2)
HIDDEN, TAPS, DILATION = 48, 5, (1, 2, 4, 8)
EPOCHS, BATCH, RATE, DECAY = 25, 16, 3e-3, 1e-2
DROPPED_COLUMNS, DROPPED = 0.1, 0.3
FIRST_LISTENER = 0.7


@dataclass(frozen=True, slots=True)
class Example:
    """A song's bar lines.

    What they tell; the edges of both listeners in bars, and the first's counted from the first chord (None where that
    cannot be done); the bars.
    """

    columns: Array
    first: Array
    second: Array
    counted: Array | None
    bars: Bars


def example(labelled: Performed) -> Example:
    """Hear a song as the package does."""
    heard = analyze(labelled.song)
    frames = make_frames(heard.song)
    sounding = listen(heard.song, ["drums" if t.is_drum else "chords" for t in heard.song.tracks], frames)
    columns, bars = hear_lines(heard.song, frames, sounding, heard.melody, heard.chords, heard.keys)
    lines_s = heard.song.grid.tempo.to_s(bars.edges)
    first, second, counted = (
        None if edges is None else np.interp(edges, lines_s, np.arange(len(lines_s)))
        for edges in (labelled.first_s, labelled.second_s, labelled.edges_s)
    )
    return Example(columns, first, second, counted, bars)


def flags(e: Example, edges: Array) -> NDArray[np.bool_]:
    """Whether each line is an edge."""
    return np.isin(np.arange(len(e.columns)), np.floor(edges + 0.5))


def on_grid(e: Example) -> bool:
    """Whether the bars were heard where the listeners had them."""
    return float(np.median(np.abs(e.first - np.rint(e.first)))) <= OFF_GRID


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


def said_by(model: HistGradientBoostingClassifier, columns: Array) -> Array:
    """Log odds of each line."""
    return logit(model.predict_proba(columns)[:, 1])


def out_of_fold(rows: Sequence[Array], truth: Sequence[NDArray[np.bool_]], leaves: int) -> list[Array]:
    """Log odds of each song's lines by a model that has not seen the song."""
    said: dict[int, Array] = {}
    for fold in range(FOLDS):
        known = [k for k in range(len(rows)) if k % FOLDS != fold]
        model = fit([rows[k] for k in known], [truth[k] for k in known], leaves)
        said |= {k: said_by(model, rows[k]) for k in range(fold, len(rows), FOLDS)}
    return [said[k] for k in range(len(rows))]


def train_trees(examples: Sequence[Example]) -> list[HistGradientBoostingClassifier]:
    """Both models; the second learns from what the first thinks of songs it does not know."""
    rows = [e.columns for e in examples]
    truth = [flags(e, e.first) for e in examples]
    alone = out_of_fold(rows, truth, 10)
    inner = [in_context(a, e.bars, e.columns) for e, a in zip(examples, alone, strict=True)]
    return [fit(rows, truth, 10), fit(inner, truth, 8)]


class Torch(nn.Module):
    """`remixkit.analysis.form.bar_net.Net` while it learns."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Linear(width, HIDDEN)
        self.near = nn.ModuleList(
            nn.Conv1d(HIDDEN, HIDDEN, TAPS, padding=d * (TAPS // 2), dilation=d) for d in DILATION
        )
        self.far = nn.ModuleList(nn.Linear(HIDDEN, HIDDEN) for _ in DILATION)
        self.last = nn.Linear(HIDDEN, 1)

    def forward(self, columns: torch.Tensor, inside: torch.Tensor, heed: torch.Tensor) -> torch.Tensor:
        """Log odds (songs, bars) from columns (songs, bars, features); `inside` is 0 in the padding."""
        said = functional.relu(self.first(functional.dropout(columns, DROPPED_COLUMNS, self.training))) * inside
        for near, far in zip(self.near, self.far, strict=True):
            more = functional.relu(near(said.transpose(1, 2)).transpose(1, 2) + far(heed @ said))
            said = (said + functional.dropout(more, DROPPED, self.training)) * inside
        return self.last(said)[..., 0]


def batches(
    examples: Sequence[Example], scaled: Sequence[Array], rng: np.random.Generator
) -> Iterator[list[torch.Tensor]]:
    """Columns, truth, what is inside and whom each line heeds, of `BATCH` songs at a time, in random order."""
    order = rng.permutation(len(examples))
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        longest = max(len(scaled[k]) for k in chosen)
        shapes = ((longest, scaled[0].shape[1]), (longest,), (longest, 1), (longest, longest))
        padded = [np.zeros((len(chosen), *shape), dtype=np.float32) for shape in shapes]
        for row, k in enumerate(chosen):
            e, n = examples[k], len(scaled[k])
            both = FIRST_LISTENER * flags(e, e.first) + (1 - FIRST_LISTENER) * flags(e, e.second)
            for array, values in zip(padded, (scaled[k], both, np.ones((n, 1))), strict=False):
                array[row, :n] = values
            padded[3][row, :n, :n] = heeded(e.bars)
        yield [torch.from_numpy(array) for array in padded]


def train_net(examples: Sequence[Example], seed: int) -> Net:
    """A net that has learnt both listeners' edges."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    rows = np.concatenate([e.columns for e in examples])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    scaled = [np.clip((e.columns - mean) / spread, -FARTHEST, FARTHEST) for e in examples]
    net = Torch(rows.shape[1]).train()
    steps = EPOCHS * -(-len(examples) // BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps)
    for _ in range(EPOCHS):
        for columns, truth, inside, heed in batches(examples, scaled, rng):
            each = functional.binary_cross_entropy_with_logits(net(columns, inside, heed), truth, reduction="none")
            optimiser.zero_grad()
            ((each * inside[..., 0]).sum() / inside.sum()).backward()
            optimiser.step()
            schedule.step()

    def together(parts: Sequence[torch.Tensor]) -> Array:
        return np.stack([p.detach().numpy().astype(np.float64) for p in parts])

    return Net(
        mean=mean,
        spread=spread,
        first=together([net.first.weight])[0].T,
        first_bias=together([net.first.bias])[0],
        near=together([c.weight.permute(2, 1, 0) for c in net.near]),
        near_bias=together([c.bias for c in net.near]),
        far=together([f.weight.T for f in net.far]),
        far_bias=together([f.bias for f in net.far]),
        last=together([net.last.weight])[0, 0],
        last_bias=together([net.last.bias])[0],
        dilation=np.array(DILATION),
    )


def write_nets(nets: Sequence[Net], out: Path) -> None:
    """As `remixkit.analysis.form.bar_net` reads them; a float16 is exact enough."""
    names = [name for name in Net.__dataclass_fields__ if name != "dilation"]
    parts = {f"{name}_{k}": getattr(net, name) for k, net in enumerate(nets) for name in names}
    halves = {
        name: a.astype(np.float32 if name.startswith(("mean", "spread")) else np.float16) for name, a in parts.items()
    }
    np.savez_compressed(out, models=len(nets), dilation=nets[0].dilation, **halves)


def boundary_f(mine: Array, true: Array) -> float:
    """F of boundaries within half a bar, both ends of the song among them."""
    near = np.abs(mine[:, None] - true) <= 0.5
    recall, precision = near.any(axis=0).mean(), near.any(axis=1).mean()
    return float(2 * recall * precision / max(recall + precision, 1e-9))


def report(examples: Sequence[Example], folds: int) -> None:
    """Print the mean boundary F of songs held out by turns."""
    counted, laid = [], []
    for fold in range(folds):
        known = [e for k, e in enumerate(examples) if k % folds != fold and on_grid(e)]
        first, second = train_trees(known)
        nets = [train_net(known, seed) for seed in SEEDS]
        for e in examples[fold::folds]:
            trees = said_by(second, in_context(said_by(first, e.columns), e.bars, e.columns))
            odds = line_odds(trees, nets, e.bars, e.columns) + BOUNDARY_BIAS
            lines, _ = best_path(odds, np.zeros((len(odds), 1)))
            laid.append(boundary_f(lines.astype(np.float64), e.first))
            if e.counted is not None:
                counted.append(boundary_f(lines.astype(np.float64), e.counted))
    print(f"counted from the first chord: songs {len(counted)}, boundary F {np.mean(counted):.4f}")
    print(f"laid on the tune: songs {len(laid)}, boundary F {np.mean(laid):.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds 001, 002, ...")
    parser.add_argument("--out", type=Path, default=Path(), help="the folder to write form.npz and form_net.npz to")
    parser.add_argument("--folds", type=int, default=0, help="report on training songs held out by turns")
    a = parser.parse_args()
    examples = [example(p) for p in all_performed(a.data, TRAINING)]
    if a.folds:
        report(examples, a.folds)
    usable = [e for e in examples if on_grid(e)]
    first, second = train_trees(usable)
    np.savez_compressed(a.out / "form.npz", models=2, **arrays(first, 0), **arrays(second, 1))
    write_nets([train_net(usable, seed) for seed in SEEDS], a.out / "form_net.npz")


if __name__ == "__main__":
    main()
