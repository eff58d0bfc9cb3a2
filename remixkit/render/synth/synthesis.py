"""FluidSynth, giving every part a sound of its own.

`library` finds FluidSynth for pyfluidsynth, which declares most of it; the calls it lacks are declared here, through
the means it offers for that. A synthesiser with as many audio groups as channels puts each part into a buffer of its
own, at no cost. Several synthesisers play at once on several cores (FluidSynth leaves Python's lock); the samples of a
SoundFont are in memory only once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ctypes import addressof, c_char_p, c_int, c_size_t, c_void_p
from dataclasses import dataclass
from functools import cache
from types import ModuleType, TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from remixkit.errors import SoundFontError, SynthError
from remixkit.midi.spec import CHANNELS
from remixkit.model.arrangement import Part
from remixkit.model.timing import TempoMap
from remixkit.render.soundfonts.lookup import SoundFont
from remixkit.render.synth.event_file import fits, tape
from remixkit.render.synth.native_library import pyfluidsynth
from remixkit.render.synth.part_events import Performance, SynthEvent, perform

Samples = NDArray[np.float32]

INSTALL = {
    "Debian, Ubuntu": "sudo apt install libfluidsynth3",
    "Fedora": "sudo dnf install fluidsynth-libs",
    "Arch": "sudo pacman -S fluidsynth",
    "macOS": "brew install fluid-synth",
    "Windows": "choco install fluidsynth",
    "anywhere, with pip alone": "pip install remixkit[bundled]",
}

# One chord of a part then lies near -20 dBFS, far from rounding and from full scale.
_GAIN = 0.5

_OLDEST = (2, 0)
_LOG_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Library:
    """The FluidSynth that plays."""

    version: str
    path: str


@dataclass(frozen=True, slots=True)
class _Calls:
    """pyfluidsynth, and the calls it does not declare."""

    module: ModuleType
    process: Callable[..., int]
    new_player: Callable[..., int]
    add_tape: Callable[..., int]
    start: Callable[..., int]
    delete_player: Callable[..., None]
    channel_pressure: Callable[..., int]
    key_pressure: Callable[..., int]


def synth_library() -> Library:
    """FluidSynth's version and the library's name or path.

    Raises
    ------
    SynthError
        If it is not installed or too old; the message says what to run on this system.
    """
    module = _calls().module
    version = module.cfunc("fluid_version_str", c_char_p)()
    return Library(version.decode(), str(module.lib))


class Synth:
    """A synthesiser that plays some parts from the beginning.

    Parameters
    ----------
    performances : sequence of Performance
        What it plays, a part each; any number from one on, all for one SoundFont.
    sample_rate_hz : int
        Sampling rate.
    voices : int
        How many may sound at once; those that ring on after their key was let go are the first to be taken away.

    Raises
    ------
    SynthError
        If FluidSynth is missing.
    SoundFontError
        If FluidSynth cannot load the SoundFont.
    """

    def __init__(self, performances: Sequence[Performance], sample_rate_hz: int, voices: int = 256) -> None:
        soundfont = performances[0].soundfont
        self._calls = _calls()
        self._player: int | None = None
        self._parts = len(performances)
        settings: dict[str, int] = {
            "synth.reverb.active": 0,
            "synth.chorus.active": 0,
            "synth.audio-channels": self._parts,
            "synth.audio-groups": self._parts,
            "synth.polyphony": voices,
            "player.reset-synth": 0,
            "synth.dynamic-sample-loading": int(soundfont.path.suffix.lower() == ".sf3"),
        }
        channels = -(-self._parts // CHANNELS) * CHANNELS
        self._synth = self._calls.module.Synth(_GAIN, sample_rate_hz, channels, **settings)
        self._font = self._synth.sfload(str(soundfont.path))
        if self._font < 0:
            self.close()
            raise SoundFontError("cannot be loaded by FluidSynth", file=soundfont.path, remedy="name another SoundFont")
        events = sorted((event, channel) for channel, p in enumerate(performances) for event in p.events)
        self._by_hand = [e for e in events if not fits(e[0])]
        self._tape = tape([e for e in events if fits(e[0])], sample_rate_hz)
        self._player = self._calls.new_player(self._synth.synth)
        self._calls.add_tape(self._player, self._tape, len(self._tape))
        self._calls.start(self._player)
        self._next = 0
        self._at = 0
        self._out = np.empty((self._parts, 2, 0), np.float32)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the synthesiser. It may be closed twice."""
        if self._synth is not None:
            if self._player is not None:
                self._calls.delete_player(self._player)
            self._synth.delete()
            self._synth = None

    def play(self, frames: int) -> Samples:
        """The next frames, a multiple of 64: shape (parts, 2, frames).

        The array is used again for the next frames.
        """
        end = self._at + frames
        if self._out.shape[2] != frames:
            self._out = np.empty((self._parts, 2, frames), np.float32)
        out = self._out
        out[:] = 0.0
        buffers = 2 * self._parts
        rows = [out.ctypes.data + out.itemsize * frames * row for row in range(buffers)]
        begin = self._at
        while self._at < end:
            while self._next < len(self._by_hand) and self._by_hand[self._next][0].frame <= self._at:
                self._send(*self._by_hand[self._next])
                self._next += 1
            stop = min(end, self._by_hand[self._next][0].frame) if self._next < len(self._by_hand) else end
            skip = out.itemsize * (self._at - begin)
            pointers = (c_void_p * buffers)(*[row + skip for row in rows])
            self._calls.process(self._synth.synth, stop - self._at, 0, None, buffers, addressof(pointers))
            self._at = stop
        return out

    def _send(self, event: SynthEvent, channel: int) -> None:
        _, _, _, action, number, value = event
        fluid, handle = self._calls.module, self._synth.synth
        if action == "on":
            fluid.fluid_synth_noteon(handle, channel, number, value)
        elif action == "off":
            fluid.fluid_synth_noteoff(handle, channel, number)
        elif action == "cc":
            fluid.fluid_synth_cc(handle, channel, number, value)
        elif action == "bend":
            fluid.fluid_synth_pitch_bend(handle, channel, value)
        elif action == "preset":
            fluid.fluid_synth_program_select(handle, channel, self._font, number, value)
        elif action == "pressure":
            self._calls.channel_pressure(handle, channel, value)
        else:
            self._calls.key_pressure(handle, channel, number, value)


