"""A cover, ready to be written or rendered. It knows nothing of styles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remixkit.model.analysis import ChordSpan, Key, Section
from remixkit.model.song import Control, Note, Text
from remixkit.model.timing import Grid


@dataclass(frozen=True, slots=True)
class Fx:
    """An effect by name and what it is told; parameters carry their unit in their name."""

    name: str
    params: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One player.

    Parameters
    ----------
    name : str
        What a score or a DAW shows; the lead's contains "Melody" or "Lead" (a piano's "Right Hand").
    role : str
        The style's name for it.
    program, bank : int
        General MIDI, zero-based.
    volume, pan, reverb : int
        CC 7, 10 and 91, 0-127; pan 64 is the middle.
    notes, controls : tuple
        Sorted by tick.
    lyrics : tuple of Text
        On the melody.
    fx : tuple of Fx
        On this part alone.
    """

    name: str
    role: str
    program: int = 0
    bank: int = 0
    is_drum: bool = False
    volume: int = 100
    pan: int = 64
    reverb: int = 40
    notes: tuple[Note, ...] = ()
    controls: tuple[Control, ...] = ()
    lyrics: tuple[Text, ...] = ()
    fx: tuple[Fx, ...] = ()


@dataclass(frozen=True, slots=True)
class Master:
    """What is done to the sum of all parts."""

    target_lufs: float = -14.0
    ceiling_db: float = -1.0
    fx: tuple[Fx, ...] = ()
    fade_out_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A cover: parts on a grid, with the sections and chords they were made from."""

    title: str
    style: str
    seed: int
    grid: Grid
    keys: tuple[Key, ...]
    chords: tuple[ChordSpan, ...]
    sections: tuple[Section, ...]
    parts: tuple[Part, ...]
    master: Master = field(default_factory=Master)
    composer: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def end_tick(self) -> int:
        """The bar line where the last section ends."""
        return self.sections[-1].end_tick if self.sections else 0
