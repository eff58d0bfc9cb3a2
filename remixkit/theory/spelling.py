"""How a pitch class is written in a key."""

from __future__ import annotations

from functools import cache

from remixkit.model.analysis import Key, Mode

# One tonic a pitch class: the signature with fewer accidentals; of six sharps or flats F# major and Eb minor.
_TONICS: dict[Mode, tuple[str, ...]] = {
    "major": ("C", "D-", "D", "E-", "E", "F", "F#", "G", "A-", "A", "B-", "B"),
    "minor": ("C", "C#", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B"),
}

# The interval from the tonic by which each semitone is written: diatonic degrees of both modes, b2, #4, and the raised
# sixth and seventh of minor.
_INTERVALS: tuple[str, ...] = ("P1", "m2", "M2", "m3", "M3", "P4", "A4", "P5", "m6", "M6", "m7", "M7")


def tonic_m21(tonic_pc: int, mode: Mode) -> str:
    """The tonic in music21's spelling, where a flat is ``-``."""
    return _TONICS[mode][tonic_pc % 12]


def pitch_name(pc: int, key: Key | None = None) -> str:
    """A pitch class as the key spells it, ``"F#"``, ``"Bb"``; without a key as C major does."""
    tonic, mode = (0, "major") if key is None else (key.tonic_pc, key.mode)
    return _names(tonic, mode)[pc % 12].replace("-", "b")


def pitch_name_m21(pc: int, key: Key | None = None) -> str:
    """As `pitch_name`, flats written ``-``."""
    tonic, mode = (0, "major") if key is None else (key.tonic_pc, key.mode)
    return _names(tonic, mode)[pc % 12]


@cache
def _names(tonic_pc: int, mode: Mode) -> tuple[str, ...]:
    """The name of each pitch class in a key, by music21's intervals from its tonic."""
    from music21.interval import Interval
    from music21.pitch import Pitch

    tonic = Pitch(tonic_m21(tonic_pc, mode))
    names = [""] * 12
    for semitones, name in enumerate(_INTERVALS):
        written = Interval(name).transposePitch(tonic)
        if abs(written.accidental.alter if written.accidental else 0) > 1:
            written = written.simplifyEnharmonic(mostCommon=True)
        names[(tonic_pc + semitones) % 12] = written.name
    return tuple(names)
