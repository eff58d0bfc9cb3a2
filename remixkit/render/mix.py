"""Parts to a stereo sum: each part's sound, its effects, its fader, its bus, and the room they share.

All parts are rendered block by block, several at a time, and added in one order, so that memory does not grow with
their number and the sum is the same on any number of cores. Desks, buses, room and sum are stages, each on a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixkit.model.arrangement import Arrangement, Move, Part
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.render.automation import Sweep, moving
from remixkit.render.balance import Riser
from remixkit.render.buses import BusLine, Passed, Patience, lines
from remixkit.render.chain import chain
from remixkit.render.effects.blocks import Block, Processor, blocks_of, highest, ratio
from remixkit.render.effects.space import room_alone
from remixkit.render.performance import QUANTUM, FramesOf, Performance, clock, perform
from remixkit.render.soundfonts import SoundFont
from remixkit.render.stages import stage
from remixkit.render.synth import Player

BLOCK_FRAMES = 1024 * QUANTUM
LONGEST_TAIL_S = 10.0
RING_S = 2.0

# The room that all parts share. A part with CC 91 = 127 sends all of itself, and what comes back is so much softer.
_ROOM, _DAMPING, _PREDELAY_MS, _RETURN_DB = 0.72, 0.45, 18.0, -4.0

# Parts are dealt to so many synthesisers: enough for common machines, and each must load the SoundFont's lists. It does
# not follow the number of cores, so that the same comes out everywhere.
_DESKS = 6

# Voices that may sound at once, dealt to the desks; FluidSynth's own program has 256 for all. Where a harp rings on for
# ten seconds, what is taken away lies 46 dB below the rest of it.
_VOICES = 384

# The tail has ended where it stays so far below the loudest moment.
_SILENCE_DB = -70.0


@dataclass(frozen=True, slots=True)
class Mix:
    """The sum of all parts before the master.

    Parameters
    ----------
    sound : array of float32, shape (2, frames)
        Stereo; frames is a multiple of 64. It ends with `RING_S` of silence, for the master's effects to ring out in.
    music_frames : int
        Where the last note is released.
    warnings : tuple of str
        What the SoundFont lacks.
    """

    sound: NDArray[np.float32]
    music_frames: int
    warnings: tuple[str, ...]


class _Strip:
    """A part's way to its bus. Where it has been silent for long, its effects rest."""

    def __init__(self, performance: Performance, effects: Processor | None, sample_rate_hz: int) -> None:
        self._performance, self._effects = performance, effects
        self._patience = Patience(sample_rate_hz)

    def pass_on(self, sound: Block | None, start: int) -> Passed | None:
        """The next block of a part, or silence: what goes to its bus and what goes to the room."""
        if self._effects is not None and (sound is not None or not self._patience.is_over):
            heard = sound is not None
            sound = self._effects(sound if sound is not None else np.zeros((2, BLOCK_FRAMES), np.float32))
            self._patience.note(heard, sound)
        if sound is None:
            return None
        sound = sound * self._performance.volume.over(start, BLOCK_FRAMES)
        return sound, sound * self._performance.reverb.over(start, BLOCK_FRAMES)


class _Desk:
    """Some parts: the synthesiser they share, a strip for each, and the place of its bus."""

    def __init__(self, player: Player, strips: Sequence[tuple[_Strip, int]]) -> None:
        self._player, self._strips = player, strips

    def render(self, start: int) -> dict[int, Passed]:
        """The next block, which begins at a frame: the sum for every bus that anything goes to."""
        sound = self._player.play(BLOCK_FRAMES)
        sums: dict[int, Passed] = {}
        for k, (strip, bus) in enumerate(self._strips):
            passed = strip.pass_on(sound[k] if sound[k].any() else None, start)
            if passed is not None and bus in sums:
                for whole, own in zip(sums[bus], passed, strict=True):
                    whole += own
            elif passed is not None:
                sums[bus] = passed
        return sums


