"""One batch at a time in an album: a lock file that says who holds it, and that its holder touches every few seconds.

A lock is stale if its holder's process is gone (on this machine) or if it has not been touched for a minute (on
another). Renaming decides who takes a stale one over: of several who try, one succeeds.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from remixkit.errors import OutputError

BEAT_S = 5.0
STALE_S = 60.0
_WRITTEN_S = 2.0
_TRIES = 5


@contextmanager
def locked(file: Path, album: Path) -> Iterator[None]:
    """Hold the lock of an album as long as the context lasts.

    Raises
    ------
    OutputError
        If another batch holds it.
    """
    note = json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "token": uuid.uuid4().hex})
    for _ in range(_TRIES):
        if _created(file, note):
            break
        held = _read(file)
        if held is None:
            continue
        if not _is_stale(file, held):
            raise OutputError(
                f"another batch is at work in it ({_holder(held)})",
                file=album,
                remedy=f"wait for it, or name another folder; if there is none, remove {file}",
            )
        _take_away(file, held)
    else:
        raise OutputError("another batch has just begun in it", file=album, remedy="wait for it")
    ended = threading.Event()
    beating = threading.Thread(target=_beat, args=(file, note, ended), daemon=True)
    beating.start()
    try:
        yield
    finally:
        ended.set()
        beating.join()
        if _read(file) == note:
            file.unlink(missing_ok=True)


def _created(file: Path, note: str) -> bool:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as lock:
        lock.write(note)
    return True


def _read(file: Path) -> str | None:
    try:
        return file.read_bytes()[:1000].decode("utf-8", "replace")
    except FileNotFoundError:
        return None


def _beat(file: Path, note: str, ended: threading.Event) -> None:
    while not ended.wait(BEAT_S):
        with suppress(OSError):
            if _read(file) == note:
                os.utime(file)


def _is_stale(file: Path, held: str) -> bool:
    try:
        age_s = time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return True
    host, pid = _told(held)
    if not pid:
        return age_s > _WRITTEN_S  # it is being written, or will never be
    if host == socket.gethostname():
        return not _is_alive(pid)
    return age_s > STALE_S


def _take_away(file: Path, held: str) -> None:
    aside = file.with_name(f"{file.name}-{uuid.uuid4().hex}")
    with suppress(FileNotFoundError):
        file.rename(aside)
        if _read(aside) != held:  # meanwhile another took it over
            with suppress(FileExistsError):
                os.link(aside, file)
        aside.unlink()


def _told(held: str) -> tuple[str, int]:
    try:
        note = json.loads(held)
        host, pid = note["host"], note["pid"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", 0
    return (host, pid) if isinstance(host, str) and isinstance(pid, int) and 0 < pid < 1 << 31 else ("", 0)


def _holder(held: str) -> str:
    host, pid = _told(held)
    return f"process {pid} on {host[:60]}" if pid else "just begun"


def _is_alive(pid: int) -> bool:
    if os.name == "nt":  # there, a signal of 0 ends the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
