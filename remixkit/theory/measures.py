"""One part of a score: music21's notes, measures and voices out of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from remixkit.model.analysis import Key, Mode
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.theory.drum_notation import DRUM_STAFF, drum_player
from remixkit.theory.engraving import Piece, beams, pieces, quantised, struck, triplet_marks, voices
from remixkit.theory.instruments import m21_instrument
from remixkit.theory.keys import m21_key
from remixkit.theory.sheet import Player, Sheet
from remixkit.theory.spelling import pitch_name_m21

if TYPE_CHECKING:
    from music21.stream import Part

Sign = tuple[int, Any]


def fill_flat(part: Part, player: Player, sheet: Sheet, signs: Sequence[Sign]) -> None:
    """Every note at its exact tick, without measures."""
    part.coreInsert(0.0, _instrument(player, part.id))
    for tick, element in signs:
        part.coreInsert(quarters(tick), element)
    lyrics = _lyrics(player)
    for n in player.notes:
        made = _element(Piece(n.start_tick, n.end_tick, (n.pitch,), (n.velocity,)), player, sheet)
        _sing(made, lyrics, n.start_tick)
        part.coreInsert(quarters(n.start_tick), made)


def fill_measures(part: Part, player: Player, sheet: Sheet, signs: Sequence[Sign]) -> None:
    """Measures with voices, ties, beams and accidentals, complete: nothing is left for music21's `makeNotation`."""
    from music21 import bar, clef, stream

    meter, end = sheet.grid.meter, sheet.end_tick
    notes = quantised(player.notes, meter)
    laid = voices(struck(notes, meter), 1) if player.is_drum else voices(notes)
    rows = [pieces(voice, meter, end, fill=k == 0) for k, voice in enumerate(laid or [[]])]
    signs_of: dict[int, list[Sign]] = {}
    for tick, element in signs:
        signs_of.setdefault(meter.bar_start(min(tick, end - 1)), []).append((tick, element))
    lyrics = _lyrics(player)
    part.coreInsert(0.0, _instrument(player, part.id))
    for number, (start, stop) in enumerate(meter.bars(end), 1):
        measure = stream.Measure(number=number)
        if number == 1:
            measure.coreInsert(0.0, clef.PercussionClef() if player.is_drum else _clef(player))
        for tick, element in signs_of.get(start, ()):
            measure.coreInsert(quarters(max(0, tick - start)), element)
        played = [row[start] for row in rows if start in row]
        for k, line in enumerate(played):
            target = measure if len(played) == 1 else stream.Voice(id=str(k + 1))
            _fill_line(target, line, start, player, sheet, lyrics, is_upper=k == 0)
            if target is not measure:
                target.coreElementsChanged()
                measure.coreInsert(0.0, target)
        measure.coreElementsChanged()
        key = sheet.key_at(start)
        show_accidentals(measure, m21_key(key.tonic_pc, key.mode))
        if stop >= end:
            measure.rightBarline = bar.Barline("final")
        part.coreInsert(quarters(start), measure)


def _fill_line(
    target: Any,
    line: Sequence[Piece],
    start: int,
    player: Player,
    sheet: Sheet,
    lyrics: Mapping[int, str],
    *,
    is_upper: bool,
) -> None:
    """One voice of a measure."""
    meter = sheet.grid.meter
    for piece, levels, bracket in zip(line, beams(line, meter), triplet_marks(line, meter), strict=True):
        made = _element(piece, player, sheet)
        if not piece.pitches and not is_upper:
            made.style.hideObjectOnPrint = True
        if piece.tie in (None, "start"):
            _sing(made, lyrics, piece.start_tick)
        for level in levels:
            kind, _, side = level.partition("-")
            made.beams.append(kind, side or None)
        if bracket is not None and made.duration.tuplets:
            made.duration.tuplets[0].type = bracket
        target.coreInsert(quarters(piece.start_tick - start), made)


