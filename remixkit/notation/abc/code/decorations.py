"""Decorations: which are heard in a reading of the notes, and which say how the bars follow each other.

ABC 2.1, sections 4.14 and 4.16. Trills, rolls, mordents, bowings, fermatas and the like are the player's and leave the
written notes as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Jump = Literal["dc", "ds"]
Until = Literal["", "fine", "coda"]

DYNAMICS: Mapping[str, int] = {
    "pppp": 20, "ppp": 30, "pp": 45, "p": 60, "mp": 75, "mf": 90, "f": 105, "ff": 120, "fff": 127, "ffff": 127,
}  # fmt: skip
"""MIDI velocities, as abc2midi's guide has those of a bar's first note."""

ACCENTS: Mapping[str, int] = {">": 15, "accent": 15, "emphasis": 15, "^": 20, "marcato": 20, "sfz": 25, "sf": 25}
"""What an accent adds to the velocity."""

LETTERS: Mapping[str, str] = {
    ".": "staccato", "~": "roll", "H": "fermata", "L": "accent", "M": "lowermordent", "O": "coda", "P": "uppermordent",
    "S": "segno", "T": "trill", "u": "upbow", "v": "downbow", "J": "slide", "R": "roll",
}  # fmt: skip
"""What single letters stand for where no ``U:`` says otherwise."""

TO_CODA = frozenset({"dacoda", "tocoda"})

_JUMP = re.compile(r"(?P<jump>dc|ds|dacapo|dalsegno)(?:al)?(?P<until>fine|coda)?")


def plain_name(text: str) -> str:
    """A decoration's name in small letters without dots and blanks: ``D.C. al Fine`` gives ``dcalfine``."""
    return re.sub(r"[\s.]", "", text).lower()


def jump_of(name: str) -> tuple[Jump, Until] | None:
    """Where a decoration, by its plain name, leads to: back to the beginning or the sign, and until what."""
    found = _JUMP.fullmatch(name)
    if not found:
        return None
    until = found["until"]
    return "dc" if found["jump"] in ("dc", "dacapo") else "ds", "fine" if until == "fine" else (until and "coda") or ""


def redefinition_of(text: str) -> tuple[str, str] | None:
    """The letter and the decoration of a ``U:`` field, ``T = !trill!``; an empty name makes the letter mean nothing."""
    found = re.fullmatch(r"\s*([.~h-wH-W])\s*=?\s*([!+])?(?P<name>[^!+]*)(?:[!+])?\s*", text)
    if not found:
        return None
    name = found["name"].strip()
    return found[1], "" if name in ("none", "nil") else name
