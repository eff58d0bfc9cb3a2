"""How well songs are understood: melody, beats, chords, keys and sections against the labels of POP909.

    python benchmarks/analysis.py --data POP909 [--how tracks|merged|jitter|chords] [-n SONGS] [--all] [--each]
    python benchmarks/analysis.py --gm FOLDER              whose melody is it, in General MIDI files
    python benchmarks/analysis.py --speed [FILE|FOLDER...]  CPU seconds of reading and analysis, imports apart

The folder is as `pop909.py` describes it. How a song is given to RemixKit:

  tracks   as it is, but track names removed and tracks shuffled
  merged   all notes on one track
  jitter   merged, every note moved at random (SD 10 ms), written at a flat 120 BPM: no grid is left
  chords   the expert-corrected, quantised version (POP909-CL) without its chord track and key signatures

Figures, each a mean over songs (a song that ends in an error counts 0 in all of them):

  melody_f1       notes against the MELODY track (onset within 50 ms, pitch exact)
  beat_f1         against beat_midi, within 70 ms; beat_octave_f1: the best at half, same and double rate
  downbeat_f1     against the bars of the human section labels; jitter has none, its clock being another
  root, majmin    share of labelled time; chords: against the expert's; else against chord_midi, a program's
  key, key_exact  MIREX-weighted key score of the longest key, and share of keys exactly right
  boundary_f1     section boundaries against a human's, within half a bar
  cpu_s           of reading and analysis

  melody_channel  (--gm) share of files most of whose melody (60 %) comes from the channel known to have it; the
                  folder's inventory.csv names it ("name:track5/ch4") in the columns split_file and melody_label

--speed measures an example played on to four minutes and 5,000 notes, then each file.

Split: the songs measured are `random.Random(909).sample(ids, 40)` of the ids 001-600. No model was trained on them or
chosen by them (`pop909.MEASURED`; the training programs read `pop909.TRAINING`). With fewer songs (-n) they are the
sample of that size, which is held out too. Measures are mir_eval's (Raffel et al., ISMIR 2014).
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import mido
import mir_eval
import numpy as np
import pretty_midi
from numpy.typing import NDArray
from pop909 import CHORD_TRACKS, SONGS, section_beats

import remixkit
from remixkit.export.analysis_facts import facts
from remixkit.model.song import Song, Track
from remixkit.theory.chords import family, parse_label

Floats = NDArray[np.float64]
NoteRow = tuple[float, float, int]
Row = dict[str, float]

EXAMPLE = Path(__file__).parent.parent / "examples" / "paper-comet.mid"
HOWS = ("tracks", "merged", "jitter", "chords")
FIGURES = (
    "melody_f1", "beat_f1", "beat_octave_f1", "downbeat_f1", "root", "majmin", "key", "key_exact", "boundary_f1",
    "cpu_s",
)  # fmt: skip


@dataclass
class Task:
    """A song to be heard, and its melody as (start s, end s, pitch)."""

    midi: pretty_midi.PrettyMIDI
    melody: list[NoteRow] = field(default_factory=list)


def task(folder: Path, how: str, rng: random.Random) -> Task:
    """A song as `how` gives it."""
    midi = pretty_midi.PrettyMIDI(str(folder / f"{folder.name}.mid"))
    tune = [n for i in midi.instruments if i.name.strip() == "MELODY" for n in i.notes]
    if how == "tracks":
        for instrument in midi.instruments:
            instrument.name = ""
        rng.shuffle(midi.instruments)
        return Task(midi, [(n.start, n.end, n.pitch) for n in tune])
    piano = pretty_midi.Instrument(0)
    moved: dict[tuple[float, int], float] = {}
    for n in (n for i in midi.instruments for n in i.notes):
        by = rng.gauss(0, 0.010) if how == "jitter" else 0.0
        start = moved[n.start, n.pitch] = max(0.0, n.start + by)
        piano.notes.append(pretty_midi.Note(n.velocity, n.pitch, start, max(start + 0.02, n.end + by)))
    if how == "jitter":
        midi = pretty_midi.PrettyMIDI(resolution=480, initial_tempo=120.0)
    midi.instruments = [piano]
    return Task(midi, [(moved[n.start, n.pitch], n.end, n.pitch) for n in tune])


def hear(write: Callable[[str], object]) -> tuple[dict[str, Any], float]:
    """What `remixkit analyze --json` says of the song that `write` writes, and the CPU seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "song.mid"
        write(str(path))
        start = time.process_time()
        heard = facts(remixkit.analyze(path))
        return heard, time.process_time() - start


