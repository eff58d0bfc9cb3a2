"""Whether MIDI files come through `--style none` as they went in, told by mido and not by our own reader.

    python benchmarks/passthrough.py FOLDER [--each]

Every MIDI file of the folder is handed on with `remixkit.cover(file, "none")`, and both files are read with mido. What
is compared, at the very tick (or the nearest 960th of a quarter note in files that count finer), is all of the

    notes: port, channel, pitch, velocity, start, end; a pitch struck while it sounds is ended first in, first out
    controllers, bends, programs, channel and key pressure: port, channel and values
    sysex, lyrics, markers, cue points, texts, names, copyright, time and key signatures, others: the bytes
    tempo: the map, where it changes and to how many microseconds a quarter note

A file is *equal* if nothing is missing and nothing has come up, but for names of tracks that have none, and of channels
that shared a track. Otherwise every difference is named, with how many there are of it and why; one without a known
reason is a fault, and the exit is 1.

mido is made to hand out meta events as bytes: it gives up at an empty key signature, and forgets the time of events
that it does not know. Where it finds a data byte above 127, the file is read again with ``clip=True``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import mido
from mido.midifiles import midifiles

import remixkit

ENDINGS = (".mid", ".midi", ".kar", ".rmi", ".smf")
FINEST = 960
CHANNEL_MESSAGES = {
    "control_change": "controllers",
    "pitchwheel": "bends",
    "program_change": "programs",
    "aftertouch": "pressure",
    "polytouch": "pressure",
}
METAS = {
    0x01: "texts",
    0x02: "copyright",
    0x03: "names",
    0x05: "lyrics",
    0x06: "markers",
    0x07: "cue points",
    0x58: "time signatures",
    0x59: "key signatures",
    0x09: "others",
    0x54: "others",
    0x7F: "others",
}
TEMPO, PORT = 0x51, 0x21
SILENCERS = frozenset({120, 123, 124, 125, 126, 127})
ITEMS = ("notes", *dict.fromkeys(CHANNEL_MESSAGES.values()), "sysex", *dict.fromkeys(METAS.values()), "tempo")

Item = tuple[Any, ...]


@dataclass
class Held:
    """What a file holds, by item; its notes of no length; pitches with a note that never ends; where all are ended."""

    items: dict[str, Counter[Item]] = field(default_factory=lambda: {item: Counter() for item in ITEMS})
    instant: Counter[Item] = field(default_factory=Counter)
    hanging: Counter[tuple[int, int]] = field(default_factory=Counter)
    silenced: set[tuple[int, int]] = field(default_factory=set)


def parsed(path: Path) -> mido.MidiFile:
    def raw_meta(file: Any, delta: int) -> mido.UnknownMetaMessage:
        kind = midifiles.read_byte(file)
        data = midifiles.read_bytes(file, midifiles.read_variable_int(file))
        return mido.UnknownMetaMessage(kind, data, time=delta)

    with patch.object(midifiles, "read_meta_message", raw_meta):
        try:
            return mido.MidiFile(path)
        except OSError:
            return mido.MidiFile(path, clip=True)


def held(path: Path, per_quarter: int) -> Held:
    """Read a file with mido; its ticks are told in so many a quarter."""
    file = parsed(path)
    out = Held()
    tempos: dict[int, int] = {0: 500_000}
    for track in file.tracks:
        tick = port = 0
        sounding: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for m in track:
            tick += m.time
            at = (2 * tick * per_quarter + file.ticks_per_beat) // (2 * file.ticks_per_beat)
            if m.type == "unknown_meta":
                if m.type_byte == TEMPO:
                    tempos[at] = int.from_bytes(bytes(m.data[:3]), "big")
                elif m.type_byte == PORT and m.data:
                    port = m.data[0]
                elif m.type_byte in METAS:
                    out.items[METAS[m.type_byte]][at, bytes(m.data)] += 1
            elif m.type == "note_on" and m.velocity:
                sounding[16 * port + m.channel, m.note].append((at, m.velocity))
            elif m.type in ("note_on", "note_off"):
                if sounding[16 * port + m.channel, m.note]:
                    start, velocity = sounding[16 * port + m.channel, m.note].pop(0)
                    note = (16 * port + m.channel, m.note, velocity, start, at)
                    out.items["notes"][note] += 1
                    out.instant[note] += start == at
            elif m.type in CHANNEL_MESSAGES:
                out.items[CHANNEL_MESSAGES[m.type]][at, port, *m.bytes()] += 1
                if m.type == "control_change" and m.control in SILENCERS:
                    out.silenced.add((16 * port + m.channel, at))
            elif m.type == "sysex":
                out.items["sysex"][at, *m.bytes()] += 1
        for which, notes in sounding.items():
            out.hanging[which] += len(notes)
    last = 0
    for at in sorted(tempos):
        if tempos[at] != last:
            out.items["tempo"][at, tempos[at]] += 1
        last = tempos[at]
    return out


def differences(was: Held, became: Held) -> Iterator[tuple[str, bool]]:
    """What differs, in a sentence each, and whether the reason is known."""
    for item in ITEMS:
        missing = was.items[item] - became.items[item]
        more = became.items[item] - was.items[item]
        if item == "notes":
            yield from _notes(was, missing, more)
        if item == "names":
            more.clear()
        if item == "key signatures":
            bad = sum(n for (_, data), n in missing.items() if len(data) < 2)
            if bad:
                yield f"{bad} key signatures without a key are left out", True
            missing = Counter({k: n for k, n in missing.items() if len(k[1]) >= 2})
        if missing or more:
            some = [*missing.elements()][:2], [*more.elements()][:2]
            yield f"{item}: {missing.total()} missing, {more.total()} more, as {some[0]} and {some[1]}", False


def _notes(was: Held, missing: Counter[Item], more: Counter[Item]) -> Iterator[tuple[str, bool]]:
    """Takes what can be explained out of both counters."""

    def explained(pairs: list[tuple[Item | None, Item | None]]) -> int:
        for gone, come in pairs:
            if gone is not None:
                missing[gone] -= 1
            if come is not None:
                more[come] -= 1
        for counter in (missing, more):
            for key in [k for k, n in counter.items() if n <= 0]:
                del counter[key]
        return len(pairs)

    instant = [n for n in missing.elements() if was.instant[n] and more[*n[:4], n[4] + 1]]
    if n := explained([(note, (*note[:4], note[4] + 1)) for note in instant]):
        yield f"{n} notes of no length last a tick", True
    ended = []
    for note in missing.elements():
        early = [m for m in more if m[:4] == note[:4] and m[4] < note[4] and (m[0], m[4]) in was.silenced]
        ended += [(note, early[0])] if early else []
    if n := explained(ended):
        yield f"{n} notes end where a controller ends all notes (CC 120-127), before their own end", True
    hanging = [n for n in missing.elements() if was.hanging[n[:2]]]
    ended_now = [n for n in more.elements() if was.hanging[n[:2]]]
    pairs = [(n, None) for n in hanging] + [(None, n) for n in ended_now]
    if explained(pairs):  # type: ignore[arg-type]
        yield (
            f"{sum(was.hanging.values())} notes that never end are ended; "
            f"of the same pitches {len(hanging)} other notes end elsewhere",
            True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", action="store_true", help="a line for each file")
    given = parser.parse_args()

    paths = sorted(p for p in given.folder.rglob("*") if p.suffix.lower() in ENDINGS)
    if not paths:
        parser.error(f"no MIDI files in {given.folder}")
    remixkit.cover(paths[0], "none")  # imports
    seconds: list[float] = []
    compared: Counter[str] = Counter()
    equal = faults = rounded = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            out = Path(folder) / "out.mid"
            start = time.process_time()
            remixkit.cover(path, "none").write(out)
            seconds.append(time.process_time() - start)
            division = parsed(path).ticks_per_beat
            was, became = (held(p, min(division, FINEST)) for p in (path, out))
            compared.update({item: was.items[item].total() for item in ITEMS})
            rounded += division > FINEST
            found = list(differences(was, became))
            equal += not found
            for what, is_known in found:
                faults += not is_known
                print(f"{'named' if is_known else 'FAULT'}  {path.name}: {what}", flush=True)
            if given.each and not found:
                print(f"equal  {path.name}", flush=True)
    told = {"files": len(paths), "equal": equal, "named": len(paths) - equal, "faults": faults}
    timing = {"cpu_s_median": round(median(seconds), 2), "cpu_s_slowest": round(max(seconds), 2)}
    print(json.dumps({**told, "finer than 960": rounded, **timing, "compared": compared}))
    if faults:
        sys.exit(1)


if __name__ == "__main__":
    main()
