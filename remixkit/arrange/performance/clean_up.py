"""No mud: of what sounds low together, only the bass keeps its place.

Intervals at the bottom blur; how low each may stand is `theory.voicing_candidates.LOW_INTERVAL_LIMITS`. A voicing keeps
them by itself; here the players are heard together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from remixkit.arrange.playing.task import RoleOutput
from remixkit.model.song import Note, each_pitch_alone
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.style.role_kinds import traits
from remixkit.style.schema import RoleSpec, Style
from remixkit.theory.instruments import instrument
from remixkit.theory.voicing_candidates import breaches_low_interval

# Above this pitch no interval is too low.
_CLEAR = 54
_SLOT = TICKS_PER_QUARTER // 4


def cleared(done: Mapping[str, RoleOutput], style: Style) -> dict[str, RoleOutput]:
    """Every phrase, low notes that blur with what sounds below or beside them raised by octaves, or left out.

    The bass and the tune stay as they are; players give way to those before them in the style file.
    """
    low: dict[int, set[int]] = defaultdict(set)
    out = dict(done)
    for name, phrase in done.items():
        if traits(style.roles[name]).low_register == "holds":
            _hold(low, phrase.notes)
    for name, phrase in done.items():
        spec = style.roles[name]
        if traits(spec).low_register != "gives way":
            continue
        # Power chords are meant to stand on the bass.
        if spec.voicing != "power":
            out[name] = RoleOutput(_clear_all(phrase.notes, spec, low), phrase.controls)
        _hold(low, out[name].notes)
    return out


def _clear_all(notes: Sequence[Note], spec: RoleSpec, low: Mapping[int, set[int]]) -> tuple[Note, ...]:
    """A player's notes; of a chord the lowest is rather left out than put on top."""
    tops: dict[int, int] = {}
    for n in notes:
        tops[n.start_tick] = max(tops.get(n.start_tick, 0), n.pitch)
    kept = []
    for n in notes:
        cleared_note = _clear(n, spec, low)
        if cleared_note is not None and not n.pitch < tops[n.start_tick] < cleared_note.pitch:
            kept.append(cleared_note)
    return each_pitch_alone(kept)


def _clear(n: Note, spec: RoleSpec, low: Mapping[int, set[int]]) -> Note | None:
    """The note, where it is clear; an octave or two higher; None where half of it blurs whatever one does."""
    highest = instrument(spec.program).comfortable_highest
    for pitch in (n.pitch, n.pitch + 12, n.pitch + 24):
        if pitch > max(highest, n.pitch):
            break
        if not _blurs(pitch, n, low):
            return n if pitch == n.pitch else Note(n.start_tick, n.end_tick, pitch, n.velocity, n.origin)
    return n if 2 * _blurs(n.pitch, n, low) < len(_slots(n)) else None


def _blurs(pitch: int, n: Note, low: Mapping[int, set[int]]) -> int:
    """In how many sixteenths a note of that pitch would blur."""
    if pitch >= _CLEAR:
        return 0
    return sum(_is_muddy(frozenset(low[k]), pitch) for k in _slots(n) if k in low)


@lru_cache(maxsize=1 << 14)
def _is_muddy(held: frozenset[int], pitch: int) -> bool:
    return breaches_low_interval({*held, pitch}) and not breaches_low_interval(held)


def _hold(low: dict[int, set[int]], notes: tuple[Note, ...]) -> None:
    for n in notes:
        if n.pitch < _CLEAR:
            for k in _slots(n):
                low[k].add(n.pitch)


def _slots(n: Note) -> range:
    """The sixteenths in whose middle a note sounds; the one it begins in at least."""
    first = (n.start_tick + _SLOT // 2) // _SLOT
    return range(first, max(first + 1, -(-(n.end_tick - _SLOT // 2) // _SLOT)))
