"""Colour and substitutes for a song's chords, accepted only where its melody stays consonant.

Colours follow each chord's function, which music21's Roman numerals name: tonic and subdominant get major sevenths and
ninths, minor degrees minor ones, dominants their thirteenth or a suspension. Substitutes are those of jazz practice
(M. Levine, "The Jazz Theory Book", 1995): a dominant or ii-V of the coming chord, its tritone substitute, a passing
diminished seventh between roots a whole step apart, and a diatonic neighbour a third away for a whole chord.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from remixkit.model.analysis import ChordSpan, Key
from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.theory.chords import QUALITIES, Colour, family, tones, triad
from remixkit.theory.keys import key_at, roman, scale_pcs
from remixkit.theory.progressions import find_progressions

STRONG_TICKS = TICKS_PER_QUARTER // 2
CLASH_SHARE_MAX = 0.08
BLOCK_CHANCE = 0.15
# Chords of less than a bar give up a beat more seldom: it is a half of some.
SHORT_CHANCE = 0.35

# Colours of a triad by its Roman numeral, richest first; what the melody does not allow falls through to the next.
_MAJOR_NINTHS = ("maj9", "maj6(9)", "maj(9)", "maj7", "maj6")
_MINOR_NINTHS = ("min9", "min7(11)", "min7", "min(9)")
_DOMINANT_NINTHS = ("13", "9", "7(13)", "sus4(b7,9)", "7")
_TO_MINOR_NINTHS = ("7(b9)", "7(b13)", "7")
_NINTHS: Mapping[str, tuple[str, ...]] = {
    "I": _MAJOR_NINTHS,
    "ii": _MINOR_NINTHS,
    "iii": ("min7", "min7(11)"),
    "IV": _MAJOR_NINTHS,
    "V": _DOMINANT_NINTHS,
    "vi": ("min9", "min11", "min7(11)", "min7"),
    "viio": ("hdim7",),
    "i": _MINOR_NINTHS,
    "iio": ("hdim7(11)", "hdim7"),
    "III": _MAJOR_NINTHS,
    "iv": ("min9", "min6(9)", "min7", "min6"),
    "v": ("min7", "min7(11)"),
    "VI": _MAJOR_NINTHS,
    "VII": ("9", "13", "7"),
    "bVII": ("9", "maj9", "maj6(9)", "7"),
    "bVI": _MAJOR_NINTHS,
    "bIII": _MAJOR_NINTHS,
    "bII": _MAJOR_NINTHS,
}
_PLAIN_SEVENTHS: Mapping[str, tuple[str, ...]] = {
    "maj": ("maj7", "maj6"),
    "min": ("min7",),
    "dim": ("hdim7",),
    "aug": (),
    "sus": ("sus4(b7)",),
    "": (),
}
_SEVENTHS: Mapping[str, tuple[str, ...]] = {"V": ("7",), "VII": ("7",), "bVII": ("7", "maj7"), "viio": ("hdim7",)}
# Degrees a third away that may stand for a whole chord, by Roman numeral: semitones to move the root, and the triad.
_NEIGHBOURS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "I": ((9, "min"), (4, "min")),
    "IV": ((9, "min"),),
    "vi": ((8, "maj"),),
    "i": ((3, "maj"), (8, "maj")),
    "iv": ((3, "maj"), (8, "maj")),
    "VI": ((9, "min"),),
}


def colour_chords(
    chords: Sequence[ChordSpan],
    keys: Sequence[Key],
    melody: Sequence[Note],
    *,
    colour: Colour,
    amount: float,
    rng: np.random.Generator,
    beat_ticks: int = TICKS_PER_QUARTER,
) -> tuple[ChordSpan, ...]:
    """The chords in a style's harmony.

    Parameters
    ----------
    chords, keys : sequence
        In order of time; `keys` is not empty.
    melody : sequence of Note
        The tune, by onset, at the chords' pitch and time.
    colour : str
        ``triads`` only takes away; ``sevenths`` and ``ninths`` add, by function.
    amount : float
        0-1: how often a substitute is tried where one is possible. At most this share of the time gets another root.
        Nothing is substituted under ``triads``.
    rng : numpy.random.Generator
        Chooses.
    beat_ticks : int
        Length of a beat, for the substitutes just before a change.

    Returns
    -------
    tuple of ChordSpan
        Over the same time, without gaps.
    """
    if colour == "triads":
        return merge_equal([replace(c, quality=triad(c.quality)) for c in chords])
    lines = _Lines(melody)
    plan = list(chords)
    if amount > 0:
        plan = _substituted(plan, keys, lines, amount, rng, beat_ticks)
    shuffled = {figure: _varied(list(choice), rng) for figure, choice in _NINTHS.items()}
    coloured = [
        _coloured(c, plan[k + 1] if k + 1 < len(plan) else None, key_at(keys, c.start_tick), lines, colour, shuffled)
        for k, c in enumerate(plan)
    ]
    return merge_equal(coloured)


def merge_equal(chords: Sequence[ChordSpan]) -> tuple[ChordSpan, ...]:
    """Neighbours that became the same chord, as one."""
    merged: list[ChordSpan] = []
    for chord in chords:
        if merged and merged[-1].is_chord_of(chord) and merged[-1].end_tick == chord.start_tick:
            merged[-1] = replace(merged[-1], end_tick=chord.end_tick)
        else:
            merged.append(chord)
    return tuple(merged)


class _Lines:
    """The melody, asked for what sounds in a span."""

    def __init__(self, melody: Sequence[Note]) -> None:
        self._starts = np.array([n.start_tick for n in melody], dtype=np.int64)
        self._ends = np.array([n.end_tick for n in melody], dtype=np.int64)
        self._pitches = np.array([n.pitch for n in melody], dtype=np.int64)

    def sounding(self, start: int, end: int) -> list[tuple[int, int]]:
        """(pitch class, ticks) of each note that sounds in a span."""
        inside = (self._starts < end) & (self._ends > start)
        lengths = np.minimum(self._ends[inside], end) - np.maximum(self._starts[inside], start)
        return [(int(p) % 12, int(t)) for p, t in zip(self._pitches[inside], lengths, strict=True)]


def _fits(chord: ChordSpan, given: ChordSpan, lines: _Lines) -> bool:
    """Whether a chord suits the melody at least as well as the one it takes the place of.

    Every strong note must be a chord tone or a tension (9, 11, 13: no semitone beside what the chord adds), and the
    time in which the melody lies a semitone beside a tone that was not there before must stay small.
    """
    added = set(tones(chord)) - set(tones(given))
    own = set(tones(chord))
    changed_root = chord.root_pc != given.root_pc
    clash = 0
    for pc, ticks in lines.sounding(chord.start_tick, chord.end_tick):
        beside = any((pc - t) % 12 in (1, 11) for t in added)
        strong = ticks >= STRONG_TICKS
        if strong and (beside or (changed_root and pc not in own and not _is_tension(pc, chord))):
            return False
        clash += ticks if beside else 0
    return clash <= CLASH_SHARE_MAX * (chord.end_tick - chord.start_tick)


def _is_tension(pc: int, chord: ChordSpan) -> bool:
    """Whether a note is a whole step above a chord tone: a 9, 11 or 13 that does not rub."""
    return any((pc - t) % 12 == 2 for t in tones(chord)) and not any((pc - t) % 12 == 1 for t in tones(chord))


def _coloured(
    chord: ChordSpan,
    coming: ChordSpan | None,
    key: Key,
    lines: _Lines,
    colour: Colour,
    ninths: Mapping[str, Sequence[str]],
) -> ChordSpan:
    if chord.root_pc is None:
        return chord
    for quality in _colours(chord, coming, key, colour, ninths):
        richer = replace(chord, quality=quality)
        if set(QUALITIES[chord.quality]) <= {*QUALITIES[quality], 0} and _fits(richer, chord, lines):
            return richer
    return chord


def _colours(
    chord: ChordSpan, coming: ChordSpan | None, key: Key, colour: Colour, ninths: Mapping[str, Sequence[str]]
) -> Sequence[str]:
    """The qualities that suit a chord's function, richest first."""
    kind = family(chord.quality)
    figure = roman(ChordSpan(0, 1, chord.root_pc, triad(chord.quality)), key)
    if kind == "sus":
        dominant = figure.startswith("V")
        return (("sus4(b7,9)",) if colour == "ninths" and dominant else ()) + (
            _PLAIN_SEVENTHS["sus"] if dominant else ()
        )
    if kind == "maj" and _is_dominant(chord, coming, key, figure):
        if colour == "sevenths":
            return ("7",)
        to_minor = _falls(chord, coming) and coming is not None and family(coming.quality) == "min"
        return _TO_MINOR_NINTHS if to_minor else ninths["V"]
    if colour == "ninths" and figure in ninths:
        return ninths[figure]
    return _SEVENTHS.get(figure, _PLAIN_SEVENTHS[kind])


