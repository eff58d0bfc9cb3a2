"""Inversions, suspensions and pedal points: what a bass and an inner voice do with chords that stay what they are.

The devices are those of any harmony book (S. Kostka and D. Payne, "Tonal Harmony", on bass arpeggiation and passing
inversions, 4-3 suspensions and pedal points); music21's Roman numerals say which chords they suit. The melody decides:
a suspension gives way to a tune that has the third, a pedal to one that rubs against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from remixkit.model.analysis import ChordSpan, Key
from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.theory.chords import family, tones
from remixkit.theory.keys import key_at, roman

# Triads whose third carries a bass: the major ones of the key.
_THIRDS = frozenset({"I", "IV", "V", "III", "VI", "VII"})
# Over a tonic in the bass.
_OVER_TONIC = frozenset({"I", "IV", "ii", "V", "vi", "i", "iv", "VI", "VII", "bVII"})


def passing_inversions(
    chords: Sequence[ChordSpan], keys: Sequence[Key], *, amount: float, rng: np.random.Generator
) -> tuple[ChordSpan, ...]:
    """Chords on their third where the bass then steps from the chord before to the chord after: I - V6 - vi.

    Parameters
    ----------
    chords, keys : sequence
        In order of time; `keys` is not empty.
    amount : float
        0-1: how often it is done where it can be.
    rng : numpy.random.Generator
        Chooses.
    """
    out = list(chords)
    for k in range(1, len(out) - 1):
        before, chord, after = out[k - 1 : k + 2]
        chance = rng.random()
        if chance >= amount or chord.bass_pc is not None or after.bass_pc is not None:
            continue
        if any(c.root_pc is None for c in (before, chord, after)) or not _is_major_degree(chord, keys):
            continue
        third = ((chord.root_pc or 0) + 4) % 12
        came = _step(before.root_pc if before.bass_pc is None else before.bass_pc, third)
        goes = _step(third, after.root_pc)
        if came * goes > 0:
            out[k] = replace(chord, bass_pc=third)
    return tuple(out)


def suspended(
    chords: Sequence[ChordSpan], keys: Sequence[Key], melody: Sequence[Note], *, amount: float, rng: np.random.Generator
) -> tuple[ChordSpan, ...]:
    """Dominants of two beats or more that resolve, their third delayed by a fourth for half of the time.

    Parameters are those of `passing_inversions`; a `melody` that has the third in that half is left alone.
    """
    out: list[ChordSpan] = []
    for chord, after in zip(chords, [*chords[1:], None], strict=True):
        chance = rng.random()
        length = chord.end_tick - chord.start_tick
        resolves = after is not None and after.root_pc is not None and (after.root_pc - (chord.root_pc or 0)) % 12 == 5
        middle = chord.start_tick + min(length // 2, 2 * TICKS_PER_QUARTER)
        if (
            chance < amount
            and chord.quality == "maj"
            and chord.bass_pc is None
            and length >= 2 * TICKS_PER_QUARTER
            and resolves
            and _figure(chord, keys) == "V"
            and not _sings(melody, ((chord.root_pc or 0) + 4) % 12, chord.start_tick, middle)
        ):
            out += [replace(chord, end_tick=middle, quality="sus4"), replace(chord, start_tick=middle)]
        else:
            out.append(chord)
    return tuple(out)


def pedal_point(
    chords: Sequence[ChordSpan], keys: Sequence[Key], melody: Sequence[Note], spans: Sequence[tuple[int, int]]
) -> tuple[ChordSpan, ...]:
    """The tonic held in the bass through the spans, under chords that stand it; a tune a semitone from it does not."""
    out = list(chords)
    for start, end in spans:
        inside = [k for k, c in enumerate(out) if start <= c.start_tick and c.end_tick <= end and c.root_pc is not None]
        tonic = key_at(keys, start).tonic_pc
        suits = [
            k
            for k in inside
            if _figure(out[k], keys) in _OVER_TONIC
            and not any(_sings(melody, (tonic + d) % 12, out[k].start_tick, out[k].end_tick) for d in (1, 11))
            and not any((tonic - t) % 12 in (1, 11) for t in tones(out[k]))
        ]
        if inside and len(suits) == len(inside):
            for k in inside:
                out[k] = replace(out[k], bass_pc=None if out[k].root_pc == tonic else tonic)
    return tuple(out)


def _is_major_degree(chord: ChordSpan, keys: Sequence[Key]) -> bool:
    return family(chord.quality) == "maj" and _figure(chord, keys).rstrip("7") in _THIRDS


def _figure(chord: ChordSpan, keys: Sequence[Key]) -> str:
    return roman(replace(chord, bass_pc=None), key_at(keys, chord.start_tick))


def _step(a: int | None, b: int | None) -> int:
    """The direction of a step of one or two semitones from one pitch class to another; 0 for anything else."""
    if a is None or b is None:
        return 0
    return {1: 1, 2: 1, 10: -1, 11: -1}.get((b - a) % 12, 0)


def _sings(melody: Sequence[Note], pc: int, start: int, end: int) -> bool:
    """Whether the tune has a pitch class for an eighth note in a span."""
    return any(
        n.pitch % 12 == pc and min(n.end_tick, end) - max(n.start_tick, start) >= TICKS_PER_QUARTER // 2 for n in melody
    )
