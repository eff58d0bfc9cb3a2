"""What an album costs, and whether it is the same after anything.

    python benchmarks/batch.py speed    [FOLDER] [--songs 24] [--rounds 3]   two cores against one
    python benchmarks/batch.py memory   [FOLDER] [--songs 200]               megabytes while songs go by
    python benchmarks/batch.py kills    [FOLDER] [--songs 6] [--kills 20]    SIGKILL at random moments, then resumed
    python benchmarks/batch.py cluster  [FOLDER] [--songs 6]                 a Dask scheduler, two workers, one killed

FOLDER holds MIDI files; without it the songs of examples/ are taken in as many keys as it needs. Every song is made in
lo-fi and piano ballad, to MIDI and FLAC. `kills` and `cluster` compare every file's hash with an undisturbed album's.
Linux: it reads /proc and pins processes to cores. `cluster` needs dask[distributed].
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import mido

EXAMPLES = Path(__file__).parent.parent / "examples"
STYLES = ("lofi", "piano-ballad")
DRUMS = 9


def themes(given: Path | None, count: int, folder: Path) -> Path:
    """So many songs in a folder: the given ones, or examples in other keys."""
    folder.mkdir()
    if given is not None:
        for path in sorted(given.rglob("*.mid"))[:count]:
            shutil.copy(path, folder / f"{path.parent.name}-{path.name}")
        return folder
    sources = sorted(EXAMPLES.glob("*.mid"))
    for k in range(count):
        song = mido.MidiFile(sources[k % len(sources)])
        up = k // len(sources)
        for message in (m for track in song.tracks for m in track):
            if message.type in ("note_on", "note_off") and message.channel != DRUMS:
                message.note = message.note + (up % 12) - 6 if 12 < message.note < 110 else message.note
            if message.type == "set_tempo":
                message.tempo = round(message.tempo * (1 + up / 1000))
        song.save(folder / f"song{k:03d}.mid")
    return folder


def command(songs: Path, album: Path, *more: str) -> list[str]:
    styles = [word for style in STYLES for word in ("--style", style)]
    return [sys.executable, "-m", "remixkit", "batch", str(songs), *styles, "-o", str(album), *more]


def _album(folder: Path, name: str) -> Path:
    """A place for an album; the page's title is its last name."""
    (folder / name).mkdir(exist_ok=True)
    return folder / name / "album"


