"""Chord qualities in Harte's syntax, their notes and their names.

Syntax: C. Harte, M. Sandler, S. Abdallah, E. Gomez, "Symbolic representation of musical chords: a proposed syntax for
text annotations", ISMIR 2005. Everything after the colon is the quality, extra degrees in brackets included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from remixkit.model.analysis import ChordSpan, Key
from remixkit.model.song import Text
from remixkit.theory.spelling import pitch_name

Colour = Literal["triads", "sevenths", "ninths"]
Voicing = Literal["close", "open", "rootless", "shell", "power", "divisi"]
Family = Literal["maj", "min", "dim", "aug", "sus", ""]

QUALITIES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "maj": (0, 4, 7),
        "min": (0, 3, 7),
        "dim": (0, 3, 6),
        "aug": (0, 4, 8),
        "sus2": (0, 2, 7),
        "sus4": (0, 5, 7),
        "5": (0, 7),
        "1": (0,),
        "maj6": (0, 4, 7, 9),
        "min6": (0, 3, 7, 9),
        "maj7": (0, 4, 7, 11),
        "min7": (0, 3, 7, 10),
        "7": (0, 4, 7, 10),
        "minmaj7": (0, 3, 7, 11),
        "hdim7": (0, 3, 6, 10),
        "dim7": (0, 3, 6, 9),
        "aug(b7)": (0, 4, 8, 10),
        "aug(7)": (0, 4, 8, 11),
        "7(*5,b5)": (0, 4, 6, 10),
        "sus4(b7)": (0, 5, 7, 10),
        "sus2(b7)": (0, 2, 7, 10),
        "maj(9)": (0, 4, 7, 14),
        "min(9)": (0, 3, 7, 14),
        "maj6(9)": (0, 4, 7, 9, 14),
        "min6(9)": (0, 3, 7, 9, 14),
        "maj9": (0, 4, 7, 11, 14),
        "min9": (0, 3, 7, 10, 14),
        "9": (0, 4, 7, 10, 14),
        "minmaj7(9)": (0, 3, 7, 11, 14),
        "7(b9)": (0, 4, 7, 10, 13),
        "7(#9)": (0, 4, 7, 10, 15),
        "7(b13)": (0, 4, 7, 10, 20),
        "7(b9,b13)": (0, 4, 7, 10, 13, 20),
        "7(#11)": (0, 4, 7, 10, 18),
        "9(#11)": (0, 4, 7, 10, 14, 18),
        "maj7(#11)": (0, 4, 7, 11, 18),
        "maj9(#11)": (0, 4, 7, 11, 14, 18),
        "sus4(b7,9)": (0, 5, 7, 10, 14),
        "sus4(b7,9,13)": (0, 5, 7, 10, 14, 21),
        "hdim7(9)": (0, 3, 6, 10, 14),
        "hdim7(11)": (0, 3, 6, 10, 17),
        "min7(11)": (0, 3, 7, 10, 17),
        "min11": (0, 3, 7, 10, 14, 17),
        "11": (0, 4, 7, 10, 14, 17),
        "7(13)": (0, 4, 7, 10, 21),
        "13": (0, 4, 7, 10, 14, 21),
        "maj13": (0, 4, 7, 11, 14, 21),
        "min13": (0, 3, 7, 10, 14, 21),
    }
)

# What people write; where music21 has a name for the kind of chord, it reads these figures too.
_SYMBOLS: Mapping[str, str] = {
    "maj": "",
    "min": "m",
    "dim": "dim",
    "aug": "+",
    "maj6": "6",
    "min6": "m6",
    "min7": "m7",
    "minmaj7": "mM7",
    "hdim7": "m7b5",
    "aug(b7)": "7#5",
    "aug(7)": "maj7#5",
    "7(*5,b5)": "7b5",
    "sus4(b7)": "7sus4",
    "sus2(b7)": "7sus2",
    "maj(9)": "add9",
    "min(9)": "madd9",
    "maj6(9)": "6/9",
    "min6(9)": "m6/9",
    "min9": "m9",
    "minmaj7(9)": "mM9",
    "sus4(b7,9)": "9sus4",
    "sus4(b7,9,13)": "13sus4",
    "hdim7(9)": "m9b5",
    "hdim7(11)": "m11b5",
    "min7(11)": "m7add11",
    "min11": "m11",
    "7(13)": "7add13",
    "min13": "m13",
    "1": "no3no5",
}

_DEGREES: tuple[str, ...] = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")
_NATURAL = {1: 0, 2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 11, 8: 12, 9: 14, 10: 16, 11: 17, 12: 19, 13: 21}
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHORTHANDS: Mapping[str, tuple[int, ...]] = {**QUALITIES, "aug7": (0, 4, 8, 10), "maj11": (0, 4, 7, 11, 14, 17)}
_LABEL = re.compile(r"([A-G])([b#]*)(?::?([a-z]*[0-9]*))?(?:\(([^()]*)\))?(?:/([b#]*[0-9]+))?")


def tones(chord: ChordSpan) -> tuple[int, ...]:
    """Pitch classes of a chord from the root up, without a foreign slash bass; none for N."""
    root = chord.root_pc
    return () if root is None else tuple((root + s) % 12 for s in QUALITIES[chord.quality])


def bass_pc(chord: ChordSpan) -> int | None:
    """Pitch class of the lowest note: the slash bass, else the root; None for N."""
    return chord.root_pc if chord.bass_pc is None else chord.bass_pc


@lru_cache(maxsize=256)
def family(quality: str) -> Family:
    """The triad under a quality; empty where it has neither third nor suspension (and for N)."""
    semitones = QUALITIES.get(quality, ())
    if 4 in semitones:
        return "aug" if 8 in semitones and 7 not in semitones else "maj"
    if 3 in semitones:
        return "dim" if 6 in semitones and 7 not in semitones else "min"
    return "sus" if 5 in semitones or 2 in semitones else ""


def triad(quality: str) -> str:
    """The plain triad under a quality, as a quality: ``"min9"`` gives ``"min"``."""
    semitones = QUALITIES.get(quality, ())
    kind = family(quality)
    if kind == "sus":
        return "sus4" if 5 in semitones else "sus2"
    return kind or quality


def label(chord: ChordSpan, key: Key | None = None) -> str:
    """Harte's label, ``"F#:min7/b3"``, ``"N"`` for no chord; the root is spelled as the key wants it."""
    if chord.root_pc is None:
        return "N"
    text = f"{pitch_name(chord.root_pc, key)}:{chord.quality}"
    if chord.bass_pc is None or chord.bass_pc == chord.root_pc:
        return text
    return f"{text}/{_bass_degree(chord.quality, (chord.bass_pc - chord.root_pc) % 12)}"


