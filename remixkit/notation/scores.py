"""Songs, analyses and arrangements as music21 scores, and scores as songs.

A readable score has measures, voices, ties and values that a stem can show; for that it puts notes on a grid. With
``readable=False`` every note keeps its exact place and length, in flat parts: the form for a transform written against
music21. `from_music21` reads both, and any other score.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixkit import texts
from remixkit.errors import OutputError
from remixkit.files import replacing
from remixkit.model.analysis import Analysis, Key
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Song
from remixkit.notation.clefs import clefs, usual_clef
from remixkit.notation.directions import ends_held
from remixkit.notation.measures import Marks, fill_flat, fill_measures, plain_staff, show_accidentals
from remixkit.notation.reading.streams import from_music21 as from_music21
from remixkit.notation.sheet_facts import Player, Sheet, in_systems, lead_of, sheet_of, shortened, straight
from remixkit.notation.signs import Span, above, dynamics, meters, pedal, signatures
from remixkit.notation.staves import Staff, pedal_of, written

if TYPE_CHECKING:
    from music21.stream import Score

MOST_BARS = 20_000
"""Bars of a sheet, all players together: an orchestra of 20 at a thousand bars."""
MOST_NOTES = 100_000
# The text of a chord symbol says its degrees already.
_DEGREE = re.compile(rb"<degree>")
_DATE = re.compile(rb"\s*<encoding-date>[^<]*</encoding-date>")


def to_music21(source: Song | Analysis | Arrangement, *, readable: bool = True) -> Score:
    """A music21 score: parts with instruments, key and time signatures, tempo, chord symbols, lyrics, section marks.

    Parameters
    ----------
    source : Song, Analysis or Arrangement
        A song has the chord symbols it came with, if any, and its sections are its markers.
    readable : bool
        Whether notes are quantised to sixteenths and triplets, laid out in measures and voices, and tied. Otherwise
        parts are flat and every note keeps its exact tick.

    Returns
    -------
    music21.stream.Score
        At sounding pitch; velocities stand in each note's volume.

    Raises
    ------
    OutputError
        If it would be longer than any sheet.
    """
    from music21 import metadata, stream

    sheet = sheet_of(source)
    score = stream.Score()
    score.insert(0, _metadata(metadata.Metadata(), sheet))
    _check_length(sheet)
    if readable:
        _engrave(score, straight(in_systems(sheet)) if sheet.is_played else sheet)
    else:
        for k, player in enumerate(sheet.players):
            part = stream.Part(id=f"P{k + 1}")
            part.partName = player.name
            part.atSoundingPitch = True
            named = meters(sheet) + ([] if player.is_drum else signatures(sheet.keys))
            fill_flat(part, player, sheet, named + (above(sheet, exact=True) if k == 0 else []))
            part.coreElementsChanged()
            score.coreInsert(0.0, part)
    score.coreElementsChanged()
    return score


def lead_music21(arrangement: Arrangement) -> Score:
    """The lead sheet of a cover: its tune on one staff, with chord symbols, section marks and words.

    Raises
    ------
    OutputError
        If it would be longer than any sheet.
    """
    from music21 import metadata, stream

    sheet = straight(lead_of(sheet_of(arrangement)))
    _check_length(sheet)
    score = stream.Score()
    score.insert(0, _metadata(metadata.Metadata(), sheet))
    _engrave(score, sheet)
    score.coreElementsChanged()
    return score


def is_solo(score: Score) -> bool:
    """Whether one player plays all of a score, on one staff or two."""
    return len(score.parts) == 1 or len({part.partName for part in score.parts}) == 1


def musicxml(score: Score) -> bytes:
    """A score as MusicXML; one made by `to_music21` as it stands, any other is first made readable.

    The same score gives the same bytes on any day: no date is written.

    Raises
    ------
    OutputError
        If nobody plays in it.
    """
    if not score.parts:
        raise OutputError("no part plays a note, so there is nothing for a sheet", remedy="write .mid")
    from music21.musicxml.m21ToXml import GeneralObjectExporter

    complete = all(part.hasMeasures() for part in score.parts)
    exporter = GeneralObjectExporter(_as_written(score) if complete else score)
    exporter.makeNotation = not complete
    with redirect_stderr(StringIO()):  # music21 complains of more than 16 players, for whom MIDI has no channel
        made = exporter.parse()
    made = _DEGREE.sub(b'<degree print-object="no">', _DATE.sub(b"", made))
    return texts.xml(made.decode("utf-8", "replace")).encode("utf-8")


def write_musicxml(score: Score, path: Path) -> None:
    """Write a score as `musicxml` gives it.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    made = musicxml(score)
    with replacing(path) as beside:
        beside.write_bytes(made)


