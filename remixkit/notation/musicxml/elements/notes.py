"""`<note>` -> tones: pitch, length, ties, grace, ornaments, words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal
from xml.etree.ElementTree import Element

from remixkit.midi.spec import DRUM_CHANNEL
from remixkit.model.song import Syllabic
from remixkit.notation.drum_notation import key_at_staff
from remixkit.notation.musicxml.elements.attributes import numbers
from remixkit.notation.musicxml.elements.directions import accent_of, of_dynamics, unit, velocity_of
from remixkit.notation.musicxml.elements.harmony import STEPS
from remixkit.notation.musicxml.elements.header import PartHead
from remixkit.notation.musicxml.elements.values import decimal, integer
from remixkit.notation.musicxml.limits import MAX_BAR_QUARTERS
from remixkit.notation.musicxml.nouns import Ornament, OrnamentKind, Tone, Word

_SHORTER = {"staccato": 0.5, "staccatissimo": 0.33, "spiccato": 0.33, "detached-legato": 0.75}
_LOUDER = {"accent": 12, "strong-accent": 20, "stress": 8, "soft-accent": 6, "unstress": -10}
_ORNAMENTS: dict[str, tuple[OrnamentKind, bool]] = {
    "trill-mark": ("trill", True), "shake": ("trill", True),
    "mordent": ("mordent", False), "inverted-mordent": ("mordent", True), "haydn": ("turn", True),
    "turn": ("turn", True), "inverted-turn": ("turn", False), "vertical-turn": ("turn", True),
    "inverted-vertical-turn": ("turn", False), "delayed-turn": ("delayed-turn", True),
    "delayed-inverted-turn": ("delayed-turn", False), "schleifer": ("slide", False),
}  # fmt: skip
"""How each is played, and whether it begins with the upper neighbour (MusicXML 4.0: a plain mordent is the lower)."""
_ALTERS = {
    "double-sharp": 2, "sharp-sharp": 2, "sharp": 1, "natural": 0, "flat": -1, "flat-flat": -2, "natural-sharp": 1,
    "natural-flat": -1,
}  # fmt: skip
_SCALE = "CDEFGAB"
_SHARPS = "FCGDAEB"
_MIDDLE_LINE = "B4"
_PLACES: tuple[Syllabic, ...] = ("single", "begin", "middle", "end")


@dataclass(frozen=True, slots=True)
class Written:
    """What a note means for the measure: where it begins, how far it moves the cursor, a dynamics sign on it."""

    at: float
    quarters: float
    advances: bool
    is_whole_rest: bool = False
    staff: int = 1
    level: int | None = None


@dataclass(slots=True)
class NoteReader:
    """Reads the notes of a part; `fifths` is the key signature as written."""

    head: PartHead
    warnings: dict[str, None]
    fifths: int = 0
    drums: int = 0
    _moves: dict[int, tuple[int, int]] = field(default_factory=dict)
    _all_move: tuple[int, int] = (0, 0)
    _percussion: set[int] = field(default_factory=set)
    _trilled: dict[int, bool] = field(default_factory=dict)
    _tones: list[Tone] = field(default_factory=list)
    _at: float = 0.0

    @property
    def moves(self) -> tuple[int, int]:
        """(semitones, steps) from written to sounding pitch, of the first staff."""
        return self._moves.get(1, self._all_move)

    def transpose(self, staff: int | None, semitones: int, steps: int) -> None:
        """From here on."""
        if staff is None:
            self._moves, self._all_move = {}, (semitones, steps)
        else:
            self._moves[staff] = semitones, steps

    def clef(self, attributes: Element) -> None:
        """Which staves have a percussion clef from here on."""
        for clef in attributes.findall("clef"):
            staff = integer(clef.get("number"), 1, 99) or 1
            (self._percussion.add if clef.findtext("sign") == "percussion" else self._percussion.discard)(staff)

    def begin_bar(self) -> None:
        """Forget the bar before."""
        self._tones, self._at = [], 0.0

    def tones_of_bar(self) -> list[Tone]:
        """What was read since the bar began."""
        return self._tones

    def read(self, element: Element, cursor: float, divisions: float) -> Written:
        """Read a note that stands where the cursor is."""
        has: dict[str, Element] = {}
        for child in element:
            has.setdefault(child.tag, child)
        staff = (integer(has["staff"].text, 1, 99) or 1) if "staff" in has else 1
        is_grace, is_chord = "grace" in has, "chord" in has
        value = _value(has, element)
        said = decimal(has["duration"].text) if "duration" in has else None
        quarters = value if is_grace or said is None else max(0.0, said) / divisions
        at = self._at if is_chord else cursor
        if not is_chord:
            self._at = cursor
        rest = has.get("rest")
        level = None
        if rest is None and "cue" not in has:
            level = self._tone(element, has, at, quarters, value, staff)
        return Written(
            at=at,
            quarters=quarters,
            advances=not is_chord and not is_grace,
            is_whole_rest=rest is not None and rest.get("measure") == "yes",
            staff=staff,
            level=level,
        )

    def _tone(
        self, element: Element, has: dict[str, Element], at: float, quarters: float, value: float, staff: int
    ) -> int | None:
        """Read what sounds; the level that a dynamics sign on it sets, if any."""
        instrument = has["instrument"].get("id", "") if "instrument" in has else ""
        pitch = self._pitch(has, instrument, staff)
        if pitch is None:
            return None
        tone = Tone(
            at=at,
            quarters=min(quarters, MAX_BAR_QUARTERS),
            pitch=pitch,
            voice=f"{staff}/{(has['voice'].text or '1').strip()[:20]}" if "voice" in has else f"{staff}/1",
            staff=staff,
            velocity=None if (percent := decimal(element.get("dynamics"))) is None else velocity_of(percent),
            grace=_grace(has, value),
            is_chord="chord" in has,
            instrument=instrument,
            passes=numbers(element.get("time-only")) if element.get("time-only") else frozenset(),
        )
        ties = {e.get("type") for e in element.findall("tie")}
        level = None
        if "lyric" in has:
            tone = replace(tone, words=tuple(_words(element)))
        if "notations" in has:
            if not ties:
                ties = {e.get("type") for e in element.iterfind("notations/tied")}
            for notations in element.findall("notations"):
                tone = self._noted(tone, notations, has)
                for dynamics in notations.findall("dynamics"):
                    level = next((sign.velocity for sign in of_dynamics(dynamics)), level)
        if self._trilled.get(staff) and tone.ornament is None and "notations" not in has and not tone.grace:
            tone = replace(tone, ornament=self._neighbours(Ornament("trill"), has, {}))
        if ties:
            tone = replace(tone, ties_on="start" in ties, ties_back="stop" in ties)
        self._tones.append(tone)
        return level

    def _pitch(self, has: dict[str, Element], instrument: str, staff: int) -> int | None:
        """The sounding pitch, or a drum's key."""
        plays = self.head.instruments.get(instrument) or self.head.first
        if "unpitched" in has or (
            staff in self._percussion and plays.channel == DRUM_CHANNEL and plays.drum_key is not None
        ):
            self.drums += 1
            if plays.drum_key is not None:
                return plays.drum_key
            place = has.get("unpitched", Element("unpitched"))
            shown = f"{place.findtext('display-step', '')}{place.findtext('display-octave', '')}"
            head = (has["notehead"].text or "").strip() if "notehead" in has else ""
            return key_at_staff(shown or _MIDDLE_LINE, head or "normal")
        written = has.get("pitch", Element("pitch"))
        name, octave = (written.findtext("step") or "").strip(), integer(written.findtext("octave"), -1, 10)
        if name not in STEPS or octave is None:
            self.warnings["notes without a pitch were left out"] = None
            return None
        alter = decimal(written.findtext("alter")) or 0.0
        pitch = int(12 * (octave + 1) + STEPS[name] + min(4.0, max(-4.0, alter)) + 0.5)
        pitch += self._moves.get(staff, self._all_move)[0]
        if not 0 <= pitch <= 127:
            self.warnings["notes that no instrument reaches were left out"] = None
            return None
        return pitch

    def _noted(self, tone: Tone, notations: Element, has: dict[str, Element]) -> Tone:
        for child in notations:
            if child.tag == "articulations":
                for sign in child:
                    tone = replace(
                        tone,
                        sounds=min(tone.sounds, _SHORTER.get(sign.tag, 1.0)),
                        accent=tone.accent + _LOUDER.get(sign.tag, 0),
                    )
            elif child.tag == "ornaments":
                tone = replace(tone, ornament=self._ornament(tone, child, has) or tone.ornament)
            elif child.tag == "arpeggiate":
                tone = replace(tone, rolled=-1 if child.get("direction") == "down" else 1)
            elif child.tag == "dynamics":
                tone = replace(tone, accent=tone.accent + accent_of(child))
        return tone

    def _ornament(self, tone: Tone, ornaments: Element, has: dict[str, Element]) -> Ornament | None:
        found: Ornament | None = None
        alters = {e.get("placement", "above"): _ALTERS.get(e.text or "") for e in ornaments.findall("accidental-mark")}
        for sign in ornaments:
            if sign.tag == "wavy-line":
                self._trilled[tone.staff] = sign.get("type") in ("start", "continue")
                found = found or self._neighbours(Ornament("trill"), has, alters)
            elif sign.tag == "tremolo":
                found = _tremolo(sign, has) or found
            elif sign.tag in _ORNAMENTS:
                kind, from_above = _ORNAMENTS[sign.tag]
                made = Ornament(kind, from_above=from_above, is_long=sign.get("long") == "yes")
                found = self._neighbours(made, has, alters)
        return found

    def _neighbours(self, made: Ornament, has: dict[str, Element], alters: dict[str, int | None]) -> Ornament:
        """The ornament with the distances of its neighbours in the key, and with accidentals over and under it."""
        place = has.get("pitch")
        step = (place.findtext("step") or "").strip() if place is not None else ""
        if place is None or step not in STEPS:
            return made
        alter = round(decimal(place.findtext("alter")) or 0)
        own = STEPS[step] + alter

        def away(by: int, side: str) -> int:
            at = _SCALE.index(step) + by
            neighbour = _SCALE[at % 7]
            told = alters.get(side)
            changed = _key_alter(neighbour, self.fifths) if told is None else told
            return STEPS[neighbour] + changed + 12 * (at // 7) - own

        upper, lower = away(1, "above"), away(-1, "below")
        return replace(made, upper=upper if 1 <= upper <= 3 else 2, lower=lower if -3 <= lower <= -1 else -1)


def _key_alter(step: str, fifths: int) -> int:
    place = _SHARPS.index(step)
    return 1 if place < fifths else -1 if place >= 7 + fifths else 0


def _value(has: dict[str, Element], element: Element) -> float:
    """Quarters of a note's drawn value."""
    value = unit(has["type"].text, len(element.findall("dot"))) if "type" in has else None
    if value is None:
        return 1.0
    if "time-modification" in has:
        actual = decimal(has["time-modification"].findtext("actual-notes"))
        normal = decimal(has["time-modification"].findtext("normal-notes"))
        value *= normal / actual if actual and normal else 1.0
    return value


def _grace(has: dict[str, Element], value: float) -> Literal["", "before", "on"]:
    """A grace note with a stroke, or a short one, is struck before the beat; a long one without leans on it."""
    grace = has.get("grace")
    if grace is None:
        return ""
    if decimal(grace.get("steal-time-following")):
        return "on"
    if grace.get("slash") == "yes" or decimal(grace.get("steal-time-previous")) or value < 0.5 or "type" not in has:
        return "before"
    return "on"


def _tremolo(sign: Element, has: dict[str, Element]) -> Ornament | None:
    marks = integer(sign.text, 0, 8)
    marks = 3 if marks is None or sign.get("type") == "unmeasured" else marks
    if not marks:
        return None
    value = unit(has["type"].text) if "type" in has else None
    kinds: dict[str | None, OrnamentKind] = {"start": "first", "stop": "second"}
    kind = kinds.get(sign.get("type"), "tremolo")
    beam = min(1.0, value or 1.0) if kind == "tremolo" else 1.0
    return Ornament(kind, unit_quarters=max(1 / 16, beam / 2**marks))


def _words(element: Element) -> list[Word]:
    words: list[Word] = []
    for lyric in element.findall("lyric"):
        text = ""
        place: Syllabic = "single"
        for child in lyric:
            if child.tag == "text":
                text += child.text or ""
            elif child.tag == "elision" and text:
                text += child.text or "‿"
            elif child.tag == "syllabic":
                said = (child.text or "").strip()
                place = _joined(place, said) if text else next((p for p in _PLACES if p == said), "single")
        text = " ".join(text.split())
        if text:
            passes = numbers(lyric.get("time-only"))
            words.append(Word(text[:200], place, (lyric.get("number") or "1").strip()[:40], passes))
    return words


def _joined(first: Syllabic, second: str) -> Syllabic:
    """The place of two syllables on one note."""
    begins, ends = first in ("single", "begin"), second in ("single", "end")
    return ("single" if ends else "begin") if begins else ("end" if ends else "middle")
