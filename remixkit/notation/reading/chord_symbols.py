"""The chord symbols of a score as labels: what its writer wants under the tune, whatever the notes say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Text
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.theory.chords import label, quality_of

_ABOVE_ROOT = {1: 0, 2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 10, 9: 14, 11: 17, 13: 21}
"""Semitones of the degrees that are added to a chord: those of a dominant, as MusicXML 4.0 has it (`degree-alter`)."""

_QUOTED = re.compile(r'"([^"\n]*)"')
_ABC_FIELD = re.compile(r"[A-Za-z]:|%")
_ANNOTATES = ("", *"^_<>@")
_NO_CHORDS = ("NC", "N.C.", "No Chord", "None")
_NAME = re.compile(r"([A-G])([#b♯♭]?)([^/]*(?:/[^A-G/][^/]*)?)((?:/[A-G][#b♯♭]?)?)")
_SPELLINGS = (
    (r"\s", ""),
    ("♭", "b"),
    ("♯", "#"),
    (r"^(maj|Maj|MAJ|ma|Ma|M|Δ|\^)(?=7|9|11|13)", "M"),
    (r"^(maj|Maj|MAJ|ma|Ma|M)(?!7|9|11|13)", ""),
    (r"^(Δ|\^)", "M7"),
    (r"^(-|min|Min|MIN|mi)", "m"),
    (r"^m/?(maj|Maj|Ma|M|Δ)7?$", "mM7"),
    (r"^(ø7?|h7|m7-5)$", "m7b5"),
    (r"^(°|o|dim)7$", "o7"),
    (r"^(°|o)$", "dim"),
    (r"6/9|69", "6add9"),
    (r"^2$", "add9"),
    (r"^4$", "sus4"),
    (r"sus$", "sus4"),
    (r"^9sus4?$", "7sus4add9"),
    (r"^7?alt$", "7#9"),
    (r"^13$", "7add9add13"),
    (r"^m13$", "m7add9add13"),
)
"""How lead sheets write what music21 spells otherwise; after root, in this order."""


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


def readable_chord_names(tune: str, warnings: list[str]) -> str:
    """An ABC tune without the quoted texts that name no chord; music21 drops those, some together with their note.

    ABC 2.1 sets chord names and annotations in the same quotes; an annotation begins with ^, _, <, > or @.

    Parameters
    ----------
    tune : str
        In ABC, lines ended by line feeds.
    warnings : list of str
        Is told which names could not be read, and how many annotations were left out.
    """
    annotations = 0
    unread: dict[str, None] = {}

    def kept(quoted: re.Match[str]) -> str:
        nonlocal annotations
        name = quoted[1].strip()
        if name[:1] in _ANNOTATES:
            annotations += bool(name)
            return ""
        spelt = _spelt(name)
        if spelt is not None:
            return f'"{spelt}"'
        unread[name] = None
        return ""

    lines = [line if _ABC_FIELD.match(line) else _QUOTED.sub(kept, line) for line in tune.split("\n")]
    warnings += [f"the chord symbol {name!r} could not be read and was left out" for name in unread]
    if annotations:
        warnings.append(f"{annotations} annotations were left out" if annotations > 1 else "1 annotation was left out")
    return "\n".join(lines)


@lru_cache(maxsize=1024)
def _spelt(name: str) -> str | None:
    """A chord name of a lead sheet as music21 writes it; None if it is none."""
    from music21 import common, harmony

    plain = re.sub("[()]", "", name)
    if plain in _NO_CHORDS:
        return plain
    parts = _NAME.fullmatch(plain)
    if not parts:
        return None
    root, sign, kind, bass = parts.groups()
    for written, meant in _SPELLINGS:
        kind = re.sub(written, meant, kind)
    spelt = "".join((root, sign, kind, bass)).replace("♭", "b").replace("♯", "#")
    try:
        return spelt if _label(harmony.ChordSymbol(common.cleanedFlatNotation(spelt))) is not None else None
    except Exception:  # music21 checks little: any exception may come out of a name
        return None


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
