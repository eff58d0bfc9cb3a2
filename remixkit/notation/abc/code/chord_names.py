"""Chord symbols as lead sheets write them, as labels in Harte's syntax.

ABC 2.1, section 4.18, has ``m min maj dim aug + sus 7 9`` and leaves the rest to the reader; here it is what fake books
and the net write.
"""

from __future__ import annotations

import re
from functools import lru_cache

from remixkit.model.analysis import ChordSpan
from remixkit.theory.chords import label, quality_of

_NO_CHORD = frozenset({"NC", "N.C.", "N.C", "No Chord", "None"})
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NAME = re.compile(r"([A-G])([#b♯♭]?)(.*?)(?:/([A-Ga-g])([#b♯♭]?))?")
_ALTERNATIVE = re.compile(r"\(\s*[A-G][#b♯♭]?(?:m|min|maj|dim|aug|sus|[0-9])*\s*\)$")
_TRIAD = re.compile(
    r"(?P<half>ø7?|h7|half-?dim7?)|(?P<dim>dim|°|o)|(?P<aug>aug|\+)|(?P<maj>maj|Maj|MAJ|ma(?!dd)|Ma|M|Δ|\^|j(?=7))"
    r"|(?P<min>min|Min|MIN|mi|m|-)"
)
_MAJOR_SEVENTH = re.compile(r"/?(?:maj|Maj|MAJ|ma|Ma|M|Δ|\^|\+)7|/?(?:maj|Maj|Δ|\^)")
_EXTENSION = re.compile(r"6/?9|13|11|[245679](?!\d)")
_MORE = re.compile(
    r"(?P<sus>sus)(?P<degree>[2479])?|(?P<no>no|omit)(?P<out>[135])|(?P<alt>alt)|(?P<aug>aug|\+(?!\d))"
    r"|(?P<add>add|/(?=\d))(?P<sign>maj|Maj|M|[#b♯♭+-]?)(?P<added>13|11|[245679])"
    r"|(?P<change>[#b♯♭+-]|maj|Maj|M)(?P<changed>13|11|[5679])"
)
_NATURAL = {1: 0, 2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 10, 9: 14, 11: 17, 13: 21}
"""Semitones above the root; a seventh without a word is a dominant's."""


@lru_cache(maxsize=1024)
def label_of_name(name: str) -> str | None:
    """A chord symbol as a label in Harte's syntax.

    Parameters
    ----------
    name : str
        ``Am7/C``, ``CΔ7``, ``B♭-7``, ``G7(b9)``, ``N.C.``; of a choice, ``G(Em)``, the first counts.

    Returns
    -------
    str or None
        ``"A:min7/b3"``; ``"N"`` where no chord is wanted; None if the text is no chord symbol.
    """
    plain = name.strip()
    if plain in _NO_CHORD:
        return "N"
    found = _NAME.fullmatch(_plain(_ALTERNATIVE.sub("", plain)))
    if not found:
        return None
    degrees = _degrees(found[3])
    if degrees is None:
        return None
    root = _pitch_class(found[1], found[2])
    bass = _pitch_class(found[4].upper(), found[5]) if found[4] else root
    return label(ChordSpan(0, 1, root, quality_of(frozenset(d % 12 for d in degrees.values())), bass))


def _plain(name: str) -> str:
    """Without blanks and brackets; a number in brackets is added to the chord."""
    return re.sub(r"[\s(),]", "", re.sub(r"\((?=\d)", "add", name))


def _pitch_class(letter: str, sign: str) -> int:
    return (_LETTERS[letter] + {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(sign, 0)) % 12


def _degrees(kind: str) -> dict[int, int] | None:
    """Semitones above the root by degree; None if the text names no kind of chord."""
    degrees = {1: 0, 3: 4, 5: 7}
    triad = _TRIAD.match(kind)
    major = bool(triad and triad["maj"])
    rest = kind[triad.end() :] if triad else kind
    if triad and triad["half"]:
        degrees.update({3: 3, 5: 6, 7: 10})
    elif triad and triad["dim"]:
        degrees.update({3: 3, 5: 6})
    elif triad and triad["aug"]:
        degrees[5] = 8
    elif triad and triad["min"]:
        degrees[3] = 3
        seventh = _MAJOR_SEVENTH.match(rest)
        if seventh:
            degrees[7] = 11
            rest = rest[seventh.end() :]
    elif triad and triad["maj"] in ("Δ", "^"):
        degrees[7] = 11
    extension = _EXTENSION.match(rest)
    if extension:
        _extend(degrees, extension[0], major=major, diminished=bool(triad and triad["dim"]))
        rest = rest[extension.end() :]
    return degrees if _changed(degrees, rest) else None


def _extend(degrees: dict[int, int], number: str, *, major: bool, diminished: bool) -> None:
    if number in ("6/9", "69"):
        degrees.update({6: 9, 9: 14})
    elif number == "5":
        degrees.pop(3)
    elif number == "4":
        degrees.pop(3)
        degrees[4] = 5
    elif number == "2":
        degrees[9] = 14
    elif number == "6":
        degrees[6] = 9
    else:
        degrees.setdefault(7, 11 if major else 9 if diminished else 10)
        degrees.update({d: _NATURAL[d] for d in (9, 11, 13) if d <= int(number) and (d != 11 or number == "11")})


def _changed(degrees: dict[int, int], rest: str) -> bool:
    """Apply what follows kind and number, a fourth for a third and the like; whether all of it was understood."""
    while rest:
        found = _MORE.match(rest)
        if not found:
            return False
        rest = rest[found.end() :]
        if found["sus"]:
            degrees.pop(3, None)
            second = found["degree"] == "2"
            degrees[2 if second else 4] = 2 if second else 5
            if found["degree"] in ("7", "9"):
                degrees.update({7: 10} if found["degree"] == "7" else {7: 10, 9: 14})
        elif found["no"]:
            degrees.pop(int(found["out"]), None)
        elif found["alt"]:
            degrees.update({7: 10, 9: 15})
        elif found["aug"]:
            degrees[5] = 8
        else:
            degree = int(found["added"] or found["changed"])
            degrees[degree] = _NATURAL[degree] + _semitones(found["sign"] if found["add"] else found["change"])
    return True


def _semitones(sign: str) -> int:
    return {"b": -1, "♭": -1, "-": -1, "": 0}.get(sign, 1)
