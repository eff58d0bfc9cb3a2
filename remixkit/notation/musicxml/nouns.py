"""What stands in a measure: notes as written, and events between them. Places are quarters from its bar line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from remixkit.model.song import Syllabic

OrnamentKind = Literal["trill", "mordent", "turn", "delayed-turn", "slide", "tremolo", "first", "second"]


@dataclass(frozen=True, slots=True)
class Ornament:
    """How a note is embellished.

    `first` and `second` are the notes of a tremolo between two. `upper` and `lower` are the neighbours in semitones
    from the note; a mordent or turn begins with `upper` where it is not inverted as MusicXML means it. `unit_quarters`
    is how long a tremolo's notes are. `is_long` doubles a mordent.
    """

    kind: OrnamentKind
    upper: int = 2
    lower: int = -2
    from_above: bool = True
    unit_quarters: float = 0.125
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A syllable under a note; `verse` is the number that the score gives its line."""

    text: str
    syllabic: Syllabic
    verse: str
    passes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Tone:
    """A note as written.

    Parameters
    ----------
    at, quarters : float
        Onset from the bar line, and length; of a grace note `quarters` is what its value would last.
    pitch : int
        As it sounds; of drums the General MIDI key.
    voice : str
        Of which staff and voice.
    staff : int
        From 1.
    velocity : int or None
        Where the note says so itself.
    accent : int
        By how much it is louder than its surroundings.
    sounds : float
        Which share of its length sounds.
    ties_on, ties_back : bool
        Whether it is tied to the next and to the one before.
    grace : str
        ``"before"`` the beat, ``"on"`` it, or none.
    is_chord : bool
        Whether it begins with the note before it.
    rolled : int
        1 in a chord that is rolled upward, -1 downward.
    passes : frozenset of int
        The times its bar is played in which it sounds; empty for all.
    """

    at: float
    quarters: float
    pitch: int
    voice: str = "1"
    staff: int = 1
    velocity: int | None = None
    accent: int = 0
    sounds: float = 1.0
    ties_on: bool = False
    ties_back: bool = False
    grace: Literal["", "before", "on"] = ""
    is_chord: bool = False
    ornament: Ornament | None = None
    rolled: int = 0
    instrument: str = ""
    words: tuple[Word, ...] = ()
    passes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class TempoMark:
    """Quarters a minute."""

    bpm: float


@dataclass(frozen=True, slots=True)
class Modulation:
    """So many times as fast as before."""

    ratio: float


@dataclass(frozen=True, slots=True)
class Swing:
    """The first of two notes of `unit_quarters` has this share of both; a half is straight."""

    share: float
    unit_quarters: float = 0.5


@dataclass(frozen=True, slots=True)
class Level:
    """How loud from here on, as a velocity."""

    velocity: int


@dataclass(frozen=True, slots=True)
class Wedge:
    """A hairpin or a word such as cresc.: 1 louder, -1 softer, 0 its end."""

    direction: int


@dataclass(frozen=True, slots=True)
class PedalMark:
    """The damper pedal, 0-127."""

    value: int


@dataclass(frozen=True, slots=True)
class Program:
    """Another General MIDI sound, from 0."""

    number: int


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord symbol, as a label in Harte's syntax."""

    label: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal mark."""

    text: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A key signature as it sounds; `is_written` where the part does not transpose."""

    sharps: int
    mode: Literal["major", "minor"]
    is_written: bool = True


Event: TypeAlias = TempoMark | Modulation | Swing | Level | Wedge | PedalMark | Program | Chord | Rehearsal | Signature


@dataclass(frozen=True, slots=True)
class Placed:
    """An event and its place."""

    at: float
    event: Event
    staff: int = 1
    passes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature."""

    numerator: int
    denominator: int

    @property
    def quarters(self) -> float:
        """Length of a bar."""
        return self.numerator * 4 / self.denominator


@dataclass(slots=True)
class Signs:
    """Signs of one part about the order of bars, as `BarSigns` has them, brackets by where they begin and end."""

    begins_repeat: bool = False
    ends_repeat: int = 0
    repeats_after_jump: bool = False
    begins_ending: frozenset[int] = frozenset()
    ends_ending: bool = False
    segno: bool = False
    coda: bool = False
    jump: Literal["", "dc", "ds"] = ""
    until: Literal["", "fine", "coda"] = ""
    to_coda: bool = False
    fine: bool = False
    is_final: bool = False


@dataclass(slots=True)
class WrittenBar:
    """A measure of one part.

    `filled` is how far notes and rests reach, `rested` how far rests of a whole measure do; `meter` what the time
    signature says, None where there is none.
    """

    meter: Meter | None = None
    filled: float = 0.0
    rested: float = 0.0
    is_implicit: bool = False
    tones: list[Tone] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    signs: Signs = field(default_factory=Signs)

    @property
    def events(self) -> int:
        """How much there is in it: notes, syllables and events."""
        return len(self.tones) + len(self.placed) + sum(len(tone.words) for tone in self.tones)
