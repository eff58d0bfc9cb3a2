"""Every way worth considering to lay a chord out, with what is wrong with each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise, product

import numpy as np
from numpy.typing import NDArray

from remixkit.theory.chords import QUALITIES, Voicing, family

# The lowest pitch on which an interval is still clear: arrangers' low-interval limits (R. Delamont, "Modern Arranging
# Technique", 1965, in the usual rounding). Index: semitones 0-11; wider intervals are always clear.
LOW_INTERVAL_LIMITS: tuple[int, ...] = (0, 52, 51, 48, 46, 46, 46, 34, 43, 41, 41, 41)

DOUBLED_THIRD_COST = 4.0
GAP_COST = 3.0
MISSING_GUIDE_COST = 2.0
MISSING_COLOUR_COST = 1.0
SEMITONE_TOP_COST = 2.0
CLUSTER_COST = 3.0
MAX_CANDIDATES = 64

# A close chord with a doubled tone still lies under one hand that rolls it: an octave and a third.
WIDEST_CLOSE = 16

Pitches = tuple[int, ...]
Anchored = tuple[int, str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """`pitches`, shape (n, voices), ascending in each row, and what each row costs by itself, shape (n,)."""

    pitches: NDArray[np.int64]
    cost: NDArray[np.float64]


def breaches_low_interval(pitches: Iterable[int]) -> bool:
    """Whether two neighbouring notes make an interval too low to be clear."""
    return any(b - a < 12 and a < LOW_INTERVAL_LIMITS[b - a] for a, b in pairwise(sorted(set(pitches))))


@lru_cache(maxsize=4096)
def candidates(chord: Anchored, kind: Voicing, low: int, high: int, voices: int) -> Candidates:
    """The candidates of a chord (root, quality, bass), at most `MAX_CANDIDATES`; at least one.

    Where the range is too narrow for the kind, fewer voices are tried, down to a single note.
    """
    root, quality, bass = chord
    for n in range(_most_voices(kind, voices), 0, -1):
        found = {p for p in _layouts(root, quality, bass, kind, low, high, n) if not breaches_low_interval(p)}
        if found:
            return _ranked(found, root, quality, (low + high) / 2)
    nearest = min(range(low, high + 1), key=lambda p: ((p - root) % 12 != 0, abs(2 * p - low - high)))
    return Candidates(np.array([[nearest]]), np.zeros(1))


def _most_voices(kind: Voicing, voices: int) -> int:
    return max(1, min(voices, 3 if kind in ("shell", "power") else voices))


def _layouts(root: int, quality: str, bass: int, kind: Voicing, low: int, high: int, voices: int) -> Iterator[Pitches]:
    if kind == "divisi" and voices > 1:
        yield from _spread(root, quality, bass, low, high, voices)
        return
    for shape in _shapes(quality, kind, voices):
        first = low + (root + shape[0] - low) % 12
        for lowest in range(first, high + 1, 12):
            if lowest + shape[-1] - shape[0] <= high and len(set(shape)) == len(shape):
                yield tuple(lowest + s - shape[0] for s in shape)


@lru_cache(maxsize=1024)
def _shapes(quality: str, kind: Voicing, voices: int) -> tuple[Pitches, ...]:
    """Layouts in semitones above some root, ascending."""
    if kind == "power":
        fifth = 7 if 7 in QUALITIES[quality] else None
        return ((0, fifth, 12)[:voices],) if fifth and voices > 1 else ((0, 12)[:voices],)
    if kind == "shell":
        third, seventh, fifth = _third(quality), _seventh(quality), _fifth(quality)
        if voices < 3:
            return ((third, seventh or fifth), (seventh or fifth, third + 12)) if voices == 2 else ((third,),)
        return ((0, third, seventh or fifth), (0, seventh or fifth, third + 12))
    if kind == "rootless" and voices > 1:
        return tuple(_closed(s) for s in _rootless(quality, voices))
    close = {_closed(order) for chosen in _choices(quality, voices) for order in _rotations(chosen)}
    if kind != "open" or voices < 3:
        narrow = [s for s in close if s[-1] - s[0] <= WIDEST_CLOSE]
        return tuple(sorted(narrow or close))
    opened = {tuple(sorted((*s[:-2], s[-1], s[-2] - 12))) for s in close}
    if voices >= 4:
        opened |= {tuple(sorted((*s[:-4], s[-3], s[-1], s[-2] - 12, s[-4] - 12))) for s in close}
    return tuple(sorted(opened))


def _choices(quality: str, voices: int) -> Iterator[Pitches]:
    """Which chord tones are taken: too few voices leave out fifth or root, then colours; too many double both."""
    own = tuple(dict.fromkeys(s % 12 for s in QUALITIES[quality]))
    fifth = _fifth(quality)
    if len(own) <= voices:
        for extra in product(sorted({0, fifth}), repeat=voices - len(own)):
            yield (*own, *extra)
        return
    guides = (_seventh(quality) % 12, _third(quality) % 12)
    colours = [s for s in own if s not in guides and s not in (0, fifth)]
    dropping = [s for s in (fifth, 0, *colours, *guides) if s in own]
    surplus = len(own) - voices
    for gone in combinations(dict.fromkeys(dropping[: surplus + 1]), surplus):
        yield tuple(s for s in own if s not in gone)


def _rotations(chosen: Pitches) -> Iterator[Pitches]:
    once = sorted(set(chosen))
    for k in range(len(once)):
        turned = once[k:] + once[:k]
        yield (*turned, *_doubles(turned, chosen))


def _doubles(turned: list[int], chosen: Pitches) -> Pitches:
    rest = list(chosen)
    for s in turned:
        rest.remove(s)
    return tuple(sorted(rest, key=turned.index))


def _closed(order: Pitches) -> Pitches:
    """Pitches stacked upwards in the order given, each as near above the last as it can."""
    stacked = [order[0]]
    for s in order[1:]:
        stacked.append(stacked[-1] + ((s - stacked[-1] - 1) % 12) + 1)
    return tuple(stacked)


def _rootless(quality: str, voices: int) -> tuple[Pitches, ...]:
    semitones = {s % 12 for s in QUALITIES[quality]}
    third, fifth, seventh = _third(quality) % 12, _fifth(quality), _seventh(quality) % 12
    ninth = next((s for s in (2, 1, 3) if s in semitones and s != third), 0)
    if not seventh:
        seventh = 9 if 9 in semitones else 0
        ninth = ninth if ninth != seventh else fifth
    dominant = seventh == 10 and third == 4
    colour = next((s for s in (9, 8) if dominant and s in semitones), fifth)
    four = (
        ((third, colour, seventh, ninth), (seventh, ninth, third, colour))
        if len({third, colour, seventh, ninth}) == 4
        else ((third, fifth, 0), (fifth, 0, third), (0, third, fifth))
    )
    if voices == 2 and seventh:
        return (third, seventh), (seventh, third)
    if len(four[0]) == 4 and voices == 3:
        return (third, seventh, ninth), (seventh, third, colour), (seventh, ninth, third)
    return tuple(s[:voices] for s in four)


def _spread(root: int, quality: str, bass: int, low: int, high: int, voices: int) -> Iterator[Pitches]:
    """Wide at the bottom, closer above: the lowest voice has the bass, the others thirds to an octave apart."""
    pcs = {(root + s) % 12 for s in QUALITIES[quality]}
    usable = [p for p in range(low, high + 1) if p % 12 in pcs]
    widest = 9 if voices > 3 else 12

    def upwards(chosen: Pitches) -> Iterator[Pitches]:
        if len(chosen) == voices:
            if len({p % 12 for p in chosen}) >= min(voices, len(pcs), 3):
                yield chosen
            return
        near, far = (7, 16) if len(chosen) == 1 and chosen[0] < 48 else (3, widest)
        for p in usable:
            if near <= p - chosen[-1] <= far:
                yield from upwards((*chosen, p))

    for lowest in range(low + (bass - low) % 12, min(high, low + 30) + 1, 12):
        yield from upwards((lowest,))


def _ranked(found: set[Pitches], root: int, quality: str, centre: float) -> Candidates:
    costs = {p: _cost(p, root, quality) for p in found}
    best = sorted(found, key=lambda p: (costs[p] + 0.1 * abs(sum(p) / len(p) - centre), p))[:MAX_CANDIDATES]
    return Candidates(np.array(best, dtype=np.int64), np.array([costs[p] for p in best]))


def _cost(pitches: Pitches, root: int, quality: str) -> float:
    degrees = [(p - root) % 12 for p in pitches]
    third, seventh = _third(quality) % 12, _seventh(quality) % 12
    cost = DOUBLED_THIRD_COST * max(0, degrees.count(third) - 1) if family(quality) in ("maj", "min") else 0.0
    cost += sum(GAP_COST for a, b in list(pairwise(pitches))[1:] if b - a > 12)
    cost += sum(MISSING_GUIDE_COST for s in (third, seventh) if s and s not in degrees)
    colours = {s % 12 for s in QUALITIES[quality] if s > 12}
    cost += sum(MISSING_COLOUR_COST for s in colours if s not in degrees)
    gaps = [b - a for a, b in pairwise(pitches)]
    if gaps and gaps[-1] == 1:
        cost += SEMITONE_TOP_COST
    return cost + CLUSTER_COST * sum(a <= 2 and b <= 2 for a, b in pairwise(gaps))


def _third(quality: str) -> int:
    """The third, or what is suspended for it; 7 where there is neither."""
    return next((s for s in QUALITIES[quality] if s in (2, 3, 4, 5)), 7)


def _fifth(quality: str) -> int:
    return next((s for s in QUALITIES[quality] if s in (6, 7, 8)), 7)


def _seventh(quality: str) -> int:
    """The seventh, or the sixth of sixth and diminished chords; 0 where there is neither."""
    return next((s for s in QUALITIES[quality] if s in (9, 10, 11)), 0)
