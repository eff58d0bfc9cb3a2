"""Hostile and ruined files, made by chance from seeds: nothing breaks, hangs, fills memory, or leaves its folder.

    python benchmarks/fuzz.py [album plan take style sheet sound] [--count 300] [--first 0]

Each case is a process of its own with 20 s of CPU and 1.5 GB. It is good if it ends as asked for or with a `UserError`;
anything else is told with its seed: `--first SEED --count 1` makes it again. Needs a system that can fork.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import io
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import mido

from remixkit import remix
from remixkit import style as styles
from remixkit.batch import begin, make_album
from remixkit.batch.mixtape import lay_out
from remixkit.batch.worker import do_job
from remixkit.cli import batch as batch_command
from remixkit.cli.app import main as cli
from remixkit.errors import UserError
from remixkit.model.song import Song

CPU_S, WALL_S, MEMORY = 20, 120, 1_500_000_000
BAD_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1e308,
    "",
    "x" * 10_000,
    [],
    {},
    [[]],
    [None],
    1 << 80,
    "\ud800",
    "[/x]",
)
BAD_NAMES = (
    "../canary",
    "/canary",
    "//host/x.mp3",
    "C:x",
    "a\\b",
    ".x",
    "http://x/y.mp3",
    "sources/../../canary",
    "a\nb",
)
BAD_TOKENS = ("9" * 5000, "[" * 2000, "{" * 2000, "nan", "1e400", "'''", '"', "true", "[]", "-1", "0x" + "f" * 5000,
              "=", "a." * 5000, "\0", "[[x]]", "1979-05-27", '"[/x]"', "~nobody/x", "\\", "{}", '""')  # fmt: skip
SYSEX = bytes((0xF0, 5, 0x7E, 0x7F, 9, 1, 0xF7))


def a_song() -> mido.MidiFile:
    """Eight bars of a tune, a piano and a bass."""
    song = mido.MidiFile(ticks_per_beat=480)
    song.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=300_000)]))
    tune = (72, 74, 76, 79, 77, 76, 74, 71, 72, 76, 79, 84, 83, 79, 74, 72)
    bass = tuple(pitch for pitch in (36, 33, 29, 31) for _ in range(4))
    for channel, (name, pitches) in enumerate(
        (("Melody", tune), ("Piano", tuple(p - 12 for p in tune)), ("Bass", bass))
    ):
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
        for pitch in pitches * 2:
            track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=90))
            track.append(mido.Message("note_off", channel=channel, note=pitch, time=480))
        song.tracks.append(track)
    return song


class World:
    """A folder with what is mutated, and beside it what must stay as it is."""

    def __init__(self, root: Path) -> None:
        self.root, self.work = root, root / "work"
        self.work.mkdir()
        (root / "canary").write_text("mine")
        self.song = self.work / "themes" / "one.mid"
        self.song.parent.mkdir()
        a_song().save(self.song)
        self.midi = self.song.read_bytes()
        self.lofi = styles.load("lofi")
        self.analysis = remix.analyze(self.song)
        made = remix.cover(self.analysis, self.lofi)
        made.write(self.work / "take.mid")
        self.take = (self.work / "take.mid").read_bytes()
        from remixkit.arrange.form import plan_file

        self.plan = plan_file.to_toml(made.plan)
        self.styles = [i.path.read_text() for i in styles.available()]
        self.album = self.work / "album"
        list(make_album(self.batch(), 1, lambda jobs: map(do_job, jobs)))

    def batch(self) -> Any:
        """The batch that made the album."""
        return begin([self.song.parent], [self.lofi], self.album, formats=["mid"])

    def others(self) -> str:
        """A hash of all outside of the work's folder."""
        whole = hashlib.sha256()
        for path in sorted(self.root.iterdir()):
            if path != self.work:
                whole.update(path.name.encode() + path.read_bytes())
        return whole.hexdigest()


