"""Degrees of a pattern to pitches: chord tones, the bass, approach notes."""

from __future__ import annotations

from collections.abc import Sequence

from remixkit.model.analysis import ChordSpan, Key
from remixkit.theory.chords import QUALITIES
from remixkit.theory.keys import scale_pcs

# Semitones above the root of a degree that the chord does not have, where the key does not say otherwise.
_PLAIN = {2: 2, 4: 5, 6: 9, 9: 14, 11: 17, 13: 21}


def degree_interval(chord: ChordSpan, degree: str, key: Key) -> int:
    """Semitones above the root of one degree of a chord.

    A degree the chord has is taken from it; a ninth, eleventh or thirteenth that it lacks comes from the key's scale;
    a missing seventh is the octave, a missing third (of a suspended chord) its suspension.
    """
    tones = QUALITIES.get(chord.quality, (0, 4, 7))
    third = next((i for i in tones if i in (3, 4)), next((i for i in tones if i in (2, 5)), 7))
    fifth = next((i for i in tones if i in (7, 6, 8)), 7)
    if degree in ("1", "root", "bass", "low", "all"):
        return 0
    if degree == "T":
        return 12 + third
    number = int(degree)
    simple = {1: 0, 3: third, 5: fifth, 8: 12, 12: 12 + fifth, 15: 24}
    if number in simple:
        return simple[number]
    if number == 7:
        return next((i for i in tones if i in (9, 10, 11)), 12)
    plain = _PLAIN[number]
    own = next((i for i in tones if abs(i % 12 - plain % 12) <= 1 and i % 12 not in (third, fifth, 0)), None)
    if own is not None:
        return plain // 12 * 12 + own % 12
    root = chord.root_pc or 0
    scale = scale_pcs(key)
    if (root + plain) % 12 in scale:
        return plain
    return 12 if number in (2, 9) else plain // 12 * 12 + third if number in (4, 11) else plain // 12 * 12 + fifth


def chord_bass_pc(chord: ChordSpan) -> int:
    """The pitch class at the bottom."""
    return (chord.bass_pc if chord.bass_pc is not None else chord.root_pc) or 0


def place(pc: int, low: int, high: int, near: float) -> int:
    """The pitch of a class inside `low`-`high` that is nearest to `near`; just below `high` if the span lacks it."""
    inside = [p for p in range(low, high + 1) if p % 12 == pc % 12]
    if inside:
        return min(inside, key=lambda p: (abs(p - near), p))
    return next(p for p in range(high, high - 12, -1) if p % 12 == pc % 12)


def into(pitch: int, low: int, high: int) -> int:
    """The pitch moved by octaves into `low`-`high`, as little as may be; unmoved if no octave fits."""
    moved = pitch
    while moved > high:
        moved -= 12
    while moved < low:
        moved += 12
    return moved if low <= moved <= high else pitch


def approach(target: int, now: int, key: Key, low: int, high: int) -> int:
    """A note that leads to `target`: the scale step next to it on the side of `now`, else the semitone below."""
    scale = scale_pcs(key)
    side = 1 if now > target else -1
    steps = [target + side * d for d in (1, 2) if (target + side * d) % 12 in scale]
    found = steps[0] if steps else target - 1
    if low <= found <= high:
        return found
    other = target + 1 if found < low else target - 1
    return other if low <= other <= high else target


def nearest_pitch(pitches: Sequence[int], wanted: int) -> int:
    """The pitch nearest to the one wanted; that one itself where there are none to choose from."""
    return min(pitches, key=lambda p: (abs(p - wanted), p), default=wanted)


def clashes(pitch: int, melody: Sequence[int]) -> bool:
    """Whether a pitch stands a semitone, or its octaves, from a melody pitch."""
    return any((pitch - m) % 12 in (1, 11) for m in melody)