# --- figures --------------------------------------------------------------------------------------------------------


def note_f1(wanted: list[NoteRow], found: list[NoteRow]) -> float:
    def arrays(rows: list[NoteRow]) -> tuple[Floats, Floats]:
        kept = [r for r in rows if r[1] > r[0]]
        spans = np.array([r[:2] for r in kept]).reshape(-1, 2)
        return spans, 440.0 * 2.0 ** ((np.array([r[2] for r in kept]) - 69) / 12)

    if not found:
        return 0.0
    scores = mir_eval.transcription.precision_recall_f1_overlap(*arrays(wanted), *arrays(found), offset_ratio=None)
    return float(scores[2])


def beat_figures(wanted: Floats, found: Floats) -> Row:
    if len(found) < 4:
        return {"beat_f1": 0.0, "beat_octave_f1": 0.0}
    double = np.sort(np.concatenate([found, (found[1:] + found[:-1]) / 2]))
    f1 = [float(mir_eval.beat.f_measure(wanted, f)) for f in (found, found[::2], found[1::2], double)]
    return {"beat_f1": f1[0], "beat_octave_f1": max(f1)}


def section_figures(folder: Path, beats_s: Floats, heard: dict[str, Any]) -> Row:
    """Boundaries and downbeats; nothing where the human's labels cannot be laid on the beats."""
    labelled = section_beats(folder, beats_s)
    if labelled is None:
        return {}
    at = np.minimum(labelled, len(beats_s) - 1)
    wanted = beats_s[at]
    sections = heard["sections"]
    found = np.array(sorted({s["start_s"] for s in sections} | {s["end_s"] for s in sections[-1:]}))
    apart = np.abs(wanted[:, None] - found[None, :])
    near = apart <= 2 * float(np.median(np.diff(beats_s)))
    recall, precision = near.any(1).mean(), near.any(0).mean()
    bars = beats_s[at[0] % 4 :: 4]
    return {
        "boundary_f1": float(2 * recall * precision / max(1e-9, recall + precision)),
        "downbeat_f1": float(mir_eval.beat.f_measure(bars, np.array(heard["downbeats_s"]))),
    }


def performance_row(folder: Path, how: str, rng: random.Random) -> Row:
    """The figures of a performed song."""
    given = task(folder, how, rng)
    heard, cpu_s = hear(given.midi.write)
    row = {"cpu_s": cpu_s}
    row["melody_f1"] = note_f1(given.melody, [(m["start_s"], m["end_s"], m["pitch"]) for m in heard["melody"]])
    lines = [line.split() for line in (folder / "chord_midi.txt").read_text().splitlines()]
    wanted = np.array([(float(a), float(b)) for a, b, _ in lines])
    found = np.array([(c["start_s"], c["end_s"]) for c in heard["chords"]])
    labels = [c["label"] for c in heard["chords"]]
    chords = mir_eval.chord.evaluate(wanted, [label for _, _, label in lines], found, labels)
    row |= {"root": float(chords["root"]), "majmin": float(chords["majmin"])}
    beats_s = np.loadtxt(folder / "beat_midi.txt")[:, 0]
    row |= beat_figures(beats_s, np.array(heard["beats_s"]))
    return row if how == "jitter" else row | section_figures(folder, beats_s, heard)


def expert_chord(pitches: list[int]) -> tuple[int, str] | None:
    """Root and side of a block chord: the first of its notes, the lowest tried first, with a fifth and one third."""
    pcs = {p % 12 for p in pitches}
    for root in (min(pitches) % 12, *sorted(pcs)):
        if (root + 7) % 12 in pcs and ((root + 4) % 12 in pcs) != ((root + 3) % 12 in pcs):
            return root, "maj" if (root + 4) % 12 in pcs else "min"
    return None


