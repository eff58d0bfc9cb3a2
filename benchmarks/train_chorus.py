"""Train the models of what is sung and what is chorus, and write their weights.

    python benchmarks/train_chorus.py --data POP909 [--out FOLDER] [--bands 120]

Needs scikit-learn, which RemixKit itself does not. The listeners of POP909 wrote letters, upper case where there is a
tune, the same letter for the same music; which letter is the chorus they did not say. It is taken to be the repeated
one, but the song's first, of which most lies in the second half; a letter that only ever follows it belongs to it.
Songs in which no letter can be it are left out, and so are those whose bars were heard half a bar off.

Each song is a row a bar: as its file has it; with the whole tune taken away, and with stretches of it taken away, as
where the singer is not found; and, for some songs, played by a band: RemixKit covers them in its styles with names
taken off, every second instrument and the order of the tracks drawn, and hears what it made. The second model's inputs
hold the first's opinions of songs it was not trained on (three folds). `pop909.MEASURED` is never read here.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pop909 import TRAINING, Performed, all_performed
from sklearn.ensemble import HistGradientBoostingClassifier
from train_melody import arrays

import remixkit
from remixkit import midi
from remixkit.analysis import analyze
from remixkit.analysis.features import listen, make_frames
from remixkit.analysis.form.returns import find_returns
from remixkit.analysis.form.story import again_columns, bar_columns, story_log_odds
from remixkit.model.analysis import Analysis, MelodyNote, Section, SectionName
from remixkit.model.song import Song

Array = NDArray[np.float64]
Kind = Literal["unsung", "verse", "prechorus", "chorus", "other"]

FOLDS = 3
OFF_GRID = 0.25
STYLES = ("rock", "orchestral", "lofi", "acoustic-pop")
PROGRAMS = (0, 4, 24, 27, 48, 52, 61, 73, 80, 81, 88)
ENERGY = {"chorus": 0.8, "prechorus": 0.6, "verse": 0.4, "other": 0.5, "unsung": 0.3}
ENERGY_SPREAD = 0.18
GAPS, GAP_SHARE = 3, 0.15


@dataclass(frozen=True, slots=True)
class Example:
    """A song bar by bar: what bars tell, (bars, features), whose music is the same, (bars, bars), their kind or ""."""

    name: str
    columns: Array
    same: NDArray[np.float32]
    kinds: NDArray[np.str_]


def lettered(folder: Path) -> list[tuple[str, int]]:
    """The first listener's sections: letter and bars."""
    label = (folder / "structure_human_label1.txt").read_text()
    return [(letter, int(bars)) for letter, bars in re.findall(r"([A-Za-z])(\d+)", label)]


def kinds_of(sections: Sequence[tuple[str, int]]) -> list[Kind] | None:
    """What each section is, None where no letter can be the chorus."""
    letters = [letter for letter, _ in sections]
    ends = np.cumsum([bars for _, bars in sections])
    sung = [k for k, letter in enumerate(letters) if letter.isupper()]
    if not sung:
        return None
    first = letters[sung[0]]
    repeated = sorted({a for a in letters if a.isupper() and a not in ("X", first) and letters.count(a) > 1})
    if not repeated:
        return None

    def lateness(letter: str) -> float:
        mine = [k for k in sung if letters[k] == letter]
        late = sum(sections[k][1] for k in mine if ends[k] - sections[k][1] > ends[-1] / 2)
        return late + 4.0 * max(float(ends[k]) for k in mine) / float(ends[-1])

    best = max(repeated, key=lateness)
    follows = {
        a for a in repeated if all(letters[k - 1] in (best, a) for k in sung if letters[k] == a and k) and a != best
    }
    chorus = {best, *follows}

    def kind(k: int) -> Kind:
        letter = letters[k]
        if not letter.isupper():
            return "unsung"
        if letter in chorus:
            return "chorus"
        if letter == "X":
            return "other"
        then = [b for a, b in itertools.pairwise(letters) if a == letter != b]
        leads = bool(then) and 2 * sum(b in chorus for b in then) >= len(then)
        return "prechorus" if leads and letter != first else "verse"

    return [kind(k) for k in range(len(letters))]


