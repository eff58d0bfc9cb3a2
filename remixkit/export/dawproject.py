"""A cover as a DAWproject: the open exchange format that Bitwig, Studio One and Cubase read.

A zip with project.xml, metadata.xml and the stems; times in quarter notes, levels linear, pan 0-1. Format: DAWproject
1.0 (github.com/bitwig/dawproject). Dates inside the zip are fixed, so that the same cover gives the same bytes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from remixkit import midi, texts
from remixkit.export.project_tracks import (
    Clip,
    clips,
    colour,
    fader_gain,
    first_tick,
    pan,
    section_name,
    stem_name,
    stem_role,
    with_rest,
)
from remixkit.file_names import safe_name
from remixkit.files import replacing
from remixkit.midi.spec import (
    BEND_REACH,
    CC_BANK_LSB,
    CC_BANK_MSB,
    CC_PAN,
    CC_REVERB,
    CC_VOLUME,
    DRUM_CHANNEL,
    MAX_DATA,
    bank_bytes,
)
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Control, each_pitch_alone
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.remix import Cover

if TYPE_CHECKING:
    from remixkit.render.mix.stems import Stem

NO_DATE = (1980, 1, 1, 0, 0, 0)
EXPRESSIONS = {
    "cc": "channelController",
    "bend": "pitchBend",
    "pressure": "channelPressure",
    "key_pressure": "polyPressure",
    "program": "programChange",
}


@dataclass
class _Ids:
    """Names for what other elements refer to: id0, id1, ..."""

    used: int = field(default=0)

    def new(self) -> str:
        self.used += 1
        return f"id{self.used - 1}"


def write(cover: Cover, path: Path) -> tuple[str, ...]:
    """A cover as `remixkit cover -o song.dawproject` writes it; nothing is left to warn of."""
    write_dawproject(cover.for_daw, path, cover.stems)
    return ()


def write_dawproject(arrangement: Arrangement, path: Path, stems: Mapping[str, Stem] | None = None) -> None:
    """Write a DAWproject.

    Parameters
    ----------
    arrangement : Arrangement
        What to write: a notes track a part, markers for sections, tempo and meter as automation.
    path : Path
        The .dawproject file; it is replaced once the new one is whole.
    stems : mapping of role to Stem, optional
        Sound files, embedded. A part with one gets an audio track, and its notes track is muted.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    stems = stems or {}
    with replacing(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "project.xml", _xml(dawproject_tree(with_rest(arrangement, stems), stems)))
        _add(archive, "metadata.xml", _xml(metadata(arrangement)))
        for role, stem in stems.items():
            _add(archive, _place(role, stem), stem.path.read_bytes(), zipfile.ZIP_STORED)


def _add(archive: zipfile.ZipFile, name: str, data: bytes, how: int = zipfile.ZIP_DEFLATED) -> None:
    info = zipfile.ZipInfo(name, NO_DATE)
    info.compress_type = how
    archive.writestr(info, data)


def _place(role: str, stem: Stem) -> str:
    return f"audio/{safe_name(role, default='part')}{stem.path.suffix.lower()}"


def _xml(root: Element) -> bytes:
    indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + texts.xml(tostring(root, encoding="unicode")).encode() + b"\n"


def metadata(arrangement: Arrangement) -> Element:
    """Title, composer, who arranged it, and how."""
    out = Element("MetaData")
    for name, text in (("Title", arrangement.title), ("Composer", arrangement.composer)):
        if text:
            SubElement(out, name).text = text
    if arrangement.style:
        SubElement(out, "Arranger").text = "RemixKit"
        SubElement(out, "Genre").text = arrangement.style
        SubElement(out, "Comment").text = midi.of_take(arrangement)
    return out


