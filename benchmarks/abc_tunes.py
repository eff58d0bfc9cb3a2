"""How tunes in ABC are read, against abc2midi, and what damaged ones do.

    python benchmarks/abc_tunes.py [--tunes 150] [--seed 1] [--draw tunes|files|books] [--plain] [--each]
    python benchmarks/abc_tunes.py --mutants 300 [--first 0] [--only N]

The tunes are those of music21's own corpus (airdsAirs, essenFolksong, josquin, miscFolk, nottingham, oneills1850,
ryansMammoth: traditional music in the public domain), drawn by a seed: of all tunes, of all files (the first tune of
each), or as many of each book. A tune is *equal* if the pitches and the onsets of all notes, in quarter notes from the
first, are those of abc2midi's MIDI file (Debian: abcmidi). abc2midi makes more of a tune than stands in it, so it is
told to leave fermatas, grace notes and its guitar away (-NFER -NGRA -NGUI) and to sound the notes of a chord together,
and the signs of trills, rolls, mordents and staccato are taken from its copy; --plain leaves the copy as it is.

--mutants N damages N tunes, each by its number alone, and reads each in a process of its own with 1 GB and 10 seconds.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import mido
import music21

from remixkit.errors import SongError
from remixkit.notation.abc import read_abc

BOOKS = ("airdsAirs", "essenFolksong", "josquin", "miscFolk", "nottingham-dataset", "oneills1850", "ryansMammoth")
GRID = 24
"""Onsets are compared on so many places a quarter note; abc2midi's own are late by a 480th."""
ORNAMENTS = re.compile(
    r"[~.](?=[\^_=]*[A-Ga-g\[])|(?<![A-Za-z:])[TMPR](?=[\^_=\"(]*[A-Ga-g\[])|!(?:trill|roll|\w*mordent)!"
)
MEMORY = 1 << 30
SECONDS = 10
Sounds = list[tuple[int, int]]


def tunes() -> list[tuple[str, str]]:
    """Name and text of each tune of the corpus that has a key."""
    corpus = Path(music21.__file__).parent / "corpus"
    out = []
    for book in BOOKS:
        for path in sorted((corpus / book).glob("*.abc")):
            text = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
            for k, tune in enumerate(re.split(r"(?m)^(?=X:)", text)[1:]):
                if re.search(r"(?m)^K:", tune):
                    out.append((f"{book}/{path.name}#{k}", tune.strip() + "\n"))
    return out


def drawn(pool: Sequence[tuple[str, str]], how: str, number: int, seed: int) -> list[tuple[str, str]]:
    rng = random.Random(seed)
    if how == "files":
        pool = [t for t in pool if t[0].endswith("#0")]
    if how != "books":
        return rng.sample(pool, number)
    books = [[t for t in pool if t[0].startswith(f"{book}/")] for book in BOOKS]
    order = [t for row in zip(*(_endless(rng.sample(b, len(b))) for b in books), strict=True) for t in row if t]
    return order[:number]


def _endless(book: Sequence[tuple[str, str]], length: int = 200) -> list[tuple[str, str] | None]:
    return [*book[:length], *[None] * (length - len(book))]


def by_abc2midi(text: str, *, plain: bool) -> Sounds | None:
    """Onsets, in `GRID`ths of a quarter note from the first, with their pitches; None if it makes no file."""
    options = [] if plain else ["-NFER", "-NGRA", "-NGUI"]
    code = text if plain else "\n".join(_without_ornaments(line) for line in text.split("\n"))
    code = code if plain else re.sub(r"(?m)^(K:.*)$", r"\1\n%%MIDI chordattack 0", code, count=1)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "a.abc"), Path(folder, "a.mid")
        source.write_text(code + "\n", encoding="utf-8")
        subprocess.run(["abc2midi", source, "-o", target, *options], capture_output=True, timeout=SECONDS, check=False)
        if not target.exists():
            return None
        file = mido.MidiFile(target, clip=True)
    found = []
    for track in file.tracks:
        at = 0
        for message in track:
            at += message.time
            if message.type == "note_on" and message.velocity:
                found.append((at / file.ticks_per_beat, message.note))
    return _from_first(found)


def _without_ornaments(line: str) -> str:
    return line if re.match(r"[A-Za-z]:|%", line) else ORNAMENTS.sub("", line)


def by_us(text: str) -> Sounds:
    song = read_abc(text)
    return _from_first([(n.start_tick / 960, n.pitch) for t in song.tracks for n in t.notes])


def _from_first(found: Sequence[tuple[float, int]]) -> Sounds:
    first = min((at for at, _ in found), default=0.0)
    return sorted((round((at - first) * GRID), pitch) for at, pitch in found)


