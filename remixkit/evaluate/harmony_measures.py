"""Harmony as it sounds: chord tones, clashes with the melody, muddy intervals, parallel outer voices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import fmean

from remixkit.evaluate.moments import SLOT_TICKS, slot, sounding, struck_moments
from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.theory.chords import tones
from remixkit.theory.keys import chord_at
from remixkit.theory.voicing_candidates import breaches_low_interval

PUSH_TICKS = TICKS_PER_QUARTER // 2


def chord_tone_rate(notes: Iterable[Note], chords: Sequence[ChordSpan], *, below: int = 128) -> float | None:
    """Share of notes that belong to their chord, 0-1; None where no note has a chord.

    A note's chord is the one at its onset; a note that is pushed (held into a chord that comes within an eighth) may
    belong to the coming one instead.

    Parameters
    ----------
    notes : iterable of Note
        Pitched.
    chords : sequence of ChordSpan
        Without gaps.
    below : int
        Only notes below this pitch count. Human piano arrangements have .86, and .97 below 60 (POP909).
    """
    belong = []
    for n in notes:
        if n.pitch >= below:
            continue
        start = slot(n.start_tick) * SLOT_TICKS
        pushed = min(start + PUSH_TICKS, n.end_tick - 1)
        pcs = {pc for tick in (start, max(start, pushed)) for pc in tones(chord_at(chords, tick))}
        if pcs:
            belong.append(n.pitch % 12 in pcs)
    return fmean(belong) if belong else None


def clash(melody: Iterable[Note], rest: Iterable[Note]) -> float | None:
    """Share of the accompaniment's time that stands a semitone, or its octaves, from the melody, 0-1.

    None where there is no accompaniment. Real songs have .015-.034 themselves; apply it to the source's own tracks for
    the bar to stay under.
    """
    sung = {at: {n.pitch % 12 for n in group} for at, group in sounding(melody).items()}
    hits = total = 0
    for at, group in sounding(rest).items():
        against = {(pc + step) % 12 for pc in sung.get(at, ()) for step in (1, 11)}
        hits += sum(n.pitch % 12 in against for n in group)
        total += len(group)
    return hits / total if total else None


def low_intervals(notes: Sequence[Note]) -> float | None:
    """Share of onsets at which two neighbouring sounding notes make an interval too low to be clear, 0-1.

    Limits are those of `theory.voicing_candidates`. None where there are no notes. Human piano arrangements have .017,
    half of them at most .003 (POP909).
    """
    held = sounding(notes)
    muddy = [breaches_low_interval(n.pitch for n in held[at]) for at in struck_moments(notes)]
    return fmean(muddy) if muddy else None


def parallels(melody: Sequence[Note], rest: Sequence[Note], chords: Sequence[ChordSpan]) -> float | None:
    """Parallel fifths and octaves between melody and bass, per 100 changes of chord; None where there is no change.

    The bass of a chord is the lowest note struck under it, whatever figure unfolds it; the melody is what sounds of it
    last before the change and what is struck or held at the change. Both must move, the same way, and keep a
    fifth or an octave (J. J. Fux, *Gradus ad Parnassum*, 1725, for outer voices as arrangers still hold it). A change
    without melody on one of its sides does not count, nor does one over the same bass.
    """
    top = {at: group[-1].pitch for at, group in sounding(melody).items()}
    steps = []
    for before, after in pairwise(c for c in chords if c.root_pc is not None):
        bass = [_lowest(rest, c) for c in (before, after)]
        at = slot(after.start_tick)
        last = next((top[k] for k in range(at - 1, at - 9, -1) if k in top), None)
        if bass[0] is None or bass[1] is None or last is None or at not in top:
            continue
        steps.append(_is_parallel(bass[0], bass[1], last, top[at]))
    return 100.0 * fmean(steps) if steps else None


def _lowest(notes: Sequence[Note], chord: ChordSpan) -> int | None:
    under = (n.pitch for n in notes if chord.start_tick <= slot(n.start_tick) * SLOT_TICKS < chord.end_tick)
    return min(under, default=None)


def _is_parallel(bass: int, next_bass: int, top: int, next_top: int) -> bool:
    interval, following = (top - bass) % 12, (next_top - next_bass) % 12
    same_way = (next_bass - bass) * (next_top - top) > 0
    return same_way and interval == following and interval in (0, 7)