def timed(words: Sequence[str], cores: set[int] | None = None) -> tuple[float, float]:
    """Wall and CPU seconds of a command, on some cores."""

    def pin() -> None:
        if cores:
            os.sched_setaffinity(0, cores)

    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, preexec_fn=pin)
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def hashes(album: Path) -> dict[str, str]:
    return {
        str(p.relative_to(album)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(album.rglob("*"))
        if p.is_file()
    }


def same(album: Path, undisturbed: Path) -> str:
    a, b = hashes(album), hashes(undisturbed)
    if a == b:
        return f"identical, {len(a)} files"
    return "DIFFERENT: " + ", ".join(sorted(n for n in a.keys() | b.keys() if a.get(n) != b.get(n))[:5])


def speed(songs: Path, folder: Path, rounds: int) -> None:
    first, second = sorted(os.sched_getaffinity(0))[:2]
    ratios = []
    print("| round | one core, s | two cores, s | ratio | CPU s, one | CPU s, two | CPU s a cover |")
    print("|---|---|---|---|---|---|---|")
    for k in range(rounds):
        alone, together = (_album(folder, name) for name in ("one", "two"))
        one, cpu = timed(command(songs, alone, "--jobs", "1"), {first})
        two, cpu_two = timed(command(songs, together, "--jobs", "2"), {first, second})
        covers = len(list(alone.glob("*.flac")))
        ratios.append(one / two)
        print(
            f"| {k + 1} | {one:.1f} | {two:.1f} | {one / two:.2f} | {cpu:.0f} | {cpu_two:.0f} | {cpu / covers:.2f} |",
            flush=True,
        )
        print(f"  {same(together, alone)}", flush=True)
        shutil.rmtree(alone)
        shutil.rmtree(together)
    print(f"median {sorted(ratios)[len(ratios) // 2]:.2f} x one core's throughput")


def memory(songs: Path, folder: Path) -> None:
    run = subprocess.Popen(command(songs, folder / "album", "--jobs", "2"), stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    count = len(list(songs.iterdir()))
    peaks: list[tuple[int, float, float]] = []
    highest = [0.0, 0.0]

    def watch() -> None:
        while run.poll() is None:
            for k, sizes in enumerate((_megabytes([run.pid]), _megabytes(_children(run.pid)))):
                highest[k] = max(highest[k], max(sizes, default=0.0))
            time.sleep(0.1)

    threading.Thread(target=watch, daemon=True).start()
    print("| songs done | main process, MB | largest worker, MB |")
    print("|---|---|---|")
    finished = 0
    for line in run.stdout:
        finished += line.rstrip().endswith(f"{STYLES[-1]}.flac")
        if line.rstrip().endswith(f"{STYLES[-1]}.flac") and finished % max(1, count // 8) == 0:
            peaks.append((finished, *highest))
            print(f"| {finished} | {highest[0]:.0f} | {highest[1]:.0f} |", flush=True)
            highest[:] = [0.0, 0.0]
    if run.wait():
        sys.exit("the batch failed")


def _children(process: int) -> list[int]:
    try:
        return [int(c) for c in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def _megabytes(processes: Sequence[int]) -> list[float]:
    sizes = []
    for process in processes:
        try:
            pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
        sizes.append(pages * resource.getpagesize() / 1e6)
    return sizes


def kills(songs: Path, folder: Path, count: int) -> None:
    undisturbed, album = _album(folder, "undisturbed"), _album(folder, "killed")
    wall, _ = timed(command(songs, undisturbed, "--jobs", "2"))
    chance, done = random.Random(1), 0
    while done < count:
        run = subprocess.Popen(
            command(songs, album, "--jobs", "2"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            run.wait(chance.uniform(0.5, 0.45 * wall))
            print(f"finished after {done} kills: {same(album, undisturbed)}", flush=True)
            shutil.rmtree(album)
        except subprocess.TimeoutExpired:
            # Half of the times all processes at once, half of them only the one that leads.
            (os.killpg if done % 2 else os.kill)(run.pid, signal.SIGKILL)
            run.wait()
            done += 1
    timed(command(songs, album, "--jobs", "2"))
    print(f"{count} SIGKILLs: {same(album, undisturbed)}")


def cluster(songs: Path, folder: Path) -> None:
    undisturbed, album = _album(folder, "undisturbed"), _album(folder, "cluster")
    timed(command(songs, undisturbed, "--jobs", "2"))
    note = folder / "scheduler.json"
    quiet = subprocess.DEVNULL
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(note), "--nthreads", "1"]
    head = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--scheduler-file", str(note)]
    started = [subprocess.Popen([*head, "--no-dashboard"], stdout=quiet, stderr=quiet)]
    started += [
        subprocess.Popen([*worker, "--no-nanny", "--no-dashboard"], stdout=quiet, stderr=quiet) for _ in range(2)
    ]
    try:
        import distributed

        with distributed.Client(scheduler_file=str(note), timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        run = subprocess.Popen(command(songs, album, "--cluster", address), stdout=quiet)
        while not list(album.glob("*.flac")) and run.poll() is None:
            time.sleep(0.05)
        started[1].kill()
        print(f"status {run.wait()}, one of two workers killed: {same(album, undisturbed)}")
    finally:
        for process in started:
            process.kill()
            process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["speed", "memory", "kills", "cluster"])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--songs", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kills", type=int, default=20)
    given = parser.parse_args()
    usual = {"speed": 24, "memory": 200}.get(given.what, 6)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        songs = themes(given.folder, given.songs or usual, folder / "themes")
        runs: dict[str, Callable[[], None]] = {
            "speed": lambda: speed(songs, folder, given.rounds),
            "memory": lambda: memory(songs, folder),
            "kills": lambda: kills(songs, folder, given.kills),
            "cluster": lambda: cluster(songs, folder),
        }
        runs[given.what]()


if __name__ == "__main__":
    main()