def symbol(chord: ChordSpan, key: Key | None = None) -> str:
    """The chord as a lead sheet has it, ``"F#m7/A"``; ``"N.C."`` for no chord."""
    if chord.root_pc is None:
        return "N.C."
    quality = chord.quality
    written = _SYMBOLS.get(quality)
    if written is None:
        written = re.sub(r"[(),*]", "", quality)
    text = pitch_name(chord.root_pc, key) + written
    if chord.bass_pc is None or chord.bass_pc == chord.root_pc:
        return text
    return f"{text}/{pitch_name(chord.bass_pc, key)}"


@lru_cache(maxsize=4096)
def parse_label(text: str) -> tuple[int | None, str, int | None]:
    """Root pitch class, quality and bass pitch class (None for the root) of a label in Harte's syntax.

    Where shorthand and degrees in brackets make no quality of `QUALITIES`, the shorthand stays; ``X`` reads as ``N``.

    Raises
    ------
    ValueError
        If the text is no label.
    """
    if text in ("N", "X"):
        return None, "", None
    match = _LABEL.fullmatch(text.replace(" ", ""))
    if match is None:
        raise ValueError(f"{text!r} is not a chord label")
    letter, accidentals, shorthand, extra, bass = match.groups()
    root = (_LETTERS[letter] + _alteration(accidentals)) % 12
    quality = _quality(text, shorthand or "", extra)
    if bass is None:
        return root, quality, None
    bass_pc = (root + _semitones(text, bass)) % 12
    return root, quality, None if bass_pc == root else bass_pc


def quality_of(pitches: frozenset[int]) -> str:
    """The quality with these pitch classes above the root; where there is none, the fullest that they contain."""
    exact = _BY_PITCHES.get(pitches)
    if exact is not None:
        return exact
    inside = [p for p in _BY_PITCHES if p <= pitches]
    return _BY_PITCHES[max(inside, key=len)] if inside else "1"


def spans_of(labels: Sequence[Text], end_tick: int) -> tuple[ChordSpan, ...]:
    """Labels with their places as chords, each until the next other one, the last until `end_tick`.

    Raises
    ------
    ValueError
        If a text is no label.
    """
    read = {t.tick: parse_label(t.text) for t in labels if t.tick < end_tick}
    spans: list[ChordSpan] = []
    for tick, (root, quality, bass) in sorted(read.items()):
        if spans and (spans[-1].root_pc, spans[-1].quality, spans[-1].bass_pc) == (root, quality, bass):
            continue
        if spans:
            spans[-1] = replace(spans[-1], end_tick=tick)
        spans.append(ChordSpan(tick, end_tick, root, quality, bass))
    return tuple(spans)


def _quality(text: str, shorthand: str, extra: str | None) -> str:
    if shorthand and shorthand not in _SHORTHANDS:
        raise ValueError(f"{shorthand!r} in {text!r} is not a chord quality")
    plain = shorthand or ("maj" if extra is None else "1")
    added: set[int] = set()
    dropped: set[int] = set()
    for degree in (extra or "").split(",") if extra else ():
        (dropped if degree.startswith("*") else added).add(_semitones(text, degree.removeprefix("*")))
    pitches = frozenset(s % 12 for s in {*_SHORTHANDS[plain], *added} - dropped)
    whole = _BY_PITCHES.get(pitches)
    if extra is None and plain in QUALITIES:
        return plain
    spelled = f"{shorthand}({extra})"
    if spelled in QUALITIES:
        return spelled
    if whole is not None:
        return whole
    return plain if plain in QUALITIES and plain != "1" else "maj"


def _semitones(text: str, degree: str) -> int:
    match = re.fullmatch(r"([b#]*)([0-9]+)", degree)
    if match is None or int(match[2]) not in _NATURAL:
        raise ValueError(f"{degree!r} in {text!r} is not a degree")
    return _NATURAL[int(match[2])] + _alteration(match[1])


def _alteration(accidentals: str) -> int:
    return accidentals.count("#") - accidentals.count("b")


def _bass_degree(quality: str, interval: int) -> str:
    semitones = QUALITIES[quality]
    if interval == 8 and 8 in semitones:
        return "#5"
    if interval == 9 and family(quality) == "dim" and 9 in semitones:
        return "bb7"
    if interval == 3 and 15 in semitones:
        return "#9"
    if interval == 6 and 18 in semitones:
        return "#11"
    return _DEGREES[interval]


def _by_pitches() -> dict[frozenset[int], str]:
    """The first (simplest) quality with each set of pitch classes."""
    table: dict[frozenset[int], str] = {}
    for quality, semitones in QUALITIES.items():
        table.setdefault(frozenset(s % 12 for s in semitones), quality)
    return table


_BY_PITCHES = _by_pitches()
