"""The bass line under a piano's left hand: which inversion, which octave, so that the line sings."""

from __future__ import annotations

from collections.abc import Sequence

from remixkit.arrange.piano.phrases import HeldKeys, Phrase, intensity_at
from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.search import cheapest_path
from remixkit.theory.chords import family, tones

LOW, HIGH = 36, 55
# Where it lies in a quiet section, and how much deeper in a full one (POP909: p5/50/95 = 37/44/54).
_CENTRE, _DEEPER = 50.0, 5.0
_PULL = 0.09
_CRAMPED, _TENTH = 0.15, 16
# A tune that comes in so many ticks after the chord is heard with it.
_SOON = 120
# What the tune sang last before a chord is heard against the new one's bass, if it is not longer ago than this.
_PAST = 2 * TICKS_PER_QUARTER
# What a step of so many semitones costs: seconds sing, thirds to fifths are good, wide leaps are not (craft).
_STEP = {0: 0.5, 1: 0.0, 2: 0.0, 3: 0.5, 4: 0.5, 5: 0.6, 6: 1.4, 7: 0.9, 8: 1.8, 9: 1.9, 10: 2.4, 11: 2.6, 12: 1.6}
_THIRD, _FIFTH = 1.3, 2.6
_PARALLEL, _CLASH = 5.0, 1.2


def bass_line(
    chords: Sequence[ChordSpan],
    melody: Sequence[Note],
    spans: Sequence[Phrase],
    *,
    ceilings: Sequence[int] | None = None,
    low: int = LOW,
    high: int = HIGH,
    inversions: bool = True,
) -> tuple[int, ...]:
    """One pitch a chord, least cost over the piece.

    A written slash bass stands. Otherwise the root, but a third, rarely a fifth, may take its place where
    the line then moves by step; a phrase begins on roots. Octaves and fifths in parallel with the tune cost.

    Parameters
    ----------
    chords : sequence of ChordSpan
        Sounding chords, cut at bar lines.
    melody : sequence of Note
        The line above.
    spans : sequence of Span
        Phrases.
    ceilings : sequence of int, optional
        For each chord the highest key the left hand may strike: a texture needs a tenth of room above its bass.
    low, high : int
        At least an octave.
    inversions : bool
        Whether anything but the written bass may be chosen.
    """
    if not chords:
        return ()
    view = HeldKeys(melody)
    above = [sung_with(view, c.start_tick) for c in chords]
    left = [sung_before(view, c.start_tick) for c in chords]
    starts = {s.start_tick for s in spans}
    options = [
        _options(
            c,
            above[k],
            range(low, high + 1),
            127 if ceilings is None else ceilings[k],
            _CENTRE - _DEEPER * intensity_at(spans, c.start_tick),
            inversions and c.start_tick not in starts and k != len(chords) - 1,
        )
        for k, c in enumerate(chords)
    ]
    moves = [
        [
            [_move(a, b, chords[k - 1].is_chord_of(chords[k]), left[k], above[k]) for b, _ in options[k]]
            for a, _ in before
        ]
        for k, before in enumerate(options[:-1], 1)
    ]
    path = cheapest_path([[cost for _, cost in choice] for choice in options], moves)
    return tuple(choice[i][0] for choice, i in zip(options, path, strict=True))


def sung_with(melody: HeldKeys, tick: int) -> int | None:
    """What is sung with a chord that begins at a tick."""
    return next((n.pitch for n in reversed(melody.during(tick, tick + _SOON))), None)


def sung_before(melody: HeldKeys, tick: int) -> int | None:
    """What was sung last before a chord that begins at a tick."""
    past = (n.pitch for n in reversed(melody.during(tick - _PAST, tick)) if n.start_tick < tick - _SOON)
    return next(past, None)


def are_parallel(bass: int, next_bass: int, top: int, next_top: int) -> bool:
    """Whether two voices go the same way from a fifth or an octave to another."""
    same_way = (next_bass - bass) * (next_top - top) > 0
    interval = (top - bass) % 12
    return same_way and interval in (0, 7) and (next_top - next_bass) % 12 == interval


def _options(
    chord: ChordSpan, above: int | None, keys: range, ceiling: int, centre: float, inversions: bool
) -> list[tuple[int, float]]:
    root = chord.root_pc or 0
    pcs = {root if chord.bass_pc is None else chord.bass_pc: 0.0}
    long = chord.end_tick - chord.start_tick > 2 * TICKS_PER_QUARTER
    if inversions and chord.bass_pc is None and family(chord.quality) in ("maj", "min"):
        inner = tones(chord)
        pcs.setdefault(inner[1], _THIRD + (0.6 if long else 0.0))
        if not long:
            pcs.setdefault(inner[2], _FIFTH)
    clash = {pc: _CLASH for pc in pcs if above is not None and (above - pc) % 12 in (1, 11)}
    return [
        (p, pcs[p % 12] + clash.get(p % 12, 0.0) + _PULL * abs(p - centre) + _CRAMPED * max(0, _TENTH - (ceiling - p)))
        for p in keys
        if p % 12 in pcs
    ]


def _move(a: int, b: int, same_chord: bool, above_a: int | None, above_b: int | None) -> float:
    if same_chord:
        return 0.0 if a == b else 0.9
    cost = _STEP.get(abs(b - a), 4.0)
    if above_a is not None and above_b is not None:
        cost += _PARALLEL if are_parallel(a, b, above_a, above_b) else 0.0
    return cost
