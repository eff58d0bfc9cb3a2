"""Any notes given to two hands: which of them takes which, and what neither can take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from remixkit.arrange.piano.hands import MELODY_PRIORITY, Reach, WeightedNote, middle, onsets, walk
from remixkit.model.song import Note
from remixkit.model.timing import TempoMap
from remixkit.search import cheapest_path


@dataclass(frozen=True, slots=True)
class Hands:
    """Notes given to each hand, and those no hand could take; each sorted."""

    right: tuple[Note, ...]
    left: tuple[Note, ...]
    lost: tuple[Note, ...]


def solve(
    notes: Sequence[Note],
    tempo: TempoMap,
    *,
    melody: Sequence[Note] = (),
    priority: Sequence[float] | None = None,
    reach: Reach | None = None,
) -> Hands:
    """Give any notes to two hands; what cannot be played goes by priority.

    The split of each onset into a low and a high part is found over the whole piece: overflow of a hand
    costs most, then moves of a hand, then distance from middle C.

    Parameters
    ----------
    notes : sequence of Note
        In any order, the tune among them or not.
    tempo : TempoMap
        Of the piece.
    melody : sequence of Note
        Monophonic; stays in the right hand, whole.
    priority : sequence of float, optional
        Of each of `notes`; by default the outer notes of an onset come before the inner.
    reach : Reach, optional
        Of either hand.
    """
    reach = reach or Reach()
    keys = {(n.start_tick, n.pitch) for n in melody}
    values = priority if priority is not None else [3.0 if outer else 2.0 for outer in _outer(notes)]
    weighted = [WeightedNote(n, MELODY_PRIORITY) for n in melody]
    weighted += [WeightedNote(n, w) for n, w in zip(notes, values, strict=True) if (n.start_tick, n.pitch) not in keys]
    if not weighted:
        return Hands((), (), ())
    groups = [sorted(g, key=lambda w: w.note.pitch) for g in onsets(weighted, tempo)]
    cuts = _cuts(groups, [tempo.second(g[0].note.start_tick) for g in groups], reach)
    high = [w for g, cut in zip(groups, cuts, strict=True) for w in g[cut:]]
    low = [w for g, cut in zip(groups, cuts, strict=True) for w in g[:cut]]
    played_right = walk(high, tempo, reach, ())
    right = tuple(sorted(note for _, note in played_right))
    played_left = walk(low, tempo, reach, right)
    left = tuple(sorted(note for _, note in played_left))
    played = {id(w) for w, _ in (*played_right, *played_left)}
    return Hands(right, left, tuple(sorted(w.note for w in weighted if id(w) not in played)))


def _outer(notes: Sequence[Note]) -> list[bool]:
    extremes: dict[int, tuple[int, int]] = {}
    for n in notes:
        low, high = extremes.get(n.start_tick, (n.pitch, n.pitch))
        extremes[n.start_tick] = (min(low, n.pitch), max(high, n.pitch))
    return [n.pitch in extremes[n.start_tick] for n in notes]


def _cuts(groups: Sequence[Sequence[WeightedNote]], seconds: Sequence[float], reach: Reach) -> list[int]:
    """How many of each onset's notes, from below, the left hand takes."""
    costs: list[list[float]] = []
    places: list[list[tuple[float | None, float | None]]] = []
    for group in groups:
        pitches = [w.note.pitch for w in group]
        melody = min((i for i, w in enumerate(group) if w.priority == MELODY_PRIORITY), default=len(group))
        halves = [(pitches[:c], pitches[c:]) for c in range(melody + 1)]
        costs.append([_overflow(lo, reach) + _overflow(hi, reach) + _away(lo, hi) for lo, hi in halves])
        places.append([(middle(lo) if lo else None, middle(hi) if hi else None) for lo, hi in halves])
    gaps = [max(second - before, 0.05) for before, second in pairwise(seconds)]
    moves = [
        [[_moves(a, b, gap) for b in after] for a in before]
        for (before, after), gap in zip(pairwise(places), gaps, strict=True)
    ]
    return cheapest_path(costs, moves)


def _overflow(pitches: Sequence[int], reach: Reach) -> float:
    """About how many notes the hand would lose, ten each; a little for what lies beyond comfort."""
    if not pitches:
        return 0.0
    inside = max(sum(low <= p <= low + reach.span for p in pitches) for low in pitches)
    beyond = max(0, pitches[-1] - pitches[0] - reach.comfort)
    return 10.0 * (len(pitches) - min(inside, reach.notes)) + 0.1 * beyond


def _away(low: Sequence[int], high: Sequence[int]) -> float:
    return 0.03 * (sum(max(0, p - 60) for p in low) + sum(max(0, 60 - p) for p in high))


def _moves(before: tuple[float | None, float | None], after: tuple[float | None, float | None], gap_s: float) -> float:
    return sum(0.02 * abs(b - a) / gap_s for a, b in zip(before, after, strict=True) if a is not None and b is not None)