def mixdown(
    arrangement: Arrangement,
    soundfont: SoundFont,
    sample_rate_hz: int,
    progress: Callable[[float], None] = lambda _: None,
) -> Mix:
    """Play an arrangement.

    Parameters
    ----------
    arrangement : Arrangement
        What to play; its seed is every effect's.
    soundfont : SoundFont
        On what.
    sample_rate_hz : int
        Sampling rate.
    progress : callable
        Called with the share that is done, 0-1.

    Raises
    ------
    SynthError, SoundFontError, PluginError, StyleError
        If the sound cannot be made.
    """
    performances = [perform(p, arrangement.grid.tempo, soundfont, sample_rate_hz) for p in arrangement.parts]
    end = max((p.end_frame for p in performances), default=0)
    frames_of = clock(arrangement.grid.tempo, sample_rate_hz)
    buses, places = lines(arrangement, frames_of, sample_rate_hz)
    cuts = [*frames_of([s.start_tick for s in arrangement.sections]), end]
    risers = {
        place: Riser(cuts, bus.above_lu, sample_rate_hz)
        for place, bus in enumerate(arrangement.master.buses, 1)
        if bus.above_lu is not None
    }
    # The stages are left first: they wait for blocks that are still being played.
    with ExitStack() as players, ExitStack() as stages:
        desks = _desks(arrangement, performances, places, soundfont, sample_rate_hz, players)
        sound = _Table(buses, risers, end, sample_rate_hz).add_up(desks, stages, progress)
    _move(sound, arrangement.master.moves, frames_of, sample_rate_hz)
    return Mix(sound, end, tuple(dict.fromkeys(w for p in performances for w in p.warnings)))


def _desks(
    arrangement: Arrangement,
    performances: Sequence[Performance],
    places: Sequence[int],
    soundfont: SoundFont,
    sample_rate_hz: int,
    players: ExitStack,
) -> list[_Desk]:
    strips = [
        (_Strip(performance, chain(part.fx, sample_rate_hz, arrangement.seed, part.name), sample_rate_hz), place)
        for part, performance, place in zip(arrangement.parts, performances, places, strict=True)
    ]
    groups = _dealt([_load(part) for part in arrangement.parts])
    voices = _VOICES // max(1, len(groups))

    def player(group: Sequence[int]) -> Player:
        return Player(soundfont, [performances[k] for k in group], sample_rate_hz, voices)

    # The first loads the SoundFont and sets FluidSynth up; the others may then come at the same time.
    ready = [players.enter_context(player(group)) for group in groups[:1]]
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(player, group) for group in groups[1:]]
        ready += [players.enter_context(w.result()) for w in waiting]
    return [_Desk(player, [strips[k] for k in group]) for player, group in zip(ready, groups, strict=True)]


def _load(part: Part) -> float:
    """What a part costs to play, roughly: each note has a body and a ring."""
    return sum(1.0 + (n.end_tick - n.start_tick) / TICKS_PER_QUARTER for n in part.notes)


def _dealt(loads: Sequence[float]) -> list[list[int]]:
    """The places of what is to be played, dealt to desks so that each has about as much to do."""
    groups: list[list[int]] = [[] for _ in range(min(_DESKS, len(loads)))]
    for k in sorted(range(len(loads)), key=lambda k: -loads[k]):
        min(groups, key=lambda g: sum(loads[j] for j in g)).append(k)
    return groups


@dataclass(frozen=True, slots=True)
class _Sum:
    """A block of all but the room: what stays as it is, what is to rise, what the room hears, and the loudest of it."""

    start: int
    sound: Block
    rising: tuple[tuple[Riser, Block | None], ...]
    to_room: Block
    highest: float


