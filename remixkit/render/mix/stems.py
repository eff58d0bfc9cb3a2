"""Stems: what each part gives to the mix, a file a part, aligned with the mix to the sample.

A part goes through its bus, the room and the sum's automation alone, with the faders that the whole mix has found. All
of that but a compressor or a distortion on several parts is linear, so the stems add up to the mix before its master;
what does not is a stem of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from remixkit.errors import OutputError
from remixkit.file_names import safe_name
from remixkit.model.arrangement import Arrangement, Part
from remixkit.render.effects.blocks import Block, blocks_of, highest, ratio
from remixkit.render.files.encode import EncodingOptions, write
from remixkit.render.mix.buses import DIRECT, BusLine, Passed, TailDetector, common_room
from remixkit.render.mix.summing import Mix, automate
from remixkit.render.pipeline import stage
from remixkit.render.soundfonts.assignment import performed
from remixkit.render.soundfonts.lookup import SoundFont
from remixkit.render.synth.part_events import Fader, FramesOf, frame_clock
from remixkit.render.synth.pool import BLOCK_FRAMES, synth_pool

REST = "Glue"

# The highest peak of all stems; they are made louder or softer by one and the same gain.
_PEAK_DB = -1.0
# What the parts alone do not give is written if it comes so near the peak of the mix.
_HEARD_DB = -66.0


@dataclass(frozen=True, slots=True)
class StemOptions:
    """Where stems are to lie, as what, and whether they are to be as played: without effects, buses and room."""

    folder: Path
    ending: Literal[".wav", ".flac"] = ".wav"
    dry: bool = False


@dataclass(frozen=True, slots=True)
class Stem:
    """A part's sound: the file, how long it lasts, its rate and channels; sample 0 is where the cover begins."""

    path: Path
    length_s: float
    rate_hz: int
    channels: int = 2


class _Way:
    """A part's own way through its bus and the room."""

    def __init__(
        self, part: Part, arrangement: Arrangement, rides: Mapping[str, Fader], frames_of: FramesOf, rate_hz: int
    ) -> None:
        bus = next((b for b in arrangement.master.buses if b.name == part.bus), DIRECT)
        self._bus = BusLine(bus, arrangement, frames_of, rate_hz)
        self._ride = rides.get(bus.name)
        self._room = common_room(rate_hz)
        self._tail = TailDetector(rate_hz)

    def pass_on(self, passed: Passed | None, start: int) -> Block | None:
        """The next block of it, or None if it is silent."""
        through = self._bus.pass_on(passed, start, BLOCK_FRAMES)
        if through is None and self._tail.is_over:
            return None
        silence = np.zeros((2, BLOCK_FRAMES), np.float32)
        sound, sent = through or (silence, silence)
        if self._ride is not None:
            sound = sound * self._ride.over(start, BLOCK_FRAMES)
        returned = self._room(sent)
        self._tail.note(through is not None, returned)
        return sound + returned


@dataclass(frozen=True, slots=True)
class StemSound:
    """A part by itself as the mix has it, float32 of shape (2, frames) on the disk."""

    role: str
    name: str
    sound: Block


