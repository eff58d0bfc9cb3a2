"""Parts to a stereo sum: each part's sound, its effects, its fader, its bus, and the room they share.

All parts are rendered block by block, several at a time, and added in one order, so that memory does not grow with
their number and the sum is the same on any number of cores. Workers, buses, room and sum are stages, each on a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixkit.errors import OutputError
from remixkit.model.arrangement import Arrangement, AutomationRamp
from remixkit.render.effects.blocks import Block, blocks_of, highest, ratio
from remixkit.render.files.reserved import reserved
from remixkit.render.mix.automation import Sweep, automation_fader
from remixkit.render.mix.buses import BusLine, Passed, bus_lines, common_room
from remixkit.render.mix.level_rider import LevelRider
from remixkit.render.pipeline import stage
from remixkit.render.soundfonts.assignment import performed
from remixkit.render.soundfonts.lookup import SoundFont
from remixkit.render.synth.part_events import QUANTUM, Fader, FramesOf, frame_clock
from remixkit.render.synth.pool import BLOCK_FRAMES, SynthWorker, synth_pool

MOST_S = 3600.0
"""How long a piece of sound may be: of published files the longest, a test of all sounds, takes an hour."""
# What is longer is mixed in a file and not in memory.
_MOST_IN_MEMORY_S = 900.0
LONGEST_TAIL_S = 10.0
RING_S = 2.0

# The tail has ended where it stays so far below the loudest moment.
_SILENCE_DB = -70.0


@dataclass(frozen=True, slots=True)
class Ending:
    """Where a sum ends: it is faded between two frames, if they differ, and followed by so many frames of silence."""

    fade_from: int
    stop: int
    ring: int

    def of(self, sound: Block) -> Block:
        """A sound so ended; it is changed, and what is returned is a view of it."""
        fade = self.stop - self.fade_from
        sound[:, self.fade_from : self.stop] *= np.linspace(1.0, 0.0, fade, dtype=np.float32) ** 2
        sound[:, self.stop : self.stop + self.ring] = 0.0
        return sound[:, : self.stop + self.ring]


@dataclass(frozen=True, slots=True)
class Mix:
    """The sum of all parts before the master.

    Parameters
    ----------
    sound : array of float32, shape (2, frames)
        Stereo; frames is a multiple of 64. It ends with `RING_S` of silence, for the master's effects to ring out in.
    music_frames : int
        Where the last note is released.
    ending : Ending
        How it ends.
    rides : mapping of str to Fader
        What was done to buses that are ridden above the rest, by their names.
    warnings : tuple of str
        What the SoundFonts lack, and which of them are not here.
    """

    sound: NDArray[np.float32]
    music_frames: int
    ending: Ending
    rides: Mapping[str, Fader]
    warnings: tuple[str, ...]


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
        On what, but for parts that name another which is here.
    sample_rate_hz : int
        Sampling rate.
    progress : callable
        Called with the share that is done, 0-1.

    Raises
    ------
    OutputError
        If it is longer than `MOST_S`.
    SynthError, SoundFontError, PluginError, StyleError
        If the sound cannot be made.
    """
    performances, lacking = performed(arrangement, soundfont, sample_rate_hz)
    end = max((p.end_frame for p in performances), default=0)
    if end > MOST_S * sample_rate_hz:
        minutes = f"{end / sample_rate_hz / 60:.0f} minutes"
        remedy = f"sound lasts {MOST_S / 60:.0f} minutes at most; cover a shorter part of the song"
        raise OutputError(f"is {minutes} long", file=arrangement.title or None, remedy=remedy)
    frames_of = frame_clock(arrangement.grid.tempo, sample_rate_hz)
    buses, places = bus_lines(arrangement, frames_of, sample_rate_hz)
    cuts = [*frames_of([s.start_tick for s in arrangement.sections]), end]
    riders = {
        place: LevelRider(cuts, bus.loudness_offset_lu, sample_rate_hz)
        for place, bus in enumerate(arrangement.master.buses, 1)
        if bus.loudness_offset_lu is not None
    }
    # The stages are left first: they wait for blocks that are still being played.
    with ExitStack() as players, ExitStack() as stages:
        ready = synth_pool(arrangement, performances, places, sample_rate_hz, players)
        sound, ending = _SummingBus(buses, riders, end, sample_rate_hz).add_up(ready, stages, progress)
    sound = ending.of(sound)
    automate(sound, arrangement.master.automation, frames_of, sample_rate_hz)
    rides = {arrangement.master.buses[place - 1].name: rider.fader for place, rider in riders.items()}
    warnings = dict.fromkeys([*lacking, *(w for p in performances for w in p.warnings)])
    return Mix(sound, end, ending, rides, tuple(warnings))


