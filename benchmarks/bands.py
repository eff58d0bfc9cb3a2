"""Bands whose tune is known: songs of POP909 covered in RemixKit's styles, with everything shuffled that tells nothing.

`band` covers a song whose MELODY track is known. Who leads, what plays with it, octaves, programs, levels and the order
of tracks are drawn anew; names are taken off. In some bands the lead passes from track to track by section, or has a
second voice under it in the same track; some have what real files have and our styles have not: one pitch hammered
through a section, a chime's ostinato above everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import remixkit
from remixkit import style as styles
from remixkit.model.analysis import Analysis, Key
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Control, Note, Song, Track
from remixkit.model.timing import TICKS_PER_QUARTER

STYLES = ("rock", "orchestral", "lofi", "acoustic-pop", "piano-ballad")
LEADS = (
    0, 1, 4, 5, 11, 21, 22, 24, 25, 26, 27, 29, 30, 40, 41, 48, 52, 53, 54, 56, 57, 60, 61, 64, 65, 66, 68, 71, 73, 75,
    79, 80, 81, 82, 84, 85, 87,
)  # fmt: skip
OTHERS = (
    0, 2, 4, 5, 6, 7, 8, 9, 11, 12, 14, 16, 24, 25, 26, 27, 28, 29, 30, 45, 46, 48, 49, 50, 51, 61, 62, 63, 80, 81, 88,
    89, 90, 91,
)  # fmt: skip
"""Programs, zero-based, that lead in real files, and that accompany."""
MAJOR = frozenset({0, 2, 4, 5, 7, 9, 11})
MINOR = frozenset({0, 2, 3, 5, 7, 8, 10})
TUNE, DOUBLE = 1, -1
BAR_TICKS = 4 * TICKS_PER_QUARTER

Labelled = tuple[Note, int]


@dataclass(frozen=True, slots=True)
class Band:
    """A song, and for each track and note whether it is the tune (1), its doubling (-1) or something else (0)."""

    song: Song
    labels: tuple[NDArray[np.int8], ...]


def heard(folder: Path) -> Analysis:
    """A song of POP909 analysed, the tune being its track MELODY."""
    return remixkit.analyze(folder / f"{folder.name}.mid", melody_track="MELODY")


def band(analysis: Analysis, style: str, rng: np.random.Generator) -> Band:
    """One band that plays the song."""
    made = remixkit.cover(analysis, style, seed=int(rng.integers(1, 1000))).arrangement
    tracks = [_labelled(p, style) for p in made.parts if p.notes]
    programs = [p.program for p in made.parts if p.notes]
    drums = [p.is_drum for p in made.parts if p.notes]
    if rng.random() < 0.45:
        _passed_on(tracks, programs, drums, made, rng)
    if rng.random() < 0.3:
        _with_second_voice(tracks, made.keys, rng)
    keep = [k for k, t in enumerate(tracks) if any(x == TUNE for _, x in t) or rng.random() > 0.15]
    rng.shuffle(keep)
    flat = rng.random() < 0.25
    out = [_track(tracks[k], programs[k], drums[k], i, flat, rng) for i, k in enumerate(keep)]
    labels = tuple(np.array([x for _, x in sorted(tracks[k])], dtype=np.int8) for k in keep)
    return distracted(Band(Song(tracks=tuple(out), grid=made.grid, has_true_bars=True), labels), rng)


def _labelled(part: Part, style: str) -> list[Labelled]:
    spec = styles.load(style).roles[part.role]
    is_double = bool(spec.settings.get("double"))
    return [(n, (DOUBLE if is_double else TUNE) if n.origin.endswith("/tune") else 0) for n in part.notes]


def _passed_on(
    tracks: list[list[Labelled]], programs: list[int], drums: list[bool], made: Arrangement, rng: np.random.Generator
) -> None:
    """Give the tune of some sections to other tracks: to a new one, or to one that drops its own part there."""
    takers = [k for k, d in enumerate(drums) if not d and not any(x for _, x in tracks[k])]
    for _ in range(int(rng.integers(1, 3))):
        if not takers or rng.random() < 0.4:
            takers.append(len(tracks))
            tracks.append([])
            programs.append(int(rng.choice(LEADS)))
            drums.append(False)
    chosen = rng.choice(takers, size=min(len(takers), 2), replace=False)
    for section in made.sections:
        if rng.random() < 0.5:
            continue
        to = int(rng.choice(chosen))
        within = lambda n: section.start_tick <= n.start_tick < section.end_tick  # noqa: B023, E731
        tune = [x for k, t in enumerate(tracks) if k != to for x in t if x[1] == TUNE and within(x[0])]
        if not tune:
            continue
        for k, t in enumerate(tracks):
            tracks[k] = [x for x in t if not within(x[0]) or (k != to and x[1] != TUNE)]
        tracks[to] = sorted([*tracks[to], *tune])


def _with_second_voice(tracks: list[list[Labelled]], keys: Sequence[Key], rng: np.random.Generator) -> None:
    """A third, a sixth or an octave under some stretches of the tune, in the same track."""
    step = int(rng.choice([3, 3, 8, 12]))
    for k, t in enumerate(tracks):
        under = []
        for n, x in t:
            if x != TUNE or (n.start_tick // (TICKS_PER_QUARTER * 32)) % 3 == 0:
                continue
            key = next((key for key in keys if key.start_tick <= n.start_tick < key.end_tick), keys[-1])
            scale = MAJOR if key.mode == "major" else MINOR
            pitch = n.pitch - step if (n.pitch - step - key.tonic_pc) % 12 in scale else n.pitch - step - 1
            under.append((replace(n, pitch=n.pitch - 12 if step == 12 else pitch), 0))
        tracks[k] = sorted([*t, *under])


def with_tune_moved(band: Band, semitones: int) -> Band:
    """The band with the tracks that play little but the tune so much higher or lower."""
    tracks = list(band.song.tracks)
    for k, (track, label) in enumerate(zip(tracks, band.labels, strict=True)):
        if len(label) and (label == TUNE).mean() > 0.5:
            notes = (replace(n, pitch=min(108, max(21, n.pitch + semitones))) for n in track.notes)
            tracks[k] = replace(track, notes=tuple(notes))
    return Band(replace(band.song, tracks=tuple(tracks)), band.labels)


def distracted(band: Band, rng: np.random.Generator) -> Band:
    """The band with what real files have beside the tune: by chance a hammered pitch, a chime's ostinato, a jumble."""
    bars = range(0, band.song.end_tick, BAR_TICKS)
    plays = np.repeat(rng.random(len(bars) // 8 + 1) < 0.6, 8)
    heard = [_chord(band.song, bar) for bar in bars]
    where = [(bar, chord) for bar, chord, on in zip(bars, heard, plays, strict=False) if on and chord]
    tracks, labels = list(band.song.tracks), list(band.labels)
    for make in (_hammer, _chime, _jumble):
        if rng.random() < 0.3 and where:
            at = int(rng.integers(0, len(tracks) + 1))
            notes = make(where, rng)
            tracks.insert(at, _track([(n, 0) for n in notes], int(rng.choice(OTHERS)), False, at, False, rng))
            labels.insert(at, np.zeros(len(notes), dtype=np.int8))
    return Band(replace(band.song, tracks=tuple(tracks)), tuple(labels))


def _chord(song: Song, bar: int) -> list[int]:
    """The three pitch classes that are played most in a bar, drums aside."""
    count = np.zeros(12)
    for track in song.tracks:
        for n in () if track.is_drum else track.notes:
            if bar <= n.start_tick < bar + BAR_TICKS:
                count[n.pitch % 12] += 1
    return [int(pc) for pc in np.argsort(-count)[:3] if count[pc]]


Where = Sequence[tuple[int, list[int]]]


def _hammer(where: Where, rng: np.random.Generator) -> list[Note]:
    pitch, step = int(rng.integers(55, 92)), TICKS_PER_QUARTER // int(rng.choice([1, 2, 4]))
    return [Note(t, t + step - 40, pitch, 90) for bar, _ in where for t in range(bar, bar + BAR_TICKS, step)]


def _chime(where: Where, rng: np.random.Generator) -> list[Note]:
    """A bar or two of a few tones, high, again and again."""
    low, slots = int(rng.integers(66, 92)), int(rng.choice([4, 8, 16]))
    step = TICKS_PER_QUARTER // int(rng.choice([1, 2, 4]))
    cell = [(k, int(low + rng.choice([0, 2, 4, 5, 7, 9, 12]))) for k in range(slots) if rng.random() < 0.75]
    starts = [bar for k, (bar, _) in enumerate(where) if k * BAR_TICKS % (slots * step) == 0]
    return [Note(t + k * step, t + (k + 1) * step, p, 90) for t in starts for k, p in cell]


def _jumble(where: Where, rng: np.random.Generator) -> list[Note]:
    """High chords that are struck again and again, in no order."""
    low, step = int(rng.integers(60, 80)), TICKS_PER_QUARTER // int(rng.choice([1, 2, 2, 4]))
    voices, change = int(rng.integers(2, 5)), rng.uniform(0.1, 1.0)
    out, chord = [], [low]
    for bar, classes in where:
        for t in range(bar, bar + BAR_TICKS, step):
            if t == bar or rng.random() < change:
                chord = [low + (pc - low) % 12 + 12 * int(rng.integers(0, 2)) for pc in rng.choice(classes, voices)]
            out += [Note(t, t + step - 20, p, 90) for p in set(chord)]
    return sorted(out)


def _track(
    notes: list[Labelled], program: int, is_drum: bool, place: int, flat: bool, rng: np.random.Generator
) -> Track:
    leads = any(x == TUNE for _, x in notes)
    pool = LEADS if leads else OTHERS
    if not 32 <= program < 40 and rng.random() < 0.6:
        program = int(rng.choice(pool))
    octave = 0 if is_drum or 32 <= program < 40 else int(rng.choice([-12, 0, 0, 0, 12]))
    level, spread = rng.uniform(70, 120) if leads else rng.uniform(45, 115), 0.0 if flat else rng.uniform(0, 1.2)
    mean = float(np.mean([n.velocity for n, _ in notes])) if notes else 64.0
    played = tuple(
        replace(
            n,
            pitch=min(108, max(21, n.pitch + octave)),
            velocity=int(np.clip(round(level + spread * (n.velocity - mean)), 1, 127)),
            origin="",
        )
        for n, _ in sorted(notes)
    )
    volume = Control(0, "cc", 7, int(rng.uniform(75, 127) if leads else rng.uniform(50, 120)))
    return Track("", 9 if is_drum else place % 9, program, is_drum, played, (volume,))