def album(world: World, rng: random.Random) -> None:
    """A manifest or a record with something wrong in it, made on, shown and taped."""
    path = rng.choice([world.album / "manifest.json", next((world.album / "facts").iterdir())])
    told = json.loads(path.read_text())
    for _ in range(rng.randint(1, 3)):
        told = _wrong(told, rng)
    text = json.dumps(told)
    if rng.random() < 0.2:
        text = _mutated(text.encode(), rng).decode("latin-1")
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    made = world.batch()
    list(make_album(made, 1, lambda jobs: map(do_job, jobs), lambda: batch_command._write_page(made)))
    lay_out(world.album, [], 1.0)


def plan(world: World, rng: random.Random) -> None:
    """A plan with something wrong in it."""
    path = world.work / "plan.toml"
    path.write_bytes(_wrong_text(world.plan, rng))
    remix.cover(world.analysis, world.lofi, plan=path)


def take(world: World, rng: random.Random) -> None:
    """An earlier take that is ruined."""
    path = world.work / "ruined.mid"
    path.write_bytes(_mutated(world.take, rng))
    keep: dict[str, Any] = rng.choice([{"lock": ["bass"]}, {"redo": (2, 3)}, {"lock": ["keys"], "redo": (1, 2)}])
    made = remix.cover(world.analysis, world.lofi, take=remix.load(path), **keep)
    made.write(world.work / "kept.mid")


def style(world: World, rng: random.Random) -> None:
    """A style with something wrong in it, checked, shown and played."""
    path = world.work / "mine.toml"
    path.write_bytes(_wrong_text(rng.choice(world.styles), rng))
    for command in ("check", "show"):
        if cli(["styles", command, str(path)]) not in (0, 2):
            raise AssertionError(command)
    remix.cover(world.analysis, styles.check(path))


def sheet(world: World, rng: random.Random) -> None:
    """The sheet of a ruined song as it is."""
    made = _passed(world, rng)
    made.write(world.work / "sheet.musicxml")
    if rng.random() < 0.2:
        made.write(world.work / "sheet.pdf", warn=lambda _: None)


def sound(world: World, rng: random.Random) -> None:
    """The sound of a ruined song as it is."""
    song = _passed(world, rng)
    if song.arrangement.grid.tempo.second(song.arrangement.end_tick) < 60:
        song.write(world.work / "sound.wav")


KINDS: dict[str, Callable[[World, random.Random], None]] = {
    "album": album, "plan": plan, "take": take, "style": style, "sheet": sheet, "sound": sound,
}  # fmt: skip


def _passed(world: World, rng: random.Random) -> Any:
    path = world.work / "ruined.mid"
    path.write_bytes(_odd(rng) if rng.random() < 0.4 else _mutated(world.midi, rng))
    none = styles.load("none")
    song: Song = remix.load(path)
    return remix.cover(remix.analyze_for(song, [none]), none)


def _odd(rng: random.Random) -> bytes:
    """Valid MIDI of odd messages: exclusives only, controllers before and after, notes on no channel's program."""
    events = bytearray()
    for _ in range(rng.randint(0, 12)):
        delta = rng.choice([b"\0", b"\x60", b"\x87\x40", b"\xff\xff\x7f"])
        kind, channel = rng.choice("snncpbat"), rng.randrange(16)
        a, b = rng.randrange(128), rng.randrange(128)
        events += (
            delta
            + {
                "s": SYSEX,
                "n": bytes((0x90 | channel, a, b)),
                "c": bytes((0xB0 | channel, rng.choice([0, 6, 7, 32, 38, 64, 91, 100, 101, 121, 123, a]), b)),
                "p": bytes((0xC0 | channel, a)),
                "b": bytes((0xE0 | channel, a, b)),
                "a": bytes((0xD0 | channel, a)),
                "t": bytes((0xFF, 0x51, 3, a & 7, b, a)),
            }[kind]
        )
    events += b"\0\xff\x2f\0"
    return b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk" + len(events).to_bytes(4, "big") + bytes(events)