def _room(frames: int, sample_rate_hz: int) -> NDArray[np.float32]:
    """Silence of shape (2, frames)."""
    if frames > _MOST_IN_MEMORY_S * sample_rate_hz:
        with suppress(OSError), TemporaryFile() as file:  # no room on that disk: then in memory
            return reserved(file, frames)
    return np.zeros((2, frames), np.float32)


@dataclass(frozen=True, slots=True)
class _Sum:
    """A block of all but the room: what stays as it is, what is to ride, what the room hears, and the loudest of it."""

    start: int
    sound: Block
    riding: tuple[tuple[LevelRider, Block | None], ...]
    to_room: Block
    highest: float


class _SummingBus:
    """The sum: what every bus gives, block by block, and the room. Some buses are ridden above the rest."""

    def __init__(
        self, buses: Sequence[BusLine], riders: Mapping[int, LevelRider], end: int, sample_rate_hz: int
    ) -> None:
        self._buses, self._riders, self._rate_hz, self._end = buses, riders, sample_rate_hz, end
        self._longest = (end + int(LONGEST_TAIL_S * sample_rate_hz)) // QUANTUM * QUANTUM
        self._ring = int(RING_S * sample_rate_hz) // QUANTUM * QUANTUM
        frames = -(-(self._longest + self._ring) // BLOCK_FRAMES) * BLOCK_FRAMES
        self._total = _room(frames, sample_rate_hz)

    def add_up(
        self, ready: Sequence[SynthWorker], stages: ExitStack, progress: Callable[[float], None]
    ) -> tuple[NDArray[np.float32], Ending]:
        """All of it, and where it ends."""
        starts = range(0, self._total.shape[1], BLOCK_FRAMES)
        played = [stages.enter_context(stage(worker.render, starts)) for worker in ready]
        summed = stages.enter_context(stage(self._through_buses, zip(starts, *played, strict=True)))
        room = common_room(self._rate_hz)

        def returned(s: _Sum) -> tuple[_Sum, Block]:
            return s, room(s.to_room)

        in_room = stages.enter_context(stage(returned, summed))
        silence = ratio(_SILENCE_DB)
        loudest = 0.0
        for s, from_room in in_room:
            here = slice(s.start, s.start + BLOCK_FRAMES)
            self._total[:, here] += s.sound + from_room
            for rider, sound in s.riding:
                rider.add(sound, self._total, here.stop)
            progress(min(1.0, (s.start + BLOCK_FRAMES) / max(self._end, 1)))
            level = max(s.highest, highest(self._total[:, here]))
            loudest = max(loudest, level)
            if s.start >= self._longest or (s.start >= self._end and level <= loudest * silence):
                break
        for rider in self._riders.values():
            rider.finish(self._total)
        return self._total, self._ending(loudest * silence)

    def _ending(self, level: float) -> Ending:
        """Where the tail stays below a level, or, where it is too long, where it is to be faded."""
        heard = np.flatnonzero(np.abs(self._total[:, self._end : self._longest]).max(axis=0) > level)
        stop = -(-max(1, self._end + (int(heard[-1]) + 1 if len(heard) else 0)) // QUANTUM) * QUANTUM
        fade = (self._longest - self._end) // 4 if stop == self._longest else 0
        return Ending(stop - fade, stop, self._ring)

    def _through_buses(self, given: tuple[Any, ...]) -> _Sum:
        start, *sums = given
        total, sent = np.zeros((2, BLOCK_FRAMES), np.float32), np.zeros((2, BLOCK_FRAMES), np.float32)
        riding: list[tuple[LevelRider, Block | None]] = []
        level = 0.0
        for place, bus in enumerate(self._buses):
            sound, to_room = bus.pass_on(_sum_for(place, sums), start, BLOCK_FRAMES) or (None, None)
            if sound is not None and to_room is not None:
                level = max(level, highest(sound))
                sent += to_room
            if place in self._riders:
                riding.append((self._riders[place], sound))
            elif sound is not None:
                total += sound
        return _Sum(start, total, tuple(riding), sent, level)


def automate(sound: Block, ramps: Sequence[AutomationRamp], frames_of: FramesOf, sample_rate_hz: int) -> None:
    """What the sum does by section, before the master; the sound is changed."""
    fader, sweep = automation_fader(ramps, frames_of), Sweep(ramps, frames_of, sample_rate_hz)
    if fader is None and not sweep:
        return
    start = 0
    for here in blocks_of(sound, BLOCK_FRAMES):
        louder = here if fader is None else here * fader.over(start, here.shape[1])
        here[:] = sweep.over(louder, start)
        start += here.shape[1]


def _sum_for(place: int, sums: Sequence[dict[int, Passed]]) -> Passed | None:
    given = [own[place] for own in sums if place in own]
    for own in given[1:]:
        given[0][0][:] += own[0]
        given[0][1][:] += own[1]
    return given[0] if given else None
