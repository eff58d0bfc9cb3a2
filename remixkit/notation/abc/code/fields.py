"""What the fields of a tune say: meter, unit note length, tempo, voice and the order of parts.

ABC 2.1, sections 3.1.6-3.1.9, 4.6 and 7; the older forms of ``Q:`` in section 10.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from remixkit.errors import SongError
from remixkit.notation.abc.abc_limits import MAX_BPM, MAX_DIGITS, MAX_ECHO, MAX_METER, MAX_PARTS, echo

TEMPO_WORDS = {
    "larghissimo": 40, "adagissimo": 44, "lentissimo": 48, "largo": 56, "adagio": 59, "lento": 62, "larghetto": 66,
    "adagietto": 76, "andante": 88, "andantino": 96, "moderato": 104, "allegretto": 112, "allegro": 120,
    "vivace": 168, "vivo": 180, "presto": 192, "allegrissimo": 208, "vivacissimo": 220, "prestissimo": 240,
}  # fmt: skip
"""Quarter notes a minute, as abc2midi's guide has them."""

MEND = "mend the notation"
_SHORTEST = 1024
"""The finest part of a unit note length, and of a whole note."""

_METER = re.compile(r"\(?(\d+(?:\s*\+\s*\d+)*)\)?\s*/\s*(\d+)")
_RATIO = re.compile(r"(\d+)\s*/\s*(\d+)")
_TEMPO_TEXT = re.compile(r'"([^"]*)"?')
_OLD_TEMPO = re.compile(r"[Cc]?\s*(\d*(?:/\d+)?)\s*=\s*(\d+(?:\.\d+)?)")
_PROPERTY = re.compile(r'([A-Za-z]+)\s*=\s*(?:"([^"]*)"?|(\S+))')
_CLEF = re.compile(
    r"(?<![\w=])(?:clef=)?\"?(?P<name>treble|bass|alto|tenor|baritone|soprano|mezzosoprano|mezzo|perc|none|[GFC](?=\d))"
    r"\d?(?P<shift>[+-]8|[+-]15)?(?:va|ma)?\"?(?!\w)"
)
_PART = re.compile(r"[A-Za-z]|\(|\)|\d+")


@dataclass(frozen=True, slots=True)
class MeterSign:
    """Bars of so many of that note value."""

    numerator: int
    denominator: int

    @property
    def bar(self) -> Fraction:
        """Length of a bar, in whole notes."""
        return Fraction(self.numerator, self.denominator)

    @property
    def is_compound(self) -> bool:
        """Whether beats are dotted."""
        return self.numerator % 3 == 0 and self.denominator >= 8


@dataclass(frozen=True, slots=True)
class VoiceField:
    """A voice's id, and its properties by their names in small letters."""

    voice: str
    properties: Mapping[str, str] = field(default_factory=dict)


def number_of(digits: str, place: str) -> int:
    """A number of at most `MAX_DIGITS` digits.

    Raises
    ------
    SongError
        If it has more.
    """
    if len(digits) > MAX_DIGITS:
        raise SongError(f"the number {echo(digits)} is too large", place=place, remedy=MEND)
    return int(digits)


def multiplier_of(text: str, place: str) -> Fraction:
    """How many unit note lengths a note lasts, by what stands behind it: ``3``, ``3/2``, ``/``, ``//``, ``/4``.

    Raises
    ------
    SongError
        If a number is too large, or the part finer than a 1024th.
    """
    if not text:
        return Fraction(1)
    over, slash, under = text.partition("/")
    top = number_of(over, place) if over else 1
    if not slash:
        return Fraction(top)
    digits = under.lstrip("/")
    part = (number_of(digits, place) or 1) if digits else 2 ** min(len(under) + 1, 10)
    if part > _SHORTEST:
        raise SongError(f"a length of 1/{part}", place=place, remedy=MEND)
    return Fraction(top, part)


def meter_field(text: str, place: str) -> MeterSign | None:
    """The meter of an ``M:``; None for free meter, and for words.

    Raises
    ------
    SongError
        If it is none, or has more than `MAX_METER` beats.
    """
    plain = text.strip()
    if plain in ("C", "c"):
        return MeterSign(4, 4)
    if plain in ("C|", "c|"):
        return MeterSign(2, 2)
    if not plain or (plain[0].isalpha() and len(plain) <= MAX_ECHO):
        return None
    found = _METER.match(plain)
    if found and max(map(len, re.findall(r"\d+", found[0]))) <= MAX_DIGITS:
        beats, unit = sum(int(n) for n in found[1].split("+")), int(found[2])
        if 0 < beats <= MAX_METER and 0 < unit <= MAX_METER and unit & (unit - 1) == 0:
            return MeterSign(beats, unit)
    raise SongError(f"{echo(plain)} is no meter", place=f"{place}, M", remedy=MEND)


