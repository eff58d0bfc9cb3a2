"""Sound files. The ending decides which: .wav, .flac, .ogg (Vorbis) or .mp3."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import log10
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

from remixkit.errors import OutputError
from remixkit.files import is_full, replacing
from remixkit.render.effects.blocks import blocks_of, ratio
from remixkit.render.files.tags import Tags, write_tags
from remixkit.render.master.limiter import GROUP, true_peaks
from remixkit.render.pipeline import stage
from remixkit.seeding import child_rng

Bits = Literal[16, 24, 32]

_EXACT = {".wav": "WAV", ".flac": "FLAC"}
_WORDS: dict[int, str] = {16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}
_LOSSY: dict[str, dict[str, Any]] = {
    ".ogg": {"format": "OGG", "subtype": "VORBIS", "compression_level": 0.3},
    ".mp3": {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "VARIABLE", "compression_level": 0.1},
}
ENDINGS = (*_EXACT, *_LOSSY)

# What a lossy format adds to the peaks is taken off before, and checked again so often.
_TRIES = 3
_READ_FRAMES = 1 << 18


@dataclass(frozen=True, slots=True)
class EncodingOptions:
    """How a sound file is wanted.

    Parameters
    ----------
    bits : int
        Word length of WAV and FLAC; 32 is floating point (WAV only). 16 bits get triangular dither.
    tags : Tags
        What a player shows.
    ceiling_db : float
        Highest true peak; a lossy file is made softer until what it decodes to keeps it, too.
    seed : int
        Of the dither.
    """

    bits: Bits = 16
    tags: Tags = field(default_factory=Tags)
    ceiling_db: float = 0.0
    seed: int = 0


def check_target(target: Path, bits: Bits = 16) -> None:
    """Find out before the work what would go wrong after it.

    Raises
    ------
    OutputError
        If the ending is not one of a sound file, the folder does not exist, or the format has no such word length.
    """
    ending = target.suffix.lower()
    if ending not in ENDINGS:
        raise OutputError("is not a sound file's name", file=target, remedy=f"end it in one of {', '.join(ENDINGS)}")
    if not target.absolute().parent.is_dir():
        raise OutputError("its folder does not exist", file=target, remedy="make the folder first")
    if bits not in _WORDS or (bits == 32 and ending == ".flac"):
        raise OutputError(f"{ending} has no {bits} bits", file=target, remedy="choose 16 or 24 bits")


def write(
    sound: NDArray[np.float32],
    target: Path,
    sample_rate_hz: int,
    options: EncodingOptions = EncodingOptions(),
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Write a sound file.

    Parameters
    ----------
    sound : array of float32, shape (2, n)
        Stereo; full scale is 1.
    target : Path
        Its ending says what is written. It is replaced only by a whole file.
    sample_rate_hz : int
        Sampling rate.
    options : EncodingOptions
        Word length, tags, ceiling.
    progress : callable
        Called with the share that is written, 0-1.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    check_target(target, options.bits)
    ending = target.suffix.lower()
    with replacing(target) as beside:
        try:
            if ending in _EXACT:
                _encode(sound, beside, sample_rate_hz, options, _EXACT[ending], progress)
            else:
                _encode_lossy(sound, beside, sample_rate_hz, options, _LOSSY[ending], progress)
        except soundfile.LibsndfileError as problem:
            full = is_full(target.absolute().parent)  # libsndfile says no more than "System error"
            reason = "the disk is full" if full else problem.error_string.rstrip(".")
            raise OutputError(reason, file=target, remedy="look at the disk's space") from problem
        write_tags(beside, options.tags)


def _encode(
    sound: NDArray[np.float32],
    path: Path,
    rate_hz: int,
    options: EncodingOptions,
    form: str,
    progress: Callable[[float], None],
) -> None:
    dither = child_rng(options.seed, "dither") if options.bits == 16 else None
    done = 0

    def rounded(block: NDArray[np.float32]) -> NDArray[np.float32] | NDArray[np.int16]:
        return block if dither is None else _rounded(block, dither)

    with (
        soundfile.SoundFile(path, "w", rate_hz, 2, _WORDS[options.bits], format=form) as file,
        stage(rounded, blocks_of(sound)) as blocks,
    ):
        if form == "WAV":
            _inform(file, options.tags)
        for block in blocks:
            file.write(block.T)
            done += block.shape[1]
            progress(done / sound.shape[1])


def _encode_lossy(
    sound: NDArray[np.float32],
    path: Path,
    rate_hz: int,
    options: EncodingOptions,
    codec: dict[str, Any],
    progress: Callable[[float], None],
) -> None:
    gain_db = 0.0
    for _ in range(_TRIES):
        done = 0
        with soundfile.SoundFile(path, "w", rate_hz, 2, **codec) as file:
            for block in blocks_of(sound):
                file.write((block * np.float32(ratio(gain_db))).T)
                done += block.shape[1]
                progress(done / sound.shape[1])
        over_db = _true_peak_db(path) - options.ceiling_db
        if over_db <= 0:
            return
        gain_db -= over_db + 0.02


def _true_peak_db(path: Path) -> float:
    highest = 1e-9
    with soundfile.SoundFile(path) as file, ThreadPoolExecutor() as pool:
        for block in file.blocks(_READ_FRAMES, dtype="float32", always_2d=True):
            padded = np.pad(block.T, ((0, 0), (0, -len(block) % GROUP)))
            highest = max(highest, float(true_peaks(padded, pool, highest).max()))
    return 20.0 * log10(highest)


def _rounded(block: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.int16]:
    """As 16 bits, with noise of triangular density, two steps wide, which makes rounding errors independent of it."""
    noise = rng.integers(0, 1 << 16, (2, *block.shape), dtype=np.uint16).astype(np.float32)
    steps = block * np.float32(1 << 15) + (noise[0] - noise[1]) * np.float32(2.0**-16)
    rounded: NDArray[np.int16] = np.clip(np.rint(steps), -(1 << 15), (1 << 15) - 1).astype(np.int16)
    return rounded


def _inform(file: soundfile.SoundFile, tags: Tags) -> None:
    """The INFO chunk of a WAV file."""
    fields = {"title": tags.title, "artist": tags.artist, "comment": tags.comment, "software": "RemixKit"}
    for name, text in fields.items():
        if text:
            setattr(file, name, text)
