"""What the walk understood of a song."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from remixkit.model.song import Song

Mode = Literal["major", "minor"]
SectionName = Literal["intro", "verse", "prechorus", "chorus", "bridge", "interlude", "outro"]
TrackRole = Literal[
    "melody", "second", "bass", "chords", "pad", "arpeggio", "riff", "drums", "percussion", "effects", "empty"
]


@dataclass(frozen=True, slots=True)
class Key:
    """A key from one tick to another; `tonic_pc` 0 is C."""

    start_tick: int
    end_tick: int
    tonic_pc: int
    mode: Mode


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord from one tick to another.

    Parameters
    ----------
    root_pc : int or None
        Pitch class of the root; None where no chord sounds.
    quality : str
        Harte's shorthand: maj, min, dim, aug, maj7, min7, 7, hdim7, dim7, minmaj7, maj6, min6, sus2, sus4, 9, maj9,
        min9, 11, 13 ... (`remixkit.theory.chords.QUALITIES` has them all); empty for no chord.
    bass_pc : int or None
        Pitch class of the lowest note where it is not the root.
    """

    start_tick: int
    end_tick: int
    root_pc: int | None
    quality: str = ""
    bass_pc: int | None = None

    def is_chord_of(self, other: ChordSpan) -> bool:
        """Whether both have one root, quality and bass, wherever they stand."""
        return (self.root_pc, self.quality, self.bass_pc) == (other.root_pc, other.quality, other.bass_pc)


@dataclass(frozen=True, slots=True)
class Lead:
    """Who has the melody in a section: the places in `Song.tracks` of the lead and, if any, of the runner-up.

    `confidence` is the probability that it is the lead, 0-1.
    """

    track: int
    confidence: float
    runner_up: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A section, bar line to bar line; `energy` is 0-1 within the song. `lead` is None where nobody could lead."""

    start_tick: int
    end_tick: int
    label: SectionName
    energy: float = 0.5
    lead: Lead | None = None


@dataclass(frozen=True, slots=True, order=True)
class MelodyNote:
    """A note of the tune; `track` is its index in `Song.tracks`."""

    start_tick: int
    end_tick: int
    pitch: int
    velocity: int
    track: int


@dataclass(frozen=True, slots=True, repr=False)
class Analysis:
    """A song on its true bar grid, and what was heard in it.

    `keys`, `chords` and `sections` cover the song without gaps, in order. `melody` is in order and monophonic.
    `roles` has an entry a track. `source` is the song as it was read, on the file's own grid; it is not compared.
    `felt_rate` is how many beats are felt for each that is written: 2 for a fast song written at half its tempo, 0.5
    for a slow one written at double, else 1.
    """

    song: Song
    keys: tuple[Key, ...]
    chords: tuple[ChordSpan, ...]
    melody: tuple[MelodyNote, ...]
    sections: tuple[Section, ...]
    roles: tuple[TrackRole, ...]
    warnings: tuple[str, ...] = ()
    source: Song | None = field(default=None, compare=False, repr=False)
    felt_rate: float = 1.0

    def __repr__(self) -> str:
        form = " ".join(s.label for s in self.sections)
        return f"<Analysis of {self.song.title or self.song.source!r}: {len(self.melody)} melody notes; {form}>"

    @property
    def end_tick(self) -> int:
        """Where the last section ends: a bar line."""
        return self.sections[-1].end_tick if self.sections else self.song.end_tick
