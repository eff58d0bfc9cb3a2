"""How a pitch class is written in a key, and over a chord.

Names lie on the line of fifths, ... Bb F C G D A E B F# ..., where every interval is so many steps (D. Temperley, "The
line of fifths", Music Analysis 19, 2000). music21 names the same; the tests compare. It is not asked here, for it takes
a third of a second to load.
"""

from __future__ import annotations

from functools import cache

from remixkit.model.analysis import ChordSpan, Key, Mode

# One tonic a pitch class: the signature with fewer accidentals; of six sharps or flats F# major and Eb minor.
_TONICS: dict[Mode, tuple[str, ...]] = {
    "major": ("C", "D-", "D", "E-", "E", "F", "F#", "G", "A-", "A", "B-", "B"),
    "minor": ("C", "C#", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B"),
}

# Each semitone above the tonic in steps along the line of fifths: diatonic degrees of both modes, b2, #4, and the
# raised sixth and seventh of minor.
_STEPS = (0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5)
# The same from a chord's root, where the chord has that tone: b5, #5, #9, #11 are written as such.
_CHORD_STEPS: dict[int, int] = {
    0: 0, 2: 2, 3: -3, 4: 4, 5: -1, 6: -6, 7: 1, 8: 8, 9: 3, 10: -2, 11: 5,
    13: -5, 14: 2, 15: 9, 17: -1, 18: 6, 20: -4, 21: 3,
}  # fmt: skip
_DIMINISHED_SEVENTH = -9
# The natural scales, in semitones above the tonic.
SCALES: dict[Mode, tuple[int, ...]] = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
# Roots of diminished chords are leading tones: written as raised degrees of the key.
_RAISED: dict[int, int] = {1: 7, 3: 9, 6: 6, 8: 8}
_DIMINISHED = ("dim", "dim7", "hdim7")

_LETTERS = "FCGDAEB"
# What takes the place of a name with two accidentals.
_PLAIN = ("C", "C#", "D", "E-", "E", "F", "F#", "G", "A-", "A", "B-", "B")


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
    if above is None or (pc - tonic_pc) % 12 in SCALES[mode]:
        return plain
    steps = _DIMINISHED_SEVENTH if quality == "dim7" and above == 9 else _CHORD_STEPS.get(above)
    return plain if steps is None else _written(steps, _root(root_pc, quality, tonic_pc, mode)) or plain


@cache
def _root(root_pc: int, quality: str, tonic_pc: int, mode: Mode) -> str:
    plain = _names(tonic_pc, mode)[root_pc % 12]
    degree = _RAISED.get((root_pc - tonic_pc) % 12)
    if degree is None or not quality.startswith(_DIMINISHED) or mode == "minor":
        return plain
    return _written(degree, tonic_m21(tonic_pc, mode)) or plain


def fifths(name: str) -> int:
    """Where a name stands on the line of fifths: C 0, G 1, F -1; flats are ``-``."""
    return _LETTERS.index(name[0]) - 1 + 7 * (name.count("#") - name.count("-"))


def _written(steps: int, below: str) -> str | None:
    """The name so many steps along the line of fifths; None if it would need a double accidental."""
    letter, accidentals = (fifths(below) + steps + 1) % 7, (fifths(below) + steps + 1) // 7
    if abs(accidentals) > 1:
        return None
    return _LETTERS[letter] + {-1: "-", 0: "", 1: "#"}[accidentals]


@cache
def _names(tonic_pc: int, mode: Mode) -> tuple[str, ...]:
    """The name of each pitch class in a key."""
    tonic = tonic_m21(tonic_pc, mode)
    names = [""] * 12
    for semitones, steps in enumerate(_STEPS):
        pc = (tonic_pc + semitones) % 12
        names[pc] = _written(steps, tonic) or _PLAIN[pc]
    return tuple(names)
