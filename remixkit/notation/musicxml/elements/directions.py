"""Directions and `<sound>`: tempo, loudness, swing, pedal, rehearsal marks, and words that lead elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal
from xml.etree.ElementTree import Element

from remixkit.notation.musicxml.elements.values import decimal, integer, line
from remixkit.notation.musicxml.nouns import (
    Event,
    Level,
    Modulation,
    PedalMark,
    Program,
    Rehearsal,
    Signs,
    Swing,
    TempoMark,
    Wedge,
)

LEVELS: Mapping[str, int] = MappingProxyType(
    {
        "pppppp": 1, "ppppp": 5, "pppp": 10, "ppp": 16, "pp": 33, "p": 49, "mp": 64, "mf": 80, "f": 96, "ff": 112,
        "fff": 126, "ffff": 127, "fffff": 127, "ffffff": 127, "n": 1,
    }
)  # fmt: skip
"""Velocities of the dynamics, as MuseScore plays them."""

ACCENTS: Mapping[str, int] = MappingProxyType(
    {
        "sf": 22,
        "sfz": 24,
        "sffz": 32,
        "fz": 22,
        "rf": 18,
        "rfz": 18,
        "sfp": 22,
        "sfpp": 22,
        "fp": 22,
        "sfzp": 24,
        "pf": 0,
    }
)
"""How much louder a single note is; where the sign ends in p, what follows is soft."""

_AFTER = {"sfp": "p", "sfpp": "pp", "fp": "p", "sfzp": "p", "pf": "f"}
_WORDS = {"pianissimo": "pp", "piano": "p", "mezzo piano": "mp", "mezzo forte": "mf", "forte": "f", "fortissimo": "ff"}
_FORTE = 90
"""The velocity that `<sound dynamics>` and `<note dynamics>` call 100 per cent (MusicXML 4.0)."""

_UNITS = {
    "maxima": 32.0, "long": 16.0, "breve": 8.0, "whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "16th": 0.25,
    "32nd": 0.125, "64th": 0.0625, "128th": 0.03125, "256th": 0.015625,
}  # fmt: skip
_BPM = (4.0, 1000.0)
_PER_MINUTE = re.compile(r"\d{1,4}(?:[.,]\d{1,4})?")
_IN_WORDS = re.compile(r"=\s*(?:c(?:a|irca)?\.?\s*)?(\d{2,3})(?![\d/])")
_SWINGS = re.compile(r"\b(?:swing|swung|shuffle)\b", re.IGNORECASE)
_STRAIGHT = re.compile(r"\b(?:straight|even (?:8|eighth))", re.IGNORECASE)
_CRESC = re.compile(r"^\W*(?:cresc|crescendo)\b", re.IGNORECASE)
_DIM = re.compile(r"^\W*(?:dim|dimin|diminuendo|decresc|decrescendo)\b", re.IGNORECASE)

_DA_CAPO = re.compile(r"\bd\.? ?c\.?(?=$|[\s,;)])|\bda ?capo\b", re.IGNORECASE)
_DAL_SEGNO = re.compile(r"\bd\.? ?s\.?(?=$|[\s,;)])|\bdal ?segno\b", re.IGNORECASE)
_AL_FINE = re.compile(r"\bal? fine\b", re.IGNORECASE)
_AL_CODA = re.compile(r"\b(?:al?|alla) coda\b", re.IGNORECASE)
_TO_CODA = re.compile(r"^\W*(?:to|al|alla|go to) (?:the )?coda\b|^\W*to\W*$", re.IGNORECASE)
_CODA = re.compile(r"^\W*coda\W*$", re.IGNORECASE)
_FINE = re.compile(r"^\W*fine\W*$", re.IGNORECASE)

_TEMPO_WORDS: tuple[tuple[str, float], ...] = (
    ("larghissimo", 30), ("grave", 40), ("larghetto", 62), ("largo", 48), ("lento", 52), ("adagietto", 70),
    ("adagio", 60), ("andantino", 84), ("andante", 76), ("moderato", 100), ("allegretto", 110), ("allegro", 130),
    ("vivacissimo", 170), ("vivace", 150), ("prestissimo", 196), ("presto", 176),
)  # fmt: skip
"""Quarters a minute where a score has a word and no number; the middle of a metronome's scale."""