def corrected_row(folder: Path) -> Row:
    """The figures of an expert-corrected song."""
    path = str(folder / f"{folder.name}_chords.mid")
    labelled = pretty_midi.PrettyMIDI(path)
    block = next(i for i in labelled.instruments if i.name.strip() in CHORD_TRACKS)
    signatures = labelled.key_signature_changes
    midi = mido.MidiFile(path)  # pretty_midi would end notes of the same pitch that overlap all at once
    midi.tracks[:] = [t for t in midi.tracks if t.name.strip() not in CHORD_TRACKS]
    for track in midi.tracks:
        track[:] = [m for m in track if m.type != "key_signature"]
    heard, cpu_s = hear(midi.save)
    row = {"cpu_s": cpu_s, **chord_figures(block, heard["chords"])}
    if signatures:
        wanted = pretty_midi.key_number_to_key_name(signatures[0].key_number).lower()
        main = max(heard["keys"], key=lambda k: k["end_s"] - k["start_s"])
        found = f"{main['tonic']} {main['mode']}"
        row["key"] = float(mir_eval.key.weighted_score(wanted, found))
        row["key_exact"] = float(row["key"] == 1.0)
    return row


def chord_figures(block: pretty_midi.Instrument, heard: list[dict[str, Any]]) -> Row:
    """Shares of the time of block chords with a side (major or minor) in which root, and root and side, are right."""
    total = root = majmin = 0.0
    by_start = groupby(sorted(block.notes, key=lambda n: n.start), key=lambda n: round(n.start, 3))
    for start, group in by_start:
        notes = list(group)
        wanted = expert_chord([n.pitch for n in notes])
        if wanted is None:
            continue
        end = max(n.end for n in notes)
        for span in heard:
            shared = min(span["end_s"], end) - max(span["start_s"], start)
            if shared > 0:
                pc, quality, _ = parse_label(span["label"])
                total += shared
                root += shared * (pc == wanted[0])
                majmin += shared * ((pc, family(quality)) == wanted)
    return {"root": root / max(total, 1e-9), "majmin": majmin / max(total, 1e-9)}


# --- songs ----------------------------------------------------------------------------------------------------------


def measure(data: Path, how: str, count: int, told: Callable[[str, Row], None]) -> tuple[Row, int, list[str]]:
    """Mean figures over the held-out songs, how many there were, and what went wrong."""
    names = sorted(random.Random(909).sample(SONGS, min(count, len(SONGS))))
    rng = random.Random(7)
    if how == "chords":
        names = [n for n in names if (data / n / f"{n}_chords.mid").exists()]
    rows: list[Row] = []
    failed: list[str] = []
    for name in names:
        try:
            row = corrected_row(data / name) if how == "chords" else performance_row(data / name, how, rng)
        except Exception as problem:
            failed.append(f"{name}: {type(problem).__name__}: {problem}")
            row = {}
        rows.append(row)
        told(name, row)
    known = [f for f in FIGURES if any(f in row for row in rows)]
    return (
        {f: float(np.mean([row.get(f, 0.0) for row in rows if f in row or not row])) for f in known},
        len(rows),
        failed,
    )


def channel_found(path: Path, channel: int) -> bool:
    """Whether at least 60 % of the tune found are notes of a channel, counted from 0."""
    analysis = remixkit.analyze(path)
    mine = [analysis.song.tracks[n.track].channel == channel for n in analysis.melody]
    return sum(mine) >= 0.6 * max(1, len(mine))


def gm_figures(folder: Path) -> dict[str, Any]:
    """melody_channel over the files whose channel is known, and those where another was found."""
    with (folder / "inventory.csv").open(encoding="utf-8") as file:
        known = [r for r in csv.DictReader(file) if "/ch" in r["melody_label"]]
    wrong = [
        r["split_file"]
        for r in known
        if not channel_found(folder / r["split_file"], int(r["melody_label"].split("ch")[-1]))
    ]
    return {"files": len(known), "melody_channel": round(1 - len(wrong) / len(known), 4), "wrong": wrong}


