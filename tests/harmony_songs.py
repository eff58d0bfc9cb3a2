"""Songs with known chords, keys and sections, written out by rule, for the tests of harmony, key and form."""

from __future__ import annotations

from collections.abc import Sequence

from remixkit.model.song import Note, Song, Track
from remixkit.model.timing import Grid, MeterChange, MeterMap, TempoMap

Q = 960
SHAPES = {"maj": (0, 4, 7), "min": (0, 3, 7), "7": (0, 4, 7, 10), "dim": (0, 3, 6), "maj7": (0, 4, 7, 11)}
VERSE = [(9, "min"), (5, "maj"), (0, "maj"), (7, "maj")]
CHORUS = [(5, "maj"), (7, "maj"), (4, "min"), (9, "min")]


def comping(
    chords: Sequence[tuple[int, str]], start_bar: int = 0, *, up: int = 0, beats: int = 4, velocity: int = 70
) -> list[Note]:
    """A chord a bar: bass on one and three, the chord on every beat."""
    notes = []
    for k, (root, quality) in enumerate(chords):
        bar = (start_bar + k) * beats * Q
        for beat in range(beats):
            at = bar + beat * Q
            if beat in (0, 2):
                notes.append(Note(at, min(at + 2 * Q, bar + beats * Q) - 20, 36 + (root + up) % 12, velocity))
            notes += [
                Note(at, at + Q - 40, 55 + (root + tone + up - 7) % 12, velocity - 10) for tone in SHAPES[quality]
            ]
    return notes


def phrase(pitches: Sequence[int], start_bar: int, *, up: int = 0, velocity: int = 90) -> list[Note]:
    """Quarter notes from a bar line on; 0 is a rest."""
    at = start_bar * 4 * Q
    return [Note(at + k * Q, at + (k + 1) * Q - 30, p + up, velocity) for k, p in enumerate(pitches) if p]


def song(*parts: Sequence[Note], meter: tuple[int, int] = (4, 4)) -> Song:
    """A track a part."""
    tracks = tuple(Track(name=f"track {k}", notes=tuple(sorted(p))) for k, p in enumerate(parts))
    return Song(tracks=tracks, grid=Grid(TempoMap(), MeterMap((MeterChange(0, *meter),))))


A_TUNE = [69, 69, 71, 72, 69, 67, 65, 0, 64, 67, 72, 71, 67, 0, 0, 0] * 2
B_TUNE = [72, 71, 72, 74, 71, 69, 67, 69, 65, 65, 67, 69, 71, 71, 0, 0] * 2
CHORUS_TUNE = [81, 79, 77, 81, 83, 79, 74, 79, 76, 79, 83, 79, 84, 81, 76, 0] * 2
BRIDGE = [(2, "min"), (4, "min"), (5, "maj"), (7, "maj")]


def anime_song(lift: int = 0) -> tuple[Song, list[str]]:
    """A song in the form of an opening, its last chorus lifted; eight bars a section, four of intro and of outro."""
    plan = ["intro", "verse", "prechorus", "chorus", "interlude", "verse", "prechorus", "chorus", "chorus", "outro"]
    tune, accompaniment, bar = [], [], 0
    for k, name in enumerate(plan):
        up = lift if k >= 8 else 0
        size = 4 if name in ("intro", "outro", "interlude") else 8
        chords = {"verse": VERSE, "prechorus": BRIDGE, "chorus": CHORUS}.get(name, VERSE)
        loud = {"chorus": 100, "prechorus": 80}.get(name, 64)
        accompaniment += comping((chords * 2)[:size], bar, up=up, velocity=loud)
        if name == "chorus":
            accompaniment += [
                Note(n.start_tick + Q // 2, n.end_tick, n.pitch, loud) for n in comping(chords * 2, bar, up=up)
            ]
        if name in ("verse", "prechorus", "chorus"):
            line = {"verse": A_TUNE, "prechorus": B_TUNE, "chorus": CHORUS_TUNE}[name]
            tune += phrase(line, bar, up=up, velocity=loud + 10)
        bar += size
    return song(tune, accompaniment), plan


TWINKLE = (
    "C4 C4 G4 G4 A4 A4 G4:2 F4 F4 E4 E4 D4 D4 C4:2 G4 G4 F4 F4 E4 E4 D4:2 G4 G4 F4 F4 E4 E4 D4:2 "
    "C4 C4 G4 G4 A4 A4 G4:2 F4 F4 E4 E4 D4 D4 C4:2"
)
ODE_TO_JOY = (
    "E4 E4 F4 G4 G4 F4 E4 D4 C4 C4 D4 E4 E4:1.5 D4:.5 D4:2 E4 E4 F4 G4 G4 F4 E4 D4 C4 C4 D4 E4 D4:1.5 C4:.5 C4:2 "
    "D4 D4 E4 C4 D4 E4:.5 F4:.5 E4 C4 D4 E4:.5 F4:.5 E4 D4 C4 D4 G3:2 E4 E4 F4 G4 G4 F4 E4 D4 C4 C4 D4 E4 "
    "D4:1.5 C4:.5 C4:2"
)
AULD_LANG_SYNE = (
    "R:3 C4 F4:1.5 F4:.5 F4 A4 G4:1.5 F4:.5 G4 A4 F4:1.5 F4:.5 A4 C5 D5:3 D5 C5:1.5 A4:.5 A4 F4 G4:1.5 F4:.5 G4 A4 "
    "F4:1.5 D4:.5 D4 C4 F4:3 D5 C5:1.5 A4:.5 A4 F4 G4:1.5 F4:.5 G4 D5 C5:1.5 A4:.5 A4 C5 D5:3 D5 C5:1.5 A4:.5 A4 F4 "
    "G4:1.5 F4:.5 G4 A4 F4:1.5 D4:.5 D4 C4 F4:4"
)
"""Traditional tunes: notes with octave and length in quarters; R is a rest."""


def tune(text: str, up: int = 0) -> list[Note]:
    """The notes of a tune written as `TWINKLE` is."""
    notes, at = [], 0
    for word in text.split():
        name, _, quarters = word.partition(":")
        end = at + round(float(quarters or 1) * Q)
        if name != "R":
            pitch = 12 * (int(name[1]) + 1) + "C D EF G A B".index(name[0]) + up
            notes.append(Note(at, end - 40, pitch, 80))
        at = end
    return notes