def unit_of(text: str, place: str) -> Fraction:
    """The unit note length of an ``L:``, in whole notes.

    Raises
    ------
    SongError
        If it is none between a 1024th and eight whole notes.
    """
    found = re.fullmatch(r"(\d{1,4})(?:\s*/\s*(\d{1,4}))?", text.strip())
    length = Fraction(int(found[1]), int(found[2] or 1) or 1) if found else Fraction(0)
    if not Fraction(1, _SHORTEST) <= length <= 8:
        raise SongError(f"{echo(text)} is no note length", place=f"{place}, L", remedy=MEND)
    return length


def tempo_of(text: str, unit: Fraction) -> float | None:
    """Quarter notes a minute; None where the field says nothing that can be played.

    Parameters
    ----------
    text : str
        ``1/4=120``, ``"Allegro"``, ``3/8=60 "Slowly"``, ``1/4 3/8=40`` (the beats' sum), or the older ``120``,
        ``C=120``, ``C3=40`` (so many unit note lengths).
    unit : Fraction
        The unit note length in force, in whole notes.
    """
    plain = _TEMPO_TEXT.sub(" ", text)
    if any(len(digits) > MAX_DIGITS for digits in re.findall(r"\d+", plain)):
        return None
    left, equals, right = plain.partition("=")
    rate = re.match(r"\s*(\d+(?:\.\d+)?)", right if equals else left)
    beats = [Fraction(int(a), int(b)) for a, b in _RATIO.findall(left) if int(b)]
    old = _OLD_TEMPO.search(plain)
    if rate and equals and beats and not plain.strip().upper().startswith("C"):
        beat = sum(beats, Fraction(0))
    elif rate and (old or not equals):
        beat = unit * (_length(old[1]) if old else 1)
    else:
        words = " ".join(_TEMPO_TEXT.findall(text)).lower()
        return next((float(TEMPO_WORDS[w]) for w in re.findall("[a-z]+", words) if w in TEMPO_WORDS), None)
    bpm = float(rate[1]) * float(beat * 4)
    return bpm if 1 <= bpm <= MAX_BPM else None


def _length(text: str) -> Fraction:
    over, _, under = text.partition("/")
    return Fraction(int(over or 1), int(under or 1) or 1)


def voice_of(text: str) -> VoiceField:
    """The id and the properties of a ``V:``."""
    plain = text.strip()
    name = plain.split(None, 1)[0] if plain else "1"
    return VoiceField(name, properties_of(plain[len(name) :]))


def properties_of(text: str) -> dict[str, str]:
    """The properties of a ``V:`` or ``K:`` by name, clefs without ``clef=`` too: octave, transpose, name, clef ..."""
    found = {key.lower(): quoted or bare for key, quoted, bare in _PROPERTY.findall(text)}
    quiet = _PROPERTY.sub(lambda p: f"clef={p[2] or p[3]}" if p[1].lower() == "clef" else " ", text)
    for clef in _CLEF.finditer(quiet):
        found["clef"] = clef["name"]
        if clef["shift"]:
            found["shift"] = clef["shift"]
    return found


def octaves_of(properties: Mapping[str, str]) -> int | None:
    """By how many octaves clef and ``octave=`` move a voice; None where they say nothing."""
    octave = _small(properties.get("octave"))
    shift = properties.get("shift")
    if octave is None and shift is None and "clef" not in properties:
        return None
    return (octave or 0) + {"+8": 1, "-8": -1, "+15": 2, "-15": -2}.get(shift or "", 0)


def transposition_of(properties: Mapping[str, str]) -> int | None:
    """The semitones of ``transpose=``; None where it is not given."""
    return _small(properties.get("transpose"))


def _small(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[+-]?\d{1,2}", text) else None


def parts_of(text: str) -> tuple[str, ...]:
    """The order of parts that a header's ``P:`` asks for: ``A(AB)2C`` gives A A B A B C.

    Raises
    ------
    SongError
        If there are more than `MAX_PARTS`.
    """
    open_groups: list[list[str]] = [[]]
    last: list[str] = []
    for item in _PART.findall(text):
        if item == "(":
            open_groups.append([])
            continue
        if item == ")":
            if len(open_groups) < 2:
                continue
            last = open_groups.pop()
            open_groups[-1] += last
        elif item.isdigit():
            times = int(item) if len(item) <= MAX_DIGITS else MAX_PARTS + 1
            if times * len(last) > MAX_PARTS:
                raise _too_many_parts()
            open_groups[-1] += last * (times - 1)
            last = []
        else:
            last = [item]
            open_groups[-1].append(item)
        if sum(map(len, open_groups)) > MAX_PARTS:
            raise _too_many_parts()
    return tuple(part for group in open_groups for part in group)


def _too_many_parts() -> SongError:
    return SongError(f"more than {MAX_PARTS} parts are to be played", place="P", remedy=MEND)
