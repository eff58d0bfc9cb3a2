"""Small arrangements and what is measured in their sound."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from remixkit.errors import SynthError
from remixkit.model.analysis import Section
from remixkit.model.arrangement import Arrangement, Master, Part
from remixkit.model.song import Control, Note
from remixkit.model.timing import Grid
from remixkit.render.synth import synthesis

RATE = 44100
BEAT = 960


def need_fluidsynth() -> None:
    """Skip, saying why, where the system library is missing."""
    try:
        synthesis.synth_library()
    except SynthError as missing:
        pytest.skip(str(missing), allow_module_level=True)


def part(*notes: tuple[float, float, int], program: int = 79, **more: object) -> Part:
    """A part of (start beat, length in beats, pitch) at velocity 100; a beat is half a second."""
    played = tuple(Note(round(s * BEAT), round((s + n) * BEAT), p, 100) for s, n, p in notes)
    settings: dict[str, object] = {"name": "Part", "role": "lead", "program": program, "reverb": 0, **more}
    return Part(notes=played, **settings)  # type: ignore[arg-type]


def cc(beat: float, number: int, value: int) -> Control:
    return Control(round(beat * BEAT), "cc", number, value)


def arrangement(*parts: Part, master: Master | None = None, seed: int = 1) -> Arrangement:
    end = max((n.end_tick for p in parts for n in p.notes), default=BEAT)
    return Arrangement(
        "残酷な天使", "test", seed, Grid(), (), (), (Section(0, end, "verse"),), parts, master or Master(), "作曲者"
    )


def level_db(sound: NDArray[np.floating], start_s: float = 0.0, end_s: float | None = None) -> float:
    """RMS level of a stretch, both channels together."""
    stretch = sound[..., int(start_s * RATE) : None if end_s is None else int(end_s * RATE)].astype(np.float64)
    return float(10 * np.log10(np.mean(stretch**2) + 1e-20))


def pitch_hz(sound: NDArray[np.floating], start_s: float, end_s: float) -> float:
    """The strongest frequency of a stretch."""
    mono = sound[:, int(start_s * RATE) : int(end_s * RATE)].mean(axis=0)
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), n=1 << 18))
    return float(np.argmax(spectrum) * RATE / (1 << 18))


def sine(hz: float, seconds: float, level: float = 0.5) -> NDArray[np.float32]:
    frames = int(seconds * RATE) // 64 * 64
    wave = level * np.sin(2 * np.pi * hz / RATE * np.arange(frames))
    return np.stack([wave, wave]).astype(np.float32)


def soundfont_bytes(presets: list[tuple[str, int, int]], samples: bytes = b"\0\0" * 64) -> bytes:
    """The least of a SoundFont: samples and a list of (name, program, bank)."""
    records = b"".join(
        struct.pack("<20sHHHIII", name.encode("latin-1"), program, bank, 0, 0, 0, 0)
        for name, program, bank in [*presets, ("EOP", 0, 0)]
    )
    body = (
        b"sfbk"
        + _chunk(b"LIST", b"sdta" + _chunk(b"smpl", samples))
        + _chunk(b"LIST", b"pdta" + _chunk(b"phdr", records))
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def write_soundfont(path: Path, presets: list[tuple[str, int, int]]) -> Path:
    path.write_bytes(soundfont_bytes(presets))
    return path
