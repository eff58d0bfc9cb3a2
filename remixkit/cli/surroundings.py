"""What a command finds around it: streams that are closed, full or narrow, and the signal to end."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from remixkit.errors import OutputError

STREAMS = ("stdin", "stdout", "stderr")
SYSTEMS_FAULT = {errno.ENOSPC, errno.EDQUOT, errno.ENAMETOOLONG, errno.EILSEQ, errno.ELOOP, errno.EFBIG}
"""What the system refuses that is neither a bug nor said of a file already."""


def make_streams_safe() -> None:
    """Make the standard streams safe to use.

    One that is closed becomes the null device: the next file that is opened would take its number, and what libraries
    complain of would be written into it. Letters that a stream's encoding lacks are escaped.
    """
    for number, name in enumerate(STREAMS):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """SIGTERM ends what is inside as Ctrl-C does, so that nothing half-written stays."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def writing_to(stream: TextIO) -> Iterator[None]:
    """Write to a standard stream. Who reads it may leave; the command goes on without a word.

    Raises
    ------
    OutputError
        If it is full.
    """
    try:
        yield
        stream.flush()
    except BrokenPipeError:
        _silence(stream)
    except OSError as problem:
        _silence(stream)
        if stream is sys.stderr:
            return
        reason = problem.strerror or "cannot be written to"
        raise OutputError(reason, file="standard output", remedy="send it elsewhere") from problem


def silence_all() -> None:
    """Let nothing more be written to what is full or gone, when Python ends either."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _silence(stream)


def _silence(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