def _is_dominant(chord: ChordSpan, coming: ChordSpan | None, key: Key, figure: str) -> bool:
    """A major triad that is the key's V, has a minor seventh, or is neither diatonic nor borrowed from minor."""
    if figure == "V" or 10 in QUALITIES[chord.quality]:
        return True
    if figure.startswith("b") or set(tones(replace(chord, quality="maj"))) <= set(scale_pcs(key)):
        return False
    return figure != "I" or _falls(chord, coming)


def _falls(chord: ChordSpan, coming: ChordSpan | None) -> bool:
    """Whether the root goes down a fifth."""
    return coming is not None and coming.root_pc is not None and (chord.root_pc or 0) - coming.root_pc in (7, -5)


def _varied(choice: list[str], rng: np.random.Generator) -> list[str]:
    """The list, now and then with its first two swapped: one taste a song, not one a chord."""
    if len(choice) > 1 and rng.random() < 0.35:
        choice[0], choice[1] = choice[1], choice[0]
    return choice


def _substituted(
    chords: list[ChordSpan], keys: Sequence[Key], lines: _Lines, amount: float, rng: np.random.Generator, beat: int
) -> list[ChordSpan]:
    """Block substitutes and approaches to the coming chord, within the share of time that may change its root."""
    total = sum(c.end_tick - c.start_tick for c in chords)
    budget = amount * total
    kept = {k for p in find_progressions(chords, keys) for k in range(p.first, p.last + 1)}
    taste: dict[tuple[int, ...], int] = {}
    result: list[ChordSpan] = []
    for k, chord in enumerate(chords):
        key = key_at(keys, chord.start_tick)
        draw, choice = rng.random(), int(rng.integers(1 << 16))
        length = chord.end_tick - chord.start_tick
        coming = chords[k + 1] if k + 1 < len(chords) else None
        if chord.root_pc is None or coming is None or coming.root_pc is None:
            result.append(chord)
            continue
        block = _neighbour(chord, key, lines, choice)
        if k and k not in kept and draw < amount * BLOCK_CHANCE and block is not None and length <= budget:
            result.append(block)
            budget -= length
            continue
        context = ((chord.root_pc - key.tonic_pc) % 12, (coming.root_pc - key.tonic_pc) % 12)
        approach = _approach(chord, coming, key, lines, taste.setdefault(context, choice), beat)
        changed = sum(c.end_tick - c.start_tick for c in approach)
        chance = amount if length >= 4 * beat else amount * SHORT_CHANCE
        if approach and draw < chance and changed <= budget:
            result += [replace(chord, end_tick=approach[0].start_tick), *approach]
            budget -= changed
        else:
            result.append(chord)
    return result