@contextmanager
def render_stems(
    arrangement: Arrangement,
    soundfont: SoundFont,
    sample_rate_hz: int,
    mix: Mix,
    options: StemOptions,
    progress: Callable[[float], None] = lambda _: None,
) -> Iterator[tuple[StemSound, ...]]:
    """Play the parts of a mix again, each alone.

    Parameters
    ----------
    arrangement, soundfont, sample_rate_hz
        As `mixdown` was given them.
    mix : Mix
        What came of it, before the master.
    options : StemOptions
        Where and as what.
    progress : callable
        Called with the share that is done, 0-1.

    Yields
    ------
    tuple of StemSound
        If they are not dry, their sum is ``mix.sound``: ``"Glue"`` is what buses with compressors or distortion do to
        several parts together, if that can be heard.

    Raises
    ------
    OutputError
        If the folder cannot be written to.
    SynthError, SoundFontError
        If the sound cannot be made.
    """
    frames_of = frame_clock(arrangement.grid.tempo, sample_rate_hz)
    with (
        ThreadPoolExecutor() as pool,
        _scratch(len(arrangement.parts) + 1, mix.sound.shape[1], options.folder) as sounds,
    ):
        for start, blocks in _blocks(arrangement, soundfont, sample_rate_hz, frames_of, mix, options, pool):
            for sound, block in zip(sounds, blocks, strict=False):
                if block is not None:
                    here = sound[:, start : start + BLOCK_FRAMES]
                    here[:] = block[:, : here.shape[1]]
            progress(min(1.0, (start + BLOCK_FRAMES) / mix.sound.shape[1]))
        own, rest = sounds[:-1], sounds[-1]
        done = [StemSound(p.role, p.name, sound) for p, sound in zip(arrangement.parts, own, strict=True)]
        if not options.dry:
            ramps = arrangement.master.automation
            list(pool.map(lambda sound: automate(mix.ending.of(sound), ramps, frames_of, sample_rate_hz), own))
            rest[:] = mix.sound
            for sound in own:
                rest -= sound
            if highest(rest) > ratio(_HEARD_DB) * highest(mix.sound):
                done.append(StemSound(REST, REST, rest))
        yield tuple(done)


def write_stems(parts: Sequence[StemSound], frames: int, sample_rate_hz: int, options: StemOptions) -> dict[str, Stem]:
    """Write parts that were played alone, in 24 bits and with one gain for all, so many frames of them.

    Returns
    -------
    dict of str to Stem
        By role.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    loudest = max((highest(part.sound) for part in parts), default=0.0)
    gain = np.float32(ratio(_PEAK_DB) / max(loudest, 1e-9))

    def written(number: int) -> tuple[str, Stem]:
        part = parts[number]
        sound = part.sound[:, :frames]
        for here in blocks_of(sound):
            here *= gain
        path = options.folder / f"{number + 1:02d} {safe_name(part.name, default='part')}{options.ending}"
        write(sound, path, sample_rate_hz, EncodingOptions(24))
        return part.role, Stem(path, sound.shape[1] / sample_rate_hz, sample_rate_hz)

    with ThreadPoolExecutor() as pool:
        return dict(pool.map(written, range(len(parts))))


def _blocks(
    arrangement: Arrangement,
    soundfont: SoundFont,
    sample_rate_hz: int,
    frames_of: FramesOf,
    mix: Mix,
    options: StemOptions,
    pool: Executor,
) -> Iterator[tuple[int, list[Block | None]]]:
    """Block by block, what comes of each part."""
    performances, _ = performed(arrangement, soundfont, sample_rate_hz)
    ways = [_Way(p, arrangement, mix.rides, frames_of, sample_rate_hz) for p in arrangement.parts]
    starts = range(0, mix.sound.shape[1], BLOCK_FRAMES)
    with ExitStack() as players, ExitStack() as stages:
        ready = synth_pool(arrangement, performances, range(len(ways)), sample_rate_hz, players, dry=options.dry)
        played = [stages.enter_context(stage(worker.render, starts)) for worker in ready]
        for start, *given in zip(starts, *played, strict=True):
            passed = {place: sound for worker in given for place, sound in worker.items()}
            if options.dry:
                yield start, [passed[k][0] if k in passed else None for k in range(len(ways))]
            else:
                done = [pool.submit(way.pass_on, passed.get(k), start) for k, way in enumerate(ways)]
                yield start, [d.result() for d in done]


@contextmanager
def _scratch(count: int, frames: int, folder: Path) -> Iterator[Sequence[Block]]:
    """Room on the disk for so many stereo sounds, silent at first and given back at the end."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".stems.", dir=folder) as home:
            paths = [Path(home, str(k)) for k in range(count)]
            for path in paths:
                np.zeros((2, frames), np.float32).tofile(path)
            yield [np.memmap(path, np.float32, "r+", shape=(2, frames)) for path in paths]
    except OSError as problem:
        reason = problem.strerror or "cannot be written to"
        raise OutputError(reason, file=folder, remedy="look at the disk's space and the folder's rights") from problem
