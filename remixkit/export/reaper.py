"""A cover as a REAPER project (.rpp): tracks with faders and colours, MIDI items, stems, tempo map, regions.

REAPER keeps positions in seconds, MIDI in ticks of its own source, colours as 0x01BBGGRR. Format: Cockos' wiki, "State
Chunk Definitions" and "State Chunk and RPP File MIDI Format"; read and written by the library `rpp`.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import rpp

from remixkit import midi
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
from remixkit.files import replacing
from remixkit.midi.spec import CC_NOTES_OFF, CONTROL_CHANGE, META, STATUS_BIT, SYSEX
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.remix import Cover
from remixkit.texts import plain_line

if TYPE_CHECKING:
    from remixkit.render.mix.stems import Stem

SQUARE = 1
IS_REGION = 1
ALL_NOTES_OFF = bytes((CONTROL_CHANGE, CC_NOTES_OFF, 0)).hex(" ")

Line = list[str]


def write(cover: Cover, path: Path) -> tuple[str, ...]:
    """A cover as a REAPER project, as `remixkit cover -o song.rpp` writes it; nothing is left to warn of."""
    write_reaper(cover.for_daw, path, cover.stems)
    return ()


def write_reaper(arrangement: Arrangement, path: Path, stems: Mapping[str, Stem] | None = None) -> None:
    """Write a REAPER project.

    Parameters
    ----------
    arrangement : Arrangement
        What to write: a track a part, and a region a section.
    path : Path
        The .rpp file; it is replaced once the new one is whole.
    stems : mapping of role to Stem, optional
        Sound files, referred to from where the project lies. A part with one gets a second track for it, and its MIDI
        track is muted so that nothing sounds twice.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    text = rpp.dumps(reaper_tree(with_rest(arrangement, stems or {}), path, stems or {}))
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8")


def reaper_tree(arrangement: Arrangement, path: Path, stems: Mapping[str, Stem]) -> rpp.Element:
    """The project as `rpp`'s tree; `path` is where it will lie."""
    first, meter = arrangement.grid.tempo.changes[0], arrangement.grid.meter.changes[0]
    out = rpp.Element("REAPER_PROJECT", ["0.1", "6.0", "0"])
    out.append(["TITLE", plain_line(arrangement.title)])
    out.append(["AUTHOR", plain_line(arrangement.composer)])
    if arrangement.style:
        out.append(rpp.Element("NOTES", ["0", "2"], [f"|{plain_line(midi.of_take(arrangement))}"]))
    out.append(["SAMPLERATE", str(next((s.rate_hz for s in stems.values()), 44100)), "1", "0"])
    out.append(["TEMPO", _number(first.bpm), str(meter.numerator), str(meter.denominator)])
    out.append(_tempo_map(arrangement))
    out.extend(_regions(arrangement))
    roles = [stem_role(part, stems) for part in arrangement.parts]
    for k, (part, role) in enumerate(zip(arrangement.parts, roles, strict=True)):
        out.append(_midi_track(part, arrangement, muted=role is not None))
        if role is not None and role not in roles[k + 1 :]:
            out.append(_sound_track(part, stems[role], arrangement, path))
    return out


def _number(value: float) -> str:
    return f"{value:.10f}".rstrip("0").rstrip(".")


def _tempo_map(arrangement: Arrangement) -> rpp.Element:
    """Every change of tempo or meter as a point that holds until the next."""
    grid = arrangement.grid
    meters = {c.tick: c for c in grid.meter.changes}
    out = rpp.Element(
        "TEMPOENVEX", children=[["ACT", "1", "-1"], ["VIS", "1", "0", "1"], ["DEFSHAPE", "1", "-1", "-1"]]
    )
    for tick in sorted({c.tick for c in grid.tempo.changes} | set(meters)):
        point = ["PT", _number(_second(arrangement, tick)), _number(grid.tempo.bpm_at(tick)), str(SQUARE)]
        if tick in meters:
            point += [str(meters[tick].numerator + 65536 * meters[tick].denominator), "0", "1"]
        out.append(point)
    return out


