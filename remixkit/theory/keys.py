"""Keys: their notes, names and signatures, and chords as degrees of them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from remixkit.model import spans
from remixkit.model.analysis import ChordSpan, Key, Mode
from remixkit.model.song import Text
from remixkit.theory.chords import QUALITIES, family, symbol, triad
from remixkit.theory.spelling import SCALES, fifths, pitch_name_m21, tonic_m21

_KEY = re.compile("([A-Ga-g])([#b]?) *(m|M|(?i:maj|major|min|minor)|)")


def scale_pcs(key: Key) -> tuple[int, ...]:
    """The seven pitch classes of a key from the tonic up; minor is the natural minor."""
    return tuple((key.tonic_pc + s) % 12 for s in SCALES[key.mode])


def key_at(keys: Sequence[Key], tick: int) -> Key:
    """The key in force at a tick: the first before the first one, the last after the last.

    Raises
    ------
    ValueError
        If there are no keys.
    """
    if not keys:
        raise ValueError("no keys")
    return spans.at(keys, tick)


def same_key(a: Key, b: Key) -> bool:
    """Whether two spans have one tonic and mode."""
    return (a.tonic_pc, a.mode) == (b.tonic_pc, b.mode)


def chord_at(chords: Sequence[ChordSpan], tick: int) -> ChordSpan:
    """The chord in force at a tick: the first before the first one, the last after the last.

    Raises
    ------
    ValueError
        If there are no chords.
    """
    if not chords:
        raise ValueError("no chords")
    return spans.at(chords, tick)


def tonic_name(key: Key) -> str:
    """The tonic, ``"F#"``, ``"Bb"``."""
    return tonic_m21(key.tonic_pc, key.mode).replace("-", "b")


def name(key: Key) -> str:
    """``"F# minor"``."""
    return f"{tonic_name(key)} {key.mode}"


def sharps(key: Key) -> int:
    """The key signature: sharps, flats negative."""
    return fifths(tonic_m21(key.tonic_pc, key.mode)) - (3 if key.mode == "minor" else 0)


def key_of_signature(sharps_count: int, mode: Mode) -> tuple[int, Mode]:
    """Tonic pitch class and mode of a key signature."""
    return ((sharps_count * 7) + (0 if mode == "major" else 9)) % 12, mode


def chord_symbol_texts(chords: Sequence[ChordSpan], keys: Sequence[Key]) -> tuple[Text, ...]:
    """Each chord where it begins, as people write it in the key of the place: ``"F#m7/A"``; ``"N.C."`` for none.

    Raises
    ------
    ValueError
        If there are chords but no keys.
    """
    return tuple(
        Text(c.start_tick, "N.C." if c.root_pc is None else symbol(c, key_at(keys, c.start_tick))) for c in chords
    )


def parse_key(text: str) -> tuple[int, Mode]:
    """Tonic pitch class and mode of a key as people write it: ``"D"``, ``"F#m"``, ``"Bb minor"``.

    Raises
    ------
    ValueError
        If the text names no key.
    """
    match = _KEY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no key")
    letter, accidental, ending = match.groups()
    tonic = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter.upper()]
    tonic += {"#": 1, "b": -1, "": 0}[accidental]
    return tonic % 12, "minor" if ending == "m" or ending.lower().startswith("min") else "major"


def roman(chord: ChordSpan, key: Key) -> str:
    """The chord as a Roman numeral of the key, inversion figures included: ``"ii65"``; ``"N"`` for no chord.

    music21 decides; a chord is named up to its seventh, once for all keys of a mode. Added sixths are left out, and a
    suspension is named as the scale's own triad with ``sus`` behind it: ``"V7sus4"``. What it says of chords in root
    position is kept in a table, for music21 takes a third of a second to load.
    """
    if chord.root_pc is None:
        return "N"
    root = (chord.root_pc - key.tonic_pc) % 12
    if chord.bass_pc in (None, chord.root_pc):
        return _numerals()[key.mode][chord.quality][root]
    return roman_by_music21(root, chord.quality, (chord.bass_pc - key.tonic_pc) % 12, key.mode)


@cache
def _numerals() -> dict[Mode, dict[str, list[str]]]:
    """``numerals.json``: for each mode and quality a numeral for each semitone that the root is above the tonic."""
    table: dict[Mode, dict[str, list[str]]] = json.loads(
        resources.files("remixkit.theory").joinpath("numerals.json").read_text("utf-8")
    )
    return table


@lru_cache(maxsize=4096)
def roman_by_music21(root: int, quality: str, bass: int | None, mode: Mode) -> str:
    """What `roman` returns, worked out: semitones of root and bass above the tonic, the chord's quality, the mode."""
    from music21.chord import Chord
    from music21.interval import Interval
    from music21.pitch import Pitch
    from music21.roman import romanNumeralFromChord

    tonic = 0 if mode == "major" else 9
    semitones, suffix = _core(root, quality, mode)
    low = Pitch(pitch_name_m21(tonic + root, Key(0, 0, tonic, mode)) + "4")
    pitches = [Interval(_interval_name(s, quality)).transposePitch(low) for s in semitones]
    for pitch in pitches[1:]:
        if bass is not None and pitch.pitchClass == (tonic + bass) % 12 and not suffix:
            pitch.octave -= 2
    figure = str(romanNumeralFromChord(Chord(pitches), m21_key(tonic, mode)).figure)
    return (_natural_minor(figure, root) if mode == "minor" else figure) + suffix


def _natural_minor(figure: str, root: int) -> str:
    """Sixth and seventh degrees of minor counted from the natural scale; music21 counts from the raised one."""
    if root in (8, 10):
        return figure.removeprefix("b")
    if root == 9 or (root == 11 and "o" not in figure and "ø" not in figure):
        return "#" + figure.removeprefix("#")
    return figure


def _core(root: int, quality: str, mode: Mode) -> tuple[tuple[int, ...], str]:
    """The notes of a quality that a Roman numeral is made of, and what is written behind it."""
    semitones = tuple(s for s in QUALITIES[quality] if s < 12)
    kind = family(quality)
    if kind in ("sus", ""):
        third = 4 if (root + 4) % 12 in SCALES[mode] or (root + 3) % 12 not in SCALES[mode] else 3
        seventh = "7" if 10 in semitones else ""
        return (0, third, 7), seventh + (triad(quality) if kind else quality if quality == "5" else "")
    if kind in ("maj", "min"):
        return tuple(s for s in semitones if s != 9), ""
    return semitones, ""


def _interval_name(semitones: int, quality: str) -> str:
    """The interval above the root as chords write it: a diminished seventh in dim7, a raised fifth in aug."""
    if semitones == 9 and quality == "dim7":
        return "d7"
    if semitones == 8:
        return "A5"
    return ("P1", "m2", "M2", "m3", "M3", "P4", "d5", "P5", "m6", "M6", "m7", "M7")[semitones]


@cache
def m21_key(tonic_pc: int, mode: Mode) -> Any:
    """music21's key."""
    from music21.key import Key as M21Key

    return M21Key(tonic_m21(tonic_pc, mode), mode)
