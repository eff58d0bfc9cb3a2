"""A pool of synthesisers: each plays several parts, and each part has its effects and its fader.

A worker has one SoundFont and renders block by block. There are several, so that several can be at work at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.render.effects.blocks import Block, Processor
from remixkit.render.effects.chain import chain
from remixkit.render.mix.buses import Passed, TailDetector
from remixkit.render.synth.part_events import QUANTUM, Performance
from remixkit.render.synth.synthesis import Synth

BLOCK_FRAMES = 1024 * QUANTUM

# Parts are dealt to so many synthesisers, to more only where there are more SoundFonts: enough for common machines, and
# each must load its SoundFont's lists. It does not follow the number of cores, so that the same comes out everywhere.
_WORKERS = 6

# Voices that may sound at once, dealt to the workers; FluidSynth's own program has 256 for all. Where a harp rings on
# for ten seconds, what is taken away lies 46 dB below the rest of it.
_VOICES = 384


class _Strip:
    """A part's way to its bus. Where it has been silent for long, its effects rest."""

    def __init__(self, performance: Performance, effects: Processor | None, sample_rate_hz: int) -> None:
        self._performance, self._effects = performance, effects
        self._tail = TailDetector(sample_rate_hz)

    def pass_on(self, sound: Block | None, start: int) -> Passed | None:
        """The next block of a part, or silence: what goes to its bus and what goes to the room."""
        if self._effects is not None and (sound is not None or not self._tail.is_over):
            heard = sound is not None
            sound = self._effects(sound if sound is not None else np.zeros((2, BLOCK_FRAMES), np.float32))
            self._tail.note(heard, sound)
        if sound is None:
            return None
        sound = sound * self._performance.volume.over(start, BLOCK_FRAMES)
        return sound, sound * self._performance.reverb.over(start, BLOCK_FRAMES)


class SynthWorker:
    """Some parts: the synthesiser they share, a strip for each, and the place of its bus."""

    def __init__(self, player: Synth, strips: Sequence[tuple[_Strip, int]]) -> None:
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


def synth_pool(
    arrangement: Arrangement,
    performances: Sequence[Performance],
    places: Sequence[int],
    sample_rate_hz: int,
    players: ExitStack,
    *,
    dry: bool = False,
) -> list[SynthWorker]:
    """Set up who plays an arrangement, in the same way each time.

    Parameters
    ----------
    arrangement : Arrangement
        What is played.
    performances, places : sequences
        For each part how it is performed, and the number under which `SynthWorker.render` hands its sound on.
    sample_rate_hz : int
        Sampling rate.
    players : ExitStack
        Closes the synthesisers.
    dry : bool
        Without the parts' own effects.

    Raises
    ------
    SynthError, SoundFontError, PluginError, StyleError
        If the sound cannot be made.
    """
    strips = [
        (
            _Strip(
                performance,
                None if dry else chain(part.fx, sample_rate_hz, arrangement.seed, part.name),
                sample_rate_hz,
            ),
            place,
        )
        for part, performance, place in zip(arrangement.parts, performances, places, strict=True)
    ]
    groups = _dealt([_load(part) for part in arrangement.parts], [p.soundfont.path for p in performances])
    voices = _VOICES // max(1, len(groups))

    def player(group: Sequence[int]) -> Synth:
        return Synth([performances[k] for k in group], sample_rate_hz, voices)

    # The first loads the SoundFont and sets FluidSynth up; the others may then come at the same time.
    ready = [players.enter_context(player(group)) for group in groups[:1]]
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(player, group) for group in groups[1:]]
        ready += [players.enter_context(w.result()) for w in waiting]
    return [SynthWorker(player, [strips[k] for k in group]) for player, group in zip(ready, groups, strict=True)]


def _load(part: Part) -> float:
    """What a part costs to play, roughly: each note has a body and a ring."""
    return sum(1.0 + (n.end_tick - n.start_tick) / TICKS_PER_QUARTER for n in part.notes)


def _dealt(loads: Sequence[float], fonts: Sequence[Path]) -> list[list[int]]:
    """The places of what is to be played, dealt to workers of one SoundFont that have about as much to do each."""
    members: dict[Path, list[int]] = {}
    for k, font in enumerate(fonts):
        members.setdefault(font, []).append(k)
    load = {font: sum(loads[k] for k in own) for font, own in members.items()}
    shares = dict.fromkeys(members, 1)
    for _ in range(min(_WORKERS, len(loads)) - len(members)):
        open_to_more = [font for font, own in members.items() if shares[font] < len(own)]
        shares[max(open_to_more, key=lambda font: load[font] / shares[font])] += 1
    return [group for font, own in members.items() for group in _evenly(own, loads, shares[font])]


def _evenly(places: Sequence[int], loads: Sequence[float], count: int) -> list[list[int]]:
    groups: list[list[int]] = [[] for _ in range(count)]
    for k in sorted(places, key=lambda k: -loads[k]):
        min(groups, key=lambda g: (sum(loads[j] for j in g), bool(g))).append(k)
    return groups
