"""Earlier takes: parts or bars of one that are kept while the rest is played anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from remixkit.arrange.daw import CHORDS, is_piece
from remixkit.arrange.takes.edit_points import spliced_controls, spliced_notes
from remixkit.errors import SongError
from remixkit.midi.spec import CC_BANK_LSB, CC_BANK_MSB, CC_PAN, CC_RESET, CC_REVERB, CC_VOLUME
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Control, Note, Origin, Song, Track
from remixkit.plugins import nearest
from remixkit.theory.keys import key_of_signature

# How far a note may have been moved and still be known as the one that the players played: a sixteenth.
_NEAR_TICKS = 240


def with_locked(arrangement: Arrangement, take: Song, roles: Collection[str]) -> Arrangement:
    """The cover with some of its parts as an earlier take has them.

    Parameters
    ----------
    arrangement : Arrangement
        The new take, on the earlier one's chart (`Song.seeds`).
    take : Song
        The earlier one, as `midi.read` gives it: the same song in the same style, another seed. It may have been
        written with empty bars ahead, a chord track and split drums.
    roles : collection of str
        Which parts to keep: the style's names for them, or their own, in any case.

    Raises
    ------
    SongError
        If there is no such part, or the take is of another cover.
    """
    played = _tracks(arrangement, take)
    kept = {_part(arrangement, name).role for name in roles}
    lacking = [p.name for p in arrangement.parts if p.role in kept and not any(_plays(t, p) for t in take.tracks)]
    if lacking:
        raise SongError(f"has no part {lacking[0]!r} to be kept", file=take.source, remedy="lock another one")
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
        First and last bar to play anew, counted from 1 as on the sheet.

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

    def redone(part: Part) -> Part:
        old = _as_in(part, played[part.name])
        return replace(
            old,
            notes=spliced_notes(old.notes, part.notes, start, end),
            controls=spliced_controls(old.controls, part.controls, start, end),
        )

    return replace(arrangement, parts=tuple(redone(p) for p in arrangement.parts))


def seeds_on(take: Song | None, seed: int | None) -> tuple[int, int]:
    """The seeds of a new take's players and of its form and harmony: the earlier take's chart, and other players.

    Without a seed the players' is the one after the earlier take's. A file that does not say its seeds was played on
    the chart of the seed that is given, or of 0, as is a cover without an earlier take.
    """
    if take is None:
        return seed or 0, seed or 0
    players, chart = take.seeds or (seed or 0, seed or 0)
    return (players + 1 if seed is None else seed), chart


def held_roles(take: Song | None, roles: Collection[str]) -> Mapping[str, int]:
    """Which players are to be held at which seed, so that those who play anew play to what is kept (`arrange`)."""
    return {} if take is None or take.seeds is None else dict.fromkeys(roles, take.seeds[0])


def with_kept(
    arrangement: Arrangement, take: Song, *, lock: Collection[str] = (), redo: tuple[int, int] | None = None
) -> Arrangement:
    """The new take with what is to be kept of an earlier one: some parts, or all but some bars, or both.

    With both, the parts stay the earlier take's in those bars too. Raises as `with_locked` and `with_redone` do.
    """
    made = arrangement if redo is None else with_redone(arrangement, take, redo)
    made = with_locked(made, take, lock) if lock else made
    lost = [t.name for t in take.tracks if t.notes and t.name != CHORDS and not any(_plays(t, p) for p in made.parts)]
    said = [f"{take.source}: the track {name!r} is no part of this cover and is left out" for name in lost]
    if take.seeds is None:
        chart = arrangement.seed if arrangement.chart_seed is None else arrangement.chart_seed
        said.append(f"{take.source} does not say which seed's form and chords it has: those of {chart} are taken")
    return replace(made, warnings=(*made.warnings, *said))


def _tracks(arrangement: Arrangement, take: Song) -> Mapping[str, Track]:
    """The take's track for each of the cover's parts, on its grid; a part that had nothing to play is silent."""
    found = {p.name: [t for t in take.tracks if _plays(t, p)] for p in arrangement.parts}
    missing = [p.name for p in arrangement.parts if not found[p.name]]
    if 2 * len(missing) > len(arrangement.parts):
        raise _other(take, f"has no part {missing[0]!r}")
    _check_key(arrangement, take)
    ahead = _ahead(arrangement, take)
    meters = [(max(0, c.tick - ahead), c.numerator, c.denominator) for c in take.grid.meter.changes]
    ours = [(c.tick, c.numerator, c.denominator) for c in arrangement.grid.meter.changes]
    joined = {p.name: _joined(p, found[p.name], ahead) for p in arrangement.parts}
    if meters != ours or any(
        not 0 <= n.start_tick < arrangement.end_tick for track in joined.values() for n in track.notes
    ):
        raise _other(take, "has other bars")
    return joined


def _plays(track: Track, part: Part) -> bool:
    """Whether a track is a part's, or a piece of its drum kit."""
    return track.name == part.name or (part.is_drum and is_piece(track.name, part.name))