def _check_length(sheet: Sheet) -> None:
    """A ruined file can have bars without end, each of which costs time and memory."""
    bars = sheet.grid.meter.bar_number(max(0, sheet.end_tick - 1))
    notes = sum(len(player.notes) for player in sheet.players)
    if bars * len(sheet.players) > MOST_BARS or notes > MOST_NOTES:
        raise OutputError(
            f"{bars} bars of {len(sheet.players)} players with {notes} notes are too many for a sheet",
            remedy=f"it has at most {MOST_BARS} bars, all players together, and {MOST_NOTES} notes; "
            "write .mid, or a song that is shorter",
        )


def _engrave(score: Any, sheet: Sheet) -> None:
    """Parts of measures; a player of two staves is two parts in a brace."""
    from music21 import layout, stream

    shown = sheet.signatures()
    for k, player in enumerate(sheet.players):
        staves = _staves(player, sheet)
        braced = []
        for at, staff in enumerate(staves):
            name = f"P{k + 1}" if len(staves) == 1 else f"P{k + 1}-Staff{at + 1}"
            part = stream.Part(id=name) if len(staves) == 1 else stream.PartStaff(id=name)
            part.partName, part.partAbbreviation = player.name, shortened(player.name)
            part.atSoundingPitch = True
            marks = _marks(player, staff, sheet, shown, is_first=k == 0 and at == 0, at=at, count=len(staves))
            fill_measures(part, player, staff, sheet, marks)
            part.coreElementsChanged()
            score.coreInsert(0.0, part)
            braced.append(part)
        if len(braced) > 1:
            score.coreInsert(0.0, layout.StaffGroup(braced, name=player.name, symbol="brace"))


def _staves(player: Player, sheet: Sheet) -> list[Staff]:
    if not sheet.is_played or player.is_drum:
        return [plain_staff(player, sheet)]
    return written(
        player.hands or (player.notes,), sheet.grid, sheet.end_tick, pedal_of(player.controls, sheet.end_tick)
    )


def _marks(
    player: Player, staff: Staff, sheet: Sheet, shown: tuple[Key, ...], *, is_first: bool, at: int, count: int
) -> Marks:
    """What stands on one staff beside its notes; dynamics go to the first staff, the pedal to a piano's last."""
    signs = meters(sheet)
    spans: list[Span] = []
    keys = shown or (sheet.key_at(0),)
    if not player.is_drum:
        signs += signatures(shown)
    if is_first:
        signs += above(sheet, exact=False)
        if sheet.is_played and sheet.has_dynamics:
            marks, pins = dynamics(sheet)
            signs, spans = signs + marks, spans + pins
    if sheet.is_played and count > 1 and at == count - 1:
        marks, lines = pedal(player, sheet)
        signs, spans = signs + marks, spans + lines
    held = sheet.is_played and ends_held(sheet.grid, sheet.end_tick)
    return Marks(
        signs=signs,
        spans=spans,
        clefs={0: "percussion"} if player.is_drum else _clefs(player, staff, sheet, at, count),
        signatures=keys,
        held_tick=sheet.grid.meter.bar_start(max(0, sheet.end_tick - 1)) if held else None,
        is_top=at == 0,
    )


def _clefs(player: Player, staff: Staff, sheet: Sheet, at: int, count: int) -> Mapping[int, str]:
    pitches = [p for voice in staff.voices for s in voice for p in s.pitches]
    if count == 1:
        return {0: usual_clef(pitches, player.program)}
    return clefs(staff.voices, sheet.grid.meter, sheet.end_tick, "treble" if at == 0 else "bass")


def _as_written(score: Any) -> Any:
    """A copy as players read it: parts of transposing instruments moved, with the accidentals of their new key."""
    from music21.key import KeySignature
    from music21.stream import Measure

    if not any(i.transposition for part in score.parts for i in part.getInstruments()):
        return score
    written = score.toWrittenPitch()
    for part in written.parts:
        signature = KeySignature(0)
        for measure in part.getElementsByClass(Measure):
            signature = measure.keySignature or signature
            show_accidentals(measure, signature)
    return written


def _metadata(made: Any, sheet: Sheet) -> Any:
    made.title = sheet.title or "Untitled"
    if sheet.composer:
        made.composer = sheet.composer
    if sheet.arranger:
        made.add("arranger", sheet.arranger)
    return made