def example(name: str, heard: Analysis, melody: Sequence[MelodyNote], kinds: NDArray[np.str_]) -> Example:
    """What a song tells once it has been heard, with that tune."""
    frames = make_frames(heard.song)
    sounding = listen(heard.song, ["drums" if t.is_drum else "chords" for t in heard.song.tracks], frames)
    returns = find_returns(frames, sounding, melody, heard.chords)
    return Example(name, bar_columns(heard.song, frames, sounding, melody, returns), returns.same, kinds)


def bar_lines(song: Song) -> list[int]:
    """Ticks of the bar lines, the last one's end among them."""
    bars = list(song.grid.meter.bars(max(1, song.end_tick)))
    return [*(start for start, _ in bars), bars[-1][1]]


def laid(song: Song, edges_s: Array) -> NDArray[np.int64] | None:
    """The bars at which sections begin and the last ends, None where they were heard half a bar off."""
    lines_s = song.grid.tempo.to_s(np.array(bar_lines(song)))
    at = np.interp(edges_s, lines_s, np.arange(len(lines_s)))
    return None if np.median(np.abs(at - np.rint(at))) > OFF_GRID else np.rint(at).astype(np.int64)


def by_bar(kinds: Sequence[str], edges: NDArray[np.int64], bars: int) -> NDArray[np.str_]:
    """The kind of each bar, "" where none is known."""
    out = np.full(bars, "", dtype="<U9")
    for kind, a, b in zip(kinds, edges[:-1], edges[1:], strict=True):
        out[a:b] = kind
    return out