def _ahead(arrangement: Arrangement, take: Song) -> int:
    """How many ticks of empty bars the take has before the cover's first section, by the marker of that section."""
    label = arrangement.sections[0].label if arrangement.sections else ""
    at = next((m.tick for m in take.markers if m.text == label), 0)
    return 0 if at % arrangement.grid.meter.changes[0].bar_ticks else at


def _joined(part: Part, tracks: Collection[Track], ahead: int) -> Track:
    """A part's tracks as one, on the cover's ticks, without what the writer tells each channel beforehand.

    Of several words for one controller in one tick the last counts, as on an instrument.
    """
    notes = [replace(n, start_tick=n.start_tick - ahead, end_tick=n.end_tick - ahead) for t in tracks for n in t.notes]
    said = [replace(c, tick=max(0, c.tick - ahead)) for t in tracks for c in _without_setup(part, t)]
    controls = {(c.tick, c.kind, c.number): c for c in said}
    return Track(part.name, notes=tuple(sorted(notes)), controls=tuple(sorted(controls.values())))


def _without_setup(part: Part, track: Track) -> list[Control]:
    """The controls but bank, program, volume, pan and reverb where the track begins or takes a shared channel over."""
    ours = {(CC_VOLUME, part.volume), (CC_PAN, part.pan), (CC_REVERB, part.reverb), (CC_RESET, 0)}
    said: dict[int, set[tuple[int, int]]] = {0: ours}
    for c in track.controls:
        if c.kind == "cc" and c.tick:
            said.setdefault(c.tick, set()).add((c.number, c.value))
    setups = {tick for tick, values in said.items() if ours <= values}
    numbers = {CC_BANK_MSB, CC_BANK_LSB, *(number for number, _ in ours)}
    return [
        c
        for c in track.controls
        if not (c.tick in setups and (c.kind == "program" or (c.kind == "cc" and c.number in numbers)))
    ]


def _as_in(part: Part, track: Track) -> Part:
    """A part with a track's notes and controls; notes that the part plays too keep their origin.

    A part that is passed through is the same in every take.
    """
    if part.passthrough:
        return part
    known = _Origins(part)
    return replace(part, notes=tuple(replace(n, origin=known.of(n)) for n in track.notes), controls=track.controls)


class _Origins:
    """Why a part plays what it plays, by pitch: so that a kept tune is still known as the tune."""

    def __init__(self, part: Part) -> None:
        self._other = Origin(part.role, function="take")
        self._notes: dict[int, list[Note]] = {}
        for n in part.notes:
            self._notes.setdefault(n.pitch, []).append(n)

    def of(self, note: Note) -> Origin:
        nearby = min(self._notes.get(note.pitch, ()), key=lambda n: abs(n.start_tick - note.start_tick), default=None)
        is_same = nearby is not None and abs(nearby.start_tick - note.start_tick) <= _NEAR_TICKS
        return nearby.origin if nearby and is_same else self._other


def _check_key(arrangement: Arrangement, take: Song) -> None:
    """A take of our own says truly what key it is in; what a DAW has written need not."""
    if take.seeds is None or not take.key_signatures or not arrangement.keys:
        return
    signature, key = take.key_signatures[0], arrangement.keys[0]
    if key_of_signature(signature.sharps, signature.mode) != (key.tonic_pc, key.mode):
        raise SongError("is in another key than the cover", file=take.source, remedy="ask for the same key again")


def _other(take: Song, reason: str) -> SongError:
    return SongError(reason, file=take.source, remedy="give a take of this song in this style")


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
