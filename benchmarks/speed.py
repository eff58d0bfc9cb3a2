"""How long a cover takes, and how much memory, each in a process of its own, start-up included.

    python benchmarks/speed.py [SONG...] [--soundfont PATH] [--style NAME ...]

Columns: CPU seconds of `remixkit cover` to MIDI; wall seconds to WAV; the same, and its CPU seconds, as a ratio to what
FluidSynth's own program takes to render the MIDI just written with the same SoundFont (so that ratios compare across
machines; the one of CPU seconds also across loads); peak memory. Without a song it is an example, and one of nearly
five minutes and 10,000 notes made from it.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import mido

EXAMPLE = Path(__file__).parent.parent / "examples" / "paper-comet.mid"
STYLES = ("piano-ballad", "orchestral", "lofi", "rock")


def measured(command: list[str], folder: Path) -> tuple[float, float, float]:
    """(wall seconds, CPU seconds, peak memory in MB) of a command, its children included."""
    code = (
        "import resource, subprocess, sys, time\n"
        "start = time.monotonic()\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)\n"
        "wall = time.monotonic() - start\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss)\n"
        "sys.exit(done.stderr if done.returncode else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()}")
    wall, cpu, peak = (float(word) for word in done.stdout.split())
    return wall, cpu, peak / (1e6 if sys.platform == "darwin" else 1e3)


def long_song(folder: Path, times: int = 3) -> Path:
    """The example, over and over, until it is longer than four minutes."""
    source = mido.MidiFile(EXAMPLE)
    bar = 4 * source.ticks_per_beat
    length = -(-max(sum(m.time for m in track) for track in source.tracks) // bar) * bar
    for track in source.tracks:
        timed, now = [], 0
        for message in track:
            now += message.time
            timed.append((now, message))
        first = [(at, m) for at, m in timed if m.type != "end_of_track"]
        later = [(at + k * length, m) for k in range(1, times) for at, m in first if m.type.startswith("note_")]
        now = 0
        track.clear()
        for at, message in [*first, *later]:
            track.append(message.copy(time=at - now))
            now = at
    path = folder / "long.mid"
    source.save(path)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("songs", type=Path, nargs="*")
    parser.add_argument("--style", action="append", dest="styles")
    parser.add_argument("--soundfont", help="a name or a file; by default the one RemixKit uses")
    given = parser.parse_args()

    from remixkit.render.soundfonts import lookup

    font = lookup.find(given.soundfont).path
    print("| song | notes | style | MIDI, CPU s | WAV, wall s | / fluidsynth, wall | / fluidsynth, CPU | peak MB |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for song in [p.absolute() for p in given.songs] or [EXAMPLE, long_song(folder)]:
            notes = sum(m.type == "note_on" and m.velocity > 0 for m in mido.MidiFile(song, clip=True))
            for style in given.styles or STYLES:
                cover = [sys.executable, "-m", "remixkit", "cover", str(song), "--style", style]
                _, cpu_s, _ = measured([*cover, "-o", "x.mid"], folder)
                wall_s, sound_cpu_s, peak_mb = measured([*cover, "-o", "x.wav", "--soundfont", str(font)], folder)
                ratios = "- | -"
                if shutil.which("fluidsynth"):
                    plain = ["fluidsynth", "-niq", "-F", "plain.wav", "-r", "44100", str(font), "x.mid"]
                    plain_wall_s, plain_cpu_s, _ = measured(plain, folder)
                    ratios = f"{wall_s / plain_wall_s:.2f} | {sound_cpu_s / plain_cpu_s:.2f}"
                row = f"| {song.stem} | {notes} | {style} | {cpu_s:.1f} | {wall_s:.1f} | {ratios} | {peak_mb:.0f} |"
                print(row, flush=True)


if __name__ == "__main__":
    main()
