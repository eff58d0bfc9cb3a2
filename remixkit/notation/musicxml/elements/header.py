"""The head of a score: title, composer, and who plays its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.etree.ElementTree import Element

from remixkit.notation.musicxml.elements.sounds import drum_key, program
from remixkit.notation.musicxml.elements.values import decimal, integer, line, text_at


@dataclass(frozen=True, slots=True)
class MidiInstrument:
    """A sound of a part: channel, program and drum key from 0, volume and pan as controllers; None where unsaid."""

    channel: int | None = None
    program: int | None = None
    drum_key: int | None = None
    volume: int | None = None
    pan: int | None = None


@dataclass(frozen=True, slots=True)
class PartHead:
    """What the part list says of a part; `instruments` by id, the first plays where a note names none."""

    name: str
    instruments: Mapping[str, MidiInstrument] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def first(self) -> MidiInstrument:
        """The instrument that plays where a note names none."""
        return next(iter(self.instruments.values()), MidiInstrument())


@dataclass(frozen=True, slots=True)
class Head:
    """Title and composer, empty where unsaid, and parts by id."""

    title: str
    composer: str
    parts: Mapping[str, PartHead]


def head_of(elements: Sequence[Element]) -> Head:
    """The head out of the elements before the first measure."""
    by_tag = {e.tag: e for e in reversed(elements)}
    work, movement = by_tag.get("work"), by_tag.get("movement-title")
    title = (text_at(work, "work-title") if work is not None else "") or line(
        movement.text if movement is not None else ""
    )
    credits = [e for e in elements if e.tag == "credit"]
    parts = by_tag.get("part-list")
    return Head(
        title=title or _credited(credits, "title"),
        composer=_composer(by_tag.get("identification")) or _credited(credits, "composer"),
        parts={e.get("id", ""): _part(e) for e in (parts.iter("score-part") if parts is not None else ())},
    )


def _credited(credits: Sequence[Element], kind: str) -> str:
    return next((text_at(e, "credit-words") for e in credits if text_at(e, "credit-type") == kind), "")


def _composer(identification: Element | None) -> str:
    if identification is None:
        return ""
    creators = {line(e.get("type")): line(e.text) for e in reversed(identification.findall("creator"))}
    return creators.get("composer") or creators.get("") or creators.get("music") or ""


def _part(element: Element) -> PartHead:
    name = text_at(element, "part-name") or text_at(element, "part-abbreviation")
    midi = {e.get("id", ""): e for e in element.findall("midi-instrument")}
    ids = [e.get("id", "") for e in element.findall("score-instrument")]
    said = {e.get("id", ""): e for e in element.findall("score-instrument")}
    found = {i: _instrument(said.get(i), midi.get(i), name) for i in dict.fromkeys((*ids, *midi))}
    name = name or next((text_at(e, "instrument-name") for e in said.values()), "")
    return PartHead(name, found or {"": _instrument(None, None, name)})


def _instrument(said: Element | None, midi: Element | None, part: str) -> MidiInstrument:
    names = [text_at(said, path) for path in ("instrument-sound", "instrument-name")] if said is not None else []
    told = midi if midi is not None else Element("midi-instrument")
    channel = integer(told.findtext("midi-channel"), 1, 16)
    sound = integer(told.findtext("midi-program"), 1, 128)
    key = integer(told.findtext("midi-unpitched"), 1, 128)
    volume, pan = decimal(told.findtext("volume")), decimal(told.findtext("pan"))
    return MidiInstrument(
        channel=None if channel is None else channel - 1,
        program=program((*names, part)) if sound is None else sound - 1,
        drum_key=drum_key((*names, part)) if key is None else key - 1,
        volume=None if volume is None else min(127, max(0, round(volume * 1.27))),
        pan=None if pan is None else min(127, max(0, round(64 + pan * 0.7))),
    )