def dawproject_tree(arrangement: Arrangement, stems: Mapping[str, Stem]) -> Element:
    """The project: transport, tracks, and what stands on them."""
    ids = _Ids()
    out = Element("Project", version="1.0")
    SubElement(out, "Application", name="RemixKit", version=version("remixkit"))
    tempo_id, meter_id = ids.new(), ids.new()
    _transport(out, arrangement, tempo_id, meter_id)
    structure = SubElement(out, "Structure")
    master_id = ids.new()
    heard = {stem_role(p, stems): p for p in arrangement.parts}
    notes_tracks = {
        p.role: _track(structure, p, p.name, "notes", master_id, ids, muted=stem_role(p, stems) is not None)
        for p in arrangement.parts
    }
    sound_tracks = {
        role: _track(structure, p, stem_name(p), "audio", master_id, ids) for role, p in heard.items() if role
    }
    master = SubElement(structure, "Track", contentType="audio notes", loaded="true", id=ids.new(), name="Master")
    channel = SubElement(master, "Channel", audioChannels="2", role="master", solo="false", id=master_id)
    _mixer(channel, ids, level=1.0, place=0.0)
    laid = SubElement(out, "Arrangement", id=ids.new())
    lanes = SubElement(laid, "Lanes", timeUnit="beats", id=ids.new())
    for part in arrangement.parts:
        lane = SubElement(lanes, "Lanes", track=notes_tracks[part.role], id=ids.new())
        placed = SubElement(lane, "Clips", id=ids.new())
        for clip in clips(part, arrangement):
            _notes(placed, clip, ids)
        role = stem_role(part, stems)
        if role is not None and heard[role] is part:
            lane = SubElement(lanes, "Lanes", track=sound_tracks[role], id=ids.new())
            _sound(lane, part, role, stems[role], arrangement, ids)
    _markers(laid, arrangement, ids)
    _automation(laid, arrangement, tempo_id, meter_id, ids)
    return out


def _beats(tick: int) -> str:
    return f"{tick / TICKS_PER_QUARTER:.6f}"


def _transport(out: Element, arrangement: Arrangement, tempo_id: str, meter_id: str) -> None:
    transport = SubElement(out, "Transport")
    tempo, meter = arrangement.grid.tempo.changes[0], arrangement.grid.meter.changes[0]
    SubElement(transport, "Tempo", max="666", min="20", unit="bpm", value=f"{tempo.bpm:.6f}", id=tempo_id, name="Tempo")
    SubElement(
        transport,
        "TimeSignature",
        denominator=str(meter.denominator),
        numerator=str(meter.numerator),
        id=meter_id,
    )


def _track(
    structure: Element, part: Part, name: str, content: str, master_id: str, ids: _Ids, *, muted: bool = False
) -> str:
    track_id = ids.new()
    track = SubElement(
        structure, "Track", contentType=content, loaded="true", id=track_id, name=name, color=colour(part)
    )
    channel = SubElement(
        track, "Channel", audioChannels="2", destination=master_id, role="regular", solo="false", id=ids.new()
    )
    level, place = (fader_gain(part), pan(part)) if content == "notes" else (1.0, 0.0)
    _mixer(channel, ids, level=level, place=place, muted=muted)
    return track_id


def _mixer(channel: Element, ids: _Ids, *, level: float, place: float, muted: bool = False) -> None:
    SubElement(channel, "Mute", value=str(muted).lower(), id=ids.new(), name="Mute")
    ends = {"min": "0.000000", "max": "1.000000"}
    SubElement(channel, "Pan", ends, unit="normalized", value=f"{(place + 1) / 2:.6f}", id=ids.new(), name="Pan")
    ends = {"min": "0.000000", "max": "2.000000"}
    SubElement(channel, "Volume", ends, unit="linear", value=f"{level:.6f}", id=ids.new(), name="Volume")


def _notes(placed: Element, stretch: Clip, ids: _Ids) -> None:
    """One clip: the notes, and a row of points for each kind of control."""
    part = stretch.part
    channel = str(DRUM_CHANNEL if part.is_drum else 0)
    length = _beats(stretch.end_tick - stretch.start_tick)
    clip = SubElement(
        placed, "Clip", time=_beats(stretch.start_tick), duration=length, playStart="0", name=stretch.name
    )
    inside = SubElement(clip, "Lanes", id=ids.new())
    notes = SubElement(inside, "Notes", id=ids.new())
    for n in each_pitch_alone(part.notes):
        SubElement(
            notes,
            "Note",
            time=_beats(n.start_tick),
            duration=_beats(n.end_tick - n.start_tick),
            channel=channel,
            key=str(n.pitch),
            vel=f"{n.velocity / MAX_DATA:.6f}",
        )

    for (kind, number), group in groupby(sorted(_controls(part), key=lambda c: (_kind_of(c), c.tick)), key=_kind_of):
        if kind not in EXPRESSIONS:
            continue
        points = SubElement(inside, "Points", {} if kind == "program" else {"unit": "normalized"}, id=ids.new())
        about = {"cc": {"controller": str(number)}, "key_pressure": {"key": str(number)}}.get(kind, {})
        SubElement(points, "Target", about, expression=EXPRESSIONS[kind], channel=channel)
        _points(points, list(group))


