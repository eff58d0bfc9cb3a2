"""Our piano covers beside human ones: how far the distributions of what is played overlap.

    python benchmarks/humans.py --data DATA [--songs N] [--sample SEED] [--measured] [--style NAME] [--detail]

DATA holds `pop909/` (as `pop909.py` describes it; the human arrangement is the tracks PIANO and MELODY) and
`anime_transcriptions/*/` (`human.mid`, a human piano cover without a grid, and `audio2midi.mid`, what a program heard
in the recording). `pop909.drawn` chooses N songs with the seed SEED: from `TRAINING`, or --measured, from `MEASURED`.
RemixKit covers each from its whole file, and the anime songs from what the program heard.

What is compared, each a histogram (`ROWS` states its bins) that is normalised in every song and averaged over songs:

  onsets a beat        sixteenths in which something is struck, of each beat
  notes a beat         of each bar
  notes an onset       of the right and of the left hand
  under the melody     distance from a melody note to the next note struck with it, below it
  bass register        the lowest note struck in each two beats
  velocity by section  a bar's mean minus the song's: in verses (A, B), in the chorus, elsewhere; mean of three overlaps
  velocity             a note's minus the song's mean
  melody above rest    velocity of a melody note minus the mean of what is struck with it
  chord-tone rate      a bar's share of notes that belong to the chord
  groove               1 - Hamming distance of neighbouring bars' onsets (`remixkit.evaluate.rhythm`)

Both sides are treated alike. One `two_hands.solve` splits all hands (five keys, fourteen semitones, no limit on jumps
and repeats; what it cannot place goes right from middle C on), `remixkit.analyze` hears the chords in the piece itself,
and onsets go to the nearest sixteenth. In `ours / POP909` and `POP909 / POP909` the melody is the known one (the MELODY
track; our tune), sections are those heard in the source, and a beat is its quarter note. A performance without a
grid tells none of this, so beside the anime covers melody and sections are heard in the merged notes on either side,
and a beat is the quarter note folded into 70-140 a minute.

Overlap is sum(min(p, q)), 1 for equal histograms. `POP909 / POP909` compares one half of the humans' songs with the
other: what different songs alone do. Aim: .80 in the first column.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pop909 import drawn

import remixkit
from remixkit.arrange.piano.hands import Reach
from remixkit.arrange.piano.two_hands import solve
from remixkit.evaluate.moments import SLOT_TICKS, slot, struck_moments
from remixkit.evaluate.rhythm import groove_similarities
from remixkit.model.analysis import Analysis, ChordSpan, Section
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Note, Song, Track
from remixkit.model.timing import TICKS_PER_QUARTER, Grid, MeterChange, MeterMap, TempoMap
from remixkit.theory.chords import tones
from remixkit.theory.keys import chord_at

SLOWEST_BPM, FASTEST_BPM = 70.0, 140.0
Histograms = Mapping[str, NDArray[np.float64]]

ANY_HANDS = Reach(notes=5, comfort=12, span=14, roll=14, repeat_ms=0.0, jumps=())
KINDS = {"verse": "verse", "prechorus": "verse", "chorus": "chorus"}


@dataclass(frozen=True, slots=True)
class Take:
    """A piano piece told in beats of 960 ticks: one track of notes, and what was known or heard in it."""

    notes: tuple[Note, ...]
    tune: tuple[Note, ...]
    chords: tuple[ChordSpan, ...]
    sections: tuple[Section, ...]
    meter: MeterMap
    right: tuple[Note, ...]
    left: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A figure: its values in a take, and the edges of the histogram's bins; the outer bins take what lies beyond."""

    name: str
    values: Callable[[Take], Sequence[float]]
    edges: tuple[float, ...]
    labels: tuple[str, ...]

    def histogram(self, take: Take) -> NDArray[np.float64] | None:
        """Shares of the bins; None where there is no value."""
        values = np.clip(self.values(take), self.edges[0], np.nextafter(self.edges[-1], self.edges[0]))
        counts = np.histogram(values, self.edges)[0].astype(np.float64)
        return counts / counts.sum() if counts.sum() else None


