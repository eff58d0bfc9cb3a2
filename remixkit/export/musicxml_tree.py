"""A MusicXML tree made ready for verovio: what it reads otherwise than is meant, and what MusicXML cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement


def prepare(root: Element, *, is_solo: bool) -> None:
    """Mend a score in place: no names where one player plays alone, chord symbols once and over their own staff."""
    if is_solo:
        for name in (*root.iter("part-name"), *root.iter("part-abbreviation")):
            name.text = ""
    for harmony in root.iter("harmony"):
        for degree in harmony.findall("degree"):
            harmony.remove(degree)  # the symbol's text has it already; verovio would print it twice
    for measure in root.iter("measure"):
        _look_ahead(measure)


def break_lines(root: Element, starts: Sequence[int]) -> None:
    """Begin a line, a page of its own, with each of these bars but the first, and put its signs on its top staff.

    Staves that rest all through a line are not printed: tempo, section marks and chord symbols move to the first that
    plays. Hairpins move if they end in the line.
    """
    parts = [part.findall("measure") for part in root.findall("part")]
    for start, stop in zip(starts, [*starts[1:], len(parts[0])], strict=True):
        if start:
            for measures in parts:
                measures[start].insert(0, Element("print", {"new-page": "yes"}))
        host = next((k for k, measures in enumerate(parts) if any(map(_plays, measures[start:stop]))), 0)
        if host:
            _move(parts[0][start:stop], parts[host][start:stop])


def _look_ahead(measure: Element) -> None:
    """Chord symbols and words that are placed back from where they stand, placed forward from the note before.

    Verovio gives those that follow a staff's last note to the staff that comes next.
    """
    for sign in list(measure):
        offset = sign.find("offset") if sign.tag in ("harmony", "direction") else None
        back = int(offset.text or 0) if offset is not None else 0
        before = list(measure)[: list(measure).index(sign)]
        note = next((e for e in reversed(before) if e.tag == "note" and e.find("chord") is None), None)
        if offset is None or back >= 0 or note is None:
            continue
        measure.remove(sign)
        offset.text = str(back + int(note.findtext("duration", "0")))
        measure.insert(list(measure).index(note), sign)


def _plays(measure: Element) -> bool:
    return any(note.find("rest") is None for note in measure.findall("note"))


def _move(source: Sequence[Element], target: Sequence[Element]) -> None:
    """Signs of some bars from one part to another."""
    wedges = [w.get("type") for m in source for w in m.iter("wedge")]
    whole = wedges.count("stop") * 2 == len(wedges)
    for old, new in zip(source, target, strict=True):
        moved = [(at, e) for at, e in _signs(old) if whole or e.find("direction-type/wedge") is None]
        first = next((k for k, e in enumerate(new) if e.tag not in ("print", "attributes")), len(new))
        for at, sign in reversed(moved):
            old.remove(sign)
            offset = sign.find("offset")
            if offset is None:
                offset = _with_offset(sign)
            offset.text = str(at + int(offset.text or 0))
            new.insert(first, sign)


def _signs(measure: Element) -> Iterator[tuple[int, Element]]:
    """(place in divisions, element) of each chord symbol and direction of a bar."""
    at = 0
    for element in list(measure):
        duration = int(element.findtext("duration", "0"))
        if element.tag == "backup":
            at -= duration
        elif element.tag == "forward" or (element.tag == "note" and element.find("chord") is None):
            at += duration
        elif element.tag in ("harmony", "direction"):
            yield at, element


def _with_offset(sign: Element) -> Element:
    """An offset where MusicXML wants it: after what the sign says, before its staff."""
    made = SubElement(sign, "offset")
    staff = next((k for k, e in enumerate(sign) if e.tag in ("voice", "staff", "sound")), None)
    if staff is not None:
        sign.remove(made)
        sign.insert(staff, made)
    return made