def hold(soundfont: SoundFont) -> Synth:
    """A synthesiser that plays nothing and keeps a SoundFont's samples in memory until it is closed.

    Others that are made while it is there need not load them. Raises as `Synth` does.
    """
    silence = perform(Part("", ""), TempoMap(), soundfont, 44100)
    return Synth([silence], 44100)


@cache
def _calls() -> _Calls:
    try:
        fluidsynth = pyfluidsynth()
    except (ImportError, OSError, AttributeError) as problem:
        raise SynthError("FluidSynth's library was not found", remedy=how_to_install()) from problem
    major, minor = c_int(), c_int()
    fluidsynth.fluid_version(major, minor, c_int())
    if (major.value, minor.value) < _OLDEST:
        raise SynthError(f"FluidSynth {major.value}.{minor.value} is too old, 2.0 is needed", remedy=how_to_install())
    _be_quiet(fluidsynth)
    return _Calls(
        fluidsynth,
        _declare(
            fluidsynth, "process", ("len", c_int), ("nfx", c_int), ("fx", c_void_p), ("nout", c_int), ("out", c_void_p)
        ),
        fluidsynth.cfunc("new_fluid_player", c_void_p, ("synth", c_void_p, 1)),
        fluidsynth.cfunc(
            "fluid_player_add_mem", c_int, ("player", c_void_p, 1), ("buffer", c_char_p, 1), ("len", c_size_t, 1)
        ),
        fluidsynth.cfunc("fluid_player_play", c_int, ("player", c_void_p, 1)),
        fluidsynth.cfunc("delete_fluid_player", None, ("player", c_void_p, 1)),
        _declare(fluidsynth, "channel_pressure", ("chan", c_int), ("val", c_int)),
        _declare(fluidsynth, "key_pressure", ("chan", c_int), ("key", c_int), ("val", c_int)),
    )


def _declare(fluidsynth: ModuleType, name: str, *arguments: tuple[str, Any]) -> Callable[..., int]:
    typed = [(argument, kind, 1) for argument, kind in (("synth", c_void_p), *arguments)]
    found: Callable[..., int] = fluidsynth.cfunc(f"fluid_synth_{name}", c_int, *typed)
    return found


def _be_quiet(fluidsynth: ModuleType) -> None:
    """Its messages would go to stderr; what matters is said by an exception."""
    silence = fluidsynth.cfunc(
        "fluid_set_log_function", c_void_p, ("level", c_int, 1), ("fun", c_void_p, 1), ("data", c_void_p, 1)
    )
    for level in range(_LOG_LEVELS):
        silence(level, None, None)


def how_to_install() -> str:
    """One line: a command for each system."""
    return "run: " + "; ".join(f"{command} ({system})" for system, command in INSTALL.items())