def _second(arrangement: Arrangement, tick: int) -> float:
    tempo = arrangement.grid.tempo
    return tempo.second(tick) - tempo.start_s


def _regions(arrangement: Arrangement) -> list[Line]:
    out: list[Line] = []
    for k, section in enumerate(arrangement.sections):
        number, name = str(k + 1), section_name(arrangement, k)
        out.append(["MARKER", number, _number(_second(arrangement, section.start_tick)), name, str(IS_REGION)])
        out.append(["MARKER", number, _number(_second(arrangement, section.end_tick)), "", str(IS_REGION)])
    return out


def _track(part: Part, name: str, *, muted: bool = False, fader: bool = True) -> rpp.Element:
    red, green, blue = (int(colour(part)[k : k + 2], 16) for k in (1, 3, 5))
    level, place = (fader_gain(part), pan(part)) if fader else (1.0, 0.0)
    return rpp.Element(
        "TRACK",
        children=[
            ["NAME", plain_line(name)],
            ["PEAKCOL", str(1 << 24 | blue << 16 | green << 8 | red)],
            ["VOLPAN", _number(level), _number(place), "-1", "-1", "1"],
            ["MUTESOLO", str(int(muted)), "0", "0"],
        ],
    )


def _item(name: str, start_s: float, length_s: float, source: rpp.Element) -> rpp.Element:
    lines: list[Line] = [
        ["POSITION", _number(start_s)],
        ["LENGTH", _number(length_s)],
        ["LOOP", "0"],
        ["NAME", plain_line(name)],
    ]
    return rpp.Element("ITEM", children=[*lines, source])


def _midi_track(part: Part, arrangement: Arrangement, *, muted: bool) -> rpp.Element:
    out = _track(part, part.name, muted=muted)
    out.extend(_midi_item(clip, arrangement) for clip in clips(part, arrangement))
    return out


def _midi_item(clip: Clip, arrangement: Arrangement) -> rpp.Element:
    events = midi.messages(clip.part)
    end = max([clip.end_tick - clip.start_tick, *(tick for tick, _ in events)])
    source = rpp.Element("SOURCE", ["MIDI"], [["HASDATA", "1", str(TICKS_PER_QUARTER), "QN"]])
    for (before, _), (tick, data) in pairwise([(0, b""), *events]):
        source.append(_event(tick - before, data))
    last = events[-1][0] if events else 0
    source.append(["E", str(end - last), *ALL_NOTES_OFF.split()])
    start_s = _second(arrangement, clip.start_tick)
    return _item(clip.name, start_s, _second(arrangement, clip.start_tick + end) - start_s, source)


def _event(wait: int, data: bytes) -> Line | rpp.Element:
    """A channel message as three bytes in hex; system exclusives and text (without its length) as base 64."""
    if data[0] == SYSEX:
        return rpp.Element("X", [str(wait), "0"], [base64.b64encode(data).decode()])
    if data[0] != META:
        return ["e", str(wait), *(f"{byte:02x}" for byte in data.ljust(3, b"\0"))]
    text = data[:2] + data[3 if data[2] < STATUS_BIT else 4 :]
    return rpp.Element("X", [str(wait), "0"], [base64.b64encode(text).decode()])


def _sound_track(part: Part, stem: Stem, arrangement: Arrangement, path: Path) -> rpp.Element:
    name = stem_name(part)
    out = _track(part, name, fader=False)
    kind = {".flac": "FLAC", ".mp3": "MP3", ".ogg": "VORBIS"}.get(stem.path.suffix.lower(), "WAVE")
    file = os.path.relpath(stem.path.resolve(), path.resolve().parent)
    source = rpp.Element("SOURCE", [kind], [["FILE", Path(file).as_posix()]])
    out.append(_item(name, _second(arrangement, first_tick(arrangement)), stem.length_s, source))
    return out
