"""Reading what a DAW would read: REAPER projects and DAWprojects, back into notes and messages."""

from __future__ import annotations

import base64
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

import mido
import rpp

from remixkit.model.arrangement import Arrangement
from remixkit.remix import Cover

Row = tuple[int, int, int, int]


def rows_of(part_notes: list[mido.Message]) -> list[Row]:
    """(start, end, pitch, velocity) of messages whose time is absolute."""
    open_at: dict[int, tuple[int, int]] = {}
    out = []
    for m in part_notes:
        if m.type == "note_on" and m.velocity:
            open_at[m.note] = (m.time, m.velocity)
        elif m.type in ("note_on", "note_off") and m.note in open_at:
            start, velocity = open_at.pop(m.note)
            out.append((start, m.time, m.note, velocity))
    assert not open_at
    return sorted(out)


def messages_of(source: rpp.Element) -> tuple[list[mido.Message], list[str], int]:
    now, said, words = 0, [], []
    for line in source:
        if isinstance(line, rpp.Element):
            now += int(line.attrib[0])
            raw = base64.b64decode(line[0])
            if raw[1] == 5:
                words.append(raw[2:].decode("utf-8"))
        elif line[0] in ("e", "E"):
            now += int(line[1])
            data = [int(x, 16) for x in line[2:5]]
            size = 2 if data[0] >> 4 in (0xC, 0xD) else 3
            said.append(mido.Message.from_bytes(data[:size], time=now))
    return said, words, now


def parsed(path: Path) -> ElementTree.Element:
    with zipfile.ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read("project.xml"))


@dataclass(frozen=True)
class Files:
    """A cover, and what was written of it."""

    cover: Cover
    folder: Path

    @property
    def made(self) -> Arrangement:
        return self.cover.for_daw

    def path(self, ending: str) -> Path:
        return self.folder / f"a{ending}"

    @cached_property
    def head(self) -> list[mido.MetaMessage]:
        return absolute(mido.MidiFile(self.path(".mid"), charset="utf-8").tracks[0])

    @cached_property
    def tracks(self) -> list[list[mido.Message]]:
        return [absolute(t) for t in mido.MidiFile(self.path(".mid"), charset="utf-8").tracks[1:]]

    @cached_property
    def reaper(self) -> rpp.Element:
        return rpp.loads(self.path(".rpp").read_text(encoding="utf-8"))

    @property
    def reaper_tracks(self) -> list[rpp.Element]:
        found: list[rpp.Element] = self.reaper.findall("TRACK")
        return found

    def reaper_said(self, k: int = 0) -> tuple[list[mido.Message], list[str], int]:
        return messages_of(self.reaper_tracks[k].find("ITEM/SOURCE"))

    @cached_property
    def daw(self) -> ElementTree.Element:
        return parsed(self.path(".dawproject"))

    @property
    def daw_tracks(self) -> list[ElementTree.Element]:
        return [t for t in self.daw.iterfind("Structure/Track") if t.get("contentType") == "notes"]

    @property
    def daw_lanes(self) -> list[ElementTree.Element]:
        return self.daw.findall("Arrangement/Lanes/Lanes")

    def daw_points(self, expression: str, controller: int | None = None) -> list[tuple[int, float]]:
        """(tick, value) of what the first track is told."""
        for points in self.daw_lanes[0].iter("Points"):
            target = points.find("Target")
            assert target is not None
            number = None if controller is None else str(controller)
            if (target.get("expression"), target.get("controller")) == (expression, number):
                return [(ticks(p.get("time")), float(p.get("value", ""))) for p in points if p is not target]
        return []

    @cached_property
    def about(self) -> ElementTree.Element:
        with zipfile.ZipFile(self.path(".dawproject")) as archive:
            return ElementTree.fromstring(archive.read("metadata.xml"))


def ticks(beats: str | None) -> int:
    return round(float(beats or "nan") * 960)


def absolute(track: mido.MidiTrack) -> list[mido.Message]:
    now, out = 0, []
    for m in track:
        now += m.time
        out.append(m.copy(time=now))
    return out