def examples(data: Path, bands: int) -> Iterator[Example]:
    """All training songs in all their ways."""
    for number, labelled in enumerate(all_performed(data, TRAINING)):
        kinds = kinds_of(lettered(data / labelled.name))
        heard = analyze(labelled.song)
        edges = laid(heard.song, labelled.first_s)
        if kinds is None or edges is None:
            continue
        named = by_bar(kinds, edges, len(bar_lines(heard.song)) - 1)
        yield example(labelled.name, heard, heard.melody, named)
        if number % 3:
            yield example(labelled.name, heard, (), named)
        if number % 3 != 1:
            yield example(labelled.name, heard, with_gaps(heard, labelled.name), named)
        if number % 2 == 0 and number < 2 * bands:
            yield from as_band(labelled, heard, kinds, edges, STYLES[number // 2 % len(STYLES)])


def with_gaps(heard: Analysis, name: str) -> tuple[MelodyNote, ...]:
    """The tune without some stretches."""
    draw = random.Random(name)
    end = heard.song.end_tick
    gaps = [draw.random() * end for _ in range(GAPS)]
    return tuple(m for m in heard.melody if not any(a < m.start_tick < a + GAP_SHARE * end for a in gaps))


def as_band(
    labelled: Performed, heard: Analysis, kinds: Sequence[Kind], edges: NDArray[np.int64], style: str
) -> Iterator[Example]:
    """The song as a band plays it: RemixKit's own cover of it, read back and heard."""
    draw = random.Random(labelled.name)
    lines = bar_lines(heard.song)
    edges = np.maximum.accumulate([0, *edges[1:-1], len(lines) - 1])
    sung = [k for k, kind in enumerate(kinds) if kind != "unsung"]
    told: list[Section] = []
    for k, kind in enumerate(kinds):
        around: SectionName = "intro" if k < sung[0] else "outro" if k > sung[-1] else "interlude"
        label: SectionName = around if kind == "unsung" else "prechorus" if kind == "other" else kind
        energy = float(np.clip(draw.gauss(ENERGY[kind], ENERGY_SPREAD), 0, 1))
        if edges[k + 1] > edges[k]:
            told.append(Section(lines[edges[k]], lines[edges[k + 1]], label, energy))
    cover = remixkit.cover(replace(heard, sections=tuple(told)), style, seed=int(labelled.name))
    with TemporaryDirectory() as folder:
        cover.write(Path(folder) / "band.mid")
        played = midi.read(Path(folder) / "band.mid")
    marks_s = [float(played.grid.tempo.to_s(m.tick)) for m in played.markers]
    names = [m.text if m.text in ("chorus", "verse", "prechorus") else "unsung" for m in played.markers]
    tracks = [
        replace(t, name="", program=t.program if t.is_drum or draw.random() < 0.5 else draw.choice(PROGRAMS))
        for t in played.tracks
    ]
    draw.shuffle(tracks)
    band = analyze(replace(played, tracks=tuple(tracks), markers=(), seeds=None))
    at = laid(band.song, np.array(marks_s))
    if at is not None:
        bars = len(bar_lines(band.song)) - 1
        named = by_bar(names, np.append(at, bars), bars)
        yield example(labelled.name, band, band.melody, named)


def fit(
    rows: Sequence[Array], truth: Sequence[NDArray[np.bool_]], leaves: int, trees: int
) -> HistGradientBoostingClassifier:
    """One model."""
    model = HistGradientBoostingClassifier(
        max_iter=trees,
        learning_rate=0.07,
        max_leaf_nodes=leaves,
        min_samples_leaf=60,
        l2_regularization=3.0,
        max_features=0.3,
        early_stopping=False,
        random_state=0,
    )
    return model.fit(np.concatenate(rows), np.concatenate(truth))


def train(
    songs: Sequence[Example],
    asked: Callable[[NDArray[np.str_]], NDArray[np.bool_]],
    yes: Callable[[NDArray[np.str_]], NDArray[np.bool_]],
    leaves: tuple[int, int],
    trees: int,
) -> list[HistGradientBoostingClassifier]:
    """Both models of a question that is `asked` of some bars; the second knows the first's opinion of unknown songs."""
    truth = [yes(e.kinds[asked(e.kinds)]) for e in songs]

    def model(columns: Sequence[Array], chosen: Sequence[int], size: int) -> HistGradientBoostingClassifier:
        rows = [columns[k][asked(songs[k].kinds)] for k in chosen]
        return fit(rows, [truth[k] for k in chosen], size, trees)

    columns = [e.columns for e in songs]
    alone: dict[int, Array] = {}
    for fold in range(FOLDS):
        mine = [k for k, e in enumerate(songs) if int(e.name) % FOLDS == fold]
        unseen = model(columns, [k for k in range(len(songs)) if k not in set(mine)], leaves[0])
        alone |= {k: story_log_odds(unseen.predict_proba(columns[k])[:, 1]) for k in mine}
    inner = [again_columns(alone[k], e.same, e.columns) for k, e in enumerate(songs)]
    everything = range(len(songs))
    return [model(columns, everything, leaves[0]), model(inner, everything, leaves[1])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds 001, 002, ...")
    parser.add_argument("--out", type=Path, default=Path(), help="the folder to write chorus.npz to")
    parser.add_argument("--bands", type=int, default=120, help="how many songs are played by a band as well")
    a = parser.parse_args()
    songs = list(examples(a.data, a.bands))
    sung = train(songs, lambda kinds: kinds != "", lambda kinds: kinds != "unsung", (8, 6), 60)
    chorus = train(
        songs, lambda kinds: (kinds != "") & (kinds != "unsung"), lambda kinds: kinds == "chorus", (10, 8), 100
    )
    models = {name: a for k, m in enumerate((*sung, *chorus)) for name, a in arrays(m, k).items()}
    np.savez_compressed(a.out / "chorus.npz", models=4, **models)


if __name__ == "__main__":
    main()
