"""Sound files back to samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from remixkit.errors import OutputError


def read(path: Path) -> tuple[NDArray[np.float32], int]:
    """A stereo sound file's samples, shape (2, n), full scale 1, and its rate in Hz; mono comes on both sides.

    Raises
    ------
    OutputError
        If it is no sound file, or has more than two channels.
    """
    try:
        with soundfile.SoundFile(path) as file:
            sound = file.read(dtype="float32", always_2d=True).T
            rate = int(file.samplerate)
    except (soundfile.LibsndfileError, OSError) as problem:
        raise OutputError("is no sound that can be read", file=path, remedy="make it again") from problem
    if len(sound) > 2:
        raise OutputError(f"has {len(sound)} channels", file=path, remedy="name a stereo file")
    return np.ascontiguousarray(np.broadcast_to(sound, (2, sound.shape[1]))), rate


def length(path: Path) -> tuple[int, int]:
    """How many frames a sound file has, and its rate in Hz; nothing else is read.

    Raises
    ------
    OutputError
        If it is no sound file.
    """
    try:
        info = soundfile.info(path)
    except (soundfile.LibsndfileError, OSError) as problem:
        raise OutputError("is no sound that can be read", file=path, remedy="make it again") from problem
    return int(info.frames), int(info.samplerate)
