"""A tune without accompaniment: its key and the plain chords that a musician would put under it.

One line is no bass and no chord, so there is nothing to recognise; it is harmonised. In each of the 24 keys the best
path of the key's own triads is sought, a choice every half bar: strong notes are chord tones, chords change at bar
lines rather than inside bars, progressions are those of any harmony book (dominants go home), and a tune begins and
ends at home. The key whose path is cheapest is the key.

Sources: melody harmonisation by Viterbi follows Simon, Morris & Basu, "MySong", CHI 2008; functions and progressions
follow Kostka & Payne, "Tonal Harmony". The costs are set by hand on public-domain tunes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from remixkit.analysis.features import NO_PITCH, Floats, Frames, Sounding
from remixkit.model.analysis import ChordSpan, Key, Mode
from remixkit.search import cheapest_path
from remixkit.theory.chords import QUALITIES
from remixkit.theory.keys import scale_pcs

TOGETHER = 1.05
MOST_TOGETHER = 0.05
WIDEST_STEP = 3.9
LOWEST_TUNE = 53
FOREIGN = np.array([0.25, 0.35, 1.0, 1.3], dtype=np.float32)
"""What a tone foreign to the chord costs in a frame, by what begins there: nothing, a beat, a half bar, a bar."""
SEVENTH = 0.5
"""How foreign the seventh is to a dominant."""
OUTSIDE = 0.3
CHANGE_AT_BAR, CHANGE_INSIDE = 0.1, 0.9
NOT_HOME_FIRST, NOT_HOME_LAST, NOT_TONIC_LAST = 0.8, 2.5, 1.5
MINOR_DOUBT = 0.5


@dataclass(frozen=True, slots=True)
class Degree:
    """A triad of a key: semitones above the tonic, quality, function, what a half bar of it costs."""

    step: int
    quality: str
    function: str
    cost: float


DEGREES: dict[Mode, tuple[Degree, ...]] = {
    "major": (
        Degree(0, "maj", "T", 0.0),
        Degree(7, "maj", "D", 0.2),
        Degree(5, "maj", "S", 0.3),
        Degree(2, "min", "S", 0.5),
        Degree(9, "min", "T", 0.6),
    ),
    "minor": (
        Degree(0, "min", "T", 0.0),
        Degree(7, "maj", "D", 0.2),
        Degree(5, "min", "S", 0.3),
        Degree(8, "maj", "S", 0.5),
        Degree(10, "maj", "S", 0.5),
        Degree(3, "maj", "T", 0.6),
    ),
}
PROGRESSION = {"TT": 0.3, "TS": 0.0, "TD": 0.0, "SS": 0.3, "SD": 0.0, "ST": 0.1, "DT": -0.3, "DD": 0.0, "DS": 0.8}
"""What it costs to go from one function to another, beside the change itself."""


def is_bare(sounding: Sounding) -> bool:
    """Whether all that sounds is one tune, be it in octaves: one pitch class at a time, by steps, and not a bass."""
    sounds = sounding.lowest < NO_PITCH
    line = sounding.lowest[sounds]
    together = sounding.chroma[sounds].sum(axis=1) > TOGETHER
    if not len(line) or together.mean() > MOST_TOGETHER or np.median(line) < LOWEST_TUNE:
        return False
    steps = np.abs(np.diff(line))
    return bool(not steps.any() or steps[steps > 0].mean() <= WIDEST_STEP)


def tune_key(frames: Frames, sounding: Sounding) -> Key:
    """The key of a bare tune, for all of it."""
    _, tonic, mode = _harmonised(frames, sounding)
    return Key(int(frames.edges[0]), int(frames.edges[-1]), tonic, mode)


def tune_chords(frames: Frames, sounding: Sounding) -> tuple[ChordSpan, ...]:
    """Triads under a bare tune, changing at bar lines and half bars; no chord before its first note.

    Returns
    -------
    tuple of ChordSpan
        Over all frames without gaps, all in root position.
    """
    path, tonic, mode = _harmonised(frames, sounding)
    first = _first_half(frames, sounding)
    starts = [*np.flatnonzero(frames.strength >= 2).tolist(), len(frames)]
    spans: list[ChordSpan] = []
    for k, (a, b) in enumerate(pairwise(starts)):
        begin, end = int(frames.edges[a]), int(frames.edges[b])
        root, quality = None, ""
        if k >= first:
            degree = DEGREES[mode][path[k - first]]
            root, quality = (tonic + degree.step) % 12, degree.quality
        if spans and (spans[-1].root_pc, spans[-1].quality) == (root, quality):
            begin = spans.pop().start_tick
        spans.append(ChordSpan(begin, end, root, quality))
    return tuple(spans)


def _first_half(frames: Frames, sounding: Sounding) -> int:
    """The half bar in which the tune begins."""
    return int(frames.half[np.flatnonzero(sounding.lowest < NO_PITCH)[0]])


def _harmonised(frames: Frames, sounding: Sounding) -> tuple[list[int], int, Mode]:
    """The cheapest degrees from the first half bar that sounds on, the tonic and the mode."""
    first = _first_half(frames, sounding)
    starts = np.flatnonzero(frames.strength >= 2)
    weight = FOREIGN[frames.strength][:, None] * sounding.chroma
    heard = np.add.reduceat(weight, starts, axis=0)[first:]
    at_bar = frames.strength[starts][first:] == 3
    final = int(sounding.lowest[sounding.lowest < NO_PITCH][-1]) % 12
    ways: list[tuple[float, list[int], int, Mode]] = []
    for mode in DEGREES:
        own, moves = _foreign(mode), _moves(mode)
        tables = [moves[int(bar)] for bar in at_bar[1:]]
        for tonic in (*range(final, 12), *range(final)):
            costs = np.roll(heard, -tonic, axis=1) @ own.T + [d.cost for d in DEGREES[mode]]
            costs[0, 1:] += NOT_HOME_FIRST
            costs[-1, 1:] += NOT_HOME_LAST
            path = cheapest_path(costs, tables)
            total = float(sum(costs[k, state] for k, state in enumerate(path)))
            total += float(sum(table[a, b] for table, (a, b) in zip(tables, pairwise(path), strict=True)))
            total += NOT_TONIC_LAST * (final != tonic) + MINOR_DOUBT * (mode == "minor")
            ways.append((total, path, tonic, mode))
    _, path, tonic, mode = min(ways, key=lambda way: way[0])
    return path, tonic, mode


def _foreign(mode: Mode) -> Floats:
    """How foreign each pitch class above the tonic is to each degree, shape (degrees, 12), 0-1 and more outside."""
    out = np.ones((len(DEGREES[mode]), 12), dtype=np.float32)
    for row, degree in zip(out, DEGREES[mode], strict=True):
        row[[pc for pc in range(12) if pc not in scale_pcs(Key(0, 1, 0, mode))]] += OUTSIDE
        row[[(degree.step + tone) % 12 for tone in QUALITIES[degree.quality]]] = 0.0
        if degree.function == "D":
            row[(degree.step + 10) % 12] = SEVENTH
    return out


def _moves(mode: Mode) -> tuple[Floats, Floats]:
    """What it costs to go from each degree to each other inside a bar and at a bar line, shape (degrees, degrees)."""
    degrees = DEGREES[mode]
    steps = np.array([[PROGRESSION[a.function + b.function] for b in degrees] for a in degrees], dtype=np.float32)
    inside, at_bar = steps + CHANGE_INSIDE, steps + CHANGE_AT_BAR
    for table in (inside, at_bar):
        np.fill_diagonal(table, 0.0)
    return inside, at_bar
