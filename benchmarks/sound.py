"""Is the sound finished, and what does it cost? Covers of songs, rendered in this process.

    python benchmarks/sound.py loudness SONG... [--soundfont NAME|PATH] [--style NAME ...] [--rows PATH.json]
    python benchmarks/sound.py pictures SONG --folder docs [--soundfont NAME|PATH] [--style NAME ...]
    python benchmarks/sound.py stages SONG... [--soundfont NAME|PATH ...] [--style NAME ...] [--times N]
    python benchmarks/sound.py lead SONG... [--soundfont NAME|PATH] [--style NAME ...] [--rows PATH.json]

`loudness`, one row a style: how far integrated loudness (BS.1770, pyloudnorm) lies from the style's target at most;
highest true peak (four times oversampled, and ffmpeg's ebur128 as a second opinion where it is installed); median
loudness range (EBU 3342, ffmpeg); median spectral centroid (magnitudes, first two minutes) - and the share of
songs in which lo-fi is darker than the piano, the piano than the orchestra, the orchestra than the rock band.

`stages`: CPU seconds of every stage, all threads together, and the whole of them as a ratio to what FluidSynth's own
program takes for the same MIDI and SoundFont. The least of N times, since other programs only ever add to it.

`lead`: how many LU the tune stands above everything else while it sounds, for each section of which it plays a quarter
or more. Each part is taken as the mix has it, with its bus and its share of the room, before the master; the tune is
what the parts play whose name says that they have it, or whose notes come from it. Gated as `render.balance` does it.

`pictures`: sound-spectra.png and sound-loudness.png (short-term loudness, windows of 3 s; sections behind it).
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyloudnorm
import soundfile
from scipy.signal import resample_poly

from remixkit import midi, remix
from remixkit import style as styles
from remixkit.evaluate.melody_match import leads
from remixkit.export.roll import SECTIONS
from remixkit.model.arrangement import Arrangement, Part
from remixkit.render import SoundFont, render
from remixkit.render.master.loudness import step_powers
from remixkit.render.mix.level_rider import standing_lu
from remixkit.render.mix.stems import StemOptions, apart
from remixkit.render.mix.summing import mixdown
from remixkit.render.soundfonts import lookup

DARK_TO_BRIGHT = ("lofi", "piano-ballad", "orchestral", "rock")
RATE_HZ = 44100
HEARD_LU = (3.0, 9.0)
SLOT = 240


def measured(path: Path) -> dict[str, float]:
    """What a finished file sounds like."""
    sound, rate = soundfile.read(path, always_2d=True)
    mono = sound.mean(axis=1)[: 120 * rate]
    spectrum = np.abs(np.fft.rfft(mono))
    hz = np.fft.rfftfreq(len(mono), 1 / rate)
    peak = max(float(np.abs(resample_poly(channel, 4, 1)).max()) for channel in sound.T)
    row = {
        "lufs": float(pyloudnorm.Meter(rate).integrated_loudness(sound)),
        "peak_db": 20 * float(np.log10(max(peak, 1e-9))),
        "centroid_hz": float((spectrum * hz).sum() / max(spectrum.sum(), 1e-9)),
    }
    if shutil.which("ffmpeg"):
        command = ["ffmpeg", "-nostats", "-i", str(path), "-filter_complex", "ebur128=peak=true", "-f", "null", "-"]
        said = subprocess.run(command, capture_output=True, text=True).stderr.rpartition("Summary:")[2]
        for name, label in (("range_lu", "LRA"), ("ffmpeg_lufs", "I"), ("ffmpeg_peak_db", "Peak")):
            row[name] = float(re.search(rf"\b{label}:\s+(-?[\d.]+)", said)[1])  # type: ignore[index]
    return row


def loudness(songs: Iterable[Path], names: list[str], font: SoundFont, folder: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    loaded = {name: styles.load(name) for name in names}
    for song in songs:
        analysis = remix.analyze(song)
        for name in names:
            made = remix.cover(analysis, loaded[name], seed=1)
            said = render(made.arrangement, [folder / "x.wav"], soundfont=font)
            row = {"song": song.name, "style": name, "target": made.style.master.target_lufs, "said_lufs": said.lufs}
            rows.append(row | measured(folder / "x.wav") | {"warnings": said.warnings})
            print(json.dumps({k: round(v, 2) if isinstance(v, float) else v for k, v in rows[-1].items()}), flush=True)
    return rows


def table(rows: list[dict[str, object]], names: list[str]) -> None:
    print("| style | songs | off target, LU | true peak, dBTP | ffmpeg's | range, LU | centroid, Hz |")
    print("|---|---|---|---|---|---|---|")
    for name in names:
        own: list[dict[str, float]] = [r for r in rows if r["style"] == name]  # type: ignore[misc]
        middle = [statistics.median(r.get(k, float("nan")) for r in own) for k in ("range_lu", "centroid_hz")]
        print(
            f"| {name} | {len(own)} | {max(abs(r['lufs'] - r['target']) for r in own):.2f} "
            f"| {max(r['peak_db'] for r in own):.2f} | {max(r.get('ffmpeg_peak_db', -99) for r in own):.1f} "
            f"| {middle[0]:.1f} | {middle[1]:.0f} |"
        )
    by_song: dict[object, dict[object, float]] = {}
    for r in rows:
        by_song.setdefault(r["song"], {})[r["style"]] = r["centroid_hz"]  # type: ignore[assignment]
    for dark, bright in pairwise([n for n in DARK_TO_BRIGHT if n in names]):
        right = [c[dark] < c[bright] for c in by_song.values()]
        print(f"{dark} darker than {bright}: {sum(right)} of {len(right)}")


def pictures(song: Path, names: list[str], font: SoundFont, folder: Path, target: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from PIL import Image

    spectra, upper = plt.subplots(len(names), 1, figsize=(10, 2.1 * len(names)), layout="constrained")
    curves, lower = plt.subplots(len(names), 1, figsize=(10, 1.7 * len(names)), layout="constrained")
    analysis = remix.analyze(song)
    for name, high, low in zip(names, upper, lower, strict=True):
        made = remix.cover(analysis, name, seed=1).arrangement
        render(made, [folder / "x.wav"], soundfont=font)
        sound, rate = soundfile.read(folder / "x.wav", always_2d=True)
        high.specgram(sound.mean(axis=1) + 1e-9, NFFT=8192, Fs=rate, noverlap=0, vmin=-125, vmax=-45, cmap="magma")
        high.set(yscale="symlog", ylim=(40, 20000), ylabel=f"{name}\nHz")
        high.set_yticks([100, 1000, 10000], ["100", "1k", "10k"])
        powers = step_powers(sound.T.astype(np.float32), rate)
        windows = np.convolve(powers, np.full(30, 1 / 30), mode="valid")
        seconds = 3 + 0.1 * np.arange(len(windows))
        low.plot(seconds, -0.691 + 10 * np.log10(windows + 1e-9), color="#22223b", linewidth=1)
        for section in made.sections:
            start, end = (
                made.grid.tempo.second(t) - made.grid.tempo.start_s for t in (section.start_tick, section.end_tick)
            )
            low.axvspan(start, end, color=SECTIONS[section.label], alpha=0.7, linewidth=0)
            low.text(start + 0.4, -38.5, section.label, fontsize=8)
        low.set(ylim=(-40, -8), xlim=(0, len(sound) / rate), ylabel=f"{name}\nLUFS")
        high.set_xlim(0, len(sound) / rate)
    upper[-1].set_xlabel("seconds")
    lower[-1].set_xlabel("seconds")
    for figure, picture in ((spectra, "sound-spectra.png"), (curves, "sound-loudness.png")):
        figure.savefig(target / picture, dpi=60)
        Image.open(target / picture).quantize(48).save(target / picture, optimize=True)


def stages(arrangement: Arrangement, font: SoundFont, folder: Path) -> tuple[dict[str, float], float]:
    """CPU seconds of a render's stages, and of FluidSynth's own program."""
    marks: dict[str, float] = {}
    last = ["", time.process_time()]

    def told(stage: str, _: float) -> None:
        now = time.process_time()
        marks[last[0]] = marks.get(last[0], 0.0) + now - last[1]
        last[:] = [stage, now]

    last[0] = "synthesis"
    render(arrangement, [folder / "x.wav"], soundfont=font, progress=told)
    told("", 1.0)
    midi.write(arrangement, folder / "x.mid")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["fluidsynth", "-niq", "-F", str(folder / "plain.wav"), "-r", "44100", str(font.path), "x.mid"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return marks, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def standing(arrangement: Arrangement, font: SoundFont, folder: Path) -> list[tuple[str, float]]:
    """How far the tune stands above the rest, in LU, for each section that has it."""
    tune = [p for p in arrangement.parts if p in leads(arrangement) or _is_tune(p)]
    roles = {p.role for p in tune}
    sung = {slot for p in tune for n in p.notes for slot in range(n.start_tick // SLOT, -(-n.end_tick // SLOT))}
    mix = mixdown(arrangement, font, RATE_HZ)
    with apart(arrangement, font, RATE_HZ, mix, StemOptions(folder)) as parts:
        own = np.sum([p.sound for p in parts if p.role in roles], axis=0, dtype=np.float32)
    powers = step_powers(own, RATE_HZ), step_powers(mix.sound - own, RATE_HZ)
    tempo = arrangement.grid.tempo
    found = []
    for section in arrangement.sections:
        slots = range(section.start_tick // SLOT, section.end_tick // SLOT)
        ends = (tempo.second(t) - tempo.start_s for t in (section.start_tick, section.end_tick))
        start, end = (max(0, round(s * 10)) for s in ends)
        level = standing_lu(*(p[start:end] for p in powers))
        if level is not None and 4 * sum(slot in sung for slot in slots) >= len(slots):
            found.append((section.label, level))
    return found


def _is_tune(part: Part) -> bool:
    return 2 * sum(n.origin.endswith("/tune") for n in part.notes) > len(part.notes)


def lead(songs: Iterable[Path], names: list[str], font: SoundFont, folder: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    loaded = {name: styles.load(name) for name in names}
    for song in songs:
        analysis = remix.analyze(song)
        for name in names:
            found = standing(remix.cover(analysis, loaded[name], seed=1).arrangement, font, folder)
            rows.append({"song": song.name, "style": name, "sections": [(s, round(lu, 2)) for s, lu in found]})
            print(json.dumps(rows[-1]), flush=True)
    return rows


def lead_table(rows: list[dict[str, object]], names: list[str]) -> None:
    low, high = HEARD_LU
    print(f"| style | songs | sections | median, LU | 5 % | 95 % | within {low:g}-{high:g} | under {low:g} |")
    print("|---|---|---|---|---|---|---|---|")
    for name in names:
        own: list[list[tuple[str, float]]] = [r["sections"] for r in rows if r["style"] == name]  # type: ignore[misc]
        lus = np.array([lu for sections in own for _, lu in sections])
        middle, least, most = np.percentile(lus, [50, 5, 95])
        within, under = np.mean((lus >= low) & (lus <= high)), np.mean(lus < low)
        print(
            f"| {name} | {len(own)} | {len(lus)} | {middle:.1f} | {least:.1f} | {most:.1f} "
            f"| {within:.0%} | {under:.0%} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["loudness", "pictures", "stages", "lead"])
    parser.add_argument("songs", type=Path, nargs="+")
    parser.add_argument("--soundfont", action="append", dest="fonts")
    parser.add_argument("--style", action="append", dest="styles")
    parser.add_argument("--rows", type=Path)
    parser.add_argument("--folder", type=Path, default=Path("docs"))
    parser.add_argument("--times", type=int, default=2)
    given = parser.parse_args()
    names = given.styles or list(DARK_TO_BRIGHT)
    fonts = [lookup.find(name) for name in given.fonts or [None]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.what == "loudness":
            rows = loudness(given.songs, names, fonts[0], folder)
            if given.rows:
                given.rows.write_text(json.dumps(rows))
            table(rows, names)
            return
        if given.what == "lead":
            rows = lead(given.songs, names, fonts[0], folder)
            if given.rows:
                given.rows.write_text(json.dumps(rows))
            lead_table(rows, names)
            return
        if given.what == "pictures":
            pictures(given.songs[0], names, fonts[0], folder, given.folder)
            return
        print("| SoundFont | song | style | seconds | synthesis and mix | master | file | ratio |")
        print("|---|---|---|---|---|---|---|---|")
        for song in given.songs:
            analysis = remix.analyze(song)
            for style in names:
                arrangement = remix.cover(analysis, style, seed=1).arrangement
                seconds = arrangement.grid.tempo.second(arrangement.end_tick)
                for font in fonts:
                    runs = [stages(arrangement, font, folder) for _ in range(given.times)]
                    marks, ours = min(((m, sum(m.values())) for m, _ in runs), key=lambda r: r[1])
                    ratio = ours / min(plain for _, plain in runs)
                    cells = " | ".join(f"{marks.get(k, 0.0):.1f}" for k in ("synthesis", "master", "file"))
                    print(
                        f"| {font.name} | {song.stem} | {style} | {seconds:.0f} | {cells} | {ratio:.2f} |", flush=True
                    )


if __name__ == "__main__":
    main()
