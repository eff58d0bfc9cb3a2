"""How a pitch class is written in a key, and over a chord."""

from __future__ import annotations

from functools import cache

from remixkit.model.analysis import ChordSpan, Key, Mode

# One tonic a pitch class: the signature with fewer accidentals; of six sharps or flats F# major and Eb minor.
_TONICS: dict[Mode, tuple[str, ...]] = {
    "major": ("C", "D-", "D", "E-", "E", "F", "F#", "G", "A-", "A", "B-", "B"),
    "minor": ("C", "C#", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B"),
}

# The interval from the tonic by which each semitone is written: diatonic degrees of both modes, b2, #4, and the raised
# sixth and seventh of minor.
_INTERVALS: tuple[str, ...] = ("P1", "m2", "M2", "m3", "M3", "P4", "A4", "P5", "m6", "M6", "m7", "M7")
# The same from a chord's root, where the chord has that tone.
_CHORD_INTERVALS: dict[int, str] = {
    0: "P1", 2: "M2", 3: "m3", 4: "M3", 5: "P4", 6: "d5", 7: "P5", 8: "A5", 9: "M6", 10: "m7", 11: "M7",
    13: "m9", 14: "M9", 15: "A9", 17: "P11", 18: "A11", 20: "m13", 21: "M13",
}  # fmt: skip
_SCALES: dict[Mode, frozenset[int]] = {
    "major": frozenset({0, 2, 4, 5, 7, 9, 11}),
    "minor": frozenset({0, 2, 3, 5, 7, 8, 10}),
}
# Roots of diminished chords are leading tones: written as raised degrees of the key.
_RAISED: dict[int, str] = {1: "A1", 3: "A2", 6: "A4", 8: "A5"}
_DIMINISHED = ("dim", "dim7", "hdim7")


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


def root_name_m21(chord: ChordSpan, key: Key) -> str:
    """A chord's root as charts write it in a key: as the key spells it, but C#dim7 between C and Dm.

    Raises
    ------
    ValueError
        If no chord sounds.
    """
    if chord.root_pc is None:
        raise ValueError("no chord has no root")
    return _root(chord.root_pc, chord.quality, key.tonic_pc, key.mode)


def tone_name_m21(pc: int, key: Key, chord: ChordSpan | None, semitones: tuple[int, ...] = ()) -> str:
    """A pitch class as it is written over a chord: what is foreign to the key by its interval from the chord's root.

    Parameters
    ----------
    pc : int
        What sounds.
    key : Key
        The key there.
    chord : ChordSpan or None
        The chord there, if any.
    semitones : tuple of int
        The chord's tones above its root, as `chords.QUALITIES` has them.
    """
    if chord is None or chord.root_pc is None:
        return pitch_name_m21(pc, key)
    return _over_chord(pc % 12, key.tonic_pc, key.mode, chord.root_pc, chord.quality, semitones)


@cache
def _over_chord(pc: int, tonic_pc: int, mode: Mode, root_pc: int, quality: str, semitones: tuple[int, ...]) -> str:
    above = next((s for s in semitones if (root_pc + s) % 12 == pc), None)
    plain = _names(tonic_pc, mode)[pc]
    if above is None or (pc - tonic_pc) % 12 in _SCALES[mode]:
        return plain
    interval = "d7" if quality == "dim7" and above == 9 else _CHORD_INTERVALS.get(above)
    return plain if interval is None else _written(interval, _root(root_pc, quality, tonic_pc, mode)) or plain


@cache
def _root(root_pc: int, quality: str, tonic_pc: int, mode: Mode) -> str:
    plain = _names(tonic_pc, mode)[root_pc % 12]
    degree = _RAISED.get((root_pc - tonic_pc) % 12)
    if degree is None or not quality.startswith(_DIMINISHED) or mode == "minor":
        return plain
    return _written(degree, tonic_m21(tonic_pc, mode)) or plain


def _written(interval: str, below: str) -> str | None:
    """The upper note of an interval; None if it would need a double accidental."""
    from music21.interval import Interval
    from music21.pitch import Pitch

    found = Interval(interval).transposePitch(Pitch(below))
    return None if found.accidental and abs(found.accidental.alter) > 1 else str(found.name)


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
