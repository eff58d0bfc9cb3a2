"""Our accompaniments beside those of MMA (Musical MIDI Accompaniment, Debian's `mma`) on the same chords.

    python benchmarks/mma.py --data POP909 [-n SONGS] [--sample SEED] [--measured]

The songs are `pop909.drawn`, those in 4/4 throughout. RemixKit hears chords and sections; MMA is given them as a user
would write them down: a chord a beat, and for each section a groove of one family (`GROOVES`): its introduction, the
plain groove in verses, a fuller one in the chorus, its ending in the last two bars. Of our cover the tune and its
doublings are left out. MMA is run as a program; nothing of it is copied.

Columns, means over songs:

  instruments    programs that play, the drum kit as one
  drum sounds    different ones
  velocities     different ones
  distinct bars  of 100 bars, how many have a rhythm that no earlier bar has (instrument or drum, sixteenth)
  drum bars      the same of the drums alone
  fills          of 100 section joins, before how many the last bar's drumming (without drums: rhythm) is found nowhere
                 else in that section
  intro, verse,
  chorus           notes a beat
  louder         mean velocity in the chorus minus that in verses
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pop909 import drawn

import remixkit
from remixkit.evaluate.melody_match import melody_voices
from remixkit.evaluate.moments import SLOT_TICKS, slot
from remixkit.model.analysis import Analysis, ChordSpan, Section
from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.theory.chords import triad
from remixkit.theory.keys import chord_at

BEAT, BAR = TICKS_PER_QUARTER, 4 * TICKS_PER_QUARTER
NAMES = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
QUALITIES = {
    "maj": "", "min": "m", "dim": "dim", "aug": "aug", "7": "7", "maj7": "maj7", "min7": "m7", "hdim7": "m7b5",
    "dim7": "dim7", "minmaj7": "mM7", "maj6": "6", "min6": "m6", "sus2": "sus2", "sus4": "sus4",
}  # fmt: skip
GROOVES = {
    "PianoBallad": ("PianoBalladIntro", "PianoBallad", "PianoBallad1Sus", "PianoBalladEnd"),
    "StringBallad": ("StringBalladIntro", "StringBallad", "StringBalladVoicePlus", "StringBalladEnd"),
    "BasicRock": ("BasicRockIntro", "BasicRock", "BasicRockSus", "BasicRockEnd"),
    "HipHop": ("HipHopIntro", "HipHop", "HipHopSusPlus1", "HipHopEnd"),
}
OURS = {"PianoBallad": "piano-ballad", "StringBallad": "orchestral", "BasicRock": "rock", "HipHop": "lofi"}

Voice = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Played:
    """An accompaniment: its notes by voice (``("program", 0)``, ``("drum", 36)``), and its sections."""

    voices: tuple[tuple[Voice, Note], ...]
    sections: tuple[Section, ...]


def mma_source(analysis: Analysis, family: str) -> str:
    """The song's chords as a text for MMA, groove by section."""
    intro, verse, chorus, end = GROOVES[family]
    bars = list(analysis.song.grid.meter.bars(analysis.end_tick))
    lines = [f"Tempo {analysis.song.grid.tempo.mean_bpm(analysis.end_tick):.1f}"]
    current = ""
    for k, (start, _) in enumerate(bars):
        label = next(s.label for s in analysis.sections if s.start_tick <= start < s.end_tick)
        wanted = end if k >= len(bars) - 2 else intro if label == "intro" else chorus if label == "chorus" else verse
        if wanted != current:
            lines.append(f"Groove {wanted}")
            current = wanted
        lines.append(f"{k + 1} " + " ".join(symbol(chord_at(analysis.chords, start + b * BEAT)) for b in range(4)))
    return "\n".join(lines) + "\n"


def symbol(chord: ChordSpan) -> str:
    if chord.root_pc is None:
        return "z"
    name = NAMES[chord.root_pc] + QUALITIES.get(chord.quality, QUALITIES.get(triad(chord.quality), ""))
    return name if chord.bass_pc in (None, chord.root_pc) else f"{name}/{NAMES[chord.bass_pc]}"


def mma_plays(analysis: Analysis, family: str) -> Played:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "song.mma", Path(folder) / "song.mid"
        source.write_text(mma_source(analysis, family))
        done = subprocess.run(["mma", str(source), "-f", str(target)], capture_output=True, text=True)
        if done.returncode or not target.exists():
            raise SystemExit(f"mma: {done.stdout.strip()[-300:]} {done.stderr.strip()[-300:]}")
        song = remixkit.load(target)
    rows = [(("drum", n.pitch) if t.is_drum else ("program", t.program), n) for t in song.tracks for n in t.notes]
    return Played(tuple(rows), analysis.sections)