def _kind_of(control: Control) -> tuple[str, int]:
    return control.kind, control.number


def _controls(part: Part) -> list[Control]:
    """All that a part is told beside its notes; volume and pan at its beginning are left to the fader.

    A part kept from the source is told what it is told there, and no more.
    """
    if part.passthrough:
        return [Control(0, "program", 0, part.program), *part.controls]
    setup = [Control(0, "program", 0, part.program), Control(0, "cc", CC_REVERB, part.reverb)]
    if part.bank:
        msb, lsb = bank_bytes(part.bank)
        setup += [Control(0, "cc", CC_BANK_MSB, msb), Control(0, "cc", CC_BANK_LSB, lsb)]
    fader = {("cc", CC_VOLUME), ("cc", CC_PAN)}
    return [*setup, *(c for c in part.controls if c.tick or _kind_of(c) not in fader)]


def _points(points: Element, controls: Sequence[Control]) -> None:
    """The last value of each tick, held until the next."""
    for tick, value in {c.tick: c for c in controls}.items():
        if value.kind == "program":
            SubElement(points, "IntegerPoint", time=_beats(tick), value=str(value.value))
            continue
        share = (value.value + BEND_REACH) / (2 * BEND_REACH) if value.kind == "bend" else value.value / MAX_DATA
        SubElement(points, "RealPoint", time=_beats(tick), value=f"{share:.6f}", interpolation="hold")


def _sound(lane: Element, part: Part, role: str, stem: Stem, arrangement: Arrangement, ids: _Ids) -> None:
    """The stem from the cover's beginning on, at its own speed."""
    tempo, start = arrangement.grid.tempo, first_tick(arrangement)
    end = tempo.tick(tempo.second(start) + stem.length_s)
    clip = SubElement(
        SubElement(lane, "Clips", id=ids.new()),
        "Clip",
        time=_beats(start),
        duration=_beats(end - start),
        contentTimeUnit="seconds",
        playStart="0",
        name=stem_name(part),
    )
    sound = SubElement(
        clip,
        "Audio",
        channels=str(stem.channels),
        duration=f"{stem.length_s:.6f}",
        sampleRate=str(stem.rate_hz),
        id=ids.new(),
    )
    SubElement(sound, "File", path=_place(role, stem))


def _markers(laid: Element, arrangement: Arrangement, ids: _Ids) -> None:
    if not arrangement.sections:
        return
    markers = SubElement(laid, "Markers", timeUnit="beats", id=ids.new())
    for k, section in enumerate(arrangement.sections):
        SubElement(markers, "Marker", time=_beats(section.start_tick), name=section_name(arrangement, k))


def _automation(laid: Element, arrangement: Arrangement, tempo_id: str, meter_id: str, ids: _Ids) -> None:
    tempo = SubElement(laid, "TempoAutomation", unit="bpm", timeUnit="beats", id=ids.new())
    SubElement(tempo, "Target", parameter=tempo_id)
    for c in arrangement.grid.tempo.changes:
        SubElement(tempo, "RealPoint", time=_beats(c.tick), value=f"{c.bpm:.6f}", interpolation="hold")
    meter = SubElement(laid, "TimeSignatureAutomation", timeUnit="beats", id=ids.new())
    SubElement(meter, "Target", parameter=meter_id)
    for m in arrangement.grid.meter.changes:
        SubElement(
            meter,
            "TimeSignaturePoint",
            time=_beats(m.tick),
            numerator=str(m.numerator),
            denominator=str(m.denominator),
        )
