"""Songs, analyses and arrangements as music21 scores, and scores as songs.

A readable score has measures, voices, ties and values that a stem can show; for that it puts notes on a grid. With
``readable=False`` every note keeps its exact place and length, in flat parts: the form for a transform written against
music21. `from_music21` reads both, and any other score.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixkit.files import replacing
from remixkit.model.analysis import Analysis, ChordSpan, Key, Mode
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Song
from remixkit.theory.chords import symbol
from remixkit.theory.keys import m21_key
from remixkit.theory.measures import Sign, fill_flat, fill_measures, show_accidentals
from remixkit.theory.reading import from_music21 as from_music21
from remixkit.theory.scores import read_score as read_score
from remixkit.theory.sheet import Sheet, sheet_of
from remixkit.theory.spelling import pitch_name_m21

if TYPE_CHECKING:
    from music21.stream import Score

# A change of tempo smaller than this share is rubato, not a new tempo mark.
TEMPO_STEP = 0.02

# Figures for the qualities whose usual symbol music21 cannot read.
_M21_FIGURES = {
    "1": "pedal",
    "5": "power",
    "maj9": "M9",
    "maj13": "M9add13",
    "maj9(#11)": "M9add#11",
    "maj6(9)": "6add9",
    "min6(9)": "m6add9",
    "sus2(b7)": "sus2addb7",
    "sus4(b7,9)": "7sus4add9",
    "sus4(b7,9,13)": "7sus4add9add13",
    "hdim7(11)": "m7b5add11",
    "13": "9add13",
    "min13": "m9add13",
}


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
    """
    from music21 import metadata, stream

    sheet = sheet_of(source)
    score = stream.Score()
    score.insert(0, _metadata(metadata.Metadata(), sheet))
    for k, player in enumerate(sheet.players):
        part = stream.Part(id=f"P{k + 1}")
        part.partName = player.name
        part.atSoundingPitch = True
        signs = _meters(sheet) + ([] if player.is_drum else _key_signatures(sheet))
        if k == 0:
            signs += _first_part_signs(sheet, exact=not readable)
        (fill_measures if readable else fill_flat)(part, player, sheet, signs)
        part.coreElementsChanged()
        score.coreInsert(0.0, part)
    score.coreElementsChanged()
    return score


def write_musicxml(score: Score, path: Path) -> None:
    """Write a score as MusicXML; one made by `to_music21` is written as it stands, any other is first made readable.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    from music21.musicxml.m21ToXml import GeneralObjectExporter

    complete = all(part.hasMeasures() for part in score.parts)
    exporter = GeneralObjectExporter(_as_written(score) if complete else score)
    exporter.makeNotation = not complete
    with replacing(path) as beside:
        beside.write_bytes(exporter.parse())


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


def _meters(sheet: Sheet) -> list[Sign]:
    from music21.meter import TimeSignature

    return [(m.tick, TimeSignature(f"{m.numerator}/{m.denominator}")) for m in sheet.grid.meter.changes]


def _key_signatures(sheet: Sheet) -> list[Sign]:
    from music21.key import Key as M21Key

    named = [(k.start_tick, m21_key(k.tonic_pc, k.mode)) for k in sheet.keys]
    return [(tick, M21Key(key.tonic, key.mode)) for tick, key in named]


def _first_part_signs(sheet: Sheet, *, exact: bool) -> list[Sign]:
    """Tempo, section marks and chord symbols."""
    from music21 import expressions, tempo

    signs: list[Sign] = []
    written = 0.0
    for change in sheet.grid.tempo.changes:
        if exact or abs(change.bpm - written) > TEMPO_STEP * change.bpm:
            written = change.bpm if exact else round(change.bpm)
            signs.append((change.tick, tempo.MetronomeMark(number=written)))
    signs += [(mark.tick, expressions.RehearsalMark(mark.text)) for mark in sheet.marks]
    signs += [(span.start_tick, _chord_sign(span, sheet.key_at(span.start_tick))) for span in sheet.chords]
    return signs


def _chord_sign(span: ChordSpan, key: Key) -> Any:
    from music21 import harmony

    if span.root_pc is None:
        return harmony.NoChord()
    return harmony.ChordSymbol(_m21_figure(span.root_pc, span.quality, span.bass_pc, key.tonic_pc, key.mode))


@lru_cache(maxsize=4096)
def _m21_figure(root: int, quality: str, bass: int | None, tonic_pc: int, mode: Mode) -> str:
    key = Key(0, 1, tonic_pc, mode)
    own = _M21_FIGURES.get(quality, symbol(ChordSpan(0, 1, 0, quality)).removeprefix("C"))
    written = pitch_name_m21(root, key) + own
    return written if bass in (None, root) else f"{written}/{pitch_name_m21(bass or 0, key)}"