def show_accidentals(measure: Any, key_signature: Any) -> None:
    """Accidentals where a reader needs them: where a note differs from the signature or from the bar so far."""
    from music21 import note
    from music21.pitch import Accidental

    signature = {p.step: p.alter for p in key_signature.alteredPitches}
    heard: dict[tuple[str, int], float] = {}
    for element in measure.recurse().notes:
        for single in getattr(element, "notes", (element,)):
            if not isinstance(single, note.Note):
                continue
            pitch = single.pitch
            place = (pitch.step, pitch.octave)
            continues = single.tie is not None and single.tie.type != "start"
            shown = pitch.alter != heard.get(place, signature.get(pitch.step, 0.0)) and not continues
            heard[place] = pitch.alter
            if shown and pitch.accidental is None:
                pitch.accidental = Accidental("natural")
            if pitch.accidental is not None:
                pitch.accidental.displayStatus = shown


def _element(piece: Piece, player: Player, sheet: Sheet) -> Any:
    """The note, chord, percussion chord or rest that a piece is."""
    from music21 import chord, note, percussion, tie

    length = quarters(piece.end_tick - piece.start_tick)
    if not piece.pitches:
        rest = note.Rest(quarterLength=length)
        rest.fullMeasure = piece.end_tick - piece.start_tick == sheet.grid.meter.at(piece.start_tick).bar_ticks
        return rest
    key = sheet.key_at(piece.start_tick)
    made: list[Any] = []
    for pitch, velocity in zip(piece.pitches, piece.velocities, strict=True):
        single = (
            _drum_note(pitch, length)
            if player.is_drum
            else note.Note(_spelled(pitch, key.tonic_pc, key.mode), quarterLength=length)
        )
        single.volume.velocity = velocity
        if piece.tie:
            single.tie = tie.Tie(piece.tie)
        made.append(single)
    if len(made) == 1:
        return made[0]
    together = percussion.PercussionChord if player.is_drum else chord.Chord
    return together(made, quarterLength=length)


def _drum_note(pitch: int, length: float | Fraction) -> Any:
    from music21 import note

    display, head = DRUM_STAFF.get(pitch, ("C5", "normal"))
    made = note.Unpitched(displayName=display, quarterLength=length)
    made.notehead = head
    made.storedInstrument = drum_player(pitch)
    return made


def _instrument(player: Player, part_id: str) -> Any:
    if player.is_drum:
        from music21.instrument import UnpitchedPercussion

        made = UnpitchedPercussion()
    else:
        made = m21_instrument(player.program)
    made.partName = player.name
    made.partId, made.instrumentId = part_id, f"{part_id}-I1"
    return made


def _clef(player: Player) -> Any:
    from music21 import clef

    pitches = sorted(n.pitch for n in player.notes)
    middle = pitches[len(pitches) // 2] if pitches else 60
    return clef.TrebleClef() if middle >= 57 else clef.BassClef()


def _lyrics(player: Player) -> dict[int, str]:
    """Each syllable at the onset nearest to it."""
    onsets = sorted({n.start_tick for n in player.notes})
    syllables = ((t.tick, t.text.strip(" /\\\r\n")) for t in player.lyrics)
    return {min(onsets, key=lambda o: abs(o - tick)): text for tick, text in syllables if onsets and text}


def _sing(element: Any, lyrics: Mapping[int, str], tick: int) -> None:
    if tick in lyrics:
        element.lyric = lyrics[tick]


@lru_cache(maxsize=4096)
def _spelled(pitch: int, tonic_pc: int, mode: Mode) -> str:
    """A MIDI pitch in music21's spelling, with octave."""
    name = pitch_name_m21(pitch % 12, Key(0, 1, tonic_pc, mode))
    natural = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[name[0]]
    alter = name.count("#") - name.count("-")
    return f"{name}{(pitch - natural - alter) // 12 - 1}"


@cache
def quarters(ticks: int) -> float | Fraction:
    """Quarter lengths as music21 keeps them."""
    from music21.common import opFrac

    length: float | Fraction = opFrac(Fraction(ticks, TICKS_PER_QUARTER))
    return length
