"""Which pitch a letter means: key, accidentals of the bar, ties over the bar line, octaves and transposition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from remixkit.notation.abc.code.fields import MeterSign
from remixkit.notation.abc.code.key_fields import WrittenKey
from remixkit.notation.abc.code.lexer import items
from remixkit.notation.abc.complaints import Complaints
from remixkit.notation.drum_notation import key_at_staff

Reach = Literal["not", "octave", "pitch"]
REACHES: tuple[Reach, ...] = ("not", "octave", "pitch")

STEPS: Mapping[str, int] = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SIGNS: Mapping[str, int] = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}


@dataclass(slots=True)
class VoiceSetting:
    """What a voice is read by; each has its own from the tune's header on.

    Parameters
    ----------
    unit : Fraction
        Unit note length, in whole notes.
    meter : MeterSign or None
        None where it is free.
    key : WrittenKey
        As it is written.
    octaves, transpose : int
        By how many octaves, and semitones, the voice sounds higher than written.
    reach : str
        How far an accidental reaches within its bar: ``"octave"``, as in print; ``"pitch"``, all octaves; ``"not"``,
        its note only.
    ratio : tuple of int
        How the time of a pair with one ``>`` is shared.
    is_hornpipe : bool
        Whether even pairs within a beat are played as if there were a ``>`` between.
    velocity : int
        Of notes, 1-127.
    drum_map : mapping of int to int, optional
        Percussion keys by written pitch.
    is_drum_staff : bool
        Whether notes are places on a percussion staff, and no keys of their own.
    """

    unit: Fraction
    meter: MeterSign | None
    key: WrittenKey
    octaves: int = 0
    transpose: int = 0
    reach: Reach = "octave"
    ratio: tuple[int, int] = (3, 1)
    is_hornpipe: bool = False
    velocity: int = 80
    drum_map: Mapping[int, int] | None = None
    is_drum_staff: bool = False


@dataclass(frozen=True, slots=True)
class Spelled:
    """A letter, its octave (0 from middle C up) and its alteration in semitones."""

    letter: str
    octave: int
    alteration: int


class Accidentals:
    """Knows the accidentals in force in a voice."""

    def __init__(self, setting: VoiceSetting, complaints: Complaints) -> None:
        self._setting = setting
        self._complaints = complaints
        self._of_bar: dict[tuple[str, int], int] = {}
        self._held: dict[tuple[str, int], int] = {}

    def forget_bar(self) -> None:
        """A bar line was passed."""
        self._of_bar.clear()

    def hold(self, tied: Iterable[Spelled]) -> None:
        """These notes alone are tied to the next: it keeps their accidentals over a bar line."""
        self._held = {(s.letter, s.octave): s.alteration for s in tied}

    def spelled(self, letter: str, octave: int, sign: str, micro: str) -> Spelled:
        """What a note is, `sign` and the fraction `micro` before it or not."""
        reach = self._setting.reach
        where = letter, 0 if reach == "pitch" else octave
        if not sign:
            of_bar = self._of_bar.get(where, self._setting.key.alterations.get(letter, 0))
            return Spelled(letter, octave, self._held.get((letter, octave), of_bar))
        if micro:
            self._complaints.say("microtones were left out: their notes were read without the accidental")
            return Spelled(letter, octave, 0)
        if reach != "not":
            self._of_bar[where] = SIGNS[sign]
        return Spelled(letter, octave, SIGNS[sign])

    def pitch(self, spelled: Spelled) -> int:
        """The MIDI number of a note; what lies outside 0-127 is moved by octaves."""
        setting = self._setting
        pitch = 60 + STEPS[spelled.letter] + spelled.alteration + 12 * (spelled.octave + setting.octaves)
        pitch += setting.transpose
        if setting.drum_map and pitch in setting.drum_map:
            return setting.drum_map[pitch]
        if setting.is_drum_staff:
            return key_at_staff(f"{spelled.letter}{4 + spelled.octave + setting.octaves}", "normal")
        if 0 <= pitch <= 127:
            return pitch
        self._complaints.say("notes too high or too low to be played were moved by octaves")
        return pitch % 12 if pitch < 0 else 116 + (pitch - 116) % 12


def octave_of(letter: str, marks: str) -> int:
    """Octaves above the one from middle C up: ``c'`` is 2, ``C,`` is -1."""
    return int(letter.islower()) + marks.count("'") - marks.count(",")


def plain_pitch(code: str) -> int | None:
    """The MIDI number of a note in music code, in C major; None if it is none."""
    found = next(items(code), None)
    if found is None or found.kind != "note":
        return None
    sign, _, marks, _ = found.more
    return 60 + STEPS[found.text.upper()] + SIGNS.get(sign, 0) + 12 * octave_of(found.text, marks)
