"""The key of a ``K:``: its signs, mode, and the accidentals that it adds (ABC 2.1, section 3.1.14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

FIFTHS = "FCGDAEB"
"""The letters in the order in which sharps are added."""

_MODES = {"lyd": 1, "maj": 0, "ion": 0, "mix": -1, "dor": -2, "min": -3, "aeo": -3, "m": -3, "phr": -4, "loc": -5}
"""Sharps that a mode adds to those of the major key on its tonic."""

_KEY = re.compile(
    r"(?P<tonic>[A-Ga-g])(?P<sign>[#b♯♭]?)\s*(?P<mode>(?:maj|ion|min|aeo|mix|dor|phr|lyd|loc|m(?![A-Za-z]))[A-Za-z]*)?",
    re.IGNORECASE,
)
_ACCIDENTAL = re.compile(r"(\^\^|\^|__|_|=)\s*([A-Ga-g])")
_ALTERATIONS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}


@dataclass(frozen=True, slots=True)
class WrittenKey:
    """A key.

    Parameters
    ----------
    sharps : int
        Of its signature, without added accidentals; flats are negative.
    mode : str
        ``"minor"`` for minor; ``"major"`` for major and all other modes.
    alterations : mapping of str to int
        Semitones by letter; a letter that is not there is natural.
    """

    sharps: int = 0
    mode: Literal["major", "minor"] = "major"
    alterations: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def transposed(self, semitones: int) -> WrittenKey:
        """The key in which a voice sounds that is so much higher than written; the mode stays."""
        if semitones % 12 == 0:
            return self
        return replace(self, sharps=(self.sharps + 7 * semitones + 5) % 12 - 5)


def key_of(text: str) -> WrittenKey | None:
    """Read a key.

    Parameters
    ----------
    text : str
        Of a ``K:``; clef and other properties may follow the key.

    Returns
    -------
    WrittenKey or None
        None where the text has no key, but for a clef or properties (``K:clef=bass``); ``none`` and an empty text are
        C major without signs.
    """
    plain = text.strip()
    if plain[:2].lower() == "hp":  # Highland pipes: both have F and C sharp
        return WrittenKey(2, "major", _signature(2))
    found = None if re.match(r"[A-Za-z]+=|(treble|bass|alto|tenor|perc)\b", plain) else _KEY.match(plain)
    rest = plain[found.end() :] if found else plain
    accidentals = {letter.upper(): _ALTERATIONS[sign] for sign, letter in _ACCIDENTAL.findall(_bare(rest))}
    explicit = re.search(r"(?<![A-Za-z])exp(?![A-Za-z])", rest) is not None
    if found is None and plain and not plain.lower().startswith("none") and not accidentals and not explicit:
        return None
    sharps, mode = 0, "major"
    if found:
        name = (found["mode"] or "maj")[:3].lower()
        name = "maj" if found["mode"] == "M" else name
        sharps = FIFTHS.index(found["tonic"].upper()) - 1 + 7 * _sign(found["sign"]) + _MODES[name]
        mode = "minor" if _MODES[name] == -3 else "major"
    sharps = max(-7, min(7, sharps))
    base = {} if explicit else dict(_signature(sharps))
    alterations = MappingProxyType({**base, **accidentals})
    return WrittenKey(sharps, "minor" if mode == "minor" else "major", alterations)


def _bare(text: str) -> str:
    """Without properties: ``middle==d`` has no accidental in it."""
    return re.sub(r"[A-Za-z]+=\S*", " ", text)


def _sign(text: str) -> int:
    return {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(text, 0)


def _signature(sharps: int) -> Mapping[str, int]:
    letters = FIFTHS[:sharps] if sharps > 0 else FIFTHS[sharps:] if sharps < 0 else ""
    return MappingProxyType(dict.fromkeys(letters, 1 if sharps > 0 else -1))
