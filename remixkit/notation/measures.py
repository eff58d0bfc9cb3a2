"""One part of a score: music21's notes, measures and voices out of ours."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from remixkit.model.analysis import ChordSpan, Key
from remixkit.model.song import Lyric, Syllabic
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.notation.drum_notation import DRUM_STAFF, drum_player
from remixkit.notation.engraving import Piece, beams, pieces, quantised, struck, triplet_marks, voices
from remixkit.notation.sheet_facts import Player, Sheet
from remixkit.notation.signs import Sign, Span, clef, grouped
from remixkit.notation.staves import Staff
from remixkit.theory.chords import QUALITIES
from remixkit.theory.instruments import m21_instrument
from remixkit.theory.keys import key_at, m21_key
from remixkit.theory.spelling import tone_name_m21

if TYPE_CHECKING:
    from music21.stream import Part

_NO_LETTERS = " /\\\r\n"
"""Around a syllable of a MIDI file: what begins a word, a line or a verse."""


def fill_flat(part: Part, player: Player, sheet: Sheet, signs: Sequence[Sign]) -> None:
    """Every note at its exact tick, without measures."""
    part.coreInsert(0.0, _instrument(player, part.id))
    for tick, element in signs:
        part.coreInsert(quarters(tick), element)
    lyrics = _lyrics(player.lyrics, sorted({n.start_tick for n in player.notes}))
    for n in player.notes:
        made = _element(Piece(n.start_tick, n.end_tick, (n.pitch,), (n.velocity,)), player, sheet)
        made.lyrics = lyrics.pop(n.start_tick, [])
        part.coreInsert(quarters(n.start_tick), made)


def plain_staff(player: Player, sheet: Sheet) -> Staff:
    """A player's notes as they stand, in as many voices as they need."""
    meter = sheet.grid.meter
    notes = quantised(player.notes, meter)
    laid = voices(struck(notes, meter), 1) if player.is_drum else voices(notes)
    return Staff(tuple(tuple(v) for v in laid))


