"""Earlier takes: parts or bars of one that are kept while the rest is played anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from remixkit.errors import SongError
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Control, Note, Song, Track
from remixkit.plugins import nearest

Timed = TypeVar("Timed", Note, Control)


def with_locked(arrangement: Arrangement, take: Song, roles: Collection[str]) -> Arrangement:
    """The cover with some of its parts as an earlier take has them.

    Parameters
    ----------
    arrangement : Arrangement
        The new take.
    take : Song
        The earlier one, as `midi.read` gives it: the same song in the same style, another seed.
    roles : collection of str
        Which parts to keep: the style's names for them, or their own, in any case.

    Raises
    ------
    SongError
        If there is no such part, or the take is of another cover.
    """
    played = _tracks(arrangement, take)
    kept = {_part(arrangement, name).role for name in roles}
    return replace(
        arrangement,
        parts=tuple(_as_in(p, played[p.name]) if p.role in kept else p for p in arrangement.parts),
    )


def with_redone(arrangement: Arrangement, take: Song, bars: tuple[int, int]) -> Arrangement:
    """An earlier take with some bars as the new one has them.

    Parameters
    ----------
    arrangement, take
        As for `with_locked`.
    bars : (int, int)
        First and last bar to play anew, counted from 1.

    Raises
    ------
    SongError
        If the take is of another cover, or the bars are not in it.
    """
    played = _tracks(arrangement, take)
    edges = [start for start, _ in arrangement.grid.meter.bars(arrangement.end_tick)] + [arrangement.end_tick]
    first, last = bars
    if not 1 <= first <= last < len(edges):
        raise SongError(f"has no bars {first}-{last}", file=take.source, remedy=f"it has bars 1-{len(edges) - 1}")
    start, end = edges[first - 1], edges[last]

    def spliced(old: Sequence[Timed], new: Sequence[Timed]) -> tuple[Timed, ...]:
        return tuple(sorted([x for x in old if not start <= _at(x) < end] + [x for x in new if start <= _at(x) < end]))

    def redone(part: Part) -> Part:
        old = _as_in(part, played[part.name])
        notes = spliced([_cut(n, start) if n.start_tick < start else n for n in old.notes], part.notes)
        return replace(old, notes=notes, controls=spliced(old.controls, part.controls))

    return replace(arrangement, parts=tuple(redone(p) for p in arrangement.parts))


def _at(event: Note | Control) -> int:
    return event.start_tick if isinstance(event, Note) else event.tick


def _cut(note: Note, tick: int) -> Note:
    return replace(note, end_tick=min(note.end_tick, tick))


def _as_in(part: Part, track: Track) -> Part:
    """A part with a track's notes and controls; what the writer adds to each part's beginning is left out."""
    setup = {("cc", 7), ("cc", 10), ("cc", 91), ("cc", 0), ("cc", 32), ("program", 0)}
    controls = tuple(c for c in track.controls if not (c.tick == 0 and (c.kind, c.number) in setup))
    return replace(part, notes=tuple(replace(n, origin="take") for n in track.notes), controls=controls)


def _tracks(arrangement: Arrangement, take: Song) -> Mapping[str, Track]:
    """The take's track for each of the cover's parts, on its grid; a part that had nothing to play is silent."""
    named = {t.name: t for t in take.tracks}
    missing = [p.name for p in arrangement.parts if p.name not in named]
    if 2 * len(missing) > len(arrangement.parts):
        raise SongError(
            f"has no part {missing[0]!r}", file=take.source, remedy="give a take of this song in this style"
        )
    if [c.tick for c in take.grid.meter.changes] != [c.tick for c in arrangement.grid.meter.changes] or any(
        n.start_tick >= arrangement.end_tick for t in take.tracks for n in t.notes
    ):
        raise SongError("has other bars", file=take.source, remedy="give a take of this song in this style")
    return {p.name: named.get(p.name, Track(name=p.name)) for p in arrangement.parts}


def _part(arrangement: Arrangement, name: str) -> Part:
    wanted = name.strip().casefold()
    for part in arrangement.parts:
        if wanted in (part.role.casefold(), part.name.casefold()):
            return part
    roles = [p.role for p in arrangement.parts]
    hint = nearest(name, roles)
    raise SongError(
        f"the cover has no part {name!r}",
        remedy=f"did you mean {hint!r}?" if hint else f"there are: {', '.join(roles)}",
    )
