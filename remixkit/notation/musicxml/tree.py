"""Bytes -> elements, a measure at a time, by defusedxml's rules: no document type of its own, no entities.

A score is read as it comes: nothing of it is kept but what a reader of measures makes of them. `score-timewise` (parts
inside measures) comes out as `score-partwise` (measures inside parts) does.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element
from xml.parsers import expat

from remixkit.errors import SongError
from remixkit.notation.musicxml.elements.values import line
from remixkit.notation.musicxml.limits import MAX_DEPTH, MAX_ELEMENTS

EXPORT = "export it again, as MusicXML"

_CHUNK = 1 << 16
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ROOTS = {"score-partwise": "measure", "score-timewise": "part"}
_FOREIGN = {"museScore": "it is a MuseScore file", "mei": "it is an MEI file", "GPIF": "it is a Guitar Pro file"}


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of one part, as an element; `index` counts the part's measures from 0."""

    part: str
    index: int
    element: Element


def decoded(data: bytes) -> str:
    """The text of an XML file in whatever encoding: by its first bytes, what it declares, or as it reads.

    Characters that no XML may hold are left out.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _NO_XML.sub("", data.removeprefix(bom if encoding == "utf-8" else b"").decode(encoding, "replace"))
    head = data[:64]
    if head[1::2].count(0) > 8 or head[::2].count(0) > 8:
        wide = "utf-16-le" if head[1::2].count(0) > 8 else "utf-16-be"
        return _NO_XML.sub("", data.decode(wide, "replace"))
    declared = _DECLARED.search(data[:400])
    for encoding in (declared[1].decode("ascii") if declared else "utf-8", "utf-8", "cp1252"):
        try:
            if not codecs.lookup(encoding).name.startswith("utf-16"):
                return _NO_XML.sub("", str(data, encoding))
        except (LookupError, ValueError):
            continue
    return _NO_XML.sub("", data.decode("latin-1"))


def score_pieces(text: str, file: str) -> Iterator[Element | Measure]:
    """The elements of a score's head and then its measures, in order.

    Raises
    ------
    SongError
        If it is no well-formed XML, or no score; if it has a document type of its own or entities; beyond `MAX_DEPTH`
        or `MAX_ELEMENTS`.
    """
    builder = _Builder(file)
    try:
        for at in range(0, len(text), _CHUNK):
            builder.feed(text[at : at + _CHUNK])
            yield from builder.taken()
        builder.feed("", is_last=True)
    except expat.ExpatError as problem:
        raise SongError(f"it is no well-formed XML ({line(str(problem))})", file=file, remedy=EXPORT) from problem
    yield from builder.taken()


def elements(text: str, file: str) -> Element:
    """A small document that is no score, whole; raises as `score_pieces` does."""
    builder = _Builder(file, is_score=False)
    try:
        builder.feed(text, is_last=True)
    except expat.ExpatError as problem:
        raise SongError(f"it is no well-formed XML ({line(str(problem))})", file=file, remedy=EXPORT) from problem
    return builder.root


@dataclass(slots=True)
class _Builder:
    """Builds elements; hands over what stands two steps below the root and is no part of a bigger piece."""

    file: str
    is_score: bool = True
    root: Element = field(default_factory=lambda: Element(""))
    ready: list[Element | Measure] = field(default_factory=list)
    stack: list[Element] = field(default_factory=list)
    count: int = 0
    places: dict[str, int] = field(default_factory=dict)
    measures: int = 0
    parser: expat.XMLParserType = field(init=False)

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity

    def feed(self, text: str, *, is_last: bool = False) -> None:
        self.parser.Parse(text, is_last)

    def taken(self) -> list[Element | Measure]:
        out, self.ready = self.ready, []
        return out

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise SongError(f"more than {MAX_ELEMENTS} elements", file=self.file, remedy="give a part of it")
        if len(self.stack) >= MAX_DEPTH:
            raise SongError(f"elements {MAX_DEPTH} deep, which no score has", file=self.file, remedy=EXPORT)
        element = Element(tag.rpartition(":")[2], attributes)
        if not self.stack:
            self.root = element
            self._check_root(element.tag)
        elif not self._is_unit(element.tag):
            self.stack[-1].append(element)
        self.stack.append(element)

    def _end(self, tag: str) -> None:
        element = self.stack.pop()
        if not self.is_score:
            return
        if self._is_unit(element.tag):
            above = self.stack[-1]
            if element.tag == "measure":
                part, index = above.get("id", ""), self.places.get(above.get("id", ""), 0)
            else:
                part, index = element.get("id", ""), self.measures
            self.places[part] = index + 1
            self.ready.append(Measure(part, index, element))
        elif len(self.stack) == 1:
            if element.tag == "measure":
                self.measures += 1
            elif element.tag != "part":
                self.ready.append(element)

    def _text(self, text: str) -> None:
        above = self.stack[-1]
        if not len(above):
            above.text = (above.text or "") + text

    def _is_unit(self, tag: str) -> bool:
        """Whether an element below the top of the stack is a measure of one part."""
        return self.is_score and len(self.stack) == 2 and tag == _ROOTS.get(self.root.tag)

    def _check_root(self, tag: str) -> None:
        if self.is_score and tag not in _ROOTS:
            what = _FOREIGN.get(tag, f"it is XML, but no score: it begins with <{line(tag)[:40]}>")
            raise SongError(what, file=self.file, remedy="export it as MusicXML" if tag in _FOREIGN else EXPORT)

    def _doctype(self, name: str, system: str | None, public: str | None, has_own: bool) -> None:
        if has_own:
            raise SongError("it defines its own document type", file=self.file, remedy=EXPORT)

    def _entity(self, *_: object) -> None:
        raise SongError("it defines entities", file=self.file, remedy=EXPORT)