def unit(name: str | None, dots: int = 0) -> float | None:
    """Quarters of a note's value."""
    plain = _UNITS.get((name or "").strip())
    return None if plain is None else plain * (2 - 0.5 ** min(dots, 4))


def tempo_of_words(words: str) -> float | None:
    """Quarters a minute that a tempo word means; None where there is none."""
    found = re.search(r"\w+", words.lower())
    return next((bpm for word, bpm in _TEMPO_WORDS if found and found[0].startswith(word)), None)


def of_sound(sound: Element) -> Iterator[Event]:
    """What is heard of a `<sound>`."""
    if (bpm := _bpm(decimal(sound.get("tempo")))) is not None:
        yield TempoMark(bpm)
    if (percent := decimal(sound.get("dynamics"))) is not None:
        yield Level(velocity_of(percent))
    pedal = sound.get("damper-pedal")
    if pedal is not None and (value := {"yes": 100.0, "no": 0.0}.get(pedal, decimal(pedal))) is not None:
        yield PedalMark(min(127, max(0, round(value * 1.27))))
    for midi in sound.findall("midi-instrument"):
        if (program := integer(midi.findtext("midi-program"), 1, 128)) is not None:
            yield Program(program - 1)
    swing = sound.find("swing")
    if swing is not None:
        first, second = decimal(swing.findtext("first")), decimal(swing.findtext("second"))
        if swing.find("straight") is not None:
            yield Swing(0.5)
        elif first and second and first > 0 and second > 0:
            yield Swing(min(0.9, max(0.1, first / (first + second))), unit(swing.findtext("swing-type")) or 0.5)


def of_types(direction: Element, words: str) -> Iterator[Event]:
    """What is heard of the `<direction-type>` elements, and of their words."""
    for element in direction.iterfind("direction-type/*"):
        if element.tag == "metronome":
            yield from _metronome(element)
        elif element.tag == "dynamics":
            yield from of_dynamics(element)
        elif element.tag == "wedge":
            yield Wedge({"crescendo": 1, "diminuendo": -1}.get(element.get("type", ""), 0))
        elif element.tag == "pedal" and element.get("type") in _PEDALS:
            yield from (PedalMark(value) for value in _PEDALS[element.get("type", "")])
        elif element.tag == "rehearsal" and line(element.text):
            yield Rehearsal(line(element.text))
    if _SWINGS.search(words) and not _STRAIGHT.search(words):
        yield Swing(2 / 3)
    elif _STRAIGHT.search(words):
        yield Swing(0.5)
    if _CRESC.search(words) or _DIM.search(words):
        yield Wedge(1 if _CRESC.search(words) else -1)
    elif (level := LEVELS.get(_WORDS.get(words.lower(), ""))) is not None:
        yield Level(level)
    if (found := _IN_WORDS.search(words)) and (bpm := _bpm(float(found[1]))) is not None:
        yield TempoMark(bpm)


_PEDALS = {"start": (127,), "sostenuto": (), "stop": (0,), "change": (0, 127), "discontinue": (), "resume": ()}


def words_of(direction: Element) -> str:
    """All words of a direction."""
    return line(" ".join(e.text or "" for e in direction.iterfind("direction-type/words")))


def of_dynamics(dynamics: Element) -> Iterator[Level]:
    """The level from here on, if a dynamics sign sets one."""
    for sign in dynamics:
        name = line(sign.text).lower() if sign.tag == "other-dynamics" else sign.tag
        level = LEVELS.get(_AFTER.get(name, name))
        if level is not None:
            yield Level(level)