class _Table:
    """The sum: what every bus gives, block by block, and the room. Some buses rise above the rest."""

    def __init__(self, buses: Sequence[BusLine], risers: Mapping[int, Riser], end: int, sample_rate_hz: int) -> None:
        self._buses, self._risers, self._rate_hz, self._end = buses, risers, sample_rate_hz, end
        self._longest = (end + int(LONGEST_TAIL_S * sample_rate_hz)) // QUANTUM * QUANTUM
        self._ring = int(RING_S * sample_rate_hz) // QUANTUM * QUANTUM
        frames = -(-(self._longest + self._ring) // BLOCK_FRAMES) * BLOCK_FRAMES
        self._total = np.zeros((2, frames), np.float32)

    def add_up(
        self, desks: Sequence[_Desk], stages: ExitStack, progress: Callable[[float], None]
    ) -> NDArray[np.float32]:
        """Hear all of it."""
        starts = range(0, self._total.shape[1], BLOCK_FRAMES)
        played = [stages.enter_context(stage(desk.render, starts)) for desk in desks]
        summed = stages.enter_context(stage(self._through_buses, zip(starts, *played, strict=True)))
        room = room_alone(self._rate_hz, _ROOM, _DAMPING, _PREDELAY_MS)

        def returned(s: _Sum) -> tuple[_Sum, Block]:
            return s, room(s.to_room)

        in_room = stages.enter_context(stage(returned, summed))
        wet, silence = np.float32(ratio(_RETURN_DB)), ratio(_SILENCE_DB)
        loudest = 0.0
        for s, from_room in in_room:
            here = slice(s.start, s.start + BLOCK_FRAMES)
            self._total[:, here] += s.sound + wet * from_room
            for riser, sound in s.rising:
                riser.add(sound, self._total, here.stop)
            progress(min(1.0, (s.start + BLOCK_FRAMES) / max(self._end, 1)))
            level = max(s.highest, highest(self._total[:, here]))
            loudest = max(loudest, level)
            if s.start >= self._longest or (s.start >= self._end and level <= loudest * silence):
                break
        for riser in self._risers.values():
            riser.finish(self._total)
        return _ending(self._total, self._end, self._longest, self._ring, loudest * silence)

    def _through_buses(self, given: tuple[Any, ...]) -> _Sum:
        start, *sums = given
        total, sent = np.zeros((2, BLOCK_FRAMES), np.float32), np.zeros((2, BLOCK_FRAMES), np.float32)
        rising: list[tuple[Riser, Block | None]] = []
        level = 0.0
        for place, bus in enumerate(self._buses):
            sound, to_room = bus.pass_on(_sum_for(place, sums), start, BLOCK_FRAMES) or (None, None)
            if sound is not None and to_room is not None:
                level = max(level, highest(sound))
                sent += to_room
            if place in self._risers:
                rising.append((self._risers[place], sound))
            elif sound is not None:
                total += sound
        return _Sum(start, total, tuple(rising), sent, level)


def _move(sound: Block, moves: Sequence[Move], frames_of: FramesOf, sample_rate_hz: int) -> None:
    """What the sum does by section, before the master."""
    fader, sweep = moving(moves, frames_of), Sweep(moves, frames_of, sample_rate_hz)
    if fader is None and not sweep:
        return
    start = 0
    for here in blocks_of(sound, BLOCK_FRAMES):
        louder = here if fader is None else here * fader.over(start, here.shape[1])
        here[:] = sweep.over(louder, start)
        start += here.shape[1]


def _sum_for(place: int, sums: Sequence[dict[int, Passed]]) -> Passed | None:
    given = [desk[place] for desk in sums if place in desk]
    for own in given[1:]:
        given[0][0][:] += own[0]
        given[0][1][:] += own[1]
    return given[0] if given else None


def _ending(total: NDArray[np.float32], end: int, longest: int, ring: int, level: float) -> NDArray[np.float32]:
    """Cut the tail where it stays below a level, or fade it where it is too long; silence follows."""
    heard = np.flatnonzero(np.abs(total[:, end:longest]).max(axis=0) > level)
    stop = -(-max(1, end + (int(heard[-1]) + 1 if len(heard) else 0)) // QUANTUM) * QUANTUM
    if stop == longest:
        fade = (longest - end) // 4
        total[:, longest - fade : longest] *= np.linspace(1.0, 0.0, fade, dtype=np.float32) ** 2
    total[:, stop : stop + ring] = 0.0
    return total[:, : stop + ring]
