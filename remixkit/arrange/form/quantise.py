"""Soft quantising: a performed tune pulled towards the grid on which a band plays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER

_SIXTEENTHS = (0, 240, 480, 720, 960)
_TRIPLETS = (0, 320, 640, 960)
_THIRTY_SECONDS = tuple(range(0, 961, 120))
_SPREAD = 80
# A source whose onsets lie this close to the grid (ticks) for this share of its notes was played by a sequencer.
_EXACT_TICKS = 12
_EXACT_SHARE = 0.8
# What stays of a player's deviation.
_KEPT = 0.25


def is_sequenced(notes: Sequence[Note]) -> bool:
    """Whether the onsets lie on a grid of twelfths or sixteenths of a quarter already."""
    if not notes:
        return True
    near = sum(1 for n in notes if min(_off(n.start_tick, 80), _off(n.start_tick, 120)) <= _EXACT_TICKS)
    exact = sum(1 for n in notes if min(_off(n.start_tick, 240), _off(n.start_tick, 320)) <= _EXACT_TICKS)
    return exact / len(notes) >= _EXACT_SHARE or near / len(notes) >= 0.97


def softly_quantised(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Pull onsets three quarters of the way to the nearest sixteenth or triplet.

    Each beat takes the grid that fits its onsets better; triplets must fit clearly better. A sequenced line comes back
    as it was. Notes keep their order, and two notes never fall on one tick unless they did before.
    """
    if is_sequenced(notes):
        return tuple(notes)
    out: list[Note] = []
    taken: dict[int, int] = {}
    for n, goal in zip(notes, _goals(notes, _grid), strict=True):
        start = round(goal + _KEPT * (n.start_tick - goal))
        if taken.get(goal, n.start_tick) != n.start_tick:
            start = n.start_tick
        taken.setdefault(goal, n.start_tick)
        if out and start < out[-1].start_tick:
            start = max(n.start_tick, out[-1].start_tick)
        end = max(start + 60, n.end_tick + start - n.start_tick)
        out.append(Note(start, end, n.pitch, n.velocity, n.origin))
    return tuple(out)


def on_grid(notes: Sequence[Note], end_tick: int) -> tuple[Note, ...]:
    """Every onset on its beat's nearest sixteenth or triplet, whichever grid fits the beat; lengths stay.

    Beats of more strokes than a sixteenth grid has places, as in a roll, take thirty-seconds. A note never ends after
    `end_tick`. Of two notes of a pitch that fall on one tick the longer stays.
    """
    out: dict[tuple[int, int], Note] = {}
    for n, goal in zip(notes, _goals(notes, lambda onsets: _rolling(onsets) or _grid(onsets)), strict=True):
        start = min(goal, end_tick - _THIRTY_SECONDS[1])
        end = min(end_tick, start + n.end_tick - n.start_tick)
        known = out.get((start, n.pitch))
        if known is None or known.end_tick < end:
            out[start, n.pitch] = Note(start, end, n.pitch, n.velocity, n.origin)
    return tuple(sorted(out.values()))


def _goals(notes: Sequence[Note], grid_of: Callable[[list[int]], tuple[int, ...]]) -> list[int]:
    """For each note the nearest place on its beat's grid, which `grid_of` chooses by the onsets in the beat."""
    beats: dict[int, list[int]] = defaultdict(list)
    for n in notes:
        beats[n.start_tick // TICKS_PER_QUARTER].append(n.start_tick % TICKS_PER_QUARTER)
    grids = {beat: grid_of(onsets) for beat, onsets in beats.items()}
    places = (divmod(n.start_tick, TICKS_PER_QUARTER) for n in notes)
    return [beat * TICKS_PER_QUARTER + min(grids[beat], key=lambda slot: abs(slot - place)) for beat, place in places]


def _rolling(onsets: list[int]) -> tuple[int, ...]:
    """Thirty-seconds where a beat has more strokes than four; a chord spread over less than one counts once."""
    strokes: list[int] = []
    for onset in sorted(onsets):
        if not strokes or onset - strokes[-1] >= _SPREAD:
            strokes.append(onset)
    return _THIRTY_SECONDS if len(strokes) > len(_SIXTEENTHS) - 1 else ()


def _off(tick: int, grid: int) -> int:
    rest = tick % grid
    return min(rest, grid - rest)


def _grid(onsets: list[int]) -> tuple[int, ...]:
    def error(grid: tuple[int, ...]) -> float:
        return sum(min(abs(g - o) for g in grid) for o in onsets) / len(onsets)

    return _TRIPLETS if len(onsets) > 1 and error(_TRIPLETS) < 0.75 * error(_SIXTEENTHS) else _SIXTEENTHS
