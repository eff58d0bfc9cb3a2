"""Writing so that a target is either the old file or the whole new one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from remixkit.errors import OutputError, UserError

_HARDLY_ANY_BYTES = 1 << 20


def is_full(folder: Path) -> bool:
    """Whether a folder's disk has so little left that what could not be written there failed for that."""
    return shutil.disk_usage(folder).free < _HARDLY_ANY_BYTES


def expanded(path: str | Path) -> Path:
    """A path with ``~`` and ``~name`` as the home folders they mean.

    Raises
    ------
    UserError
        If nobody is called so.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as problem:
        raise UserError("there is no such home folder", file=path, remedy="write the path out") from problem


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path beside `target` to write to; it takes the target's place when the block ends well.

    The temporary file keeps the target's ending. Whatever goes wrong, Ctrl-C included, it is removed.

    Raises
    ------
    OutputError
        If the folder does not exist, is read-only, or the disk is full.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.stem[:40]}.", suffix=target.suffix, dir=target.parent)
    except OSError as problem:
        raise OutputError(
            problem.strerror or "cannot be written",
            file=target,
            remedy="name a folder that exists and can be written to",
        ) from problem
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o666 & ~_umask())
        beside.replace(target)
    except OSError as problem:
        raise OutputError(
            problem.strerror or "cannot be written",
            file=target,
            remedy="look at the disk's space and the folder's rights",
        ) from problem
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
