"""Do the stems of whole covers add up? Their sum, with the style's master on it, is taken from the mix.

    python benchmarks/stems.py SONG... [--soundfont NAME|PATH] [--style NAME ...]

One row a cover: parts; whether there is a stem for what buses add; what is left, as energy below the mix's, of the mix
before its master and of the finished mix; stems whose length differs from it. A null test passes below -60 dB.
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from remixkit import remix
from remixkit.model.arrangement import Arrangement
from remixkit.render import SoundFont, render
from remixkit.render.master.mastering import finish
from remixkit.render.mix.stems import REST, Stem, StemOptions
from remixkit.render.mix.summing import RING_S, Ending, Mix, mixdown
from remixkit.render.soundfonts import lookup

RATE = 44100


def read(path: Path) -> NDArray[np.float32]:
    return np.ascontiguousarray(soundfile.read(path, always_2d=True, dtype="float32")[0].T)


def left_db(own: NDArray[np.float32], whole: NDArray[np.float32]) -> float:
    """How far what one is without the other lies below it; levels are first made alike."""
    frames = min(own.shape[1], whole.shape[1])
    a, b = own[:, :frames].astype(np.float64), whole[:, :frames].astype(np.float64)
    a *= (a * b).sum() / (a * a).sum()
    return float(10 * np.log10(((a - b) ** 2).sum() / (b * b).sum() + 1e-20))


def row(made: Arrangement, font: SoundFont, folder: Path) -> str:
    report = render(made, [folder / "mix.wav"], soundfont=font, bits=32, stems=StemOptions(folder / "stems"))
    stems: dict[str, Stem] = dict(report.stems)
    finished = read(folder / "mix.wav")
    total = np.zeros_like(finished)
    odd = 0
    for stem in stems.values():
        sound = read(stem.path)
        odd += sound.shape != finished.shape
        total[:, : sound.shape[1]] += sound[:, : total.shape[1]]
        stem.path.unlink()
    before = mixdown(made, font, RATE)
    raw = left_db(total, before.sound)
    rung = np.pad(total, ((0, 0), (0, int(RING_S * RATE) // 64 * 64)))
    with ThreadPoolExecutor() as pool:
        again = finish(Mix(rung, before.music_frames, Ending(0, 0, 0), {}, ()), made.master, RATE, made.seed, pool)
    return (
        f"{len(stems)} | {'yes' if REST in stems else 'no'} | {raw:.0f} | {left_db(again.sound, finished):.0f} | {odd}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("songs", nargs="+", type=Path)
    parser.add_argument("--soundfont")
    parser.add_argument("--style", nargs="+", default=["piano-ballad", "orchestral", "lofi", "rock", "acoustic-pop"])
    given = parser.parse_args()
    font = lookup.find(given.soundfont)
    print("| song | style | stems | glue | mix before its master, dB | finished mix, dB | of other length |")
    print("|---|---|---|---|---|---|---|")
    for song in given.songs:
        analysis = remix.analyze(song)
        for style in given.style:
            made = remix.cover(analysis, style, seed=1).arrangement
            with tempfile.TemporaryDirectory() as folder:
                print(f"| {song.name[:40]} | {style} | {row(made, font, Path(folder))} |", flush=True)


if __name__ == "__main__":
    main()
