"""Sound that stands in a file while it is made, so that memory does not grow with its length."""

from __future__ import annotations

import os
from typing import IO

import numpy as np
from numpy.typing import NDArray


def reserved(room: IO[bytes], frames: int) -> NDArray[np.float32]:
    """Silence, shape (2, frames), in an empty file whose place on the disk is taken at once.

    Raises
    ------
    OSError
        If there is not so much.
    """
    is_taken = hasattr(os, "posix_fallocate")
    if is_taken:
        os.posix_fallocate(room.fileno(), 0, 2 * frames * np.dtype(np.float32).itemsize)
    return np.memmap(room, np.float32, "r+" if is_taken else "w+", shape=(2, frames))