def _neighbour(chord: ChordSpan, key: Key, lines: _Lines, choice: int) -> ChordSpan | None:
    """A diatonic chord a third away, with two notes in common."""
    if chord.bass_pc is not None or chord.root_pc is None:
        return None
    options = _NEIGHBOURS.get(roman(ChordSpan(0, 1, chord.root_pc, triad(chord.quality)), key), ())
    for k in range(len(options)):
        move, quality = options[(choice + k) % len(options)]
        other = replace(chord, root_pc=(chord.root_pc + move) % 12, quality=quality)
        if {*tones(chord), *tones(other)} <= set(scale_pcs(key)) and _fits(other, chord, lines):
            return other
    return None


def _approach(
    chord: ChordSpan, coming: ChordSpan, key: Key, lines: _Lines, choice: int, beat: int
) -> tuple[ChordSpan, ...]:
    """What leads to the coming chord in the last beat of a chord, or the last two of one of two bars."""
    length = chord.end_tick - chord.start_tick
    if length < 2 * beat or coming.root_pc is None or coming.root_pc == chord.root_pc:
        return ()
    beats = 2 if length >= 8 * beat else 1
    start = chord.end_tick - beats * beat
    target = coming.root_pc
    step = (target - (chord.root_pc or 0)) % 12
    dominant = (target + 7) % 12, "7"
    options: list[tuple[tuple[int, str], ...]] = []
    if step in (2, 10):
        options.append((((target - 1) % 12 if step == 2 else (target + 1) % 12, "dim7"),))
    if dominant[0] != chord.root_pc:
        two = (target + 2) % 12, "hdim7" if family(coming.quality) == "min" else "min7"
        if beats == 2 and two[0] != chord.root_pc:
            options.append((two, dominant))
        options.append((dominant,))
    options.append((((target + 1) % 12, "7"),))
    for k in range(len(options)):
        roots = options[(choice + k) % len(options)]
        each = (chord.end_tick - start) // len(roots)
        spans = tuple(
            ChordSpan(start + j * each, start + (j + 1) * each, root, quality)
            for j, (root, quality) in enumerate(roots)
        )
        if all(_fits(s, replace(chord, start_tick=s.start_tick, end_tick=s.end_tick), lines) for s in spans):
            return spans
    return ()


def share_changed(before: Sequence[ChordSpan], after: Sequence[ChordSpan]) -> float:
    """The share of time in which two sequences over the same time have different roots, 0-1."""
    edges = sorted({t for c in (*before, *after) for t in (c.start_tick, c.end_tick)})
    if len(edges) < 2:
        return 0.0
    changed = total = 0
    for a, b in pairwise(edges):
        roots = [next((c.root_pc for c in side if c.start_tick <= a < c.end_tick), None) for side in (before, after)]
        total += b - a
        changed += (b - a) if roots[0] != roots[1] else 0
    return changed / total
