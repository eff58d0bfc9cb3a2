"""How many MIDI files of a folder are read, how fast, and what other readers make of them.

    python benchmarks/reading.py FOLDER [--mutants N [--seed S]] [--limit SECONDS] [--each]

A file is *read* (a Song), *refused* (a SongError of one line that names the file) or *failed* (any other exception, a
message that breaks that promise, or more than the limit of seconds). For scale: mido, strict and with `clip=True`.

--mutants N damages copies of the folder's files that read well and reads those too, N of them: a cut, up to forty
bytes overwritten, bytes left out, foreign bytes put in, or a wrong byte in the header. A mutant is made from its number
alone, so one that fails can be made again: `--only S` reads the mutant of that number and shows what happens.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import mido

from remixkit import midi
from remixkit.errors import SongError

ENDINGS = (".mid", ".midi", ".kar", ".rmi", ".smf")
HEADER_BYTES = 14
Verdict = tuple[str, str]
"""read, refused or failed, and why."""


def by_us(data: bytes, file: str, limit_s: float) -> Verdict:
    start = time.process_time()
    try:
        midi.from_bytes(data, file=file)
        verdict = ("read", "")
    except SongError as problem:
        told = str(problem)
        clear = "\n" not in told and told.startswith(f"{file}: ")
        verdict = ("refused", told) if clear else ("failed", f"unclear: {told}")
    except Exception as problem:
        verdict = ("failed", f"{type(problem).__name__}: {problem}")
    seconds = time.process_time() - start
    return verdict if seconds <= limit_s else ("failed", f"took {seconds:.1f} s")


def by_mido(*, clip: bool) -> Callable[[bytes], Verdict]:
    def read(data: bytes) -> Verdict:
        try:
            mido.MidiFile(file=io.BytesIO(data), clip=clip)
        except Exception as problem:
            return "refused", f"{type(problem).__name__}: {problem}"
        return "read", ""

    return read


def mutant(good: list[bytes], number: int) -> bytes:
    """One of the files with one kind of damage."""
    rng = random.Random(number)
    data = bytearray(rng.choice(good))
    at = rng.randrange(len(data))
    how = rng.choice(("cut", "overwrite", "leave out", "put in", "header"))
    if how == "cut":
        del data[max(1, at) :]
    elif how == "overwrite":
        for _ in range(rng.randint(1, 40)):
            data[rng.randrange(len(data))] = rng.randrange(256)
    elif how == "leave out":
        del data[at : at + rng.randint(1, 64)]
    elif how == "put in":
        data[at:at] = rng.randbytes(rng.randint(1, 64))
    else:
        data[rng.randrange(min(HEADER_BYTES, len(data)))] = rng.randrange(256)
    return bytes(data)


def count(files: Iterable[tuple[str, bytes]], limit_s: float, *, each: bool) -> tuple[Counter[str], float, list[str]]:
    """Verdicts, the slowest file's CPU seconds, and the failures."""
    verdicts: Counter[str] = Counter()
    failed, slowest = [], 0.0
    for name, data in files:
        start = time.process_time()
        verdict, why = by_us(data, name, limit_s)
        slowest = max(slowest, time.process_time() - start)
        verdicts[verdict] += 1
        failed += [f"{name}: {why}"] if verdict == "failed" else []
        if each:
            print(f"{verdict:8s} {why or name}", flush=True)
    return verdicts, slowest, failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mutants", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0, help="the first mutant's number")
    parser.add_argument("--only", type=int, help="read this mutant and show its traceback, if any")
    parser.add_argument("--limit", type=float, default=20.0, help="CPU seconds that a file may take")
    parser.add_argument("--each", action="store_true", help="a line for each file")
    given = parser.parse_args()

    files = {p.name: p.read_bytes() for p in sorted(given.folder.rglob("*")) if p.suffix.lower() in ENDINGS}
    if not files:
        parser.error(f"no MIDI files in {given.folder}")
    if given.only is not None:
        print(midi.from_bytes(mutant(sound(files), given.only), file=f"mutant-{given.only}.mid").warnings)
        return
    start = time.process_time()
    verdicts, slowest, failed = count(files.items(), given.limit, each=given.each)
    cpu_s = time.process_time() - start
    print(
        json.dumps(
            {
                "reader": "remixkit",
                "files": len(files),
                **verdicts,
                "cpu_s": round(cpu_s, 2),
                "slowest_s": round(slowest, 2),
            }
        )
    )
    for name, read in (("mido", by_mido(clip=False)), ("mido, clip", by_mido(clip=True))):
        start = time.process_time()
        others = Counter(read(data)[0] for data in files.values())
        print(
            json.dumps({"reader": name, "files": len(files), **others, "cpu_s": round(time.process_time() - start, 2)})
        )
    if given.mutants:
        good = sound(files)

        def mutants() -> Iterator[tuple[str, bytes]]:
            for number in range(given.seed, given.seed + given.mutants):
                yield f"mutant-{number}.mid", mutant(good, number)

        verdicts, slowest, more = count(mutants(), given.limit, each=given.each)
        print(json.dumps({"mutants": given.mutants, **verdicts, "slowest_s": round(slowest, 2)}))
        failed += more
    if failed:
        sys.exit("\n".join(failed))


def sound(files: dict[str, bytes]) -> list[bytes]:
    """The files that even a strict reader reads: what mutants are made from."""
    strict = by_mido(clip=False)
    return [data for data in files.values() if data and strict(data)[0] == "read"]


if __name__ == "__main__":
    main()
