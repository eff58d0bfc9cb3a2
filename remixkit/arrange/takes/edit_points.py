"""A stretch of one take inside another of the same cover: which notes belong to it, and what holds at its edges.

Players anticipate and deviate: a note struck shortly before a bar line for the bar behind it belongs to that bar. What
both takes hold over a seam goes on; what only one of them holds ends there. Pedals, wheels and bends are brought to
where the take that goes on has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from remixkit.midi.spec import AT_REST
from remixkit.model.song import Control, ControlKind, Note
from remixkit.model.timing import TICKS_PER_QUARTER

# How far ahead of its bar a note may be struck: an eighth, as anticipations are.
_AHEAD_TICKS = TICKS_PER_QUARTER // 2
# So close to a bar line even the shortest note is meant for it: a 64th, some 30 ms at 120 a minute.
_EARLY_TICKS = TICKS_PER_QUARTER // 16

# What is set once for the whole take, and is the same in both.
_SETTINGS = ("program", "rpn")


def spliced_notes(old: Sequence[Note], new: Sequence[Note], start: int, end: int) -> tuple[Note, ...]:
    """The notes of `old` with those of `new` from bar line to bar line.

    Parameters
    ----------
    old, new : sequence of Note
        The same part in two takes.
    start, end : int
        Ticks of the first bar line and of the one behind the last bar.

    Returns
    -------
    tuple of Note
        Sorted; no note of one take sounds on in the other's bars unless both hold it.
    """
    before = [n for n in old if _place(n, start) < start]
    within = [n for n in new if start <= _place(n, start) and _place(n, end) < end]
    after = [n for n in old if _place(n, end) >= end]
    return tuple(sorted([*_handed_on(before, new, start), *_handed_on(within, old, end), *after]))


def _place(note: Note, line: int) -> int:
    """Where a note belongs: its onset, or the bar line that it is struck shortly ahead of."""
    ahead = line - note.start_tick
    if 0 < ahead <= _EARLY_TICKS:
        return line
    return line if 0 < ahead <= _AHEAD_TICKS and note.end_tick - line > ahead else note.start_tick


def _handed_on(notes: Sequence[Note], others: Sequence[Note], line: int) -> list[Note]:
    """Notes that end at a bar line at the latest, but those that the other take holds across it: they end as there."""
    held = {n.pitch: n.end_tick for n in others if _place(n, line) < line < n.end_tick}
    out = []
    for n in notes:
        if n.end_tick > line:
            n = replace(n, end_tick=held.get(n.pitch, line))
        out.append(n)
    return out


def spliced_controls(old: Sequence[Control], new: Sequence[Control], start: int, end: int) -> tuple[Control, ...]:
    """The controls of `old` with those of `new` from bar line to bar line, and at each what the one going on has."""
    out = [c for c in old if not start <= c.tick < end] + [c for c in new if start <= c.tick < end]
    out += _brought(old, new, start)
    out += _brought(new, old, end)
    return tuple(sorted(set(out)))


def _brought(until: Sequence[Control], onwards: Sequence[Control], line: int) -> list[Control]:
    """What must be said at a seam so that `onwards` finds everything where it had left it."""
    was, wanted = _state(until, line), _state(onwards, line)
    said = {(c.kind, c.number) for c in onwards if c.tick == line}
    out = []
    for kind, number in sorted((was.keys() | wanted.keys()) - said):
        rest = AT_REST.get(number, 0) if kind == "cc" else 0
        value = wanted.get((kind, number), rest)
        if value != was.get((kind, number), rest):
            out.append(Control(line, kind, number, value))
    return out


def _state(controls: Sequence[Control], line: int) -> dict[tuple[ControlKind, int], int]:
    """The last value of each kind of control before a tick."""
    return {(c.kind, c.number): c.value for c in controls if c.tick < line and c.kind not in _SETTINGS}