def onsets_a_beat(take: Take) -> Sequence[float]:
    played = sorted({slot(n.start_tick) for n in take.notes})
    per_beat = np.bincount([s // 4 for s in played])
    return per_beat[played[0] // 4 :].tolist()


def notes_a_beat(take: Take) -> Sequence[float]:
    return [len(notes) * TICKS_PER_QUARTER / (end - start) for start, end, notes in bars(take)]


def in_hand(hand: str) -> Callable[[Take], Sequence[float]]:
    def values(take: Take) -> Sequence[float]:
        return [len({n.pitch for n in group}) for group in struck_moments(getattr(take, hand)).values()]

    return values


def under_melody(take: Take) -> Sequence[float]:
    groups = struck_moments(take.notes)
    found: list[float] = []
    for n in take.tune:
        below = [n.pitch - o.pitch for o in groups.get(slot(n.start_tick), []) if o.pitch < n.pitch]
        found.append(min(below, default=99))
    return found


def bass_register(take: Take) -> Sequence[float]:
    lowest: dict[int, int] = {}
    for n in take.notes:
        half = slot(n.start_tick) // 8
        lowest[half] = min(lowest.get(half, 127), n.pitch)
    return list(lowest.values())


def velocity_in(kind: str) -> Callable[[Take], Sequence[float]]:
    def values(take: Take) -> Sequence[float]:
        mean = np.mean([n.velocity for n in take.notes])
        kinds = [(s.start_tick, s.end_tick, KINDS.get(s.label, "else")) for s in take.sections]
        return [
            float(np.mean([n.velocity for n in notes]) - mean)
            for start, _, notes in bars(take)
            if any(a <= start < b and k == kind for a, b, k in kinds)
        ]

    return values


def velocity(take: Take) -> Sequence[float]:
    mean = np.mean([n.velocity for n in take.notes])
    return [n.velocity - mean for n in take.notes]


def melody_above_rest(take: Take) -> Sequence[float]:
    groups = struck_moments(take.notes)
    found = []
    for n in take.tune:
        rest = [o.velocity for o in groups.get(slot(n.start_tick), []) if o.pitch != n.pitch]
        if rest:
            found.append(n.velocity - float(np.mean(rest)))
    return found


def chord_tone_rate(take: Take) -> Sequence[float]:
    rates = []
    for _, _, notes in bars(take):
        chords = [tones(chord_at(take.chords, slot(n.start_tick) * SLOT_TICKS)) for n in notes]
        known = [n.pitch % 12 in c for n, c in zip(notes, chords, strict=True) if c]
        if known:
            rates.append(float(np.mean(known)))
    return rates


def groove(take: Take) -> Sequence[float]:
    return groove_similarities(take.notes, take.meter).tolist()


def bars(take: Take) -> Iterator[tuple[int, int, list[Note]]]:
    """(start tick, end tick, notes) of each bar that has notes."""
    ordered = sorted(take.notes, key=lambda n: n.start_tick)
    at = 0
    for start, end in take.meter.bars(ordered[-1].start_tick + 1):
        first = at
        while at < len(ordered) and slot(ordered[at].start_tick) * SLOT_TICKS < end:
            at += 1
        if at > first:
            yield start, end, ordered[first:at]


def even(low: float, high: float, step: float) -> tuple[tuple[float, ...], tuple[str, ...]]:
    edges = tuple(round(float(x), 6) for x in np.arange(low, high + step / 2, step))
    return edges, tuple(f"{a:g}..{b:g}" for a, b in pairwise(edges))


def whole(*names: str) -> tuple[tuple[float, ...], tuple[str, ...]]:
    first = int(names[0])
    return tuple(first - 0.5 + k for k in range(len(names) + 1)), names


INTERVALS = (
    (0.5, 2.5, 4.5, 5.5, 6.5, 7.5, 9.5, 11.5, 12.5, 14.5, 98.0, 100.0),
    ("2nd", "3rd", "4th", "tritone", "5th", "6th", "7th", "octave", "9th", "wider", "nothing"),
)
LEVELS = even(-22, 18, 4)
ROWS = (
    Row("onsets a beat", onsets_a_beat, *whole("0", "1", "2", "3", "4")),
    Row("notes a beat", notes_a_beat, *even(0, 12, 1)),
    Row("notes an onset, right", in_hand("right"), *whole("1", "2", "3", "4", "5")),
    Row("notes an onset, left", in_hand("left"), *whole("1", "2", "3", "4", "5")),
    Row("under the melody", under_melody, *INTERVALS),
    Row("bass register", bass_register, *even(24, 72, 4)),
    Row("velocity, verse", velocity_in("verse"), *LEVELS),
    Row("velocity, chorus", velocity_in("chorus"), *LEVELS),
    Row("velocity, elsewhere", velocity_in("else"), *LEVELS),
    Row("velocity", velocity, *even(-35, 35, 5)),
    Row("melody above rest", melody_above_rest, *even(-15, 35, 5)),
    Row("chord-tone rate", chord_tone_rate, *even(0.5, 1.0, 0.1)),
    Row("groove", groove, *even(0.5, 1.0, 0.0625)),
)
SECTION_ROWS = ("velocity, verse", "velocity, chorus", "velocity, elsewhere")


def take(
    notes: Sequence[Note],
    grid: Grid,
    tune: Sequence[Note],
    sections: Sequence[Section],
    heard: Analysis,
    beat: float = 1.0,
) -> Take:
    """A piece with its hands split, retold so that `beat` quarters are 960 ticks; bars of four keep four beats."""
    ordered = tuple(sorted(notes))
    found = solve(ordered, grid.tempo, reach=ANY_HANDS)
    right, left = {(n.start_tick, n.pitch) for n in found.right}, {(n.start_tick, n.pitch) for n in found.left}
    high, low = [], []
    for n in ordered:
        at = (n.start_tick, n.pitch)
        goes_right = at in right or (at not in left and n.pitch >= 60)
        (high if goes_right else low).append(n)
    scale = 1 / beat
    meter = grid.meter
    if beat != 1 and all(m.denominator == 4 for m in meter.changes):
        bar = max(2, round(meter.changes[0].numerator * (scale if scale < 1 else 1)))
        meter = MeterMap((MeterChange(0, bar, 4),))

    def told(row: Sequence[Note]) -> tuple[Note, ...]:
        return tuple(
            replace(n, start_tick=round(n.start_tick * scale), end_tick=round(n.end_tick * scale)) for n in row
        )

    return Take(
        notes=told(ordered),
        tune=told(tune),
        chords=tuple(
            replace(c, start_tick=round(c.start_tick * scale), end_tick=round(c.end_tick * scale)) for c in heard.chords
        ),
        sections=tuple(
            replace(s, start_tick=round(s.start_tick * scale), end_tick=round(s.end_tick * scale)) for s in sections
        ),
        meter=meter,
        right=told(high),
        left=told(low),
    )


def heard_in(notes: Sequence[Note], grid: Grid) -> Analysis:
    """What the ear finds in a piece of one track on a known grid."""
    merged = Track(notes=tuple(sorted(notes)))
    return remixkit.analyze(Song(tracks=(merged,), grid=grid, has_true_bars=True))


def beat_of(tempo: TempoMap, end_tick: int) -> float:
    """How many quarters a felt beat is: 70-140 beats a minute."""
    bpm, beat = tempo.mean_bpm(end_tick), 1.0
    while bpm / beat >= FASTEST_BPM:
        beat *= 2
    while bpm / beat < SLOWEST_BPM:
        beat /= 2
    return beat


def pop_song(data: Path, name: str, style: str, seed: int) -> tuple[Take, Take, Take] | None:
    """A song of POP909: the human's, ours, and the human's as heard; None where its file lacks the tracks."""
    analysis = remixkit.analyze(remixkit.load(data / name / f"{name}.mid"))
    tracks = {t.name.strip(): t.notes for t in analysis.song.tracks}
    if not (tracks.get("MELODY") and tracks.get("PIANO")):
        return None
    grid = analysis.song.grid
    human = (*tracks["MELODY"], *tracks["PIANO"])
    cover = remixkit.cover(analysis, style, seed=seed).arrangement
    ours = played(cover)
    tune = [n for n in ours if n.origin.endswith("/tune")]
    heard = heard_in(human, grid)
    return (
        take(human, grid, tracks["MELODY"], analysis.sections, heard),
        take(ours, cover.grid, tune, cover.sections, heard_in(ours, cover.grid)),
        take_by_ear(human, grid, heard),
    )


def anime_song(folder: Path, style: str, seed: int) -> tuple[Take, Take]:
    """An anime song: the human's cover and ours, both by ear."""
    heard = remixkit.analyze(remixkit.load(folder / "human.mid"))
    human = [n for t in heard.song.tracks for n in t.notes]
    cover = remixkit.cover(remixkit.load(folder / "audio2midi.mid"), style, seed=seed).arrangement
    ours = played(cover)
    return (
        take_by_ear(human, heard.song.grid, heard),
        take_by_ear(ours, cover.grid, heard_in(ours, cover.grid)),
    )


def played(cover: Arrangement) -> list[Note]:
    return [n for p in cover.parts if not p.is_drum for n in p.notes]


def take_by_ear(notes: Sequence[Note], grid: Grid, heard: Analysis) -> Take:
    """A piece of which nothing is known but the notes."""
    tune = tuple(Note(n.start_tick, n.end_tick, n.pitch, n.velocity) for n in heard.melody)
    return take(notes, grid, tune, heard.sections, heard, beat_of(grid.tempo, heard.end_tick))


def histograms(takes: Sequence[Take]) -> Histograms:
    """Each row's histogram, the mean over the takes that have a value."""
    found = {row.name: [h for t in takes if (h := row.histogram(t)) is not None] for row in ROWS}
    return {
        row.name: np.mean(found[row.name], axis=0) if found[row.name] else np.zeros(len(row.labels)) for row in ROWS
    }


def overlaps(one: Histograms, other: Histograms) -> dict[str, float]:
    """Overlap of each row; those of velocity by section as the mean of the ones that both have."""
    got = {name: float(np.minimum(one[name], other[name]).sum()) for name in one}
    sections = [got.pop(name) for name in SECTION_ROWS if one[name].any() and other[name].any()]
    shared = float(np.mean(sections)) if sections else float("nan")
    return {name: value for name, value in got.items() if name not in SECTION_ROWS} | {"velocity by section": shared}


def detail(human: Histograms, ours: Histograms) -> Iterator[str]:
    for row in ROWS:
        a, b = human[row.name], ours[row.name]
        yield f"\n{row.name}: overlap {np.minimum(a, b).sum():.2f}"
        yield from (
            f"  {label:>13}  human {100 * x:5.1f} %   ours {100 * y:5.1f} %   {100 * (y - x):+5.1f}"
            for label, x, y in zip(row.labels, a, b, strict=True)
        )


def shortfalls(human: Histograms, ours: Histograms, least: float) -> Iterator[str]:
    """For each row below `least`, the three bins that differ most."""
    for row in ROWS:
        a, b = human[row.name], ours[row.name]
        overlap = float(np.minimum(a, b).sum())
        if overlap < least:
            worst = np.argsort(-np.abs(b - a))[:3]
            said = "; ".join(f"{row.labels[k]}: human {100 * a[k]:.0f} %, ours {100 * b[k]:.0f} %" for k in worst)
            yield f"- {row.name} ({overlap:.2f}): {said}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--songs", type=int, default=30)
    parser.add_argument("--sample", type=int, default=1, help="seed of the choice of songs")
    parser.add_argument("--measured", action="store_true", help="draw from the songs kept for reporting")
    parser.add_argument("--style", default="piano-ballad")
    parser.add_argument("--seed", type=int, default=1, help="of the covers")
    parser.add_argument("--detail", action="store_true", help="print every histogram, ours and POP909's")
    given = parser.parse_args()
    songs: list[tuple[Take, Take, Take]] = []
    for name in drawn(given.songs + 5, given.sample, measured=given.measured):
        if len(songs) < given.songs and (song := pop_song(given.data / "pop909", name, given.style, given.seed)):
            songs.append(song)
            print(f"\r{len(songs)} songs", end="", file=sys.stderr, flush=True)
    folders = sorted(p.parent for p in (given.data / "anime_transcriptions").glob("*/human.mid"))
    anime_songs = [anime_song(f, given.style, given.seed) for f in folders]
    print(f"\r{len(songs)} songs of POP909, {len(anime_songs)} anime covers", file=sys.stderr)
    takes = [t for t, _, _ in songs]
    human, ours, human_heard = (histograms(t) for t in zip(*songs, strict=True))
    anime, ours_of_anime = (histograms(t) for t in zip(*anime_songs, strict=True))
    columns = {
        "ours / POP909": overlaps(ours, human),
        "ours / anime": overlaps(ours_of_anime, anime),
        "POP909 / anime": overlaps(human_heard, anime),
        "POP909 / POP909": overlaps(histograms(takes[::2]), histograms(takes[1::2])),
    }
    print("| figure | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for name in columns["ours / POP909"]:
        print(f"| {name} | " + " | ".join(f"{column[name]:.2f}" for column in columns.values()) + " |")
    for label, theirs, own in (("POP909", human, ours), ("the anime covers", anime, ours_of_anime)):
        print(f"\nOverlaps with {label} below .80:")
        print("\n".join(shortfalls(theirs, own, 0.80)) or "none")
    if given.detail:
        print("\n".join(detail(human, ours)))


if __name__ == "__main__":
    main()
