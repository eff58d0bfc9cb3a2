"""Whether scores are read as another program plays them: 60 of music21's corpus against verovio's MIDI.

    python benchmarks/musicxml.py [--count 60] [--seed 0] [--each]
    python benchmarks/musicxml.py --fuzz 300 [--seed 0]

The scores (.mxl, .xml, .musicxml) are drawn by a fixed seed, one folder after the other, so that no composer outweighs
the others. Each is read by `remixkit.load` and by verovio, whose MIDI is read with mido. Compared are the notes of all
parts together: pitch, and onset in quarters from the first note, within a 32nd of a quarter. Both get the score without
what each plays in its own way: grace notes, ornaments, tremolos, rolled chords and swing are taken out of the XML first
(tests/notation/test_notation_musicxml.py holds how those are played). Two notes of one pitch and onset count as one, as
on a keyboard. Rests are drawn as long as they last, and signs lose their offsets: verovio goes by how a rest is drawn,
and a sign behind a bar's end makes the bar longer for it.

A score is *equal* if at most one note in a thousand differs. Others are compared once more without their repeats and
jumps; for those that still differ it is said how many notes only one side has, and where the first is.

`--fuzz N` reads N mutants each of MusicXML and of MXL in a process of its own, held to 1 GB and 10 s of a processor;
what ends as anything but a song or a `SongError` of one line is kept in ./fuzz-failed with its seed.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import re
import resource
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable
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

CASES = Path(__file__).parent.parent / "tests" / "cases"

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


def unrepeated(xml: bytes) -> bytes:
    """The score without signs that say in which order its bars are played."""
    root = ElementTree.fromstring(xml)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("repeat", "ending", "segno", "coda", "words"):
                parent.remove(child)
            elif child.tag == "sound":
                for name in ("dacapo", "dalsegno", "segno", "coda", "tocoda", "fine"):
                    child.attrib.pop(name, None)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def compared(path: Path, folder: Path) -> tuple[str, str]:
    """How a score compares: ``equal``, equal but for repeats, or ``OTHER``; and the difference."""
    xml = plain(xml_of(path))
    is_equal, said = differ(xml, folder)
    if is_equal:
        return "equal", said
    as_written, once = differ(unrepeated(xml), folder)
    return ("repeat", said) if as_written else ("OTHER", once)


def differ(xml: bytes, folder: Path) -> tuple[bool, str]:
    """Whether both read the same, and how they differ."""
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


def numbers_changed(text: str, rng: random.Random) -> str:
    """Some numbers made giant, negative, broken or nothing."""
    odd = ("0", "-1", "999999999999", "1e309", "9" * 5000, "", "NaN", "0.0000001", "100000", "4+", "\u0664")
    parts = re.split(r"(>[0-9.+-]+<|\"[0-9]+\")", text)
    for k in rng.sample(range(1, len(parts), 2), min(len(parts) // 2, rng.randint(1, 4))):
        parts[k] = parts[k][0] + rng.choice(odd) + parts[k][-1]
    return "".join(parts)


def elements_moved(text: str, rng: random.Random) -> str:
    """Whole elements left out, doubled, nested or put elsewhere."""
    root = ElementTree.fromstring(text)
    for _ in range(rng.randint(1, 6)):
        parents = [e for e in root.iter() if len(e)]
        parent, other = rng.choice(parents), rng.choice(parents)
        child = rng.choice(list(parent))
        what = rng.randrange(4)
        if what == 0:
            parent.remove(child)
        elif what == 1:
            parent.extend([child] * rng.randint(1, 30))
        elif what == 2 and child is not other and other not in child.iter():
            other.insert(0, child)
        else:
            child.tag = rng.choice([e.tag for e in root.iter()])
    return ElementTree.tostring(root, encoding="unicode")


def bytes_changed(data: bytes, rng: random.Random) -> bytes:
    """Some bytes changed, cut out, doubled, or all from somewhere on left out."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 12)):
        at, what = rng.randrange(max(1, len(out))), rng.randrange(4)
        if what == 0:
            out[at : at + 1] = bytes([rng.randrange(256)])
        elif what == 1:
            del out[at : at + rng.randint(1, 40)]
        elif what == 2:
            out[at:at] = out[at : at + rng.randint(1, 400)] * rng.randint(1, 20)
        elif rng.random() < 0.2:
            del out[at:]
    return bytes(out)


