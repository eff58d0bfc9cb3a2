"""The chord symbols of a score as labels: what its writer wants under the tune, whatever the notes say."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Text
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.theory.chords import label, quality_of

_ABOVE_ROOT = {1: 0, 2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 10, 9: 14, 11: 17, 13: 21}
"""Semitones of the degrees that are added to a chord: those of a dominant, as MusicXML 4.0 has it (`degree-alter`)."""


def chord_symbols(flats: Iterable[Any], shift: int, warnings: list[str]) -> tuple[Text, ...]:
    """The chord symbols of flat music21 streams, in Harte's syntax; of two at one place the first part's counts.

    Parameters
    ----------
    flats : iterable of music21.stream.Stream
        Parts without measures, at sounding pitch.
    shift : int
        Ticks to be added to every place.
    warnings : list of str
        Is told what could not be read.
    """
    from music21 import harmony

    found: dict[int, str] = {}
    for flat in flats:
        for sign in flat.getElementsByClass((harmony.ChordSymbol, harmony.NoChord)):
            tick = shift + round(sign.offset * TICKS_PER_QUARTER) if sign.offset else 0
            text = _label(sign)
            if text is None:
                warnings.append(f"the chord symbol {sign.figure!r} could not be read and was left out")
            else:
                found.setdefault(tick, text)
    return tuple(Text(tick, found[tick]) for tick in sorted(found))


def _label(sign: Any) -> str | None:
    from music21 import harmony

    if isinstance(sign, harmony.NoChord):
        return "N"
    root, bass = sign.root(), sign.bass()
    if root is None:
        return None
    root_pc, bass_pc = root.pitchClass, (bass or root).pitchClass
    changes = tuple(
        (m.modType, m.degree, m.interval.semitones if m.interval else 0) for m in sign.chordStepModifications
    )
    pcs = _own(sign.chordKind, changes)
    if pcs is None:
        pcs = frozenset((p.pitchClass - root_pc) % 12 for p in sign.pitches if p.pitchClass != bass_pc or p == root)
    return label(ChordSpan(0, 1, root_pc, quality_of(pcs), bass_pc))


@lru_cache(maxsize=1024)
def _own(kind: str, changes: tuple[tuple[str, int, int], ...]) -> frozenset[int] | None:
    """Semitones above the root of a kind of chord and what is added, altered and left out; None if it has no name."""
    from music21 import harmony

    known = harmony.CHORD_TYPES.get(harmony.CHORD_ALIASES.get(kind, kind))
    if known is None:
        return None
    degrees: dict[int, int] = {}
    for text in known[0].split(","):
        degree = int(text.lstrip("-#"))
        natural = 11 if degree == 7 else _ABOVE_ROOT[degree]
        degrees[degree] = natural + text.count("#") - text.count("-")
    for what, degree, semitones in changes:
        if what == "subtract":
            degrees.pop(degree, None)
        elif what == "alter" and degree in degrees:
            degrees[degree] += semitones
        elif degree == 7:
            degrees[degree] = 10 + max(0, semitones)  # music21 writes a flat seventh as 7 lowered, others as plain 7
        elif degree in _ABOVE_ROOT:
            degrees[degree] = _ABOVE_ROOT[degree] + semitones
    return frozenset(d % 12 for d in degrees.values())