def _mutated(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(out)) if out else 0
        what = rng.randrange(5)
        if what == 0:
            out[at : at + 1] = bytes([rng.randrange(256)])
        elif what == 1:
            del out[at : at + rng.randint(1, 50)]
        elif what == 2:
            out[at:at] = out[at : at + rng.randint(1, 200)]
        elif what == 3:
            out[at:at] = rng.choice(
                [b"\xff\xff\xff\x7f", b"\xff\x51\3\0\0\1", b"\xff\x58\4\1\7\x18\x08", b"\0\0\0\0", SYSEX]
            )
        elif rng.random() < 0.3:
            del out[at:]
    return bytes(out)


def _wrong_text(text: str, rng: random.Random) -> bytes:
    lines = text.splitlines()
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        key, equals, _ = lines[at].partition("=")
        token = rng.choice(BAD_TOKENS)
        lines[at] = rng.choice(
            [f"{key}{equals} {token}", token, f"{token}{lines[at]}", f"{lines[at]}\n{lines[at]}", ""]
        )
    data = "\n".join(lines).encode()
    return _mutated(data, rng) if rng.random() < 0.2 else data


def _wrong(tree: Any, rng: random.Random) -> Any:
    """A copy of a tree with one place of it wrong."""
    if not tree or not isinstance(tree, dict | list) or rng.random() < 0.1:
        return rng.choice([*BAD_VALUES, *BAD_NAMES])
    out = copy.copy(tree)
    key = rng.choice(list(tree)) if isinstance(tree, dict) else rng.randrange(len(tree))
    what = rng.random()
    if what < 0.1:
        del out[key]
    elif what < 0.25 and isinstance(tree, dict):
        out[rng.choice(BAD_NAMES)] = out.pop(key)
    else:
        out[key] = _wrong(tree[key], rng)
    return out


def _child(kind: str, world: World, seed: int, told: Path) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    status = 0
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            KINDS[kind](world, random.Random(f"{kind} {seed}"))
    except UserError as problem:
        if len(str(problem)) > 2000 or "\n" in str(problem):
            told.write_text(f"a message of {len(str(problem))} letters: {str(problem)[:300]}")
            status = 1
    except BaseException:
        told.write_text(traceback.format_exc())
        status = 1
    os._exit(status)


def run(kind: str, world: World, seed: int) -> str:
    """One case; what is wrong with it, or nothing."""
    kept = world.root.with_name(f"{world.root.name}-kept")
    shutil.copytree(world.work, kept)
    told = Path(f"{world.root}.told")
    before = world.others()
    child = os.fork()
    if not child:
        _child(kind, world, seed, told)
    until = time.monotonic() + WALL_S
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0:
        if time.monotonic() > until:
            os.kill(child, 9)
        time.sleep(0.005)
    shutil.rmtree(world.work)
    kept.rename(world.work)
    if world.others() != before:
        return "touched what is not its own"
    if os.WIFSIGNALED(ended[1]):
        return f"ended by signal {os.WTERMSIG(ended[1])}"
    return told.read_text() if os.WEXITSTATUS(ended[1]) else ""


def main() -> int:
    """Run the kinds that are asked for; 1 if a case is bad."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("kinds", nargs="*", choices=[*KINDS, []])
    words.add_argument("--count", type=int, default=300)
    words.add_argument("--first", type=int, default=0)
    given = words.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as root:
        (Path(root) / "world").mkdir()
        world = World(Path(root) / "world")
        for kind in given.kinds or KINDS:
            wrong = {s: w for s in range(given.first, given.first + given.count) if (w := run(kind, world, s))}
            print(f"{kind}: {given.count - len(wrong)} of {given.count} good", flush=True)
            for seed, why in wrong.items():
                print(f"  seed {seed}: {why.strip()[-1500:]}", flush=True)
            bad += len(wrong)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