def compare(pool: Sequence[tuple[str, str]], *, plain: bool, each: bool) -> Counter[str]:
    verdicts: Counter[str] = Counter()
    for name, text in pool:
        theirs = by_abc2midi(text, plain=plain)
        try:
            ours = by_us(text)
            verdict = "equal" if ours == theirs else "different"
        except SongError as problem:
            verdict, ours = f"refused: {problem}", []
        verdicts[verdict.split(":")[0]] += 1
        if verdict != "equal":
            print(f"{name}: {verdict}{_difference(ours, theirs or [])}")
        elif each:
            print(f"{name}: equal, {len(ours)} notes")
    return verdicts


def _difference(ours: Sounds, theirs: Sounds) -> str:
    first = next((k for k, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs)))
    a, b = ([(at / GRID, pitch) for at, pitch in side[first : first + 3]] for side in (ours, theirs))
    return f", {len(ours)} notes, abc2midi {len(theirs)}; from the {first + 1}. on {a} and {b}"


# --- damage ---------------------------------------------------------------------------------------------------------

_POOR = "\0\x1b\ufffe|:[](){}!+\"'^_=~.-<>/%&\\0123456789zxZyABCabcKLMPQVXw \n"
_GIANTS = ("99999999999", "L:99999/1", "[L:100000/1]", "[M:99999999/4]", "Z9999", "(999:1:99999", "9" * 400, "P:(A9)9")


def mutant(pool: Sequence[tuple[str, str]], number: int) -> str:
    """A tune with a few kinds of damage; the same number makes the same one."""
    rng = random.Random(number)
    text = rng.choice(pool)[1]
    kinds: list[Callable[[str], str]] = [
        lambda t: t[: rng.randrange(len(t) + 1)],
        lambda t: _put(t, rng, "".join(rng.choice(_POOR) for _ in range(rng.randint(1, 30)))),
        lambda t: _put(t, rng, rng.choice(_GIANTS)),
        lambda t: "".join(rng.choice(_POOR) if rng.random() < 0.03 else c for c in t),
        lambda t: _put(t, rng, rng.choice(_POOR) * rng.choice((100, 10_000, 300_000))),
        lambda t: _put(t, rng, "\n" + rng.choice("KLMPQVUXTwI") + ":" + _put("", rng, rng.choice(_GIANTS)) + "\n"),
        lambda t: t.replace("|", rng.choice((":|", "|:", "::", "|1", "|2", "&", "[", "")), rng.randint(1, 40)),
        lambda t: t + t[t.find("K:") :] * rng.choice((3, 300)),
    ]
    for kind in rng.sample(kinds, rng.randint(1, 3)):
        text = kind(text)
    return text


def _put(text: str, rng: random.Random, what: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + what + text[at:]


def _read(text: str, answers: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        read_abc(text, source="mutant.abc")
        answers.send("read")
    except SongError as problem:
        told = str(problem)
        clear = "\n" not in told and told.startswith("mutant.abc: ") and len(told) < 250
        answers.send("refused" if clear else f"unclear: {told[:500]}")
    except BaseException as problem:
        answers.send(f"{type(problem).__name__}: {problem}"[:300])


def attack(pool: Sequence[tuple[str, str]], first: int, number: int) -> Counter[str]:
    verdicts: Counter[str] = Counter()
    context = get_context("fork")
    for k in range(first, first + number):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_read, args=(mutant(pool, k), theirs))
        process.start()
        theirs.close()
        try:
            verdict = ours.recv() if ours.poll(3 * SECONDS) else "hangs"
        except EOFError:
            verdict = f"was stopped ({SECONDS} s of CPU or {MEMORY >> 30} GB)"
        process.kill()
        process.join()
        verdicts[verdict if verdict in ("read", "refused") else "failed"] += 1
        if verdict not in ("read", "refused"):
            print(f"mutant {k}: {verdict}", flush=True)
    return verdicts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tunes", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draw", choices=("tunes", "files", "books"), default="books")
    parser.add_argument("--plain", action="store_true", help="abc2midi as it is, ornaments and all")
    parser.add_argument("--each", action="store_true", help="a line for each tune")
    parser.add_argument("--mutants", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="the first mutant's number")
    parser.add_argument("--only", type=int, help="read this mutant here and show what happens")
    given = parser.parse_args()
    pool = tunes()
    if given.only is not None:
        print(read_abc(mutant(pool, given.only), source="mutant.abc").warnings)
        return
    if given.mutants:
        verdicts = attack(pool, given.first, given.mutants)
    else:
        verdicts = compare(drawn(pool, given.draw, given.tunes, given.seed), plain=given.plain, each=given.each)
    print(dict(verdicts))
    sys.exit(1 if verdicts["failed"] else 0)


if __name__ == "__main__":
    main()