def fill_measures(part: Part, player: Player, staff: Staff, sheet: Sheet, marks: Marks) -> None:
    """Measures with voices, ties, beams and accidentals, complete: nothing is left for music21's `makeNotation`."""
    from music21 import bar, spanner, stream

    meter, end = sheet.grid.meter, sheet.end_tick
    rows = [pieces(voice, meter, end, fill=k == 0) for k, voice in enumerate(staff.voices or ((),))]
    signs = [sign for sign in marks.signs if sign[0] < end]
    signs += [(tick, clef(name)) for tick, name in marks.clefs.items()]
    for start, stop, line in marks.spans:
        first, last = spanner.SpannerAnchor(), spanner.SpannerAnchor()
        line.addSpannedElements([first, last])
        signs += [(start, first), (stop, last)]
        part.coreInsert(0.0, line)
    signs_of = grouped(signs, lambda tick: meter.bar_start(min(tick, end - 1)))
    writer = _Writer(player, sheet, staff, marks)
    part.coreInsert(0.0, _instrument(player, part.id))
    before: dict[str, float] = {}
    for number, (start, stop) in enumerate(meter.bars(end), 1):
        measure = stream.Measure(number=number)
        for tick, element in signs_of.get(start, ()):
            measure.coreInsert(quarters(max(0, tick - start)), element)
        played = [row[start] for row in rows if start in row]
        for k, line in enumerate(played):
            target = measure if len(played) == 1 else stream.Voice(id=str(k + 1))
            writer.fill(target, line, start, is_upper=k == 0)
            if target is not measure:
                target.coreElementsChanged()
                measure.coreInsert(0.0, target)
        measure.coreElementsChanged()
        key = key_at(marks.signatures, start)
        before = show_accidentals(measure, m21_key(key.tonic_pc, key.mode), before)
        if stop >= end:
            measure.rightBarline = bar.Barline("final")
        part.coreInsert(quarters(start), measure)


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands on a staff beside its notes: signs and spans of `signs`, clefs by bar, the signatures in force.

    From `held_tick` on notes have a fermata: above them, but on a lower staff of several below.
    """

    signs: Sequence[Sign]
    spans: Sequence[Span]
    clefs: Mapping[int, str]
    signatures: Sequence[Key]
    held_tick: int | None = None
    is_top: bool = True


class _Writer:
    """Makes the notes of one staff."""

    def __init__(self, player: Player, sheet: Sheet, staff: Staff, marks: Marks) -> None:
        self.player, self.sheet, self.staff = player, sheet, staff
        self.held_tick, self.is_top = marks.held_tick, marks.is_top
        onsets = sorted({s.start_tick for s in staff.voices[0]}) if marks.is_top and staff.voices else []
        self.lyrics = _lyrics(player.lyrics, onsets)

    def fill(self, target: Any, line: Sequence[Piece], start: int, *, is_upper: bool) -> None:
        """One voice of a measure."""
        from music21 import expressions

        meter = self.sheet.grid.meter
        for piece, levels, bracket in zip(line, beams(line, meter), triplet_marks(line, meter), strict=True):
            made = _element(piece, self.player, self.sheet)
            begins = piece.tie in (None, "start")
            if not piece.pitches and not is_upper:
                made.style.hideObjectOnPrint = True
            if begins and is_upper and piece.pitches:
                made.lyrics = self.lyrics.get(piece.start_tick, [])
            if begins and len(piece.pitches) > 1 and piece.start_tick in self.staff.rolled:
                made.expressions.append(expressions.ArpeggioMark())
            if self.held_tick is not None and piece.pitches and piece.start_tick >= self.held_tick and is_upper:
                fermata = expressions.Fermata()
                fermata.type = "upright" if self.is_top else "inverted"
                made.expressions.append(fermata)
            for level in levels:
                kind, _, side = level.partition("-")
                made.beams.append(kind, side or None)
            if bracket is not None and made.duration.tuplets:
                made.duration.tuplets[0].type = bracket
            grace = self.staff.graces.get(piece.start_tick)
            if grace is not None and begins and any(abs(p - grace) <= 2 for p in piece.pitches):
                target.coreInsert(quarters(piece.start_tick - start), self._grace(grace, piece.start_tick))
            target.coreInsert(quarters(piece.start_tick - start), made)

    def _grace(self, pitch: int, tick: int) -> Any:
        from music21 import note

        made = note.Note(
            _spelled(pitch, self.sheet.key_at(tick), self.sheet.chord_at(tick)), quarterLength=0.5
        ).getGrace()
        made.priority = -1
        return made


def show_accidentals(measure: Any, key_signature: Any, before: Mapping[str, float] | None = None) -> dict[str, float]:
    """Accidentals where a reader needs them: where a note differs from the signature, the bar so far or the bar before.

    Parameters
    ----------
    measure : music21.stream.Measure
        Its notes are changed in place.
    key_signature : music21.key.KeySignature
        In force there.
    before : mapping, optional
        The last alteration of each letter of the bar before where it was not the signature's: the first note of that
        letter shows a reminder.

    Returns
    -------
    dict
        The same of this bar.
    """
    from music21 import note
    from music21.pitch import Accidental

    signature = {p.step: p.alter for p in key_signature.alteredPitches}
    remembered = dict(before or {})
    heard: dict[tuple[str, int], float] = {}
    foreign: dict[str, float] = {}
    for _, single in sorted(_singles(measure, note.Note), key=lambda pair: pair[0]):
        pitch = single.pitch
        usual = signature.get(pitch.step, 0.0)
        place = (pitch.step, pitch.octave)
        foreign.pop(pitch.step, None)
        if pitch.alter != usual:
            foreign[pitch.step] = pitch.alter
        if single.tie is not None and single.tie.type != "start" and place not in heard:
            if pitch.accidental is not None:
                pitch.accidental.displayStatus = False
            continue
        reminder = place not in heard and remembered.pop(pitch.step, pitch.alter) != pitch.alter
        shown = pitch.alter != heard.get(place, usual) or reminder or _clashes(heard, place, pitch.alter)
        heard[place] = pitch.alter
        if shown and pitch.accidental is None:
            pitch.accidental = Accidental("natural")
        if pitch.accidental is not None:
            pitch.accidental.displayStatus = shown
    return foreign


def _singles(measure: Any, kind: type) -> Iterator[tuple[Any, Any]]:
    """(offset, note) of every single note of a measure; chord symbols have none."""
    from music21.harmony import Harmony

    for element in measure.recurse().notes:
        if isinstance(element, Harmony):
            continue
        for single in getattr(element, "notes", (element,)):
            if isinstance(single, kind):
                yield element.getOffsetInHierarchy(measure), single


def _clashes(heard: Mapping[tuple[str, int], float], place: tuple[str, int], alter: float) -> bool:
    """Whether the letter had another alteration in another octave of this bar, and has not been heard in its own."""
    return place not in heard and any(step == place[0] and other != alter for (step, _), other in heard.items())


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
            else note.Note(_spelled(pitch, key, sheet.chord_at(piece.start_tick)), quarterLength=length)
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


def _lyrics(lyrics: Sequence[Lyric], onsets: Sequence[int]) -> dict[int, list[Any]]:
    """music21's lyrics at the onset nearest to each, verses in order."""
    from music21 import note

    found: dict[tuple[int, int], Lyric] = {}
    for lyric in lyrics if onsets else ():
        text = lyric.text.strip(_NO_LETTERS)
        if text:
            after = bisect_left(onsets, lyric.tick)
            onset = min(onsets[max(0, after - 1) : after + 1], key=lambda o: abs(o - lyric.tick))
            before = found.get((onset, lyric.verse))
            found[onset, lyric.verse] = replace(lyric, text=text) if before is None else _in_one(before, lyric, text)
    out: dict[int, list[Any]] = {}
    for onset, verse in sorted(found):
        sung = found[onset, verse]
        out.setdefault(onset, []).append(note.Lyric(sung.text, number=verse, syllabic=sung.syllabic))
    return out


def _in_one(first: Lyric, second: Lyric, text: str) -> Lyric:
    """Two syllables that are sung on one note."""
    begins, ends = first.syllabic in ("single", "begin"), second.syllabic in ("single", "end")
    place: Syllabic = ("single" if ends else "begin") if begins else ("end" if ends else "middle")
    is_one_word = second.syllabic in ("middle", "end")
    return replace(first, text=first.text + ("" if is_one_word else " ") + text, syllabic=place)


def _spelled(pitch: int, key: Key, chord: ChordSpan) -> str:
    """A MIDI pitch in music21's spelling, with octave."""
    name = tone_name_m21(pitch % 12, key, chord, QUALITIES.get(chord.quality, ()))
    natural = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[name[0]]
    alter = name.count("#") - name.count("-")
    return f"{name}{(pitch - natural - alter) // 12 - 1}"


@cache
def quarters(ticks: int) -> float | Fraction:
    """Quarter lengths as music21 keeps them."""
    from music21.common import opFrac

    length: float | Fraction = opFrac(Fraction(ticks, TICKS_PER_QUARTER))
    return length
