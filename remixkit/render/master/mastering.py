"""The finished sound out of the mix: effects, fade, loudness, ceiling."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack

import numpy as np

from remixkit.model.arrangement import Master
from remixkit.render.effects.blocks import Block, blocks_of, highest, ratio
from remixkit.render.effects.chain import processors
from remixkit.render.effects.filters import highpass
from remixkit.render.master.leveller import Levelled, level
from remixkit.render.master.limiter import GROUP, Samples
from remixkit.render.master.loudness import SILENT_LUFS, about_powers, integrated_lufs
from remixkit.render.mix.summing import Mix
from remixkit.render.pipeline import stage

# Nothing lower than this is music; it takes away what a SoundFont leaves of direct current.
_LOWEST_HZ = 20.0

# What is still heard at the end of the mix is faded over so long; what ends by itself, only so that it does not click.
_END_FADE_S, _SHORTEST_FADE_S = 1.5, 0.03
_SILENCE_DB = -66.0


def mastered(mix: Mix, master: Master, sample_rate_hz: int, seed: int, pool: Executor) -> Levelled:
    """Put the master's effects on a mix and bring it to its loudness.

    What comes to the effects already has the target loudness, so that a threshold means the same in every song. The
    limiter then finds the gain at which the limited sound has it again.

    Parameters
    ----------
    mix : Mix
        The sum of the parts; its sound is taken over.
    master : Master
        Loudness, ceiling, effects, fade.
    sample_rate_hz : int
        Sampling rate.
    seed : int
        The cover's.
    pool : Executor
        Threads to work on.
    """
    before = integrated_lufs(about_powers(mix.sound, sample_rate_hz))
    if before <= SILENT_LUFS:
        return Levelled(mix.sound, SILENT_LUFS, -np.inf, ("nothing can be heard",))
    sound = _through_effects(mix, master, sample_rate_hz, seed, master.target_lufs - before)
    sound = _ended(sound, mix.music_frames, master.fade_out_s, sample_rate_hz)
    return level(sound, master.target_lufs, master.ceiling_db, sample_rate_hz, pool)


def _through_effects(mix: Mix, master: Master, sample_rate_hz: int, seed: int, gain_db: float) -> Samples:
    sound, gain = mix.sound, np.float32(ratio(gain_db))
    clean = highpass(sample_rate_hz, seed, cutoff_hz=_LOWEST_HZ, slope_db=6.0)
    with ExitStack() as stages:
        blocks: Iterator[Block] = (block * gain for block in blocks_of(sound))
        for process in (clean, *processors(master.fx, sample_rate_hz, seed, "master")):
            blocks = stages.enter_context(stage(process, blocks))
        for here, done in zip(blocks_of(sound), blocks, strict=True):
            here[:] = done
    return sound


def _ended(sound: Samples, music_frames: int, fade_out_s: float, sample_rate_hz: int) -> Samples:
    """Cut what is not heard, and fade what is cut off or what the style fades."""
    if fade_out_s > 0:
        stop, fade_s = music_frames, fade_out_s
    else:
        floor = highest(sound) * ratio(_SILENCE_DB)
        tail = np.abs(sound[:, music_frames:]).max(axis=0)
        heard = np.flatnonzero(tail > floor)
        stop = music_frames + (int(heard[-1]) + 1 if len(heard) else 0)
        fade_s = _END_FADE_S if stop + GROUP >= sound.shape[1] else _SHORTEST_FADE_S
    stop = max(GROUP, min(stop, sound.shape[1]) // GROUP * GROUP)
    sound = sound[:, :stop]
    length = min(stop, int(fade_s * sample_rate_hz))
    sound[:, stop - length :] *= np.cos(np.linspace(0.0, 0.5 * np.pi, length)).astype(np.float32) ** 2
    return sound
