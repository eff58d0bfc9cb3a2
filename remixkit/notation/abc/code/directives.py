"""Directives: ``%%MIDI``, ``%%score`` and ``%%propagate-accidentals``, also as ``I:`` fields.

ABC 2.1, section 11; the MIDI directives are abc2midi's, as its guide has them. Of those is read what says which notes
sound and on what.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from remixkit.notation.abc.written_bars import DrumHit

_DRUM = re.compile(r"([dz])(\d{0,3})")
_MOST_HITS = 128
_SCORE_VOICE = re.compile(r"[^\s()\[\]{}|+*]+")


@dataclass(frozen=True, slots=True)
class Directive:
    """A directive's name in small letters, and its words."""

    name: str
    words: tuple[str, ...]

    def numbers(self) -> tuple[int, ...]:
        """Those of its words that are whole numbers."""
        return tuple(int(w) for w in self.words if re.fullmatch(r"[+-]?\d{1,4}", w))


def directives_of(text: str) -> tuple[Directive, ...]:
    """The directives in a ``%%`` line or an ``I:`` field; ``MIDI = program 3 MIDI = transpose 2`` has two."""
    parts = re.split(r"\bMIDI\s*=?\s+|\bMIDI\s*=\s*", text.strip())
    if len(parts) > 1:
        return tuple(Directive(f"midi {w[0].lower()}", tuple(w[1:])) for w in map(str.split, parts[1:]) if w)
    words = text.split()
    return (Directive(words[0].lower(), tuple(words[1:])),) if words else ()


def voice_order(words: Sequence[str]) -> tuple[str, ...]:
    """The voices of a ``%%score`` or ``%%staves``, in their order."""
    return tuple(dict.fromkeys(_SCORE_VOICE.findall(" ".join(words))))


def drum_pattern(words: Sequence[str]) -> tuple[DrumHit, ...]:
    """The hits of ``%%MIDI drum``: a string of d and z, then a key for each d, then a velocity for each.

    The string fills the bar: ``d2zd 35 38 100 80`` hits at its beginning and at three quarters.
    """
    if not words:
        return ()
    slots = [(letter, int(digits or 1)) for letter, digits in _DRUM.findall(words[0])][:_MOST_HITS]
    total = sum(length for _, length in slots)
    numbers = [int(w) for w in words[1:] if re.fullmatch(r"\d{1,3}", w)]
    hits = sum(letter == "d" for letter, _ in slots)
    out: list[DrumHit] = []
    at = 0
    for letter, length in slots:
        if letter == "d" and length:
            k = len(out)
            pitch = numbers[k] if k < len(numbers) else 35
            velocity = numbers[hits + k] if hits + k < len(numbers) else 80
            hit = DrumHit(Fraction(at, total), Fraction(length, total), min(127, pitch), max(1, min(127, velocity)))
            out.append(hit)
        at += length
    return tuple(out)
