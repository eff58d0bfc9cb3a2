"""Telling the melody from the rest: where the source's melody lies in a cover, and which notes play it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from remixkit.evaluate.moments import SLOT_TICKS, slot
from remixkit.model.analysis import Analysis
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Note
from remixkit.model.source_map import SourceMap
from remixkit.model.timing import TICKS_PER_QUARTER

NEAR_TICKS = TICKS_PER_QUARTER // 6
"""A note this near to a melody onset, and of its pitch class, plays it (mir_eval's 50 ms at 200 a minute)."""


@dataclass(frozen=True, slots=True)
class Voices:
    """A cover's pitched notes, told apart.

    Parameters
    ----------
    melody : tuple of Note
        The source's melody on the cover's timeline, moved to the cover's key as a whole (by less than an octave).
    source_map : SourceMap
        Where the source's bars are in the cover.
    sung : tuple of tuple of Note
        For each note of `melody` the notes of the lead that play it, its octaves among them; empty where nothing does.
    lead : tuple of Note
        All the lead plays.
    rest : tuple of Note
        Every pitched note that does not play the melody.
    """

    melody: tuple[Note, ...]
    source_map: SourceMap
    sung: tuple[tuple[Note, ...], ...]
    lead: tuple[Note, ...]
    rest: tuple[Note, ...]

    @property
    def played(self) -> tuple[Note, ...]:
        """The notes that play the melody, sorted."""
        return tuple(sorted({n for group in self.sung for n in group}))

    @property
    def main(self) -> tuple[Note, ...]:
        """Of what plays each melody note the loudest, of equals the highest: the melody without its doublings."""
        return tuple(max(group, key=lambda n: (n.velocity, n.pitch)) for group in self.sung if group)


def leads(arrangement: Arrangement) -> tuple[Part, ...]:
    """The parts that lead; all pitched ones where none does."""
    pitched = tuple(p for p in arrangement.parts if not p.is_drum)
    return tuple(p for p in pitched if p.is_lead) or pitched


def melody_voices(arrangement: Arrangement, analysis: Analysis) -> Voices:
    """Find the melody in a cover.

    Where the arrangement does not say which of the source's bars it plays (its MIDI was read from a file, or passed
    through), they are taken to lie where most melody onsets meet a note of the lead.
    """
    lead = tuple(sorted(n for p in leads(arrangement) for n in p.notes))
    source = tuple(Note(n.start_tick, n.end_tick, n.pitch, n.velocity) for n in analysis.melody)
    source_map = arrangement.source_map or aligned(source, lead, analysis.end_tick)
    melody = source_map.placed(source)
    sung = matches(melody, lead)
    played = {n for group in sung for n in group}
    pitched = (n for p in arrangement.parts if not p.is_drum for n in p.notes)
    return Voices(melody, source_map, sung, lead, tuple(sorted(n for n in pitched if n not in played)))


def aligned(melody: Sequence[Note], notes: Sequence[Note], end_tick: int) -> SourceMap:
    """A source of so many ticks, as a whole, moved and transposed so that most melody onsets come onto notes."""
    shift_ticks, semitones = align(melody, notes)
    return replace(SourceMap.whole(end_tick).shifted(shift_ticks), semitones=semitones)


def align(melody: Sequence[Note], notes: Sequence[Note]) -> tuple[int, int]:
    """The shift (ticks) and transposition (semitones, -5..6) that bring most melody onsets onto notes.

    Found by correlating onsets a sixteenth and pitch class (FFT). Of equal places the one with the least transposition
    and then the least shift; (0, 0) where there is nothing to align.
    """
    if not melody or not notes:
        return 0, 0
    ours, theirs = _onsets(notes), _onsets(melody)
    length = 1 << (ours.shape[1] + theirs.shape[1]).bit_length()
    found, sought = np.fft.rfft(ours, length), np.conj(np.fft.rfft(theirs, length))
    choices = []
    for semitones in range(-5, 7):
        hits = np.rint(np.fft.irfft((found * np.roll(sought, semitones, axis=0)).sum(axis=0), length))
        for place in np.flatnonzero(hits == hits.max()):
            shift = int(place) if place < ours.shape[1] else int(place) - length
            choices.append((-int(hits.max()), abs(semitones), abs(shift), shift, semitones))
    *_, shift, semitones = min(choices)
    return shift * SLOT_TICKS, semitones


def _onsets(notes: Sequence[Note]) -> NDArray[np.float64]:
    """Onsets by pitch class and sixteenth, shape (12, slots), from tick 0 on."""
    grid = np.zeros((12, max(slot(n.start_tick) for n in notes) + 1))
    for n in notes:
        grid[n.pitch % 12, max(0, slot(n.start_tick))] = 1.0
    return grid


def matches(melody: Sequence[Note], notes: Iterable[Note]) -> tuple[tuple[Note, ...], ...]:
    """For each melody note the notes of its pitch class that begin within a sixth of a quarter of it."""
    by_class: dict[int, list[Note]] = {}
    for n in sorted(notes):
        by_class.setdefault(n.pitch % 12, []).append(n)
    starts = {pc: [n.start_tick for n in group] for pc, group in by_class.items()}
    out = []
    for m in melody:
        at = starts.get(m.pitch % 12, [])
        first, past = bisect_left(at, m.start_tick - NEAR_TICKS), bisect_right(at, m.start_tick + NEAR_TICKS)
        out.append(tuple(by_class.get(m.pitch % 12, [])[first:past]))
    return tuple(out)
