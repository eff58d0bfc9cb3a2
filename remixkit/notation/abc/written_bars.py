"""The bars of a voice as they are written: notes, what stands between them, and the signs at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from remixkit.model.song import Control, Syllabic
from remixkit.notation.abc.code.fields import MeterSign
from remixkit.notation.abc.code.key_fields import WrittenKey
from remixkit.notation.repeats import BarSigns


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note, at a place in its bar.

    Parameters
    ----------
    at, length : Fraction
        In whole notes, from the bar's beginning.
    pitch : int
        MIDI number.
    velocity : int
        1-127.
    tied : bool
        Whether it is held into the next note of its pitch.
    """

    at: Fraction
    length: Fraction
    pitch: int
    velocity: int
    tied: bool = False


@dataclass(frozen=True, slots=True)
class Syllable:
    """A syllable of one verse (from 1), at a place in its bar."""

    at: Fraction
    text: str
    syllabic: Syllabic
    verse: int


@dataclass(frozen=True, slots=True)
class ChordName:
    """A chord symbol as a label in Harte's syntax, at a place in its bar."""

    at: Fraction
    label: str


@dataclass(frozen=True, slots=True)
class WrittenChange:
    """From this place in its bar on: another tempo (quarter notes a minute), key, program or controller."""

    at: Fraction
    what: float | WrittenKey | Control


@dataclass(frozen=True, slots=True)
class DrumHit:
    """A hit of the drum pattern that accompanies a bar; `at` and `length` are parts of the bar."""

    at: Fraction
    length: Fraction
    pitch: int
    velocity: int


@dataclass(slots=True)
class VoiceBar:
    """A bar while it is written: what stands between two bar lines of any kind, so that a pickup is one too.

    `length` is what its notes say, in whole notes; `meter` what the meter says, None where it is free. `verses` is how
    many verses are written below it.
    """

    meter: MeterSign | None
    notes: list[WrittenNote] = field(default_factory=list)
    syllables: list[Syllable] = field(default_factory=list)
    chords: list[ChordName] = field(default_factory=list)
    changes: list[WrittenChange] = field(default_factory=list)
    drums: Sequence[DrumHit] = ()
    length: Fraction = Fraction(0)
    verses: int = 0
    part: str = ""
    signs: BarSigns = field(default_factory=BarSigns)


@dataclass(slots=True)
class Voice:
    """A voice while it is written: its bars, and what its player is told at the beginning."""

    name: str
    bars: list[VoiceBar] = field(default_factory=list)
    title: str = ""
    program: int = 0
    channel: int | None = None
    is_drum: bool = False