def accent_of(dynamics: Element) -> int:
    """By how much a dynamics sign makes its note louder than what is around it."""
    return max((ACCENTS.get(sign.tag, 0) for sign in dynamics), default=0)


def velocity_of(percent: float) -> int:
    """A velocity out of per cents of forte."""
    return min(127, max(1, round(percent * _FORTE / 100)))


def read_signs(
    direction: Element, sound: Element | None, words: str, signs: Signs, after: Signs, *, at_start: bool
) -> None:
    """Note in a bar's signs, or in those of the bar after, where a direction leads.

    Parameters
    ----------
    direction : Element
        `<direction>`; its `<sound>` is given beside it.
    words : str
        What it says.
    signs, after : Signs
        Those of its bar and of the next.
    at_start : bool
        Whether it stands before the bar's first note: a segno or coda that does not stands before the next bar.
    """
    said = sound if sound is not None else Element("sound")
    jump: Literal["", "dc", "ds"] = ""
    if said.get("dacapo") == "yes" or _DA_CAPO.search(words):
        jump = "dc"
    elif said.get("dalsegno") is not None or _DAL_SEGNO.search(words):
        jump = "ds"
    leaves = said.get("tocoda") is not None or (not jump and bool(_TO_CODA.search(words)))
    if jump:
        signs.jump = jump
        signs.until = "fine" if _AL_FINE.search(words) else "coda" if _AL_CODA.search(words) else ""
    signs.to_coda |= leaves
    signs.fine |= said.get("fine") is not None or (not jump and bool(_FINE.search(words)))
    here = signs if at_start else after
    drawn = {e.tag for e in direction.iterfind("direction-type/*")}
    if not jump and ("segno" in drawn or said.get("segno") is not None):
        here.segno = True
    if not jump and not leaves and ("coda" in drawn or said.get("coda") is not None or _CODA.search(words)):
        here.coda = True


def _metronome(element: Element) -> Iterator[Event]:
    notes = element.findall("metronome-note")
    if notes:
        yield from _equation(element, notes)
        return
    units: list[float] = []
    for child in element:
        if child.tag == "beat-unit":
            units.append(unit(child.text) or 1.0)
        elif child.tag == "beat-unit-dot" and units:
            units[-1] *= 1.5
    per_minute = _PER_MINUTE.findall(line(element.findtext("per-minute")))
    if len(units) == 1 and per_minute:
        said = [float(n.replace(",", ".")) for n in per_minute[:2]]
        if (bpm := _bpm(sum(said) / len(said) * units[0])) is not None:
            yield TempoMark(bpm)
    elif len(units) == 2:
        yield Modulation(units[1] / units[0])


def _equation(element: Element, notes: list[Element]) -> Iterator[Event]:
    """Notes on both sides of an equals sign: one and one are a change of tempo, two and two swing."""
    sides: list[list[float]] = [[], []]
    side = 0
    for child in element:
        if child.tag == "metronome-relation":
            side = 1
        elif child.tag == "metronome-note":
            value = unit(child.findtext("metronome-type"), len(child.findall("metronome-dot"))) or 1.0
            tuplet = child.find("metronome-tuplet")
            actual = decimal(child.findtext("metronome-tuplet/actual-notes")) if tuplet is not None else None
            normal = decimal(child.findtext("metronome-tuplet/normal-notes")) if tuplet is not None else None
            sides[side].append(value * (normal / actual if actual and normal else 1.0))
    left, right = sides
    if len(left) == len(right) == 1 and left[0] and right[0]:
        yield Modulation(right[0] / left[0])
    elif len(left) == len(right) == 2 and left[0] == left[1] and right[0] != right[1]:
        yield Swing(right[0] / (right[0] + right[1]), left[0])


def _bpm(value: float | None) -> float | None:
    return value if value is not None and _BPM[0] <= value <= _BPM[1] else None