def four_minutes() -> Song:
    """An example played on to four minutes, with as many of its tracks as make 5,000 notes."""
    song = remixkit.load(EXAMPLE)
    end = song.grid.meter.bar_end(song.end_tick)
    last = int(song.grid.tempo.to_ticks([240.0])[0])
    tracks: list[Track] = []
    for track in sorted(song.tracks, key=lambda t: len(t.notes)):
        starts = [(n, by) for by in range(0, last, end) for n in track.notes if n.start_tick + by < last]
        moved = [replace(n, start_tick=n.start_tick + by, end_tick=n.end_tick + by) for n, by in starts]
        room = 5000 - sum(len(t.notes) for t in tracks)
        tracks.append(replace(track, notes=tuple(sorted(moved)[:: -(-len(moved) // max(1, room))]) if room > 0 else ()))
    return replace(song, tracks=tuple(tracks))


def speed(paths: list[Path]) -> None:
    """Print the CPU seconds of each song, the slowest last."""
    remixkit.analyze(remixkit.load(EXAMPLE))  # imports
    rows: list[tuple[float, str, int, float]] = []
    files = [f for p in paths for f in (sorted(p.iterdir()) if p.is_dir() else [p]) if f.suffix in (".mid", ".kar")]
    for path in (None, *files):
        start = time.process_time()
        song = four_minutes() if path is None else remixkit.load(path)
        start = time.process_time() if path is None else start
        analysis = remixkit.analyze(song)
        cpu_s = time.process_time() - start
        notes = sum(len(t.notes) for t in song.tracks)
        minutes = analysis.song.grid.tempo.second(analysis.song.end_tick) / 60
        rows.append((cpu_s, path.name if path else "made: four minutes", notes, minutes))
        if path is None:
            print(
                json.dumps({"song": rows[0][1], "notes": notes, "minutes": round(minutes, 2), "cpu_s": round(cpu_s, 2)})
            )
    if files:
        seconds = [r[0] for r in rows[1:]]
        slowest = max(rows[1:])
        print(
            json.dumps(
                {
                    "files": len(files),
                    "median_cpu_s": round(float(np.median(seconds)), 2),
                    "slowest_cpu_s": round(slowest[0], 2),
                    "slowest": {"song": slowest[1], "notes": slowest[2], "minutes": round(slowest[3], 2)},
                }
            )
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the folder of POP909")
    parser.add_argument("--gm", type=Path, help="a folder of General MIDI files with inventory.csv")
    parser.add_argument(
        "--speed", nargs="*", type=Path, help="files or folders of MIDI files; none: the made song alone"
    )
    parser.add_argument("--how", choices=HOWS, default="tracks")
    parser.add_argument("-n", type=int, default=40, help="how many songs; 40 is the most that is held out")
    parser.add_argument("--all", action="store_true", help="all ways, as a table in Markdown")
    parser.add_argument("--each", action="store_true", help="a line for each song too")
    given = parser.parse_args()
    if given.speed is not None:
        speed(given.speed)
    if given.gm:
        print(json.dumps(gm_figures(given.gm), ensure_ascii=False))
    if not given.data:
        return

    def told(name: str, row: Row) -> None:
        if given.each:
            print(json.dumps({"song": name, **{k: round(v, 4) for k, v in row.items()}}), flush=True)

    found = {how: measure(given.data, how, given.n, told) for how in (HOWS if given.all else (given.how,))}
    for how, (mean, songs, failed) in found.items():
        figures = {k: round(v, 4) for k, v in mean.items()}
        print(json.dumps({"how": how, "songs": songs, "failed": failed, **figures}), flush=True)
    if given.all:
        print(f"\n| figure | {' | '.join(found)} |\n|---|{'---|' * len(found)}")
        for figure in FIGURES:
            cells = [f"{mean[figure]:.3f}" if figure in mean else "" for mean, _, _ in found.values()]
            print(f"| {figure} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