def we_play(analysis: Analysis, family: str) -> Played:
    made = remixkit.cover(analysis, OURS[family], seed=1).arrangement
    tune = set(melody_voices(made, analysis).tune)
    rows = [
        (("drum", n.pitch) if p.is_drum else ("program", p.program), n)
        for p in made.parts
        for n in p.notes
        if p.is_drum or n not in tune
    ]
    return Played(tuple(rows), made.sections)


def rhythms(played: Played, *, drums_only: bool = False) -> dict[int, frozenset[tuple[Voice, int]]]:
    """Bar -> which voice begins a note in which of its sixteenths."""
    found: dict[int, set[tuple[Voice, int]]] = {}
    for voice, n in played.voices:
        if drums_only and voice[0] != "drum":
            continue
        bar, place = divmod(slot(n.start_tick), BAR // SLOT_TICKS)
        found.setdefault(bar, set()).add((voice, place))
    return {bar: frozenset(rhythm) for bar, rhythm in found.items()}


def figures(played: Played) -> dict[str, float]:
    bars, drum_bars = rhythms(played), rhythms(played, drums_only=True)
    marking = drum_bars or bars
    joins = []
    for s in played.sections[:-1]:
        inside = range(s.start_tick // BAR, s.end_tick // BAR)
        if len(inside) >= 3:
            joins.append(marking.get(inside[-1]) not in [marking.get(b) for b in inside[:-1]])
    inside_of = {
        kind: [
            ([n for _, n in played.voices if s.start_tick <= slot(n.start_tick) * SLOT_TICKS < s.end_tick], s)
            for s in played.sections
            if s.label in labels
        ]
        for kind, labels in (("intro", ("intro",)), ("verse", ("verse", "prechorus")), ("chorus", ("chorus",)))
    }
    beats = {kind: sum((s.end_tick - s.start_tick) / BEAT for _, s in rows) for kind, rows in inside_of.items()}
    notes = {kind: [n for group, _ in rows for n in group] for kind, rows in inside_of.items()}
    density = {k: len(notes[k]) / beats[k] if beats[k] else np.nan for k in notes}
    loud = {k: float(np.mean([n.velocity for n in notes[k]])) if notes[k] else np.nan for k in notes}
    return {
        "instruments": len({v if v[0] == "program" else "kit" for v, _ in played.voices}),
        "drum sounds": len({v for v, _ in played.voices if v[0] == "drum"}),
        "velocities": len({n.velocity for _, n in played.voices}),
        "distinct bars": 100 * len(set(bars.values())) / len(bars),
        "drum bars": 100 * len(set(drum_bars.values())) / len(drum_bars) if drum_bars else np.nan,
        "fills": 100 * float(np.mean(joins)) if joins else np.nan,
        **density,
        "louder": loud["chorus"] - loud["verse"],
    }


def songs(data: Path, names: Iterable[str], count: int) -> Iterable[tuple[str, Analysis]]:
    """The first so many in 4/4 that have verses and a chorus."""
    for name in names:
        if count <= 0:
            return
        analysis = remixkit.analyze(data / name / f"{name}.mid")
        meters = {(m.numerator, m.denominator) for m in analysis.song.grid.meter.changes}
        labels = {s.label for s in analysis.sections}
        if meters == {(4, 4)} and "chorus" in labels and labels & {"verse", "prechorus"}:
            count -= 1
            yield name, analysis


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("-n", type=int, default=5, help="songs")
    parser.add_argument("--sample", type=int, default=1, help="seed of the choice of songs")
    parser.add_argument("--measured", action="store_true", help="draw from the songs kept for reporting")
    given = parser.parse_args()
    if shutil.which("mma") is None:
        raise SystemExit("mma is not installed (Debian: apt-get install mma)")
    rows: dict[str, list[dict[str, float]]] = {}
    for name, analysis in songs(given.data, drawn(40, given.sample, measured=given.measured), given.n):
        for family in GROOVES:
            rows.setdefault(f"MMA {family}", []).append(figures(mma_plays(analysis, family)))
            rows.setdefault(OURS[family], []).append(figures(we_play(analysis, family)))
        print(f"{name} done", file=sys.stderr, flush=True)
    columns = list(next(iter(rows.values()))[0])
    print("| | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for who, found in rows.items():
        print(f"| {who} | " + " | ".join(shown(column, [f[column] for f in found]) for column in columns) + " |")


def shown(column: str, values: Sequence[float]) -> str:
    if np.isnan(values).all():
        return "-"
    mean = float(np.nanmean(values))
    return (
        f"{mean:.1f}"
        if column in ("intro", "verse", "chorus")
        else f"{mean:+.0f}"
        if column == "louder"
        else f"{mean:.0f}"
    )


if __name__ == "__main__":
    main()
