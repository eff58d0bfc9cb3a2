"""`<harmony>` -> a chord's label in Harte's syntax."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from xml.etree.ElementTree import Element

from remixkit.model.analysis import ChordSpan
from remixkit.notation.musicxml.elements.values import decimal, integer, text_at
from remixkit.theory.chords import label, quality_of

STEPS: Mapping[str, int] = MappingProxyType({"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11})

_TRIADS = {"maj": {1: 0, 3: 4, 5: 7}, "min": {1: 0, 3: 3, 5: 7}, "aug": {1: 0, 3: 4, 5: 8}, "dim": {1: 0, 3: 3, 5: 6}}
_MAJOR, _MINOR, _AUGMENTED, _DIMINISHED = _TRIADS.values()
_NINTH, _ELEVENTH, _THIRTEENTH = {9: 14}, {9: 14, 11: 17}, {9: 14, 11: 17, 13: 21}

KINDS: Mapping[str, Mapping[int, int]] = MappingProxyType(
    {
        "major": _MAJOR,
        "minor": _MINOR,
        "augmented": _AUGMENTED,
        "diminished": _DIMINISHED,
        "dominant": _MAJOR | {7: 10},
        "major-seventh": _MAJOR | {7: 11},
        "minor-seventh": _MINOR | {7: 10},
        "diminished-seventh": _DIMINISHED | {7: 9},
        "augmented-seventh": _AUGMENTED | {7: 10},
        "half-diminished": _DIMINISHED | {7: 10},
        "major-minor": _MINOR | {7: 11},
        "major-sixth": _MAJOR | {6: 9},
        "minor-sixth": _MINOR | {6: 9},
        "dominant-ninth": _MAJOR | {7: 10} | _NINTH,
        "major-ninth": _MAJOR | {7: 11} | _NINTH,
        "minor-ninth": _MINOR | {7: 10} | _NINTH,
        "dominant-11th": _MAJOR | {7: 10} | _ELEVENTH,
        "major-11th": _MAJOR | {7: 11} | _ELEVENTH,
        "minor-11th": _MINOR | {7: 10} | _ELEVENTH,
        "dominant-13th": _MAJOR | {7: 10} | _THIRTEENTH,
        "major-13th": _MAJOR | {7: 11} | _THIRTEENTH,
        "minor-13th": _MINOR | {7: 10} | _THIRTEENTH,
        "suspended-second": {1: 0, 2: 2, 5: 7},
        "suspended-fourth": {1: 0, 4: 5, 5: 7},
        "Neapolitan": _MAJOR,
        "Italian": {1: 0, 3: 4, 6: 10},
        "French": {1: 0, 3: 4, 4: 6, 6: 10},
        "German": _MAJOR | {6: 10},
        "pedal": {1: 0},
        "power": {1: 0, 5: 7},
        "Tristan": {1: 0, 4: 6, 6: 10, 9: 15},
        # and music21's
        "suspended-fourth-seventh": {1: 0, 4: 5, 5: 7, 7: 10},
        "minor-major-seventh": _MINOR | {7: 11},
        "minor-major-ninth": _MINOR | {7: 11} | _NINTH,
        "augmented-major-seventh": _AUGMENTED | {7: 11},
        "augmented-dominant-ninth": _AUGMENTED | {7: 10} | _NINTH,
        "half-diminished-ninth": _DIMINISHED | {7: 10} | _NINTH,
        "seventh-flat-five": {1: 0, 3: 4, 5: 6, 7: 10},
    }
)
"""Semitones above the root of each degree, by kind (MusicXML 4.0, `kind-value`)."""

_WRITTEN = {
    "": "major", "maj": "major", "M": "major", "m": "minor", "min": "minor", "-": "minor", "7": "dominant",
    "maj7": "major-seventh", "M7": "major-seventh", "ma7": "major-seventh", "m7": "minor-seventh",
    "min7": "minor-seventh", "-7": "minor-seventh", "6": "major-sixth", "m6": "minor-sixth", "dim": "diminished",
    "o": "diminished", "dim7": "diminished-seventh", "o7": "diminished-seventh", "m7b5": "half-diminished",
    "aug": "augmented", "+": "augmented", "+7": "augmented-seventh", "9": "dominant-ninth", "maj9": "major-ninth",
    "m9": "minor-ninth", "13": "dominant-13th", "sus": "suspended-fourth", "sus4": "suspended-fourth",
    "sus2": "suspended-second", "5": "power",
}  # fmt: skip
"""What is written where a kind is "other"."""
_DEGREES = {1: 0, 2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 10, 8: 12, 9: 14, 10: 16, 11: 17, 12: 19, 13: 21}
"""Semitones of an added degree: those of a dominant (MusicXML 4.0, `degree-alter`)."""


def chord_label(element: Element, transposed: int) -> str | None:
    """The label of a chord symbol; None if it cannot be read.

    Parameters
    ----------
    element : Element
        ``<harmony>``; of several chords in it the first counts.
    transposed : int
        Semitones from written to sounding pitch.
    """
    kind = element.find("kind")
    said = (kind.text or "").strip() if kind is not None else ""
    if said == "none":
        return "N"
    root = _pitch_class(element, "root")
    degrees = _kind(said, "" if kind is None else (kind.get("text") or "").strip())
    if root is None or degrees is None:
        return None
    notes = dict(degrees)
    for change in element.findall("degree"):
        _change(notes, change)
    semitones = frozenset(s % 12 for s in notes.values())
    bass = _pitch_class(element, "bass")
    if bass is None:
        bass = _inverted(degrees, root, integer(element.findtext("inversion"), 1, 6))
    root_pc, bass_pc = (root + transposed) % 12, None if bass is None else (bass + transposed) % 12
    return label(ChordSpan(0, 1, root_pc, quality_of(semitones), bass_pc))


def described(element: Element) -> str:
    """A chord symbol as the score writes it, for a warning."""
    kind = element.find("kind")
    text = "" if kind is None else kind.get("text") or (kind.text or "").strip()
    return f"{text_at(element, 'root/root-step')}{text_at(element, 'function')} {text}".strip()[:40]


def _pitch_class(element: Element, name: str) -> int | None:
    step = text_at(element, f"{name}/{name}-step")
    if step not in STEPS:
        return None
    return round(STEPS[step] + (decimal(element.findtext(f"{name}/{name}-alter")) or 0)) % 12


def _kind(said: str, written: str) -> Mapping[int, int] | None:
    if said in KINDS:
        return KINDS[said]
    return KINDS.get(_WRITTEN.get(re.sub(r"[()\s]", "", written), "")) if said in ("other", "") else None


def _change(notes: dict[int, int], element: Element) -> None:
    degree = integer(element.findtext("degree-value"), 1, 13)
    alter = round(decimal(element.findtext("degree-alter")) or 0)
    if degree is None:
        return
    what = text_at(element, "degree-type")
    if what == "subtract":
        notes.pop(degree, None)
    elif what == "alter" and degree in notes:
        notes[degree] += alter
    elif degree == 7:
        notes[7] = 10 + max(0, alter)  # some write an added flat seventh as lowered, others as plain
    else:
        notes[degree] = _DEGREES[degree] + alter


def _inverted(degrees: Mapping[int, int], root: int, inversion: int | None) -> int | None:
    tones = list(degrees.values())
    return None if inversion is None or inversion >= len(tones) else (root + tones[inversion]) % 12
