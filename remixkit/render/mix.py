"""Parts to a stereo sum: each part's sound, its effects, its fader, and the room they share.

All parts are rendered block by block, several at a time, and added in their order, so that memory does not grow with
their number and the sum is the same on any number of cores.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from remixkit.model.arrangement import Arrangement
from remixkit.render.chain import chain
from remixkit.render.effects.blocks import Block, Processor, highest, ratio
from remixkit.render.effects.space import room_alone
from remixkit.render.performance import QUANTUM, Performance, perform
from remixkit.render.soundfonts import SoundFont
from remixkit.render.synth import Player

BLOCK_FRAMES = 512 * QUANTUM
LONGEST_TAIL_S = 10.0
RING_S = 2.0

_Passed = tuple[Block, Block]

# The room that all parts share. A part with CC 91 = 127 sends all of itself, and what comes back is so much softer.
_ROOM, _DAMPING, _PREDELAY_MS, _RETURN_DB = 0.72, 0.45, 18.0, -4.0

# Parts are dealt to so many synthesisers: enough for common machines, and each must load the SoundFont's lists. It does
# not follow the number of cores, so that the same comes out everywhere.
_DESKS = 4

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
    """A part's way through the mixer."""

    def __init__(self, performance: Performance, effects: Processor | None) -> None:
        self._performance, self._effects = performance, effects
        self._at = 0

    def pass_on(self, sound: Block | None) -> _Passed | None:
        """The next block of a part, or silence: what goes to the sum and what goes to the room."""
        start, self._at = self._at, self._at + BLOCK_FRAMES
        if self._effects is not None:
            sound = self._effects(sound if sound is not None else np.zeros((2, BLOCK_FRAMES), np.float32))
        if sound is None:
            return None
        sound = sound * self._performance.volume.over(start, BLOCK_FRAMES)
        return sound, sound * self._performance.reverb.over(start, BLOCK_FRAMES)


class _Desk:
    """Some parts: the synthesiser they share, and a strip for each."""

    def __init__(self, player: Player, strips: Sequence[_Strip]) -> None:
        self._player, self._strips = player, strips

    def render(self) -> list[_Passed | None]:
        """The next block of every part."""
        sound = self._player.play(BLOCK_FRAMES)
        return [
            strip.pass_on(None if sound is None or not sound[k].any() else sound[k])
            for k, strip in enumerate(self._strips)
        ]


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
    workers = max(1, min(os.cpu_count() or 1, 8))
    # The pool is left first: it waits for blocks that are still being played.
    with ExitStack() as players, ThreadPoolExecutor(workers) as pool:
        desks = _desks(arrangement, performances, soundfont, sample_rate_hz, pool, players)
        sound = _sum(desks, end, sample_rate_hz, pool, progress)
    return Mix(sound, end, tuple(dict.fromkeys(w for p in performances for w in p.warnings)))


def _desks(
    arrangement: Arrangement,
    performances: Sequence[Performance],
    soundfont: SoundFont,
    sample_rate_hz: int,
    pool: ThreadPoolExecutor,
    players: ExitStack,
) -> list[_Desk]:
    chains = [chain(p.fx, sample_rate_hz, arrangement.seed, p.name) for p in arrangement.parts]
    groups = [range(first, len(performances), _DESKS) for first in range(min(_DESKS, len(performances)))]

    def player(group: range) -> Player:
        return Player(soundfont, [performances[k] for k in group], sample_rate_hz)

    # The first loads the SoundFont and sets FluidSynth up; the others may then come at the same time.
    ready = [players.enter_context(player(group)) for group in groups[:1]]
    waiting = [pool.submit(player, group) for group in groups[1:]]
    ready += [players.enter_context(w.result()) for w in waiting]
    return [
        _Desk(player, [_Strip(performances[k], chains[k]) for k in group])
        for player, group in zip(ready, groups, strict=True)
    ]


def _sum(
    desks: Sequence[_Desk], end: int, sample_rate_hz: int, pool: ThreadPoolExecutor, progress: Callable[[float], None]
) -> NDArray[np.float32]:
    longest = (end + int(LONGEST_TAIL_S * sample_rate_hz)) // QUANTUM * QUANTUM
    ring = int(RING_S * sample_rate_hz) // QUANTUM * QUANTUM
    total = np.zeros((2, -(-(longest + ring) // BLOCK_FRAMES) * BLOCK_FRAMES), np.float32)
    room = room_alone(sample_rate_hz, _ROOM, _DAMPING, _PREDELAY_MS)
    wet, silence = np.float32(ratio(_RETURN_DB)), ratio(_SILENCE_DB)
    loudest = 0.0
    for start, blocks in _in_step(desks, total.shape[1], pool):
        here = total[:, start : start + BLOCK_FRAMES]
        sent = np.zeros_like(here)
        for block in blocks:
            if block is not None:
                here += block[0]
                sent += block[1]
        here += wet * room(sent)
        progress(min(1.0, (start + BLOCK_FRAMES) / max(end, 1)))
        level = highest(here)
        loudest = max(loudest, level)
        if start >= longest or (start >= end and level <= loudest * silence):
            break
    return _ending(total, end, longest, ring, loudest * silence)


def _in_step(
    desks: Sequence[_Desk], frames: int, pool: ThreadPoolExecutor
) -> Iterator[tuple[int, list[_Passed | None]]]:
    """All parts' blocks in their order, block by block; the next ones are being made while these are added up."""
    waiting = [pool.submit(desk.render) for desk in desks]
    for start in range(0, frames, BLOCK_FRAMES):
        made = [w.result() for w in waiting]
        if start + BLOCK_FRAMES < frames:
            waiting = [pool.submit(desk.render) for desk in desks]
        yield start, [part for parts in zip_longest(*made) for part in parts]


def _ending(total: NDArray[np.float32], end: int, longest: int, ring: int, level: float) -> NDArray[np.float32]:
    """Cut the tail where it stays below a level, or fade it where it is too long; silence follows."""
    heard = np.flatnonzero(np.abs(total[:, end:longest]).max(axis=0) > level)
    stop = -(-max(1, end + (int(heard[-1]) + 1 if len(heard) else 0)) // QUANTUM) * QUANTUM
    if stop == longest:
        fade = (longest - end) // 4
        total[:, longest - fade : longest] *= np.linspace(1.0, 0.0, fade, dtype=np.float32) ** 2
    total[:, stop : stop + ring] = 0.0
    return total[:, : stop + ring]
