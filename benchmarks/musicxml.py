"""Whether scores are read as another program plays them: 60 of music21's corpus against verovio's MIDI.

    python benchmarks/musicxml.py [--count 60] [--seed 0] [--each]
    python benchmarks/musicxml.py --fuzz 300 [--seed 0]

The scores (.mxl, .xml, .musicxml) are drawn by a fixed seed, one folder after the other, so that no composer outweighs
the others. Each is read by `remixkit.load` and by verovio, whose MIDI is read with mido. Compared are the notes of all
parts together: pitch, and onset in quarters from the first note, to a 48th of a quarter. Both get the score without what
players play each in their own way: grace notes, ornaments, tremolos, rolled chords and swing are taken out of the XML first
(tests/test_notation_musicxml.py holds how those are played). Two notes of one pitch and onset count as one, as on a keyboard.

A score is *equal* if at most one note in a thousand differs. For the others it is said how many notes only one side has,
and where the first is.

`--fuzz N` reads N mutants each of MusicXML and of MXL in a process of its own, held to 1 GB and 10 s; what ends as anything
but a song or a `SongError` of one line is kept in ./fuzz-failed with its seed.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import subprocess
import sys
import time
import zipfile
from collections import Counter, defaultdict
from pathlib import Path
from xml.etree import ElementTree

import mido

import remixkit
from remixkit.errors import SongError
from remixkit.model.timing import TICKS_PER_QUARTER

ENDINGS = (".mxl", ".xml", ".musicxml")
VALUES = {"breve": 8, "whole": 4, "half": 2, "quarter": 1, "eighth": 0.5, "16th": 0.25, "32nd": 0.125, "64th": 0.0625}
GRID = 96
NEAR = 3
ALLOWED = 0.001
FREE = {"ornaments", "arpeggiate", "swing", "tremolo"}
CAP_BYTES, CAP_S = 1 << 30, 10

Notes = Counter[tuple[int, int]]


def drawn(count: int, seed: int) -> list[Path]:
    """So many scores of the corpus, folders taken in turn."""
    import music21

    root = Path(music21.corpus.__path__[0])
    folders: defaultdict[Path, list[Path]] = defaultdict(list)
    for path in sorted(root.rglob("*")):
        if path.suffix in ENDINGS and "license" not in path.name:
            folders[path.parent].append(path)
    rng = random.Random(seed)
    for paths in folders.values():
        rng.shuffle(paths)
    out: list[Path] = []
    while len(out) < count and any(folders.values()):
        for paths in folders.values():
            if paths and len(out) < count:
                out.append(paths.pop())
    return out


def xml_of(path: Path) -> bytes:
    """The score's XML, unpacked."""
    data = path.read_bytes()
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [n for n in archive.namelist() if n.endswith((".xml", ".musicxml")) and not n.startswith("META-INF")]
        return archive.read(names[0])


def plain(xml: bytes) -> bytes:
    """The score without what each plays in its own way, and without what verovio trips over."""
    root = ElementTree.fromstring(xml)
    for parent in list(root.iter()):
        for child in list(parent):
            is_grace = child.tag == "note" and child.find("grace") is not None
            if child.tag in FREE or is_grace or (child.tag == "offset" and parent.tag == "direction"):
                parent.remove(child)
    for part in root.iter("part"):
        divisions = 1.0
        for element in part.iter():
            if element.tag == "divisions":
                divisions = float(element.text or 1)
            elif element.tag == "note" and element.find("rest") is not None:
                redrawn(element, float(element.findtext("duration") or 0) / divisions)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def redrawn(rest: ElementTree.Element, quarters: float) -> None:
    """Draw a rest as long as it is: verovio goes by how it is drawn, and takes an undrawn one for a whole."""
    drawn, dots = next(((v, d) for d in (0, 1, 2) for v in VALUES if VALUES[v] * (2 - 0.5**d) == quarters), ("", 0))
    for child in list(rest):
        if child.tag in ("type", "dot", "time-modification", "notations") and (drawn or quarters > 1):
            rest.remove(child)
    if drawn:
        at = 1 + max(k for k, child in enumerate(rest) if child.tag in ("rest", "duration", "instrument", "voice"))
        rest[at:at] = [ElementTree.Element("type"), *(ElementTree.Element("dot") for _ in range(dots))]
        rest[at].text = drawn
    elif quarters > 1:
        next(rest.iter("rest")).set("measure", "yes")


def matched(ours: Notes, theirs: Notes) -> tuple[Notes, Notes]:
    """What of either has no partner of its pitch within `NEAR` of it."""
    alone: list[Notes] = []
    for some, others in ((ours, theirs), (theirs, ours)):
        near = {(tick + off, pitch) for tick, pitch in others for off in range(-NEAR, NEAR + 1)}
        alone.append(Counter({note: 1 for note in some if note not in near}))
    return alone[0], alone[1]


def of_remixkit(path: Path) -> Notes:
    """Notes as we read them."""
    song = remixkit.load(path)
    notes = [n for track in song.tracks for n in track.notes]
    first = min((n.start_tick for n in notes), default=0)
    return Counter({(round((n.start_tick - first) * GRID / TICKS_PER_QUARTER), n.pitch): 1 for n in notes})


def of_verovio(xml: bytes) -> Notes:
    """Notes as verovio plays them."""
    import base64

    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions({"breaks": "none", "expandAlways": True})
    if not toolkit.loadData(xml.decode("utf-8")):
        raise ValueError("verovio cannot read it")
    midi = mido.MidiFile(file=io.BytesIO(base64.b64decode(toolkit.renderToMIDI())), clip=True)
    found: list[tuple[int, int]] = []
    for track in midi.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity:
                found.append((tick, message.note))
    first = min((tick for tick, _ in found), default=0)
    return Counter({(round((tick - first) * GRID / midi.ticks_per_beat), pitch): 1 for tick, pitch in found})


def compared(path: Path, folder: Path) -> tuple[bool, str]:
    """Whether both read the same, and how they differ."""
    xml = plain(xml_of(path))
    (folder / "plain.musicxml").write_bytes(xml)
    begin = time.perf_counter()
    ours = of_remixkit(folder / "plain.musicxml")
    took = time.perf_counter() - begin
    theirs = of_verovio(xml)
    only_ours, only_theirs = matched(ours, theirs)
    differs = max(len(only_ours), len(only_theirs))
    said = f"{len(ours)} notes in {took:.1f} s"
    if differs > ALLOWED * max(1, len(ours)):
        at = [f"{min(side)[0] / GRID:g}" if side else "-" for side in (only_ours, only_theirs)]
        said += f"; only ours {len(only_ours)} (from {at[0]}), only verovio's {len(only_theirs)} (from {at[1]})"
        return False, said
    return True, said


def fuzz(count: int, seed: int) -> int:
    """Read mutants; the number that failed."""
    raise NotImplementedError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--fuzz", type=int, default=0)
    asked = parser.parse_args()
    if asked.fuzz:
        return min(1, fuzz(asked.fuzz, asked.seed))
    import tempfile

    equal = 0
    paths = drawn(asked.count, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            try:
                is_equal, said = compared(path, Path(folder))
            except (SongError, ValueError) as problem:
                is_equal, said = False, str(problem)
            equal += is_equal
            if asked.each or not is_equal:
                print("equal " if is_equal else "OTHER ", f"{path.parent.name}/{path.name}: {said}", flush=True)
    print(f"{equal} of {len(paths)} equal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
