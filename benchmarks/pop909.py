"""POP909 and its expert labels, for training and for measuring.

The folder holds one folder a song: `001/001.mid` with `beat_midi.txt`, `chord_midi.txt`, `structure_human_label1.txt`
and `structure_finalized_chord.txt` (Wang et al., ISMIR 2020; Dai et al., 2020), and `001/001_chords.mid` (POP909-CL:
merged, quantised, with a track of block chords and a key signature that an expert corrected). All are MIT-licensed.

`MEASURED` are the songs that figures are reported on; nothing may be trained on them.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pretty_midi
from numpy.typing import NDArray

from remixkit import midi
from remixkit.model.analysis import ChordSpan, Key
from remixkit.model.song import Note, Song, Track
from remixkit.model.timing import TICKS_PER_QUARTER, Grid, MeterChange, MeterMap, TempoMap

SONGS = [f"{n:03d}" for n in range(1, 601)]
MEASURED = frozenset(s for n in range(1, 41) for s in random.Random(909).sample(SONGS, n))
TRAINING = [s for s in SONGS if s not in MEASURED]
CHORD_TRACKS = ("chords", "MIDI 01")
SAME_TUNE = 0.4
FARTHEST_START = 12
ROUND = np.arange(-40, 1200)
PITCH_CLASSES = {
    "C": 0, "C#": 1, "Db": 1, "D": 2, "D#": 3, "Eb": 3, "E": 4, "Fb": 4, "F": 5, "F#": 6, "Gb": 6,
    "G": 7, "G#": 8, "Ab": 8, "A": 9, "A#": 10, "Bb": 10, "B": 11, "Cb": 11,
}  # fmt: skip

BLOCK_CHORDS: dict[tuple[int, ...], tuple[int, str]] = {
    (0, 4, 7): (0, "maj"), (0, 3, 8): (8, "maj"), (0, 5, 9): (5, "maj"),
    (0, 3, 7): (0, "min"), (0, 4, 9): (9, "min"), (0, 5, 8): (5, "min"),
    (0, 4, 7, 10): (0, "7"), (0, 3, 6, 8): (8, "7"), (0, 3, 5, 9): (5, "7"), (0, 2, 6, 9): (2, "7"),
    (0, 4, 7, 11): (0, "maj7"), (0, 3, 7, 8): (8, "maj7"), (0, 4, 5, 9): (5, "maj7"), (0, 1, 5, 8): (1, "maj7"),
    (0, 3, 7, 10): (0, "min7"), (0, 3, 5, 8): (5, "min7"), (0, 2, 5, 9): (2, "min7"),
    (0, 2, 7): (0, "sus2"), (0, 5, 7): (0, "sus4"), (0, 4, 8): (0, "aug"), (0, 4, 7, 9): (0, "maj6"),
    (0, 3, 6): (0, "dim"), (0, 3, 9): (9, "dim"), (0, 6, 9): (6, "dim"), (0, 3, 6, 10): (0, "hdim7"),
}  # fmt: skip
"""Intervals above the lowest note -> root above the lowest note, quality."""


def drawn(count: int, seed: int, *, measured: bool) -> list[str]:
    """So many songs, the same for the same seed: of `MEASURED`, or of those that may be trained and tuned on."""
    pool = [s for s in SONGS if s in MEASURED] if measured else TRAINING
    return random.Random(seed).sample(pool, min(len(pool), count))


@dataclass(frozen=True, slots=True)
class Corrected:
    """A song of POP909-CL; a chord that no quality fits has the quality "?"."""

    name: str
    song: Song
    chords: tuple[ChordSpan, ...]
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Performed:
    """A song of POP909 as its file has it, track names taken off, and where two listeners heard sections begin.

    All edges are seconds on the file's clock, the end of the last section among them. `edges_s` counts the first
    listener's bars from the first chord of `chord_midi.txt`, as `section_beats` does, and is None where that is another
    chord than the labels begin with. `first_s` and `second_s` lay both listeners' bars on the tune that they were
    written over, which is surer: in one song of five the first chord lies two beats or more before it.
    """

    name: str
    song: Song
    edges_s: NDArray[np.float64] | None
    first_s: NDArray[np.float64]
    second_s: NDArray[np.float64]


def corrected(data: Path, name: str) -> Corrected | None:
    """A song of POP909-CL, None where the expert left no chords."""
    path = data / name / f"{name}_chords.mid"
    if not path.exists():
        return None
    midi = pretty_midi.PrettyMIDI(str(path))
    block = [i for i in midi.instruments if i.name.strip() in CHORD_TRACKS]
    if not block:
        return None
    scale = TICKS_PER_QUARTER // midi.resolution
    spans = _block_chords(block[0], lambda s: scale * midi.time_to_tick(s))
    signature = midi.time_signature_changes[0] if midi.time_signature_changes else None
    triple = signature is not None and signature.numerator == 3
    meter = MeterChange(0, 3, 4) if triple else MeterChange(0, signature.numerator, signature.denominator)  # type: ignore[union-attr]
    offset = -_bar_phase(spans, meter.bar_ticks) % meter.bar_ticks
    notes = sorted(
        Note(
            scale * midi.time_to_tick(n.start) + offset, scale * midi.time_to_tick(n.end) + offset, n.pitch, n.velocity
        )
        for i in midi.instruments
        if i.name.strip() not in CHORD_TRACKS
        for n in i.notes
        if n.end > n.start
    )
    song = Song(title=name, tracks=(Track(notes=tuple(notes)),), grid=Grid(TempoMap(), MeterMap((meter,))))
    chords = tuple(
        ChordSpan(c.start_tick + offset, c.end_tick + offset, c.root_pc, c.quality, c.bass_pc) for c in spans
    )
    return Corrected(name, song, chords, _keys(midi, scale, offset, song))


def _block_chords(track: pretty_midi.Instrument, ticks) -> list[ChordSpan]:  # type: ignore[no-untyped-def]
    groups: dict[int, list[pretty_midi.Note]] = {}
    for n in track.notes:
        groups.setdefault(ticks(n.start), []).append(n)
    spans = []
    for start, notes in sorted(groups.items()):
        low = min(n.pitch for n in notes)
        above, quality = BLOCK_CHORDS.get(tuple(sorted({(n.pitch - low) % 12 for n in notes})), (0, "?"))
        spans.append(
            ChordSpan(start, ticks(max(n.end for n in notes)), (low + above) % 12, quality, low % 12 if above else None)
        )
    return spans


def _bar_phase(spans: list[ChordSpan], bar_ticks: int) -> int:
    votes: Counter[int] = Counter()
    for c in spans:
        votes[c.start_tick % bar_ticks] += int(100 * min((c.end_tick - c.start_tick) / 480, 8) ** 1.5)
    return votes.most_common(1)[0][0]


def _keys(midi: pretty_midi.PrettyMIDI, scale: int, offset: int, song: Song) -> tuple[Key, ...]:
    starts = [scale * midi.time_to_tick(k.time) + offset for k in midi.key_signature_changes]
    found = []
    ends = [*starts[1:], song.end_tick][: len(starts)]
    for k, start, end in zip(midi.key_signature_changes, starts, ends, strict=True):
        if end > start:
            found.append(Key(start, end, k.key_number % 12, "major" if k.key_number < 12 else "minor"))
    return tuple(found)


def section_beats(folder: Path, beats_s: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """The numbers of the beats on which the first listener's sections begin and the last ends.

    The labels count from the first chord; None where that is not the first one on these beats.
    """
    label, finalized = folder / "structure_human_label1.txt", folder / "structure_finalized_chord.txt"
    if not (label.exists() and finalized.exists()):
        return None
    chords = [
        (float(a), c.split(":")[0])
        for a, _, c in (r.split() for r in (folder / "chord_midi.txt").read_text().splitlines())
    ]
    first_s, first_root = next((s, c) for s, c in chords if c != "N")
    wanted = finalized.read_text().split(":", 1)[0]
    if PITCH_CLASSES.get(wanted) != PITCH_CLASSES.get(first_root):
        return None
    at = int(np.argmin(np.abs(beats_s - first_s))) + _label_beats(label)
    return None if at[-1] >= len(beats_s) + 8 else at


def performed(data: Path, name: str) -> Performed | None:
    """A song and its section labels, None where they can be laid neither on its tune nor on its first chord."""
    folder = data / name
    beats_s = np.loadtxt(folder / "beat_midi.txt")[:, 0]
    counted = section_beats(folder, beats_s)
    start, agreement = tune_start(folder, beats_s)
    if agreement < SAME_TUNE or (counted is not None and abs(start - counted[0]) > FARTHEST_START):
        if counted is None:
            return None
        start = float(counted[0])
    song = midi.read(folder / f"{name}.mid")
    song = replace(song, tracks=tuple(replace(t, name="") for t in song.tracks))
    first, second = (_to_s(beats_s, start + _label_beats(folder / f"structure_human_label{k}.txt")) for k in (1, 2))
    edges_s = None if counted is None else beats_s[np.minimum(counted, len(beats_s) - 1)]
    return Performed(name, song, edges_s, first, second)


def tune_start(folder: Path, beats_s: NDArray[np.float64]) -> tuple[float, float]:
    """The beat on which the tune of the labels begins, and the share of its notes that stand in the file from there.

    `structure_melody.txt` has the tune that the listeners saw: a pitch (0 is a rest) and sixteenths in each row.
    """
    rows = np.loadtxt(folder / "structure_melody.txt", dtype=np.int64, ndmin=2)
    begin = np.cumsum(rows[:, 1]) - rows[:, 1]
    written = [(b, p) for b, p in zip(begin.tolist(), rows[:, 0].tolist(), strict=True) if p > 0]
    tracks = pretty_midi.PrettyMIDI(str(folder / f"{folder.name}.mid")).instruments
    notes = [n for t in tracks if t.name.strip() == "MELODY" for n in t.notes]
    sixteenth = np.rint(4 * np.interp([n.start for n in notes], _to_s(beats_s, ROUND), ROUND)).astype(int).tolist()
    sung = set(zip(sixteenth, [n.pitch for n in notes], strict=True))
    agree = {k: sum((b + k, p) in sung for b, p in written) for k in range(-128, 160)}
    best = max(agree, key=lambda k: agree[k])
    return best / 4, agree[best] / max(len(written), 1)


def _to_s(beats_s: NDArray[np.float64], at: NDArray[np.number]) -> NDArray[np.float64]:
    """Seconds of beats counted from the first, which go on evenly on both sides."""
    before = beats_s[0] - np.arange(80, 0, -1) * np.diff(beats_s)[:4].mean()
    after = beats_s[-1] + np.arange(1, 81) * np.diff(beats_s)[-4:].mean()
    return np.interp(at, np.arange(len(beats_s) + 160) - 80, np.concatenate([before, beats_s, after]))


def _label_beats(label: Path) -> NDArray[np.int64]:
    bars = [int(n) for n in re.findall(r"[A-Za-z](\d+)", label.read_text())]
    return 4 * np.cumsum([0, *bars])


def all_corrected(data: Path, names: list[str]) -> Iterator[Corrected]:
    """Those of the named songs that have expert chords."""
    yield from (c for n in names if (c := corrected(data, n)) is not None)


def all_performed(data: Path, names: list[str]) -> Iterator[Performed]:
    """Those of the named songs whose section labels can be laid on their beats."""
    yield from (p for n in names if (p := performed(data, n)) is not None)
