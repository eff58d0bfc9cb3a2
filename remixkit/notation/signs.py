"""Everything but notes on a staff, as music21 has it: meters, signatures, clefs, chords, marks, dynamics, pedal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from remixkit.model.analysis import ChordSpan, Key, Mode
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.notation.directions import loudness, pedalling, swells, tempo_signs
from remixkit.notation.sheet_facts import Player, Sheet
from remixkit.notation.staves import pedal_of
from remixkit.theory.chords import QUALITIES, symbol
from remixkit.theory.keys import m21_key
from remixkit.theory.spelling import root_name_m21, tone_name_m21

Sign = tuple[int, Any]
Span = tuple[int, int, Any]
"""A hairpin or pedal line: start tick, end tick, and a music21 spanner without its anchors."""

_EIGHTH = TICKS_PER_QUARTER // 2

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


def meters(sheet: Sheet) -> list[Sign]:
    """Time signatures."""
    from music21.meter import TimeSignature

    return [(m.tick, TimeSignature(f"{m.numerator}/{m.denominator}")) for m in sheet.grid.meter.changes]


def signatures(keys: Sequence[Key]) -> list[Sign]:
    """Key signatures, with their mode."""
    from music21.key import Key as M21Key

    named = [(k.start_tick, m21_key(k.tonic_pc, k.mode)) for k in keys]
    return [(tick, M21Key(key.tonic, key.mode)) for tick, key in named]


def above(sheet: Sheet, *, exact: bool) -> list[Sign]:
    """What stands over the first staff: tempo, section marks and chord symbols."""
    from music21 import expressions, tempo

    signs: list[Sign] = []
    if exact:
        signs += [(c.tick, tempo.MetronomeMark(number=c.bpm)) for c in sheet.grid.tempo.changes]
    else:
        signs += [
            (t.tick, _tempo(t.bpm, t.words, is_compound=sheet.grid.meter.at(t.tick).is_compound))
            for t in tempo_signs(sheet.grid, sheet.end_tick)
        ]
        signs += [(0, _words("Swing"))] if sheet.swings else []
    signs += [(mark.tick, expressions.RehearsalMark(mark.text)) for mark in sheet.marks]
    seen: set[int] = set()
    for span in sheet.chords:
        tick = span.start_tick if exact else _snapped(span.start_tick)
        if tick not in seen and (exact or tick < sheet.end_tick):
            seen.add(tick)
            signs.append((tick, _chord_sign(span, sheet.key_at(span.start_tick))))
    return signs


def dynamics(sheet: Sheet) -> tuple[list[Sign], list[Span]]:
    """Dynamic marks and hairpins of the whole, by section."""
    from music21 import dynamics as m21

    notes = sorted(n for p in sheet.players if not p.is_drum for n in p.notes)
    starts = [m.tick for m in sheet.marks] or [0]
    spans = list(zip(starts, [*starts[1:], sheet.end_tick], strict=True))
    marks: list[Sign] = []
    for text in loudness(notes, spans):
        mark = m21.Dynamic(text.text)
        mark.placement = "below"
        marks.append((text.tick, mark))
    kinds = {"crescendo": m21.Crescendo, "diminuendo": m21.Diminuendo}
    pins: list[Span] = []
    for s in swells(notes, spans, sheet.grid):
        pin = kinds[s.kind]()
        pin.placement = "below"
        pins.append((s.start_tick, s.end_tick - _EIGHTH, pin))
    return marks, pins


def pedal(player: Player, sheet: Sheet) -> tuple[list[Sign], list[Span]]:
    """The pedal of the first bars as lines, one a harmony, and "sim." from where it goes on alike."""
    from music21 import expressions

    shown, sim = pedalling(pedal_of(player.controls, sheet.end_tick), sheet.grid, sheet.end_tick)
    spans: list[Span] = []
    marks: list[Sign] = []
    for start, end in shown:
        line = expressions.PedalMark()
        line.pedalType = expressions.PedalType.Sustain
        line.pedalForm = expressions.PedalForm.Line
        line.placement = "below"
        spans.append((start, max(start + _EIGHTH, end - _EIGHTH), line))
    if sim is not None:
        words = expressions.TextExpression("sim.")
        words.style.fontStyle = "italic"
        words.placement = "below"
        marks.append((sim, words))
    return marks, spans


def clef(name: str) -> Any:
    """A clef by its name: treble, bass, either of them with an 8 below (treble8vb, bass8vb), or percussion."""
    from music21 import clef as m21

    made = {
        "treble": m21.TrebleClef,
        "bass": m21.BassClef,
        "treble8vb": m21.Treble8vbClef,
        "bass8vb": m21.Bass8vbClef,
        "percussion": m21.PercussionClef,
    }
    return made[name]()


def grouped(signs: Iterable[Sign], bar_of: Any) -> dict[int, list[Sign]]:
    """Signs by the tick of their bar."""
    found: dict[int, list[Sign]] = {}
    for tick, element in signs:
        found.setdefault(bar_of(tick), []).append((tick, element))
    return found


def _tempo(bpm: float | None, words: str, *, is_compound: bool) -> Any:
    """A metronome mark, of dotted quarters where those are the beat; or words."""
    from music21 import tempo

    if bpm is not None:
        return (
            tempo.MetronomeMark(number=round(bpm / 1.5), referent=1.5)
            if is_compound
            else tempo.MetronomeMark(number=bpm)
        )
    return _words(words)


def _words(text: str) -> Any:
    from music21 import expressions

    made = expressions.TextExpression(text)
    made.style.fontStyle = "italic"
    made.placement = "above"
    return made


def _snapped(tick: int) -> int:
    return round(tick / _EIGHTH) * _EIGHTH


def _chord_sign(span: ChordSpan, key: Key) -> Any:
    from music21 import harmony

    if span.root_pc is None:
        return harmony.NoChord()
    made = harmony.ChordSymbol(_m21_figure(span.root_pc, span.quality, span.bass_pc, key.tonic_pc, key.mode))
    made.chordKindStr = symbol(ChordSpan(0, 1, 0, span.quality)).removeprefix("C")
    return made


@lru_cache(maxsize=4096)
def _m21_figure(root: int, quality: str, bass: int | None, tonic_pc: int, mode: Mode) -> str:
    key = Key(0, 1, tonic_pc, mode)
    own = _M21_FIGURES.get(quality, symbol(ChordSpan(0, 1, 0, quality)).removeprefix("C"))
    written = root_name_m21(ChordSpan(0, 1, root, quality), key) + own
    if bass is None or bass == root:
        return written
    return f"{written}/{tone_name_m21(bass, key, ChordSpan(0, 1, root, quality), QUALITIES[quality])}"