def mutant(seed: int, sources: list[str], *, packed: bool) -> bytes:
    """A broken score."""
    rng = random.Random(seed)
    text = rng.choice(sources)
    how = rng.randrange(3)
    text = numbers_changed(text, rng) if how == 0 else elements_moved(text, rng) if how == 1 else text
    data = text.encode(rng.choice(("utf-8", "utf-8", "utf-16", "utf-32")), "surrogatepass")
    data = bytes_changed(data, rng) if how == 2 or rng.random() < 0.2 else data
    if not packed:
        return data
    method = rng.choice((zipfile.ZIP_DEFLATED,) * 6 + (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    named = rng.choice(("a.xml", "../a.xml", "", "b"))
    container = f'<container><rootfiles><rootfile full-path="{named}"/></rootfiles></container>'
    bomb = rng.random()
    if bomb < 0.04:
        container += " " * 20_000_000
    elif bomb < 0.08:
        data += b" " * 20_000_000
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("a.xml", data)
    return bytes_changed(made.getvalue(), rng) if rng.random() < 0.8 else made.getvalue()


def read_alone(path: Path, load: Callable[[Path], object]) -> str:
    """Read a score in a process of its own, held to the caps; what went wrong, empty if nothing did."""
    pid = os.fork()
    if not pid:
        resource.setrlimit(resource.RLIMIT_AS, (CAP_BYTES, CAP_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CAP_S, CAP_S))
        try:
            load(path)
        except SongError as problem:
            os._exit(0 if len(str(problem)) < 600 and "\n" not in str(problem) else 2)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    return {0: "", 1: "a traceback", 2: "a long message"}.get(os.WEXITSTATUS(status), "?")


def fuzz(count: int, seed: int) -> int:
    """Read mutants; the number that failed."""
    small = [p for p in drawn(400, seed) if p.stat().st_size < 30_000][:6]
    sources = [xml_of(p).decode("utf-8") for p in small]
    sources += [p.read_text("utf-8") for p in sorted(CASES.glob("*.musicxml"))]
    load = remixkit.load  # imported once, before anything forks
    failed = 0
    kept = Path("fuzz-failed")
    with tempfile.TemporaryDirectory() as folder:
        for ending, packed in ((".musicxml", False), (".mxl", True)):
            outcomes: Counter[str] = Counter()
            slowest = 0.0
            for k in range(count):
                path = Path(folder) / f"{seed}-{k}{ending}"
                path.write_bytes(mutant(seed * 100_003 + k, sources, packed=packed))
                begin = time.perf_counter()
                said = read_alone(path, load)
                slowest = max(slowest, time.perf_counter() - begin)
                outcomes[said or "fine"] += 1
                if said:
                    failed += 1
                    kept.mkdir(exist_ok=True)
                    path.replace(kept / path.name)
                    print(f"{path.name}: {said}", flush=True)
                path.unlink(missing_ok=True)
            print(f"{count} mutants {ending}: {dict(outcomes)}, the slowest {slowest:.1f} s", flush=True)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--fuzz", type=int, default=0)
    asked = parser.parse_args()
    if asked.fuzz:
        return min(1, fuzz(asked.fuzz, asked.seed))
    verdicts: Counter[str] = Counter()
    paths = drawn(asked.count, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            try:
                verdict, said = compared(path, Path(folder))
            except (SongError, ValueError) as problem:
                verdict, said = "OTHER", str(problem)
            verdicts[verdict] += 1
            if asked.each or verdict != "equal":
                print(f"{verdict:7}{path.parent.name}/{path.name}: {said}", flush=True)
    print(f"of {len(paths)}: {verdicts['equal']} equal, {verdicts['repeat']} equal as written, with other repeats")
    return 0


if __name__ == "__main__":
    sys.exit(main())
