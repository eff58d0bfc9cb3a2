"""`<attributes>`: time signatures, key signatures, transposition; and lists of numbers such as "1, 2" and "1-3"."""

from __future__ import annotations

import re
from typing import Literal
from xml.etree.ElementTree import Element

from remixkit.notation.musicxml.elements.values import decimal, integer, text_at
from remixkit.notation.musicxml.nouns import Meter, Signature

MOST_BEATS = 64
"""In a bar; what has more is read by its notes."""

_DENOMINATORS = (1, 2, 4, 8, 16, 32, 64)
_MOST_NUMBERS = 99
_MINOR = ("minor", "aeolian", "dorian", "phrygian", "locrian")


def time_signature(time: Element) -> tuple[Meter | None, str]:
    """The meter of `<time>`, sums and composites as one; None if there is none; and a warning, or none."""
    if time.find("senza-misura") is not None:
        return None, ""
    beats = [e.text or "" for e in time if e.tag == "beats"]
    units = [integer(e.text, 1, 64) for e in time if e.tag == "beat-type"]
    whole = 0.0
    for said, unit in zip(beats, units, strict=False):
        parts = [integer(part, 0, MOST_BEATS) for part in said.split("+")]
        if unit not in _DENOMINATORS or None in parts:
            return None, f"a time signature of {said.strip()[:12]!r} beats is not one; bars are as long as their notes"
        whole += sum(part or 0 for part in parts) / unit
    lowest = max((unit for unit in units if unit), default=4)
    numerator = round(whole * lowest)
    if not 1 <= numerator <= MOST_BEATS:
        return None, "a time signature without beats was left out; bars are as long as their notes"
    return Meter(numerator, lowest), ""


def signature_of(key: Element, moves: tuple[int, int]) -> Signature | None:
    """A key signature as it sounds in a part that is moved by so many semitones and steps; None if it is not usual."""
    fifths = integer(key.findtext("fifths"), -11, 11)
    if fifths is None:
        return None
    semitones, steps = moves
    sharps = fifths + 7 * semitones - 12 * steps
    while sharps > 7:
        sharps -= 12
    while sharps < -7:
        sharps += 12
    mode: Literal["major", "minor"] = "minor" if text_at(key, "mode").lower() in _MINOR else "major"
    return Signature(sharps, mode, is_written=semitones % 12 == 0)


def transposition(transpose: Element) -> tuple[int, int]:
    """(semitones, steps) from written to sounding pitch."""
    octaves = round(decimal(transpose.findtext("octave-change")) or 0)
    if (double := transpose.find("double")) is not None:
        octaves += 1 if double.get("above") == "yes" else -1
    semitones = round(decimal(transpose.findtext("chromatic")) or 0)
    diatonic = decimal(transpose.findtext("diatonic"))
    steps = round(semitones * 7 / 12) if diatonic is None else round(diatonic)
    return min(60, max(-60, semitones + 12 * octaves)), min(35, max(-35, steps + 7 * octaves))


def numbers(text: str | None) -> frozenset[int]:
    """The whole numbers of a list such as ``"1, 2"``, ``"1."`` or ``"1-3"``, from 1 to 99."""
    found: set[int] = set()
    for first, last in re.findall(r"(\d{1,2})(?:\s*[-–]\s*(\d{1,2}))?", (text or "")[:400]):
        found |= set(range(int(first), int(last or first) + 1))
    return frozenset(n for n in found if 1 <= n <= _MOST_NUMBERS)
